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
from scenarios.model import Database, Resolution, Sheet, Tracker
from tests.records import (
    START,
    chances,
    database,
    day,
    near,
    rated,
    resolution,
    scenario,
    sheet,
    sheets,
)

OUT = resolution("did-not-occur", START)
NOW = day(20)


def team(*said: Sheet, tracker: Tracker | None = None, **records: Any) -> Database:
    scenarios = {"s1": scenario(), "s2": scenario(), "out": scenario(resolution=OUT)}
    return database(tracker, **{"scenarios": scenarios, "sheets": sheets(*said), **records})


def by(analyst: str, on: int = 0, why: str | None = None, **figures: float | None) -> Sheet:
    return sheet(day(on), figures, analyst=analyst, rationales={"s1": why} if why else {})


# What stands


def test_the_latest_forecast_of_each_analyst_stands() -> None:
    said = [by("desk", n, s1=p) for n, p in ((1, 0.2), (5, 0.3), (9, 0.9))]
    assert standing(team(*said, by("other", 2, s1=0.4)), "s1", day(6)) == {
        "desk": Standing(probability=0.3, date=day(5), sheet=f"{day(5)}-desk"),
        "other": Standing(probability=0.4, date=day(2), sheet=f"{day(2)}-other"),
    }


def test_what_was_withdrawn_or_has_expired_stands_no_longer() -> None:
    db = team(by("desk", 1, s1=0.2), by("desk", 5, s1=None))
    assert stated(db, "s1", day(4)) == Stated(probability=0.2, analysts=("desk",), pooled=0.2)
    assert stated(db, "s1", day(5)) is None
    db = team(by("desk", s1=0.2), tracker=Tracker(forecast_expires_days=30))
    assert [bool(standing(db, "s1", day(n))) for n in (30, 31)] == [True, False]


def test_what_was_given_in_a_window_comes_oldest_first() -> None:
    late = sheet(day(5), {"s1": 0.3}, rationales={"s1": "Why."}, evidence={"s1": ("e",)})
    db = team(late, by("desk", 1, s1=0.2), by("desk", 3))
    assert [astuple(g) for g in forecasts_given(db, "s1", None, day(9))] == [
        (f"{day(1)}-desk", day(1), "desk", 0.2, None, ()),
        (f"{day(5)}-desk", day(5), "desk", 0.3, "Why.", ("e",)),
    ]
    assert [g.date for g in forecasts_given(db, "s1", day(1), day(9))] == [day(5)]


def test_the_team_is_the_geometric_mean_of_odds() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    figures = zip("abc", (0.05, 0.1, 0.2), strict=True)
    made = stated(team(*(by(analyst, s1=p) for analyst, p in figures)), "s1", START)
    pool = near(0.1019, abs=5e-5)
    assert made == Stated(probability=pool, analysts=("a", "b", "c"), pooled=pool)


@given(st.lists(chances, min_size=1, max_size=5))
def test_a_team_lies_within_its_analysts(figures: list[float]) -> None:
    made = stated(team(*(by(f"a{n}", s1=p) for n, p in enumerate(figures))), "s1", START)
    assert made is not None
    assert min(figures) - 1e-9 <= made.probability <= max(figures) + 1e-9
    assert len(made.analysts) == len(figures)


@pytest.mark.parametrize(
    ("figures", "out", "stands"),
    [
        ({"a": 0.25, "b": 0.5, "c": 0.5}, None, 0.2),
        ({"a": 0.2, "b": 0.3, "c": 0.5}, None, 0.2),
        ({"a": 0.5, "b": 0.9}, None, 0.5),  # c is waited for
        ({"a": 0.6, "b": 0.6}, OUT, 0.5),  # where it is out, it is not
    ],
)
def test_a_complete_set_is_normalised(
    figures: dict[str, Any], out: Resolution | None, stands: float
) -> None:
    members = {id: scenario(set="s", resolution=out if id == "c" else None) for id in "abc"}
    made = stated(team(by("desk", **figures), scenarios=members), "a", START)
    assert made == Stated(probability=near(stands), analysts=("desk",), pooled=figures["a"])


# Who stands apart


def spread(*said: Sheet, tracker: Tracker | None = None) -> tuple[Spread, ...]:
    return spreads(window(team(*said, tracker=tracker), day(2), day(9)))


def test_the_one_who_stands_apart_says_why() -> None:
    a, b, c = by("a", s1=0.5, out=0.5), by("b", s1=0.5, out=0.9), by("c", 0, "Gas.", s1=10 / 11)
    (found,) = spread(a, b, c)
    far = ("a", "c", "c", 10 / 11, {"c": "Gas."})
    assert astuple(found) == ("s1", 3, 0.5, 10 / 11, near(10.0), *far)


def test_the_widest_spread_comes_first_and_one_analyst_is_no_team() -> None:
    found = spread(by("a", s1=0.5, s2=0.5), by("b", s1=0.6, s2=0.9))
    assert [one.scenario for one in found] == ["s2", "s1"]
    assert spread(by("a", s1=0.5)) == ()


def test_of_two_analysts_nobody_stands_apart_nor_where_all_say_the_same() -> None:
    (found,) = spread(by("a", 0, "Gas.", s1=0.6), by("b", 0, "Talks.", s1=0.2))
    both = {"a": "Gas.", "b": "Talks."}
    assert astuple(found) == ("s1", 2, 0.2, 0.6, found.spread_decibans, "b", "a", None, None, both)
    (found,) = spread(*(by(name, s1=0.4) for name in "abc"))
    assert (found.spread_decibans, found.outlier) == (0.0, None)


def test_what_expired_or_was_withdrawn_stands_apart_no_longer() -> None:
    said = (by("a", s1=0.5, s2=0.5), by("b", 5, s1=0.5, s2=0.5), by("b", 6, s2=None))
    assert [one.scenario for one in spread(*said)] == ["s1"]
    assert spread(*said, tracker=Tracker(forecast_expires_days=5)) == ()


# What an answer shows


def figure(probability: float, analysts: int) -> Figure:
    return Figure(probability=near(probability), analysts=analysts)


def revealed(p: float | None, *said: Sheet, **records: Any) -> tuple[Any, ...]:
    """Of the desk's answer: before, after, the others, the team, what is implied, and the gap."""
    before = team(*said, **records)
    (found,) = reveal(before, stating(before, "desk", NOW, {"s1": p}), "desk", NOW, ["s1"])
    return astuple(found)


def test_an_answer_is_in_the_days_sheet_beside_what_that_holds_already() -> None:
    own = sheet(NOW, {"s1": 0.1, "s2": 0.2})
    changed = sheets(sheet(NOW, {"s1": 0.1, "s2": None}))
    assert stating(team(own), "desk", NOW, {"s2": None}).sheets == changed
    assert stating(team(own), "ann", NOW, {"s2": 0.7}).sheets == sheets(own, by("ann", 20, s2=0.7))


def test_the_others_stand_apart_from_the_team_that_the_answer_is_part_of() -> None:
    said = (by("desk", s1=0.3), by("ann", s1=0.5), by("bo", s1=100 / 101))
    found = revealed(10 / 11, *said, evidence=rated("s1", "CC"))
    others, whole = figure(10 / 11, 2), figure(10 / 11, 3)
    assert found == ("s1", 0.3, 10 / 11, others, whole, near(10 / 11), near(0.0))


def test_one_analyst_is_no_team_and_a_withdrawal_leaves_the_others_as_the_team() -> None:
    assert revealed(0.5) == ("s1", None, 0.5, None, None, 0.5, 0.0)
    others = figure(0.8, 1)
    found = revealed(None, by("desk", s1=0.3), by("ann", s1=0.8))
    assert found == ("s1", 0.3, None, others, others, 0.5, None)


def test_the_figures_of_a_complete_set_are_added_up_and_put_right() -> None:
    scenarios = {f"{name}{n}": scenario(set=name) for name, n in ("a1", "a2", "b1", "b2", "c1")}
    scenarios |= {f"{name}3": scenario(set=name, resolution=OUT) for name in "ac"}
    scenarios["alone"] = scenario()
    figures = {"a1": 0.4, "a2": 0.8, "b1": 0.3, "c1": 0.7, "alone": 0.5}
    after = stating(team(scenarios=scenarios), "desk", NOW, figures)
    assert list(sums(after, "desk", NOW, ["b1", "a1", "a2", "alone", "c1"])) == [
        SetSum(
            set="a", figures={"a1": 0.4, "a2": 0.8}, members=2, nearest=near({"a1": 0.3, "a2": 0.7})
        ),
        SetSum(set="b", figures={"b1": 0.3}, members=2, nearest=None),
        SetSum(set="c", figures={"c1": 0.7}, members=1, nearest=None),
    ]


def test_a_sum_within_rounding_is_left_alone() -> None:
    db = team(scenarios={id: scenario(set="a") for id in ("a1", "a2")})
    for second, is_off in ((0.7, False), (0.701, False), (0.699, False), (0.7011, True)):
        (found,) = sums(stating(db, "desk", NOW, {"a1": 0.3, "a2": second}), "desk", NOW, ["a1"])
        assert (found.total, found.nearest is not None) == (near(0.3 + second), is_off)
