"""The overview of a review: every open scenario, what moved it, and the table that says so."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.ledger.ledger_changes import LineChange
from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database
from scenarios.render.charts.overview import Overview, Standing
from scenarios.render.document import Chart, Column, Figure, Ref, Table
from scenarios.render.text import percent
from scenarios.text import counted

MOST = 60
"""Scenarios that are drawn."""
_TOLD = 3
_STEPS = {"given": "", "time": "time passed without it", "rivals": "the others in its set"}


def overview(review: Review, database: Database, most: int | None = MOST) -> Chart | None:
    """The open scenarios, those that moved most first, at most so many; None where none is open."""
    moves = {move.scenario: move for move in review.moves}
    rows = [row for row in review.scenarios if row.outcome is None]
    standings = [_standing(row, moves.get(row.id), database) for row in _in_order(rows)]
    standings.sort(key=lambda one: not one.moved)
    if not standings:
        return None
    drawn = tuple(standings[:most])
    data = Overview(
        since=review.since,
        as_of=review.as_of,
        rows=drawn,
        folded=len(standings) - len(drawn),
    )
    return Chart(_label(standings, review), data, _table(standings))


def _in_order(rows: list[StatusRow]) -> list[StatusRow]:
    """By movement; what stands still by its figure, from high to low."""
    return sorted(rows, key=lambda row: (-round(row.movement_bits, 9), -_figure(row), row.id))


def _figure(row: StatusRow) -> float:
    return row.stated.probability if row.stated else row.implied.probability


def _standing(row: StatusRow, move: Move | None, database: Database) -> Standing:
    return Standing(
        title=row.title,
        stated=row.stated.probability if row.stated else None,
        stated_before=row.stated.previous if row.stated else None,
        implied=row.implied.probability,
        implied_before=row.implied.previous,
        cause=cause(move, database) if move else "",
        anchor=f"s-{row.id}",
    )


def cause(move: Move, database: Database) -> str:
    """What changed the implied figure most in a few words, or why another one was stated."""
    lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
    worth = {told: abs(change) for change, told in _changes(lines, move, database)}
    if worth:
        return max(worth, key=lambda told: worth[told])
    return (move.stated and move.stated.rationale) or ""


def _changes(
    lines: tuple[LineChange, ...], move: Move, database: Database
) -> Iterator[tuple[float, str]]:
    for line in lines:
        if line.cause == "rivals":
            yield line.after - line.before, _STEPS["rivals"]
        elif told := _told(line, database):
            yield line.after - line.before, told
    for name, words in _STEPS.items():
        if worth := getattr(move, name):
            yield worth, words or _given(move, database)


def _given(move: Move, database: Database) -> str:
    """The scenario on which the prior depends."""
    others = database.scenarios[move.scenario].prior.given
    return next((database.scenarios[id].title for id in others if id in database.scenarios), "")


def _told(line: LineChange, database: Database) -> str:
    """The item behind a line that entered the record last, or what was not seen."""
    items = [database.evidence[id] for id in line.evidence if id in database.evidence]
    if items and line.kind != "absence":
        return max(items, key=lambda item: item.recorded).summary.partition("; ")[0]
    scenario, _, indicator = line.id.partition("/")
    if indicator and scenario in database.scenarios:
        return f"not seen: {database.scenarios[scenario].indicators[indicator].statement}"
    return ""


def _label(rows: list[Standing], review: Review) -> str:
    """How many moved, and how far those that moved most."""
    moved = [row for row in rows if row.moved]
    since = f"since {review.since.day} {review.since:%B %Y}"
    head = f"{counted(len(rows), 'open scenario')}, {len(moved) or 'none'} moved {since}"
    return ". ".join([head, *map(_says, moved[:_TOLD])]) + "."


def _says(row: Standing) -> str:
    told = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in told:
        if before is not None and after is not None and percent(before) != percent(after):
            way = "rose" if after > before else "fell"
            return f"{row.title}: {name}{way} from {percent(before)} to {percent(after)}"
    return f"{row.title}: new"


def _table(rows: list[Standing]) -> Table:
    return Table(
        columns=(
            Column(name="scenario"),
            Column(name="stated before", key="stated_before", align="right"),
            Column(name="stated", align="right"),
            Column(name="implied before", key="implied_before", align="right"),
            Column(name="implied", align="right"),
            Column(name="what moved it most", key="cause", drop=1, least=20),
        ),
        rows=tuple(
            (
                Ref(row.anchor.removeprefix("s-"), "scenario", row.title),
                Figure(row.stated_before, "p"),
                Figure(row.stated, "p"),
                Figure(row.implied_before, "p"),
                Figure(row.implied, "p"),
                row.cause,
            )
            for row in rows
        ),
    )
