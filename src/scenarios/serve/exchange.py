"""Requests and replies as values: the request, the state that answers it, and the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from scenarios.errors import UsageError
from scenarios.model import Database
from scenarios.model.tracker import Role
from scenarios.render.templating import fill
from scenarios.serve.live_database import DatabaseVersion, SeenDatabase
from scenarios.serve.person import OWNER, Person
from scenarios.site.site import Page as SitePage
from scenarios.text import shown
from scenarios.workspace.input import typed_in
from scenarios.workspace.write_mode import WriteMode

NARROWED = ("set", "tag", "theme", "source", "since", "until")
"""The parts of an address that narrow a list."""
SHORT = 12
"""Digits of a commit in an address."""
_ACTS = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 500


class PageParameters(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of an address's query string that every page understands."""

    as_of: date | None = None
    rev: str | None = None
    narrowed: dict[str, str] = {}
    words: str = ""

    def given(self) -> dict[str, str]:
        """Return the parts of the address, without those that are empty."""
        parts = {"as_of": str(self.as_of or ""), "rev": self.rev or "", **self.narrowed}
        return {name: text for name, text in {**parts, "q": self.words}.items() if text}

    def query(self, *, only_when: bool = False) -> str:
        """Return the parts, or only the day and the revision, behind a question mark."""
        parts = self.given()
        if only_when:
            parts = {name: parts[name] for name in ("as_of", "rev") if name in parts}
        return f"?{urlencode(parts)}" if parts else ""

    def leads(self, path: str) -> str:
        """Return an address of the desk, with the same parts."""
        return path + self.query()


class RedirectError(Exception):
    """Redirects to another address."""

    def __init__(self, address: str) -> None:
        self.address = address


class PageRequest(NamedTuple):
    """A request, the parts of its address, and the state of the database that answers it."""

    request: Request
    live_database: SeenDatabase
    asked: PageParameters
    seen: DatabaseVersion
    on: date

    @property
    def database(self) -> Database:
        """The sound records of that state."""
        return self.seen.opened.database

    @property
    def person(self) -> Person:
        """Who asks."""
        person: Person = getattr(self.request.state, "person", OWNER)
        return person

    def may(self, path: str) -> bool:
        """True if this server has a page at a path, and the person may open it."""
        role: Role | None = self.request.app.state.roles.get(path)
        return role is not None and self.person.may(role)

    def mode(self, role: Role, *, commit: bool = False) -> WriteMode:
        """Return how a change of the person is written, if the role is still the person's then."""
        who = self.person
        if who == OWNER:
            return WriteMode(commit=commit)
        author = who.name, who.mail
        return WriteMode(commit=True, author=author, person=who.login, agrees=who.still(role))

    def now(self) -> PageRequest:
        """The request on the latest state, unless it names a revision."""
        return self if self.asked.rev else self._replace(seen=self.live_database.latest)

    def leads_to_all(self) -> str:
        """Return the address of the same page with all its rows."""
        address = self.asked.leads(self.request.url.path)
        return f"{address}{'&' if '?' in address else '?'}all=1"

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])


class ServedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page without its frame: HTML in which every text is escaped.

    A `live` page is replaced when the database changes; any other, such as a form, shows a notice.
    A page `of_site` has its own content.
    """

    title: str
    content: str = ""
    of_site: SitePage | None = None
    status: int = 200
    live: bool = True


def plain(
    title: str, *lines: str, attention: Sequence[str] = (), typed: Sequence[str] = ()
) -> Markup:
    """Return the content of a page of a heading and paragraphs; last what a person `typed`."""
    return fill("serve/plain.html", title=title, lines=lines, attention=attention, typed=typed)


class RenderedPage(NamedTuple):
    """A page in its frame, and the digests of its scripts."""

    body: bytes
    scripts: tuple[str, ...] = ()


Reply = ServedPage | Response


class Endpoint(NamedTuple):
    """An address and its handler; a `kept` reply is valid as long as the state.

    Whoever asks has at least the `role`. A page that is not `of_records` may lack a moment what
    its reader wrote.
    """

    path: str
    handler: Callable[..., Any]
    method: str = "GET"
    kept: bool = False
    role: Role = "reader"
    of_records: bool = False


def read(
    path: str, handler: Callable[[PageRequest], ServedPage], *, of_records: bool = False
) -> Endpoint:
    """Return the endpoint of a page that is rendered once for each state of the database."""
    return Endpoint(path, handler, kept=True, of_records=of_records)


def give(path: str, handler: Callable[[PageRequest], Reply], role: Role = "reader") -> Endpoint:
    """Return the endpoint of a page that is rendered for each request."""
    return Endpoint(path, handler, role=role)


def take(path: str, handler: Callable[[PageRequest, FormData], Reply], role: Role) -> Endpoint:
    """Return the endpoint that a form is sent to."""
    return Endpoint(path, handler, "POST", role=role)


def asked(parameters: Mapping[str, str]) -> PageParameters:
    """Read the parts of an address; refuse in the words of the command line."""
    names = [name for name in ("as_of", "rev", "q", *NARROWED) if parameters.get(name)]
    texts = {name: _line(name, parameters[name]) for name in names}
    as_of = texts.get("as_of")
    return PageParameters(
        as_of=typed_in.day(as_of, typed_in.today) if as_of else None,
        rev=texts.get("rev"),
        narrowed={name: texts[name] for name in NARROWED if name in texts},
        words=texts.get("q", ""),
    )


def _line(name: str, text: str) -> str:
    if _ACTS.search(text) or len(text) > _LONGEST:
        raise UsageError(f"{name}={shown(text)} is not valid")
    return text.strip()


_LISTED = ("scenarios", "indicators", "evidence", "sources")


def to_filter(path: str) -> str:
    """The address of the filtered list for a page of the site; empty without one."""
    kind = path.strip("/").partition("/")[0] or "scenarios"
    return f"/list/{kind}/" if kind in _LISTED and path.count("/") <= len("//") else ""
