"""The overview of a review: every open scenario, what moved it, and the table that says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.period.period import ScenarioView
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.model import Database, EvidenceId, ScenarioId
from scenarios.render import cells
from scenarios.render.cells import Cell, left, right
from scenarios.render.charts.grid import Grid, GridEffect, GridItem, GridRow
from scenarios.render.charts.overview import Overview, OverviewRow
from scenarios.render.document import Chart, Figure, Ref, Table, plain
from scenarios.render.documents.review import captions
from scenarios.render.documents.review.causes import short
from scenarios.render.documents.review.sentences import label
from scenarios.scales import percent

MOST = 60
"""Scenarios that are drawn."""
_NAMED = 3
"""Moves in the label."""


def overview(review: Review, database: Database, most: int | None = MOST) -> Chart | None:
    """Overview of the open scenarios, largest moves first; None if none is open."""
    moved = {move.scenario: move for move in review.story.moves}

    def why(id: ScenarioId) -> str:
        return label(moved[id], review.story, database) if id in moved else ""

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


def _label(rows: list[OverviewRow], review: Review) -> str:
    """Sentence: how many scenarios moved, and the largest moves."""
    moved = [row for row in rows if row.moved]
    overdue = sum(row.state == "overdue" for row in review.scenarios)
    number, every = len(review.story.moved), len(review.story.moves)
    counts = (len(rows) - overdue, overdue, number, every - number)
    head = captions.count(*counts, review.since)
    return ". ".join([head, *map(_says, moved[:_NAMED])]) + "."


def _says(row: OverviewRow) -> str:
    figures = [("", row.stated_before, row.stated), ("implied ", row.implied_before, row.implied)]
    for name, before, after in figures:
        if before is not None and after is not None and percent(before) != percent(after):
            return f"{row.title}: {name}{plain(captions.rose_or_fell(before, after)).strip()}"
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
        summary=short(id, database),
        effects=tuple(sorted(large, key=lambda effect: effect.row)),
        anchor=f"e-{id}",
    )


def _grid_label(data: Grid) -> str:
    """Sentence: how many items moved how many scenarios, and the largest mover."""
    first = max(data.items, key=lambda item: item.weight)
    most = f"{first.summary} ({first.day})"
    return captions.items(len(data.items), len(data.rows), most, len(first.effects))


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
