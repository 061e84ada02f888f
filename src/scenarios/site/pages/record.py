"""Lists of evidence; the file and the commits of a record; the page under its former id."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from scenarios.model import EvidenceId, Kind
from scenarios.paths import file_address, path_of
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import one_line
from scenarios.render.templating import macro
from scenarios.render.text import short_day
from scenarios.site.site import Page, Site, address_of, commits
from scenarios.text import counted

_MOST, _FIRST = 12, 30
"""Commits of a record, and items of a list that are not folded."""


def record_blocks(
    site: Site,
    kind: Kind,
    id: str,
    formerly: Sequence[str] = (),
    items: Iterable[doc.Item] = (),
    level: Literal[3, 4] = 3,
) -> Iterator[doc.Block]:
    """Yield a record's former ids, commits and file.

    The file is shown where the tracker names no repository that shows it.
    """
    path = path_of(kind, id)
    elsewhere = file_address(site.database.tracker, path)
    where = (doc.Item(("File: ", doc.Link(path, elsewhere))),) if elsewhere else ()
    names = (doc.Item(f"Formerly: {', '.join(formerly)}"),) if formerly else ()
    if rows := (*items, *where, *names, *_commits(site, path)):
        yield doc.Items(rows)
    if not elsewhere and path in site.opened.snapshot:
        first, *rest = site.opened.snapshot[path].decode(errors="replace").rstrip("\n").split("\n")
        yield doc.CollapsedSection(
            doc.Heading(level, path), (doc.Paragraph(first, tuple(rest), tone="file"),)
        )


def _commits(site: Site, path: str) -> Iterator[doc.Item]:
    if changes := commits(site).by_file.get(path, ()):
        rows = tuple(
            doc.Item(
                f"{commit.subject} ({commit.author}, {commit.id[:7]})", lead=f"{commit.authored}"
            )
            for commit in changes[:_MOST]
        )
        more = len(changes) - len(rows)
        rest = (doc.Item(f"and {counted(more, 'earlier commit')}"),) if more else ()
        yield doc.Item(f"{counted(len(changes), 'commit')} changed it", (*rows, *rest))


def listed(site: Site, ids: Iterable[EvidenceId]) -> doc.Items:
    """Items in a list: when it happened, summary, source and grade, and when it was recorded."""
    return doc.Items(tuple(_listed(site, id) for id in ids))


def listed_first(site: Site, ids: Sequence[EvidenceId]) -> Iterator[doc.Block]:
    """Yield the first items in a list, and the others folded."""
    yield listed(site, ids[:_FIRST])
    if rest := ids[_FIRST:]:
        head = doc.Heading(3, counted(len(rest), "more item"))
        yield doc.CollapsedSection(head, (listed(site, site.first(rest)),))


def _listed(site: Site, id: EvidenceId) -> doc.Item:
    item = site.evidence[id]
    gone = ", superseded" if id in site.superseded else ""
    gone = ", retracted" if is_retracted(site, id) else gone
    by = f"{cells.source(item.source, site.database).label}, " if item.source else ""
    day = recorded(item.recorded, item.recorded)
    about = f" ({by}{item.grade(site.database.sources)}, {day}{gone})"
    return doc.Item((doc.Ref(id, "evidence", one_line(item.summary)), about), lead=item.observed)


def newest(site: Site, ids: Iterable[EvidenceId]) -> list[EvidenceId]:
    """The latest recorded first."""
    return sorted(ids, key=lambda item: (site.evidence[item].recorded, item), reverse=True)


def is_retracted(site: Site, id: EvidenceId) -> bool:
    gone = site.evidence[id].retracted
    return gone is not None and gone.date <= site.as_of


def recorded(first: date, last: date) -> str:
    """`recorded 28 Feb 2022`, or between which days."""
    between = "" if first == last else f" to {short_day(last)}"
    return f"recorded {short_day(first)}{between}"


_TITLES = {"s": "scenario", "e": "evidence"}


def moved_page(site: Site, folder: str, id: str) -> Page:
    """A page that sends its reader on, without a script."""
    address = address_of(folder, id)
    now = site.moved[folder][id]
    leads = site.href(address, address_of(folder, now))
    title = site.scenarios[now].title if folder == "s" else site.evidence[now].summary
    return Page(
        address=address,
        title=f"{id} is now {now}",
        description=f"The {_TITLES[folder]} {id} is now called {now}.",
        main=macro("site/parts.html", "moved")(one_line(title), id, now, leads),
        section="scenarios" if folder == "s" else "evidence",
        moved_to=leads,
    )
