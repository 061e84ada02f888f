"""Courses of scenarios over time: figures, evidence, indicators and forecasts by day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, reading
from scenarios.analysis.evidence.knowledge import bearing, known, last_open_day, near
from scenarios.analysis.forecasts import GivenForecast, Means, given, standing_days, stated
from scenarios.analysis.ledger.odds import changes_daily, days_of_change, implied_on
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    IndicatorId,
    IndicatorKey,
    ScenarioId,
)
from scenarios.progress import Progress, unwatched
from scenarios.values import indicator_key


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Both probabilities on a day; `stated` is None where nobody's forecast stood."""

    day: date
    stated: float | None
    implied: float


def trends(
    database: Database, days: Mapping[ScenarioId, Iterable[date]]
) -> dict[ScenarioId, tuple[Point, ...]]:
    """The figures of each scenario on those of its days on which it was open."""
    items, sheets = bearing(database), database.speaking
    by_scenario = {}
    for id, wanted in days.items():
        around = near(database, id, items, sheets)
        first, last = database.scenarios[id].opened, last_open_day(database, id, date.max)
        open_days = sorted({day for day in wanted if first <= day <= last})
        implied = implied_on(around, {id: open_days})[id]
        by_scenario[id] = _points(around, id, open_days, implied)
    return by_scenario


def last_reviews(as_of: date, every: int, count: int) -> Sequence[date]:
    """`as_of` and the review days before it, oldest first."""
    earliest = min(count, (as_of - date.min).days // every + 1)
    return [as_of - timedelta(days=every * n) for n in reversed(range(earliest))]


_WORK, _FEWEST = 36_000, 12
"""Items weighed, day by day, for a scenario or a set; and the days that it has in any case."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The items that entered the record on a day, or since the day before it that is drawn."""

    day: date
    evidence: tuple[EvidenceId, ...]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's state from one day to another, as it was known on them."""

    state: ReadingState
    start: date
    end: date


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's states, without a gap, oldest first."""

    indicator: IndicatorId
    spans: tuple[Span, ...]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario from the day on which it opened to its last open day, at most `as_of`."""

    scenario: ScenarioId
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]
    lanes: tuple[Lane, ...]
    forecasts: tuple[GivenForecast, ...]


def courses(
    window: Window, ids: Collection[ScenarioId], most: int, progress: Progress = unwatched
) -> dict[ScenarioId, Course]:
    """Courses of these scenarios on the days on which one of their figures changed.

    Where there are more than `most` such days, `most` evenly spaced days are used, fewer where many
    items have to be weighed on each. The members of a set are measured together, on the same days.
    """
    items, sheets = bearing(window.database), window.database.speaking
    units: dict[str, list[ScenarioId]] = {}
    for id, view in window.views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    by_scenario = {}
    for unit in progress(units.values(), "drawing the scenarios", len(units)):
        if set(unit).isdisjoint(ids):
            continue
        around = near(window.database, unit[0], items, sheets)
        fewer = max(_FEWEST, _WORK // max(1, len(around.evidence)))
        days = _days(window, around, unit, min(most, fewer))
        spans = {id: span_of(window.views[id], window.as_of) for id in unit if id in ids}
        asked = {id: [day for day in days if a <= day <= b] for id, (a, b) in spans.items()}
        means: Means = {}
        for id, implied in implied_on(around, asked).items():
            by_scenario[id] = _course(window, around, id, asked[id], implied, means)
    return {id: by_scenario[id] for id in ids}


def span_of(view: ScenarioView, as_of: date) -> tuple[date, date]:
    """The first and the last day on which a scenario was open, up to `as_of`."""
    last = view.resolution.recorded - timedelta(days=1) if view.resolution else as_of
    return view.scenario.opened, max(last, view.scenario.opened)


def evenly(first: date, last: date, count: int) -> list[date]:
    """At most `count` days from the first to the last, both among them."""
    length = (last - first).days
    steps = max(min(count - 1, length), 1)
    return sorted({first + timedelta(days=round(length * n / steps)) for n in range(steps + 1)})


def _days(window: Window, around: Database, unit: Sequence[ScenarioId], most: int) -> list[date]:
    """The days on which something about these scenarios changed, or `most` at even distances."""
    spans = [span_of(window.views[id], window.as_of) for id in unit]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    given = {sheet.date for sheet in around.sheets.values()}
    stands = standing_days(around.tracker)
    room = date.max.toordinal() - stands
    given |= {day + timedelta(stands) for day in given if day.toordinal() <= room}
    wanted = given.union(days_of_change(around, unit[0]))
    if changes_daily(around, unit[0]):
        eves = {day - timedelta(days=1) for day in wanted if day > first}
        even = set(evenly(first, last, most // 2))
        wanted |= even if len(wanted | eves | even) > most else even | eves
    wanted = {day for day in wanted if first <= day <= last}
    if len(wanted) > most:
        wanted = set(evenly(first, last, most))
    return sorted(wanted.union(day for span in spans for day in span))


def _points(
    around: Database,
    id: ScenarioId,
    days: Sequence[date],
    implied: Sequence[float],
    means: Means | None = None,
) -> tuple[Point, ...]:
    figures = (stated(around, id, day, means) for day in days)
    return tuple(
        Point(day=day, stated=figure.probability if figure else None, implied=chance)
        for day, figure, chance in zip(days, figures, implied, strict=True)
    )


def _course(
    window: Window,
    around: Database,
    id: ScenarioId,
    days: Sequence[date],
    implied: Sequence[float],
    means: Means,
) -> Course:
    view = window.views[id]
    return Course(
        scenario=id,
        points=_points(around, id, days, implied, means),
        marks=_marks(window, view, days),
        lanes=tuple(_lanes(window, around, view)),
        forecasts=tuple(given(around, id, None, days[-1])),
    )


def _marks(window: Window, view: ScenarioView, days: Sequence[date]) -> tuple[Mark, ...]:
    """Each item on the first day that is drawn on or after its own; what came too late on none."""
    entered: dict[date, list[EvidenceId]] = {}
    for id in view.evidence:
        place = bisect_left(days, window.now.evidence[id].recorded)
        if place < len(days):
            entered.setdefault(days[place], []).append(id)
    return tuple(Mark(day=day, evidence=tuple(ids)) for day, ids in sorted(entered.items()))


def _lanes(window: Window, around: Database, view: ScenarioView) -> Iterator[Lane]:
    """The states of a scenario's own indicators, by what was known on each day."""
    first, last = span_of(view, window.as_of)
    firing: dict[IndicatorKey, dict[EvidenceId, Evidence]] = {}
    for id, item in around.evidence.items():
        for text in item.indicators:
            firing.setdefault(indicator_key(text), {})[id] = item
    for name in view.scenario.indicators:
        items = firing.get((view.id, name), {})
        alone = msgspec.structs.replace(around, evidence=items)
        turns = {item.recorded for item in items.values()}
        turns |= {item.retracted.date for item in items.values() if item.retracted}
        spans: list[Span] = []
        for start in sorted({first, *(day for day in turns if first < day <= last)}):
            state = reading(known(alone, start), (view.id, name)).state
            if not spans or spans[-1].state != state:
                spans[-1:] = [msgspec.structs.replace(span, end=start) for span in spans[-1:]]
                spans.append(Span(state=state, start=start, end=last))
        yield Lane(indicator=name, spans=tuple(spans))
