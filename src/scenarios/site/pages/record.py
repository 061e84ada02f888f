"""Where a record is: its file, its commits, and the page that stands under a former id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from scenarios.model import Kind
from scenarios.paths import path_of
from scenarios.render.document import Item, Jump, Link, Span
from scenarios.site.commits import commits
from scenarios.site.site import Page, Site, place
from scenarios.text import counted

_MOST = 12


def record_items(site: Site, kind: Kind, id: str, formerly: Sequence[str] = ()) -> Iterator[Item]:
    """Yield the file of a record, its former ids and its commits."""
    path = path_of(kind, id)
    elsewhere = site.file_address(path)
    to: Span = Link(path, elsewhere) if elsewhere else Jump(path, f"file-{path}")
    yield Item(("File: ", to))
    if formerly:
        yield Item(f"Formerly: {', '.join(formerly)}")
    if changes := commits(site).get(path, ()):
        shown = tuple(
            Item(f"{commit.authored} {commit.id[:7]} ({commit.author}) {commit.subject}")
            for commit in changes[:_MOST]
        )
        more = len(changes) - len(shown)
        rest = (Item(f"and {counted(more, 'earlier commit')}"),) if more else ()
        yield Item(f"{counted(len(changes), 'commit')} changed it", (*shown, *rest))


_TITLES = {"s": "scenario", "e": "evidence"}


def moved_page(site: Site, folder: str, id: str) -> Page:
    """A page that sends its reader on, without a script."""
    address = place(folder, id)
    now = site.moved[folder][id]
    leads = site.href(address, place(folder, now))
    return Page(
        address=address,
        title=f"{id} is {now} now",
        description=f"The {_TITLES[folder]} {id} is called {now} now.",
        main=f'<h1>{id} is called {now} now</h1><p><a href="{escape(leads)}">{now}</a></p>',
        section="scenarios" if folder == "s" else "evidence",
        moved_to=leads,
    )
