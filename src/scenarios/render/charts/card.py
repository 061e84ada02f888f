"""A picture by which a page is previewed where it is shared: its title, one figure, one line."""

from __future__ import annotations

from typing import Literal

import msgspec

from scenarios.render.charts import curves, svg
from scenarios.render.charts.alone import Panel, alone
from scenarios.render.charts.labels import SMALL, folded
from scenarios.render.charts.scale import Days, log_odds
from scenarios.render.charts.svg import Drawing
from scenarios.render.charts.timeline import Figures

SIZE = (1200, 630)
"""Pixels, as those who show previews ask for."""
_WIDE, _HIGH = 400, 210
_EDGE, _HEAD, _LINE = 22, 16, 19
_ZOOM = 3.6
_LEFT, _TOP, _FOOT = 190, 96, 168
"""Where the course begins, and between which heights it runs."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a card; `points` are drawn if there are any."""

    title: str
    figure: str
    look: Literal["stated", "implied", "ink"] = "ink"
    about: str
    signature: str
    points: tuple[Figures, ...] = ()


def card(data: Card) -> str:
    """The card as one SVG, for light pages: those who show it know no reader's scheme."""
    return alone([Panel(title="", drawing=_draw(data))], data.title, "", size=SIZE, dark=False)


def _draw(data: Card) -> Drawing:
    room = _WIDE - 2 * _EDGE
    parts = [svg.path(svg.bar(0, 0, _WIDE, _HIGH), "f-paper")]
    y = 30.0
    for line in folded(data.title, room, 2, _HEAD, bold=True):
        parts.append(svg.text(_EDGE, y, line, "f-ink bold head"))
        y += _LINE
    large = svg.text(0, 0, data.figure, f"f-{data.look} bold")
    parts.append(f'<g transform="translate({_EDGE},{_FOOT - 22}) scale({_ZOOM})">{large}</g>')
    parts.append(svg.text(_EDGE, _FOOT, data.about, "f-muted small"))
    parts.append(_course(data.points))
    [signature] = folded(data.signature, room, 1, SMALL)
    parts.append(svg.text(_EDGE, _HIGH - 14, signature, "f-muted small"))
    return Drawing("".join(parts), (0, 0, _WIDE, _HIGH))


def _course(points: tuple[Figures, ...]) -> str:
    if not points:
        return ""
    first, last = points[0].day, points[-1].day
    days = Days(first=first, last=last, start=_LEFT, end=_WIDE - _EDGE)
    lines = {
        name: [(point.day, getattr(point, name)) for point in points]
        for name in ("implied", "stated")
    }
    figures = [p for line in lines.values() for _, p in line if p is not None]
    odds = log_odds(figures, _FOOT - 22, _TOP, 3)
    steps = [False] * (len(points) - 1)
    return "".join(
        svg.path(curves.course(line, steps, last, days, odds), f"s-{name}", 2)
        for name, line in lines.items()
        if any(p is not None for _, p in line)
    )
