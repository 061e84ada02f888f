"""Scenarios side by side at a date: their priors, the lines about them, what those imply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import Known, contends, rivals
from scenarios.analysis.ledger.contributions import Row, centred, rows
from scenarios.analysis.ledger.dependence import Group, Net, groups, net, total
from scenarios.model import Scenario, ScenarioId
from scenarios.scales import decibans, held, probability


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Scenarios side by side, by id: for each its prior at the date, its lines and their total."""

    compared: bool
    dependence: float
    groups: list[Group]
    nets: dict[ScenarioId, list[Net]]
    totals: dict[ScenarioId, float]
    priors: dict[ScenarioId, float]
    neutral: int


def prior_at(scenario: Scenario, day: date) -> float:
    """The prior after `time`: with a constant hazard 1 − (1−p)^((H−t)/(H−O)), t held in [O, H].

    Held within [0.001, 0.999], so that the `time` row is finite on the last day.
    """
    opened, horizon = scenario.opened, scenario.horizon
    chance = held(scenario.prior.probability)
    if scenario.prior.hazard is None or scenario.set is not None or horizon <= opened:
        return chance
    left = (horizon - min(max(day, opened), horizon)) / (horizon - opened)
    return held(1 - (1 - chance) ** left)


def side_by_side(known: Known, scenario_id: ScenarioId) -> Board:
    """A scenario and the rivals that still contend with it."""
    scenarios, tracker = known.database.scenarios, known.database.tracker
    others = rivals(known.database, scenario_id)
    contending = (r for r in others if contends(known.database, r, known.as_of))
    columns = tuple(sorted((scenario_id, *contending)))
    compared = scenarios[scenario_id].set is not None
    raw = rows(known, columns) if len(columns) > 1 or not compared else []
    said = [centred(row, columns) for row in raw] if compared else raw
    told = groups(row for row in said if any(row.values.values()))
    nets = {column: net(told, column) for column in columns}
    return Board(
        compared=compared,
        dependence=tracker.dependence.within,
        groups=told,
        nets=nets,
        totals=totals(nets, tracker.dependence.within),
        priors={column: prior_at(scenarios[column], known.as_of) for column in columns},
        neutral=sum(_neutral(r, s, scenario_id) for r, s in zip(raw, said, strict=True)),
    )


def totals(nets: Mapping[ScenarioId, Sequence[Net]], dependence: float) -> dict[ScenarioId, float]:
    """The decibans that the lines about each scenario add up to."""
    return {column: total(lines, dependence) for column, lines in nets.items()}


def log_odds(board: Board, scenario_id: ScenarioId) -> float:
    """Decibans of the implied probability before `bound`.

    In a set ln pᵢ + evidenceᵢ·ln10/10 is normalised over the members; alone, Bayes' rule.
    """
    chance, evidence = board.priors[scenario_id], board.totals[scenario_id]
    if not board.compared:
        return decibans(chance) + evidence
    others = [column for column in board.priors if column != scenario_id]
    if not others:
        return math.inf
    strengths = [10 * math.log10(board.priors[c]) + board.totals[c] for c in others]
    top = max(strengths)
    against = top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))
    return 10 * math.log10(chance) + evidence - against


def implied(board: Board, scenario_id: ScenarioId) -> float:
    """The implied probability, within its bounds: the one place that computes it."""
    return held(probability(log_odds(board, scenario_id)))


def _neutral(raw: Row, said: Row, scenario_id: ScenarioId) -> bool:
    """Rated for this scenario and worth nothing to it: N, equal to its rivals, or of weight 0."""
    rated = scenario_id in raw.values and (raw.kind == "direct" or raw.weight != 0)
    return rated and not said.values.get(scenario_id)
