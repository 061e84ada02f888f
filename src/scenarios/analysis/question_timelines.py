"""The lines of those who forecast a question, or a whole set, day by day."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise, zip_longest
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import members, resolved, waits_until
from scenarios.analysis.ledger.odds import decays
from scenarios.model import Analyst, Database, Outcome, ScenarioId, SetId

TEAM, IMPLIED, PRIOR, FIRST = OURS = ("team", "implied", "prior", "first")
"""The forecasters that are no analysts, in the order in which they are shown."""
Shares = tuple[float, ...]
"""The figures of a set's members divided by their sum, that of the member that occurred first.

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
    first, each with the day from which it can no longer occur, at most `scored`. One decided early
    waits `until` its horizon. The `days_after` an early event of a constant hazard have error 0.
    """

    scenario: ScenarioId
    set: SetId | None = None
    answers: tuple[tuple[ScenarioId, int], ...] = ()
    outcome: Outcome
    opened: date
    resolved: date
    scored: int
    planned: int
    days_after: int = 0
    until: date | None = None

    @property
    def cluster(self) -> Cluster:
        return self.set is not None, self.set or self.scenario

    @property
    def alone(self) -> bool:
        """True if it is one member of a set."""
        return self.set is not None and not self.answers


class QuestionTimeline(msgspec.Struct, Generic[F_co], frozen=True, kw_only=True):
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


class ForecastHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A database with the forecasts of each question by analyst, oldest first."""

    database: Database
    forecasts: dict[ScenarioId, dict[Analyst, Forecasts]]


def forecasts_of(database: Database) -> dict[ScenarioId, dict[Analyst, Forecasts]]:
    """Every forecast by question and analyst, oldest first."""
    by_scenario: dict[ScenarioId, dict[Analyst, Forecasts]] = {}
    for on, id in sorted((sheet.date, id) for id, sheet in database.sheets.items()):
        sheet = database.sheets[id]
        name = forecaster_name(sheet.analyst)
        for scenario_id, figure in sheet.probabilities.items():
            by_scenario.setdefault(scenario_id, {}).setdefault(name, []).append((on, figure))
    return by_scenario


def forecaster_name(analyst: Analyst) -> str:
    """The name of an analyst, kept apart from the forecasters that are no analysts."""
    return f"{analyst} (analyst)" if analyst in OURS else analyst


def question(database: Database, scenario_id: ScenarioId, as_of: date) -> ResolvedQuestion | None:
    """A question resolved by `as_of`; scored on `opened` ≤ day < min(resolution, horizon + 1)."""
    outcome = resolved(database, scenario_id, as_of)
    if outcome is None:
        return None
    scenario = database.scenarios[scenario_id]
    planned = (scenario.horizon - scenario.opened).days + 1
    scored = max(0, min((outcome.date - scenario.opened).days, planned))
    ended = decays(scenario) and outcome.outcome == "occurred"
    return ResolvedQuestion(
        scenario=scenario_id,
        set=scenario.set,
        outcome=outcome.outcome,
        opened=scenario.opened,
        resolved=outcome.date,
        scored=scored,
        planned=planned,
        days_after=planned - scored if ended else 0,
        until=waits_until(database, scenario_id, as_of),
    )


def days_after(question: ResolvedQuestion, *lines: Runs[Figure]) -> int:
    """The days after an early event, of error 0 for those who stood on its eve."""
    # Else a mean divides by fewer days where the event came early, and overstatement is rewarded
    # (test_the_mean_of_what_came_early_over_its_open_days_would_reward_who_cries_wolf).
    return question.days_after if all(line[-1][2] is not None for line in lines) else 0


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
    current: dict[K, T] = {}
    for start, end in pairwise(sorted(changes)):
        for name, figure in changes[start]:
            if figure is None:
                current.pop(name, None)
            else:
                current[name] = figure
        yield start, end, current


def line_of(marks: Mapping[int, T | None], question: ResolvedQuestion) -> Runs[T]:
    """Runs of equal figures over the scored days, from marks by day."""
    segments: list[tuple[int, int, T | None]] = []
    since, current = 0, None
    for day in sorted(marks):
        figure = marks[day]
        if figure == current or day >= question.scored:
            continue
        if day > since:
            segments.append((since, day, current))
        since, current = max(day, 0), figure
    return (*segments, (since, question.scored, current)) if question.scored else ()


def analysts_on(
    history: ForecastHistory, question: ResolvedQuestion, scenario_id: ScenarioId
) -> dict[Analyst, Line]:
    """Line of each analyst on a scenario, over the days of the question."""
    dated = dated_on(history, question, scenario_id)
    return {name: _figures(line) for name, line in dated.items()}


def dated_on(
    history: ForecastHistory, question: ResolvedQuestion, scenario_id: ScenarioId
) -> dict[Analyst, Runs[tuple[float, int]]]:
    """Line of each analyst on a scenario: each figure with the day from which it stands."""
    by_analyst = history.forecasts.get(scenario_id, {})
    days = history.database.tracker.standing_days
    return {name: standing(forecasts, days, question) for name, forecasts in by_analyst.items()}


def standing(
    forecasts: Sequence[tuple[date, T | None]], stands: int, question: ResolvedQuestion
) -> Runs[tuple[T, int]]:
    """A figure stands from its day on, until the next, a withdrawal, or its expiry."""
    marks: dict[int, tuple[T, int] | None] = {}
    days = [(on - question.opened).days for on, _ in forecasts]
    for day, following, (_, figure) in zip(
        days, [*days[1:], question.scored], forecasts, strict=True
    ):
        marks[day] = None if figure is None else (figure, day)
        if day + stands < following:
            marks[day + stands] = None
    return line_of(marks, question)


def _figures(line: Runs[tuple[float, int]]) -> Line:
    """The line without the days, a figure that was repeated as one run."""
    runs: list[tuple[int, int, float | None]] = []
    for start, end, dated in line:
        figure = dated[0] if dated else None
        if runs and runs[-1][2] == figure:
            runs[-1] = runs[-1][0], end, figure
        else:
            runs.append((start, end, figure))
    return tuple(runs)


def timeline_of_analysts(
    history: ForecastHistory, question: ResolvedQuestion
) -> QuestionTimeline[float]:
    """Forecasts of analysts that stand at the end of each scored day, and of nobody else."""
    by_analyst = history.forecasts.get(question.scenario, {})
    lines = analysts_on(history, question, question.scenario)
    analysts = {name: line for name, line in sorted(lines.items()) if stood(line)}
    last = {name: _last_given(by_analyst[name], question) for name in analysts}
    return QuestionTimeline(question=question, analysts=analysts, ours={}, last=last)


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
    """The natural log of the probability of the outcome: 0 best, without a lower bound."""
    if isinstance(figure, tuple):
        return math.log(figure[0])
    return math.log(figure if happened else 1 - figure)


def baseline(figure: Figure, happened: bool) -> float:
    """100·(1 + ln of the outcome's probability ÷ ln of the number of answers) (Metaculus).

    100 best, 0 for even figures: 0.5 where there are two answers.
    """
    answers = len(figure) if isinstance(figure, tuple) else 2
    return 100 * (1 + log_score(figure, happened) / math.log(answers))


def peer(log_score: float, mean: float, n: int) -> float:
    """100·n/(n−1)·ln(p/GM): a log score beside the `mean` of all `n` who stand; alone 0."""
    return 100 * n / (n - 1) * (log_score - mean) if n > 1 else 0.0


Unit = tuple[ScenarioId, ...]
"""The members of a set, or a scenario that is in none."""
Members = Mapping[ScenarioId, QuestionTimeline[float]]


class ExcludedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved scenario that is not scored, and why."""

    scenario: ScenarioId
    reason: str


def unit_of(database: Database, id: ScenarioId) -> Unit:
    """The members of a scenario's set, or the scenario itself."""
    set_id = database.scenarios[id].set
    return members(database, set_id) if set_id else (id,)


def questions(database: Database, unit: Unit, as_of: date) -> list[ResolvedQuestion]:
    """The scenarios of a unit that were resolved by `as_of`; the one that occurred comes first."""
    known = [asked for id in unit if (asked := question(database, id, as_of))]
    return sorted(known, key=lambda asked: asked.outcome != "occurred")


def timelines(
    history: ForecastHistory,
    unit: Unit,
    known: Sequence[ResolvedQuestion],
    timeline: Callable[[ResolvedQuestion], QuestionTimeline[float]],
) -> Iterator[QuestionTimeline[Figure] | ExcludedQuestion]:
    """The timeline of a set and of each scenario that is resolved, or why it is not scored.

    `known` are the resolved questions of the unit, one that occurred first; `timeline` is that of
    one of them.
    """
    each = dict[ScenarioId, QuestionTimeline[float]]()
    for asked in known:
        reason = None
        if path := history.database.withheld.get(asked.scenario):
            reason = f"withheld: {path} cannot be read"
        elif asked.outcome == "annulled":
            reason = "annulled"
        elif len(unit) > 1 and known[0].outcome != "occurred":
            reason = f"no member of the set {asked.set} has occurred"
        elif not asked.scored:
            reason = "resolved by its opening day: no day to score"
        if reason:
            yield ExcludedQuestion(scenario=asked.scenario, reason=reason)
        else:
            each[asked.scenario] = timeline(asked)
    whole = _whole(each) if len(each) > 1 else None
    if whole:
        yield whole
    in_set = frozenset(whole.lines) if whole else frozenset()
    yield from (replace(own, in_set=in_set) for own in each.values())


def _whole(each: Members) -> QuestionTimeline[Shares] | None:
    """The set as one question, from the day on which its last member opened.

    It ends with the outcome, or once one member alone could still occur: one that is past its own
    outcome or horizon cannot, counts as 0 and is no longer waited for. None without such a day.
    """
    asked = {id: own.question for id, own in each.items()}
    opened = max(own.opened for own in asked.values())
    ends = {id: (own.opened - opened).days + own.scored for id, own in asked.items()}
    first, *rest = (id for id, end in ends.items() if end > 0)
    if not rest or asked[first].outcome != "occurred":
        return None
    scored = min(ends[first], max(ends[id] for id in rest))
    whole = replace(
        asked[first],
        opened=opened,
        scored=scored,
        planned=max((own.opened - opened).days + own.planned for own in asked.values()),
        answers=tuple((id, min(ends[id], scored)) for id in (first, *rest)),
    )
    names = sorted({name for id, _ in whole.answers for name in each[id].analysts})
    stated = _set_shares(whole, each, {id: own.stated for id, own in each.items()})
    lines = {TEAM: stated if len(names) > 1 else (), FIRST: _first(whole, stated)}
    for name in (*names, IMPLIED, PRIOR):
        own_lines = {id: own.lines.get(name, ()) for id, own in each.items()}
        lines[name] = _set_shares(whole, each, own_lines)
    lines = {name: line for name, line in lines.items() if stood(line)}
    return QuestionTimeline(
        question=whole,
        analysts={name: lines[name] for name in names if name in lines},
        ours={name: lines[name] for name in OURS if name in lines},
        last={
            name: line[-1][2] if name in OURS else _last(whole, each, name)
            for name, line in lines.items()
        },
    )


def _set_shares(
    whole: ResolvedQuestion, each: Members, lines: Mapping[ScenarioId, Line]
) -> Runs[Shares]:
    """The figures of all members on the days on which each had one, divided by their sum."""
    of: dict[ScenarioId, Line] = {}
    for id, left in whole.answers:
        later = (each[id].question.opened - whole.opened).days
        of[id] = tuple((start + later, end + later, p) for start, end, p in lines[id])
        if left < whole.scored:
            of[id] += ((left, whole.scored, 0.0),)
    marks = {
        start: _shares([current[id] for id in of]) if len(current) == len(of) else None
        for start, _, current in sweep(of)
    }
    return line_of(marks, whole)


def _first(whole: ResolvedQuestion, stated: Runs[Shares]) -> Runs[Shares]:
    """The first stated figures of all members, frozen; those that leave the set become 0."""
    for day, _, figures in stood(stated)[:1]:
        pairs = [*zip(figures, (left for _, left in whole.answers), strict=True)]
        days = {day, *(left for _, left in pairs if day < left < whole.scored)}
        marks = {on: _shares([p if on < left else 0.0 for p, left in pairs]) for on in days}
        return line_of(marks, whole)
    return ()


def _last(whole: ResolvedQuestion, each: Members, name: str) -> Shares | None:
    """The last figures that an analyst gave for the members that could occur until the end."""
    given = [each[id].last.get(name) for id, left in whole.answers if left == whole.scored]
    figures = [figure for figure in given if figure is not None]
    return _shares(figures) if len(figures) == len(given) else None


def _shares(figures: Sequence[float]) -> Shares:
    sum_of_all = math.fsum(figures)
    return tuple(figure / sum_of_all for figure in figures)
