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
    nets = net(told, beside)
    return Comparison(
        columns=beside,
        compared=compared,
        left=frozenset(left),
        dependence=dependence,
        groups=told,
        nets=nets,
        totals={column: total(weighed(lines), dependence) for column, lines in nets.items()},
        neutral=_neutral(raw, said, beside),
    )


def weighed(lines: Sequence[Net]) -> list[Weighed]:
    """The decibans and the theme of each line."""
    return [(line.decibans, line.theme) for line in lines]


def log_odds(comparison: Comparison, priors: Mapping[ScenarioId, float]) -> dict[ScenarioId, float]:
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
            return _together(others) if others else -math.inf
        rest = whole - shares.get(column, 0.0)  # with the share of the first, which is 1
        return strengths[first] + 10 * math.log10(rest) if first else -math.inf

    return {c: strengths[c] - against(c) for c in comparison.columns}


def implied(comparison: Comparison, priors: Mapping[ScenarioId, float]) -> dict[ScenarioId, float]:
    """The implied probabilities, within their bounds: the one place that computes them."""
    return {c: held(probability(db)) for c, db in log_odds(comparison, priors).items()}


def _together(strengths: Sequence[float]) -> float:
    """The decibans of a sum."""
    top = max(strengths)
    return top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))


def _neutral(raw: Sequence[Row], said: Sequence[Row], beside: Columns) -> dict[ScenarioId, int]:
    """The rows that rate a scenario and are worth nothing to it.

    So are N, equal to its rivals, and of weight 0.
    """
    found = dict.fromkeys(beside, 0)
    for row, counted in zip(raw, said, strict=True):
        if row.kind == "direct" or row.weight != 0:
            for column in row.values:
                found[column] += not counted.values.get(column)
    return found
