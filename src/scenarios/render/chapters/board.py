"""The indicators: what changed, is due or emerges first, all others folded away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from scenarios.analysis.review.listing import IndicatorRow
from scenarios.analysis.review.review import Review
from scenarios.model import Database
from scenarios.render.document import (
    Block,
    Column,
    Figure,
    Folded,
    Heading,
    Paragraph,
    Ref,
    Row,
    Table,
)

_SOON = timedelta(days=14)
_MOST = 300
"""Rows of what is folded away."""


def board(rows: Sequence[IndicatorRow], review: Review, database: Database) -> Iterator[Block]:
    """Two tables of one kind."""
    if not rows:
        yield Paragraph("No indicator is watched for.")
        return
    changed = {(one.scenario, one.indicator) for one in review.indicator_changes}
    soon = review.as_of + _SOON
    first = [row for row in rows if (row.scenario, row.indicator) in changed or _waits(row, soon)]
    rest = [row for row in rows if row not in first]
    if first:
        yield table(first, database, "Changed, emerging, or due")
    else:
        yield Paragraph("None changed, emerges or is due.")
    if rest:
        shown = rest[:_MOST]
        more = [Paragraph(f"and {len(rest) - _MOST} more: scen list indicators")]
        head = Heading(3, f"All others ({len(rest)})")
        name = "Seen long ago, or not seen"
        yield Folded(head, (table(shown, database, name), *(more if rest[_MOST:] else [])))


def _waits(row: IndicatorRow, soon: date) -> bool:
    """Half seen, or not seen although it is due."""
    due = row.due is not None and row.due <= soon
    return row.state == "emerging" or (due and row.state != "observed")


def table(rows: Iterable[IndicatorRow], database: Database, caption: str = "") -> Table:
    """The indicators in their order."""
    columns = (
        Column(name="Indicator", key="statement"),
        Column(name="Scenario", key="scenario"),
        Column(name="State", key="state"),
        Column(name="Since", key="since"),
        Column(name="Due", key="due"),
        Column(name="Strength", key="strength", align="right"),
        Column(name="Diagnosticity, dB", key="diagnosticity", align="right"),
    )
    cells: Iterable[Row] = (
        (
            row.statement,
            Ref(row.scenario, "scenario", database.scenarios[row.scenario].title),
            row.state,
            row.since or "",
            str(row.due or ""),
            Figure(row.strength, digits=2),
            Figure(row.diagnosticity, digits=1),
        )
        for row in rows
    )
    return Table(columns=columns, rows=tuple(cells), caption=caption)
