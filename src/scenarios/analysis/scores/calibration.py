"""Calibration: how often forecasts of a probability come true."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from scenarios.analysis.question_timelines import Figure, QuestionTimeline, Spans, days_after, stood

EDGES = tuple(k / 10 for k in range(11))
"""Ten equal bins; each holds its lower edge, the last its upper one too."""
_ROUNDING = 1e-12
"""A figure this close below an edge is on it: 1 − 0.7 is 0.3."""
_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""


class CalibrationBin(msgspec.Struct, frozen=True, kw_only=True):
    """A bin that holds something: `n` questions, or parts of them, and how many happened."""

    forecaster: str
    low: float
    high: float
    n: float
    mean_forecast: float
    frequency: float
    wilson_low: float
    wilson_high: float


class Decomposition(msgspec.Struct, frozen=True, kw_only=True):
    """Brier = reliability − resolution + uncertainty + residual, 0 for equal forecasts in bins."""

    forecaster: str
    reliability: float
    resolution: float
    uncertainty: float
    residual: float


class WeightedForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A figure, the share of its question's covered days on which it stood, and the outcome."""

    probability: float
    weight: float
    happened: float


def calibration(forecaster: str, every: Sequence[WeightedForecast]) -> list[CalibrationBin]:
    """The bins that hold something, from low to high."""
    bins = []
    for number, held in _binned(every).items():
        n, mean, frequency = _moments(held)
        low, high = wilson(frequency, n)
        bins.append(
            CalibrationBin(
                forecaster=forecaster,
                low=EDGES[number],
                high=EDGES[number + 1],
                n=n,
                mean_forecast=mean,
                frequency=frequency,
                wilson_low=low,
                wilson_high=high,
            )
        )
    return bins


def decomposition(forecaster: str, every: Sequence[WeightedForecast]) -> Decomposition:
    """Murphy's parts of the mean squared error over the bins (Murphy 1973)."""
    bins = _binned(every)
    n, _, base = _moments(every)
    means = [_moments(held) for held in bins.values()]
    reliability = math.fsum(size * (p - y) ** 2 for size, p, y in means) / n
    resolution = math.fsum(size * (y - base) ** 2 for size, _, y in means) / n
    uncertainty = base * (1 - base)
    brier = _brier(every, n)
    return Decomposition(
        forecaster=forecaster,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        residual=brier - (reliability - resolution + uncertainty),
    )


def shares(
    timelines: Iterable[QuestionTimeline[Figure]], named: str | None = None
) -> dict[str, list[WeightedForecast]]:
    """Forecasts by forecaster, or of a named one, on the scored questions, each weighing 1.

    The figures of a set share its weight equally on each day. The days after an early event have
    their share of it too, and stand in no bin: nobody said anything of them.
    """
    by_name: dict[str, list[WeightedForecast]] = {}
    for timeline in timelines:
        happened = float(timeline.question.outcome == "occurred")
        lines = timeline.lines
        names = lines.keys() - timeline.in_set
        for name in names if named is None else names & {named}:
            segments: Spans = stood(lines[name])
            counted = sum(end - start for start, end, _ in segments)
            counted += days_after(timeline.question, lines[name])
            for start, end, figure in segments:
                weight = (end - start) / counted
                by_name.setdefault(name, []).extend(_parts(figure, weight, happened))
    return by_name


def _parts(figure: Figure, weight: float, happened: float) -> Iterator[WeightedForecast]:
    if not isinstance(figure, tuple):
        yield WeightedForecast(probability=figure, weight=weight, happened=happened)
        return
    left = [(p, float(index == 0)) for index, p in enumerate(figure) if p]
    for p, occurred in left:
        yield WeightedForecast(probability=p, weight=weight / len(left), happened=occurred)


def wilson(frequency: float, n: float) -> tuple[float, float]:
    """The 95 % band of a frequency among `n` (Wilson 1927)."""
    centre = frequency + _Z**2 / (2 * n)
    half = _Z * math.sqrt(frequency * (1 - frequency) / n + _Z**2 / (4 * n**2))
    whole = 1 + _Z**2 / n
    return max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)


def _binned(every: Iterable[WeightedForecast]) -> dict[int, list[WeightedForecast]]:
    bins: dict[int, list[WeightedForecast]] = {}
    for share in every:
        number = min(bisect_right(EDGES, share.probability + _ROUNDING), len(EDGES) - 1) - 1
        bins.setdefault(number, []).append(share)
    return dict(sorted(bins.items()))


def _brier(shares: Sequence[WeightedForecast], n: float) -> float:
    return math.fsum(s.weight * (s.probability - s.happened) ** 2 for s in shares) / n


def _moments(shares: Sequence[WeightedForecast]) -> tuple[float, float, float]:
    """Weight of some shares, their mean forecast and the frequency of the outcome."""
    n = math.fsum(share.weight for share in shares)
    mean = math.fsum(share.weight * share.probability for share in shares) / n
    return n, mean, math.fsum(share.weight * share.happened for share in shares) / n


class CorpStep(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts from `low` to `high`, `n` questions or parts of them: how often they came true."""

    low: float
    high: float
    n: float
    frequency: float


class CorpDecomposition(msgspec.Struct, frozen=True, kw_only=True):
    """Brier = miscalibration − discrimination + uncertainty, exactly; each is 0 or more.

    `curve` has the recalibrated probability of every forecast, from low to high.
    """

    forecaster: str
    brier: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    curve: tuple[CorpStep, ...]


def corp(forecaster: str, every: Sequence[WeightedForecast]) -> CorpDecomposition:
    """The CORP curve and parts (Dimitriadis, Gneiting & Jordan 2021, PNAS 118(8) e2016191118).

    The mean Brier score is what perfect recalibration would save (miscalibration), less what the
    recalibrated forecasts save against the base rate (discrimination), plus the base rate's own
    score (uncertainty).
    """
    curve = pool_adjacent_violators(every)
    n = math.fsum(step.n for step in curve)
    base = math.fsum(step.n * step.frequency for step in curve) / n
    saved = []
    steps = iter(curve)
    step = next(steps)
    for share in sorted(every, key=lambda share: share.probability):
        while share.probability > step.high:
            step = next(steps)
        p, y, r = share.probability, share.happened, step.frequency
        saved.append(share.weight * (p - r) * (p + r - 2 * y))  # (p − y)² − (r − y)²
    return CorpDecomposition(
        forecaster=forecaster,
        brier=_brier(every, n),
        miscalibration=max(0.0, math.fsum(saved) / n),  # 0, but for rounding, at the least
        discrimination=math.fsum(step.n * (step.frequency - base) ** 2 for step in curve) / n,
        uncertainty=base * (1 - base),
        curve=tuple(curve),
    )


def pool_adjacent_violators(shares: Iterable[WeightedForecast]) -> list[CorpStep]:
    """The nondecreasing function of the forecast with the least weighted squared distance.

    Equal forecasts are one; then neighbours of which the higher came true no more often than the
    lower are pooled, until none is left (Ayer et al. 1955, Annals of Mathematical Statistics 26).
    """
    weights: dict[float, list[WeightedForecast]] = {}
    for share in shares:
        weights.setdefault(share.probability, []).append(share)
    steps: list[CorpStep] = []
    for figure in sorted(weights):
        n, _, frequency = _moments(weights[figure])
        low = figure
        while steps and steps[-1].frequency >= frequency:
            below = steps.pop()
            happened = below.n * below.frequency + n * frequency
            low, n = below.low, below.n + n
            frequency = happened / n
        steps.append(CorpStep(low=low, high=figure, n=n, frequency=frequency))
    return steps
