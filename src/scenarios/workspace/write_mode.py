"""Options of a change: dry run, commit, latest day."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from msgspec import UNSET, UnsetType

from scenarios.result import Result


class WriteMode(NamedTuple):
    """How a change is made: tried or written, committed or not.

    New days in the records may not be after `latest`, if given. Refused if a file differs from its
    digest in `seen`. `read` may be the function of an earlier reading, or a database just opened,
    which is fresh enough without a lock. `agrees` is given the records before and after, and raises
    where the change may not be made.

    With an `author`, a name and a mail address, the commit is theirs, by git's own committer, and
    runs no hook. `person` is the login that the change is noted with, for undo; then `read` is a
    state that a server follows, fresh enough where the tracker and the files that change are of it.
    """

    dry_run: bool = False
    commit: bool = False
    latest: date | None = None
    seen: Mapping[str, str] = {}
    read: Any = None
    author: tuple[str, str] | None = None
    person: str = ""
    agrees: Callable[[Any, Any], None] | None = None


AS_USUAL = WriteMode()
TRIED = WriteMode(dry_run=True)


class CommitFields(Result, frozen=True, kw_only=True):
    """The last two keys of a result: present only if a commit was requested."""

    commit: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
