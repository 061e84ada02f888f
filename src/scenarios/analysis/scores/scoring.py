"""Proper scores over time of the forecasts of resolved questions, side by side."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from operator import mul
from statistics import fmean
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.ledger.days import Days
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.scores.calibration import (
    CalibrationBin,
    Corp,
    Decomposition,
    calibration,
    corp,
    decomposition,
    shares,
)
from scenarios.analysis.scores.daily_forecasts import (
    IMPLIED,
    PRIOR,
    TEAM,
    Archive,
    Cluster,
    Excluded,
    Figure,
    Line,
    Spans,
    Timeline,
    Unit,
    archive,
    baseline,
    before,
    brier,
    log_score,
    peer,
    place,
    questions,
    stood,
    sweep,
    timelines,
    unit_of,
)
from scenarios.analysis.scores.skill import FittedFactor, Skill, fitted, skill
from scenarios.model import Analyst, Database, Outcome, ScenarioId, SetId
from scenarios.progress import Progress, unwatched


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Filter of questions: resolved within both dates, named, and with one of the tags."""

    since: date | None = None
    until: date | None = None
    scenarios: tuple[ScenarioId, ...] = ()
    tags: tuple[str, ...] = ()


def is_chosen(database: Database, unit: Unit, resolved: date, chosen: Chosen) -> bool:
    """Return True if a scenario, or a set with any of its members, is selected."""
    return (
        (chosen.since is None or chosen.since <= resolved)
        and (chosen.until is None or resolved <= chosen.until)
        and (not chosen.scenarios or not set(chosen.scenarios).isdisjoint(unit))
        and (not chosen.tags or not set(chosen.tags).isdisjoint(_tags(database, unit)))
    )


class QuestionScore(msgspec.Struct, frozen=True, kw_only=True):
    """One forecaster on one question; `common_brier`: where all of its own stood.

    A `set` is one question, and its `scenario` the member that occurred. Where a forecaster never
    had a figure for each member, a member is scored `alone`.
    """

    scenario: ScenarioId
    set: SetId | None
    alone: bool
    outcome: Outcome
    forecaster: str
    brier: float
    log_score: float
    baseline: float
    peer: float | None
    coverage: float
    final_brier: float | None
    common_brier: float | None
    covered_days: int
    scored_days: int
    planned_days: int

    @property
    def question(self) -> Cluster:
        """The set or the scenario that is scored."""
        whole = self.set if self.set and not self.alone else None
        return whole is not None, whole or self.scenario


def every_question_score(database: Database, as_of: date) -> tuple[QuestionScore, ...]:
    """The rows of every question whose outcome was known on a day."""
    scored, _ = _scored(archive(Days(database)), as_of, Chosen(), unwatched)
    return _rows(scored)


def _scored(
    kept: Archive, as_of: date, chosen: Chosen, progress: Progress
) -> tuple[list[Timeline[Figure]], list[Excluded]]:
    """The timelines of the chosen questions, and the questions not scored."""
    database, results = kept.database, list[Timeline[Figure] | Excluded]()
    every = dict.fromkeys(unit_of(database, id) for id in sorted(database.scenarios))
    for unit in progress(every, "scoring", len(every)):
        asked = questions(database, unit, as_of)
        ended = [each.resolved for each in asked if each.outcome == asked[0].outcome]
        if asked and is_chosen(database, unit, max(ended), chosen):
            results += timelines(kept, unit, asked)
    excluded = [result for result in results if isinstance(result, Excluded)]
    excluded += (
        Excluded(scenario=id, reason=f"withheld: {path} cannot be read")
        for id, path in database.withheld.items()
        if id not in database.scenarios
    )
    scored = [result for result in results if isinstance(result, Timeline)]
    return scored, sorted(excluded, key=lambda row: row.scenario)


def _rows(scored: Iterable[Timeline[Figure]]) -> tuple[QuestionScore, ...]:
    rows = (row for timeline in scored for row in question_scores(timeline))
    return tuple(sorted(rows, key=lambda row: row.scenario))


def question_scores(timeline: Timeline[Figure]) -> Iterator[QuestionScore]:
    """The row of each forecaster of a question who is not scored on its set instead."""
    asked, lines = timeline.question, timeline.lines
    happened = asked.outcome == "occurred"
    together = before((e - s, len(figures) == len(lines)) for s, e, figures in sweep(lines))
    peers = _peers(timeline, happened)
    for name in (name for name in lines if name not in timeline.in_set):
        spans: Spans = stood(lines[name])
        briers = [brier(figure, happened) for _, _, figure in spans]
        logs = [log_score(figure, happened) for _, _, figure in spans]
        gains = [baseline(figure, happened) for _, _, figure in spans]
        days = [end - start for start, end, _ in spans]
        shared = [together[end] - together[start] for start, end, _ in spans]
        last = timeline.last[name]
        yield QuestionScore(
            scenario=asked.scenario,
            set=asked.set,
            alone=asked.alone,
            outcome=asked.outcome,
            forecaster=name,
            brier=sum(map(mul, briers, days)) / sum(days),
            log_score=sum(map(mul, logs, days)) / sum(days),
            baseline=sum(map(mul, gains, days)) / asked.planned,
            peer=peers.get(name),
            coverage=sum(days) / asked.scored,
            final_brier=None if last is None else brier(last, happened),
            common_brier=sum(map(mul, briers, shared)) / sum(shared) if any(shared) else None,
            covered_days=sum(days),
            scored_days=asked.scored,
            planned_days=asked.planned,
        )


def _peers(timeline: Timeline[Figure], happened: bool) -> dict[Analyst, float]:
    """Each analyst's `peer` over the planned days; of none where no day had two."""
    spans: dict[Analyst, Spans] = {n: stood(line) for n, line in timeline.analysts.items()}
    logs = {p: log_score(p, happened) for own in spans.values() for _, _, p in own}
    lines: dict[Analyst, Line] = {
        name: tuple((s, e, None if p is None else logs[p]) for s, e, p in line)
        for name, line in timeline.analysts.items()
    }
    # `peer` is linear in both scores, so its sum over a run of days needs only these two.
    runs = [(e - s, sum(f.values()), len(f)) for s, e, f in sweep(lines)]
    peers = before((days, peer(1, 0, n)) for days, _, n in runs)
    mean = before((days, peer(total / max(n, 1), 0, n)) for days, total, n in runs)
    return {
        name: sum(logs[p] * (peers[e] - peers[s]) - (mean[e] - mean[s]) for s, e, p in own)
        / timeline.question.planned
        for name, own in spans.items()
        if peers[-1] > 0
    }


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
    excluded: tuple[Excluded, ...]
    without_prior: tuple[ScenarioId, ...]
    calibration: tuple[CalibrationBin, ...]
    decomposition: tuple[Decomposition, ...]
    corp: tuple[Corp, ...]
    prior_by_reference: tuple[PriorScore, ...]


_EVERY = Chosen()


def score(
    database: Database,
    as_of: date,
    chosen: Chosen = _EVERY,
    by: By = "analyst",
    forecaster: str | None = None,
    progress: Progress = unwatched,
) -> Score:
    """Score the chosen questions with an outcome at `as_of`; calibrate `forecaster`, or all."""
    kept = archive(Days(database))
    scored, excluded = _scored(kept, as_of, chosen, progress)
    rows = _rows(scored)
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
        "tag": lambda row: _tags(database, _unit(database, row)) or (None,),
        "proposer": lambda row: proposers(_unit(database, row)),
    }
    for row in rows:
        for name in names[by](row):
            together.setdefault(name, []).append(row)
    ordered = sorted(together, key=lambda name: (name is None, name))
    return tuple(ScoreTable(name=name, forecasters=table(together[name])) for name in ordered)


def _tags(database: Database, unit: Unit) -> tuple[str, ...]:
    """Tags of a scenario, or of any member of a set, each once."""
    return tuple(dict.fromkeys(tag for id in unit for tag in database.scenarios[id].tags))


def _proposers(database: Database, unit: Unit) -> tuple[str, ...]:
    """Who proposed a figure of a scenario that an analyst accepted, each once."""
    spoken = ((id, database.sheets[key]) for id in unit for key in database.speaking.get(id, ()))
    who = (sheet.proposed[id].who for id, sheet in spoken if id in sheet.proposed)
    return tuple(dict.fromkeys(who)) or ("not proposed",)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
