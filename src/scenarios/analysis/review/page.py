"""A scenario and a set as a page has them, and whose calibration it shows."""

from __future__ import annotations

import msgspec

from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.analysis.period.trajectory import Course
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.scores.daily_forecasts import OURS, TEAM
from scenarios.model import SetId


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario: its row of the status table, its figures at both dates, its course."""

    row: StatusRow
    view: ScenarioView
    course: Course


class SetChapter(msgspec.Struct, frozen=True, kw_only=True):
    """A set of which two members or more had opened."""

    id: SetId
    statement: str
    members: tuple[Chapter, ...]
    matrix: Matrix


def forecaster(window: Window) -> str | None:
    """The team where more than one analyst ever forecast, else that one, as scores name them."""
    names = {s.analyst for s in window.database.sheets.values() if s.date <= window.as_of}
    if len(names) > 1:
        return TEAM
    return next((f"{name} (analyst)" if name in OURS else name for name in names), None)
