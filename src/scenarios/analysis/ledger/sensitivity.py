"""How far a conclusion hangs on the prior, on the strength of ratings, and on dependence."""

from __future__ import annotations

from math import log10

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.ledger.comparison import Board, implied, prior_at, side_by_side, totals
from scenarios.model import ScenarioId
from scenarios.scales import decibans, probability

PRIOR_ODDS = (0.25, 0.5, 1.0, 2.0, 4.0)
STRENGTHS = (0.5, 1.0, 2.0)
HIGH_DEPENDENCE = 0.8


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """The implied probability with one setting bent; a factor, or for dependence the value."""

    value: float
    probability: float


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """Prior odds × ¼ to 4, every rating at half, full and double strength, dependence 0 to 0.8."""

    prior_odds: tuple[Swept, ...]
    strength: tuple[Swept, ...]
    dependence: tuple[Swept, ...]


def sweep(known: Known, scenario_id: ScenarioId) -> Sweep:
    """The implied probability of a scenario with one setting bent at a time."""
    board = side_by_side(known, scenario_id)
    values = sorted({0.0, board.dependence, HIGH_DEPENDENCE})
    return Sweep(
        prior_odds=tuple(
            Swept(value=f, probability=_with_prior(known, board, scenario_id, f))
            for f in PRIOR_ODDS
        ),
        strength=tuple(
            Swept(value=f, probability=_with_strength(board, scenario_id, f)) for f in STRENGTHS
        ),
        dependence=tuple(
            Swept(
                value=value,
                probability=implied(replace(board, totals=totals(board.nets, value)), scenario_id),
            )
            for value in values
        ),
    )


def _with_prior(known: Known, board: Board, scenario_id: ScenarioId, factor: float) -> float:
    """In a set the other members keep their ratios to one another: the odds are those of one."""
    scenario = known.database.scenarios[scenario_id]
    if board.compared:
        bent = board.priors[scenario_id] * factor
    else:
        declared = decibans(scenario.prior.probability) + 10 * log10(factor)
        prior = replace(scenario.prior, probability=probability(declared))
        bent = prior_at(replace(scenario, prior=prior), known.as_of)
    return implied(replace(board, priors={**board.priors, scenario_id: bent}), scenario_id)


def _with_strength(board: Board, scenario_id: ScenarioId, factor: float) -> float:
    """Every line is linear in its ratings, so that the totals bend with them."""
    bent = {column: evidence * factor for column, evidence in board.totals.items()}
    return implied(replace(board, totals=bent), scenario_id)
