"""Where the pages of a site are, as seen from one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scenarios.render.charts.draw import Card
from scenarios.render.document import Block
from scenarios.render.writers import html
from scenarios.render.writers.html import Entry


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page without what is around it on every page.

    `main` is its content as HTML; links in it are relative to its address. `section` is the entry
    of the navigation that it belongs to, `above` are the pages on the way to it. `rules` and
    `script` are the page's own, `moved_to` is where one that is elsewhere now sends its reader,
    `origin` stands in its foot, one that is `noticed` has the tracker's notice in its content,
    `card` is what a preview of it shows, and `day` the one that it tells of, where that is not the
    site's.
    """

    address: str
    title: str
    description: str
    main: str
    section: str = ""
    above: tuple[Entry, ...] = ()
    contents: tuple[Entry, ...] = ()
    skips: tuple[Entry, ...] = ()
    rules: str = ""
    script: str = ""
    card: Card | None = None
    moved_to: str = ""
    origin: str = ""
    noticed: bool = False
    day: str = ""


CARD = "card.png"
"""Beside a page that has one, the picture by which it is previewed."""


def up(address: str) -> str:
    """The way from a page to the root of its site."""
    return "../" * address.count("/")


INDEX = "index.html"
_PLACES: dict[str, Callable[[str], str]] = {
    "s": lambda it: f"s/{it}/{INDEX}",
    "e": lambda it: f"e/{it}/{INDEX}",
    "set": lambda it: f"set/{it}/{INDEX}",
    "source": lambda it: f"sources/{INDEX}#source-{it}",
    "review": lambda day: f"review/{day}/{INDEX}",
    "year": lambda it: f"evidence/{it}/{INDEX}",
    "file": lambda path: f"records/{path}",
}


class Links(Mapping[str, str]):
    """Where an anchor is found from an address: what has a page of its own, on that page."""

    def __init__(self, known: Mapping[str, Mapping[str, object]], address: str) -> None:
        self._known, self._up = known, up(address)

    def __getitem__(self, anchor: str) -> str:
        kind, _, id = anchor.partition("-")
        if id not in self._known.get(kind, ()):
            raise KeyError(anchor)
        return self._up + _PLACES[kind](id)

    def __iter__(self) -> Iterator[str]:
        return (f"{kind}-{id}" for kind, ids in self._known.items() for id in ids)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


def place(kind: str, id: str) -> str:
    """The address of a page of a kind."""
    return _PLACES[kind](id)


def page_of(
    known: Mapping[str, Mapping[str, object]],
    address: str,
    title: str,
    description: str,
    blocks: Iterable[Block],
    **more: Any,
) -> Page:
    """A page of blocks, with links to what is known."""
    main = html.sections(blocks, Links(known, address))
    return Page(address=address, title=title, description=description, main=main, **more)
