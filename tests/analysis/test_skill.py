from __future__ import annotations

import hashlib
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.question_timelines import QuestionTimeline
from scenarios.analysis.scores.skill import DRAWS, Skill, interval, resampled, skill
from tests.analysis.timelines import Runs, asked
from tests.lazily import lazily
from tests.records import near

np = lazily("numpy")


def rows(*timelines: QuestionTimeline[float]) -> list[tuple[Any, ...]]:
    """Under so few questions that there is no interval: who, against whom, of how many."""
    found = [astuple(row) for row in skill(timelines)]
    assert all(row[2:4] + row[5:] == (False, row[3], row[3], None, None) for row in found)
    return [(*row[:2], *row[3:5]) for row in found]


def test_skill_is_one_minus_the_ratio_of_the_brier_scores() -> None:
    one = asked(True, {"prior": [(4, 0.5)], "first": [(4, 0.8)]}, desk=[(4, 0.9)])
    other = asked(False, {"prior": [(4, 0.5)]}, id="s2", desk=[(4, 0.3)])
    assert rows(one, other) == [
        ("desk", "prior", 2, near(1 - (0.01 + 0.09) / (0.25 + 0.25))),
        ("desk", "first", 1, near(1 - 0.01 / 0.04)),
        ("prior", "first", 1, near(1 - 0.25 / 0.04)),
        ("first", "prior", 1, near(1 - 0.04 / 0.25)),
    ]


def test_the_references_are_the_team_the_evidence_the_prior_and_the_first_forecast() -> None:
    ours: dict[str, Runs] = {name: [(2, 0.5)] for name in ("team", "implied", "prior", "first")}
    found = rows(asked(True, ours, ada=[(2, 0.9)], bob=[(2, 0.6)]))
    assert [against for name, against, *_ in found if name == "ada"] == list(ours)
    assert [against for name, against, *_ in found if name == "team"] == list(ours)[1:]


def test_skill_is_over_the_days_on_which_both_stood() -> None:
    late: Runs = [(3, None), (2, 0.6), (5, 0.9)]
    first: Runs = [(1, None), (3, 0.5), (6, None)]
    # Only the fourth day is common to both.
    found = rows(asked(True, {"first": first}, desk=late))
    assert found == [("desk", "first", 1, near(1 - 0.16 / 0.25))]
    assert rows(asked(True, {"first": [(2, 0.5), (2, None)]}, desk=[(2, None), (2, 0.9)])) == []


def test_beside_a_reference_that_was_never_wrong_there_is_no_skill() -> None:
    several = [asked(True, {"first": [(2, 1.0)]}, id=f"s{n}", desk=[(2, 0.9)]) for n in range(6)]
    assert rows(*several[:1]) == [("desk", "first", 1, None)]
    assert rows(*several) == [("desk", "first", 6, None)]


# The interval, of resamples


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


def against_even(errors: list[float], sets: list[str | None] | None = None) -> Skill:
    """Of questions that happened: the desk gave so much less than 1 to each, the prior half."""
    told = enumerate(zip(errors, sets or [None] * len(errors), strict=True))
    timelines = [
        asked(True, {"prior": [(1, 0.5)]}, id=f"s{n}", set=set_id, desk=[(1, 1 - error)])
        for n, (error, set_id) in told
    ]
    return skill(timelines)[0]


ERRORS = [0.1, 0.2, 0.3, 0.4, 0.6]


def test_the_interval_is_the_same_on_every_machine() -> None:
    found = against_even(ERRORS)
    assert found.skill == near(1 - fmean([0.01, 0.04, 0.09, 0.16, 0.36]) / 0.25)
    assert (found.low, found.high) == (near(0.056), near(0.808))


def test_under_five_questions_there_is_no_interval_and_a_set_is_one_question() -> None:
    four = against_even([*ERRORS, 0.7], ["a", "b", "c", "d", "d", "d"])
    assert (four.questions, four.independent, four.low, four.high) == (6, 4, None, None)
    five = against_even([*ERRORS, 0.7], ["a", "b", "c", "d", "e", "e"])
    assert (five.questions, five.independent, five.low is None) == (6, 5, False)


def test_the_members_of_a_set_are_drawn_together() -> None:
    # In each pair one was right and one wrong: every resample of pairs has the same score.
    apart = against_even([0.1, 0.9] * 5)
    paired = against_even([0.1, 0.9] * 5, [f"set-{n // 2}" for n in range(10)])
    assert paired.low == paired.high == near(paired.skill) == apart.skill
    assert apart.low is not None
    assert apart.low < (apart.skill or 0) - 0.5


@given(st.lists(st.floats(0.0001, 0.9999), min_size=5, max_size=12))
def test_the_interval_lies_within_the_best_and_the_worst_question(errors: list[float]) -> None:
    """So that who is always better has an interval above zero."""
    found = against_even(errors)
    each = sorted(1 - error**2 / 0.25 for error in errors)
    assert found.low is not None
    assert found.high is not None
    assert each[0] - 1e-6 <= found.low <= found.high <= each[-1] + 1e-6


def test_many_forecasters_of_as_many_questions_do_not_disturb_one_another() -> None:
    crowd: dict[str, Runs] = {f"a{n}": [(1, 0.3)] for n in range(40)}
    timelines = [
        asked(True, {"prior": [(1, 0.5)]}, f"s{n}", None, desk=[(1, 1 - error)], **crowd)
        for n, error in enumerate(ERRORS)
    ]
    assert [r for r in skill(timelines) if r.forecaster == "desk"] == [against_even(ERRORS)]
    assert len(skill(timelines)) == 41
