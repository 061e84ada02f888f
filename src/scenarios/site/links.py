"""Where the pages of a site are, as seen from one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from scenarios.render.charts.draw import Card
from scenarios.render.document import Block
from scenarios.render.writers import html
from scenarios.render.writers.html import IndexEntry


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
    above: tuple[IndexEntry, ...] = ()
    contents: tuple[IndexEntry, ...] = ()
    skips: tuple[IndexEntry, ...] = ()
    rules: str = ""
    script: str = ""
    card: Card | None = None
    moved_to: str = ""
    origin: str = ""
    noticed: bool = False
    day: str = ""


STYLE, FEED = "site.css", "feed.xml"
CARD = "card.png"
"""Beside a page that has one, the picture by which it is previewed."""


def up(address: str) -> str:
    """The way from a page to the root of its site."""
    return "../" * address.count("/")


INDEX = "index.html"
_PLACES = {
    "s": "s/{}/index.html",
    "e": "e/{}/index.html",
    "set": "set/{}/index.html",
    "source": "sources/index.html#source-{}",
    "review": "review/{}/index.html",
    "year": "evidence/{}/index.html",
    "file": "records/{}",
}


class Links(Mapping[str, str]):
    """The address of each anchor that has a page; `leads` makes it of an address of the site."""

    def __init__(
        self, known: Mapping[str, Mapping[str, object]], leads: Callable[[str], str]
    ) -> None:
        self._known, self._leads = known, leads

    def __getitem__(self, anchor: str) -> str:
        kind, _, id = anchor.partition("-")
        if id not in self._known.get(kind, ()):
            raise KeyError(anchor)
        return self._leads(place(kind, id))

    def __iter__(self) -> Iterator[str]:
        return (f"{kind}-{id}" for kind, ids in self._known.items() for id in ids)

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))


def place(kind: str, id: str) -> str:
    """The address of a record's page from the root of the site."""
    return _PLACES[kind].format(id)


def page_of(
    links: Callable[[str], Links],
    address: str,
    title: str,
    description: str,
    blocks: Iterable[Block],
    **more: Any,
) -> Page:
    """A page of blocks, with the links from its address."""
    main = html.sections(blocks, links(address))
    return Page(address=address, title=title, description=description, main=main, **more)
