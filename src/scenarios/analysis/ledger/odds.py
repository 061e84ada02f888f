"""The prior and the implied probability of every scenario on a day, links followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import Known, resolved
from scenarios.analysis.ledger.comparison import Comparison, columns, compare, implied
from scenarios.model import Prior, Scenario, ScenarioId
from scenarios.scales import decibans, held, probability

Comparisons = dict[ScenarioId, Comparison]
"""By the first member of a set, or the scenario alone."""


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """A prior as it is written, given what is known of the other scenario, and at the date."""

    declared: float
    given: float
    at_date: float


class Odds:
    """What is implied on a day; each comparison of lines is made once, and each prior once.

    `comparisons` serves several days on which the same is known. `bent` are the decibans by which
    each prior is moved.
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
        self.comparisons: Comparisons = {} if comparisons is None else comparisons
        self._bent = bent
        self._steps: dict[ScenarioId, Steps] = {}
        self._asked: list[ScenarioId] = []

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        """A scenario's lines beside those of its set."""
        beside = columns(self.known, scenario_id)
        if beside[0] not in self.comparisons:
            self.comparisons[beside[0]] = compare(self.known, beside)
        return self.comparisons[beside[0]]

    def implied(self, scenario_id: ScenarioId) -> float:
        """The implied probability, 0.001 to 0.999."""
        return implied(self.comparison(scenario_id), self.priors(scenario_id), scenario_id)

    def priors(self, scenario_id: ScenarioId) -> dict[ScenarioId, float]:
        """The priors at the date of a scenario and of its set."""
        return {id: self.steps(id).at_date for id in columns(self.known, scenario_id)}

    def steps(self, scenario_id: ScenarioId) -> Steps:
        """The steps of a scenario's prior."""
        if scenario_id not in self._steps:
            scenario = self.known.database.scenarios[scenario_id]
            self._asked.append(scenario_id)
            given = self._given(scenario.prior)
            self._asked.pop()
            if self._bent:
                given = probability(decibans(given) + self._bent(scenario_id))
            self._steps[scenario_id] = Steps(
                declared=scenario.prior.probability,
                given=given,
                at_date=after_time(scenario, given, self.day),
            )
        return self._steps[scenario_id]

    def _given(self, prior: Prior) -> float:
        """The prior by the outcome of the scenario that `given` names, or by how probable it is.

        A circle is an error of the records; here it counts as no link.
        """
        for other, figures in prior.given.items():
            database = self.known.database
            if other not in database.scenarios or {*self._asked} & {*columns(self.known, other)}:
                continue
            outcome = resolved(database, other, self.day)
            if outcome is None:
                chance = self.implied(other)
                return chance * figures.occurred + (1 - chance) * figures.did_not_occur
            if outcome.outcome != "annulled":
                occurred = outcome.outcome == "occurred"
                return figures.occurred if occurred else figures.did_not_occur
        return prior.probability


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
