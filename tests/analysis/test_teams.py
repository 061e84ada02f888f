from __future__ import annotations

from msgspec.structs import astuple

from scenarios.analysis.period.disagreement import Spread, spreads
from scenarios.analysis.period.period import window
from scenarios.model import Sheet, Tracker
from tests.records import START, database, day, near, resolution, scenario, sheet, sheets


def spread(*said: Sheet, tracker: Tracker | None = None) -> tuple[Spread, ...]:
    done = scenario(resolution=resolution("occurred", day(1)))
    scenarios = {"s1": scenario(), "s2": scenario(), "done": done}
    db = database(tracker, scenarios=scenarios, sheets=sheets(*said))
    return spreads(window(db, day(2), day(9)))


def by(analyst: str, why: str | None = None, **figures: float | None) -> Sheet:
    return sheet(START, figures, analyst=analyst, rationales={"s1": why} if why else {})


def test_the_one_who_stands_apart_says_why() -> None:
    a, b = by("a", s1=0.5, done=0.5), by("b", s1=0.5, done=0.9)
    (found,) = spread(a, b, by("c", "I was there.", s1=10 / 11))
    far = ("a", "c", "c", 10 / 11, {"c": "I was there."})
    assert astuple(found) == ("s1", 3, 0.5, 10 / 11, near(10.0), *far)


def test_the_widest_spread_comes_first_and_one_analyst_is_no_team() -> None:
    found = spread(by("a", s1=0.5, s2=0.5), by("b", s1=0.6, s2=0.9))
    assert [one.scenario for one in found] == ["s2", "s1"]
    assert spread(by("a", s1=0.5)) == ()


def test_of_two_analysts_nobody_stands_apart_nor_where_all_say_the_same() -> None:
    (found,) = spread(by("a", "Gas.", s1=0.6), by("b", "Talks.", s1=0.2))
    assert (found.low, found.low_analyst, found.high, found.high_analyst) == (0.2, "b", 0.6, "a")
    assert (found.outlier, found.outlier_probability) == (None, None)
    assert found.rationales == {"a": "Gas.", "b": "Talks."}
    (found,) = spread(*(by(name, s1=0.4) for name in "abc"))
    assert (found.spread_decibans, found.outlier) == (0.0, None)


def test_what_expired_or_was_withdrawn_stands_apart_no_longer() -> None:
    later = (
        sheet(day(5), {"s1": 0.5, "s2": 0.5}, analyst="b"),
        sheet(day(6), {"s2": None}, analyst="b"),
    )
    said = (by("a", s1=0.5, s2=0.5), *later)
    assert [one.scenario for one in spread(*said)] == ["s1"]
    assert spread(*said, tracker=Tracker(forecast_expires_days=5)) == ()
