"""What was changed afterwards: the figures of then, and the commits that changed them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.history.audit import audit
from scenarios.analysis.history.provenance import trail
from scenarios.analysis.period.period import Window, earlier_of, window
from scenarios.analysis.review.restated import (
    Restatement,
    as_reported,
    by_record,
    committed,
    restated,
)
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.status import row_as_reported, row_of
from scenarios.errors import Problem
from scenarios.model import Database, Tracker
from scenarios.scales import decibans
from tests.analysis.story import Story
from tests.analysis.words import database_of
from tests.records import WEIGHTS, day, near, scenario


def looked_back(then: Database, now: Database) -> tuple[Window, Review]:
    """The review of a week beside what was said at its start."""
    found, odds = restated(then, now, now, day(2))
    before = window(odds.database, day(2), day(9), odds=odds).views
    today = window(now, day(2), day(9))
    period = as_reported(today, before, found)
    restatement = Restatement(commit="c" * 40, day=day(2), figures=found)
    return period, review(today, restatement, None, period)


def test_a_changed_prior_restates_the_past_and_moved_nothing_by_today_s_files() -> None:
    _, made = looked_back(database_of("a probability=.3; b"), database_of("a probability=.5; b"))
    [move] = made.moves
    assert (move.implied.from_, move.implied.to) == (near(0.3), near(0.5))
    assert move.restated == near(-decibans(0.3))
    assert (made.story.moves, made.headline.restated) == ((), ("a",))
    assert [item.kind for item in made.story.news] == ["restated"]
    assert {row.id: row.shown.previous for row in made.scenarios} == {"a": 0.5, "b": 0.5}


def test_a_changed_prior_and_an_item_of_the_week_add_up() -> None:
    then = database_of("a probability=.3")
    _, made = looked_back(then, database_of("a probability=.5; e @5 a=CC"))
    [move], [told] = made.moves, made.story.moves
    rows = sum(line.after for line in move.lines_added)
    assert (move.restated, rows) == (near(-decibans(0.3)), near(told.implied.decibans))
    assert [cause.kind for cause in told.implied.causes] == ["event"]
    assert (told.implied.from_, made.headline.moved) == (0.5, 1)


def test_a_forecast_of_the_week_beside_a_changed_prior_is_news() -> None:
    then, now = (database_of(f"a probability={prior}; desk@0 a=.5") for prior in (0.3, 0.5))
    _, made = looked_back(
        then, replace(now, sheets=database_of("a; desk@0 a=.5; desk@5 a=.6").sheets)
    )
    [told] = made.story.moves
    assert (told.shown_figures, made.headline.moved) == ((0.5, 0.6), 1)


def test_an_outcome_or_a_retraction_of_the_week_restates_nothing_of_before() -> None:
    for news in ("a=CC grade=F6", "a=CC grade=F6 retracted=6", "a=CC grade=F6; a occurred=7"):
        then = database_of("a; e @0 a=CC grade=B2")
        item, _, end = news.partition(";")
        now = database_of(f"{end.strip() or 'a'}; e @0 {item}")
        graded = replace(now.tracker, grade_weights=WEIGHTS)
        _, made = looked_back(replace(then, tracker=graded), replace(now, tracker=graded))
        fields = {change.field for row in made.story.restated for change in row.because}
        assert fields == {"reliability", "credibility"}


def test_a_changed_sheet_is_no_step_and_no_move() -> None:
    then, now = (database_of(f"a; desk@0 a={figure}") for figure in (0.3, 0.6))
    period, made = looked_back(then, now)
    [row] = made.story.restated
    assert row.stated
    assert (row.stated.from_, row.stated.to, made.story.moves) == (0.3, 0.6, ())
    assert period.views["a"].explained


def test_a_sheet_that_was_taken_out_leaves_no_figure_to_compare() -> None:
    then, now = database_of("a; desk@0 a=.3"), database_of("a")
    _, made = looked_back(then, now)
    assert [row.because[0].field for row in made.story.restated] == [""]
    _, other = looked_back(database_of("a; desk@0 a=.3; x@0 a=.3"), database_of("a; x@0 a=.6"))
    assert (len(other.story.restated), other.story.moves) == (1, ())


def test_what_came_or_ended_meanwhile_is_as_it_is() -> None:
    then = database_of("a probability=.3; b probability=.3; c")
    now = database_of("a probability=.5 opened=5; b probability=.5 occurred=1; c")
    assert restated(then, now, now, day(2))[0] == ()
    [row], _ = restated(then, database_of("a probability=.5; b; c"), now, day(0))
    assert row.scenario == "b"
    period = window(now, day(2), day(9))
    assert as_reported(period, {}, [row]).views == period.views


@pytest.mark.parametrize(
    "then",
    [
        "a probability=.3",
        "a probability=.3; desk@0 a=.4",
        "a probability=.3; desk@0 a=.4; desk@5 a=.6",
        "a probability=.3; b probability=.3 opened=5; desk@0 a=.2",
    ],
)
@pytest.mark.parametrize("now", ["a probability=.5", "a probability=.5; desk@0 a=.7; e @5 a=CC"])
def test_a_row_with_what_was_said_is_that_of_the_window_as_it_was_said(then: str, now: str) -> None:
    end = f"{now}; b probability=.5 opened=5"
    rows, odds = restated(database_of(then), database_of(end), database_of(end), day(2))
    period = window(database_of(end), day(2), day(9))
    said = {id: earlier_of(odds, id, day(2), {}) for id in period.views}
    as_it_was = as_reported(period, said, rows)
    assert [row.scenario for row in rows] == ["a"]
    for id, view in period.views.items():
        row = row_as_reported(row_of(period, view), said[id])
        assert row == row_of(as_it_was, as_it_was.views[id])
    assert said["b"].implied_before is None


def test_a_file_that_cannot_be_read_now_was_not_taken_out() -> None:
    then, now = database_of("a; e @0 a=C"), database_of("a")
    path = "evidence/e/e.yaml"
    broken = replace(now, unreadable=(Problem(path, 1, 1, "type", "broken"),))
    assert [row.scenario for row in restated(then, now, now, day(2))[0]] == ["a"]
    assert restated(then, broken, broken, day(2))[0] == ()


def test_a_change_has_the_last_commit_that_made_it() -> None:
    story = Story()
    first: dict[str, Any] = {"a": scenario(0.3), "tracker": Tracker()}
    story.commit(0, first)
    story.commit(3, {"a": scenario(0.4), "b": scenario()}, author="Ben")
    story.commit(4, {"a": scenario(0.5)}, author="Cat")
    story.commit(5, {"a": scenario(0.5, tags=("x",)), "b": None}, author="Dan")
    then, now = database_of("a probability=.3; b"), database_of("a probability=.5")
    found, _ = restated(then, now, now, day(2))
    [row] = committed(found, story.revisions)
    assert [(change.author, change.day) for change in row.because] == [("Cat", day(4))]
    [uncommitted] = committed(found, story.revisions[:2])
    assert uncommitted.because[0].commit is None
    gone = replace(row, because=(replace(row.because[0], record="b", field="", after=None),))
    [taken_out] = committed([gone], story.revisions)
    assert taken_out.because[0].author == "Dan"


def test_changes_of_one_record_are_one_questions_first() -> None:
    then = database_of("tracker rating_strength=1.0; a probability=.3; b; e @0 a=C b=C")
    now = database_of("tracker rating_strength=0.4; a probability=.5; b; e @0 a=C b=CC")
    found = restated(then, now, now, day(2))[0]
    changes = [(change.record, [row.scenario for row in rows]) for change, rows in by_record(found)]
    assert changes == [("a", ["a"]), ("tracker", ["a", "b"]), ("e", ["b"])]


def test_a_record_that_is_gone_since_is_not_told_of() -> None:
    then, later = database_of("a; e @0 a=C"), database_of("a; e @0 a=CC")
    assert restated(then, later, database_of("a"), day(2))[0] == ()


def test_a_reworded_question_is_changed_where_no_figure_is() -> None:
    then = database_of("a question=Q?; b probability=.3")
    now = database_of("a question=Other?; b probability=.5")
    found = {row.scenario: row for row in restated(then, now, now, day(2))[0]}
    assert [change.field for change in found["a"].because] == ["question"]
    assert (found["a"].stated, found["a"].implied) == (None, None)
    assert [change.field for change in found["b"].because] == ["prior.probability"]


def test_a_shift_behind_which_nothing_was_changed_is_not_restated() -> None:
    then = database_of("a; e @0 a=C")
    now = database_of("a; e @0 a=CC")
    later = database_of("a; e @0 a=C")
    assert restated(then, later, now, day(2))[0] == ()
    reverted = database_of("a; b; e @0 a=C notes=N")
    assert restated(reverted, database_of("a; b; e @0 a=C"), now, day(2))[0] == ()
    retracted = database_of("a; e @0 a=C retracted=5")
    assert restated(then, retracted, database_of("a; e @0 a=CC retracted=5"), day(2))[0] == ()


def test_an_audit_names_changed_priors_and_conventions_and_not_what_was_changed_back() -> None:
    story = Story()
    story.commit(0, {"a": scenario(0.3), "b": scenario(0.3), "tracker": Tracker()})
    story.commit(3, {"a": scenario(0.5), "b": scenario(0.5), "tracker": Tracker(title="T")})
    story.commit(4, {"b": scenario(0.3), "tracker": Tracker(rating_strength=0.5)})
    found = audit(trail(story.revisions)).findings
    assert [(finding.rule, finding.record, finding.message) for finding in found] == [
        ("judged-anew", "a", "prior 0.3 → 0.5, after it was committed"),
        ("judged-anew", "tracker", "rating_strength changed, after it was committed"),
    ]
