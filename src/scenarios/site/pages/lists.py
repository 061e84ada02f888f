"""The pages of indicators, sources and scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from scenarios.analysis.review.listing import IndicatorRow, SourceRow, Wanted
from scenarios.analysis.review.listing import indicators as indicator_rows
from scenarios.analysis.review.listing import sources as source_rows
from scenarios.analysis.review.page import forecaster
from scenarios.analysis.scores.scoring import score
from scenarios.model import EvidenceId, SourceId
from scenarios.render.chapters import indicator_table
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
from scenarios.render.documents.records import sources as source_table
from scenarios.render.documents.score import document as score_document
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.links import Links, Page
from scenarios.site.pages.evidence import listed, newest
from scenarios.site.pages.record import record_items
from scenarios.site.site import Site
from scenarios.text import counted

INDICATORS = "indicators/index.html"


def indicators_page(site: Site) -> Page:
    """Every indicator of a scenario that had opened."""
    rows = indicator_rows(figures(site).window.now, Wanted())
    late = sum(_late(site, row) for row in rows)
    told = f"{counted(len(rows), 'indicator')}, {late} due and not seen"
    return Page(
        address=INDICATORS,
        title="Indicators",
        description=told,
        main=html.sections(_body(site, rows, told), Links(site.known, INDICATORS)),
        section="indicators",
    )


def _body(site: Site, rows: Sequence[IndicatorRow], told: str) -> Iterator[Block]:
    yield Heading(1, "Indicators")
    if not rows:
        yield Paragraph("No indicator is watched for.")
        return
    yield Paragraph(f"{told}.")
    is_open = {id for id, row in figures(site).rows.items() if row.outcome is None}
    waiting = [row for row in rows if row.state != "observed" and row.scenario in is_open]
    parts = (
        ("Due and not seen", [row for row in waiting if _late(site, row)]),
        ("Due next", [row for row in waiting if row.due and not _late(site, row)]),
        ("Watched for without a day", [row for row in waiting if not row.due]),
        ("Seen, or of a scenario that is resolved", [row for row in rows if row not in waiting]),
    )
    for name, found in parts:
        if found:
            found.sort(key=lambda row: (f"{row.due or ''}", row.scenario, row.indicator))
            yield Heading(2, f"{name} ({len(found)})")
            yield indicator_table(found, site.database)


def _late(site: Site, row: IndicatorRow) -> bool:
    late = row.due is not None and row.due < site.as_of and row.state != "observed"
    return late and figures(site).rows[row.scenario].outcome is None


SOURCES = "sources/index.html"
_MOST = 25


def sources_page(site: Site) -> Page:
    """Every source."""
    return Page(
        address=SOURCES,
        title="Sources",
        description=counted(len(site.database.sources), "source"),
        main=html.sections(_sources_body(site), Links(site.known, SOURCES)),
        section="sources",
    )


def _sources_body(site: Site) -> Iterator[Block]:
    rows = source_rows(figures(site).window.now, Wanted())
    yield Heading(1, "Sources")
    if not rows:
        yield Paragraph("No source is registered.")
        return
    table, *about = titled(source_table(rows, every=True), site.database)
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
    blocks: list[Block] = [Items((about, *where, *record_items(site, "source", row.id)))]
    if items:
        blocks.append(listed(site, items[:_MOST]))
    if (more := len(items) - _MOST) > 0:
        blocks.append(Paragraph(f"and {counted(more, 'earlier item')}"))
    head = Heading(3, row.name, (counted(len(items), "item"),), f"source-{row.id}")
    return Folded(head, tuple(blocks))


SCORES = "scores/index.html"


def scores_page(site: Site) -> Page:
    """Every score, as of the site's day."""
    made = score(site.database, site.as_of, forecaster=forecaster(figures(site).window))
    asked = len({row.scenario for row in made.questions})
    body = (Heading(1, "Scores and calibration"), *score_document(made, "")[1:])
    return Page(
        address=SCORES,
        title="Scores and calibration",
        description=f"{counted(asked, 'resolved question')} scored",
        main=html.sections(titled(body, site.database), Links(site.known, SCORES)),
        section="scores",
    )
