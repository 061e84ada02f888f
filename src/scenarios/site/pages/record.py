"""Where a record is: its file, the ids that it had, and the commits that changed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.model import Kind
from scenarios.paths import path_of
from scenarios.render.document import Item, Jump, Link, Span
from scenarios.site.commits import commits
from scenarios.site.site import Site
from scenarios.text import counted

_MOST = 12


def record(site: Site, kind: Kind, id: str, formerly: Sequence[str] = ()) -> Iterator[Item]:
    """The lines about a record."""
    path = path_of(kind, id)
    elsewhere = site.file_address(path)
    to: Span = Link(path, elsewhere) if elsewhere else Jump(path, f"file-{path}")
    yield Item(("File: ", to))
    if formerly:
        yield Item(f"Formerly: {', '.join(formerly)}")
    if changes := commits(site).get(path, ()):
        told = tuple(
            Item(f"{one.authored} {one.id[:7]} ({one.author}) {one.subject}")
            for one in changes[:_MOST]
        )
        more = len(changes) - len(told)
        rest = (Item(f"and {counted(more, 'earlier commit')}"),) if more else ()
        yield Item(f"{counted(len(changes), 'commit')} changed it", (*told, *rest))
