"""Forecast of each forecaster on each scored day of a resolved question."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise, zip_longest
from typing import Generic, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import resolution, resolved, rivals
from scenarios.analysis.forecasts import pooled, share, standing_days
from scenarios.analysis.ledger.odds import Odds, Stepped, changes_daily
from scenarios.model import Analyst, Database, Outcome, ScenarioId, SetId
from scenarios.scales import decibans

TEAM, IMPLIED, PRIOR, FIRST = OURS = ("team", "implied", "prior", "first")
"""The forecasters that are no analysts, in the order in which they are shown."""


Shares = tuple[float, ...]
"""The figures of a set's members divided by their sum, first that of the one that occurred.

A member that has left the set has 0.
"""
Figure = float | Shares
K = TypeVar("K")
T = TypeVar("T")
F_co = TypeVar("F_co", bound=Figure, covariant=True)
Runs = tuple[tuple[int, int, T | None], ...]
"""Runs of days, from and to (excluded), with one figure each, None where nothing stood.

Days are counted from the question's opening day, 0.
"""
Line = Runs[float]
Spans = list[tuple[int, int, Figure]]
Cluster = tuple[bool, str]
"""Kind (set or scenario) and id: the unit of resampling."""
Forecasts = list[tuple[date, float | None]]


class ResolvedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose outcome is known: scored on `scored` of its `planned` days.

    A set as one question has the `scenario` that occurred and `answers`: its members, that one
    first, each with the day from which it can no longer occur, at most `scored`.
    """

    scenario: ScenarioId
    set: SetId | None = None
    answers: tuple[tuple[ScenarioId, int], ...] = ()
    outcome: Outcome
    opened: date
    resolved: date
    scored: int
    planned: int

    @property
    def cluster(self) -> Cluster:
        """The question, or its set."""
        return self.set is not None, self.set or self.scenario

    @property
    def alone(self) -> bool:
        """True if it is one member of a set."""
        return self.set is not None and not self.answers


class Timeline(msgspec.Struct, Generic[F_co], frozen=True, kw_only=True):
    """Every forecaster of a question who ever stood; a line covers the scored days, gaps as None.

    `last` is an analyst's last figure given inside the window, None where that withdrew or where
    there is none; of `ours` it is what stood on the last day. `stated` is the stated probability,
    one analyst's or the team's. Forecasters `in_set` are scored on the whole set instead.
    """

    question: ResolvedQuestion
    analysts: Mapping[Analyst, Runs[F_co]]
    ours: Mapping[str, Runs[F_co]]
    last: Mapping[str, F_co | None]
    stated: Line = ()
    in_set: frozenset[str] = frozenset()

    @property
    def lines(self) -> dict[str, Runs[F_co]]:
        """Analysts by name, then `team`, `implied`, `prior` and `first`."""
        return {**self.analysts, **self.ours}


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """A database with the forecasts of each question, and the ledger on each day.

    `means` keeps the mean forecast of each question, which its rivals need, by window.
    """

    database: Database
    forecasts: dict[ScenarioId, dict[Analyst, Forecasts]]
    odds: Stepped
    means: dict[tuple[ScenarioId, date, int], Line]

    def on(self, question: ResolvedQuestion, day: int) -> Odds:
        """The ledger on a day of a question."""
        return self.odds.at(question.opened + timedelta(day))


def archive(odds: Stepped) -> Archive:
    """Every forecast by question and analyst, oldest first."""
    database = odds.database
    by_scenario: dict[ScenarioId, dict[Analyst, Forecasts]] = {}
    for on, id in sorted((sheet.date, id) for id, sheet in database.sheets.items()):
        sheet = database.sheets[id]
        # An analyst of that name is kept apart from the forecasters that are no analysts.
        name = f"{sheet.analyst} (analyst)" if sheet.analyst in OURS else sheet.analyst
        for scenario_id, figure in sheet.probabilities.items():
            by_scenario.setdefault(scenario_id, {}).setdefault(name, []).append((on, figure))
    return Archive(database=database, forecasts=by_scenario, odds=odds, means={})


def question(database: Database, scenario_id: ScenarioId, as_of: date) -> ResolvedQuestion | None:
    """A question resolved by `as_of`; scored on `opened` ≤ day < min(resolution, horizon + 1)."""
    outcome = resolved(database, scenario_id, as_of)
    if outcome is None:
        return None
    scenario = database.scenarios[scenario_id]
    planned = (scenario.horizon - scenario.opened).days + 1
    scored = max(0, min((outcome.date - scenario.opened).days, planned))
    return ResolvedQuestion(
        scenario=scenario_id,
        set=scenario.set,
        outcome=outcome.outcome,
        opened=scenario.opened,
        resolved=outcome.date,
        scored=scored,
        planned=planned,
    )


def timeline(archive: Archive, question: ResolvedQuestion) -> Timeline[float]:
    """Forecasts standing at the end of each scored day; none from the resolution on counts."""
    by_analyst = archive.forecasts.get(question.scenario, {})
    lines = analysts_on(archive, question, question.scenario)
    analysts = {name: line for name, line in sorted(lines.items()) if stood(line)}
    stated = _stated(archive, question)
    ours = {
        TEAM: stated if len(analysts) > 1 else (),
        IMPLIED: _implied(archive, question),
        PRIOR: _prior(archive, question),
        FIRST: line_of({start: p for start, _, p in stood(stated)[:1]}, question),
    }
    if is_without_prior(archive.database, question.scenario):
        del ours[IMPLIED], ours[PRIOR]
    ours = {name: line for name, line in ours.items() if stood(line)}
    last = {name: _last_given(by_analyst[name], question) for name in analysts}
    last |= {name: line[-1][2] for name, line in ours.items()}
    return Timeline(question=question, analysts=analysts, ours=ours, last=last, stated=stated)


def is_without_prior(database: Database, scenario_id: ScenarioId) -> bool:
    """True if the prior is a filler: then neither it nor the implied figure is scored."""
    return database.scenarios[scenario_id].prior.is_filler


def days_of_figures(odds: Stepped, question: ResolvedQuestion) -> Sequence[int]:
    """The scored days on which its implied probability may change; the first is always one."""
    days = range(question.scored)
    if changes_daily(odds.database, question.scenario):
        return days
    changes = {(on - question.opened).days for on in odds.changes(question.scenario)}
    return sorted(changes.intersection(days) | {0})


def place(forecaster: str) -> tuple[int, str]:
    """Order in which forecasters are shown: analysts by name, then ours."""
    return (OURS.index(forecaster) + 1 if forecaster in OURS else 0), forecaster


def stood(line: Runs[T]) -> list[tuple[int, int, T]]:
    """The segments in which a figure stood."""
    return [(start, end, figure) for start, end, figure in line if figure is not None]


def before(runs: Iterable[tuple[int, float]]) -> list[float]:
    """Cumulative sums of daily values before each day, starting at 0; a run is (days, value)."""
    return [*accumulate((value for days, value in runs for _ in range(days)), initial=0.0)]


def sweep(lines: Mapping[K, Runs[T]]) -> Iterator[tuple[int, int, dict[K, T]]]:
    """Runs of days with the same figures: from, to (excluded), each figure in one mapping."""
    changes: dict[int, list[tuple[K, T | None]]] = {}
    for name, line in lines.items():
        for start, _, figure in line:
            changes.setdefault(start, []).append((name, figure))
        for _, end, _ in line[-1:]:
            changes.setdefault(end, []).append((name, None))
    standing: dict[K, T] = {}
    for start, end in pairwise(sorted(changes)):
        for name, figure in changes[start]:
            if figure is None:
                standing.pop(name, None)
            else:
                standing[name] = figure
        yield start, end, standing


def line_of(marks: Mapping[int, T | None], question: ResolvedQuestion) -> Runs[T]:
    """Runs of equal figures over the scored days, from marks by day."""
    segments: list[tuple[int, int, T | None]] = []
    since, standing = 0, None
    for day in sorted(marks):
        figure = marks[day]
        if figure == standing or day >= question.scored:
            continue
        if day > since:
            segments.append((since, day, standing))
        since, standing = max(day, 0), figure
    return (*segments, (since, question.scored, standing)) if question.scored else ()


def analysts_on(
    archive: Archive, question: ResolvedQuestion, scenario_id: ScenarioId
) -> dict[Analyst, Line]:
    """Line of each analyst on a scenario, over the days of the question."""
    by_analyst = archive.forecasts.get(scenario_id, {})
    days = standing_days(archive.database.tracker)
    return {name: _analyst(forecasts, days, question) for name, forecasts in by_analyst.items()}


def _analyst(forecasts: Forecasts, stands: int, question: ResolvedQuestion) -> Line:
    """A figure stands from its day on, until the next, a withdrawal, or its expiry."""
    marks: dict[int, float | None] = {}
    days = [(on - question.opened).days for on, _ in forecasts]
    for day, following, (_, figure) in zip(
        days, [*days[1:], question.scored], forecasts, strict=True
    ):
        marks[day] = figure
        if day + stands < following:
            marks[day + stands] = None
    return line_of(marks, question)


def _mean(archive: Archive, question: ResolvedQuestion, scenario_id: ScenarioId) -> Line:
    """The pooled figure of a scenario, over the days of the question."""
    window = scenario_id, question.opened, question.scored
    if window not in archive.means:
        lines = analysts_on(archive, question, scenario_id)
        extremize = archive.database.tracker.team.extremize
        worth = {p: decibans(p) for line in lines.values() for _, _, p in stood(line)}
        marks = {
            start: pooled(standing.values(), extremize, worth.__getitem__) if standing else None
            for start, _, standing in sweep(lines)
        }
        archive.means[window] = line_of(marks, question)
    return archive.means[window]


def _stated(archive: Archive, question: ResolvedQuestion) -> Line:
    """The stated probability at each day's end, as `forecasts.stated` has it."""
    means = {question.scenario: _mean(archive, question, question.scenario)}
    for rival in rivals(archive.database, question.scenario):
        mean = _mean(archive, question, rival)
        outcome = resolution(archive.database, rival)
        if outcome and outcome.outcome == "did-not-occur":
            # One that has left is waited for no longer, and adds nothing to the sum.
            left = (outcome.recorded - question.opened).days
            earlier = {start: figure for start, _, figure in mean if start < left}
            mean = line_of({**earlier, left: 0.0}, question)
        means[rival] = mean
    marks: dict[int, float | None] = {}
    for start, _, standing in sweep(means):
        own = standing.get(question.scenario)
        if own is not None and len(standing) == len(means):
            own = share(own, math.fsum(standing.values()))
        marks[start] = own
    return line_of(marks, question)


def _implied(archive: Archive, question: ResolvedQuestion) -> Line:
    """The ledger's implied probability; the lines change on few days, a hazard's prior daily."""
    id = question.scenario
    days = days_of_figures(archive.odds, question)
    return line_of({day: archive.on(question, day).implied(id) for day in days}, question)


def _prior(archive: Archive, question: ResolvedQuestion) -> Line:
    """The prior after `time` and before the evidence; as declared, whichever rivals have left."""
    id = question.scenario
    prior = archive.database.scenarios[id].prior
    days = range(question.scored if prior.given or prior.hazard else 1)
    return line_of({day: archive.on(question, day).steps(id).at_date for day in days}, question)


def _last_given(forecasts: Forecasts, question: ResolvedQuestion) -> float | None:
    """The last figure dated on a scored day; None withdraws, or all are from before `opened`."""
    given = (((on - question.opened).days, figure) for on, figure in reversed(forecasts))
    day, figure = next(entry for entry in given if entry[0] < question.scored)
    return figure if day >= 0 else None


def brier(figure: Figure, happened: bool) -> float:
    """(p − y)², of a set ½·Σ(p − y)²: 0 best, 1 worst, 0.25 for always saying 0.5 (Brier 1950)."""
    if isinstance(figure, tuple):
        return math.fsum((p - y) ** 2 for p, y in zip_longest(figure, (1,), fillvalue=0)) / 2
    return (figure - happened) ** 2


def log_score(figure: Figure, happened: bool) -> float:
    """The natural log of what was given to the outcome: 0 best, ever lower."""
    if isinstance(figure, tuple):
        return math.log(figure[0])
    return math.log(figure if happened else 1 - figure)


def baseline(figure: Figure, happened: bool) -> float:
    """100·(1 + ln of what was given to the outcome ÷ ln of the number of answers) (Metaculus).

    100 best, 0 for even figures: 0.5 where there are two answers.
    """
    answers = len(figure) if isinstance(figure, tuple) else 2
    return 100 * (1 + log_score(figure, happened) / math.log(answers))


def peer(log_score: float, mean: float, n: int) -> float:
    """100·n/(n−1)·ln(p/GM): a log score beside the `mean` of all `n` who stand; alone 0."""
    return 100 * n / (n - 1) * (log_score - mean) if n > 1 else 0.0
