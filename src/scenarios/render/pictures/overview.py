"""The overview of a review: outcomes, open questions, what moved each, and a table of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scenarios.analysis.review.outcomes import ResolvedScenario, occurred_first
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow, largest_first
from scenarios.model import Database, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left
from scenarios.render.charts.overview import Overview, OverviewRow, fitting
from scenarios.render.charts.parts import WORDS, Outcome
from scenarios.render.document import Chart, Ref, Table, plain
from scenarios.render.documents.review.sentences import label, last_figures
from scenarios.scales import MOVED_BITS, percent
from scenarios.text import counted

MOST = 60
"""Questions that moved and are drawn, and all that are drawn where fewer moved."""
_NAMED = 3
"""Moves in the label."""


def overview(
    review: Review,
    database: Database,
    most: int | None = MOST,
    fill: int | None = MOST,
    room: float = math.inf,
) -> Chart | None:
    """Overview of the questions, outcomes first, then the largest moves; None if there are none.

    At most `most` that moved are drawn, and others so that `fill` are drawn in all, and no more
    than have `room`, in pixels of a picture for a desk.
    """
    moved = {move.scenario: move for move in review.story.moves}

    def why(id: ScenarioId) -> str:
        return label(moved[id], review.story, database) if id in moved else ""

    decided = [_decided(entry, database) for entry in occurred_first(review.resolved)]
    rows = [row for row in review.scenarios if row.outcome is None and row.implied]
    standings = [_standing(row, why(row.id)) for row in largest_first(rows)]
    moving = [row for row in standings if row.moved]
    still = [row for row in standings if not row.moved]
    if not (decided or standings):
        return None
    drawn = [*decided, *moving[:most]]
    drawn += still[: None if fill is None else max(0, fill - len(drawn))]
    drawn = drawn[: fitting(drawn, room)]
    hidden = [row for row in standings if row not in drawn]
    data = Overview(
        since=review.since, as_of=review.as_of, rows=tuple(drawn), rest=", ".join(_rest(hidden))
    )
    return Chart(_label(standings, review), data, _table([*decided, *moving, *still]))


def _rest(hidden: list[OverviewRow]) -> Iterator[str]:
    moved = sum(row.moved for row in hidden)
    if moved:
        yield f"{moved} more moved less"
    if still := len(hidden) - moved:
        yield f"{counted(still, 'more open question')} did not move"


def _standing(row: StatusRow, cause: str) -> OverviewRow:
    stated_before, stated, implied_before, implied = cells.four(row)
    return OverviewRow(
        title=row.title,
        stated=stated,
        stated_before=stated_before,
        implied=implied,
        implied_before=implied_before,
        cause=cause,
        anchor=f"s-{row.id}",
        large=(row.movement_bits or 0) >= MOVED_BITS,
    )


def _decided(entry: ResolvedScenario, database: Database) -> OverviewRow:
    stated, implied = last_figures(entry)
    return OverviewRow(
        title=cells.scenario(entry.scenario, database).label,
        stated=stated,
        stated_before=None,
        implied=implied,
        implied_before=None,
        anchor=f"s-{entry.scenario}",
        outcome=Outcome(day=entry.date, word=WORDS[entry.outcome]),
    )


def _label(rows: list[OverviewRow], review: Review) -> str:
    moved = [row for row in rows if row.moved]
    overdue = sum(row.state == "overdue" for row in review.scenarios)
    number, every = len(review.story.moved), len(review.story.moves)
    counts = (len(rows) - overdue, overdue, number, every - number)
    decided = f"{counted(len(review.resolved), 'scenario')} decided, " if review.resolved else ""
    head = decided + cells.count(*counts, review.since)
    return ". ".join([head, *map(_says, moved[:_NAMED])]) + "."


def _says(row: OverviewRow) -> str:
    figures = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in figures:
        if before is not None and after is not None and percent(before) != percent(after):
            return f"{row.title}: {name}{plain(cells.rose_or_fell(before, after)).strip()}"
    return f"{row.title}: new"


def _table(rows: list[OverviewRow]) -> Table:
    columns: tuple[Cell[OverviewRow], ...] = (
        (left("scenario"), lambda row: Ref(row.anchor.removeprefix("s-"), "scenario", row.title)),
        *cells.before_and_after(_four),
        (left("what moved it most", "cause", drop=1, least=20), _why),
    )
    return cells.table(rows, columns)


def _why(row: OverviewRow) -> str:
    return row.outcome.label if row.outcome else row.cause


def _four(row: OverviewRow) -> cells.Four:
    return row.stated_before, row.stated, row.implied_before, row.implied
