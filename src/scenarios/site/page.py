"""What stands at an address of a site: a page, or another file."""

from __future__ import annotations

import msgspec

from scenarios.render.charts.card import Card
from scenarios.render.writers.shell import Entry


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
