"""Calibration without bins: the best monotone curve through the outcomes, and what it explains."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from scenarios.analysis.scores.calibration import Share, shares
from scenarios.analysis.scores.daily_forecasts import Timeline


class CorpStep(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts from `low` to `high`, `n` questions or parts of them: how often they came true."""

    low: float
    high: float
    n: float
    frequency: float


class Corp(msgspec.Struct, frozen=True, kw_only=True):
    """Brier = miscalibration − discrimination + uncertainty, exactly; each is 0 or more.

    `curve` has the recalibrated probability of every forecast, from low to high.
    """

    forecaster: str
    brier: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    curve: tuple[CorpStep, ...]


def corp(timelines: Iterable[Timeline], forecaster: str) -> tuple[Corp, ...]:
    """The CORP curve and parts (Dimitriadis, Gneiting & Jordan 2021, PNAS 118(8) e2016191118).

    The mean Brier score is what perfect recalibration would save (miscalibration), less what the
    recalibrated forecasts save against the base rate (discrimination), plus the base rate's own
    score (uncertainty). Every question weighs 1; empty where the forecaster has none.
    """
    every = shares(timelines, forecaster)
    if not every:
        return ()
    curve = pool_adjacent_violators(every)
    n = math.fsum(step.n for step in curve)
    base = math.fsum(step.n * step.frequency for step in curve) / n
    saved = []
    steps = iter(curve)
    step = next(steps)
    for share in sorted(every, key=_probability):
        while share.probability > step.high:
            step = next(steps)
        p, y, r = share.probability, share.happened, step.frequency
        saved.append(share.weight * (p - r) * (p + r - 2 * y))  # (p − y)² − (r − y)²
    return (
        Corp(
            forecaster=forecaster,
            brier=math.fsum(s.weight * (s.probability - s.happened) ** 2 for s in every) / n,
            miscalibration=max(0.0, math.fsum(saved) / n),  # 0, but for rounding, at the least
            discrimination=math.fsum(step.n * (step.frequency - base) ** 2 for step in curve) / n,
            uncertainty=base * (1 - base),
            curve=tuple(curve),
        ),
    )


def pool_adjacent_violators(shares: Iterable[Share]) -> list[CorpStep]:
    """The nondecreasing function of the forecast with the least weighted squared distance.

    Equal forecasts are one; then neighbours of which the higher came true no more often than the
    lower are pooled, until none is left (Ayer et al. 1955, Annals of Mathematical Statistics 26).
    """
    weights: dict[float, list[Share]] = {}
    for share in shares:
        weights.setdefault(share.probability, []).append(share)
    steps: list[CorpStep] = []
    for figure in sorted(weights):
        step = _step(figure, weights[figure])
        while steps and steps[-1].frequency >= step.frequency:
            step = _pooled(steps.pop(), step)
        steps.append(step)
    return steps


def _step(figure: float, equal: list[Share]) -> CorpStep:
    n = math.fsum(share.weight for share in equal)
    happened = math.fsum(share.weight * share.happened for share in equal)
    return CorpStep(low=figure, high=figure, n=n, frequency=happened / n)


def _pooled(below: CorpStep, above: CorpStep) -> CorpStep:
    n = below.n + above.n
    happened = below.n * below.frequency + above.n * above.frequency
    return CorpStep(low=below.low, high=above.high, n=n, frequency=happened / n)


def _probability(share: Share) -> float:
    return share.probability
