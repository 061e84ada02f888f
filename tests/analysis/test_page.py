"""What the page of a review shows."""

from __future__ import annotations

import pytest

from scenarios.analysis.period.period import window
from scenarios.analysis.review.page import DAYS, FEWEST, ReviewPage, page
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.scores.scoring import score
from tests.analysis.words import database_of
from tests.records import day, near


def paged(told: str) -> tuple[ReviewPage, Review]:
    looked = window(database_of(told), day(20), day(30))
    return page(looked, review(looked)), review(looked)


def test_it_holds_the_review_and_a_chapter_for_each_of_its_rows() -> None:
    made, reviewed = paged("a; b")
    assert (made.review, made.days) == (reviewed, DAYS)
    assert [one.row for one in made.chapters] == list(reviewed.scenarios)
    assert [one.course.scenario for one in made.chapters] == ["a", "b"]


def test_many_scenarios_share_the_days_on_which_they_are_drawn() -> None:
    assert paged("; ".join(f"s{n}" for n in range(500)))[0].days == FEWEST


def test_nothing_has_opened() -> None:
    made, _ = paged("a opened=40")
    assert (made.chapters, made.sets, made.indicators) == ((), (), ())


def test_a_set_of_which_two_members_have_opened_has_a_chapter() -> None:
    page, _ = paged("a set=s probability=.2; b set=s probability=.8; e @10 a=4 b=N")
    (made,) = page.sets
    assert (made.id, made.statement, made.members) == ("s", "A set", page.chapters)
    a, b = ([(p.day, p.implied) for p in one.course.points] for one in made.members)
    assert a == [(day(n), near(p)) for n, p in ((0, 0.2), (10, 0.5), (30, 0.5))]
    assert b == [(on, near(1 - p)) for on, p in a]
    assert [row.id for row in made.matrix.rows] == ["e"]
    # One of which a single member has opened is not compared.
    assert paged("a set=s; b set=s opened=40")[0].sets == ()


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("", None),
        ("desk@5 a=.6", "desk"),
        ("team@5 a=.6", "team (analyst)"),
        ("desk@5 a=.6; x@5 a=.7", "team"),
        ("desk@25 a=.6", None),
        ("desk@5 a=.6; x@40 a=.7", "desk"),
    ],
)
def test_whose_calibration_is_shown(said: str, whose: str | None) -> None:
    made, _ = paged(f"a occurred=20; {said}")
    assert made.forecaster == whose
    table = score(database_of(f"a occurred=20; {said}"), day(30)).forecasters
    assert made.score
    assert made.score.forecasters == table
