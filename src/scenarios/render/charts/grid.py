"""Scenarios side by side, each in a cell of its own."""

from __future__ import annotations

from scenarios.render.charts import lanes, parts, svg
from scenarios.render.charts.lanes import Lanes, Member
from scenarios.render.charts.parts import NARROW, WIDE, probabilities
from scenarios.render.charts.scale import SMALL, DayScale, folded, log_odds, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places

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
