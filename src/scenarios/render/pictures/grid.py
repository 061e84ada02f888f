"""Which item moved which scenario, as a picture: what the ledgers count of each item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from scenarios.analysis.ledger.ledger import Line
from scenarios.analysis.period.period import View
from scenarios.model import Database, EvidenceId
from scenarios.render.charts.grid import Effect, Grid, GridRow, Item
from scenarios.render.document import Chart, Column, Figure, Ref, Row, Table
from scenarios.render.pictures.items import short
from scenarios.text import counted

LEAST = 0.5
"""Decibans below which an effect is left out."""
ROWS = 40
_ITEMS = 150
"""Items that are drawn, those that moved most."""


def grid(views: Iterable[View], database: Database, as_of: date, most: int = ROWS) -> Chart | None:
    """Grid of the scenarios that evidence moved most; None if it moved none."""
    by_item: dict[EvidenceId, list[tuple[View, float]]] = {}
    weights: dict[str, float] = {}
    shown = list(views)
    for view in shown:
        for line in view.ledger.lines:
            if id := _item(line, database):
                by_item.setdefault(id, []).append((view, line.counted_decibans))
                if abs(line.counted_decibans) >= LEAST:
                    weights[view.id] = weights.get(view.id, 0.0) + abs(line.counted_decibans)
    moved = [view for view in shown if view.id in weights]
    kept = sorted(moved, key=lambda view: (-weights[view.id], view.id))[:most]
    places = {view.id: number for number, view in enumerate(kept)}
    items = [_drawn(id, effects, places, database) for id, effects in by_item.items()]
    strong = sorted((one for one in items if one.effects), key=lambda item: -item.weight)[:_ITEMS]
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
    return Chart(_label(data), data, _table(data))


def _item(line: Line, database: Database) -> EvidenceId | None:
    """The item that a line stands for: its own, or the last recorded one behind an indicator."""
    known = [id for id in line.evidence if id in database.evidence]
    if line.kind not in ("direct", "indicator") or not known:
        return None
    if line.id in known:
        return line.id
    return max(known, key=lambda item: (database.evidence[item].recorded, item))


def _drawn(
    id: EvidenceId,
    effects: Sequence[tuple[View, float]],
    places: dict[str, int],
    database: Database,
) -> Item:
    item = database.evidence[id]
    large = (
        Effect(row=places[view.id], decibans=worth)
        for view, worth in effects
        if abs(worth) >= LEAST and view.id in places
    )
    return Item(
        day=item.recorded,
        told=short(item.summary),
        effects=tuple(sorted(large, key=lambda effect: effect.row)),
        anchor=f"e-{id}",
    )


def _label(data: Grid) -> str:
    """Sentence: how many items moved how many scenarios, and the largest mover."""
    first = max(data.items, key=lambda item: item.weight)
    items, rows = counted(len(data.items), "item"), counted(len(data.rows), "scenario")
    many = counted(len(first.effects), "scenario")
    return f"{items} moved {rows}; most did {first.told} ({first.day}), which moved {many}."


def _table(data: Grid) -> Table:
    rows: list[Row] = []
    for item in data.items:
        for effect in item.effects:
            row = data.rows[effect.row]
            name = Ref(row.anchor.removeprefix("s-"), "scenario", row.title)
            rows.append((str(item.day), item.told, name, Figure(effect.decibans, "dB")))
    return Table(
        columns=(
            Column(name="recorded"),
            Column(name="item", least=20),
            Column(name="scenario"),
            Column(name="counted, dB", key="counted_decibans", align="right"),
        ),
        rows=tuple(rows),
    )
