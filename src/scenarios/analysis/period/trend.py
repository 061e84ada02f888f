"""A scenario's stated and implied probability over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.bearing import bearing, near
from scenarios.analysis.evidence.knowledge import last_open_day
from scenarios.analysis.forecasts.stated import stated
from scenarios.analysis.ledger.neighbourhood import implied_on
from scenarios.model import Database, ScenarioId


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Both probabilities on a day; `stated` is None where nobody's forecast stood."""

    day: date
    stated: float | None
    implied: float


def trends(
    database: Database, days: Mapping[ScenarioId, Iterable[date]]
) -> dict[ScenarioId, tuple[Point, ...]]:
    """The figures of each scenario on the days asked for, those on which it was open.

    The last of its days is the one before its outcome was recorded.
    """
    items, sheets = bearing(database), database.speaking
    by_scenario = {}
    for id, wanted in days.items():
        around = near(database, id, items, sheets)
        first, last = database.scenarios[id].opened, last_open_day(database, id, date.max)
        open_days = sorted({day for day in wanted if first <= day <= last})
        implied = implied_on(around, {id: open_days})[id]
        by_scenario[id] = tuple(
            Point(day=day, stated=figure.probability if figure else None, implied=chance)
            for day, chance in zip(open_days, implied, strict=True)
            for figure in [stated(around, id, day)]
        )
    return by_scenario


def last_reviews(as_of: date, every: int, count: int) -> Sequence[date]:
    """`as_of` and the review days before it, oldest first."""
    earliest = min(count, (as_of - date.min).days // every + 1)
    return [as_of - timedelta(days=every * n) for n in reversed(range(earliest))]
