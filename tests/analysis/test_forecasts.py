"""What analysts say, beside the cases of forecasts.txt, and what an answer shows."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import astuple

from scenarios.analysis.forecasts import TeamFigure, stated
from scenarios.analysis.forecasts import forecasts_between as forecasts_given
from scenarios.analysis.review.agenda import SetTotal, reveal, stating, sums
from scenarios.model import Database
from scenarios.scales import probability
from tests.analysis.words import database_of
from tests.records import START, chances, day, near, sheet

NOW = day(20)


def team(told: str) -> Database:
    return database_of(f"s1; s2; out occurred=0; {told}")


def test_what_was_given_in_a_window_comes_oldest_first() -> None:
    db = team("desk@5 s1=.3 why=s1 evidence=s1/e; desk@1 s1=.2; desk@3")
    assert [astuple(g) for g in forecasts_given(db, "s1", None, day(9))] == [
        (f"{day(1)}-desk", day(1), "desk", 0.2, None, (), None),
        (f"{day(5)}-desk", day(5), "desk", 0.3, "Why.", ("e",), None),
    ]
    assert [g.date for g in forecasts_given(db, "s1", day(1), day(9))] == [day(5)]


@given(st.lists(chances, min_size=1, max_size=5))
def test_a_team_lies_within_its_analysts(figures: list[float]) -> None:
    made = stated(team("; ".join(f"a{n}@0 s1={p}" for n, p in enumerate(figures))), "s1", START)
    assert made is not None
    assert min(figures) - 1e-9 <= made.probability <= max(figures) + 1e-9
    assert len(made.analysts) == len(figures)


# What an answer shows


def figure(probability: float, analysts: int) -> TeamFigure:
    return TeamFigure(probability=near(probability), analysts=analysts)


def revealed(p: float | None, told: str = "") -> tuple[Any, ...]:
    """Of the desk's answer: before, after, the others, the team, what is implied, and the gap."""
    before = team(told)
    (found,) = reveal(before, stating(before, "desk", NOW, {"s1": p}), "desk", NOW, ["s1"])
    *figures, of_quantity = astuple(found)
    assert of_quantity is UNSET
    return tuple(figures)


def test_an_answer_is_in_the_days_sheet_beside_what_that_holds_already() -> None:
    db = team("desk@20 s1=.1 s2=.2")
    changed = {f"{NOW}-desk": sheet(NOW, {"s1": 0.1, "s2": None})}
    assert stating(db, "desk", NOW, {"s2": None}).sheets == changed
    both = team("desk@20 s1=.1 s2=.2; ann@20 s2=.7").sheets
    assert stating(db, "ann", NOW, {"s2": 0.7}).sheets == both


def test_the_others_stand_apart_from_the_team_that_the_answer_is_part_of() -> None:
    found = revealed(10 / 11, f"desk@0 s1=.3; ann@0 s1=.5; bo@0 s1={100 / 101}; e @0 s1=C")
    others, whole = figure(10 / 11, 2), figure(10 / 11, 3)
    assert found == ("s1", 0.3, 10 / 11, others, whole, near(probability(5)), near(5.0))


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
    assert b == SetTotal(set="b", figures={"b1": 0.3}, members=2, nearest=None)
    assert c == SetTotal(set="c", figures={"c1": 0.7}, members=1, nearest=None)


def test_a_sum_within_rounding_is_left_alone() -> None:
    db = database_of("a1 set=a; a2 set=a")
    for second, is_off in ((0.7, False), (0.701, False), (0.699, False), (0.7011, True)):
        (found,) = sums(stating(db, "desk", NOW, {"a1": 0.3, "a2": second}), "desk", NOW, ["a1"])
        assert (found.nearest is not None) == is_off
