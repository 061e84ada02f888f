"""The band of an implied probability, and the inputs that it depends on most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from heapq import nlargest, nsmallest
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.ledger.contributions import LedgerRow, Net, RowKind, total, totals_with
from scenarios.analysis.ledger.odds import Comparison, Odds, implied, weighed
from scenarios.model import Dependence, ScenarioId

POINTS = 64
_END = 3  # the fourth smallest and the fourth largest of the points
PRIOR_STEP = 3.0
"""Decibans by which a prior is moved at most."""
DEPENDENCE_STEP = 0.2


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The range of the implied probability if the judgements err this much; no more than that."""

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
    """Totals of the lines by scenario, under one factor a row for each of the dependences."""
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
    return bent_totals(
        comparison, lambda row: [_POWERS[byte] for byte in _digest(row)], dependences
    )


def bend(id: str, point: int) -> float:
    """Bend of a judgement at a point: u, from −1 to 1."""
    return _STEPS[_digest(id)[point]]


@lru_cache(maxsize=100_000)
def _digest(id: str) -> bytes:
    return blake2b(id.encode(), digest_size=POINTS).digest()


_STEPS = [(byte + 0.5) / 128 - 1 for byte in range(256)]
_POWERS = [2**step for step in _STEPS]


_EITHER_WAY = (0.5, 2.0)
BendKind = Literal["prior", "row", "ratings", "within", "between"]


class LeaveOneOut(msgspec.Struct, frozen=True, kw_only=True):
    """The lowest and highest implied probability with at most one line less, and which line.

    In a set the line is a whole row; None means that the full ledger itself is the extreme. The
    kind tells the absence of an indicator from what was seen of it, which have one id.
    """

    low: float
    low_line: str | None
    low_kind: RowKind | None
    high: float
    high_line: str | None
    high_kind: RowKind | None


class Bend(msgspec.Struct, frozen=True, kw_only=True):
    """The implied probability with one judgement bent as far as the band bends it, either way."""

    kind: BendKind
    id: str
    low: float
    high: float


def leave_one_out(odds: Odds, scenario_id: ScenarioId) -> LeaveOneOut:
    """The extremes over the full ledger and every ledger with one line less."""
    comparison, priors = odds.comparison(scenario_id), odds.priors(scenario_id)
    without: dict[ScenarioId, dict[int, float]] = {}
    for column, nets in comparison.nets.items():
        totals = totals_with(
            weighed(nets), comparison.dependence, [(n, 0.0) for n in range(len(nets))]
        )
        without[column] = {line.group: t for line, t in zip(nets, totals, strict=True)}
    own = {line.group: line.strongest for line in comparison.nets[scenario_id]}
    ends: list[tuple[float, LedgerRow | None]] = [(odds.implied(scenario_id), None)]
    for number, group in enumerate(comparison.groups):
        less = {column: totals[number] for column, totals in without.items() if number in totals}
        left = replace(comparison, totals={**comparison.totals, **less})
        chance = implied(left, priors)[scenario_id]
        # A group goes by its line in the scenario's own column, else by its first row.
        ends.append((chance, own.get(number, group.rows[0])))
    (low, low_row), (high, high_row) = (
        choose(ends, key=lambda end: end[0]) for choose in (min, max)
    )
    return LeaveOneOut(
        low=low,
        low_line=low_row.id if low_row else None,
        low_kind=low_row.kind if low_row else None,
        high=high,
        high_line=high_row.id if high_row else None,
        high_kind=high_row.kind if high_row else None,
    )


def sweep(odds: Odds, scenario_id: ScenarioId) -> tuple[Bend, ...]:
    """Every judgement behind a scenario bent alone, widest first: a tornado.

    The prior by ±3 dB, a row and all ratings by ½ and 2, each dependence by ±0.2.
    """
    bends = [*_priors(odds, scenario_id), *_rows(odds, scenario_id), *_settings(odds, scenario_id)]
    return tuple(sorted(bends, key=lambda bend: (bend.low - bend.high, bend.kind, bend.id)))


def _priors(odds: Odds, scenario_id: ScenarioId) -> list[Bend]:
    def bent(id: ScenarioId, step: float) -> float:
        def shift(other: ScenarioId) -> float:
            return step if other == id else 0.0

        return Odds(odds.known, odds.day, odds.comparisons, shift).implied(scenario_id)

    return [
        _bend("prior", id, bent(id, -PRIOR_STEP), bent(id, PRIOR_STEP))
        for id in odds.comparison(scenario_id).columns
        if id not in odds.comparison(scenario_id).left
    ]


def _rows(odds: Odds, scenario_id: ScenarioId) -> list[Bend]:
    """Each row alone, by half and by twice; only the line that it is in is another one then."""
    comparison, priors = odds.comparison(scenario_id), odds.priors(scenario_id)
    rows = Counter(row.id for group in comparison.groups for row in group.rows)
    bent: dict[str, list[dict[ScenarioId, float]]] = {id: [{}, {}] for id in rows}
    for column, nets in comparison.nets.items():
        bends = [bend for n, line in enumerate(nets) for bend in _bent_lines(n, line, column)]
        others = [(place, decibans) for _, _, place, decibans in bends]
        totals = totals_with(weighed(nets), comparison.dependence, others)
        for (id, way, _, _), bent_total in zip(bends, totals, strict=True):
            bent[id][way][column] = bent_total

    def either_way(id: str) -> list[float]:
        if rows[id] == 1:
            every = [{**comparison.totals, **totals} for totals in bent[id]]
            return [
                implied(replace(comparison, totals=totals), priors)[scenario_id] for totals in every
            ]

        def factors(other: str) -> Sequence[float]:
            return _EITHER_WAY if other == id else (1.0, 1.0)

        # An indicator that was seen in part is absent in part: two lines under one id.
        return _implied(comparison, priors, scenario_id, factors, [comparison.dependence] * 2)

    return [_bend("row", id, *either_way(id)) for id in rows]


def _bent_lines(place: int, line: Net, column: ScenarioId) -> Iterator[tuple[str, int, int, float]]:
    """Each row of a line, which way it is bent, the line's place, and the line's decibans then."""
    rows = (*line.heard, *line.suppressed)
    values = [row.values[column] for row in rows]
    highest, lowest = nlargest(2, values), nsmallest(2, values)
    for row, value in zip(rows, values, strict=True):
        ends = highest if value > 0 else lowest
        other = next((end for end in ends[value == ends[0] :] if end * value > 0), 0.0)
        against = next((end for end in (highest[0], lowest[0]) if end * value < 0), 0.0)
        for way, factor in enumerate(_EITHER_WAY):
            yield row.id, way, place, against + max(value * factor, other, key=abs)


def _settings(odds: Odds, scenario_id: ScenarioId) -> list[Bend]:
    comparison, priors = odds.comparison(scenario_id), odds.priors(scenario_id)

    def dependence(within: float, between: float) -> list[float]:
        steps = (
            bent_dependence(comparison.dependence, way * within, way * between) for way in (-1, 1)
        )
        return _implied(comparison, priors, scenario_id, lambda _: (1.0, 1.0), [*steps])

    unbent = [comparison.dependence] * 2
    ratings = _implied(comparison, priors, scenario_id, lambda _: _EITHER_WAY, unbent)
    return [
        _bend("ratings", "ratings", *ratings),
        _bend("within", "within", *dependence(DEPENDENCE_STEP, 0)),
        _bend("between", "between", *dependence(0, DEPENDENCE_STEP)),
    ]


def _implied(
    comparison: Comparison,
    priors: dict[ScenarioId, float],
    scenario_id: ScenarioId,
    factors: Callable[[str], Sequence[float]],
    dependences: Sequence[Dependence],
) -> list[float]:
    return [
        implied(replace(comparison, totals=totals), priors)[scenario_id]
        for totals in bent_totals(comparison, factors, dependences)
    ]


def _bend(kind: BendKind, id: str, first: float, other: float) -> Bend:
    return Bend(kind=kind, id=id, low=min(first, other), high=max(first, other))
