"""The prior and the implied probability of every scenario on a day, links followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import Known, followed, known, resolved
from scenarios.analysis.ledger.comparison import Comparison, Comparisons, columns, implied
from scenarios.model import Database, Given, Scenario, ScenarioId
from scenarios.scales import decibans, held, probability


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Prior of a scenario: as written, given the linked scenario, and at the date."""

    declared: float
    given: float
    at_date: float


class _Link(NamedTuple):
    """The scenario on which a prior depends, and whether it occurred; None while that is open."""

    other: ScenarioId
    given: Given
    occurred: bool | None


class Odds:
    """Implied log odds on a day; each comparison and each prior is computed once.

    `comparisons` serve several days on which the same evidence is known. `bent` shifts each prior
    by decibans.
    """

    def __init__(
        self,
        known: Known,
        day: date | None = None,
        comparisons: Comparisons | None = None,
        bent: Callable[[ScenarioId], float] | None = None,
    ) -> None:
        self.known = known
        self.day = day or known.as_of
        self.comparisons = comparisons or Comparisons(known)
        self._bent = bent
        self._steps: dict[ScenarioId, Steps] = {}
        self._implied: dict[ScenarioId, float] = {}

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        """A scenario's lines beside those of its set."""
        return self.comparisons.of(columns(self.known, scenario_id))

    def implied(self, scenario_id: ScenarioId) -> float:
        """The implied probability, 0.001 to 0.999."""
        if scenario_id not in self._implied:
            self._implied |= implied(self.comparison(scenario_id), self.priors(scenario_id))
        return self._implied[scenario_id]

    def priors(self, scenario_id: ScenarioId) -> dict[ScenarioId, float]:
        """The priors at the date of a scenario and of its set."""
        return {id: self.steps(id).at_date for id in columns(self.known, scenario_id)}

    def steps(self, scenario_id: ScenarioId) -> Steps:
        """The steps of a scenario's prior, after those that it depends on: a chain may be long."""
        path = {scenario_id: None}
        while path:
            id = next(reversed(path))
            link = None if id in self._steps else self._link(id, path)
            is_open = link is not None and link.occurred is None
            beside = columns(self.known, link.other) if link and is_open else ()
            if first := next((column for column in beside if column not in self._steps), None):
                path[first] = None
                continue
            if id not in self._steps:
                self._steps[id] = self._step(id, link)
            del path[id]
        return self._steps[scenario_id]

    def _step(self, id: ScenarioId, link: _Link | None) -> Steps:
        scenario = self.known.database.scenarios[id]
        given = scenario.prior.probability
        if link:
            chance = self.implied(link.other) if link.occurred is None else float(link.occurred)
            given = chance * link.given.occurred + (1 - chance) * link.given.did_not_occur
        if self._bent:
            given = probability(decibans(given) + self._bent(id))
        return Steps(
            declared=scenario.prior.probability,
            given=given,
            at_date=after_time(scenario, given, self.day),
        )

    def _link(self, id: ScenarioId, path: Mapping[ScenarioId, None]) -> _Link | None:
        """The scenario on which a prior depends, with its outcome where that is known.

        A circle is an error of the records; here it counts as no link.
        """
        database = self.known.database
        for other, figures in database.scenarios[id].prior.given.items():
            if other not in database.scenarios:
                continue
            if any(column in path for column in columns(self.known, other)):
                continue
            outcome = resolved(database, other, self.day)
            if outcome is None:
                return _Link(other, figures, None)
            if outcome.outcome != "annulled":
                return _Link(other, figures, outcome.outcome == "occurred")
        return None


def later(
    earlier: Comparisons | None, database: Database, day: date, *, whole: bool = False
) -> Comparisons:
    """Comparisons on a day, derived from an earlier day where only items differ."""
    if earlier and earlier.known.database is database and earlier.known.as_of == day:
        return earlier
    step = followed(earlier.known, database, day) if earlier else None
    most = None if whole else _MOST
    if earlier and step:
        return Comparisons(step.known, earlier, step, whole=whole, most=most)
    return Comparisons(known(database, day), most=most)


_MOST = 64
"""Comparisons of a day that are kept where figures are wanted and no lines."""


def odds_by_day(database: Database, *, lean: bool = False) -> Callable[[date], Odds]:
    """Implied log odds on each requested day, computed once; a day follows an earlier day.

    With `lean`, lines are in any order and not kept for long.
    """
    by_day: dict[date, Odds] = {}

    def at(day: date) -> Odds:
        if day not in by_day:
            before = max((other for other in by_day if other < day), default=None)
            earlier = by_day[before].comparisons if before else None
            beside = later(earlier, database, day, whole=not lean)
            by_day[day] = Odds(beside.known, day, beside)
        return by_day[day]

    return at


def after_time(scenario: Scenario, chance: float, day: date) -> float:
    """A prior after `time`: with a constant hazard 1 − (1−p)^((H−t)/(H−O)), t held in [O, H].

    `hazard_ended` freezes t at its date. What a hazard leaves is held within [0.001, 0.999], so
    that the `time` row is finite on the last day.
    """
    opened, horizon, prior = scenario.opened, scenario.horizon, scenario.prior
    if prior.hazard is None or scenario.set is not None or horizon <= opened:
        return chance
    last = min(horizon, prior.hazard_ended.date) if prior.hazard_ended else horizon
    left = (horizon - max(min(day, last), opened)) / (horizon - opened)
    return held(1 - (1 - chance) ** left)
