"""The pages of indicators, sources and scores."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from scenarios.analysis.question_timelines import OURS, TEAM
from scenarios.analysis.review.listing import IndicatorRow, ListFilter, SourceRow
from scenarios.analysis.review.listing import indicators as indicator_rows
from scenarios.analysis.review.listing import sources as source_rows
from scenarios.analysis.scores.scoring import score
from scenarios.model import Database, EvidenceId, SourceId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right
from scenarios.render.document import titled
from scenarios.render.documents.records import SOURCES, source_table
from scenarios.render.documents.score import blocks as score_blocks
from scenarios.site.figures import figures
from scenarios.site.pages.record import listed, newest, record_blocks
from scenarios.site.site import Page, Site, page_of
from scenarios.text import counted

_MOST, _FEW = 25, 5
"""Items listed under a source, on a whole page and on another."""
_INDICATOR = "An indicator is a sign to watch for: an event that, once seen, moves the odds."
_DIAGNOSTICITY = (
    "Diagnosticity: how far seeing it would shift the odds of one outcome against another, in "
    "decibans (dB): 3 is twice, 10 is ten times."
)


def indicators_page(site: Site) -> Page:
    """Every indicator of a scenario that had opened."""
    rows = indicator_rows(figures(site).period.now, ListFilter())
    late = sum(_is_late(site, row) for row in rows)
    summary = f"{counted(len(rows), 'indicator')}, {late or 'none'} past due"
    blocks, address = _indicators(site, rows, summary), "indicators/index.html"
    return page_of(site, address, "Indicators", summary, blocks, section="indicators")


def _indicators(site: Site, rows: Sequence[IndicatorRow], summary: str) -> Iterator[doc.Block]:
    if not rows:
        yield doc.Paragraph("No indicator is watched for.")
        return
    yield doc.Paragraph(f"{_INDICATOR} {summary}. {cells.STRENGTH} {_DIAGNOSTICITY}")
    is_open = {id for id, row in figures(site).rows.items() if row.outcome is None}
    waiting = [row for row in rows if row.state != "observed" and row.scenario in is_open]
    parts = (
        ("Past due", [row for row in waiting if _is_late(site, row)]),
        ("Due next", [row for row in waiting if row.due and not _is_late(site, row)]),
        ("To be seen at any time", [row for row in waiting if not row.due]),
        ("Seen, or the question has ended", [row for row in rows if row not in waiting]),
    )
    for name, own in parts:
        if own:
            own.sort(key=lambda row: (f"{row.due or ''}", row.scenario, row.indicator))
            yield doc.Heading(2, f"{name} ({len(own)})")
            yield _indicator_table(own, site.database)


def _indicator_table(rows: Iterable[IndicatorRow], database: Database) -> doc.Table:
    columns: tuple[Cell[IndicatorRow], ...] = (
        (left("Indicator", "statement"), lambda row: row.statement),
        (left("Scenario", "scenario"), lambda row: cells.scenario(row.scenario, database)),
        (left("State", "state"), lambda row: row.state),
        (left("Since", "since"), lambda row: row.since or ""),
        (left("Due", "due"), lambda row: str(row.due or "")),
        (
            right("Strength", "strength"),
            lambda row: doc.Figure(row.strength, digits=2) if row.strength else "",
        ),
        (
            right("Diagnosticity, dB", "diagnosticity"),
            lambda row: doc.Figure(row.diagnosticity, digits=1),
        ),
    )
    return cells.table(rows, columns)


def _is_late(site: Site, row: IndicatorRow) -> bool:
    late = row.due is not None and row.due < site.as_of and row.state != "observed"
    return late and figures(site).rows[row.scenario].outcome is None


def sources_page(site: Site) -> Page:
    """The sources: reliability, accuracy and latest items."""
    about, address = counted(len(site.database.sources), "source"), "sources/index.html"
    return page_of(site, address, "Sources", about, _sources(site), section="sources")


def _sources(site: Site) -> Iterator[doc.Block]:
    rows = source_rows(figures(site).period.now, ListFilter())
    if not rows:
        yield doc.Paragraph("No source is registered.")
        return
    yield source_table(rows, every=True, named=False)
    yield from map(doc.Paragraph, SOURCES)
    items_of: dict[SourceId, list[EvidenceId]] = {}
    for id, item in site.evidence.items():
        if item.source:
            items_of.setdefault(item.source, []).append(id)
    yield doc.Heading(2, "The latest of each", anchor="said")
    for row in rows:
        yield _source(site, row, newest(site, items_of.get(row.id, [])))


def _source(site: Site, row: SourceRow, items: list[EvidenceId]) -> doc.CollapsedSection:
    why = f": {row.reliability_basis}" if row.reliability_basis else ""
    about = [doc.Item(f"Graded {row.reliability}{why}")]
    about += [doc.Item(doc.Link(row.url, row.url))] if row.url else []
    blocks = [*record_blocks(site, "source", row.id, (), about, 4)]
    first_items = site.first(items[:_MOST], _FEW)
    if items:
        blocks.append(listed(site, first_items))
    if (more := len(items) - len(first_items)) > 0:
        blocks.append(doc.Paragraph(f"and {counted(more, 'earlier item')}"))
    head = doc.Heading(3, row.name, (counted(len(items), "item"),), f"source-{row.id}")
    return doc.CollapsedSection(head, tuple(blocks))


def scores_page(site: Site) -> Page:
    """The scores of resolved questions, and calibration."""
    result = score(site.database, site.as_of, forecaster=forecaster(site.database, site.as_of))
    number = len({row.question for row in result.questions})
    title, about = "Scores and calibration", f"{counted(number, 'resolved question')} scored"
    blocks = titled(score_blocks(result), site.database)
    return page_of(site, "scores/index.html", title, about, blocks, section="scores")


def forecaster(database: Database, as_of: date) -> str | None:
    """The team if several analysts ever forecast, else the only one, as scores name them."""
    names = {sheet.analyst for sheet in database.sheets.values() if sheet.date <= as_of}
    if len(names) > 1:
        return TEAM
    return next((f"{name} (analyst)" if name in OURS else name for name in names), None)
