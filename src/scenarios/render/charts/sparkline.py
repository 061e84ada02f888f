"""A small line alone: a figure over time on a scale of log odds, with a dot at its end."""

from __future__ import annotations

import msgspec

from scenarios.render.charts import curves, svg
from scenarios.render.charts.scale import Days, log_odds
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.charts.timeline import Figures

_WIDE, _HIGH, _EDGE = 140, 32, 5


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """Stated figures, or implied figures where nothing was ever stated."""

    points: tuple[Figures, ...]


def draw(data: Sparkline, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The line and its last figure as a dot; as wide on a phone."""
    del narrow, places
    is_stated = any(point.stated is not None for point in data.points)
    name = "stated" if is_stated else "implied"
    points = [(p.day, p.stated if is_stated else p.implied) for p in data.points]
    figures = [p for _, p in points if p is not None]
    days = Days(first=points[0][0], last=points[-1][0], start=_EDGE, end=_WIDE - _EDGE)
    odds = log_odds(figures, _HIGH - _EDGE, _EDGE, 3)
    path = curves.course(points, [False] * (len(points) - 1), points[-1][0], days, odds)
    body = svg.path(path, f"s-{name}", 2)
    if points[-1][1] is not None:
        body += svg.circle(days.at(points[-1][0]), odds.at(points[-1][1]), 3, f"f-{name}")
    return Drawing(body, (0, 0, _WIDE, _HIGH))
