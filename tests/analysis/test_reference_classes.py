"""Priors that name a reference class, their rate, and how they did."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.scores.scoring import PriorScore, score
from scenarios.scales import HIGHEST, LOWEST, base_rate, is_off_class
from tests.analysis.words import database_of
from tests.records import near

LATER = date(2030, 1, 1)


def sides(text: str) -> list[tuple[bool, int, float]]:
    rows: tuple[PriorScore, ...] = score(database_of(text), LATER).prior_by_reference
    return [(row.has_reference, row.questions, round(row.brier, 12)) for row in rows]


def test_three_of_forty_say_eight_and_a_half_per_cent() -> None:
    assert base_rate(3, 40) == near(3.5 / 41)
    assert (base_rate(0, 1_000_000), base_rate(10_000, 10_000)) == (LOWEST, HIGHEST)


@given(cases=st.integers(1, 1_000_000), data=st.data())
def test_a_rate_and_that_of_the_other_cases_sum_to_one_and_four_decimals_need_no_reason(
    cases: int, data: st.DataObject
) -> None:
    occurred = data.draw(st.integers(0, cases))
    rate = base_rate(occurred, cases)
    assert rate + base_rate(cases - occurred, cases) == near(1)
    assert LOWEST <= rate <= HIGHEST
    assert not is_off_class(round(rate, 4), rate)


A = "a probability=.2 did-not-occur=3 reference=1/9; "
B = "b probability=.4 occurred=3; "


def test_the_priors_of_a_reference_class_are_scored_beside_the_others() -> None:
    assert sides(A + B) == [(True, 1, 0.04), (False, 1, 0.36)]
    assert sides(f"{A}{B}c probability=.6 did-not-occur=3 reference=1/2") == [
        (True, 2, 0.2),
        (False, 1, 0.36),
    ]


def test_where_all_priors_or_none_have_a_reference_class_there_is_nothing_to_compare() -> None:
    assert [sides(A), sides(B), sides("a")] == [[], [], []]


def test_a_set_is_one_question_and_has_a_reference_class_where_all_its_members_have_one() -> None:
    p = "p set=s probability=.3 occurred=3 reference=1/9; "
    q = "q set=s probability=.7 reference=1/9; "
    assert sides(p + q + B) == [(True, 1, 0.49), (False, 1, 0.36)]
    assert sides(p + q.replace(" reference=1/9", "") + A) == [(True, 1, 0.04), (False, 1, 0.49)]


def test_a_set_in_which_no_member_occurred_is_not_compared() -> None:
    p = "p set=s probability=.3 did-not-occur=3 reference=1/9; q set=s probability=.7; "
    assert sides(p + B) == []
