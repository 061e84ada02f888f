"""Resamples of questions, the same on every machine, and the intervals they give."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

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
