"""Small multiples: many scenarios side by side, on the same days, each on a scale of its own."""

from __future__ import annotations

from typing import NamedTuple

from scenarios.render.charts import lanes, marks, svg
from scenarios.render.charts.labels import folded
from scenarios.render.charts.lanes import Lanes, Member
from scenarios.render.charts.scale import Days
from scenarios.render.charts.svg import NOWHERE, Drawing, Places

_COLUMNS, _GAP = 3, 24
_LINE = 16
_TITLE = 3
_LEAST = 6.0
"""Decibans of a scale at the least."""


class Multiples(Lanes, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, from left to right and down."""


def draw(data: Multiples, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """In columns; the cells of a row are as high as the highest of them."""
    wide = lanes.NARROW if narrow else lanes.WIDE
    columns = 1 if narrow else min(_COLUMNS, len(data.members))
    cell = (wide - (columns - 1) * _GAP) / columns
    key, height = marks.key(list(lanes.key(data)), wide, 12)
    parts, y = [key], height + 10.0
    for start in range(0, len(data.members), columns):
        row = data.members[start : start + columns]
        titles = [folded(cell_data.title, cell, _TITLE, bold=True) for cell_data in row]
        tall = max(map(len, titles)) * _LINE
        above = (
            tall + max(len(list(lanes.figures(cell_data))) - 1 for cell_data in row) * _LINE + 10
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
        svg.text(0, 14 + n * _LINE, line, "f-ink bold", whole) for n, line in enumerate(title)
    )
    parts = [
        svg.mark(drawn, "", member.anchor, places, (0, 0, box.wide, max(box.title, svg.TARGET)))
    ]
    *others, last = lanes.figures(member)
    for number, (name, figure) in enumerate(others):
        parts.append(svg.text(0, box.title + 14 + number * _LINE, figure, f"f-{name} small bold"))
    parts.append(svg.text(box.wide, box.title + 14, last[1], f"f-{last[0]} small bold end"))
    days = lanes.days_of(data, 44, box.wide - 8)
    foot = box.above + lanes.LANE
    parts.append(lanes.lane(member, data, days, box.above, foot, _LEAST))
    return "".join(parts) + _ends(days, foot + 16)


def _ends(days: Days, y: float) -> str:
    """The first day and the last."""
    first = svg.text(days.start, y, f"{days.first:%b %Y}", "f-muted small")
    return first + svg.text(days.end, y, f"{days.last:%b %Y}", "f-muted small end")
