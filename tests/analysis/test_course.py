"""How scenarios came to stand where they stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.trajectory import Course, Mark, Span, courses, evenly
from scenarios.analysis.period.trend import trends
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database, Sheet, Tracker
from tests.records import (
    START,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
    sheets,
)


def looked_at(base: Database, number: int) -> Window:
    return window(base, day(number - 7), day(number))


def alone(base: Database, number: int, most: int = 60) -> Course:
    return courses(looked_at(base, number), ["a"], most)["a"]


def one(tracker: Tracker | None = None, *said: Sheet, **keys: Any) -> Database:
    evidence = keys.pop("evidence", {})
    return database(
        tracker, scenarios={"a": scenario(**keys)}, evidence=evidence, sheets=sheets(*said)
    )


def told(course: Course) -> list[tuple[int, Any, Any]]:
    return [((p.day - START).days, p.stated, near(p.implied)) for p in course.points]


def test_a_course_has_the_days_on_which_a_figure_changed() -> None:
    base = one(None, SAID, evidence={"e": item(day(5), ratings={"a": 3.0})})
    implied = (0, None, 0.5), (5, None, 0.75), (10, 0.6, 0.75), (30, 0.6, 0.75)
    assert told(alone(base, 30)) == [*implied]


SAID = sheet(day(10), {"a": 0.6})


def test_a_forecast_that_expires_leaves_a_gap() -> None:
    ends = (16, None, 0.5), (30, None, 0.5)
    start = [(0, None, 0.5), (10, 0.6, 0.5)]
    assert told(alone(one(Tracker(forecast_expires_days=5), SAID), 30)) == [*start, *ends]
    never = Tracker(forecast_expires_days=date.max.toordinal())
    assert told(alone(one(never, SAID), 30)) == [*start, (30, 0.6, 0.5)]


def test_too_many_days_are_thinned_to_even_distances_and_no_item_is_lost() -> None:
    evidence = {f"e{n}": item(day(n), ratings={"a": "C"}) for n in range(1, 20)}
    course = alone(one(evidence=evidence), 20, most=5)
    assert [(p.day - START).days for p in course.points] == [0, 5, 10, 15, 20]
    assert [len(mark.evidence) for mark in course.marks] == [5, 5, 5, 4]
    assert course.marks[0] == Mark(day=day(5), evidence=("e1", "e2", "e3", "e4", "e5"))


def test_a_hazard_is_drawn_on_days_between_too() -> None:
    course = alone(one(hazard="constant"), 30, most=8)
    assert [(p.day - START).days for p in course.points] == [0, 10, 20, 30]


def test_days_lie_at_even_distances_between_the_first_and_the_last() -> None:
    assert evenly(day(0), day(10), 3) == [day(0), day(5), day(10)]
    assert evenly(day(0), day(2), 60) == [day(0), day(1), day(2)]
    assert evenly(day(0), day(0), 60) == [day(0)]


def test_what_is_recorded_or_said_with_the_outcome_is_of_no_open_day() -> None:
    evidence = {f"e{n}": item(day(n), ratings={"a": "C"}) for n in (9, 10)}
    said = [sheet(day(n), {"a": 0.6}) for n in (5, 10)]
    ended = resolution("occurred", day(10))
    course = alone(one(None, *said, evidence=evidence, resolution=ended), 30)
    assert course.points[-1].day == day(9)
    assert course.marks == (Mark(day=day(9), evidence=("e9",)),)
    assert [entry.date for entry in course.forecasts] == [day(5)]


def test_a_question_that_was_resolved_as_it_opened_has_its_first_day() -> None:
    ended = resolution("did-not-occur", START)
    members = {id: scenario(0.5, set="s", resolution=ended) for id in "ab"}
    base = database(Tracker(sets={"s": "S"}), scenarios=members)
    made = courses(looked_at(base, 30), ["b", "a"], 60)
    assert list(made) == ["b", "a"]
    assert [[p.day for p in course.points] for course in made.values()] == [[START], [START]]


def test_an_indicator_is_told_as_it_was_known_on_each_day() -> None:
    evidence = {
        "d": item(day(5), ratings={"a": "C"}),
        "e": item(day(10), indicators={"a/x": "emerging"}),
        "f": item(day(20), indicators={"a/x": "observed"}, retracted=retraction(day(30))),
    }
    x, y = alone(one(evidence=evidence, indicators=dict.fromkeys("xy", WATCHED)), 40).lanes
    spans = [(span.state, (span.start - START).days) for span in x.spans]
    assert spans == [("unobserved", 0), ("emerging", 10), ("observed", 20), ("emerging", 30)]
    assert [span.end for span in x.spans] == [day(10), day(20), day(30), day(40)]
    assert y.spans == (Span(state="unobserved", start=day(0), end=day(40)),)
    assert (x.indicator, y.indicator) == ("x", "y")


WATCHED = indicator({"a": "C"})


@given(databases(), st.integers(1, 320))
def test_a_course_is_the_trend_and_ends_with_the_ledger(base: Database, number: int) -> None:
    looked = looked_at(base, number)
    for id, course in courses(looked, list(looked.views), 400).items():
        days = [point.day for point in course.points]
        assert trends(base, {id: days})[id] == course.points
        explained = explain(base, id, looked.as_of)
        assert course.points[-1].implied == explained.implied.probability


@given(databases(), st.integers(1, 320))
def test_an_implied_figure_changes_on_no_day_that_is_left_out(base: Database, number: int) -> None:
    looked = looked_at(base, number)
    for id, course in courses(looked, list(looked.views), 400).items():
        if base.scenarios[id].prior.hazard:
            continue
        at = {point.day: point.implied for point in course.points}
        every = [START + timedelta(days=n) for n in range(number + 1)]
        shown = course.points[0].implied
        for point in trends(base, {id: every})[id]:
            shown = at.get(point.day, shown)
            assert point.implied == shown
