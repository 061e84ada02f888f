"""What analysts say: which of it stands, the team, who stands apart, and what an answer shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.forecasts.stated import Standing, Stated, standing, stated
from scenarios.analysis.forecasts.stated import given as forecasts_given
from scenarios.analysis.period.disagreement import Spread, spreads
from scenarios.analysis.period.period import window
from scenarios.analysis.review.feedback import Figure, SetSum, reveal, stating, sums
from scenarios.model import Database
from scenarios.scales import decibans
from tests.analysis.words import database_of
from tests.records import START, chances, day, near, sheet

NOW = day(20)


def team(told: str) -> Database:
    return database_of(f"s1; s2; out occurred=0; {told}")


# What stands


def test_the_latest_forecast_of_each_analyst_stands() -> None:
    db = team("desk@1 s1=.2; desk@5 s1=.3; desk@9 s1=.9; other@2 s1=.4")
    assert standing(db, "s1", day(6)) == {
        "desk": Standing(probability=0.3, date=day(5), sheet=f"{day(5)}-desk"),
        "other": Standing(probability=0.4, date=day(2), sheet=f"{day(2)}-other"),
    }


def test_what_was_withdrawn_or_has_expired_stands_no_longer() -> None:
    db = team("desk@1 s1=.2; desk@5 s1=-")
    assert stated(db, "s1", day(4)) == Stated(probability=0.2, analysts=("desk",), pooled=0.2)
    assert stated(db, "s1", day(5)) is None
    db = team("tracker forecast_expires_days=30; desk@0 s1=.2")
    assert [bool(standing(db, "s1", day(n))) for n in (30, 31)] == [True, False]


def test_what_was_given_in_a_window_comes_oldest_first() -> None:
    db = team("desk@5 s1=.3 why=s1 evidence=s1/e; desk@1 s1=.2; desk@3")
    assert [astuple(g) for g in forecasts_given(db, "s1", None, day(9))] == [
        (f"{day(1)}-desk", day(1), "desk", 0.2, None, ()),
        (f"{day(5)}-desk", day(5), "desk", 0.3, "Why.", ("e",)),
    ]
    assert [g.date for g in forecasts_given(db, "s1", day(1), day(9))] == [day(5)]


def test_the_team_is_the_geometric_mean_of_odds() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    made = stated(team("a@0 s1=.05; b@0 s1=.1; c@0 s1=.2"), "s1", START)
    pool = near(0.1019, abs=5e-5)
    assert made == Stated(probability=pool, analysts=("a", "b", "c"), pooled=pool)


@given(st.lists(chances, min_size=1, max_size=5))
def test_a_team_lies_within_its_analysts(figures: list[float]) -> None:
    made = stated(team("; ".join(f"a{n}@0 s1={p}" for n, p in enumerate(figures))), "s1", START)
    assert made is not None
    assert min(figures) - 1e-9 <= made.probability <= max(figures) + 1e-9
    assert len(made.analysts) == len(figures)


@pytest.mark.parametrize(
    ("told", "pooled", "stands"),
    [
        ("desk@0 a=.25 b=.5 c=.5", 0.25, 0.2),
        ("desk@0 a=.2 b=.3 c=.5", 0.2, 0.2),
        ("desk@0 a=.5 b=.9", 0.5, 0.5),  # c is waited for
        ("desk@0 a=.6 b=.6; c set=s did-not-occur=0", 0.6, 0.5),  # where it is out, it is not
    ],
)
def test_a_complete_set_is_normalised(told: str, pooled: float, stands: float) -> None:
    made = stated(database_of(f"a set=s; b set=s; c set=s; {told}"), "a", START)
    assert made == Stated(probability=near(stands), analysts=("desk",), pooled=pooled)


# Who stands apart


def spread(told: str) -> tuple[Spread, ...]:
    return spreads(window(team(told), day(2), day(9)))


def test_the_one_who_stands_apart_says_why() -> None:
    (found,) = spread("a@0 s1=.5 out=.5; b@0 s1=.5 out=.9; c@0 s1=.9 why=s1")
    far = ("a", "c", "c", 0.9, {"c": "Why."})
    assert astuple(found) == ("s1", 3, 0.5, 0.9, near(decibans(0.9)), *far)


def test_the_widest_spread_comes_first_and_one_analyst_is_no_team() -> None:
    found = spread("a@0 s1=.5 s2=.5; b@0 s1=.6 s2=.9")
    assert [one.scenario for one in found] == ["s2", "s1"]
    assert spread("a@0 s1=.5") == ()


def test_of_two_analysts_nobody_stands_apart_nor_where_all_say_the_same() -> None:
    (found,) = spread("a@0 s1=.6 why=s1; b@0 s1=.2 why=s1")
    both = {"a": "Why.", "b": "Why."}
    assert astuple(found) == ("s1", 2, 0.2, 0.6, found.spread_decibans, "b", "a", None, None, both)
    (found,) = spread("a@0 s1=.4; b@0 s1=.4; c@0 s1=.4")
    assert (found.spread_decibans, found.outlier) == (0.0, None)


def test_what_expired_or_was_withdrawn_stands_apart_no_longer() -> None:
    said = "a@0 s1=.5 s2=.5; b@5 s1=.5 s2=.5; b@6 s2=-"
    assert [one.scenario for one in spread(said)] == ["s1"]
    assert spread(f"{said}; tracker forecast_expires_days=5") == ()


# What an answer shows


def figure(probability: float, analysts: int) -> Figure:
    return Figure(probability=near(probability), analysts=analysts)


def revealed(p: float | None, told: str = "") -> tuple[Any, ...]:
    """Of the desk's answer: before, after, the others, the team, what is implied, and the gap."""
    before = team(told)
    (found,) = reveal(before, stating(before, "desk", NOW, {"s1": p}), "desk", NOW, ["s1"])
    return astuple(found)


def test_an_answer_is_in_the_days_sheet_beside_what_that_holds_already() -> None:
    db = team("desk@20 s1=.1 s2=.2")
    changed = {f"{NOW}-desk": sheet(NOW, {"s1": 0.1, "s2": None})}
    assert stating(db, "desk", NOW, {"s2": None}).sheets == changed
    both = team("desk@20 s1=.1 s2=.2; ann@20 s2=.7").sheets
    assert stating(db, "ann", NOW, {"s2": 0.7}).sheets == both


def test_the_others_stand_apart_from_the_team_that_the_answer_is_part_of() -> None:
    found = revealed(10 / 11, f"desk@0 s1=.3; ann@0 s1=.5; bo@0 s1={100 / 101}; e @0 s1=CC")
    others, whole = figure(10 / 11, 2), figure(10 / 11, 3)
    assert found == ("s1", 0.3, 10 / 11, others, whole, near(10 / 11), near(0.0))


def test_one_analyst_is_no_team_and_a_withdrawal_leaves_the_others_as_the_team() -> None:
    assert revealed(0.5) == ("s1", None, 0.5, None, None, 0.5, 0.0)
    others = figure(0.8, 1)
    found = revealed(None, "desk@0 s1=.3; ann@0 s1=.8")
    assert found == ("s1", 0.3, None, others, others, 0.5, None)


def test_the_figures_of_a_complete_set_are_added_up_and_put_right() -> None:
    out = "a3 set=a did-not-occur=9; c2 set=c did-not-occur=9; alone"
    db = database_of(f"a1 set=a; a2 set=a; b1 set=b; b2 set=b; c1 set=c; {out}")
    figures = {"a1": 0.4, "a2": 0.8, "b1": 0.3, "c1": 0.7, "alone": 0.5}
    after = stating(db, "desk", NOW, figures)
    a, b, c = sums(after, "desk", NOW, ["b1", "a1", "a2", "alone", "c1"])
    assert (a.set, a.figures, a.members) == ("a", {"a1": 0.4, "a2": 0.8}, 2)
    assert (a.total, a.nearest) == (near(1.2), near({"a1": 0.3, "a2": 0.7}))
    assert b == SetSum(set="b", figures={"b1": 0.3}, members=2, nearest=None)
    assert c == SetSum(set="c", figures={"c1": 0.7}, members=1, nearest=None)


def test_a_sum_within_rounding_is_left_alone() -> None:
    db = database_of("a1 set=a; a2 set=a")
    for second, is_off in ((0.7, False), (0.701, False), (0.699, False), (0.7011, True)):
        (found,) = sums(stating(db, "desk", NOW, {"a1": 0.3, "a2": second}), "desk", NOW, ["a1"])
        assert (found.nearest is not None) == is_off
