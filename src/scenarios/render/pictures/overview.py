"""The overview of a review: every open scenario, what moved it, and the table that says so."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.analysis.review.cause import Causes, Event, OtherCause
from scenarios.analysis.review.headline import CauseKind, TopMove, top_move
from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, ScenarioId
from scenarios.render.charts.overview import Overview, Standing
from scenarios.render.document import Chart, Column, Figure, Ref, Table
from scenarios.render.pictures.items import short
from scenarios.render.text import percent
from scenarios.text import counted

MOST = 60
"""Scenarios that are drawn."""
_TOLD = 3
_OTHERS = {
    "time": "time passed without it",
    "rivals": "the others in its set",
    "overlap": "lines that overlap",
    "bound": "its bound",
    "expiry": "a forecast expired",
    "joined": "another forecaster joined",
    "withdrawal": "a forecast was withdrawn",
}


def overview(review: Review, database: Database, most: int | None = MOST) -> Chart | None:
    """Overview of the open scenarios, largest moves first; None if none is open."""
    moves = {move.scenario: move for move in review.moves}
    causes = Causes(review.events, review.other_causes)

    def why(id: ScenarioId) -> str:
        scenario_causes = causes.of(id)
        if not scenario_causes or id not in moves:
            return ""
        main = _cause(scenario_causes[0][1], moves[id], review, database)
        top = top_move(database, review.as_of, moves[id], causes)
        return _stated(top, main, review, database) if top and top.figure == "stated" else main

    rows = [row for row in review.scenarios if row.outcome is None and row.implied]
    standings = [_standing(row, why(row.id)) for row in _in_order(rows)]
    standings.sort(key=lambda standing: not standing.moved)
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
    return sorted(
        rows, key=lambda row: (-round(row.movement_bits or 0.0, 9), -_figure(row), row.id)
    )


def _figure(row: StatusRow) -> float:
    shown = row.stated or row.implied
    return shown.probability if shown else 0.0


def _standing(row: StatusRow, cause: str) -> Standing:
    return Standing(
        title=row.title,
        stated=row.stated.probability if row.stated else None,
        stated_before=row.stated.previous if row.stated else None,
        implied=row.shown.probability,
        implied_before=row.shown.previous,
        cause=cause,
        anchor=f"s-{row.id}",
    )


def _stated(top: TopMove, main: str, review: Review, database: Database) -> str:
    """Causes of the stated move, and the other causes of the implied move."""
    reason = " ".join((top.rationale or "another forecast").split())
    if top.because and not top.rationale:
        reason = _words(top.because[0].kind, top.because[0].subjects, review, database)
    return f"{reason}; implied: {main}" if top.apart else reason


def _cause(cause: Event | OtherCause, move: Move, review: Review, database: Database) -> str:
    """Cause of a move in a few words: an item, or another kind of cause."""
    if isinstance(cause, Event):
        return _words("event", cause.evidence, review, database)
    if cause.cause == "forecast":
        return (move.stated and move.stated.rationale) or "another forecast"
    return _words(cause.cause, cause.subjects, review, database)


def _words(kind: CauseKind, subjects: Sequence[str], review: Review, database: Database) -> str:
    subject = subjects[0] if subjects else ""
    if kind == "event":
        label, others = _item(subject, database), len(subjects) - 1
        return f"{label} and {counted(others, 'other item')}" if others else label
    if kind == "retraction":
        return f"retracted: {_item(subject, database)}"
    if kind == "given":
        ended = {outcome.scenario: outcome.outcome for outcome in review.resolved}
        title = database.scenarios[subject].title if subject in database.scenarios else subject
        return f"{title} {ended.get(subject, '').replace('-', ' ')}".strip()
    if kind == "absence":
        owner, _, name = subject.partition("/")
        return f"not seen: {database.scenarios[owner].indicators[name].statement}"
    return _OTHERS[kind]


def _item(id: str, database: Database) -> str:
    return short(database.evidence[id].summary) if id in database.evidence else id


def _label(rows: list[Standing], review: Review) -> str:
    """Sentence: how many scenarios moved, and the largest moves."""
    moved = [row for row in rows if row.moved]
    since = f"since {review.since.day} {review.since:%B %Y}"
    number = len(review.moves) or "none"
    overdue = sum(row.state == "overdue" for row in review.scenarios)
    late = f", {overdue} overdue" if overdue else ""
    head = f"{counted(len(rows) - overdue, 'open scenario')}{late}, {number} moved {since}"
    return ". ".join([head, *map(_says, moved[:_TOLD])]) + "."


def _says(row: Standing) -> str:
    figures = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in figures:
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
