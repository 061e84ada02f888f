"""The last months of a question, for the picture of a review: what we said, and the evidence."""

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.knowledge import rivals
from scenarios.analysis.forecasts import Means, stated, stated_days
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.sensitivity import bands
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.trajectory import evenly, span_of
from scenarios.model import ScenarioId

_WEEK, _WEEKS = 7, 26


class StatedPoint(msgspec.Struct, frozen=True):
    """The stated probability from a day on; None where nobody's forecast stood."""

    day: date
    probability: float | None


class EvidencePoint(msgspec.Struct, frozen=True):
    """The implied probability on a day, and the ends of its range."""

    day: date
    implied: float
    low: float
    high: float


class RecentFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The stated figure, a point a step, and the evidence at each week's end and last day."""

    stated: tuple[StatedPoint, ...]
    evidence: tuple[EvidencePoint, ...]


PastRanges = MutableMapping[tuple[ScenarioId, date], EvidencePoint]
"""Points that were computed before, which only what was recorded by their day can change."""


def first_shown(window: Window, ids: Iterable[ScenarioId]) -> date:
    """The day on which the oldest of these questions opened, at most 26 weeks before the end.

    Before a longer window as many days again.
    """
    before = max(_WEEK * _WEEKS, 2 * (window.as_of - window.since).days)
    earliest = window.as_of - timedelta(min(before, (window.as_of - date.min).days))
    opened = (window.database.scenarios[id].opened for id in ids)
    return max(earliest, min(opened, default=window.since))


def recent_figures(
    window: Window, ids: Collection[ScenarioId], known: PastRanges | None = None
) -> dict[ScenarioId, RecentFigures]:
    """The figures of each question from `first_shown` to the end of the window, or of its own."""
    first = first_shown(window, ids)
    ends = {id: span_of(window, window.views[id]) for id in ids}
    sampled = _sampled(window, first)
    days = {
        id: sorted({max(first, start), *(day for day in sampled if start <= day < end), end})
        for id, (start, end) in ends.items()
    }
    founded = {id: days[id] for id in ids if not window.views[id].unfounded}
    points = _evidence(window.odds, founded, {} if known is None else known)
    means: Means = {}
    return {
        id: RecentFigures(
            stated=_stated(window, id, days[id], means),
            evidence=points.get(id, ()),
        )
        for id in ids
    }


def _sampled(window: Window, first: date) -> list[date]:
    """Ends of weeks from `first` to the start of the window, then its days, at most a week's."""
    weeks = range((window.since - first).days // _WEEK, 0, -1)
    inside = evenly(window.since, window.as_of, _WEEK + 1)
    return [*(window.since - timedelta(_WEEK * n) for n in weeks), *inside]


def _evidence(
    odds: DailyLedgers, days: Mapping[ScenarioId, Iterable[date]], known: PastRanges
) -> dict[ScenarioId, tuple[EvidencePoint, ...]]:
    """The evidence of each question on its days; those that are not `known` are added to it."""
    missing: dict[date, list[ScenarioId]] = {}
    for id, own in days.items():
        for day in own:
            if (id, day) not in known:
                missing.setdefault(day, []).append(id)
    for day in sorted(missing):
        on_day = odds.odds_on(day)
        for id, band in bands(on_day, missing[day]).items():
            point = EvidencePoint(day, on_day.implied(id), band.low, band.high)
            known[id, day] = point
    return {id: tuple(known[id, day] for day in own) for id, own in days.items()}


def _stated(
    window: Window, id: ScenarioId, more: Collection[date], means: Means
) -> tuple[StatedPoint, ...]:
    """Each step of the stated figure from the first of `more` to the last, both among them."""
    database, first, last = window.database, min(more), max(more)
    days = stated_days(database, (id, *rivals(database, id))).union(more, window.odds.changes(id))
    points: list[StatedPoint] = []
    for day in sorted(day for day in days if first <= day <= last):
        figure = stated(database, id, day, means)
        probability = figure.probability if figure else None
        if not points or day == last or points[-1].probability != probability:
            points.append(StatedPoint(day, probability))
    return tuple(points)
