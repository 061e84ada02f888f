"""Distributions of a quantity: those that analysts state, the evidence implies, a team pools.

A value is a float; a day is its ordinal, as the end of that day.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from statistics import NormalDist

Tails = tuple[float, float]
"""P(y ≤ x) and P(y > x): both, so that a tail near 0 keeps its digits."""

_TINY = 1e-300
_LARGEST = 700.0
"""Of this number and less, `exp` is finite."""


@cache
def standard_normal() -> NormalDist:
    """The normal distribution of mean 0 and standard deviation 1."""
    from statistics import NormalDist  # noqa: PLC0415 - 10 ms that most databases save

    return NormalDist()


def phi(z: float) -> float:
    """The normal distribution function, exact in both tails."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def probit(tails: Tails) -> float:
    """The z with these tails; by the smaller of them."""
    below, above = (max(tail, _TINY) for tail in tails)
    normal = standard_normal()
    return normal.inv_cdf(below) if below <= above else -normal.inv_cdf(above)


def log_odds(tails: Tails) -> float:
    """Decibans of P(y ≤ x); finite, even where nothing lies on one side."""
    below, above = (max(tail, _TINY) for tail in tails)
    return 10 * (math.log10(below) - math.log10(above))


class Distribution(Protocol):
    """The probabilities of a value; they are smooth between its `knots`."""

    @property
    def knots(self) -> Sequence[float]:
        """The values at which it bends."""

    def tails(self, value: float) -> Tails:
        """P(y ≤ value) and P(y > value)."""

    def value_at(self, tails: Tails) -> float:
        """The value with these tails, which sum to 1."""


class StatedDistribution:
    """The distribution of two or more quantiles: values by their probabilities, 0 to 1.

    The value is linear in the probit of the probability between quantiles, and goes on beyond with
    the last slopes; with a `start` the logarithm of its distance from there is. Raises ValueError
    unless the values rise with the probabilities, on that scale.
    """

    def __init__(self, quantiles: Mapping[float, float], start: float | None = None) -> None:
        points = sorted(quantiles.items())
        self.knots = tuple(value for _, value in points)
        self._start = start
        self._probits = [standard_normal().inv_cdf(probability) for probability, _ in points]
        self._places = [self._place(value) for value in self.knots]
        pairs = zip(self._places, self._places[1:], strict=False)
        if math.isinf(self._places[0]) or any(low >= high for low, high in pairs):
            raise ValueError("the values do not rise with the probabilities")

    def z(self, value: float) -> float:
        """The probit of P(y ≤ value)."""
        return _on_line(self._place(value), self._places, self._probits)

    def at_z(self, z: float) -> float:
        """The value at a probit."""
        place = _on_line(z, self._probits, self._places)
        return place if self._start is None else self._start + math.exp(min(place, _LARGEST))

    def tails(self, value: float) -> Tails:
        z = self.z(value)
        return phi(z), phi(-z)

    def value_at(self, tails: Tails) -> float:
        return self.at_z(probit(tails))

    def _place(self, value: float) -> float:
        if self._start is None:
            return value
        return math.log(value - self._start) if value > self._start else -math.inf


def _on_line(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """The height at x of the line through points, which goes on beyond the first and the last."""
    i = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
    return ys[i] + (ys[i + 1] - ys[i]) * (x - xs[i]) / (xs[i + 1] - xs[i])


class LaterDistribution:
    """The distribution of a date once nothing has happened by the end of a day."""

    def __init__(self, base: Distribution, day: float) -> None:
        self._base, self._day = base, day
        self._below, self._above = base.tails(day)
        self.knots = (day, *(knot for knot in base.knots if knot > day))

    def tails(self, value: float) -> Tails:
        if value <= self._day:
            return 0.0, 1.0
        below, above = self._base.tails(value)
        left = max(self._above, _TINY)
        later = min(above / left, 1.0)
        return ((below - self._below) / left if below < above else 1 - later), later

    def value_at(self, tails: Tails) -> float:
        below, above = tails
        base = self._base.value_at((self._below + below * self._above, above * self._above))
        return max(base, self._day)


class WeighedDistribution:
    """The density of another × 10^(evidence/10), with the decibans of each of the intervals.

    These lie between the sorted `edges`, so there is one more of them.
    """

    def __init__(
        self, base: Distribution, edges: Sequence[float], evidence: Sequence[float]
    ) -> None:
        self._base, self._edges = base, edges
        self._tails = [(0.0, 1.0), *map(base.tails, edges), (1.0, 0.0)]
        top = max(evidence)
        factors = [10 ** ((worth - top) / 10) for worth in evidence]
        shares = [*map(mass_between, self._tails, self._tails[1:])]
        masses = [factor * share for factor, share in zip(factors, shares, strict=True)]
        whole = max(math.fsum(masses), _TINY)
        self._factors = [max(factor / whole, _TINY) for factor in factors]
        ends = range(len(masses) + 1)
        self._below = [math.fsum(masses[:end]) / whole for end in ends]
        self._above = [math.fsum(masses[end:]) / whole for end in ends]

    @cached_property
    def knots(self) -> Sequence[float]:
        return sorted({*self._base.knots, *self._edges})

    def tails(self, value: float) -> Tails:
        j = bisect_left(self._edges, value)
        below, above = self._base.tails(value)
        return (
            self._below[j] + self._factors[j] * (below - self._tails[j][0]),
            self._above[j + 1] + self._factors[j] * (above - self._tails[j + 1][1]),
        )

    def value_at(self, tails: Tails) -> float:
        j = min(max(bisect_right(self._below, tails[0]) - 1, 0), len(self._factors) - 1)
        below = self._tails[j][0] + (tails[0] - self._below[j]) / self._factors[j]
        above = self._tails[j + 1][1] + (tails[1] - self._above[j + 1]) / self._factors[j]
        return self._base.value_at((below, above))


def mass_between(low: Tails, high: Tails) -> float:
    """The probability between two values, by their tails; by the tail in which it lies."""
    return high[0] - low[0] if low[0] < low[1] else low[1] - high[1]


class PooledDistribution:
    """The weighted mean of the log odds at each value, × `extremize` where two or more stand."""

    def __init__(
        self,
        several: Sequence[Distribution],
        weights: Sequence[float] | None = None,
        extremize: float = 1.0,
    ) -> None:
        self._several = several
        self._weights = weights or [1.0] * len(several)
        self._factor = extremize / math.fsum(self._weights)
        if len(several) == 1:
            self._factor = 1 / self._weights[0]

    @cached_property
    def knots(self) -> Sequence[float]:
        return sorted({knot for each in self._several for knot in each.knots})

    def tails(self, value: float) -> Tails:
        if len(self._several) == 1:
            return self._several[0].tails(value)
        tails = [each.tails(value) for each in self._several]
        for none_on_side in (0, 1):  # nothing lies there for one, so for the team
            if any(pair[none_on_side] <= 0 for pair in tails):
                return (0.0, 1.0) if none_on_side == 0 else (1.0, 0.0)
        logs = (math.log(below) - math.log(above) for below, above in tails)
        mean = self._factor * math.fsum(w * v for w, v in zip(self._weights, logs, strict=True))
        mean = min(max(mean, -_LARGEST), _LARGEST)
        return 1 / (1 + math.exp(-mean)), 1 / (1 + math.exp(mean))

    def value_at(self, tails: Tails) -> float:
        if len(self._several) == 1:
            return self._several[0].value_at(tails)
        sides = (tails, (tails[1], tails[0]), (0.5, 0.5))
        ends = [each.value_at(side) for each in self._several for side in sides]
        low, high, wanted = min(ends), max(ends), probit(tails)
        while probit(self.tails(low)) > wanted and self.tails(low)[0] > 0:
            low -= high - low + 1
        while probit(self.tails(high)) < wanted and self.tails(high)[1] > 0:
            high += high - low + 1
        while low < (middle := (low + high) / 2) < high:
            if probit(self.tails(middle)) < wanted:
                low = middle
            else:
                high = middle
        return high


def quantile(distribution: Distribution, probability: float) -> float:
    """The value that it stays under with a probability over 0 and below 1."""
    return distribution.value_at((probability, 1 - probability))
