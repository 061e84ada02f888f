"""Factors of a tracker that would have served best; they are printed and never applied."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from operator import mul
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.analyst_records import analyst_records
from scenarios.analysis.daily_forecasts import ForecastArchive, days_of_figures
from scenarios.analysis.evidence.knowledge import AnalystRecords
from scenarios.analysis.forecasts import weights
from scenarios.analysis.ledger.odds import EvidenceTotals, implied
from scenarios.analysis.question_timelines import (
    IMPLIED,
    TEAM,
    Cluster,
    Figure,
    QuestionTimeline,
    ResolvedQuestion,
    Runs,
    dated_on,
    days_after,
    log_score,
    stood,
    sweep,
)
from scenarios.analysis.scores.skill import FEWEST, interval, resampled
from scenarios.model import Analyst, ScenarioId, Tracker
from scenarios.scales import decibans, probability
from scenarios.values import Team

# A grid is searched, since the loss of a set need not be convex (docs/decisions.md).
_STEPS_PER_UNIT = 20
_STRENGTHS = tuple(k / _STEPS_PER_UNIT for k in range(61))
TRIED: dict[str, Sequence[float]] = {
    "rating_strength": _STRENGTHS,
    "team.extremize": _STRENGTHS[10:],
    "team.recency": tuple(round(10 ** (k / 5 - 2), 3) for k in range(16)),
    "team.record": tuple(float(k) for k in range(0, 61, 5)),
}
"""The factors that are tried, by their keys: 0 or 0.5 to 3 in steps of 0.05, 0.01 to 10 in five
steps to each power of ten, and 0 to 60 in steps of 5."""


class FittedFactor(msgspec.Struct, frozen=True, kw_only=True):
    """Factor with which a forecaster would have had the best mean log score.

    The rating strength of `implied`, 0 to 3, the extremizing of `team`, 0.5 to 3, its recency, 0.01
    to 10, or its record, 0 to 60; of these two none is `declared` where the tracker has none.
    Computed over the scored days of the `questions` on which it matters; `declared` is the
    tracker's. `low` to `high` is the 90 % interval of 2,000 resamples of `independent` questions
    (members of a set that are scored alone are one); None under five. Printed, never applied.
    """

    factor: float = msgspec.field(name="strength")
    low: float | None
    high: float | None
    declared: float | None
    questions: int
    independent: int


class ConstantPeriod(NamedTuple):
    """Days with the same inputs, from `start` on, and their figures by a factor."""

    start: int
    days: int
    figures: Callable[[float], Mapping[ScenarioId, float]]


class Fit(NamedTuple):
    """A factor to fit: the values that are tried, whose it is, and the days on which it matters."""

    tried: Sequence[float]
    forecaster: str
    runs: Callable[[ForecastArchive, ResolvedQuestion], Iterator[ConstantPeriod]]
    declared: float | None


def fits(tracker: Tracker) -> dict[str, Fit]:
    """The factors that can be fitted, by their keys in the tracker."""
    strength = TRIED["rating_strength"], IMPLIED, _evidence_runs, tracker.rating_strength
    team = {
        key: Fit(TRIED[f"team.{key}"], TEAM, partial(_team_runs, key), getattr(tracker.team, key))
        for key in ("extremize", "recency", "record")
    }
    return {"rating_strength": Fit(*strength)} | {f"team.{key}": fit for key, fit in team.items()}


def fitted(
    archive: ForecastArchive, timelines: Iterable[QuestionTimeline[Figure]], key: str
) -> FittedFactor | None:
    """The best factor tried; one of a tracker's key, of even steps, refined by a parabola.

    None where it makes no difference: without any evidence, where no two analysts stood, or all
    with the same record. A question weighs 1: the mean over its scored days; members of a set alone
    are 1 together.
    """
    tried, forecaster, runs_of, declared = fits(archive.database.tracker)[key]
    losses: dict[Cluster, list[list[float]]] = {}
    for timeline in timelines:
        if forecaster not in timeline.ours.keys() - timeline.in_set:
            continue
        asked = timeline.question
        if runs := list(runs_of(archive, asked)):
            of_cluster = losses.setdefault(asked.cluster, [])
            days = asked.scored + days_after(asked, timeline.ours[forecaster])
            of_cluster.append([_loss(asked, runs, factor) / days for factor in tried])
    if not losses:
        return None
    rows = [
        [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
        for members in losses.values()
    ]
    best = partial(_best, tried)
    bounds = interval(map(best, resampled(rows))) if len(rows) >= FEWEST else None
    low, high = bounds or (None, None)
    return FittedFactor(
        factor=best([math.fsum(column) for column in zip(*rows, strict=True)]),
        low=low,
        high=high,
        declared=declared,
        questions=sum(map(len, losses.values())),
        independent=len(rows),
    )


Figures = Mapping[ScenarioId, float]
TotalsByStrength = Callable[[float], EvidenceTotals]


def _evidence_runs(
    archive: ForecastArchive, question: ResolvedQuestion
) -> Iterator[ConstantPeriod]:
    """The scored days on which evidence counted."""
    id, declared = question.scenario, archive.database.tracker.rating_strength
    left = {day for _, day in question.answers if day < question.scored}
    days = sorted(left.union(days_of_figures(archive.odds, question)))
    before, scaled = None, None
    for start, end in zip(days, [*days[1:], question.scored], strict=True):
        odds = archive.on(question, start)
        evidence, priors = odds.totals(id), odds.priors(id)
        if scaled is None or evidence != before:  # while only the prior falls it stays the same
            before, scaled = evidence, cache(partial(_scaled, evidence, declared))

        def figures(
            strength: float, of: TotalsByStrength = scaled, by: Figures = priors
        ) -> Figures:
            return implied(of(strength), by)

        if any(evidence.totals[c] for c in {*evidence.columns} - evidence.left):
            yield ConstantPeriod(start, end - start, figures)


def _scaled(of: EvidenceTotals, declared: float, strength: float) -> EvidenceTotals:
    """The totals with every line times another strength: the discounts keep to the scale."""
    totals = {c: total * strength / declared for c, total in of.totals.items()}
    return replace(of, totals=totals)


Standing = dict[ScenarioId, dict[Analyst, tuple[float, int]]]
"""The decibans of each analyst's current forecast of each scenario, and the day it is of."""
Pool = tuple[list[float], dict[Analyst, int], int]
"""The current forecasts of a scenario: decibans, ages in days, and the days it was open."""


class TeamPeriod(NamedTuple):
    """Days with the same forecasts of two or more analysts, with weights as in their middle."""

    start: int
    days: int
    pools: dict[ScenarioId, Pool]
    excess: Mapping[Analyst, float]

    def means(self, team: Team) -> Figures:
        """The mean of the decibans of each scenario, with the weights of a team."""
        means = {}
        for id, (worth, ages, days_open) in self.pools.items():
            own = weights(ages, days_open, team, self.excess)
            means[id] = math.fsum(map(mul, own, worth)) / math.fsum(own)
        return means

    def figures(self, team: Team, key: str, means: Figures | None, factor: float) -> Figures:
        """The figures by a key of the team, with the `means` if they do not depend on it."""
        by = replace(team, **{key: factor})
        single = {id for id, (worth, _, _) in self.pools.items() if len(worth) == 1}
        every = (means or self.means(by)).items()
        return {id: probability(db if id in single else by.extremize * db) for id, db in every}


def _team_periods(
    archive: ForecastArchive, question: ResolvedQuestion, team: Team
) -> Iterator[TeamPeriod]:
    """The days on which two or more analysts stood, cut as the weights of the team change."""
    opened, scenarios = question.opened, archive.database.scenarios
    records = analyst_records(archive.database) if team.record else AnalystRecords()
    for start, end, standing in _standing(archive, question):
        for first, days in _pieces(start, end, team):
            day = opened + timedelta(first + days // 2)
            pools = {
                id: (
                    [worth for worth, _ in own.values()],
                    {analyst: first + days // 2 - since for analyst, (_, since) in own.items()},
                    (day - scenarios[id].opened).days,
                )
                for id, own in standing.items()
            }
            yield TeamPeriod(first, days, pools, records.on(day))


def _standing(
    archive: ForecastArchive, question: ResolvedQuestion
) -> Iterator[tuple[int, int, Standing]]:
    """The runs of days on which two or more analysts stood, in a set beside every other member."""
    lines: dict[tuple[ScenarioId, Analyst], Runs[tuple[float, int]]] = {}
    for id, end in question.answers or ((question.scenario, question.scored),):
        by_analyst = dated_on(archive, replace(question, scored=end), id)
        lines |= {(id, analyst): line for analyst, line in by_analyst.items()}
    worth = {p: decibans(p) for line in lines.values() for _, _, (p, _) in stood(line)}
    for start, end, current in sweep(lines):
        standing: Standing = {}
        for (id, analyst), (figure, since) in current.items():
            standing.setdefault(id, {})[analyst] = worth[figure], since
        is_whole = all(id in standing or day <= start for id, day in question.answers)
        if is_whole and any(len(own) > 1 for own in standing.values()):
            yield start, end, standing


def _pieces(start: int, end: int, team: Team) -> Iterator[tuple[int, int]]:
    """The first day and length of runs in which a question grows older by a tenth at most."""
    # Weights drift by the day, and less the older a question is: the middle stands for a run.
    weighs = team.recency or team.record
    while start < end:
        days = min(max(start // 10, 1), end - start) if weighs else end - start
        yield start, days
        start += days


def _team_runs(
    key: str, archive: ForecastArchive, question: ResolvedQuestion
) -> Iterator[ConstantPeriod]:
    """The days on which a key of the team matters, with its figures by that key."""
    team = archive.database.tracker.team
    weighed = team if key == "extremize" else replace(team, **{key: 1.0})
    for period in _team_periods(archive, question, weighed):
        records = ({period.excess.get(a, 0) for a in ages} for _, ages, _ in period.pools.values())
        if key != "record" or any(len(own) > 1 for own in records):
            means = period.means(team) if weighed is team else None
            figures = partial(period.figures, team, key, means)
            yield ConstantPeriod(period.start, period.days, figures)


def _loss(question: ResolvedQuestion, runs: Iterable[ConstantPeriod], factor: float) -> float:
    """Minus the sum of log scores at a factor; other days would add the same to each."""
    losses = []
    for start, days, figures in runs:
        by_id = figures(factor)
        p, happened = by_id[question.scenario], question.outcome == "occurred"
        if question.answers:
            p /= math.fsum(by_id[id] for id, day in question.answers if start < day)
        losses.append(-days * log_score(p, happened))
    return math.fsum(losses)


def _best(tried: Sequence[float], losses: Sequence[float]) -> float:
    """The factor with the least loss, the lowest of several; between its neighbours a vertex."""
    k = losses.index(min(losses))
    if k in (0, len(losses) - 1) or tried is TRIED["team.recency"]:
        return tried[k]
    below, least, above = losses[k - 1 : k + 2]
    step = tried[1] - tried[0]
    return tried[k] + step * (below - above) / (2 * (below - 2 * least + above))
