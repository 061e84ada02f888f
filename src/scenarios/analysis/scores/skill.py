"""Skill with its bootstrap interval, and the factors that would have scored best."""

import hashlib
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress
from operator import itemgetter, mul, truediv

import msgspec

from scenarios.analysis.question_timelines import (
    OURS,
    Cluster,
    Figure,
    QuestionTimeline,
    Runs,
    Spans,
    before,
    brier,
    days_after,
    place,
    stood,
)

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
    # A sum of 2^64 would carry into the next column, unseen
    # (test_what_could_run_into_the_next_column_is_refused).
    if len(rows) * max(map(max, rows)) >= _LARGEST:
        raise OverflowError("a resample could sum to 2^24 or more")
    packed = [
        int.from_bytes(struct.pack(columns, *(round(v * _SCALE) for v in row)), "little")
        for row in rows
    ]
    size = struct.calcsize(columns)
    for pick in _cached_picks(len(rows)) if len(rows) <= _FEW else _picks(len(rows)):
        yield struct.unpack(columns, sum(pick(packed)).to_bytes(size, "little"))


def interval(values: Iterable[float]) -> tuple[float, float] | None:
    """The 90 % percentile interval: a twentieth of the values lies below it, and one above."""
    ordered = sorted(values)
    outside = len(ordered) // 20
    return (ordered[outside], ordered[-1 - outside]) if ordered else None


@lru_cache(maxsize=1)
def _cached_picks(n: int) -> list[Pick]:
    return list(_picks(n))


def _picks(n: int) -> Iterator[Pick]:
    """Return a function that takes the rows of each draw."""
    for draw in range(DRAWS):
        words = struct.unpack(f"<{n}I", hashlib.shake_128(b"%d/%d" % (n, draw)).digest(4 * n))
        yield itemgetter(*[word * n >> 32 for word in words])


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, over the days on which both stood.

    Both are means over the `questions` with such a day; None where `against` was never wrong. A
    set is a question where both had figures for all its members; else its members are compared,
    each `alone`, and never averaged with whole questions.
    `low` to `high` is the 90 % interval of a paired bootstrap: 2,000 resamples of `independent`
    questions, of which a set is one; None under five.
    """

    forecaster: str
    against: str
    alone: bool
    questions: int
    skill: float | None
    independent: int
    low: float | None
    high: float | None


Pair = tuple[bool, str, str]
"""True where members of sets are compared alone; who, and against whom."""
Errors = list[tuple[float, float]]
"""The Brier scores of both, question by question."""
Interval = tuple[float, float]
_AT_ONCE = 32
"""Pairs whose sums are held in memory at a time."""


def skill(
    timelines: Iterable[QuestionTimeline[Figure]], *, with_intervals: bool = True
) -> tuple[Skill, ...]:
    """Every forecaster beside `team`, `implied`, `prior` and `first`, where both ever stood."""
    pairs: dict[Pair, dict[Cluster, Errors]] = {}
    for timeline in timelines:
        happened = timeline.question.outcome == "occurred"
        references = {against: _running(line, happened) for against, line in timeline.ours.items()}
        for name, line in timeline.lines.items():
            spans: Spans = stood(line)
            errors = [brier(figure, happened) for _, _, figure in spans]
            for against, (days, theirs) in references.items():
                shared = [days[end] - days[start] for start, end, _ in spans]
                if name != against and any(shared) and not timeline.in_set >= {name, against}:
                    counted = sum(shared)
                    counted += days_after(timeline.question, line, timeline.ours[against])
                    own = sum(map(mul, errors, shared)) / counted
                    other = sum(theirs[end] - theirs[start] for start, end, _ in spans)
                    together = pairs.setdefault((timeline.question.alone, name, against), {})
                    pairs_of_cluster = together.setdefault(timeline.question.cluster, [])
                    pairs_of_cluster.append((own, other / counted))
    intervals = _intervals(pairs) if with_intervals else {}
    ordered = sorted(pairs, key=lambda pair: (pair[0], place(pair[1]), OURS.index(pair[2])))
    rows = []
    for alone, forecaster, against in ordered:
        clusters = pairs[alone, forecaster, against]
        both = list(chain.from_iterable(clusters.values()))
        reference = math.fsum(theirs for _, theirs in both)
        low, high = intervals.get((alone, forecaster, against), (None, None))
        rows.append(
            Skill(
                forecaster=forecaster,
                against=against,
                alone=alone,
                questions=len(both),
                skill=1 - math.fsum(own for own, _ in both) / reference if reference else None,
                independent=len(clusters),
                low=low,
                high=high,
            )
        )
    return tuple(rows)


def _running(line: Runs[Figure], happened: bool) -> tuple[list[float], list[float]]:
    """The days that stood before each day, and the Brier scores that they add up to."""
    days = before((end - start, figure is not None) for start, end, figure in line)
    errors = ((e - s, 0.0 if p is None else brier(p, happened)) for s, e, p in line)
    return days, before(errors)


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
