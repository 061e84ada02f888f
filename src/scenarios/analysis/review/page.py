"""The page of a review, as data: the review, and behind it every scenario's course."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.analysis.period.trajectory import Course, courses
from scenarios.analysis.review.ach import Matrix, matrix
from scenarios.analysis.review.listing import IndicatorRow, ListFilter, indicators
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.scores.daily_forecasts import OURS, TEAM
from scenarios.analysis.scores.scoring import Score, score
from scenarios.model import SetId
from scenarios.progress import Progress, unwatched


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


DAYS, DAYS_IN_ALL, FEWEST = 60, 3200, 12
"""Sampling budget: at most DAYS points a scenario and DAYS_IN_ALL in total, never under FEWEST."""


class ReviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page; `forecaster` is the one whose calibration is shown, if any."""

    review: Review
    chapters: tuple[Chapter, ...]
    sets: tuple[SetChapter, ...]
    indicators: tuple[IndicatorRow, ...]
    score: Score
    forecaster: str | None
    days: int


def page(window: Window, review: Review, progress: Progress = unwatched) -> ReviewPage:
    """The page of a review of that window."""
    days = min(DAYS, max(FEWEST, DAYS_IN_ALL // max(1, len(review.scenarios))))
    rows = [row for row in review.scenarios if not row.withheld]
    chapters = _chapters(window, rows, days, progress)
    whose = forecaster(window)
    scored = score(window.database, window.as_of, forecaster=whose)
    return ReviewPage(
        review=review,
        chapters=chapters,
        sets=tuple(_sets(window, chapters)),
        indicators=tuple(indicators(window.now, ListFilter())),
        score=scored,
        forecaster=whose if scored.calibration else None,
        days=days,
    )


def forecaster(window: Window) -> str | None:
    """The team where more than one analyst ever forecast, else that one, as scores name them."""
    names = {s.analyst for s in window.database.sheets.values() if s.date <= window.as_of}
    if len(names) > 1:
        return TEAM
    return next((f"{name} (analyst)" if name in OURS else name for name in names), None)


def _chapters(
    window: Window, rows: Sequence[StatusRow], days: int, progress: Progress = unwatched
) -> tuple[Chapter, ...]:
    of = courses(window, [row.id for row in rows], days, progress)
    return tuple(Chapter(row=row, view=window.views[row.id], course=of[row.id]) for row in rows)


def _sets(window: Window, chapters: Sequence[Chapter]) -> list[SetChapter]:
    """The sets in the order in which the status table has them."""
    order = dict.fromkeys(set_id for chapter in chapters if (set_id := chapter.row.set))
    of = {chapter.row.id: chapter for chapter in chapters}
    opened = {id: [m for m in members(window.database, id) if m in of] for id in order}
    return [
        SetChapter(
            id=id,
            statement=window.database.tracker.sets.get(id, id),
            members=tuple(of[member] for member in ids),
            matrix=matrix(window.now, tuple(ids)),
        )
        for id, ids in opened.items()
        if len(ids) > 1
    ]
