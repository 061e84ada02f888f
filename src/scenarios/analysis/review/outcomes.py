"""Outcomes that became known in a window, with the last forecasts."""

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from scenarios.analysis.ledger.days import Days
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.analysis.scores.daily_forecasts import (
    IMPLIED,
    TEAM,
    Excluded,
    Figure,
    Timeline,
    archive,
    brier,
    questions,
    timelines,
    unit_of,
)
from scenarios.model import EvidenceId, Outcome, Resolution, ScenarioId, SetId


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

    `stated` and `implied` are those of the day before it was recorded. `last_said` is the last
    forecast of the team, or of its only analyst, on a scored day, and `last_implied` the implied
    figure then, by the records of that time; None if `score`, which uses today's, omits it.
    """

    scenario: ScenarioId
    outcome: Outcome
    date: date
    basis: str
    stated: float | None
    implied: float
    evidence: tuple[EvidenceId, ...]
    last_said: LastFigure | None
    last_implied: LastFigure | None


def outcomes(
    window: Window, views: Iterable[ScenarioView], earlier: Days
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
    scored = {u: [*timelines(kept, u, questions(base, u, window.as_of))] for u in {*of.values()}}
    return tuple(_resolved(window, scored[of[view.id]], view, end) for view, end in recorded)


Scored = Iterable[Timeline[Figure] | Excluded]


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
    own = [line for line in scored if isinstance(line, Timeline) and line.question.scenario == id]
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
    date: date
    occurred: tuple[ScenarioId, ...]
    did_not_occur: tuple[ScenarioId, ...]
    annulled: tuple[ScenarioId, ...]


def outcome_of(id: str, resolved: Iterable[JointOutcome]) -> str:
    """Outcome of a scenario in words, empty if it is not among these."""
    for outcome in resolved:
        if id in outcome.occurred:
            return "occurred"
        if id in outcome.did_not_occur:
            return "did not occur"
    return ""


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
