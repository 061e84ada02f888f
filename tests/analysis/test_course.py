"""How scenarios came to stand where they stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.trajectory import Course, Lane, Mark, Span, courses, evenly
from scenarios.analysis.period.trend import trends
from scenarios.analysis.review.explanation import explain
from scenarios.model import Database, Tracker
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
)


def looked_at(base: Database, number: int) -> Window:
    return window(base, day(number - 7), day(number))


def alone(base: Database, number: int, most: int = 60) -> Course:
    return courses(looked_at(base, number), ["a"], most)["a"]


def told(course: Course) -> list[tuple[int, Any, Any]]:
    return [((p.day - START).days, p.stated, near(p.implied)) for p in course.points]


def test_a_course_has_the_days_on_which_a_figure_changed() -> None:
    base = database(
        scenarios={"a": scenario(0.5)},
        evidence={"e": item(day(10), ratings={"a": 3.0})},
        sheets={"s": sheet(day(20), {"a": 0.6})},
    )
    assert told(alone(base, 30)) == [
        (0, None, 0.5),
        (10, None, 0.75),
        (20, 0.6, 0.75),
        (30, 0.6, 0.75),
    ]


def test_a_forecast_that_expires_leaves_a_gap() -> None:
    base = database(
        Tracker(forecast_expires_days=5),
        scenarios={"a": scenario(0.5)},
        sheets={"s": sheet(day(10), {"a": 0.6})},
    )
    assert told(alone(base, 30)) == [
        (0, None, 0.5),
        (10, 0.6, 0.5),
        (16, None, 0.5),
        (30, None, 0.5),
    ]


def test_an_expiry_after_the_last_day_of_the_calendar_is_none() -> None:
    base = database(
        Tracker(forecast_expires_days=date.max.toordinal()),
        scenarios={"a": scenario(0.5)},
        sheets={"s": sheet(day(10), {"a": 0.6})},
    )
    assert told(alone(base, 30)) == [(0, None, 0.5), (10, 0.6, 0.5), (30, 0.6, 0.5)]


def test_too_many_days_are_thinned_to_even_distances_and_no_item_is_lost() -> None:
    evidence = {f"e{n}": item(day(n), ratings={"a": "C"}) for n in range(1, 20)}
    course = alone(database(scenarios={"a": scenario()}, evidence=evidence), 20, most=5)
    assert [(p.day - START).days for p in course.points] == [0, 5, 10, 15, 20]
    assert [len(mark.evidence) for mark in course.marks] == [5, 5, 5, 4]
    assert course.marks[0] == Mark(day=day(5), evidence=("e1", "e2", "e3", "e4", "e5"))


def test_a_hazard_is_drawn_on_days_between_too() -> None:
    course = alone(database(scenarios={"a": scenario(0.5, hazard="constant")}), 30, most=8)
    assert [(p.day - START).days for p in course.points] == [0, 10, 20, 30]


def test_days_lie_at_even_distances_between_the_first_and_the_last() -> None:
    assert evenly(day(0), day(10), 3) == [day(0), day(5), day(10)]
    assert evenly(day(0), day(2), 60) == [day(0), day(1), day(2)]
    assert evenly(day(0), day(0), 60) == [day(0)]


def test_what_is_recorded_with_the_outcome_marks_no_open_day() -> None:
    base = database(
        scenarios={"a": scenario(resolution=resolution("occurred", day(10)))},
        evidence={"e": item(day(10), ratings={"a": "C"}), "f": item(day(9), ratings={"a": "C"})},
    )
    course = alone(base, 30)
    assert course.points[-1].day == day(9)
    assert course.marks == (Mark(day=day(9), evidence=("f",)),)


def test_a_question_that_was_resolved_as_it_opened_has_its_first_day() -> None:
    set_of = {"set": "s", "resolution": resolution("did-not-occur", START)}
    base = database(
        Tracker(sets={"s": "S"}),
        scenarios={"a": scenario(0.2, **set_of), "b": scenario(0.8, **set_of)},
    )
    made = courses(looked_at(base, 30), ["a", "b"], 60)
    assert [[p.day for p in course.points] for course in made.values()] == [[START], [START]]


def test_forecasts_are_those_given_while_it_was_open() -> None:
    base = database(
        scenarios={"a": scenario(resolution=resolution("occurred", day(10)))},
        sheets={f"s{n}": sheet(day(n), {"a": 0.6}) for n in (5, 10)},
    )
    assert [entry.date for entry in alone(base, 30).forecasts] == [day(5)]


def test_an_indicator_is_told_as_it_was_known_on_each_day() -> None:
    base = database(
        scenarios={
            "a": scenario(indicators={"x": indicator({"a": "C"}), "y": indicator({"a": "C"})})
        },
        evidence={
            "d": item(day(5), ratings={"a": "C"}),
            "e": item(day(10), indicators={"a/x": "emerging"}),
            "f": item(day(20), indicators={"a/x": "observed"}, retracted=retraction(day(30))),
        },
    )
    assert alone(base, 40).lanes == (
        Lane(
            indicator="x",
            spans=(
                Span(state="unobserved", start=day(0), end=day(10)),
                Span(state="emerging", start=day(10), end=day(20)),
                Span(state="observed", start=day(20), end=day(30)),
                Span(state="emerging", start=day(30), end=day(40)),
            ),
        ),
        Lane(indicator="y", spans=(Span(state="unobserved", start=day(0), end=day(40)),)),
    )


def test_only_what_is_asked_for_is_given_in_that_order() -> None:
    base = database(
        Tracker(sets={"s": "S"}),
        scenarios={
            "a": scenario(set="s"),
            "b": scenario(set="s"),
            "c": scenario(),
            "d": scenario(),
        },
    )
    assert list(courses(looked_at(base, 30), ["c", "a"], 60)) == ["c", "a"]


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
