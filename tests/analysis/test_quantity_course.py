"""A quantity over time: on each day that is drawn its figures are those of that day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.quantity_course import CoursePoint, quantity_course
from scenarios.analysis.quantities.distributions import quantile
from scenarios.analysis.quantities.ledger import quantity_ledger
from scenarios.analysis.quantities.view import new_evidence, quantity_view
from scenarios.analysis.review.rows import explain_row
from scenarios.model import Database, Tracker
from tests.analysis.test_quantities import AS_OF, OPENED, by_date, example, sheet, sign

DAYS = ("2024-01-15", "2024-02-07", "2024-07-12", "2024-10-14", "2024-11-01", "2024-11-02")


def test_a_number_steps_on_the_days_of_its_evidence_and_its_sheets() -> None:
    odds = DailyLedgers(example())
    course = quantity_course(odds, "trade-2024", AS_OF, 60)
    assert [f"{point.day}" for point in course.points] == [*DAYS, f"{AS_OF}"]
    for point in course.points:
        figure = quantity_view(odds, "trade-2024", point.day, point.day).figure
        assert quantile(point.ledger.implied, 0.5) == figure.implied.median
        assert (point.stated is None) is (figure.stated is None)
    assert [f"{day}" for day in course.entered] == [*DAYS[1:4]]
    assert [each.sheet for each in course.estimates] == ["2024-11-01-east", "2024-11-02-west"]


def test_a_row_has_the_course_of_its_own_ledger() -> None:
    database = example()
    course = quantity_course(DailyLedgers(database), "trade-2024", AS_OF, 60)
    row = course.of_row("trade-2024/240", date(2024, 11, 1), database)
    for point in row.points:
        shown = explain_row(database, "trade-2024/240", point.day)
        assert shown.implied
        assert point.implied == shown.implied.probability
        assert point.stated == (shown.stated.probability if shown.stated else None)
    assert row.points[-1].day == date(2024, 11, 1)
    assert [forecast.analyst for forecast in row.forecasts] == ["east"]


def test_of_many_days_the_latest_and_every_other_is_drawn_and_each_with_a_sheet() -> None:
    course = quantity_course(DailyLedgers(example()), "trade-2024", AS_OF, 2)
    assert [f"{point.day}" for point in course.points] == [
        *("2024-01-15", "2024-02-07", "2024-10-14"),
        *(*DAYS[4:], f"{AS_OF}"),
    ]
    assert [len(ids) for ids in course.entered.values()] == [1, 2]


def test_a_date_changes_from_day_to_day_and_is_drawn_on_days_between() -> None:
    course = quantity_course(DailyLedgers(by_date()), "q", date(2024, 5, 1), 10)
    assert len(course.points) == 6
    assert course.points[-1].day == date(2024, 5, 1)
    lows = [quantile(point.ledger.implied, 0.1) for point in course.points]
    assert lows == sorted(lows)


@pytest.mark.parametrize(("due", "is_drawn"), [(date(2024, 3, 1), True), (AS_OF, False)])
def test_what_is_not_seen_when_due_is_a_step_of_the_day_after(due: date, is_drawn: bool) -> None:
    known = example().scenarios["trade-2024"]
    watched = sign(ratings={"trade-2024/240": "C"}, if_absent="I")["rail"]
    asked = replace(known, indicators={"rail": replace(watched, due=due)})
    odds = DailyLedgers(Database(Tracker(), {"trade-2024": asked}))
    days = [point.day for point in quantity_course(odds, "trade-2024", AS_OF, 60).points]
    assert (due + timedelta(1) in days) is is_drawn


def test_an_estimate_ends_where_it_expires() -> None:
    database = example()
    sheets = {"2024-02-01-east": sheet("2024-02-01", "east", p10=232.0, p90=256.0)}
    tracker = replace(database.tracker, forecast_expires_days=30)
    odds = DailyLedgers(Database(tracker, database.scenarios, {}, sheets))
    points = quantity_course(odds, "trade-2024", AS_OF, 60).points

    def stands(point: CoursePoint) -> tuple[date, bool]:
        return point.day, point.stated is not None

    assert [*map(stands, points)] == [
        (OPENED, False),
        (date(2024, 2, 1), True),
        (date(2024, 3, 3), False),
        (AS_OF, False),
    ]


def test_the_new_items_of_a_window_are_named_from_the_one_that_reaches_furthest() -> None:
    database = example()
    ledger = quantity_ledger(database, "trade-2024", AS_OF)
    assert new_evidence(ledger, database, OPENED) == [
        "2024-07-12-half-year",
        "2024-02-07-bank-halts-settlements",
        "2024-10-14-autumn-months",
    ]
    assert new_evidence(ledger, database, date(2024, 7, 12)) == ["2024-10-14-autumn-months"]
