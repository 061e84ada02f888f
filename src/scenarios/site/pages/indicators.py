"""What is watched for: what is late and due first, then what has no day, then what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.analysis.review.listing import IndicatorRow, ListFilter
from scenarios.analysis.review.listing import indicators as rows_of
from scenarios.render.chapters.board import table
from scenarios.render.document import Block, Heading, Paragraph
from scenarios.render.writers import html
from scenarios.site.figures import figures
from scenarios.site.links import Links, Page
from scenarios.site.site import Site
from scenarios.text import counted

ADDRESS = "indicators/index.html"


def page(site: Site) -> Page:
    """Every indicator of a scenario that had opened."""
    rows = rows_of(figures(site).window.now, ListFilter())
    late = sum(_late(site, row) for row in rows)
    told = f"{counted(len(rows), 'indicator')}, {late} due and not seen"
    return Page(
        address=ADDRESS,
        title="Indicators",
        description=told,
        main=html.sections(_body(site, rows, told), Links(site.known, ADDRESS)),
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
            yield table(found, site.database)


def _late(site: Site, row: IndicatorRow) -> bool:
    late = row.due is not None and row.due < site.as_of and row.state != "observed"
    return late and figures(site).rows[row.scenario].outcome is None
