"""The pictures that stand alone: what is drawn of scenarios, of a set, of all that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import courses
from scenarios.analysis.review.review import review
from scenarios.model import ScenarioId, SetId
from scenarios.render.charts.draw import Panel, alone, draw
from scenarios.render.charts.overview import Sparkline
from scenarios.render.document import Chart
from scenarios.render.pictures.overview import overview
from scenarios.render.pictures.timeline import figures_of, lanes, multiples, timeline
from scenarios.render.text import long_day

DAYS = 120
"""Most days drawn in a picture that stands alone."""
_NARROW = 600
"""Width in pixels from which on a picture is drawn wide."""


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """Data to draw, what a label says of it, and a title; "" where it has none."""

    title: str
    label: str
    drawing: Any


Kind = Literal["courses", "grid", "line", "overview"]


def chosen(
    kind: Kind, window: Window, ids: Sequence[ScenarioId], set_id: SetId | None = None
) -> list[Titled]:
    """Scenarios one below the other, or side by side; a set; one line; or all that is open."""
    database, views, since, on = window.database, window.views, window.since, window.as_of
    if kind == "overview":
        picture = overview(review(window), database, None)
        title = f"Open scenarios on {long_day(on)}"
        return [_titled(title, picture)] if picture else []
    by_scenario = courses(window, ids, DAYS)
    if kind == "grid":
        return [_titled("", multiples(list(by_scenario.values()), views, database, since, on))]
    if set_id:
        statement = database.tracker.sets.get(set_id, set_id)
        some = list(by_scenario.values())
        return [_titled(statement, lanes(statement, some, views, database, since, on))]
    if kind == "line":
        [(id, course)] = by_scenario.items()
        label = timeline(course, views[id], database, since).label
        return [Titled(title="", label=label, drawing=Sparkline(points=figures_of(course)))]
    made_of = (timeline(by_scenario[id], views[id], database, since) for id in ids)
    return [_titled(picture.drawing.title, picture) for picture in made_of]


def svg(
    pictures: Sequence[Titled], signature: str, size: tuple[int, int] | None, *, dark: bool
) -> str:
    """The pictures one below the other, as for a phone where they are not to be wide."""
    narrow = size is not None and size[0] < _NARROW
    panels = [
        Panel(title=picture.title, drawing=draw(picture.drawing, narrow=narrow))
        for picture in pictures
    ]
    label = " ".join(picture.label for picture in pictures)
    return alone(panels, label, signature, dark=dark, size=size)


def _titled(title: str, chart: Chart) -> Titled:
    return Titled(title=title, label=chart.label, drawing=chart.drawing)
