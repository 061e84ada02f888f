"""How scenarios came to stand where they stand: each figure is the ledger's of that day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import bearing, known_on, near
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.trajectory import (
    StatePeriod,
    Trajectory,
    TrajectoryPoint,
    curves,
    evenly,
    last_reviews,
    trends,
)
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database, Sheet, Tracker
from tests.records import (
    START,
    database,
    databases,
    day,
    indicator,
    item,
    resolution,
    retraction,
    scenario,
    sheet,
    sheets,
)
from tests.records import near as about

NEVER = date.max.toordinal()
EVES_TOO = [day(n) for month in range(0, 360, 15) for n in (month - 1, month)]


@given(databases(linked=True))
def test_the_implied_probability_is_that_of_the_full_ledger_on_every_day(db: Database) -> None:
    items = bearing(db)
    for id in db.scenarios:
        full = [ledger(known_on(db, on), id).implied.probability for on in EVES_TOO]
        for records in (db, near(db, id, items)):
            assert [DailyLedgers(records).odds_on(on).implied(id) for on in EVES_TOO] == full


def looked_at(base: Database, number: int) -> Window:
    return window(base, day(number - 7), day(number))


@given(databases(linked=True), st.integers(1, 320))
def test_a_course_is_the_trend_and_ends_with_the_ledger(base: Database, number: int) -> None:
    looked = looked_at(base, number)
    for id, course in curves(looked, list(looked.views), 400).items():
        days = [point.day for point in course.points]
        assert trends(base, {id: days})[id] == course.points
        explained = explain(base, id, looked.as_of)
        assert explained.implied
        assert course.points[-1].implied == explained.implied.probability


@given(databases(linked=True), st.integers(1, 320))
def test_an_implied_figure_changes_on_no_day_that_is_left_out(base: Database, number: int) -> None:
    looked = looked_at(base, number)
    for id, course in curves(looked, list(looked.views), 400).items():
        if not changes_daily(base, id):
            at = {point.day: point.implied for point in course.points}
            every = [START + timedelta(days=n) for n in range(number + 1)]
            shown = course.points[0].implied
            for point in trends(base, {id: every})[id]:
                shown = at.get(point.day, shown)
                assert point.implied == shown


def one(tracker: Tracker | None = None, *said: Sheet, **keys: Any) -> Database:
    """A scenario a, after another one of which nothing is said."""
    records = {"evidence": keys.pop("evidence", {}), "sheets": sheets(*said)}
    return database(tracker, scenarios={"0": scenario(), "a": scenario(**keys)}, **records)


def alone(base: Database, number: int, most: int = 60) -> Trajectory:
    return curves(looked_at(base, number), ["a"], most)["a"]


def told(course: Trajectory) -> list[tuple[int, Any, Any]]:
    return [((p.day - START).days, p.stated, about(p.implied)) for p in course.points]


def drawn(course: Trajectory) -> list[int]:
    return [day for day, _, _ in told(course)]


def test_a_course_has_the_days_on_which_a_figure_changed_or_a_forecast_expired() -> None:
    said, evidence = sheet(day(10), {"a": 0.6}), {"e": item(day(5), ratings={"a": 3.0})}
    seen = [(0, None, 0.5), (5, None, 0.75), (10, 0.6, 0.75), (30, 0.6, 0.75)]
    start, ends = [(0, None, 0.5), (10, 0.6, 0.5)], [(16, None, 0.5), (30, None, 0.5)]
    assert told(alone(one(None, said, evidence=evidence), 30)) == seen
    for expires, points in ((5, [*start, *ends]), (NEVER, [*start, (30, 0.6, 0.5)])):
        assert told(alone(one(Tracker(forecast_expires_days=expires), said), 30)) == points


def test_of_too_many_days_the_smallest_steps_of_the_evidence_are_drawn_with_the_next() -> None:
    worth = {5: 6.0, 6: 1.01, 9: 1.02, 12: 1.01, 15: 0.5, 16: 1.01}
    evidence = {f"e{n:02}": item(day(n), ratings={"a": by}) for n, by in worth.items()}
    course = alone(one(evidence=evidence), 20, most=2)
    assert drawn(course) == [0, 5, 15, 20]
    assert [point.implied for point in course.points] == [
        point.implied
        for point in trends(one(evidence=evidence), {"a": map(day, drawn(course))})["a"]
    ]
    assert [*course.entered.items()][1:] == [
        (day(15), ("e06", "e09", "e12", "e15")),
        (day(20), ("e16",)),
    ]


def test_no_day_with_a_forecast_is_left_out_however_many_they_are() -> None:
    said = [sheet(day(n), {"a": 0.5 + n / 1000}) for n in range(1, 100)]
    evidence = {f"e{n}": item(day(n), ratings={"a": "C"}) for n in range(101, 150)}
    course = alone(one(None, *said, evidence=evidence), 200, most=5)
    assert drawn(course)[:100] == [*range(100)]
    assert len(drawn(course)) == 100 + 5 + 1
    assert [point.stated for point in course.points[1:100]] == [
        0.5 + n / 1000 for n in range(1, 100)
    ]


@given(databases(linked=True), st.integers(1, 320), st.integers(2, 12))
def test_a_step_of_a_stated_figure_is_drawn_on_its_day(
    base: Database, number: int, most: int
) -> None:
    looked = looked_at(base, number)
    for id, course in curves(looked, list(looked.views), most).items():
        shown = {point.day: point.stated for point in course.points}
        last = None
        for point in trends(base, {id: [START + timedelta(n) for n in range(number + 1)]})[id]:
            last = shown.get(point.day, last)
            assert point.stated == last


def test_a_hazard_is_drawn_on_days_between_and_on_the_day_before_each_change() -> None:
    assert drawn(alone(one(hazard="constant"), 30, most=8)) == [0, 10, 20, 30]
    changed = one(hazard="constant", evidence={"e": item(day(15), ratings={"a": "C"})})
    assert drawn(alone(changed, 30, most=8)) == [0, 10, 14, 15, 20, 30]
    assert drawn(alone(changed, 30, most=3)) == [0, 14, 15, 30]


def test_days_lie_at_even_distances_between_the_first_and_the_last() -> None:
    assert evenly(day(0), day(10), 3) == [day(0), day(5), day(10)]
    assert evenly(day(0), day(2), 60) == [day(0), day(1), day(2)]
    assert evenly(day(0), day(0), 60) == [day(0)]
    assert last_reviews(day(14), 7, 3) == [day(0), day(7), day(14)]
    assert last_reviews(date(1, 1, 9), 7, 12) == [date(1, 1, 2), date(1, 1, 9)]


def test_what_is_recorded_or_said_with_the_outcome_is_of_no_open_day() -> None:
    evidence = {f"e{n}": item(day(n), ratings={"a": "C"}) for n in (7, 8)}
    said = [sheet(day(n), {"a": 0.6}) for n in (5, 8)]
    ended = resolution("occurred", day(8), day(10))
    base = one(None, *said, evidence=evidence, resolution=ended)
    course = alone(base, 30)
    assert course.points[-1].day == day(7)
    assert course.entered == {day(7): ("e7",)}
    assert [entry.date for entry in course.forecasts] == [day(5)]
    points = trends(base, {"a": [day(n) for n in (11, 8, 7, 4, -1, 4)]})["a"]
    assert points[0] == TrajectoryPoint(day=day(4), stated=None, implied=0.5)
    assert points[1:] == course.points[-1:]


def test_a_question_that_was_resolved_as_it_opened_has_its_first_day() -> None:
    ended = resolution("did-not-occur", START)
    members = {id: scenario(0.5, set="s", resolution=ended) for id in "ab"}
    made = curves(looked_at(database(scenarios=members), 30), ["b", "a"], 60)
    assert [(id, drawn(course)) for id, course in made.items()] == [("b", [0]), ("a", [0])]


def test_an_indicator_is_told_as_it_was_known_on_each_day() -> None:
    evidence = {
        "d": item(day(5), ratings={"a": "C"}),
        "e": item(day(10), indicators={"a/x": "emerging"}),
        "f": item(day(20), indicators={"a/x": "observed"}, retracted=retraction(day(30))),
    }
    watched = dict.fromkeys("xy", indicator({"a": "C"}))
    states = alone(one(evidence=evidence, indicators=watched), 40).states
    assert [*states] == ["x", "y"]
    turns = [("unobserved", 0), ("emerging", 10), ("observed", 20), ("emerging", 30)]
    assert [(span.state, (span.start - START).days) for span in states["x"]] == turns
    assert [(span.end - START).days for span in states["x"]] == [10, 20, 30, 40]
    assert states["y"] == (StatePeriod(state="unobserved", start=day(0), end=day(40)),)


def test_a_stated_trend_of_a_set_is_normalised_by_its_rivals_sheets() -> None:
    members = {id: scenario(set="form") for id in ("a", "b")}
    said = {"x": sheet(day(1), {"a": 0.6, "other": 0.5}), "y": sheet(day(2), {"b": 0.6})}
    db = database(scenarios={**members, "other": scenario()}, sheets=said)
    shown = trends(db, {"a": [day(1), day(2)]})["a"]
    assert [point.stated for point in shown] == [0.6, 0.5]
    assert near(db, "other", bearing(db), db.speaking).sheets.keys() == {"x"}


def test_an_item_bears_on_whose_indicator_it_keeps_from_being_absent() -> None:
    watched = {"x": indicator({"b": "CC"}, due=day(3), if_absent="II")}
    seen = item(indicators={"a/x": "observed"})
    db = database(scenarios={"a": scenario(indicators=watched)}, evidence={"e": seen})
    assert DailyLedgers(near(db, "a", bearing(db))).odds_on(day(9)).implied("a") == 0.5


def test_an_indicator_that_is_never_due_changes_on_no_day() -> None:
    forever = indicator({"s1": "C"}, due=date(9999, 12, 31), if_absent="I")
    due = indicator({"s1": "C"}, due=day(3), if_absent="I")
    scenarios = {"s1": scenario(indicators={"x": forever, "y": due})}
    db = database(scenarios=scenarios, evidence={"e": item(day(1), ratings={"s1": "C"})})
    assert DailyLedgers(db).changes("s1") == [day(1), day(4)]


def test_however_many_items_bear_on_a_scenario_it_is_drawn_on_as_many_days() -> None:
    for number in (100, 5_000):
        evidence = {f"e{n}": item(day(n % 100), ratings={"a": "C"}) for n in range(number)}
        db = database(scenarios={"a": scenario()}, evidence=evidence)
        made = curves(window(db, day(120), day(130)), ["a"], 60)["a"]
        assert len(made.points) == 60 + 2
