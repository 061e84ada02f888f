"""The overview of a review: every open scenario, what moved it, and the table that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.headline import CauseKind, TopMove, top_move
from scenarios.analysis.review.moves import Causes, Event, Move, OtherCause
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, Rating, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, one_line, right
from scenarios.render.charts.grid import Grid, GridEffect, GridItem, GridRow
from scenarios.render.charts.overview import Overview, OverviewRow
from scenarios.render.document import Chart, Figure, Ref, Table
from scenarios.render.text import long_day, rose_or_fell
from scenarios.scales import percent, rating_decibans
from scenarios.text import counted
from scenarios.values import indicator_key


def short(text: str) -> str:
    """The first clause of a summary."""
    return one_line(text).partition("; ")[0]


def strongest(
    items: Iterable[EvidenceId], scenario_id: ScenarioId, database: Database
) -> EvidenceId:
    """The item that is rated furthest from neutral for a scenario, by itself or an indicator."""
    return max(items, key=lambda item: (_strength(item, scenario_id, database), item))


def _strength(id: EvidenceId, scenario_id: ScenarioId, database: Database) -> float:
    item = database.evidence[id]
    ratings: list[Rating | None] = [item.ratings.get(scenario_id)]
    for text in item.indicators:
        owner, name = indicator_key(text)
        if owner in database.scenarios and name in database.scenarios[owner].indicators:
            indicator = database.scenarios[owner].indicators[name]
            ratings.append(indicator.ratings.get(scenario_id))
    worth = (abs(rating_decibans(r, database.tracker.decibans)) for r in ratings if r is not None)
    return max(worth, default=0.0)


MOST = 60
"""Scenarios that are drawn."""
_NAMED = 3
"""Moves in the label."""
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
        since=review.since, as_of=review.as_of, rows=drawn, folded=len(standings) - len(drawn)
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
    )


def _stated(top: TopMove, main: str, review: Review, database: Database) -> str:
    """Causes of the stated move, and the other causes of the implied move."""
    reason = one_line(top.rationale or "another forecast")
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
        return f"{title} {cells.outcome_words(ended.get(subject))}".strip()
    if kind == "absence":
        owner, name = indicator_key(subject)
        return f"absent: {database.scenarios[owner].indicators[name].statement}"
    return _OTHERS[kind]


def _item(id: str, database: Database) -> str:
    return short(database.evidence[id].summary) if id in database.evidence else id


def _label(rows: list[OverviewRow], review: Review) -> str:
    """Sentence: how many scenarios moved, and the largest moves."""
    moved = [row for row in rows if row.moved]
    number = len(review.moves) or "none"
    overdue = sum(row.state == "overdue" for row in review.scenarios)
    late = f", {overdue} overdue" if overdue else ""
    still_open = counted(len(rows) - overdue, "open scenario")
    head = f"{still_open}{late}, {number} moved since {long_day(review.since)}"
    return ". ".join([head, *map(_says, moved[:_NAMED])]) + "."


def _says(row: OverviewRow) -> str:
    figures = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in figures:
        if before is not None and after is not None and percent(before) != percent(after):
            return f"{row.title}: {name}{rose_or_fell(before, after)}"
    return f"{row.title}: new"


def _table(rows: list[OverviewRow]) -> Table:
    columns: tuple[Cell[OverviewRow], ...] = (
        (left("scenario"), _scenario),
        *cells.before_and_after(_four),
        (left("what moved it most", "cause", drop=1, least=20), lambda row: row.cause),
    )
    return cells.table(rows, columns)


def _four(row: OverviewRow) -> cells.Four:
    return row.stated_before, row.stated, row.implied_before, row.implied


LEAST = 0.5
"""Decibans below which an effect is left out."""
ROWS = 40
_ITEMS = 150
"""Items that are drawn, those that moved most."""


def grid(
    views: Iterable[ScenarioView], database: Database, as_of: date, most: int = ROWS
) -> Chart | None:
    """Grid of the scenarios that evidence moved most; None if it moved none."""
    by_item: dict[EvidenceId, list[tuple[ScenarioView, float]]] = {}
    weights: dict[str, float] = {}
    shown = list(views)
    for view in shown:
        for line in view.ledger.lines:
            if id := _grid_item(line, database):
                by_item.setdefault(id, []).append((view, line.counted_decibans))
                if abs(line.counted_decibans) >= LEAST:
                    weights[view.id] = weights.get(view.id, 0.0) + abs(line.counted_decibans)
    moved = [view for view in shown if view.id in weights]
    kept = sorted(moved, key=lambda view: (-weights[view.id], view.id))[:most]
    places = {view.id: number for number, view in enumerate(kept)}
    items = [_drawn(id, effects, places, database) for id, effects in by_item.items()]
    strong = sorted((item for item in items if item.effects), key=lambda item: -item.weight)[
        :_ITEMS
    ]
    if not strong:
        return None
    strong.sort(key=lambda item: (item.day, item.anchor))
    data = Grid(
        first=min(*(view.scenario.opened for view in kept), strong[0].day),
        last=as_of,
        rows=tuple(GridRow(title=v.scenario.title, anchor=f"s-{v.id}") for v in kept),
        items=tuple(strong),
        least=LEAST,
        left_out=len(items) - len(strong),
    )
    return Chart(_grid_label(data), data, _grid_table(data))


def _grid_item(line: Line, database: Database) -> EvidenceId | None:
    """The item that a line stands for: its own, or the last recorded one behind an indicator."""
    known = [id for id in line.evidence if id in database.evidence]
    if line.kind not in ("direct", "indicator") or not known:
        return None
    if line.id in known:
        return line.id
    return max(known, key=lambda item: (database.evidence[item].recorded, item))


def _drawn(
    id: EvidenceId,
    effects: Sequence[tuple[ScenarioView, float]],
    places: dict[str, int],
    database: Database,
) -> GridItem:
    item = database.evidence[id]
    large = (
        GridEffect(row=places[view.id], decibans=worth)
        for view, worth in effects
        if abs(worth) >= LEAST and view.id in places
    )
    return GridItem(
        day=item.recorded,
        summary=short(item.summary),
        effects=tuple(sorted(large, key=lambda effect: effect.row)),
        anchor=f"e-{id}",
    )


def _grid_label(data: Grid) -> str:
    """Sentence: how many items moved how many scenarios, and the largest mover."""
    first = max(data.items, key=lambda item: item.weight)
    items, rows = counted(len(data.items), "item"), counted(len(data.rows), "scenario")
    many = counted(len(first.effects), "scenario")
    return f"{items} moved {rows}; most did {first.summary} ({first.day}), which moved {many}."


def _grid_table(data: Grid) -> Table:
    columns: tuple[Cell[tuple[GridItem, GridEffect]], ...] = (
        (left("recorded"), lambda pair: str(pair[0].day)),
        (left("item", least=20), lambda pair: pair[0].summary),
        (left("scenario"), lambda pair: _scenario(data.rows[pair[1].row])),
        (right("counted, dB", "counted_decibans"), lambda pair: Figure(pair[1].decibans, "dB")),
    )
    pairs = ((item, effect) for item in data.items for effect in item.effects)
    return cells.table(pairs, columns)


def _scenario(row: GridRow | OverviewRow) -> Ref:
    return Ref(row.anchor.removeprefix("s-"), "scenario", row.title)
