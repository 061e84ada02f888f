"""Evidence by scenario over time: which item moved which scenario, when, and which way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from scenarios.render.charts import lanes, svg
from scenarios.render.charts.lanes import Lanes, Member
from scenarios.render.charts.scale import SMALL, Days, folded, spread, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import signed
from scenarios.text import counted

WIDE, NARROW = 960, 340
_GUTTER = 272
_ROW, _LINE = 25, 15
_NAMED = 9
"""Items that have a number and words, those that moved most."""
_APART = 20


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Decibans of an item for a scenario, by the scenario's row."""

    row: int
    decibans: float


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item, the day on which it was recorded, and what it moved."""

    day: date
    told: str
    effects: tuple[Effect, ...]
    anchor: str = ""

    @property
    def weight(self) -> float:
        """All that it moved."""
        return sum(abs(effect.decibans) for effect in self.effects)


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario."""

    title: str
    anchor: str = ""


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """The items in the order of their days, over the scenarios; what is smaller is left out."""

    first: date
    last: date
    rows: tuple[GridRow, ...]
    items: tuple[Item, ...]
    least: float
    left_out: int = 0


def draw(data: Grid, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A row a scenario, a column of arrows an item; the strongest have numbers and words."""
    wide = NARROW if narrow else WIDE
    room = (date.max - data.last).days
    end = data.last + timedelta(min(max(1, (data.last - data.first).days // 60), room))
    left = 12.0 if narrow else _GUTTER
    days = Days(first=data.first, last=end, start=left, end=wide - 16)
    key, height = svg.key(list(_key()), wide, 12)
    named = sorted(sorted(data.items, key=lambda item: -item.weight)[:_NAMED], key=_by_day)
    top = height + 36.0
    heads, middles, y = _rows(data.rows, top, wide, places, narrow=narrow)
    parts = [key, *_axis(days, top - 4, y, wide), *_flags(named, days, top - 18, y, wide)]
    parts += heads
    for item in data.items:
        parts += _arrows(item, data.rows, days, middles, places)
    words, y = _words(named, y + 26, 0 if narrow else _GUTTER, wide, places)
    parts += words
    if data.left_out:
        y += _LINE
        parts.append(svg.text(0, y, _left_out(data, narrow=narrow), "f-muted small"))
    return Drawing("".join(parts), (-2, 0, wide + 4, y + 6))


def _by_day(item: Item) -> tuple[date, str]:
    return item.day, item.told


def _key() -> Iterator[svg.Key]:
    yield _arrow(0, 0, 8), "for it"
    yield _arrow(0, 0, -8), "against it; the larger, the more decibans"


def _rows(
    rows: Sequence[GridRow], y: float, wide: float, places: Places, *, narrow: bool
) -> tuple[list[str], list[float], float]:
    """The titles with a line for each, and where the lines stand."""
    parts, middles = [], []
    for row in rows:
        lines = folded(row.title, wide if narrow else _GUTTER - 26, 7, SMALL)
        tall = max(_ROW, len(lines) * _LINE + (26 if narrow else 8))
        middle = y + tall - 12 if narrow else y + tall / 2
        first = y + 12 if narrow else middle - (len(lines) - 1) * _LINE / 2 + 4
        drawn = "".join(
            svg.text(0, first + n * _LINE, line, "f-ink small") for n, line in enumerate(lines)
        )
        hit = (0, y, wide if narrow else _GUTTER - 20, max(len(lines) * _LINE, svg.TARGET))
        parts.append(svg.mark(drawn, "", row.anchor, places, hit))
        ends = [(0 if narrow else _GUTTER - 12, middle), (wide, middle)]
        parts.insert(0, svg.path(svg.line(ends), "s-grid"))
        middles.append(middle)
        y += tall
    return parts, middles, y


def _axis(days: Days, top: float, foot: float, wide: float) -> Iterator[str]:
    for day, label in days.ticks():
        x, half = days.at(day), width(label, SMALL) / 2
        yield svg.path(svg.line([(x, top), (x, foot)]), "s-grid")
        if half <= x <= wide - half:
            yield svg.text(x, foot + 16, label, "f-muted small middle")


def _flags(
    named: Sequence[Item], days: Days, top: float, foot: float, wide: float
) -> Iterator[str]:
    """The numbers above the columns of the strongest items."""
    at = [days.at(item.day) for item in named]
    flags = spread(at, _APART, wide - svg.BADGE, svg.BADGE)
    for number, (x, flag) in enumerate(zip(at, flags, strict=True), start=1):
        leader = svg.line([(flag, top), (x, top + 14), (x, foot)])
        yield svg.path(leader, "s-muted", 1, "1 3") + svg.badge(flag, top, number)


def _arrows(
    item: Item, rows: Sequence[GridRow], days: Days, middles: Sequence[float], places: Places
) -> Iterator[str]:
    x = days.at(item.day)
    for effect in item.effects:
        y = middles[effect.row]
        day = f"{item.day.day} {item.day:%b %Y}"
        worth = f"{signed(effect.decibans)} dB"
        about = f"{day}: {item.told}\n{worth}: {rows[effect.row].title}"
        shape = _arrow(x, y, effect.decibans)
        yield svg.mark(shape, about, item.anchor, places, svg.around(x, y))


def _arrow(x: float, y: float, decibans: float) -> str:
    """Full and upwards for it, hollow and downwards against it, its area by its worth."""
    half = min(3 + 1.5 * math.sqrt(abs(decibans)), 9)
    way = -1 if decibans > 0 else 1
    tip, base = svg.number(y + way * half), svg.number(y - way * half)
    d = f"M{svg.number(x - half)},{base}H{svg.number(x + half)}L{svg.number(x)},{tip}z"
    return svg.path(d, "f-for s-paper" if decibans > 0 else "f-paper s-against", 1.5)


def _words(
    named: Sequence[Item], y: float, left: float, wide: float, places: Places
) -> tuple[list[str], float]:
    parts = []
    for number, item in enumerate(named, start=1):
        label = f"{item.day.day} {item.day:%b %Y}: {item.told}"
        lines = folded(label, wide - left - 26, 3, SMALL)
        whole = label if lines[-1].endswith("…") else ""
        drawn = "".join(
            svg.text(left + 24, y + 15 + n * _LINE, line, "f-ink small", whole)
            for n, line in enumerate(lines)
        )
        drawn += svg.badge(left + 9, y + 11, number)
        tall = max(len(lines) * _LINE + 4, svg.TARGET)
        parts.append(svg.mark(drawn, "", item.anchor, places, (left, y - 2, wide - left, tall)))
        y += tall
    return parts, y


def _left_out(data: Grid, *, narrow: bool) -> str:
    note = f"{counted(data.left_out, 'item')} left out"
    return note if narrow else f"{note}, which moved nothing by {data.least:g} dB or more"


_COLUMNS, _GAP = 3, 24
_MULTIPLES_LINE = 16
_TITLE = 3
_LEAST = 6.0
"""Decibans of a scale at the least."""


class Multiples(Lanes, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, from left to right and down."""


def draw_multiples(data: Multiples, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """In columns; the cells of a row are as high as the highest of them."""
    wide = lanes.NARROW if narrow else lanes.WIDE
    columns = 1 if narrow else min(_COLUMNS, len(data.members))
    cell = (wide - (columns - 1) * _GAP) / columns
    key, height = svg.key(list(lanes.key(data)), wide, 12)
    parts, y = [key], height + 10.0
    for start in range(0, len(data.members), columns):
        row = data.members[start : start + columns]
        titles = [folded(cell_data.title, cell, _TITLE, bold=True) for cell_data in row]
        tall = max(map(len, titles)) * _MULTIPLES_LINE
        above = (
            tall
            + max(len(list(lanes.figures(cell_data))) - 1 for cell_data in row) * _MULTIPLES_LINE
            + 10
        )
        for number, (member, title) in enumerate(zip(row, titles, strict=True)):
            drawn = _cell(member, title, data, Box(cell, tall, above), places)
            parts.append(svg.moved(drawn, number * (cell + _GAP), y))
        y += above + lanes.LANE + 42
    return Drawing("".join(parts), (-2, 0, wide + 4, y - 10))


class Box(NamedTuple):
    """Width of a cell, height of its title, and where its lines begin."""

    wide: float
    title: float
    above: float


def _cell(member: Member, title: list[str], data: Lanes, box: Box, places: Places) -> str:
    whole = member.title if title[-1].endswith("…") else ""
    drawn = "".join(
        svg.text(0, 14 + n * _MULTIPLES_LINE, line, "f-ink bold", whole)
        for n, line in enumerate(title)
    )
    parts = [
        svg.mark(drawn, "", member.anchor, places, (0, 0, box.wide, max(box.title, svg.TARGET)))
    ]
    *others, last = lanes.figures(member)
    for number, (name, figure) in enumerate(others):
        parts.append(
            svg.text(0, box.title + 14 + number * _MULTIPLES_LINE, figure, f"f-{name} small bold")
        )
    parts.append(svg.text(box.wide, box.title + 14, last[1], f"f-{last[0]} small bold end"))
    days = lanes.days_of(data, 44, box.wide - 8)
    foot = box.above + lanes.LANE
    parts.append(lanes.lane(member, data, days, box.above, foot, _LEAST))
    return "".join(parts) + _ends(days, foot + 16)


def _ends(days: Days, y: float) -> str:
    """The first day and the last."""
    first = svg.text(days.start, y, f"{days.first:%b %Y}", "f-muted small")
    return first + svg.text(days.end, y, f"{days.last:%b %Y}", "f-muted small end")
