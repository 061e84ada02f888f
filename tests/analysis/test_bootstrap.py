from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.scores.bootstrap import DRAWS, interval, resampled
from tests.records import near

UNIT = 2.0**40


def test_a_draw_is_made_of_the_words_of_shake_128() -> None:
    values = [0.5, 0.25, 0.125]
    digest = hashlib.shake_128(b"3/7").digest(12)
    words = [int.from_bytes(digest[at : at + 4], "little") for at in (0, 4, 8)]
    expected = sum(values[3 * word // 2**32] for word in words)
    sums = list(resampled([[value] for value in values]))
    assert len(sums) == DRAWS == 2000
    assert sums[7][0] / UNIT == expected


@pytest.mark.parametrize("n", [2, 5, 200, 201])
def test_every_row_is_drawn_about_as_often(n: int) -> None:
    rows = np.eye(n)
    drawn = np.array(list(resampled(rows.tolist()))) / UNIT
    assert (drawn.sum(axis=1) == n).all()
    # A mean of 2,000 counts, each with a standard deviation of about 1: five of its errors.
    assert np.abs(drawn.mean(axis=0) - 1).max() < 5 / DRAWS**0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 50)), min_size=2, max_size=9), st.data())
def test_the_columns_of_a_row_are_drawn_together(
    rows: list[tuple[float, float]], data: st.DataObject
) -> None:
    both = list(resampled(rows))
    own, other = (list(resampled([[row[n]] for row in rows])) for n in (0, 1))
    at = data.draw(st.integers(0, DRAWS - 1))
    assert both[at] == (*own[at], *other[at])


def test_what_could_run_into_the_next_column_is_refused() -> None:
    with pytest.raises(OverflowError, match=r"a resample could sum to 2\^24 or more"):
        list(resampled([[2.0**22]] * 4))
    assert max(resampled([[2.0**22 - 1]] * 4))[0] / UNIT == near(2.0**24 - 4)


def test_a_twentieth_lies_outside_on_either_side() -> None:
    assert interval(range(2000)) == (100, 1899)
    assert interval([3.0]) == (3.0, 3.0)
    assert interval([]) is None
