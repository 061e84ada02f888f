"""Outcomes that became known in a window, with the last forecasts."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from math import log2

import msgspec

from scenarios.analysis.daily_forecasts import archive, timelines_of
from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.analysis.question_timelines import (
    IMPLIED,
    TEAM,
    ExcludedQuestion,
    Figure,
    QuestionTimeline,
    brier,
    questions,
    unit_of,
)
from scenarios.analysis.review.causes import event_of
from scenarios.model import EvidenceId, Outcome, Resolution, ScenarioId, SetId
from scenarios.values import first_day


class LastFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Last forecast of a forecaster before the outcome was known, and its Brier score.

    The figure is `of_set` where a set is scored as one question, on the member that occurred.
    """

    forecaster: str
    probability: float
    brier: float | None
    of_set: bool


class ResolvedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario whose outcome was recorded in the window, with its last values.

    `stated` and `implied` stood on the eve of the outcome, or at the horizon if that is earlier.
    `last_said` is the last forecast of the team, or of its only analyst, on a scored day, and
    `last_implied` the implied figure then, by the records of that time; None if `score`, which uses
    today's, omits it.
    """

    scenario: ScenarioId
    outcome: Outcome
    date: dt.date
    basis: str
    stated: float | None
    implied: float
    evidence: tuple[EvidenceId, ...]
    last_said: LastFigure | None
    last_implied: LastFigure | None

    @property
    def said(self) -> float:
        """The stated figure, without one the implied."""
        return self.implied if self.stated is None else self.stated


def outcomes(
    window: Window, views: Iterable[ScenarioView], earlier: DailyLedgers
) -> tuple[ResolvedScenario, ...]:
    """The resolutions in the window among these scenarios, in their order.

    `earlier` are the ledgers by which the last figures were stated.
    """
    pairs = ((view, view.resolution) for view in views)
    recorded = [(view, end) for view, end in pairs if end and end.recorded > window.since]
    if not recorded:
        return ()
    base, kept = earlier.database, archive(earlier)
    of = {v.id: unit_of(base, v.id) for v, _ in recorded}
    scored = {u: [*timelines_of(kept, u, questions(base, u, window.as_of))] for u in {*of.values()}}
    return tuple(_resolved(window, scored[of[view.id]], view, end) for view, end in recorded)


Scored = Iterable[QuestionTimeline[Figure] | ExcludedQuestion]


def _resolved(
    window: Window, scored: Scored, view: ScenarioView, outcome: Resolution
) -> ResolvedScenario:
    last = {figure.forecaster: figure for figure in _outcomes_last(scored, view.id)}
    analysts = [name for name in last if name != IMPLIED]
    ours = last.get(TEAM) or (last[analysts[0]] if len(analysts) == 1 else None)
    return ResolvedScenario(
        scenario=view.id,
        outcome=outcome.outcome,
        date=outcome.date,
        basis=outcome.basis,
        stated=view.stated.probability if view.stated else None,
        implied=view.implied.probability,
        evidence=tuple(id for id in outcome.evidence if id in window.now.evidence),
        last_said=ours,
        last_implied=last.get(IMPLIED),
    )


def _outcomes_last(scored: Scored, id: ScenarioId) -> Iterator[LastFigure]:
    """The last figures of analysts, team and evidence, of scored questions only."""
    own = [
        line
        for line in scored
        if isinstance(line, QuestionTimeline) and line.question.scenario == id
    ]
    for timeline in own[-1:]:  # before that of a scenario stands that of a set in which it occurred
        whole, happened = own[0].last if own[1:] else {}, timeline.question.outcome == "occurred"
        for name in (*timeline.analysts, TEAM, IMPLIED):
            figure, of_set = timeline.last.get(name), name in timeline.in_set
            if isinstance(figure, float):
                worth = whole.get(name) if of_set else figure
                points = None if worth is None else brier(worth, happened)
                yield LastFigure(forecaster=name, probability=figure, brier=points, of_set=of_set)


def occurred_first(resolved: Iterable[ResolvedScenario]) -> list[ResolvedScenario]:
    """The scenarios that occurred, then the others, each in their order."""
    return sorted(resolved, key=lambda entry: entry.outcome != "occurred")


class JointOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Scenarios resolved by one outcome: the members of a set together, or one alone."""

    set: SetId | None
    date: dt.date
    occurred: tuple[ScenarioId, ...]
    did_not_occur: tuple[ScenarioId, ...]
    annulled: tuple[ScenarioId, ...]


class NewsEvent(msgspec.Struct, frozen=True, kw_only=True):
    """All new items of one event, or an outcome, with the questions that it decided and moved.

    `day` is the one on which it was observed, as it is written. `decibans` are the sum of the sizes
    of its effects on open questions; `scenarios` are those that are told under it.
    """

    key: str
    items: tuple[EvidenceId, ...]
    day: str
    decided: tuple[ScenarioId, ...]
    decibans: float
    scenarios: tuple[ScenarioId, ...] = ()


def news_events(
    window: Window, ends: Iterable[JointOutcome], decibans: Mapping[str, float]
) -> dict[str, NewsEvent]:
    """The events with new items, and the outcomes, by key; `decibans` are those of each event."""
    items: dict[str, list[EvidenceId]] = {}
    new = window.between[1].evidence
    for *_, id in sorted((first_day(new[i].observed), new[i].recorded, i) for i in new):
        items.setdefault(event_of(id, new[id]), []).append(id)
    decided: dict[str, list[ScenarioId]] = {}
    days: dict[str, str] = {}
    for end in ends:
        ids = (*end.occurred, *end.did_not_occur, *end.annulled)
        record = resolution(window.database, ids[0])
        shown = [id for id in (record.evidence if record else ()) if id in new]
        keys = [event_of(id, new[id]) for id in shown if event_of(id, new[id]) in items]
        key = keys[0] if keys else f"outcome {ids[0]}"
        decided.setdefault(key, []).extend(ids)
        days.setdefault(key, f"{end.date}")
        own = items.setdefault(key, [])
        own.sort(key=lambda item: item not in shown[:1])
    return {
        key: NewsEvent(
            key=key,
            items=tuple(own),
            day=days.get(key) or new[own[0]].observed,
            decided=tuple(decided.get(key, ())),
            decibans=decibans.get(key, 0.0),
        )
        for key, own in items.items()
    }


def surprise_bits(end: JointOutcome, last: Mapping[ScenarioId, ResolvedScenario]) -> float:
    """−log2 of what was last said of what happened; 0 where nothing is known to have occurred."""
    for id in end.occurred:
        return -log2(last[id].said)
    out = () if end.set else end.did_not_occur
    return next((-log2(1 - last[id].said) for id in out), 0.0)


def by_outcome(window: Window, resolved: Iterable[ResolvedScenario]) -> tuple[JointOutcome, ...]:
    """The outcomes of a set at a time, those with a member that occurred first."""
    ends = _by_outcome(window, resolved)
    return tuple(sorted(ends, key=lambda end: (not end.occurred, not end.did_not_occur)))


def _by_outcome(window: Window, resolved: Iterable[ResolvedScenario]) -> Iterator[JointOutcome]:
    groups: dict[tuple[SetId | str, date], list[ResolvedScenario]] = {}
    for scenario in resolved:
        set_id = window.database.scenarios[scenario.scenario].set
        unit = set_id or f"/{scenario.scenario}"
        groups.setdefault((unit, scenario.date), []).append(scenario)
    for (key, day), members in groups.items():
        by = {
            outcome: tuple(other.scenario for other in members if other.outcome == outcome)
            for outcome in ("occurred", "did-not-occur", "annulled")
        }
        yield JointOutcome(
            set=None if key.startswith("/") else key,
            date=day,
            occurred=by["occurred"],
            did_not_occur=by["did-not-occur"],
            annulled=by["annulled"],
        )
