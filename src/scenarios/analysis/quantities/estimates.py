"""The quantiles of a record as a distribution, and what is wrong with them."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from scenarios.analysis.quantities.distributions import (
    Distribution,
    StatedDistribution,
    mass_between,
)
from scenarios.model import Scenario
from scenarios.model.quantity import MeasuredQuantity, shortest

Value = float | date


def number(value: Value) -> float:
    """A value as a number; a day as its ordinal."""
    return float(value.toordinal()) if isinstance(value, date) else value


def by_probability(quantiles: Mapping[str, Value]) -> dict[str, Value]:
    """The quantiles from the lowest probability to the highest."""
    return dict(sorted(quantiles.items(), key=lambda entry: float(entry[0][1:])))


def as_in_a_file(quantiles: Mapping[str, Value | str]) -> dict[str, float | str]:
    """Quantiles as a file has them: whole numbers without a point, and days as text."""
    plain: dict[str, float | str] = {}
    for name, value in quantiles.items():
        plain[name] = f"{value}" if isinstance(value, str | date) else value
        if isinstance(value, float) and value.is_integer():
            plain[name] = int(value)
    return plain


def distribution(
    quantity: MeasuredQuantity, quantiles: Mapping[str, Value], stated_on: date
) -> StatedDistribution:
    """The distribution that a record states; raises ValueError where `estimate_faults` has some.

    Of a date the logarithm of the days since the day on which it was stated is spread.
    """
    start = 0.0 if quantity.scale == "log" else None
    if quantity.kind == "date":
        start = number(stated_on)
    if any(isinstance(v, date) is not (quantity.kind == "date") for v in quantiles.values()):
        raise ValueError("the values are of another kind")
    return StatedDistribution({float(p[1:]) / 100: number(v) for p, v in quantiles.items()}, start)


def prior_of(scenario: Scenario) -> StatedDistribution:
    """The declared prior of a quantity."""
    assert scenario.quantity is not None  # noqa: S101 - callers take them from `quantities`
    return distribution(scenario.quantity, scenario.prior.quantiles or {}, scenario.opened)


def masses(prior: Distribution, thresholds: Sequence[float]) -> list[float]:
    """The probability of each interval between thresholds."""
    tails = [(0.0, 1.0), *map(prior.tails, thresholds), (1.0, 0.0)]
    return [mass_between(low, high) for low, high in pairwise(tails)]


def cumulated(steps: Iterable[float], *, is_date: bool) -> list[float]:
    """Sums of the steps that hold in each interval: numbers those below it, dates the others."""
    ordered = [*steps]
    ends = range(len(ordered) + 1)
    return [math.fsum(ordered[end:] if is_date else ordered[:end]) for end in ends]


def order_faults(quantiles: Mapping[str, Value], stated_on: date) -> Iterator[tuple[str, str]]:
    """Quantiles that do not rise with their probabilities, or lie in the past, with the reason."""
    ordered = by_probability(quantiles)
    for (low, below), (high, above) in pairwise(ordered.items()):
        if isinstance(below, date) is not isinstance(above, date):
            yield high, f"{low} and {high} are a number and a day"
        elif number(above) <= number(below):
            yield high, f"{high} ({shortest(above)}) is not over {low} ({shortest(below)})"
    for name, value in ordered.items():
        if isinstance(value, date) and value <= stated_on:
            yield name, f"{name} ({value}) is not after {stated_on}, when it was stated"


def estimate_faults(
    quantity: MeasuredQuantity, quantiles: Mapping[str, Value], stated_on: date
) -> list[tuple[str, str]]:
    """Each quantile that its quantity cannot have, with the reason."""
    own = "a day" if quantity.kind == "date" else "a number"
    other = [
        (name, f"{name} is {shortest(value)}, and this quantity is {own}")
        for name, value in by_probability(quantiles).items()
        if isinstance(value, date) is not (quantity.kind == "date")
    ]
    if faults := other or [*order_faults(quantiles, stated_on)]:
        return faults
    if quantity.scale == "log":
        faults = [
            (p, f"{p} is not over 0, on a log scale")
            for p, v in quantiles.items()
            if number(v) <= 0
        ]
    try:
        distribution(quantity, quantiles, stated_on)
    except ValueError:
        last = [*by_probability(quantiles)][-1]
        return faults or [(last, "the quantiles lie too close together to tell them apart")]
    return faults
