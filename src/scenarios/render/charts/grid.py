"""Evidence by scenario over time: which item moved which scenario, when, and which way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scenarios.render.charts import lanes, parts, svg
from scenarios.render.charts.lanes import Lanes, Member
from scenarios.render.charts.parts import LINE, NARROW, WIDE, probabilities
from scenarios.render.charts.scale import SMALL, DayScale, days_beyond, folded, log_odds, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import short_day, signed
from scenarios.text import counted

_GUTTER = 272
_ROW = 25
_NAMED = 9
"""Items that have a number and words, those that moved most."""
_AGAINST = "against it; the larger, the more decibans"


class GridEffect(msgspec.Struct, frozen=True, kw_only=True):
    """Decibans of an item for a scenario, by the scenario's row."""

    row: int
    decibans: float


class GridItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item, the day on which it was recorded, and what it moved."""

    day: date
    summary: str
    effects: tuple[GridEffect, ...]
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
    items: tuple[GridItem, ...]
    least: float
    left_out: int = 0


def draw(data: Grid, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A row a scenario, a column of arrows an item; the strongest have numbers and words."""
    wide, left = (NARROW, 12.0) if narrow else (WIDE, _GUTTER)
    days = days_beyond(data.first, data.last, left, wide - 16)
    meanings = (_arrow(0, 0, 8), "for it"), (_arrow(0, 0, -8), _AGAINST)
    key, height = parts.key(meanings, wide)
    strongest = sorted(data.items, key=lambda item: -item.weight)[:_NAMED]
    named = sorted(strongest, key=lambda item: (item.day, item.summary))
    top = height + 36.0
    heads, middles, y = _rows(data.rows, top, wide, places, narrow=narrow)
    body = [key, *parts.day_axis(days, wide, top - 4, y, y + 16)]
    columns = [(days.at(item.day), y) for item in named]
    body += parts.flags(columns, top - 18, top - 4, wide, "1 3")
    body += heads
    for item in data.items:
        body += _arrows(item, data.rows, days, middles, places)
    labels = [(f"{short_day(item.day)}: {item.summary}", item.anchor) for item in named]
    words, y = parts.notes(labels, (0 if narrow else _GUTTER, y + 26, wide), 3, places)
    body += words
    if data.left_out:
        y += LINE
        note = f"{counted(data.left_out, 'item')} left out"
        more = "" if narrow else f", which moved nothing by {data.least:g} dB or more"
        body.append(svg.text(0, y, note + more, "f-muted small"))
    return Drawing("".join(body), (-2, 0, wide + 4, y + 6))


def _rows(
    rows: Sequence[GridRow], y: float, wide: float, places: Places, *, narrow: bool
) -> tuple[list[str], list[float], float]:
    """The titles with a line for each, and where the lines stand."""
    body, middles = [], []
    for row in rows:
        texts = folded(row.title, wide if narrow else _GUTTER - 26, 7, SMALL)
        tall = max(_ROW, len(texts) * LINE + (26 if narrow else 8))
        middle = y + tall - 12 if narrow else y + tall / 2
        first = y + 12 if narrow else middle - (len(texts) - 1) * LINE / 2 + 4
        hit = (0, y, wide if narrow else _GUTTER - 20, max(len(texts) * LINE, svg.TARGET))
        body.append(svg.mark(parts.lines(0, first, texts), "", row.anchor, places, hit))
        ends = [(0 if narrow else _GUTTER - 12, middle), (wide, middle)]
        body.insert(0, svg.path(svg.line(ends), "s-grid"))
        middles.append(middle)
        y += tall
    return body, middles, y


def _arrows(
    item: GridItem,
    rows: Sequence[GridRow],
    days: DayScale,
    middles: Sequence[float],
    places: Places,
) -> Iterator[str]:
    x = days.at(item.day)
    for effect in item.effects:
        y = middles[effect.row]
        worth = f"{signed(effect.decibans)} dB: {rows[effect.row].title}"
        about = f"{short_day(item.day)}: {item.summary}\n{worth}"
        shape = _arrow(x, y, effect.decibans)
        yield svg.mark(shape, about, item.anchor, places, svg.around(x, y))


def _arrow(x: float, y: float, decibans: float) -> str:
    """Full and upwards for it, hollow and downwards against it, its area by its worth."""
    half = min(3 + 1.5 * math.sqrt(abs(decibans)), 9)
    way = -1 if decibans > 0 else 1
    tip, base = svg.number(y + way * half), svg.number(y - way * half)
    d = f"M{svg.number(x - half)},{base}H{svg.number(x + half)}L{svg.number(x)},{tip}z"
    return svg.path(d, "f-for s-paper" if decibans > 0 else "f-paper s-against", 1.5)


_COLUMNS, _GAP, _TALL = 3, 24, 100
_MULTIPLES_LINE = 16
_TITLE = 3
_LEAST = 6.0
"""Decibans of a scale at the least."""


class Multiples(Lanes, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, from left to right and down.

    Around an `event`, as the day `since` is written, all have one scale, else each its own.
    """

    event: str = ""


def draw_multiples(data: Multiples, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """In columns; the cells of a row are as high as the highest of them."""
    wide = NARROW if narrow else WIDE
    columns = 1 if narrow else _COLUMNS if data.event else min(_COLUMNS, len(data.members))
    cell = (wide - (columns - 1) * _GAP) / columns
    key, height = parts.key(lanes.key(data), wide)
    body, y = [key], height + 10.0
    for start in range(0, len(data.members), columns):
        row = data.members[start : start + columns]
        titles = [folded(member.title, cell, _TITLE, bold=True) for member in row]
        tall = max(map(len, titles)) * _MULTIPLES_LINE
        figures = max(len(list(lanes.figures(member))) for member in row)
        above = tall + max(figures - 1, 1) * _MULTIPLES_LINE + 10
        for number, (member, title) in enumerate(zip(row, titles, strict=True)):
            drawn = _cell(member, title, data, (cell, tall, above), places)
            body.append(svg.moved(drawn, number * (cell + _GAP), y))
        y += above + _plot(data) + 42
    return Drawing("".join(body), (-2, 0, wide + 4, y - 10))


def _cell(
    member: Member,
    title: list[str],
    data: Multiples,
    box: tuple[float, float, float],
    places: Places,
) -> str:
    """A member in a cell: its width, the height of its title, and where its lines begin."""
    wide, tall, above = box
    drawn = parts.lines(0, 14, title, "f-ink bold", member.title, _MULTIPLES_LINE)
    body = svg.mark(drawn, "", member.anchor, places, (0, 0, wide, max(tall, svg.TARGET)))
    *others, last = lanes.figures(member)
    for number, (name, figure) in enumerate(others):
        y = tall + 14 + number * _MULTIPLES_LINE
        body += svg.text(0, y, figure, f"f-{name} small bold")
    body += svg.text(wide, tall + 14, last[1], f"f-{last[0]} small bold end")
    days = lanes.days_of(data, 44, wide - 8)
    foot = above + _plot(data)
    together = data.members if data.event else (member,)
    shown = [p for other in together for p in probabilities(other.points)]
    body += lanes.lane(member, data, days, log_odds(shown, foot, above, _LEAST))
    if data.event:
        return body + _event(data, days, above, foot)
    body += svg.text(days.start, foot + 16, f"{days.first:%b %Y}", "f-muted small")
    return body + svg.text(days.end, foot + 16, f"{days.last:%b %Y}", "f-muted small end")


def _plot(data: Multiples) -> int:
    """Height of the lines; on one scale for all they need more of it."""
    return _TALL if data.event else lanes.LANE


def _event(data: Multiples, days: DayScale, top: float, foot: float) -> str:
    """The day of the event, through the lines and below them."""
    x, half = days.at(data.since), width(data.event, SMALL) / 2
    middle = min(max(x, days.start + half), days.end - half)
    line = svg.path(svg.line([(x, top), (x, foot)]), "s-muted", 1, "2 3")
    return line + svg.text(middle, foot + 19, data.event, "f-muted small middle")
