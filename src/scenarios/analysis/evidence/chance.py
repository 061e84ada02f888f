"""How probable an indicator is to be seen under each scenario, and what its absence is worth."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import TypeVar

from scenarios.scales import jeffreys

Case = TypeVar("Case")


def seen_if(
    chance: float, priors: Mapping[Case, float], decibans: Mapping[Case, float]
) -> dict[Case, float]:
    """The probability of being seen by `due` in each case, so that all in all it is `chance`.

    The cases exclude one another and `priors`, normalised here, add up to 1; `decibans` is what
    the indicator is worth for each, 0 where it is left out. From c = Σ p·a, with the a in the
    ratio of the ratings: a_j = c·L_j / Σ p_k·L_k. One of 1 or more means that the rating cannot go
    with this chance.
    """
    ratios = {case: 10 ** (decibans.get(case, 0.0) / 10) for case in priors}
    mean = sum(p * ratios[case] for case, p in priors.items()) / sum(priors.values())
    return {case: chance * ratio / mean for case, ratio in ratios.items()}


def absence(seen: float) -> float:
    """The decibans of its not being seen in a case; bounded where a record is at fault."""
    return 10 * log10(max(1 - seen, 1e-3))


def expected_movement(chance: float, prior: float, decibans: float) -> float:
    """The movement in bits that watching an indicator until `due` is expected to bring.

    c·D(p→p₊) + (1−c)·D(p→p₋), D the Jeffreys divergence: more than the mutual information, about
    twice as much where it is small.
    """
    seen = seen_if(chance, {True: prior, False: 1 - prior}, {True: decibans})[True]
    after, without = prior * seen / chance, prior * (1 - seen) / (1 - chance)
    return chance * jeffreys(prior, after) + (1 - chance) * jeffreys(prior, max(without, 1e-9))
