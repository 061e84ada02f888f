"""Brier skill of one forecaster against another over the same days, with its interval."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, compress
from operator import mul, truediv

import msgspec

from scenarios.analysis.scores.bootstrap import FEWEST, interval, resampled
from scenarios.analysis.scores.daily_forecasts import (
    OURS,
    Cluster,
    Line,
    Timeline,
    before,
    place,
    stood,
)


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, over the days on which both stood.

    Both are means over the `questions` with such a day; None where `against` was never wrong.
    `low` to `high` is the 90 % interval of a paired bootstrap: 2,000 resamples of `independent`
    questions, of which a set is one; None under five.
    """

    forecaster: str
    against: str
    questions: int
    skill: float | None
    independent: int
    low: float | None
    high: float | None


Pair = tuple[str, str]
Errors = list[tuple[float, float]]
"""The Brier scores of both, question by question."""
Interval = tuple[float, float]
_AT_ONCE = 32
"""Pairs whose sums are held in memory at a time."""


def skill(timelines: Iterable[Timeline]) -> tuple[Skill, ...]:
    """Every forecaster beside `team`, `implied`, `prior` and `first`, where both ever stood."""
    pairs: dict[Pair, dict[Cluster, Errors]] = {}
    for timeline in timelines:
        happened = timeline.question.outcome == "occurred"
        references = {against: _running(line, happened) for against, line in timeline.ours.items()}
        for name, line in timeline.lines.items():
            spans = stood(line)
            errors = [(figure - happened) ** 2 for _, _, figure in spans]
            for against, (days, theirs) in references.items():
                shared = [days[end] - days[start] for start, end, _ in spans]
                if name != against and any(shared):
                    own = sum(map(mul, errors, shared)) / sum(shared)
                    other = sum(theirs[end] - theirs[start] for start, end, _ in spans)
                    together = pairs.setdefault((name, against), {})
                    pairs_of_cluster = together.setdefault(timeline.question.cluster, [])
                    pairs_of_cluster.append((own, other / sum(shared)))
    intervals = _intervals(pairs)
    return tuple(_row(pair, pairs[pair], intervals.get(pair)) for pair in sorted(pairs, key=_place))


def _place(pair: Pair) -> tuple[tuple[int, str], int]:
    return place(pair[0]), OURS.index(pair[1])


def _running(line: Line, happened: bool) -> tuple[list[float], list[float]]:
    """The days that stood before each day, and the Brier scores that they add up to."""
    days = before((end - start, figure is not None) for start, end, figure in line)
    errors = ((e - s, 0.0 if p is None else (p - happened) ** 2) for s, e, p in line)
    return days, before(errors)


def _row(pair: Pair, clusters: Mapping[Cluster, Errors], bounds: Interval | None) -> Skill:
    errors = list(chain.from_iterable(clusters.values()))
    reference = math.fsum(theirs for _, theirs in errors)
    low, high = bounds or (None, None)
    return Skill(
        forecaster=pair[0],
        against=pair[1],
        questions=len(errors),
        skill=1 - math.fsum(own for own, _ in errors) / reference if reference else None,
        independent=len(clusters),
        low=low,
        high=high,
    )


def _intervals(pairs: Mapping[Pair, Mapping[Cluster, Errors]]) -> dict[Pair, Interval]:
    """The intervals; pairs over as many questions have the same draws, and share their sums.

    A resample in which the reference was never wrong has no skill, and is left out.
    """
    by_size: dict[int, list[Pair]] = {}
    for pair, clusters in pairs.items():
        if len(clusters) >= FEWEST:
            by_size.setdefault(len(clusters), []).append(pair)
    intervals = {}
    for alike in by_size.values():
        for start in range(0, len(alike), _AT_ONCE):
            together = alike[start : start + _AT_ONCE]
            columns = [column for pair in together for column in _summed(pairs[pair].values())]
            sums = list(zip(*resampled(list(zip(*columns, strict=True))), strict=True))
            for pair, own, theirs in zip(together, sums[::2], sums[1::2], strict=True):
                ratios = map(truediv, compress(own, theirs), filter(None, theirs))
                if bounds := interval(ratios):
                    intervals[pair] = 1 - bounds[1], 1 - bounds[0]
    return intervals


def _summed(clusters: Collection[Errors]) -> tuple[list[float], list[float]]:
    """The errors of both in each cluster."""
    own = [sum(mine for mine, _ in errors) for errors in clusters]
    return own, [sum(theirs for _, theirs in errors) for errors in clusters]
