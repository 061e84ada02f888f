"""Scores over time of each forecaster on each resolved question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import mul

import msgspec

from scenarios.analysis.scores.daily_forecasts import (
    Timeline,
    archive,
    before,
    question,
    stood,
    sweep,
    timeline,
)
from scenarios.analysis.scores.proper import baseline, brier, log_score, peer
from scenarios.model import Analyst, Database, Outcome, ScenarioId


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
