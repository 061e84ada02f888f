"""The scores of forecasts of quantities: the mean Brier score over thresholds, and the CRPS."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.forecasts import records_of, weights
from scenarios.analysis.ledger.odds import OddsSource
from scenarios.analysis.quantities.distributions import (
    Distribution,
    PooledDistribution,
    StatedDistribution,
    phi,
)
from scenarios.analysis.quantities.estimates import distribution, estimate_faults, number, prior_of
from scenarios.analysis.quantities.figures import Shown
from scenarios.analysis.quantities.ledger import quantity_ledger
from scenarios.analysis.quantities.view import STATED_HIGHEST, STATED_LOWEST
from scenarios.analysis.question_scores import (
    QuantityPool,
    QuestionFilter,
    QuestionScore,
    is_chosen,
)
from scenarios.analysis.question_timelines import (
    FIRST,
    IMPLIED,
    PRIOR,
    TEAM,
    ExcludedQuestion,
    ResolvedQuestion,
    Runs,
    forecaster_name,
    line_of,
    standing,
    stood,
    sweep,
)
from scenarios.model import Database, ScenarioId

_NODES = (
    (0.0, 128 / 225),
    (0.5384693101056831, 0.4786286704993665),
    (0.9061798459386640, 0.2369268850561891),
)
"""Gauss-Legendre: five points and their weights, those on both sides once."""
_END = 8.5
"""Probits beyond this are left out: less than 1e-16 lies there."""
_GRID = [k / 4 for k in range(int(-4 * _END), int(4 * _END) + 1)]
_LEAST_SHARE = 0.001
"""A date has no score while the prior's probability that it has come is below this."""
Measure = Callable[[float, float], Iterable[tuple[float, float]]]
"""The points between two values at which an integrand is taken, each with its weight."""


WeightedRow = tuple[float, float, float]
"""A probability of a row, its weight, and 1 where the row happened."""


class ScoredQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of a quantity, and the forecasts of its rows for calibration by forecaster."""

    scores: tuple[QuestionScore, ...]
    rows: Mapping[str, Sequence[WeightedRow]]


def _points(low: float, high: float) -> Iterator[tuple[float, float]]:
    middle, half = (low + high) / 2, (high - low) / 2
    for node, weight in _NODES:
        yield middle + node * half, weight * half
        if node:
            yield middle - node * half, weight * half


def by_prior(prior: StatedDistribution) -> Measure:
    """Weigh values as often as a prior expects them."""

    def points(low: float, high: float) -> Iterator[tuple[float, float]]:
        ends = (min(max(prior.z(value), -_END), _END) for value in (low, high))
        for z, weight in _points(*ends):
            density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            yield prior.at_z(z), weight * density

    return points


_BY_VALUE: Measure = _points


def _bends(forecast: Distribution, prior: StatedDistribution) -> set[float]:
    """The values between which a forecast is smooth beside the prior."""
    tails = ((phi(z), phi(-z)) for z in _GRID)
    own = (forecast.value_at(pair) for pair in tails)
    return {*forecast.knots, *prior.knots, *own, *map(prior.at_z, _GRID)}


def number_scores(
    forecast: Distribution, value: float, prior: StatedDistribution
) -> tuple[float, float]:
    """∫(F(x) − 1[y ≤ x])² dP(x) with P the prior, and the same by dx, the CRPS in units.

    The first is in [0, 1], proper, and the prior expects 1/6 of itself (a threshold-weighted CRPS:
    Gneiting & Ranjan 2011, Journal of Business & Economic Statistics 29:411-422).
    """
    edges = sorted(_bends(forecast, prior) | {value})

    def error(x: float) -> float:
        below, above = forecast.tails(x)
        return (above if value <= x else below) ** 2

    weighted, crps = (
        math.fsum(w * error(x) for ends in pairwise(edges) for x, w in measure(*ends))
        for measure in (by_prior(prior), _BY_VALUE)
    )
    return weighted, crps


class DateScores:
    """The scores of forecasts of a date on the days from `opened` until `until`, day by day.

    On day d a forecast F says (F(x) − F(d))/(1 − F(d)) of x > d. Only x ≤ `until` counts, divided
    by the prior's probability of that, whatever happened; and the days from the event on have
    error 0. Else who says sooner, or has a false tail, would gain (Taggart, Loveday & Louis 2026,
    arXiv 2603.14835).
    """

    def __init__(
        self, prior: StatedDistribution, opened: int, until: int, event: float | None
    ) -> None:
        self.opened, self.until = opened, until
        self.last = until if event is None else min(until, math.ceil(event))
        self._event = event if event is not None and event <= until else None
        self._prior = prior
        self._share = prior.tails(until)[0]

    @property
    def is_scored(self) -> bool:
        """True unless the prior expects next to nothing by then."""
        return self._share >= _LEAST_SHARE and self.last > self.opened

    def between(self, forecast: Distribution, start: int, end: int) -> list[tuple[float, float]]:
        """The score and the CRPS on each day from `start` until `end`, both ordinals."""
        pairs = zip(
            self._summed(forecast, by_prior(self._prior), start, end),
            self._summed(forecast, _BY_VALUE, start, end),
            strict=True,
        )
        return [(weighted / self._share, crps) for weighted, crps in pairs]

    def _summed(
        self, forecast: Distribution, measure: Measure, start: int, end: int
    ) -> list[float]:
        """∫(G − 1[y ≤ x])² of each day, G = 1 − S(x)/S(d), by sums of S and S² from above."""
        turn = float(self.until) if self._event is None else self._event
        bends = [x for x in _bends(forecast, self._prior) if x > end]
        edges = sorted({*map(float, range(start, end)), *bends, turn, float(self.until)})
        edges = [edge for edge in edges if edge <= self.until]
        whole = once = twice = after = 0.0
        sums: dict[float, tuple[float, float, float]] = {}
        for low, high in reversed([*pairwise(edges)]):
            for x, weight in measure(low, high):
                above = forecast.tails(x)[1]
                if low >= turn:
                    after += weight * above * above
                else:
                    whole += weight
                    once += weight * above
                    twice += weight * above * above
            sums[low] = whole, once, twice
        results = []
        for day in range(start, end):
            whole, once, twice = sums[float(day)]
            left = max(forecast.tails(day)[1], 1e-150)
            squares = (twice + after) / left / left
            results.append(min(max(whole - 2 * once / left + squares, 0.0), whole + squares))
        return results


def pool_of(odds: OddsSource, as_of: date, chosen: QuestionFilter) -> QuantityPool:
    """The scores of the chosen quantities at a day, and those that have none."""
    database = odds.database
    scores, excluded, number_open = list[QuestionScore](), list[ExcludedQuestion](), 0
    rows: dict[str, list[WeightedRow]] = {}
    whenever = msgspec.structs.replace(chosen, since=None, until=None)
    for id, scenario in database.quantities.items():
        end = resolved(database, id, as_of)
        filter_by = chosen if end else whenever
        if scenario.opened > as_of or not is_chosen(
            database, (id,), end.date if end else as_of, filter_by
        ):
            continue
        number_open += end is None
        if path := database.withheld.get(id):
            reason = f"withheld: {path} cannot be read"
            excluded.append(ExcludedQuestion(scenario=id, reason=reason))
        elif end and end.value is None:
            excluded.append(ExcludedQuestion(scenario=id, reason="annulled"))
        elif scored := scored_quantity(odds, id, as_of):
            scores += scored.scores
            for name, own in scored.rows.items():
                rows.setdefault(name, []).extend(own)
    return QuantityPool(tuple(scores), tuple(excluded), number_open, rows)


def scored_quantity(odds: OddsSource, id: ScenarioId, as_of: date) -> ScoredQuantity | None:
    """The scores of a quantity at a day; None where there is no day to score.

    A number has some once its value is known. A date has some so far, up to the day or its horizon,
    and counts once the horizon is past and the outcome known.
    """
    database, scenario = odds.database, odds.database.scenarios[id]
    quantity, end = scenario.quantity, resolved(database, id, as_of)
    assert quantity is not None  # noqa: S101 - callers take them from `quantities`
    value = end.value if end else None
    planned = (scenario.horizon - scenario.opened).days + 1
    prior = prior_of(scenario)
    question = ResolvedQuestion(
        scenario=id,
        outcome="annulled",
        opened=scenario.opened,
        resolved=end.date if end else as_of,
        scored=max(0, min(((end.date if end else as_of) - scenario.opened).days, planned)),
        planned=planned,
    )
    if quantity.kind == "number":
        if not isinstance(value, float | int) or not question.scored:
            return None
        return _number(odds, question, float(value), prior)
    opened, until = scenario.opened.toordinal(), min(as_of, scenario.horizon).toordinal()
    is_day = isinstance(value, str) and value != "later"
    event = number(date.fromisoformat(f"{value}")) if is_day else None
    days = DateScores(prior, opened, until, event)
    if not days.is_scored:
        return None
    question = msgspec.structs.replace(
        question, scored=days.last - opened, days_after=until - days.last
    )
    return _date(odds, question, days, value if value is None else f"{value}", as_of)


def _number(
    odds: OddsSource, question: ResolvedQuestion, value: float, prior: StatedDistribution
) -> ScoredQuantity:
    lines = lines_of(odds, question)
    known: dict[int, tuple[float, float]] = {}
    daily: dict[str, list[tuple[float, float] | None]] = {}
    for name, line in lines.items():
        daily[name] = []
        for start, end, forecast in line:
            if forecast and id(forecast) not in known:
                known[id(forecast)] = number_scores(forecast, value, prior)
            daily[name] += [known[id(forecast)] if forecast else None] * (end - start)
    thresholds = _thresholds(odds.database, question.scenario)
    rows = {
        name: [
            (
                _held(forecast.tails(threshold)[1]),
                (end - start) / days / len(thresholds),
                float(value > threshold),
            )
            for start, end, forecast in stood(line)
            for threshold in thresholds
        ]
        for name, line in lines.items()
        if (days := sum(end - start for start, end, _ in stood(line)))
    }
    return ScoredQuantity(scores=tuple(_scores(question, daily, value, False)), rows=rows)


def _date(
    odds: OddsSource,
    question: ResolvedQuestion,
    days: DateScores,
    value: str | None,
    as_of: date,
) -> ScoredQuantity:
    lines = lines_of(odds, question)
    daily: dict[str, list[tuple[float, float] | None]] = {}
    rows: dict[str, list[WeightedRow]] = {}
    thresholds = _thresholds(odds.database, question.scenario)
    for name, line in lines.items():
        daily[name], rows[name] = [], []
        for start, end, forecast in line:
            first, last = days.opened + start, days.opened + end
            daily[name] += (
                days.between(forecast, first, last) if forecast else [None] * (end - start)
            )
        for threshold in thresholds if value else ():
            happened = value != "later" and number(date.fromisoformat(f"{value}")) <= threshold
            live = [
                (forecast, day)
                for start, end, forecast in stood(line)
                for day in range(days.opened + start, days.opened + end)
                if day < threshold
            ]
            for forecast, day in live:
                left = max(forecast.tails(day)[1], 1e-150)
                chance = _held(1 - forecast.tails(threshold)[1] / left)
                weight = 1 / len(live) / len(thresholds)
                rows[name].append((chance, weight, float(happened)))
    waits = value is None or as_of <= odds.database.scenarios[question.scenario].horizon
    return ScoredQuantity(
        scores=tuple(_scores(question, daily, value, waits)), rows={} if waits else rows
    )


def _held(chance: float) -> float:
    return min(max(chance, STATED_LOWEST), STATED_HIGHEST)


def _thresholds(database: Database, id: ScenarioId) -> list[float]:
    quantity = database.scenarios[id].quantity
    return [number(value) for value in quantity.rows(id).values()] if quantity else []


def _scores(
    question: ResolvedQuestion,
    daily: Mapping[str, Sequence[tuple[float, float] | None]],
    value: Shown | None,
    early: bool,
) -> Iterator[QuestionScore]:
    """Means over the days that stood, with error 0 after an early event for those on its eve."""
    together = [all(scores) for scores in zip(*daily.values(), strict=True)]
    shared_after = question.days_after if together and together[-1] else 0
    for name, scores in daily.items():
        known = [pair for pair in scores if pair]
        after = question.days_after if scores[-1] else 0
        shared = [
            pair[0] for pair, is_shared in zip(scores, together, strict=True) if pair and is_shared
        ]
        yield QuestionScore(
            scenario=question.scenario,
            set=None,
            alone=False,
            outcome=None,
            forecaster=name,
            brier=math.fsum(pair[0] for pair in known) / (len(known) + after),
            log_score=None,
            baseline=None,
            peer=None,
            coverage=len(known) / question.scored,
            final_brier=scores[-1][0] if scores[-1] else None,
            common_brier=math.fsum(shared) / (len(shared) + shared_after) if shared else None,
            covered_days=len(known),
            scored_days=question.scored,
            planned_days=question.planned,
            days_after=after,
            early=early,
            quantity=True,
            crps=math.fsum(pair[1] for pair in known) / (len(known) + after),
            value=value,
        )


def lines_of(odds: OddsSource, question: ResolvedQuestion) -> dict[str, Runs[Distribution]]:
    """The distributions of each forecaster who ever stood, on the scored days.

    A date's are those before it is known that it has not come by the day.
    """
    database, id = odds.database, question.scenario
    dated = _analysts(database, question)
    stated = _stated(database, question, dated)
    analysts = {
        name: tuple((start, end, figure and figure[0]) for start, end, figure in line)
        for name, line in sorted(dated.items())
    }
    lines: dict[str, Runs[Distribution]] = {**analysts}
    lines[TEAM] = stated if sum(bool(stood(line)) for line in analysts.values()) > 1 else ()
    prior = database.scenarios[id].prior
    if not prior.is_filler:
        lines[IMPLIED] = _implied(odds, question)
        lines[PRIOR] = ((0, question.scored, prior_of(database.scenarios[id])),)
    lines[FIRST] = line_of({start: figure for start, _, figure in stood(stated)[:1]}, question)
    return {name: line for name, line in lines.items() if stood(line)}


def _analysts(
    database: Database, question: ResolvedQuestion
) -> dict[str, Runs[tuple[Distribution, int]]]:
    id = question.scenario
    quantity = database.scenarios[id].quantity
    given: dict[str, list[tuple[date, Distribution | None]]] = {}
    for sheet_id in database.estimating.get(id, ()):
        sheet = database.sheets[sheet_id]
        quantiles = sheet.quantiles[id]
        if quantity and not (quantiles and estimate_faults(quantity, quantiles, sheet.date)):
            own = distribution(quantity, quantiles, sheet.date) if quantiles else None
            given.setdefault(forecaster_name(sheet.analyst), []).append((sheet.date, own))
    days = database.tracker.standing_days
    return {name: standing(forecasts, days, question) for name, forecasts in given.items()}


def _stated(
    database: Database,
    question: ResolvedQuestion,
    dated: Mapping[str, Runs[tuple[Distribution, int]]],
) -> Runs[Distribution]:
    """The team's distribution; by `recency` it changes daily, by records as questions end."""
    team, records = database.tracker.team, records_of(database)
    turns = [(on - question.opened).days for on in records.days]
    marks: dict[int, Distribution | None] = {}
    for start, end, current in sweep(dated):
        marks[start] = None
        days = [start, *(day for day in turns if start < day < end)]
        if team.recency and len(current) > 1:
            days = [*range(start, end)]
        for day in days if current else ():
            ages = {name: day - since for name, (_, since) in current.items()}
            own = weights(ages, day, team, records.on(question.opened + timedelta(day)))
            several = [each for each, _ in current.values()]
            marks[day] = (
                several[0]
                if len(several) == 1
                else PooledDistribution(several, own, team.extremize)
            )
    return line_of(marks, question)


def _implied(odds: OddsSource, question: ResolvedQuestion) -> Runs[Distribution]:
    """The implied distribution by runs of days; with age it changes daily."""
    database, id = odds.database, question.scenario
    days: Iterable[int] = range(question.scored)
    if database.tracker.half_life_days is None:
        changes = {(on - question.opened).days for on in odds.changes(id)}
        days = sorted(changes.intersection(days) | {0})
    marks = {}
    for day in days:
        ledger = quantity_ledger(
            database, id, question.opened + timedelta(day), [*odds.bearing((id,))]
        )
        marks[day] = msgspec.structs.replace(ledger, base=ledger.prior).implied
    return line_of(marks, question)
