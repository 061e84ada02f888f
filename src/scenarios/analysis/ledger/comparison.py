"""Scenarios side by side at a date: the lines about them, and what their priors and those imply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from scenarios.analysis.evidence.knowledge import Known, members, resolved
from scenarios.analysis.ledger.contributions import centred, rows
from scenarios.analysis.ledger.dependence import Weighed, total
from scenarios.analysis.ledger.grouping import Group, Net, groups, net
from scenarios.analysis.ledger.row import Columns, Row
from scenarios.model import Dependence, ScenarioId
from scenarios.scales import decibans, held, probability


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario alone, or all members of its set: for each its lines and their total.

    `neutral` counts the rows that rate a scenario and are worth nothing to it. `left` are the
    members that are known not to occur.
    """

    columns: Columns
    compared: bool
    left: frozenset[ScenarioId]
    dependence: Dependence
    groups: list[Group]
    nets: dict[ScenarioId, list[Net]]
    totals: dict[ScenarioId, float]
    neutral: dict[ScenarioId, int]


def columns(known: Known, scenario_id: ScenarioId) -> Columns:
    """The members of a scenario's set, by id; the scenario alone where it is in none."""
    set_id = known.database.scenarios[scenario_id].set
    return (scenario_id,) if set_id is None else members(known.database, set_id)


def compare(known: Known, beside: Columns) -> Comparison:
    """A scenario alone, or the members of a set, and what the evidence known says of each."""
    scenarios, dependence = known.database.scenarios, known.database.tracker.dependence
    compared = scenarios[beside[0]].set is not None
    left = {
        id: outcome.recorded
        for id in beside
        if (outcome := resolved(known.database, id, known.as_of))
        and outcome.outcome == "did-not-occur"
    }
    raw = rows(known, beside)
    said = [centred(row, beside, left) for row in raw] if compared else raw
    told = groups(row for row in said if any(row.values.values()))
    nets = {column: net(told, column) for column in beside}
    return Comparison(
        columns=beside,
        compared=compared,
        left=frozenset(left),
        dependence=dependence,
        groups=told,
        nets=nets,
        totals={column: total(weighed(lines), dependence) for column, lines in nets.items()},
        neutral={
            column: sum(_neutral(r, s, column) for r, s in zip(raw, said, strict=True))
            for column in beside
        },
    )


def weighed(lines: Sequence[Net]) -> list[Weighed]:
    """The decibans and the theme of each line."""
    return [(line.decibans, line.theme) for line in lines]


def log_odds(
    comparison: Comparison, priors: Mapping[ScenarioId, float], scenario_id: ScenarioId
) -> float:
    """Decibans of the implied probability before `bound`.

    In a set ln pᵢ + evidenceᵢ·ln10/10 is normalised over the members still in it; else Bayes' rule.
    """
    chance, evidence = priors[scenario_id], comparison.totals[scenario_id]
    if not comparison.compared:
        return decibans(chance) + evidence
    others = [c for c in comparison.columns if c != scenario_id and c not in comparison.left]
    if not others:
        return math.inf
    strengths = [10 * math.log10(priors[c]) + comparison.totals[c] for c in others]
    top = max(strengths)
    against = top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))
    return 10 * math.log10(chance) + evidence - against


def implied(
    comparison: Comparison, priors: Mapping[ScenarioId, float], scenario_id: ScenarioId
) -> float:
    """The implied probability, within its bounds: the one place that computes it."""
    return held(probability(log_odds(comparison, priors, scenario_id)))


def _neutral(raw: Row, said: Row, scenario_id: ScenarioId) -> bool:
    """Rated for this scenario and worth nothing to it: N, equal to its rivals, or of weight 0."""
    rated = scenario_id in raw.values and (raw.kind == "direct" or raw.weight != 0)
    return rated and not said.values.get(scenario_id)
