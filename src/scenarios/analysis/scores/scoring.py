"""Proper scores over time of the forecasts of resolved questions, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import mul
from statistics import fmean
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import members
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.scores import calibration as verified
from scenarios.analysis.scores.calibration import Corp, corp
from scenarios.analysis.scores.daily_forecasts import (
    Archive,
    Timeline,
    archive,
    baseline,
    before,
    brier,
    is_without_prior,
    log_score,
    peer,
    place,
    question,
    stood,
    sweep,
    timeline,
)
from scenarios.analysis.scores.skill import FittedStrength, Skill, fitted_strength, skill
from scenarios.model import Analyst, Database, Outcome, ScenarioId, SetId
from scenarios.progress import Progress, unwatched


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Filter of questions: resolved within both dates, named, and with one of the tags."""

    since: date | None = None
    until: date | None = None
    scenarios: tuple[ScenarioId, ...] = ()
    tags: tuple[str, ...] = ()


def is_chosen(database: Database, id: ScenarioId, resolved: date, chosen: Chosen) -> bool:
    """Return True if a question that was resolved on `day` is selected."""
    return (
        (chosen.since is None or chosen.since <= resolved)
        and (chosen.until is None or resolved <= chosen.until)
        and (not chosen.scenarios or id in chosen.scenarios)
        and (not chosen.tags or not set(chosen.tags).isdisjoint(database.scenarios[id].tags))
    )


class QuestionScore(msgspec.Struct, frozen=True, kw_only=True):
    """One forecaster on one question; `common_brier`: where all of its own stood."""

    scenario: ScenarioId
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


def every_question_score(database: Database, as_of: date) -> Iterator[QuestionScore]:
    """The rows of every question whose outcome was known on a day."""
    kept = archive(database)
    for id in sorted(database.scenarios.keys() - database.withheld.keys()):
        asked = question(database, id, as_of)
        if asked and asked.outcome != "annulled" and asked.scored:
            yield from question_scores(timeline(kept, asked))


def question_scores(timeline: Timeline) -> Iterator[QuestionScore]:
    """The row of each forecaster of a question."""
    asked, lines = timeline.question, timeline.lines
    happened = asked.outcome == "occurred"
    together = before((e - s, len(figures) == len(lines)) for s, e, figures in sweep(lines))
    peers = _peers(timeline, happened)
    for name, line in lines.items():
        spans = stood(line)
        briers = [brier(figure, happened) for _, _, figure in spans]
        logs = [log_score(figure, happened) for _, _, figure in spans]
        gains = [baseline(figure, happened) for _, _, figure in spans]
        days = [end - start for start, end, _ in spans]
        shared = [together[end] - together[start] for start, end, _ in spans]
        last = timeline.last[name]
        yield QuestionScore(
            scenario=asked.scenario,
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


def _peers(timeline: Timeline, happened: bool) -> dict[Analyst, float]:
    """Each analyst's `peer` over the planned days; of none where no day had two."""
    spans = {name: stood(line) for name, line in timeline.analysts.items()}
    logs = {p: log_score(p, happened) for own in spans.values() for _, _, p in own}
    # `peer` is linear in both scores, so its sum over a run of days needs only these two.
    runs = [
        (e - s, sum(f.values()), len(f)) for s, e, f in sweep(timeline.analysts, logs.__getitem__)
    ]
    peers = before((days, peer(1, 0, n)) for days, _, n in runs)
    mean = before((days, peer(total / max(n, 1), 0, n)) for days, total, n in runs)
    return {
        name: sum(logs[p] * (peers[e] - peers[s]) - (mean[e] - mean[s]) for s, e, p in own)
        / timeline.question.planned
        for name, own in spans.items()
        if peers[-1] > 0
    }


By = Literal["analyst", "scenario", "tag"]


class ForecasterScore(msgspec.Struct, frozen=True, kw_only=True):
    """Means over a forecaster's `questions`; `common_brier` over the days on which all stood."""

    name: str
    questions: int
    brier: float
    log_score: float
    baseline: float
    peer: float | None
    coverage: float
    final_brier: float | None
    common_brier: float | None


class SetScore(msgspec.Struct, frozen=True, kw_only=True):
    """One forecaster on a whole set, over the days on which every member had a figure.

    `brier` is two-sided (0 to 2): summed over the members; `log_score` is of `occurred`.
    """

    set: SetId
    occurred: ScenarioId
    forecaster: str
    brier: float
    log_score: float
    covered_days: int


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved question that is not scored, and why."""

    scenario: ScenarioId
    reason: str


class ScoreTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table of one scenario, or of one tag; None gathers what has no tag."""

    name: str | None
    forecasters: tuple[ForecasterScore, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """All that `score` prints; `groups` is empty where the table is by analyst.

    Questions `without_prior` have a filler: `prior` and `implied` are not scored for them.
    """

    ledger: int = VERSION
    forecasters: tuple[ForecasterScore, ...]
    groups: tuple[ScoreTable, ...]
    questions: tuple[QuestionScore, ...]
    skill: tuple[Skill, ...]
    fitted_strength: FittedStrength | None
    sets: tuple[SetScore, ...]
    excluded: tuple[Excluded, ...]
    without_prior: tuple[ScenarioId, ...]
    calibration: tuple[verified.CalibrationBin, ...]
    decomposition: tuple[verified.Decomposition, ...]
    corp: tuple[Corp, ...]


_EVERY = Chosen()


def score(
    database: Database,
    as_of: date,
    chosen: Chosen = _EVERY,
    by: By = "analyst",
    forecaster: str | None = None,
    progress: Progress = unwatched,
) -> Score:
    """Score the chosen questions with an outcome at `as_of`; calibrate only `forecaster`."""
    kept, timelines = archive(database), dict[ScenarioId, Timeline]()
    excluded = [
        Excluded(scenario=id, reason=f"withheld: {path} cannot be read")
        for id, path in database.withheld.items()
        if id not in database.scenarios
    ]
    for id in progress(sorted(database.scenarios), "scoring", len(database.scenarios)):
        asked = question(database, id, as_of)
        if asked is None or not is_chosen(database, id, asked.resolved, chosen):
            continue
        if path := database.withheld.get(id):
            excluded.append(Excluded(scenario=id, reason=f"withheld: {path} cannot be read"))
        elif asked.outcome == "annulled":
            excluded.append(Excluded(scenario=id, reason="annulled"))
        elif asked.scored == 0:
            reason = "resolved by its opening day: no day to score"
            excluded.append(Excluded(scenario=id, reason=reason))
        else:
            timelines[id] = timeline(kept, asked)
    rows = tuple(row for scored in timelines.values() for row in question_scores(scored))
    named = timelines.values() if forecaster else ()
    unknown = tuple(id for id in timelines if is_without_prior(database, id))
    based = (scored.question for id, scored in timelines.items() if id not in {*unknown})
    return Score(
        forecasters=table(rows),
        groups=_groups(database, rows, by),
        questions=rows,
        skill=skill(timelines.values()),
        fitted_strength=fitted_strength(kept, based),
        sets=tuple(row for id in timelines for row in _set_scores(kept, timelines, id, as_of)),
        excluded=tuple(excluded),
        without_prior=unknown,
        calibration=verified.calibration(named, forecaster or ""),
        decomposition=verified.decomposition(named, forecaster or ""),
        corp=corp(named, forecaster or ""),
    )


def table(rows: Iterable[QuestionScore]) -> tuple[ForecasterScore, ...]:
    """Each forecaster's means, a question weighing 1; analysts by name, then ours."""
    of: dict[str, list[QuestionScore]] = {}
    for row in rows:
        of.setdefault(row.forecaster, []).append(row)
    answers = Counter(row.scenario for own in of.values() for row in own)
    return tuple(
        ForecasterScore(
            name=name,
            questions=len(own),
            brier=fmean([row.brier for row in own]),
            log_score=fmean([row.log_score for row in own]),
            baseline=fmean([row.baseline for row in own]),
            peer=_mean(row.peer for row in own),
            coverage=fmean([row.coverage for row in own]),
            final_brier=_mean(row.final_brier for row in own),
            common_brier=_mean(row.common_brier for row in own if answers[row.scenario] == len(of)),
        )
        for name, own in sorted(of.items(), key=lambda entry: place(entry[0]))
    )


def _groups(database: Database, rows: Iterable[QuestionScore], by: By) -> tuple[ScoreTable, ...]:
    together: dict[str | None, list[QuestionScore]] = {}
    for row in rows:
        tags: tuple[str | None, ...] = database.scenarios[row.scenario].tags or (None,)
        for name in {"analyst": (), "scenario": (row.scenario,), "tag": tags}[by]:
            together.setdefault(name, []).append(row)
    names = sorted(together, key=lambda name: (name is None, name))
    return tuple(ScoreTable(name=name, forecasters=table(together[name])) for name in names)


def _set_scores(
    archive: Archive, timelines: Mapping[ScenarioId, Timeline], occurred: ScenarioId, as_of: date
) -> Iterator[SetScore]:
    """The scores of the set of a member that occurred; none for any other scenario."""
    database = archive.database
    set_id = database.scenarios[occurred].set
    if set_id is None or timelines[occurred].question.outcome != "occurred":
        return
    every = [question(database, member, as_of) for member in members(database, set_id)]
    asked = {member.scenario: member for member in every if member and member.outcome != "annulled"}
    if len(asked) < len(every):
        return
    of = {id: timelines.get(id) or timeline(archive, member) for id, member in asked.items()}
    first = min(member.opened for member in asked.values())
    for name in of[occurred].lines:
        lines = {}
        for id, line in of.items():
            on = (line.question.opened - first).days
            lines[id] = tuple((s + on, e + on, p) for s, e, p in line.lines.get(name, ()))
        days, briers, logs = 0, 0.0, 0.0
        for start, end, figures in sweep(lines):
            if len(figures) == len(lines):
                days += end - start
                briers += (end - start) * sum(brier(p, id == occurred) for id, p in figures.items())
                logs += (end - start) * log_score(figures[occurred], True)
        if days:
            yield SetScore(
                set=set_id,
                occurred=occurred,
                forecaster=name,
                brier=briers / days,
                log_score=logs / days,
                covered_days=days,
            )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
