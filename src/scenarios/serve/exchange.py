"""A question and its answer as values: what is asked, of which state, and the page that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from scenarios.cli import parsing
from scenarios.errors import UsageError
from scenarios.model import Database
from scenarios.serve.desk import Desk, Seen
from scenarios.site.links import Page as SitePage
from scenarios.text import shown

NARROWED = ("set", "tag", "theme", "source", "since", "until")
"""What the filter bar narrows by."""
SHORT = 12
"""So many digits of a commit stand in an address."""
_ACTS = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 500


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address says behind its question mark; the rest of it belongs to the page."""

    as_of: date | None = None
    rev: str | None = None
    narrowed: dict[str, str] = {}
    words: str = ""

    def given(self) -> dict[str, str]:
        """The same as the parts of an address."""
        parts = {"as_of": str(self.as_of or ""), "rev": self.rev or "", **self.narrowed}
        return {name: text for name, text in {**parts, "q": self.words}.items() if text}

    def query(self, *, only_when: bool = False) -> str:
        """The same behind a question mark; nothing where nothing is asked."""
        parts = self.given()
        if only_when:
            parts = {name: parts[name] for name in ("as_of", "rev") if name in parts}
        return f"?{urlencode(parts)}" if parts else ""

    def leads(self, path: str, *, only_when: bool = False) -> str:
        """An address of ours as an attribute has it, at the same day and revision."""
        return escape(path + self.query(only_when=only_when))


class ElsewhereError(Exception):
    """What is asked for is found at another address."""

    def __init__(self, address: str) -> None:
        self.address = address


class Ask(NamedTuple):
    """What a reader asks, and the state of the database that answers."""

    request: Request
    desk: Desk
    asked: Asked
    seen: Seen
    on: date

    @property
    def database(self) -> Database:
        """What is sound of that state."""
        return self.seen.opened.database

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page before anything is around it: HTML in which every text is escaped.

    A `live` one is replaced when the database changes; one that is not, such as a form, says that
    it has changed. A page `of_site` has its own content.
    """

    title: str
    content: str = ""
    of_site: SitePage | None = None
    status: int = 200
    live: bool = True


class Sent(NamedTuple):
    """A page with all that is around it, and the digests of the scripts within."""

    body: bytes
    scripts: tuple[str, ...] = ()


Made = Page | Response
Whole = Callable[[Ask, Page], Sent]
"""What puts around a page what is around all."""


class Entry(NamedTuple):
    """An address, what answers there, and whether one answer holds as long as the state does."""

    path: str
    handler: Callable[..., Any]
    method: str = "GET"
    kept: bool = False


def read(path: str, handler: Callable[[Ask], Page]) -> Entry:
    """A page that is made once for each state of the database."""
    return Entry(path, handler, kept=True)


def give(path: str, handler: Callable[[Ask], Made]) -> Entry:
    """What is made each time that it is asked for."""
    return Entry(path, handler)


def take(path: str, handler: Callable[[Ask, FormData], Made]) -> Entry:
    """Where a form is sent."""
    return Entry(path, handler, "POST")


def asked(given: Mapping[str, str]) -> Asked:
    """What is asked; refused in the words of the command line where it cannot be meant."""
    names = [name for name in ("as_of", "rev", "q", *NARROWED) if given.get(name)]
    texts = {name: _line(name, given[name]) for name in names}
    as_of = texts.get("as_of")
    return Asked(
        as_of=parsing.day(as_of) if as_of else None,
        rev=texts.get("rev"),
        narrowed={name: texts[name] for name in NARROWED if name in texts},
        words=texts.get("q", ""),
    )


def _line(name: str, text: str) -> str:
    if _ACTS.search(text) or len(text) > _LONGEST:
        raise UsageError(f"{name}={shown(text)} cannot be meant")
    return text.strip()
