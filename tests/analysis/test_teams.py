from __future__ import annotations

from scenarios.analysis.period.disagreement import Spread, spreads
from scenarios.analysis.period.period import window
from scenarios.model import Database, Sheet, Tracker
from tests.records import START, database, day, near, resolution, scenario, sheet


def team(*sheets: Sheet, tracker: Tracker | None = None) -> Database:
    named = {f"{one.date}-{one.analyst}": one for one in sheets}
    done = scenario(resolution=resolution("occurred", day(1)))
    return database(
        tracker, scenarios={"s1": scenario(), "s2": scenario(), "done": done}, sheets=named
    )


def spread(db: Database) -> tuple[Spread, ...]:
    return spreads(window(db, day(2), day(9)))


def test_the_one_who_stands_apart_says_why() -> None:
    db = team(
        sheet(START, {"s1": 0.5, "done": 0.5}, analyst="a"),
        sheet(START, {"s1": 0.5, "done": 0.9}, analyst="b"),
        sheet(START, {"s1": 10 / 11}, analyst="c", rationales={"s1": "I was there."}),
    )
    assert spread(db) == (
        Spread(
            scenario="s1",
            analysts=3,
            low=0.5,
            high=10 / 11,
            spread_decibans=near(10.0),
            low_analyst="a",
            high_analyst="c",
            outlier="c",
            outlier_probability=10 / 11,
            rationales={"c": "I was there."},
        ),
    )


def test_the_widest_spread_comes_first() -> None:
    db = team(
        sheet(START, {"s1": 0.5, "s2": 0.5}, analyst="a"),
        sheet(START, {"s1": 0.6, "s2": 0.9}, analyst="b"),
    )
    assert [one.scenario for one in spread(db)] == ["s2", "s1"]


def test_of_two_analysts_nobody_stands_apart() -> None:
    db = team(
        sheet(START, {"s1": 0.6}, analyst="a", rationales={"s1": "Gas."}),
        sheet(START, {"s1": 0.2}, analyst="b", rationales={"s1": "Talks."}),
    )
    (found,) = spread(db)
    assert (found.low, found.low_analyst) == (0.2, "b")
    assert (found.high, found.high_analyst) == (0.6, "a")
    assert (found.outlier, found.outlier_probability) == (None, None)
    assert found.rationales == {"a": "Gas.", "b": "Talks."}


def test_where_all_say_the_same_nobody_stands_apart() -> None:
    (found,) = spread(team(*(sheet(START, {"s1": 0.4}, analyst=name) for name in "abc")))
    assert (found.spread_decibans, found.outlier) == (0.0, None)


def test_one_analyst_is_no_team() -> None:
    assert spread(team(sheet(START, {"s1": 0.5}, analyst="a"))) == ()


def test_what_expired_or_was_withdrawn_stands_apart_no_longer() -> None:
    made = [
        sheet(START, {"s1": 0.5, "s2": 0.5}, analyst="a"),
        sheet(day(5), {"s1": 0.5, "s2": 0.5}, analyst="b"),
        sheet(day(6), {"s2": None}, analyst="b"),
    ]
    assert [one.scenario for one in spread(team(*made))] == ["s1"]
    assert spread(team(*made, tracker=Tracker(forecast_expires_days=5))) == ()
