"""Proper scores over time of the forecasts of resolved questions, side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from statistics import fmean
from typing import Literal

import msgspec

from scenarios.analysis.daily_forecasts import archive
from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.quantities.scores import pool_of
from scenarios.analysis.question_scores import (
    EarlyQuestion,
    QuantityPool,
    QuestionFilter,
    QuestionScore,
    question_pool,
    score_rows,
    tags_of,
)
from scenarios.analysis.question_timelines import (
    PRIOR,
    ExcludedQuestion,
    Unit,
    place,
)
from scenarios.analysis.scores.calibration import (
    CalibrationBin,
    CorpDecomposition,
    Decomposition,
    WeightedForecast,
    calibration,
    corp,
    decomposition,
    shares,
)
from scenarios.analysis.scores.fits import FittedFactor, fits, fitted
from scenarios.analysis.scores.skill import Skill, skill
from scenarios.analysis.scores.so_far import timelines_so_far
from scenarios.model import Database, ScenarioId, SetId
from scenarios.progress import Progress, unwatched
from scenarios.result import Result

By = Literal["analyst", "scenario", "tag", "proposer"]


class ForecasterScore(msgspec.Struct, frozen=True, kw_only=True):
    """Means over a forecaster's `questions`; `common_brier` over the days on which all stood.

    Members of sets that are scored `alone` are never averaged with whole questions.
    """

    name: str
    alone: bool
    questions: int
    brier: float
    log_score: float | None
    baseline: float | None
    peer: float | None
    coverage: float
    final_brier: float | None
    common_brier: float | None


class ScoreSoFar(msgspec.Struct, frozen=True, kw_only=True):
    """Means over a forecaster's `questions` that have a constant hazard, open or not, by today."""

    forecaster: str
    questions: int
    brier: float
    log_score: float | None
    coverage: float


class ScoredSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set that is one of the questions, the member that occurred, and all that were scored."""

    set: SetId
    occurred: ScenarioId
    members: tuple[ScenarioId, ...]


class ScoreTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table of one scenario, tag or proposer; None gathers questions without a tag."""

    name: str | None
    forecasters: tuple[ForecasterScore, ...]


class PriorScore(msgspec.Struct, frozen=True, kw_only=True):
    """Mean Brier of `prior`, 0 best to 1 worst, over the questions with a reference class or none.

    A set is one question, and has a reference class where all its members have one.
    """

    has_reference: bool
    questions: int
    brier: float


class Score(Result, frozen=True, kw_only=True):
    """All that `score` prints; `groups` is empty where the table is by analyst.

    Every mean, `skill`, fitted factor and calibration is of the cohort: the `questions` that are
    not `early`. Questions `without_prior` have a filler: `prior` and `implied` are not scored for
    them. `hindsight` is the reason why there are neither intervals of skill nor fitted factors.
    """

    ledger: int = VERSION
    notice: str | None
    hindsight: str | None
    forecaster: str | None
    forecasters: tuple[ForecasterScore, ...]
    groups: tuple[ScoreTable, ...]
    questions: tuple[QuestionScore, ...]
    early: tuple[EarlyQuestion, ...]
    open: int
    so_far: tuple[ScoreSoFar, ...]
    skill: tuple[Skill, ...]
    fitted_strength: FittedFactor | None
    fitted_extremize: FittedFactor | None
    fitted_recency: FittedFactor | None
    fitted_record: FittedFactor | None
    sets: tuple[ScoredSet, ...]
    excluded: tuple[ExcludedQuestion, ...]
    without_prior: tuple[ScenarioId, ...]
    calibration: tuple[CalibrationBin, ...]
    decomposition: tuple[Decomposition, ...]
    corp: tuple[CorpDecomposition, ...]
    prior_by_reference: tuple[PriorScore, ...]

    @property
    def names(self) -> list[str]:
        """The forecasters of any question, counted or not."""
        so_far = {row.forecaster for row in self.so_far}
        return sorted(so_far.union(row.forecaster for row in self.questions))

    @property
    def fitted(self) -> dict[str, FittedFactor]:
        """The fitted factors by their keys in the tracker."""
        factors = {
            "rating_strength": self.fitted_strength,
            "team.extremize": self.fitted_extremize,
            "team.recency": self.fitted_recency,
            "team.record": self.fitted_record,
        }
        return {key: factor for key, factor in factors.items() if factor}


_EVERY = QuestionFilter()
HINDSIGHT = (
    "Written with hindsight (hindsight in tracker.yaml): who knew the outcomes chose the figures, "
    "so neither intervals of skill nor fitted factors are given."
)


def score(
    database: Database,
    as_of: date,
    chosen: QuestionFilter = _EVERY,
    by: By = "analyst",
    forecaster: str | None = None,
    progress: Progress = unwatched,
) -> Score:
    """Score the chosen questions with an outcome at `as_of`; calibrate `forecaster`, or all.

    Those still open are counted, and scored so far, whatever days `chosen` names.
    """
    forecast_archive = archive(DailyLedgers(database))
    pool, quantities = question_pool(forecast_archive, as_of, chosen, progress), QuantityPool()
    if database.quantities:
        quantities = pool_of(forecast_archive.odds, as_of, chosen)
    cohort = [timeline for timeline in pool.scored if timeline.question.until is None]
    rows = score_rows(pool.scored)
    if quantities.scores:
        rows = tuple(sorted((*rows, *quantities.scores), key=lambda row: row.scenario))
    counted = tuple(row for row in rows if not row.early)
    forecasts = shares(cohort, forecaster)
    for name, figures in quantities.rows.items():
        if figures and forecaster in (None, name):  # without thresholds there are no rows
            more = (WeightedForecast(probability=p, weight=w, happened=y) for p, w, y in figures)
            forecasts.setdefault(name, []).extend(more)
    by_name = dict(sorted(forecasts.items(), key=lambda entry: place(entry[0])))
    asked = [timeline.question for timeline in pool.scored]
    single = sorted(each.scenario for each in asked if not each.answers)
    is_foresight = not database.tracker.hindsight
    factors = {
        key: fitted(forecast_archive, cohort, key) if is_foresight else None
        for key in fits(database.tracker)
    }
    so_far = score_rows(timelines_so_far(forecast_archive, pool.asked, as_of))
    dates = (row for row in quantities.scores if not isinstance(row.value, float))
    by_today = table((*so_far, *dates))
    return Score(
        notice=database.tracker.notice,
        hindsight=None if is_foresight else HINDSIGHT,
        forecaster=forecaster,
        forecasters=table(counted),
        groups=_groups(database, counted, by),
        questions=rows,
        early=tuple(pool.early),
        open=pool.open + quantities.open,
        so_far=tuple(
            ScoreSoFar(
                forecaster=row.name,
                questions=row.questions,
                brier=row.brier,
                log_score=row.log_score,
                coverage=row.coverage,
            )
            for row in by_today
        ),
        skill=skill(cohort, with_intervals=is_foresight),
        fitted_strength=factors["rating_strength"],
        fitted_extremize=factors["team.extremize"],
        fitted_recency=factors["team.recency"],
        fitted_record=factors["team.record"],
        sets=tuple(
            ScoredSet(set=each.set, occurred=each.scenario, members=tuple(dict(each.answers)))
            for each in asked
            if each.set and each.answers
        ),
        excluded=(*pool.excluded, *quantities.excluded),
        without_prior=tuple(id for id in single if database.scenarios[id].prior.is_filler),
        calibration=tuple(row for name in by_name for row in calibration(name, by_name[name])),
        decomposition=tuple(decomposition(name, by_name[name]) for name in by_name),
        corp=tuple(corp(name, by_name[name]) for name in by_name),
        prior_by_reference=tuple(_by_reference(database, counted)),
    )


def _by_reference(database: Database, rows: Iterable[QuestionScore]) -> Iterator[PriorScore]:
    """Yield the mean of the priors with a reference class and of the others, where both exist."""
    sides: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        if row.forecaster == PRIOR and not (row.alone or row.quantity):
            priors = (database.scenarios[id].prior for id in _unit(database, row))
            sides[all(prior.reference for prior in priors)].append(row.brier)
    for has, scores in sides.items() if all(sides.values()) else ():
        yield PriorScore(has_reference=has, questions=len(scores), brier=fmean(scores))


def _unit(database: Database, row: QuestionScore) -> Unit:
    is_set, id = row.question
    return members(database, id) if is_set else (id,)


def table(rows: Iterable[QuestionScore]) -> tuple[ForecasterScore, ...]:
    """Each forecaster's means, a question weighing 1; analysts by name, then ours."""
    of: dict[tuple[bool, str], list[QuestionScore]] = {}
    for row in rows:
        of.setdefault((row.alone, row.forecaster), []).append(row)
    answers = Counter(row.question for own in of.values() for row in own)
    every = len({name for _, name in of})
    return tuple(
        ForecasterScore(
            name=name,
            alone=alone,
            questions=len(own),
            brier=fmean([row.brier for row in own]),
            log_score=_mean(row.log_score for row in own),
            baseline=_mean(row.baseline for row in own),
            peer=_mean(row.peer for row in own),
            coverage=fmean([row.coverage for row in own]),
            final_brier=_mean(row.final_brier for row in own),
            common_brier=_mean(row.common_brier for row in own if answers[row.question] == every),
        )
        for (alone, name), own in sorted(
            of.items(), key=lambda entry: (entry[0][0], place(entry[0][1]))
        )
    )


def _groups(database: Database, rows: Iterable[QuestionScore], by: By) -> tuple[ScoreTable, ...]:
    together: dict[str | None, list[QuestionScore]] = {}
    proposers = cache(partial(_proposers, database))
    names: dict[By, Callable[[QuestionScore], tuple[str | None, ...]]] = {
        "analyst": lambda _: (),
        "scenario": lambda row: (row.question[1],),
        "tag": lambda row: tags_of(database, _unit(database, row)) or (None,),
        "proposer": lambda row: proposers(_unit(database, row)),
    }
    for row in rows:
        for name in names[by](row):
            together.setdefault(name, []).append(row)
    ordered = sorted(together, key=lambda name: (name is None, name))
    return tuple(ScoreTable(name=name, forecasters=table(together[name])) for name in ordered)


def _proposers(database: Database, unit: Unit) -> tuple[str, ...]:
    """Who proposed a figure of a scenario that an analyst accepted, each once."""
    spoken = ((id, database.sheets[key]) for id in unit for key in database.speaking.get(id, ()))
    who = (sheet.proposed[id].who for id, sheet in spoken if id in sheet.proposed)
    return tuple(dict.fromkeys(who)) or ("not proposed",)


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return fmean(present) if present else None
