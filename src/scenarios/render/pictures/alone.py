"""The pictures that stand alone: what is drawn of scenarios, of a set, of all that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import courses
from scenarios.analysis.review.review import review
from scenarios.model import ScenarioId, SetId
from scenarios.render.charts.draw import alone, draw
from scenarios.render.charts.overview import Sparkline
from scenarios.render.document import Chart
from scenarios.render.pictures.overview import overview
from scenarios.render.pictures.timeline import figures_of, lanes, multiples, timeline
from scenarios.render.text import long_day

DAYS = 120
"""Most days drawn in a picture that stands alone."""
_NARROW = 600
"""Width in pixels from which on a picture is drawn wide."""


Titled = tuple[str, Chart]
"""A chart under its title; "" where it has none."""
Kind = Literal["courses", "grid", "line", "overview"]


def chosen(
    kind: Kind, window: Window, ids: Sequence[ScenarioId], set_id: SetId | None = None
) -> list[Titled]:
    """Scenarios one below the other, or side by side; a set; one line; or all that is open."""
    database, views, since, on = window.database, window.views, window.since, window.as_of
    if kind == "overview":
        picture = overview(review(window), database, None)
        title = f"Open scenarios on {long_day(on)}"
        return [(title, picture)] if picture else []
    by_scenario = courses(window, ids, DAYS)
    drawn = [(course, views[id]) for id, course in by_scenario.items()]
    if kind == "grid":
        return [("", multiples(drawn, database, since, on))]
    if set_id:
        statement = database.tracker.sets.get(set_id, set_id)
        return [(statement, lanes(statement, drawn, database, since, on))]
    if kind == "line":
        [(id, course)] = by_scenario.items()
        line = Sparkline(points=figures_of(course))
        return [("", replace(timeline(course, views[id], database, since), drawing=line))]
    charts = (timeline(by_scenario[id], views[id], database, since) for id in ids)
    return [(chart.drawing.title, chart) for chart in charts]


def svg(
    pictures: Sequence[Titled], signature: str, size: tuple[int, int] | None, *, dark: bool
) -> str:
    """The pictures one below the other, as for a phone where they are not to be wide."""
    narrow = size is not None and size[0] < _NARROW
    panels = [(title, draw(chart.drawing, narrow=narrow)) for title, chart in pictures]
    label = " ".join(chart.label for _, chart in pictures)
    return alone(panels, label, signature, dark=dark, size=size)
