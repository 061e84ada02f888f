"""The implied probability with every judgement bent together, at fixed points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from scenarios.analysis.ledger.comparison import Comparison
from scenarios.analysis.ledger.dependence import Weighed, total
from scenarios.analysis.ledger.grouping import Net
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import Dependence, ScenarioId

POINTS = 64
_END = 3  # the fourth smallest and the fourth largest of the points
PRIOR_STEP = 3.0
"""Decibans by which a prior is moved at most."""
DEPENDENCE_STEP = 0.2


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Where the implied probability lies if the judgements err this much; no more than that."""

    low: float
    high: float


def bands(odds: Odds, scenario_ids: Iterable[ScenarioId]) -> dict[ScenarioId, Band]:
    """The band of each scenario: of 64 values the 4th smallest and the 4th largest.

    At point k the k-th byte of an id's 64-byte BLAKE2b digest gives u = (byte + 0.5)/128 − 1: the
    prior moves by 3u dB, a row is multiplied by 2^u, and the dependences move by 0.2u. So it is the
    same on every machine.
    """
    ids = tuple(scenario_ids)
    values: dict[ScenarioId, list[float]] = {id: [] for id in ids}
    for point in range(POINTS):
        bent = _BentOdds(odds, point)
        for id in ids:
            values[id].append(bent.implied(id))
    ordered = {id: sorted(figures) for id, figures in values.items()}
    return {id: Band(low=figures[_END], high=figures[-1 - _END]) for id, figures in ordered.items()}


def bent_nets(
    nets: Sequence[Net], column: ScenarioId, factors: Mapping[str, float]
) -> list[Weighed]:
    """The lines about a scenario with rows multiplied by these factors; 1 where none is given."""
    found = []
    for line in nets:
        if not line.suppressed:
            values = [row.values[column] * factors.get(row.id, 1.0) for row in line.heard]
            found.append((sum(values), line.theme))
            continue
        values = [
            row.values[column] * factors.get(row.id, 1.0) for row in (*line.heard, *line.suppressed)
        ]
        found.append((max(0.0, *values) + min(0.0, *values), line.theme))
    return found


def bent_dependence(dependence: Dependence, within: float, between: float) -> Dependence:
    """Both moved by so much, within [0, 1], and `between` never above `within`."""
    moved = min(max(dependence.within + within, 0.0), 1.0)
    return Dependence(within=moved, between=min(max(dependence.between + between, 0.0), moved))


class _BentOdds(Odds):
    """What is implied with every judgement bent to one point."""

    def __init__(self, odds: Odds, point: int) -> None:
        super().__init__(
            odds.known, odds.day, {}, lambda prior: PRIOR_STEP * bend(f"prior:{prior}", point)
        )
        self._straight, self._point = odds, point

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        straight = self._straight.comparison(scenario_id)
        key = straight.columns[0]
        if key not in self.comparisons:
            self.comparisons[key] = _bent(straight, self._point)
        return self.comparisons[key]


def _bent(comparison: Comparison, point: int) -> Comparison:
    rows = {row.id for group in comparison.groups for row in group.rows}
    factors = {id: 2 ** bend(id, point) for id in rows}
    dependence = bent_dependence(
        comparison.dependence,
        DEPENDENCE_STEP * bend("within", point),
        DEPENDENCE_STEP * bend("between", point),
    )
    totals = {
        column: total(bent_nets(nets, column, factors), dependence)
        for column, nets in comparison.nets.items()
    }
    return replace(comparison, totals=totals)


def bend(id: str, point: int) -> float:
    """How far a judgement is bent at a point: u, over −1 to 1."""
    return (_digest(id)[point] + 0.5) / 128 - 1


@lru_cache(maxsize=100_000)
def _digest(id: str) -> bytes:
    return blake2b(id.encode(), digest_size=POINTS).digest()
