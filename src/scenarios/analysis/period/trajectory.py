"""Courses of scenarios over time: figures, evidence, indicators and forecasts by day."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, reading
from scenarios.analysis.evidence.knowledge import connected, known_on, last_open_day
from scenarios.analysis.forecasts import (
    Means,
    SheetForecast,
    forecasts_between,
    records_of,
    stated,
    stated_days,
)
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import Database, Evidence, EvidenceId, IndicatorId, IndicatorKey, ScenarioId
from scenarios.progress import Progress, unwatched
from scenarios.scales import decibans
from scenarios.values import indicator_key


class TrajectoryPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Both probabilities on a day; `stated` is None where nobody's forecast stood."""

    day: date
    stated: float | None
    implied: float


def trends(
    database: Database, days: Mapping[ScenarioId, Iterable[date]]
) -> dict[ScenarioId, tuple[TrajectoryPoint, ...]]:
    """The figures of each scenario on those of its days on which it was open."""
    odds, means, by_scenario = DailyLedgers(database), Means(), {}
    for id, wanted in days.items():
        every = sorted({*wanted})
        first, last = database.scenarios[id].opened, last_open_day(database, id, every[-1])
        open_days = [day for day in every if first <= day <= last]
        by_scenario[id] = _points(odds, id, open_days, means)
    return by_scenario


def last_reviews(as_of: date, every: int, count: int) -> Sequence[date]:
    """`as_of` and the review days before it, oldest first."""
    earliest = min(count, (as_of - date.min).days // every + 1)
    return [as_of - timedelta(days=every * n) for n in reversed(range(earliest))]


EvidenceByDay = dict[date, tuple[EvidenceId, ...]]
"""The items that entered the record on each drawn day, or since the drawn day before it."""


class StatePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's state from one day to another, as it was known on them."""

    state: ReadingState
    start: date
    end: date


class Trajectory(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario from the day on which it opened to its last open day, at most `as_of`.

    `states` has those of each of its indicators, without a gap, oldest first.
    """

    scenario: ScenarioId
    points: tuple[TrajectoryPoint, ...]
    entered: EvidenceByDay
    states: dict[IndicatorId, tuple[StatePeriod, ...]]
    forecasts: tuple[SheetForecast, ...]


def curves(
    window: Window, ids: Collection[ScenarioId], most: int, progress: Progress = unwatched
) -> dict[ScenarioId, Trajectory]:
    """Courses of these scenarios on the days on which one of their figures changed.

    Days without a step of a stated figure are left out, those with the smallest of the evidence
    first, where there are more than `most`. The members of a set are measured together, on the same
    days.
    """
    odds = window.odds
    units: dict[str, list[ScenarioId]] = {}
    for id, view in window.views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    by_scenario = {}
    for unit in progress(units.values(), "drawing the scenarios", len(units)):
        if set(unit).isdisjoint(ids):
            continue
        means: Means = {}
        changes = _changes(window, unit)
        lines = {id: _line(window, id, changes, means) for id in unit if id in ids}
        days = _days(window, lines, {*changes}, most)
        for id, line in lines.items():
            view = window.views[id]
            first, last = span_of(window, view)
            asked = [day for day in days if first <= day <= last]
            more = [day for day in asked if day not in line]
            line |= {point.day: point for point in _points(odds, id, more, means)}
            by_scenario[id] = Trajectory(
                scenario=id,
                points=tuple(line[day] for day in asked),
                entered=_entered(window, view, asked),
                states=dict(_states(window, odds, view)),
                forecasts=tuple(forecasts_between(window.database, id, None, asked[-1])),
            )
    return {id: by_scenario[id] for id in ids}


def span_of(window: Window, view: ScenarioView) -> tuple[date, date]:
    """The first and the last day on which a scenario was open, in or before the window."""
    return view.scenario.opened, last_open_day(window.database, view.id, window.as_of)


def evenly(first: date, last: date, count: int) -> list[date]:
    """At most `count` days from the first to the last, both among them."""
    length = (last - first).days
    steps = max(min(count - 1, length), 1)
    return sorted({first + timedelta(days=round(length * n / steps)) for n in range(steps + 1)})


_Line = dict[date, TrajectoryPoint]


def _changes(window: Window, unit: Sequence[ScenarioId]) -> list[date]:
    """The days on which a figure of these scenarios can have stepped, in order."""
    said = stated_days(window.database, connected(window.database, unit[0]))
    return sorted(said.union(window.odds.changes(unit[0]), records_of(window.database).days))


def _line(window: Window, id: ScenarioId, changes: Sequence[date], means: Means) -> _Line:
    """The figures of a scenario on these days, on the eves of what decays, and at both ends."""
    first, last = span_of(window, window.views[id])
    days = {first, last, *changes}
    if changes_daily(window.database, id):
        days |= {day - timedelta(1) for day in changes if day > first}
    inside = sorted(day for day in days if first <= day <= last)
    return {point.day: point for point in _points(window.odds, id, inside, means)}


_LEAST, _MORE = 0.01, 1.5
"""Decibans of a step of the evidence that is not drawn, and how they grow to leave out more."""


def _days(
    window: Window, lines: Mapping[ScenarioId, _Line], changes: Collection[date], most: int
) -> list[date]:
    """The days with a step, of the evidence at most `most`; of what falls daily others between.

    A step of the evidence that is left out is part of the next one that is drawn.
    """
    spans = [span_of(window, window.views[id]) for id in lines]
    always, steps = {day for span in spans for day in span}, dict[date, dict[ScenarioId, float]]()
    database = window.database
    ages, recorded = database.tracker.team.recency, records_of(database).days
    for id, line in lines.items():
        said = stated_days(database, connected(database, id)).union(recorded) if ages else line
        for before, after in pairwise(line.values()):
            if after.day in changes:
                step = decibans(after.implied) - decibans(before.implied)
                steps.setdefault(after.day, {})[id] = step
                if before.stated != after.stated and after.day in said:
                    always.add(after.day)
    days, least, ordered = {*steps}, _LEAST, sorted(steps)
    while len(days - always) > most:
        days, left = always & steps.keys(), dict.fromkeys(lines, 0.0)
        for day in ordered:
            left |= {id: left[id] + step for id, step in steps[day].items()}
            if day in days or any(abs(step) >= least for step in left.values()):
                days.add(day)
                left = dict.fromkeys(lines, 0.0)
        least *= _MORE
    rest = sorted(steps.keys() - days, key=lambda day: (-max(map(abs, steps[day].values())), day))
    days |= {*rest[: most - len(days - always)]}
    if changes_daily(window.database, next(iter(lines))):
        days |= {day - timedelta(1) for day in days}
        days |= {*evenly(min(always), max(always), most // 2)}
    return sorted(days | always)


def _points(
    odds: DailyLedgers, id: ScenarioId, days: Iterable[date], means: Means
) -> tuple[TrajectoryPoint, ...]:
    figures = ((day, stated(odds.database, id, day, means)) for day in days)
    return tuple(
        TrajectoryPoint(
            day=day,
            stated=figure.probability if figure else None,
            implied=odds.odds_on(day).implied(id),
        )
        for day, figure in figures
    )


def _entered(window: Window, view: ScenarioView, days: Sequence[date]) -> EvidenceByDay:
    """Each item on the first drawn day on or after its own; later items are left out."""
    entered: dict[date, list[EvidenceId]] = {}
    for id in view.evidence:
        index = bisect_left(days, window.now.evidence[id].recorded)
        if index < len(days):
            entered.setdefault(days[index], []).append(id)
    return {day: tuple(ids) for day, ids in sorted(entered.items())}


def _states(
    window: Window, odds: DailyLedgers, view: ScenarioView
) -> Iterator[tuple[IndicatorId, tuple[StatePeriod, ...]]]:
    """The states of a scenario's own indicators, by what was known on each day."""
    first, last = span_of(window, view)
    firing: dict[IndicatorKey, dict[EvidenceId, Evidence]] = {}
    for id in odds.items.get(view.id, ()):
        item = window.database.evidence[id]
        for text in item.indicators:
            firing.setdefault(indicator_key(text), {})[id] = item
    for name in view.scenario.indicators:
        items = firing.get((view.id, name), {})
        turns = {item.recorded for item in items.values()}
        turns |= {item.retracted.date for item in items.values() if item.retracted}
        spans: list[StatePeriod] = []
        for start in sorted({first, *(day for day in turns if first < day <= last)}):
            state = reading(known_on(window.database, start, items), (view.id, name)).state
            if not spans or spans[-1].state != state:
                spans[-1:] = [msgspec.structs.replace(span, end=start) for span in spans[-1:]]
                spans.append(StatePeriod(state=state, start=start, end=last))
        yield name, tuple(spans)
