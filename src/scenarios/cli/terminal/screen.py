"""Trends beside the status on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from scenarios.analysis.period.trajectory import Point, last_reviews, trends
from scenarios.analysis.review.status import StatusRow
from scenarios.cli.output import streams
from scenarios.model import Database, ScenarioId
from scenarios.render.documents.status import Trends, figures
from scenarios.workspace.opened import Opened
from scenarios.workspace.reading import remembered

Points = tuple[Point, ...]

_REVIEWS = 12
"""Reviews in a sparkline."""


def trends_for(opened: Opened, rows: Iterable[StatusRow], on: date) -> Trends | None:
    """Trends of the rows over the last reviews; None where the output is no terminal."""
    if not streams.on_terminal():
        return None
    days = last_reviews(on, opened.database.tracker.review_every_days, _REVIEWS)

    def make(database: Database, ids: Collection[ScenarioId]) -> dict[ScenarioId, Points]:
        known = (id for id in ids if id not in database.withheld)
        return trends(database, dict.fromkeys(known, days))

    points = remembered(opened, "trends", f"{days}", Points, make)
    return Trends(days, {row.id: figures(days, points.get(row.id, ())) for row in rows})
