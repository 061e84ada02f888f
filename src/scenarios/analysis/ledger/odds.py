"""Implied log odds of scenarios on a day, sets compared and links followed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from scenarios.analysis.evidence.knowledge import KnownEvidence, connected, members, resolved
from scenarios.analysis.ledger.contributions import (
    KINDS,
    Columns,
    GroupTotal,
    LedgerRow,
    RowGroup,
    RowKey,
    aged,
    centred,
    groups,
    net,
    rows,
)
from scenarios.analysis.ledger.dependence import End, LayerCounts, factors, total
from scenarios.model import (
    ConditionalPrior,
    Database,
    Dependence,
    EvidenceId,
    Scenario,
    ScenarioId,
)
from scenarios.scales import decibans, held, probability
from scenarios.values import owner_of


class EvidenceTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The decibans that the evidence adds to a scenario alone, or to each member of its set.

    `left` are the members that are known not to occur.
    """

    columns: Columns
    compared: bool
    left: frozenset[ScenarioId]
    totals: dict[ScenarioId, float]


class Comparison(EvidenceTotals, frozen=True, kw_only=True, dict=True):
    """The totals, with their groups of rows and the lines of each.

    `neutral` counts the rows that rate a scenario and are worth nothing to it.
    """

    dependence: Dependence
    groups: list[RowGroup]
    nets: dict[ScenarioId, list[GroupTotal]]
    layer_counts: dict[ScenarioId, LayerCounts]
    neutral: dict[ScenarioId, int]

    @cached_property
    def shares(self) -> dict[ScenarioId, dict[End, float]]:
        """The share of the lines of each end that counts."""
        return {
            c: factors(layer_counts, self.dependence)
            for c, layer_counts in self.layer_counts.items()
        }


def columns(database: Database, scenario_id: ScenarioId) -> Columns:
    """The members of a scenario's set, by id; the scenario alone where it is in none."""
    set_id = database.scenarios[scenario_id].set
    return (scenario_id,) if set_id is None else members(database, set_id)


def compare(known_evidence: KnownEvidence, others: Columns) -> Comparison:
    """Compare a scenario alone, or the members of a set, by the evidence known."""
    account = LedgerAccount(known_evidence.database, others)
    account.post(known_evidence)
    return account.comparison(known_evidence.database, known_evidence.as_of)


class LedgerAccount:
    """Rows about a scenario alone or the members of a set, in groups; they come and go.

    A change costs as much as the groups of the rows that it concerns, and the sum over the heights
    of the lines.
    """

    def __init__(self, database: Database, others: Columns) -> None:
        self.columns = others
        self._compared = database.scenarios[others[0]].set is not None
        self._tracker = database.tracker
        self._dependence = database.tracker.dependence
        self._aged: date | None = None
        self._rows: dict[RowKey, tuple[LedgerRow, LedgerRow]] = {}  # before and after centring
        self._groups: dict[RowKey, RowGroup] = {}
        self._places: dict[str | RowKey, RowKey] = {}  # groups by ties, without by the row
        self._nets: dict[ScenarioId, dict[RowKey, GroupTotal]] = {column: {} for column in others}
        self._layer_counts: dict[ScenarioId, LayerCounts] = {}
        self._neutral = dict.fromkeys(others, 0)
        self._totals: dict[ScenarioId, float] = {}

    def detach(self) -> None:
        """Detach from the account of which this is a copy, so that rows change here alone."""
        self._rows, self._groups = {**self._rows}, {**self._groups}
        self._places, self._neutral = {**self._places}, {**self._neutral}
        self._nets = {column: {**lines} for column, lines in self._nets.items()}
        self._layer_counts = {
            column: layer_counts.copy() for column, layer_counts in self._layer_counts.items()
        }
        self._totals = {**self._totals}

    def post(self, known_evidence: KnownEvidence, ids: AbstractSet[str] | None = None) -> None:
        """Put the rows of these items and indicators as they are known, in place of earlier ones.

        Without `ids`, all rows.
        """
        ruled_out = left(known_evidence.database, self.columns, known_evidence.as_of)
        keys = ((kind, id) for id in ids or () for kind in KINDS)
        gone = {key: self._rows.pop(key) for key in keys if key in self._rows}
        came = {}
        for row in rows(known_evidence, self.columns, ids):
            counted = centred(row, self.columns, ruled_out) if self._compared else row
            came[row.key] = row, counted
        self._rows |= came
        for pairs, sign in ((gone, -1), (came, 1)):
            for row, counted in pairs.values():
                for column in _neutral(row, counted):
                    self._neutral[column] += sign
        speaking = [row for _, row in came.values() if any(row.values.values())]
        if self._groups:
            changed = [*speaking, *(row for _, row in gone.values())]
            places = (self._places.get(key) for row in changed for key in _places(row))
            removed = [row for key in dict.fromkeys(places) if key for row in self._taken(key)]
            speaking += [row for row in removed if row.key not in gone]
            speaking.sort(key=lambda row: row.key)
        for group in groups(speaking):
            self._put(group)
        self._aged = None

    def _put(self, group: RowGroup) -> None:
        key = group.key
        self._groups[key] = group
        for row in group.rows:
            for row_key in _places(row):
                self._places[row_key] = key
        for column, line in net(group).items():
            self._nets[column][key] = line
            self._count(column, line, 1)

    def _taken(self, key: RowKey) -> Sequence[LedgerRow]:
        """Remove a group and return its rows."""
        group = self._groups.pop(key)
        for row_key in {key for row in group.rows for key in _places(row)}:
            del self._places[row_key]
        for column in self.columns:
            if line := self._nets[column].pop(key, None):
                self._count(column, line, -1)
        return group.rows

    def _count(self, column: ScenarioId, line: GroupTotal, number: int) -> None:
        if layer_counts := self._layer_counts.get(column):
            layer_counts.add(line.end, number)
            self._totals.pop(column, None)

    def _age(self, day: date) -> None:
        """Let every line count what its age on a day leaves of it."""
        if self._tracker.half_life_days is None or self._aged == day:
            return
        self._aged = day
        self._nets = {column: {} for column in self.columns}
        self._layer_counts, self._totals = {}, {}
        for key, group in self._groups.items():
            older = tuple(aged(row, self._tracker, day) for row in group.rows)
            for column, line in net(msgspec.structs.replace(group, rows=older)).items():
                self._nets[column][key] = line

    def totals(self, day: date) -> dict[ScenarioId, float]:
        """The decibans that the lines of each column add up to, as old as they are on a day."""
        self._age(day)
        for column in self.columns:
            if column not in self._layer_counts:
                self._layer_counts[column] = LayerCounts.of(
                    line.end for line in self._nets[column].values()
                )
            if column not in self._totals:
                self._totals[column] = total(self._layer_counts[column], self._dependence)
        return {column: self._totals[column] for column in self.columns}

    def comparison(self, database: Database, day: date) -> Comparison:
        """Groups and lines by key, and their totals."""
        return Comparison(
            columns=self.columns,
            compared=self._compared,
            left=frozenset(left(database, self.columns, day)),
            totals=self.totals(day),
            dependence=self._dependence,
            groups=[self._groups[key] for key in sorted(self._groups)],
            nets={
                column: [lines[key] for key in sorted(lines)]
                for column, lines in self._nets.items()
            },
            layer_counts={
                column: layer_counts.copy() for column, layer_counts in self._layer_counts.items()
            },
            neutral={**self._neutral},
        )


def _places(row: LedgerRow) -> Iterable[str | RowKey]:
    return row.ties or (row.key,)


def left(database: Database, others: Columns, day: date) -> dict[ScenarioId, date]:
    """Members known not to occur, and since when."""
    return {
        id: outcome.recorded
        for id in others
        if (outcome := resolved(database, id, day)) and outcome.outcome == "did-not-occur"
    }


def log_odds(
    comparison: EvidenceTotals, priors: Mapping[ScenarioId, float]
) -> dict[ScenarioId, float]:
    """Decibans of each implied probability before `bound`.

    In a set ln pᵢ + evidenceᵢ·ln10/10 is normalised over the members still in it; else Bayes' rule.
    """
    totals = comparison.totals
    if not comparison.compared:
        return {c: decibans(priors[c]) + totals[c] for c in comparison.columns}
    strengths = {c: 10 * math.log10(priors[c]) + totals[c] for c in comparison.columns}
    inside = [c for c in comparison.columns if c not in comparison.left]
    first = max(inside, key=strengths.__getitem__, default=None)
    shares = {c: 10 ** ((strengths[c] - strengths[first]) / 10) for c in inside if first}
    whole = math.fsum(shares.values())

    def against(column: ScenarioId) -> float:
        if column == first:  # the others may be too weak beside it for a share of 1
            others = [strengths[c] for c in inside if c != column]
            return _decibans_of_sum(others) if others else -math.inf
        rest = whole - shares.get(column, 0.0)  # with the share of the first, which is 1
        return strengths[first] + 10 * math.log10(rest) if first else -math.inf

    return {c: strengths[c] - against(c) for c in comparison.columns}


def implied(
    comparison: EvidenceTotals, priors: Mapping[ScenarioId, float]
) -> dict[ScenarioId, float]:
    """The implied probabilities, within their bounds: the one place that computes them."""
    return {c: held(probability(db)) for c, db in log_odds(comparison, priors).items()}


def _decibans_of_sum(strengths: Sequence[float]) -> float:
    """The decibans of a sum."""
    top = max(strengths)
    return top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))


def _neutral(row: LedgerRow, counted: LedgerRow) -> Iterable[ScenarioId]:
    """The scenarios that a row rates and to which it is worth 0: N, weight 0, equal to rivals."""
    if row.kind == "direct" or row.weight != 0:
        return [column for column in row.values if not counted.values.get(column)]
    return ()


class PriorLink(NamedTuple):
    """The scenario on which a prior depends, and whether it occurred; None while that is open."""

    other: ScenarioId
    conditional: ConditionalPrior
    occurred: bool | None


class PriorSteps(msgspec.Struct, frozen=True, kw_only=True):
    """Prior of a scenario: as written, given the linked scenario, and at the date."""

    declared: float
    given: float
    at_date: float
    link: PriorLink | None


class OddsSource(Protocol):
    """The odds of any day, as they are stepped to: `days.Days`."""

    database: Database

    def odds_on(self, day: date) -> Odds:
        """The odds of a day."""

    def changes(self, scenario_id: ScenarioId) -> Sequence[date]:
        """The days on which something changes but a prior that decays."""

    def totals(self, others: Columns, day: date) -> EvidenceTotals:
        """The totals of a day."""

    def comparison(self, others: Columns, day: date) -> Comparison:
        """The lines of a day too."""

    def bearing(self, others: Columns) -> Iterable[EvidenceId]:
        """The items that bear on these scenarios."""


class Odds:
    """Implied log odds on a day; each comparison and each prior is computed once.

    From the evidence known alone, or by the steps that several days share.
    """

    def __init__(self, known_evidence: KnownEvidence, days: OddsSource | None = None) -> None:
        self.known = known_evidence
        self.day = known_evidence.as_of
        self._days = days
        self._compared: dict[Columns, Comparison] = {}
        self._steps: dict[ScenarioId, PriorSteps] = {}
        self._implied: dict[ScenarioId, float] = {}

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        """A scenario's lines beside those of its set."""
        others = columns(self.known.database, scenario_id)
        if self._days:
            return self._days.comparison(others, self.day)
        if others not in self._compared:
            self._compared[others] = compare(self.known, others)
        return self._compared[others]

    def totals(self, scenario_id: ScenarioId) -> EvidenceTotals:
        """The totals of those lines."""
        if self._days:
            return self._days.totals(columns(self.known.database, scenario_id), self.day)
        return self.comparison(scenario_id)

    def implied(self, scenario_id: ScenarioId) -> float:
        """The implied probability, 0.001 to 0.999."""
        if scenario_id not in self._implied:
            self._implied |= implied(self.totals(scenario_id), self.priors(scenario_id))
        return self._implied[scenario_id]

    def priors(self, scenario_id: ScenarioId) -> dict[ScenarioId, float]:
        """The priors at the date of a scenario and of its set."""
        return {id: self.steps(id).at_date for id in columns(self.known.database, scenario_id)}

    def steps(self, scenario_id: ScenarioId) -> PriorSteps:
        """The steps of a scenario's prior; dependencies first, without recursion."""
        # A stack of our own: a chain of 300 links ended in a RecursionError (9c649611,
        # test_a_long_chain_of_links_has_a_band_and_the_members_of_a_set_share_theirs).
        path = {scenario_id: None}
        while path:
            id = next(reversed(path))
            link = None if id in self._steps else self._link(id, path)
            is_open = link is not None and link.occurred is None
            others = columns(self.known.database, link.other) if link and is_open else ()
            if first := next((column for column in others if column not in self._steps), None):
                path[first] = None
                continue
            if id not in self._steps:
                self._steps[id] = self._step(id, link)
            del path[id]
        return self._steps[scenario_id]

    def _step(self, id: ScenarioId, link: PriorLink | None) -> PriorSteps:
        declared = self.known.database.scenarios[id].prior.probability
        from_links, at_date = self.prior(id, link)
        return PriorSteps(declared=declared, given=from_links, at_date=at_date, link=link)

    def prior(
        self,
        id: ScenarioId,
        link: PriorLink | None,
        by: float = 0.0,
        linked: Mapping[ScenarioId, float] = MappingProxyType({}),
    ) -> tuple[float, float]:
        """A prior given the link, and at the date; moved `by` decibans, or by `linked` chances."""
        scenario = self.known.database.scenarios[id]
        from_links = _moved(scenario.prior.probability, by)
        if link:
            chance = linked.get(link.other) if link.occurred is None else float(link.occurred)
            chance = self.implied(link.other) if chance is None else chance
            from_links = chance * _moved(link.conditional.occurred, by)
            from_links += (1 - chance) * _moved(link.conditional.did_not_occur, by)
        return from_links, after_time(scenario, from_links, self.day)

    def _link(self, id: ScenarioId, path: Mapping[ScenarioId, None]) -> PriorLink | None:
        """The scenario on which a prior depends, and its outcome; a circle counts as no link."""
        database = self.known.database
        for other, figures in database.scenarios[id].prior.given.items():
            if other not in database.binary:
                continue
            if any(column in path for column in columns(database, other)):
                continue
            outcome = resolved(database, other, self.day)
            if outcome is None:
                return PriorLink(other, figures, None)
            if outcome.outcome != "annulled":
                return PriorLink(other, figures, outcome.outcome == "occurred")
        return None


def _moved(chance: float, by: float) -> float:
    return probability(decibans(chance) + by) if by else chance


def decays(scenario: Scenario) -> bool:
    """True if its prior falls as time passes without it; no member of a set has a hazard."""
    hazard, horizon = scenario.prior.hazard, scenario.horizon
    return hazard is not None and scenario.set is None and scenario.opened < horizon


def after_time(scenario: Scenario, chance: float, day: date) -> float:
    """A prior after `time`: with a constant hazard 1 − (1−p)^((H−t)/(H−O)), t held in [O, H].

    `hazard_ended` freezes t at its date. What a hazard leaves is held within [0.001, 0.999], so
    that the `time` row is finite on the last day.
    """
    if not decays(scenario):
        return chance
    opened, horizon, prior = scenario.opened, scenario.horizon, scenario.prior
    last = min(horizon, prior.hazard_ended.date) if prior.hazard_ended else horizon
    left = (horizon - max(min(day, last), opened)) / (horizon - opened)
    return held(1 - (1 - chance) ** left)


def changes_daily(database: Database, scenario_id: ScenarioId) -> bool:
    """True if a prior behind the figure, or its evidence, decays from day to day.

    Those of a date do, and of its rows.
    """
    if database.tracker.half_life_days is not None:
        return True
    if quantity := database.scenarios[owner_of(scenario_id)].quantity:
        return quantity.kind == "date"
    around = connected(database, scenario_id)
    return any(database.scenarios[id].prior.hazard for id in around)
