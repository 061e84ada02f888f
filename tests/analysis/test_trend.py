"""A figure of a trend is the figure that the ledger, or the sheets, give on that day."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given

from scenarios.analysis.evidence.knowledge import known, members
from scenarios.analysis.forecasts.stated import Stated, stated
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.neighbourhood import (
    Kept,
    bearing,
    days_of_change,
    implied_on,
    near,
    speaking,
)
from scenarios.analysis.period.trend import Point, last_reviews, trends
from scenarios.model import Database
from tests.records import database, databases, day, indicator, item, resolution, scenario, sheet
from tests.records import near as about

DAYS = [day(n) for n in range(0, 360, 7)]


@given(databases())
def test_the_implied_probability_is_that_of_the_full_ledger_on_every_day(db: Database) -> None:
    items = bearing(db)
    for id in db.scenarios:
        figures = implied_on(near(db, id, items), {id: DAYS})[id]
        assert figures == [ledger(known(db, on), id).implied.probability for on in DAYS]


@given(databases())
def test_the_members_of_a_set_on_days_of_each_are_what_each_is_alone(db: Database) -> None:
    for set_id in db.tracker.sets:
        days = {id: DAYS[n::2] for n, id in enumerate(reversed(members(db, set_id)))}
        if days:
            alone = {id: implied_on(db, {id: on})[id] for id, on in days.items()}
            assert implied_on(db, days) == alone


@given(databases())
def test_comparisons_that_are_kept_change_nothing(db: Database) -> None:
    for id in db.scenarios:
        kept: Kept = {}
        one_by_one = [implied_on(db, {id: [on]}, kept)[id] for on in DAYS]
        assert [[figure] for figure in implied_on(db, {id: DAYS})[id]] == one_by_one


@given(databases())
def test_between_two_days_of_change_only_time_moves_a_scenario(db: Database) -> None:
    for id, one in db.scenarios.items():
        changes = set(days_of_change(db, id))
        if one.prior.hazard is None:
            for eve, on in pairwise(DAYS):
                if not any(eve < change <= on for change in changes):
                    assert len(set(implied_on(db, {id: [eve, on]})[id])) == 1


def test_a_trend_ends_on_the_day_before_the_outcome_was_recorded() -> None:
    db = database(
        scenarios={"s1": scenario(resolution=resolution("occurred", day(5), day(7)))},
        sheets={"x": sheet(day(2), {"s1": 0.2}), "y": sheet(day(4), {"s1": None})},
    )
    found = trends(db, {"s1": [day(n) for n in (9, 7, 6, 5, 3, 1, -1, 3)]})
    assert found == {
        "s1": (
            Point(day=day(1), stated=None, implied=about(0.5)),
            Point(day=day(3), stated=0.2, implied=about(0.5)),
            Point(day=day(5), stated=None, implied=about(0.5)),
            Point(day=day(6), stated=None, implied=about(0.5)),
        )
    }


def test_a_stated_trend_of_a_set_is_normalised_by_its_rivals_sheets() -> None:
    members = {id: scenario(set="form") for id in ("a", "b")}
    sheets = {"x": sheet(day(1), {"a": 0.6, "other": 0.5}), "y": sheet(day(2), {"b": 0.6})}
    db = database(scenarios={**members, "other": scenario()}, sheets=sheets)
    told = [point.stated for point in trends(db, {"a": [day(1), day(2)]})["a"]]
    assert told == [0.6, 0.5]
    assert [stated(db, "a", day(n)) for n in (1, 2)] == [
        Stated(probability=0.6, analysts=("desk",), pooled=0.6),
        Stated(probability=0.5, analysts=("desk",), pooled=0.6),
    ]
    assert near(db, "other", bearing(db), speaking(db)).sheets.keys() == {"x"}


def test_an_indicator_that_is_never_due_changes_on_no_day() -> None:
    forever = indicator({"s1": "C"}, due=date.max, if_absent="I")
    due = indicator({"s1": "C"}, due=day(3), if_absent="I")
    db = database(
        scenarios={"s1": scenario(indicators={"x": forever, "y": due})},
        evidence={"e": item(day(1), ratings={"s1": "C"})},
    )
    assert days_of_change(db, "s1") == [day(1), day(4)]


def test_the_last_reviews_end_on_the_day_itself() -> None:
    assert last_reviews(day(14), 7, 3) == [day(0), day(7), day(14)]
    assert last_reviews(date(1, 1, 9), 7, 12) == [date(1, 1, 2), date(1, 1, 9)]
