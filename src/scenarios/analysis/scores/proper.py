"""The score of one probability, by rules that are best served by what one believes."""

from __future__ import annotations

import math


def brier(probability: float, happened: bool) -> float:
    """(p − y)², one-sided: 0 best, 1 worst, 0.25 for always saying 0.5 (Brier 1950)."""
    return (probability - happened) ** 2


def log_score(probability: float, happened: bool) -> float:
    """The natural log of what was given to the outcome: 0 best, ever lower."""
    return math.log(probability if happened else 1 - probability)


def baseline(probability: float, happened: bool) -> float:
    """100·(log2 of what was given to the outcome + 1): 100 best, 0 for 0.5 (Metaculus)."""
    return 100 * (math.log2(probability if happened else 1 - probability) + 1)


def peer(log_score: float, mean: float, n: int) -> float:
    """100·n/(n−1)·ln(p/GM): a log score beside the `mean` of all `n` who stand; alone 0."""
    return 100 * n / (n - 1) * (log_score - mean) if n > 1 else 0.0
