"""The pictures that stand alone: what is drawn of scenarios, of a set, of all that is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import courses
from scenarios.analysis.review.review import review
from scenarios.model import ScenarioId, SetId
from scenarios.render.charts.sparkline import Sparkline
from scenarios.render.pictures.lanes import lanes, multiples
from scenarios.render.pictures.overview import overview
from scenarios.render.pictures.timeline import figures_of, timeline

DAYS = 120
"""A picture that stands alone is drawn on at most so many days."""


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    """Data to draw, what a label says of it, and a title; "" where it has none."""

    title: str
    label: str
    drawing: Any


def over_time(window: Window, ids: Sequence[ScenarioId]) -> list[Titled]:
    """Each scenario by itself, in their order."""
    found = courses(window, ids, DAYS)
    made = (timeline(found[id], window.views[id], window.database, window.since) for id in ids)
    return [Titled(title=one.drawing.title, label=one.label, drawing=one.drawing) for one in made]


def of_set(window: Window, set_id: SetId, ids: Sequence[ScenarioId]) -> list[Titled]:
    """A lane a member."""
    statement = window.database.tracker.sets.get(set_id, set_id)
    found = list(courses(window, ids, DAYS).values())
    views, database = window.views, window.database
    made = lanes(statement, found, views, database, window.since, window.as_of)
    return [Titled(title=statement, label=made.label, drawing=made.drawing)]


def side_by_side(window: Window, ids: Sequence[ScenarioId]) -> list[Titled]:
    """Small multiples."""
    found = list(courses(window, ids, DAYS).values())
    made = multiples(found, window.views, window.database, window.since, window.as_of)
    return [Titled(title="", label=made.label, drawing=made.drawing)]


def small_line(window: Window, id: ScenarioId) -> list[Titled]:
    """One line without words."""
    course = courses(window, [id], DAYS)[id]
    label = timeline(course, window.views[id], window.database, window.since).label
    return [Titled(title="", label=label, drawing=Sparkline(points=figures_of(course)))]


def of_all(window: Window) -> list[Titled]:
    """Every open scenario; nothing where none is."""
    made = overview(review(window), window.database, None)
    if made is None:
        return []
    title = f"Open scenarios on {window.as_of.day} {window.as_of:%B %Y}"
    return [Titled(title=title, label=made.label, drawing=made.drawing)]
