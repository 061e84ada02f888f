"""Courses of scenarios over time: figures, evidence, indicators and forecasts by day."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, reading
from scenarios.analysis.evidence.knowledge import connected, known, last_open_day
from scenarios.analysis.forecasts import Means, SheetForecast, given, standing_days, stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import Database, Evidence, EvidenceId, IndicatorId, IndicatorKey, ScenarioId
from scenarios.progress import Progress, unwatched
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


class EvidenceMark(msgspec.Struct, frozen=True, kw_only=True):
    """The items that entered the record on a day, or since the day before it that is drawn."""

    day: date
    evidence: tuple[EvidenceId, ...]


class StatePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's state from one day to another, as it was known on them."""

    state: ReadingState
    start: date
    end: date


class IndicatorTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's states, without a gap, oldest first."""

    indicator: IndicatorId
    spans: tuple[StatePeriod, ...]


class Trajectory(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario from the day on which it opened to its last open day, at most `as_of`."""

    scenario: ScenarioId
    points: tuple[TrajectoryPoint, ...]
    marks: tuple[EvidenceMark, ...]
    lanes: tuple[IndicatorTimeline, ...]
    forecasts: tuple[SheetForecast, ...]


def courses(
    window: Window, ids: Collection[ScenarioId], most: int, progress: Progress = unwatched
) -> dict[ScenarioId, Trajectory]:
    """Courses of these scenarios on the days on which one of their figures changed.

    Where there are more than `most` such days, `most` evenly spaced days are used. The members of a
    set are measured together, on the same days.
    """
    odds = window.odds
    units: dict[str, list[ScenarioId]] = {}
    for id, view in window.views.items():
        units.setdefault(view.scenario.set or f"/{id}", []).append(id)
    by_scenario = {}
    for unit in progress(units.values(), "drawing the scenarios", len(units)):
        if set(unit).isdisjoint(ids):
            continue
        days = _days(window, odds, unit, most)
        means: Means = {}
        for view in (window.views[id] for id in unit if id in ids):
            first, last = span_of(window, view)
            asked = [day for day in days if first <= day <= last]
            by_scenario[view.id] = Trajectory(
                scenario=view.id,
                points=_points(odds, view.id, asked, means),
                marks=_marks(window, view, asked),
                lanes=tuple(_lanes(window, odds, view)),
                forecasts=tuple(given(window.database, view.id, None, asked[-1])),
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


def _days(window: Window, odds: DailyLedgers, unit: Sequence[ScenarioId], most: int) -> list[date]:
    """The days on which something about these scenarios changed, or `most` at even distances."""
    spans = [span_of(window, window.views[id]) for id in unit]
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    database = window.database
    around = connected(database, unit[0])
    given = {database.sheets[s].date for id in around for s in database.speaking.get(id, ())}
    stands = standing_days(database.tracker)
    room = date.max.toordinal() - stands
    given |= {day + timedelta(stands) for day in given if day.toordinal() <= room}
    wanted = given.union(odds.changes(unit[0]))
    if changes_daily(database, unit[0]):
        eves = {day - timedelta(days=1) for day in wanted if day > first}
        even = set(evenly(first, last, most // 2))
        wanted |= even if len(wanted | eves | even) > most else even | eves
    wanted = {day for day in wanted if first <= day <= last}
    if len(wanted) > most:
        wanted = set(evenly(first, last, most))
    return sorted(wanted.union(day for span in spans for day in span))


def _points(
    odds: DailyLedgers, id: ScenarioId, days: Iterable[date], means: Means
) -> tuple[TrajectoryPoint, ...]:
    figures = ((day, stated(odds.database, id, day, means)) for day in days)
    return tuple(
        TrajectoryPoint(
            day=day, stated=figure.probability if figure else None, implied=odds.at(day).implied(id)
        )
        for day, figure in figures
    )


def _marks(window: Window, view: ScenarioView, days: Sequence[date]) -> tuple[EvidenceMark, ...]:
    """Each item on the first drawn day on or after its own; later items are left out."""
    entered: dict[date, list[EvidenceId]] = {}
    for id in view.evidence:
        place = bisect_left(days, window.now.evidence[id].recorded)
        if place < len(days):
            entered.setdefault(days[place], []).append(id)
    return tuple(EvidenceMark(day=day, evidence=tuple(ids)) for day, ids in sorted(entered.items()))


def _lanes(window: Window, odds: DailyLedgers, view: ScenarioView) -> Iterator[IndicatorTimeline]:
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
            state = reading(known(window.database, start, items), (view.id, name)).state
            if not spans or spans[-1].state != state:
                spans[-1:] = [msgspec.structs.replace(span, end=start) for span in spans[-1:]]
                spans.append(StatePeriod(state=state, start=start, end=last))
        yield IndicatorTimeline(indicator=name, spans=tuple(spans))
