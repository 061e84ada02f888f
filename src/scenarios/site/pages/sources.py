"""The sources: how reliable each is, how it held, and what it said last."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scenarios.analysis.review.listing import ListFilter, SourceRow
from scenarios.analysis.review.listing import sources as rows_of
from scenarios.model import EvidenceId, SourceId
from scenarios.render.document import (
    Block,
    Folded,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Table,
    titled,
)
from scenarios.render.documents.lists import sources as document
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.links import Links, Page
from scenarios.site.pages.listed import listed, newest
from scenarios.site.pages.record import record
from scenarios.site.site import Site
from scenarios.text import counted

ADDRESS = "sources/index.html"
_MOST = 25


def page(site: Site) -> Page:
    """Every source."""
    return Page(
        address=ADDRESS,
        title="Sources",
        description=counted(len(site.database.sources), "source"),
        main=html.sections(_body(site), Links(site.known, ADDRESS)),
        section="sources",
    )


def _body(site: Site) -> Iterator[Block]:
    rows = rows_of(figures(site).window.now, ListFilter())
    yield Heading(1, "Sources")
    if not rows:
        yield Paragraph("No source is registered.")
        return
    table, *about = titled(document(rows, every=True), site.database)
    yield _without_name(table)
    yield from about
    given: dict[SourceId, list[EvidenceId]] = {}
    for id, item in site.evidence.items():
        if item.source:
            given.setdefault(item.source, []).append(id)
    yield Heading(2, "What each said last", anchor="said")
    for row in rows:
        yield _source(site, row, newest(site, given.get(row.id, [])))


def _without_name(table: Block) -> Block:
    """The name is in front already, where it leads to what the source said."""
    assert isinstance(table, Table)  # noqa: S101 - a list of records is one
    cut = [row[:-1] for row in table.rows if isinstance(row, tuple)]
    return replace(table, columns=table.columns[:-1], rows=tuple(cut))


def _source(site: Site, row: SourceRow, items: list[EvidenceId]) -> Folded:
    about = Item(
        (f"Graded {row.reliability}", f": {row.reliability_basis}" if row.reliability_basis else "")
    )
    where = [Item(Link(row.url, row.url))] if row.url else []
    blocks: list[Block] = [Items((about, *where, *record(site, "source", row.id)))]
    if items:
        blocks.append(listed(site, items[:_MOST]))
    if (more := len(items) - _MOST) > 0:
        blocks.append(Paragraph(f"and {counted(more, 'earlier item')}"))
    head = Heading(3, row.name, (counted(len(items), "item"),), f"source-{row.id}")
    return Folded(head, tuple(blocks))
