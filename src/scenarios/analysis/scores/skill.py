"""Skill with its bootstrap interval, and the rating strength that would have scored best."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from itertools import chain, compress
from operator import itemgetter, mul, truediv
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import near
from scenarios.analysis.ledger.odds import Comparison, implied, odds_on
from scenarios.analysis.scores.daily_forecasts import (
    OURS,
    Archive,
    Cluster,
    Line,
    ResolvedQuestion,
    Timeline,
    before,
    days_of_figures,
    place,
    stood,
)
from scenarios.model import ScenarioId

DRAWS = 2000
FEWEST = 5
"""Fewest questions for an interval: four have 35 different resamples, five 126."""
_SCALE = 2**40
"""Values are added up in units of 2^-40: whole numbers have one sum, whatever the order."""
_LARGEST = 2**64 // _SCALE
_FEW = 200
"""Most rows for which draws are kept, since many forecasters answered equally many questions."""

Pick = Callable[[Sequence[int]], tuple[int, ...]]


def resampled(rows: Sequence[Sequence[float]]) -> Iterator[tuple[int, ...]]:
    """The sums by column of each of DRAWS resamples of the rows, in units of 2^-40.

    A resample has as many rows as there are, at least 2, drawn with replacement. Row k of a draw
    is ⌊n·w/2³²⌋ with w the k-th little-endian 32-bit word of SHAKE-128 (FIPS 202) over the text
    `n/draw`: no generator's state, no seed, and one call for a draw of any length. Values are 0 or
    more, and those of a column sum to less than 2^24 in every resample. All columns of a row are
    one integer, so that a draw of thousands of rows is one sum.
    """
    columns = f"<{len(rows[0])}Q"
    if len(rows) * max(map(max, rows)) >= _LARGEST:
        raise OverflowError("a resample could sum to 2^24 or more")
    packed = [
        int.from_bytes(struct.pack(columns, *(round(v * _SCALE) for v in row)), "little")
        for row in rows
    ]
    size = struct.calcsize(columns)
    for pick in _kept(len(rows)) if len(rows) <= _FEW else _picks(len(rows)):
        yield struct.unpack(columns, sum(pick(packed)).to_bytes(size, "little"))


def interval(values: Iterable[float]) -> tuple[float, float] | None:
    """The 90 % percentile interval: a twentieth of the values lies below it, and one above."""
    ordered = sorted(values)
    outside = len(ordered) // 20
    return (ordered[outside], ordered[-1 - outside]) if ordered else None


@lru_cache(maxsize=1)
def _kept(n: int) -> list[Pick]:
    return list(_picks(n))


def _picks(n: int) -> Iterator[Pick]:
    """Return a function that takes the rows of each draw."""
    for draw in range(DRAWS):
        words = struct.unpack(f"<{n}I", hashlib.shake_128(b"%d/%d" % (n, draw)).digest(4 * n))
        yield itemgetter(*[word * n >> 32 for word in words])


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
    ordered = sorted(pairs, key=lambda pair: (place(pair[0]), OURS.index(pair[1])))
    return tuple(_row(pair, pairs[pair], intervals.get(pair)) for pair in ordered)


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
    """Intervals of the pairs, without draws in which the reference was never wrong."""
    by_size: dict[int, list[Pair]] = {}
    for pair, clusters in pairs.items():
        if len(clusters) >= FEWEST:
            by_size.setdefault(len(clusters), []).append(pair)
    intervals = {}
    for alike in by_size.values():
        for start in range(0, len(alike), _AT_ONCE):
            together = alike[start : start + _AT_ONCE]
            columns = [
                [sum(error[side] for error in errors) for errors in pairs[pair].values()]
                for pair in together
                for side in (0, 1)
            ]
            sums = list(zip(*resampled(list(zip(*columns, strict=True))), strict=True))
            for pair, own, theirs in zip(together, sums[::2], sums[1::2], strict=True):
                ratios = map(truediv, compress(own, theirs), filter(None, theirs))
                if bounds := interval(ratios):
                    intervals[pair] = 1 - bounds[1], 1 - bounds[0]
    return intervals


MOST = 3.0
_PER_ONE = 20
TRIED = tuple(k / _PER_ONE for k in range(int(MOST * _PER_ONE) + 1))
"""The rating strengths that are tried: 0 to 3 in steps of 0.05."""


class FittedStrength(msgspec.Struct, frozen=True, kw_only=True):
    """Rating strength, 0 to 3, at which `implied` would have had the best mean log score.

    Computed over the scored days of the `questions` that had evidence; `declared` is the tracker's.
    `low` to `high` is the 90 % interval of 2,000 resamples of `independent` questions (a set is
    one); None under five. Printed, never applied.
    """

    strength: float
    low: float | None
    high: float | None
    declared: float
    questions: int
    independent: int


def fitted_strength(
    archive: Archive, questions: Iterable[ResolvedQuestion]
) -> FittedStrength | None:
    """The best of TRIED, refined by the parabola through it and its neighbours.

    The factor on the evidence is the strength ÷ that which is declared. A question, and a set,
    weighs 1: the mean over its scored days, and over its members. None without any evidence.
    """
    declared = archive.database.tracker.rating_strength
    losses: dict[Cluster, list[list[float]]] = {}
    for question in questions:
        runs = list(_runs(archive, question))
        if runs:
            losses.setdefault(question.cluster, []).append(_losses(runs, question, declared))
    if not losses:
        return None
    rows = [
        [math.fsum(column) / len(members) for column in zip(*members, strict=True)]
        for members in losses.values()
    ]
    bounds = interval(map(_best, resampled(rows))) if len(rows) >= FEWEST else None
    low, high = bounds or (None, None)
    return FittedStrength(
        strength=_best([math.fsum(column) for column in zip(*rows, strict=True)]),
        low=low,
        high=high,
        declared=declared,
        questions=sum(map(len, losses.values())),
        independent=len(rows),
    )


class _Run(NamedTuple):
    """Days on which the same was compared, with the same priors."""

    days: int
    comparison: Comparison
    priors: dict[ScenarioId, float]


def _runs(archive: Archive, question: ResolvedQuestion) -> Iterator[_Run]:
    """The scored days on which evidence counted: all that is asked of the ledger."""
    id = question.scenario
    around = near(archive.database, id, archive.bearing)
    if not around.evidence and not any(s.indicators for s in around.scenarios.values()):
        return
    days = days_of_figures(around, question)
    every = odds_on(around, id, (question.opened + timedelta(day) for day in days))
    for start, end, odds in zip(days, [*days[1:], question.scored], every, strict=True):
        comparison = odds.comparison(id)
        if any(comparison.totals[c] for c in {*comparison.columns} - comparison.left):
            yield _Run(end - start, comparison, odds.priors(id))


def _losses(runs: Sequence[_Run], question: ResolvedQuestion, declared: float) -> list[float]:
    """Minus the log score at each strength; days without evidence would add the same to all."""
    happened = question.outcome == "occurred"
    slopes = []
    for strength in TRIED:
        factor, losses = strength / declared, []
        for run in runs:  # every line times the factor: the discounts keep to the scale
            totals = {column: total * factor for column, total in run.comparison.totals.items()}
            p = implied(replace(run.comparison, totals=totals), run.priors)[question.scenario]
            losses.append(-run.days * math.log(p if happened else 1 - p))
        slopes.append(math.fsum(losses) / question.scored)
    return slopes


def _best(losses: Sequence[float]) -> float:
    """The strength with the least loss, the lowest of several; between its neighbours a vertex."""
    k = losses.index(min(losses))
    if k in (0, len(losses) - 1):
        return TRIED[k]
    below, least, above = losses[k - 1 : k + 2]
    return (k + (below - above) / (2 * (below - 2 * least + above))) / _PER_ONE
