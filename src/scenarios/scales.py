"""Admiralty grades, consistency codes, estimative words, decibans."""

from __future__ import annotations

import math
from collections.abc import Mapping

from scenarios.values import Rating

LOWEST, HIGHEST = 0.001, 0.999
"""The bounds of a prior and of an implied probability."""

RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
CREDIBILITY = {
    1: "confirmed by other sources",
    2: "probably true",
    3: "possibly true",
    4: "doubtful",
    5: "improbable",
    6: "truth cannot be judged",
}

# Upper edge (excluded) and term. ICD 203's bands share edges; here a band holds its lower edge.
_ICD_203 = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.0, "almost certain"),
)
EVEN = 0.5
# PHIA's terms do not touch: lower and upper edge (both included) and term.
_PHIA = (
    (0.0, 0.05, "remote chance"),
    (0.10, 0.20, "highly unlikely"),
    (0.25, 0.35, "unlikely"),
    (0.40, 0.50, "realistic possibility"),
    (0.55, 0.75, "likely"),
    (0.80, 0.90, "highly likely"),
    (0.95, 1.0, "almost certain"),
)


def decibans(probability: float) -> float:
    """10·log10 of the odds (Good 1950, after Turing); `probability` is above 0 and below 1."""
    return 10 * (math.log10(probability) - math.log10(1 - probability))


def probability(db: float) -> float:
    """The probability whose odds are worth `db` decibans."""
    odds = 10 ** (-abs(db) / 10)  # never overflows
    return 1 / (1 + odds) if db >= 0 else odds / (1 + odds)


def held(value: float) -> float:
    """A probability held within [0.001, 0.999]."""
    return min(max(value, LOWEST), HIGHEST)


def base_rate(occurred: int, cases: int) -> float:
    """(k + ½)/(n + 1) of k in n cases, the mean under Jeffreys' prior, held within the bounds."""
    return held((occurred + 0.5) / (cases + 1))


OFF_CLASS = 3.0
"""Decibans by which a prior may differ from its reference class without a reason."""


def is_off_class(prior: float, rate: float) -> bool:
    """True if a prior differs from the rate of its reference class by more than 3 dB."""
    return abs(decibans(prior) - decibans(rate)) > OFF_CLASS + 1e-9


def rating_decibans(rating: Rating, codes: Mapping[str, float]) -> float:
    """Decibans of a rating: the tracker's table for a code, 10·log10 of a likelihood ratio."""
    if isinstance(rating, str):
        return codes[rating]
    return 10 * math.log10(rating)


_TAIL = 1
"""Under this many per cent, and over 100 less this, a decimal is shown."""


def digits(probability: float) -> int:
    """How many decimals of a per cent are shown: one under 1 % and over 99 %, of 0 and 1 none."""
    is_inside = _TAIL <= round(probability * 100, 1) <= 100 - _TAIL
    return 0 if is_inside or round(probability, 6) in (0, 1) else 1


def printed(probability: float) -> float:
    """A probability rounded as it is shown alone."""
    return round(probability * 100, digits(probability)) / 100


def has_moved(before: float | None, after: float | None) -> bool:
    """True if two figures are shown differently: alone, or as a pair by a decimal more."""
    if before is None or after is None:
        return False
    if printed(before) != printed(after):
        return True
    return 0 < before < 1 and 0 < after < 1 and jeffreys(before, after) >= MOVED_BITS


def pair_digits(before: float, after: float) -> int | None:
    """Decimals of both of a pair whose move whole per cents would hide; None for those of each."""
    return 1 if printed(before) == printed(after) and has_moved(before, after) else None


def estimative_term(value: float, language: str) -> str:
    """The term for a probability in `icd-203` or `phia`; in a gap of PHIA both neighbours."""
    if language == "phia":
        return _phia_term(value)
    return next(term for upper, term in _ICD_203 if value < upper or upper == 1)


def _phia_term(value: float) -> str:
    if value == EVEN:  # "≈40 to <50 %": even odds have no term
        return "between realistic possibility and likely"
    below = [term for low, _, term in _PHIA if low <= value][-1]
    above = next(term for _, high, term in _PHIA if value <= high)
    return below if below == above else f"between {below} and {above}"


MOVED_BITS = 0.001
"""From this movement on a figure has moved."""


def jeffreys(before: float | None, after: float | None) -> float:
    """Jeffreys divergence in bits, Σ(p−q)·log2(p/q) over {p, 1−p}; 0 where one is missing."""
    if before is None or after is None:
        return 0.0
    p, q = after, before
    return (p - q) * (math.log2(p / q) - math.log2((1 - p) / (1 - q)))


TOLERANCE = 0.001
"""A sum this close to 1, and a probability this little above another, is rounding."""


def nearest_sum_to_one(figures: Mapping[str, float]) -> dict[str, float]:
    """The probabilities that sum to 1 with the least squared change, none below 0.

    The coherent approximation of Predd, Osherson, Kulkarni & Poor (2008); for one sum it is the
    projection on the simplex: the same amount off each, and what would fall below 0 stays at 0.
    """
    left = sorted(figures.values(), reverse=True)
    cut = 0.0
    for count in range(1, len(left) + 1):
        excess = (sum(left[:count]) - 1) / count
        if left[count - 1] > excess:
            cut = excess
    return {id: max(0.0, value - cut) for id, value in figures.items()}


def not_one(what: str, figures: Mapping[str, float]) -> str | None:
    """The sum of the figures of a set and the nearest that sum to 1; None where these do."""
    total = sum(figures.values())
    if abs(total - 1) <= TOLERANCE + 1e-12:
        return None
    coherent = nearest_sum_to_one(figures)
    pairs = ", ".join(f"{id} {figures[id]:g} → {coherent[id]:.3f}" for id in figures)
    return f"{what} sum to {total:.3f}; nearest that sum to 1: {pairs}"


def percent(value: float, places: int | None = None) -> str:
    """A probability in per cent: `45%`, `0.4%` or `under 0.1%`; or to `places`."""
    text = f"{value * 100:.{digits(value) if places is None else places}f}%"
    if places is None and text in _ENDS and 0 < value < 1:
        return _ENDS[text]
    return text


_ENDS = {"0.0%": "under 0.1%", "100.0%": "over 99.9%"}


def percents(before: float, after: float) -> tuple[str, str]:
    """Two figures of one move in per cent, to a decimal where whole ones would hide it."""
    places = pair_digits(before, after)
    return percent(before, places), percent(after, places)
