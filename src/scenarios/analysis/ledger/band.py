"""The implied probability with every judgement bent together, at fixed points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from scenarios.analysis.ledger.comparison import Comparison
from scenarios.analysis.ledger.dependence import total
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
    totals: _Totals = {}
    for point in range(POINTS):
        bent = _BentOdds(odds, point, totals)
        for id in ids:
            values[id].append(bent.implied(id))
    ordered = {id: sorted(figures) for id, figures in values.items()}
    return {id: Band(low=figures[_END], high=figures[-1 - _END]) for id, figures in ordered.items()}


def bent_totals(
    comparison: Comparison,
    factors: Callable[[str], Sequence[float]],
    dependences: Sequence[Dependence],
) -> list[dict[ScenarioId, float]]:
    """Totals of the lines about each scenario under several factors for each row.

    `factors` has one value for each of the dependences.
    """
    sums: list[dict[ScenarioId, float]] = [{} for _ in dependences]
    for column, nets in comparison.nets.items():
        themes = [line.theme for line in nets]
        lines = [_bent_line(line, column, factors) for line in nets]
        at_once = zip(*lines, strict=True) if lines else [()] * len(dependences)
        for totals, dependence, decibans in zip(sums, dependences, at_once, strict=True):
            totals[column] = total([*zip(decibans, themes, strict=True)], dependence)
    return sums


def _bent_line(
    line: Net, column: ScenarioId, factors: Callable[[str], Sequence[float]]
) -> Sequence[float]:
    """The strongest row for and the strongest against, each time that the rows are bent."""
    rows = [
        [row.values[column] * factor for factor in factors(row.id)]
        for row in (*line.heard, *line.suppressed)
    ]
    if len(rows) == 1:
        return rows[0]
    return [max(0.0, *values) + min(0.0, *values) for values in zip(*rows, strict=True)]


def bent_dependence(dependence: Dependence, within: float, between: float) -> Dependence:
    """Both moved by so much, within [0, 1], and `between` never above `within`."""
    moved = min(max(dependence.within + within, 0.0), 1.0)
    return Dependence(within=moved, between=min(max(dependence.between + between, 0.0), moved))


_Totals = dict[ScenarioId, list[dict[ScenarioId, float]]]
"""At each point, by the first member of a set."""


class _BentOdds(Odds):
    """Implied probability with every judgement bent to one point; `totals` serves all points."""

    def __init__(self, odds: Odds, point: int, totals: _Totals) -> None:
        super().__init__(
            odds.known,
            odds.day,
            odds.comparisons,
            lambda prior: PRIOR_STEP * bend(f"prior:{prior}", point),
        )
        self._straight, self._point, self._totals = odds, point, totals

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        straight = self._straight.comparison(scenario_id)
        key = straight.columns[0]
        if key not in self._totals:
            self._totals[key] = _totals(straight)
        return replace(straight, totals=self._totals[key][self._point])


def _totals(comparison: Comparison) -> list[dict[ScenarioId, float]]:
    dependences = [
        bent_dependence(
            comparison.dependence,
            DEPENDENCE_STEP * bend("within", point),
            DEPENDENCE_STEP * bend("between", point),
        )
        for point in range(POINTS)
    ]
    return bent_totals(comparison, _factors, dependences)


def bend(id: str, point: int) -> float:
    """Bend of a judgement at a point: u, from −1 to 1."""
    return _STEPS[_digest(id)[point]]


def _factors(id: str) -> list[float]:
    """By what a row is multiplied at each point."""
    return [_POWERS[byte] for byte in _digest(id)]


@lru_cache(maxsize=100_000)
def _digest(id: str) -> bytes:
    return blake2b(id.encode(), digest_size=POINTS).digest()


_STEPS = [(byte + 0.5) / 128 - 1 for byte in range(256)]
_POWERS = [2**step for step in _STEPS]
