"""The person who asks for a page, and what the person may do."""

from collections.abc import Callable
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.model import Analyst, Database
from scenarios.model.tracker import ROLES, Role, Tracker, folded_login


class Person(NamedTuple):
    """A person with the login of the sign-in, '' for the owner of the machine.

    `analyst` is the person's id in the tracker, None for one whom it does not name.
    """

    login: str = ""
    analyst: Analyst | None = None
    name: str = ""
    mail: str = ""
    role: Role = "editor"

    def may(self, role: Role) -> bool:
        """True if the person has this role, or one that may do more."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def still(self, role: Role) -> Callable[[Database, Database], None]:
        """A check of the records before and after a change, made under the lock of the write.

        Raises RoleLostError where the person has the role no more, and ScenError where nobody would
        be an editor any more.
        """

        def check(before: Database, after: Database) -> None:
            now = member(before.tracker, self.login)
            if now is None or not now.may(role):
                words = f"you are {now.role} now" if now else "you are no longer declared"
                raise RoleLostError(f"nothing was written: {words}, and this needs {role}")
            if _editors(before) and not _editors(after):
                raise ScenError("nothing was written: the tracker would have no editor any more")

        return check


class RoleLostError(ScenError):
    """The person lost the role while a form was open."""


def _editors(database: Database) -> list[Analyst]:
    people = database.tracker.people.items()
    return [id for id, person in people if person.login and person.role == "editor"]


OWNER = Person()
"""Whoever has the start address of a server without a team."""


def member(tracker: Tracker, login: str, *, readers: bool = False) -> Person | None:
    """The person of a login; with `readers` one whom the tracker does not name may read."""
    for id, analyst in tracker.people.items():
        if analyst.login is not None and folded_login(analyst.login) == folded_login(login):
            mail = analyst.address or f"{id}@localhost"
            return Person(folded_login(login), id, analyst.name, mail, analyst.role)
    return Person(folded_login(login), name=login, role="reader") if readers else None
