"""A second implementation of quantities: plain functions of numbers, slow and by other means.

Shares come of the correlation matrix itself, solved layer by layer; scores of plain sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

Cdf = Callable[[float], float]
NORMAL = NormalDist()
CODES = {"CC": 10.0, "C": 5.0, "N": 0.0, "I": -5.0, "II": -10.0}


def stated(quantiles: Mapping[float, float], start: float | None = None) -> Cdf:
    """P(y ≤ x): linear between probits, of the logarithm of the distance from a start if any."""

    def place(x: float) -> float:
        return x if start is None else math.log(x - start)

    points = [(NORMAL.inv_cdf(p), place(v)) for p, v in sorted(quantiles.items())]

    def cdf(x: float) -> float:
        if start is not None and x <= start:
            return 0.0
        u = place(x)
        pairs = [*pairwise(points)]
        (z0, u0), (z1, u1) = next((pair for pair in pairs if u <= pair[1][1]), pairs[-1])
        return NORMAL.cdf(z0 + (u - u0) * (z1 - z0) / (u1 - u0))

    return cdf


def later(cdf: Cdf, day: float) -> Cdf:
    """The same once nothing has happened by a day."""
    return lambda x: max(0.0, (cdf(x) - cdf(day)) / (1 - cdf(day)))


class Witness(NamedTuple):
    """An item: the rows that it rates in decibans, its theme, its origin, and its order."""

    steps: Mapping[float, float]
    theme: str | None
    origin: str
    order: int


class Counted(NamedTuple):
    height: float
    share: float
    steps: list[float]


def lines(
    items: Sequence[Witness], edges: Sequence[float], within: float, between: float, dates: bool
) -> list[Counted]:
    """The line of each origin with the share that counts."""
    probes = [edges[0] - 1, *((a + b) / 2 for a, b in pairwise(edges))]
    probes.append(edges[-1] + 1)
    found = []
    for origin in sorted({item.origin for item in items}):
        own = [item for item in items if item.origin == origin]
        said = [
            [sum(s for t, s in item.steps.items() if (y <= t if dates else y > t)) for y in probes]
            for item in own
        ]
        best = [max(0.0, *each) + min(0.0, *each) for each in zip(*said, strict=True)]
        theme = min(own, key=lambda item: item.order).theme
        if max(best) - min(best) > 1e-12:
            found.append((max(best) - min(best), theme, best))
    shares = _shares([(height, theme) for height, theme, _ in found], within, between)
    return [
        Counted(
            height,
            share,
            [(a - b if dates else b - a) for a, b in pairwise(best)],
        )
        for (height, _, best), share in zip(found, shares, strict=True)
    ]


def _shares(ends: Sequence[tuple[float, str | None]], within: float, between: float) -> list[float]:
    """∫(Σ⁻¹1) over the layers that a line reaches, divided by its height."""
    counted, low = [0.0] * len(ends), 0.0
    for high in sorted({height for height, _ in ends}):
        up = [n for n, (height, _) in enumerate(ends) if height >= high]
        matrix = [
            [_correlation(ends[a][1], ends[b][1], a == b, within, between) for b in up] for a in up
        ]
        for n, weight in zip(up, _solved(matrix), strict=True):
            counted[n] += weight * (high - low)
        low = high
    return [sum_ / height for sum_, (height, _) in zip(counted, ends, strict=True)]


def _correlation(
    one: str | None, other: str | None, same: bool, within: float, between: float
) -> float:
    if same:
        return 1.0
    if one != other:
        return between
    return (within + between) / 2 if one is None else within


def _solved(matrix: list[list[float]]) -> list[float]:
    """The weights w of Σw = 1, by elimination; at ρ = 1, where Σ has no inverse, all alike."""
    n = len(matrix)
    rows = [[*row, 1.0] for row in matrix]
    for k in range(n):
        pivot = max(range(k, n), key=lambda r: abs(rows[r][k]))
        if abs(rows[pivot][k]) < 1e-13:
            return [1 / n] * n
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for r in range(n):
            if r != k:
                factor = rows[r][k] / rows[k][k]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [rows[k][n] / rows[k][k] for k in range(n)]


def implied(prior: Cdf, counted: Sequence[Counted], edges: Sequence[float], dates: bool) -> Cdf:
    """Bayes' rule on the masses between the edges."""
    steps = [sum(line.steps[n] * line.share for line in counted) for n in range(len(edges))]
    cells = [sum(steps[n:] if dates else steps[:n]) for n in range(len(edges) + 1)]
    bounds = [0.0, *map(prior, edges), 1.0]
    likely = [10 ** (cell / 10) for cell in cells]
    whole = sum(x * (b - a) for x, (a, b) in zip(likely, pairwise(bounds), strict=True))

    def cdf(x: float) -> float:
        j = sum(edge < x for edge in edges)
        below = sum(likely[k] * (bounds[k + 1] - bounds[k]) for k in range(j))
        return (below + likely[j] * (prior(x) - bounds[j])) / whole

    return cdf


def pooled(several: Sequence[Cdf], factor: float = 1.0) -> Cdf:
    """The mean of the log odds at each value, × a factor of two or more."""

    def cdf(x: float) -> float:
        chances = [each(x) for each in several]
        odds = math.fsum(math.log(p / (1 - p)) for p in chances) / len(chances)
        return 1 / (1 + math.exp(-odds * (factor if len(chances) > 1 else 1)))

    return cdf


def quantile(cdf: Cdf, p: float, low: float, high: float) -> float:
    """By bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < p else (low, middle)
    return high


def number_score(forecast: Cdf, y: float, values: Sequence[float]) -> float:
    """The mean Brier score over thresholds, which are the values of equal slices of the prior."""
    return math.fsum((forecast(x) - (y <= x)) ** 2 for x in values) / len(values)


def date_score(
    forecast: Cdf, y: float | None, values: Sequence[float], opened: int, until: int
) -> float:
    """The mean over the days from the opening, with error 0 from the event on."""
    inside = [x for x in values if x <= until]
    total = 0.0
    for day in range(opened, until):
        if y is None or day < y:
            of = later(forecast, day)
            happened = y is not None and y <= until
            errors = ((of(x) - (happened and y is not None and y <= x)) ** 2 for x in inside)
            total += math.fsum(errors) / len(inside)
    return total / (until - opened)
