"""Proper scores over time of the forecasts of resolved questions, side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from statistics import fmean
from typing import Literal

import msgspec

from scenarios.analysis.daily_forecasts import (
    IMPLIED,
    PRIOR,
    TEAM,
    ExcludedQuestion,
    Unit,
    archive,
    place,
)
from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.question_scores import (
    QuestionFilter,
    QuestionScore,
    score_rows,
    scored_timelines,
    tags_of,
)
from scenarios.analysis.scores.calibration import (
    CalibrationBin,
    CorpDecomposition,
    Decomposition,
    calibration,
    corp,
    decomposition,
    shares,
)
from scenarios.analysis.scores.skill import FittedFactor, Skill, fitted, skill
from scenarios.model import Database, ScenarioId, SetId
from scenarios.progress import Progress, unwatched

By = Literal["analyst", "scenario", "tag", "proposer"]


class ForecasterScore(msgspec.Struct, frozen=True, kw_only=True):
    """Means over a forecaster's `questions`; `common_brier` over the days on which all stood.

    Members of sets that are scored `alone` are never averaged with whole questions.
    """

    name: str
    alone: bool
    questions: int
    brier: float
    log_score: float
    baseline: float
    peer: float | None
    coverage: float
    final_brier: float | None
    common_brier: float | None


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


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """All that `score` prints; `groups` is empty where the table is by analyst.

    Questions `without_prior` have a filler: `prior` and `implied` are not scored for them.
    """

    ledger: int = VERSION
    notice: str | None
    forecaster: str | None
    forecasters: tuple[ForecasterScore, ...]
    groups: tuple[ScoreTable, ...]
    questions: tuple[QuestionScore, ...]
    skill: tuple[Skill, ...]
    fitted_strength: FittedFactor | None
    fitted_extremize: FittedFactor | None
    sets: tuple[ScoredSet, ...]
    excluded: tuple[ExcludedQuestion, ...]
    without_prior: tuple[ScenarioId, ...]
    calibration: tuple[CalibrationBin, ...]
    decomposition: tuple[Decomposition, ...]
    corp: tuple[CorpDecomposition, ...]
    prior_by_reference: tuple[PriorScore, ...]


_EVERY = QuestionFilter()


def score(
    database: Database,
    as_of: date,
    chosen: QuestionFilter = _EVERY,
    by: By = "analyst",
    forecaster: str | None = None,
    progress: Progress = unwatched,
) -> Score:
    """Score the chosen questions with an outcome at `as_of`; calibrate `forecaster`, or all."""
    kept = archive(DailyLedgers(database))
    scored, excluded = scored_timelines(kept, as_of, chosen, progress)
    rows = score_rows(scored)
    by_name = dict(sorted(shares(scored, forecaster).items(), key=lambda entry: place(entry[0])))
    asked = [timeline.question for timeline in scored]
    single = sorted(each.scenario for each in asked if not each.answers)
    return Score(
        notice=database.tracker.notice,
        forecaster=forecaster,
        forecasters=table(rows),
        groups=_groups(database, rows, by),
        questions=rows,
        skill=skill(scored),
        fitted_strength=fitted(kept, scored, IMPLIED),
        fitted_extremize=fitted(kept, scored, TEAM),
        sets=tuple(
            ScoredSet(set=each.set, occurred=each.scenario, members=tuple(dict(each.answers)))
            for each in asked
            if each.set and each.answers
        ),
        excluded=tuple(excluded),
        without_prior=tuple(id for id in single if database.scenarios[id].prior.is_filler),
        calibration=tuple(row for name in by_name for row in calibration(name, by_name[name])),
        decomposition=tuple(decomposition(name, by_name[name]) for name in by_name),
        corp=tuple(corp(name, by_name[name]) for name in by_name),
        prior_by_reference=tuple(_by_reference(database, rows)),
    )


def _by_reference(database: Database, rows: Iterable[QuestionScore]) -> Iterator[PriorScore]:
    """Yield the mean of the priors with a reference class and of the others, where both exist."""
    sides: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        if row.forecaster == PRIOR and not row.alone:
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
            log_score=fmean([row.log_score for row in own]),
            baseline=fmean([row.baseline for row in own]),
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
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
