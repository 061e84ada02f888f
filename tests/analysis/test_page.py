"""What the page of a review shows."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.analysis.period.period import window
from scenarios.analysis.review.page import DAYS, FEWEST, Page, SetDay, page
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.scores.scoring import score
from scenarios.model import Sheet, Tracker
from tests.records import database, day, item, near, resolution, scenario, sheet

OVER = resolution("occurred", day(20))


def paged(tracker: Tracker | None = None, **records: Any) -> tuple[Page, Review]:
    looked = window(database(tracker, **records), day(20), day(30))
    return page(looked, review(looked)), review(looked)


def test_it_holds_the_review_and_a_chapter_for_each_of_its_rows() -> None:
    made, reviewed = paged(scenarios={"a": scenario(), "b": scenario()})
    assert (made.review, made.days) == (reviewed, DAYS)
    assert [one.row for one in made.chapters] == list(reviewed.scenarios)
    assert [one.course.scenario for one in made.chapters] == ["a", "b"]


def test_many_scenarios_share_the_days_on_which_they_are_drawn() -> None:
    assert paged(scenarios={f"s{n}": scenario() for n in range(500)})[0].days == FEWEST


def test_nothing_has_opened() -> None:
    made, _ = paged(scenarios={"a": scenario(opened=day(40))})
    assert (made.chapters, made.sets, made.indicators) == ((), (), ())


def test_the_shares_of_a_set_sum_to_one_on_each_of_its_days() -> None:
    members = {"a": scenario(0.2, set="s"), "b": scenario(0.8, set="s")}
    evidence = {"e": item(day(10), ratings={"a": 4.0, "b": "N"})}
    tracker = Tracker(sets={"s": "What comes"})
    (made,) = paged(tracker, scenarios=members, evidence=evidence)[0].sets
    assert (made.id, made.statement, made.members) == ("s", "What comes", ("a", "b"))
    assert made.days == tuple(
        SetDay(day=day(n), implied={"a": near(a), "b": near(1 - a)})
        for n, a in ((0, 0.2), (10, 0.5), (30, 0.5))
    )
    assert [row.id for row in made.matrix.rows] == ["e"]
    # A set of which one member has opened is not compared.
    members["b"] = scenario(set="s", opened=day(40))
    assert paged(tracker, scenarios=members)[0].sets == ()


@pytest.mark.parametrize(
    ("sheets", "whose"),
    [
        ({}, None),
        ({"s": sheet(day(5), {"a": 0.6})}, "desk"),
        ({"s": sheet(day(5), {"a": 0.6}, analyst="team")}, "team (analyst)"),
        ({"s": sheet(day(5), {"a": 0.6}), "t": sheet(day(5), {"a": 0.7}, analyst="x")}, "team"),
        ({"s": sheet(day(25), {"a": 0.6})}, None),
        ({"s": sheet(day(5), {"a": 0.6}), "t": sheet(day(40), {"a": 0.7}, analyst="x")}, "desk"),
    ],
)
def test_whose_calibration_is_shown(sheets: dict[str, Sheet], whose: str | None) -> None:
    records: dict[str, Any] = {"scenarios": {"a": scenario(resolution=OVER)}, "sheets": sheets}
    made, _ = paged(**records)
    assert made.forecaster == whose
    assert made.score.forecasters == score(database(**records), day(30)).forecasters
