"""What a reviewer is told of the commits: each planted fault, and no honest work beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from msgspec import structs

from scenarios.analysis.history.audit import Audit, Entered, audit
from scenarios.analysis.history.audit_rules import AuditFinding
from scenarios.analysis.history.provenance import trail
from scenarios.model import Clarification, Given, HazardEnded, Source, Tracker
from tests.analysis.test_chronicle import Broken, Story, stories
from tests.records import day, indicator, item, resolution, retraction, scenario, sheet

VISIT, DENIAL = "2022-01-03-visit", "2022-01-05-denial"
ANN, BOB = "2022-01-04-ann", "2022-01-05-bob"
TALKS = indicator({"pact": "C"})
PACT = scenario(0.2, indicators={"talks": TALKS})
EDITED = "after it was committed"


def audited(story: Story, days: int = 3) -> Audit:
    return audit(trail(story.revisions, days))


def found(story: Story, rule: str | None = None, days: int = 3) -> list[tuple[Any, ...]]:
    """Rule, record, number of the commit and message of each finding."""
    return [
        (one.rule, one.record, int(one.commit), one.message)[rule is not None :]
        for one in audited(story, days).findings
        if rule in (None, one.rule)
    ]


def desk(**records: Any) -> Story:
    """A database that was begun on the first day, with a question that an indicator watches."""
    story = Story()
    story.commit(0, {"pact": PACT, "trade": scenario(), **records})
    return story


def visited(number: int = 2, **keys: Any) -> Any:
    return item(day(number), **keys)


def by(who: str, number: int, figures: dict[str, float | None], **keys: Any) -> Any:
    return sheet(day(number), figures, analyst=who, **keys)


# -- backdated ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("committed", "is_found"), [(2, False), (5, False), (6, True), (1, False)])
def test_an_item_is_backdated_more_than_three_days_after_its_date(
    committed: int, is_found: bool
) -> None:
    story = desk()
    story.commit(committed, {VISIT: visited(2)})
    message = "committed 4 days after its date: recorded 2022-01-03"
    assert found(story) == ([("backdated", VISIT, 1, message)] if is_found else [])


def test_so_many_days_are_allowed_as_are_asked_for() -> None:
    story = desk()
    story.commit(4, {VISIT: visited(2)})
    assert [len(found(story, days=days)) for days in (0, 1, 2, 3)] == [1, 1, 0, 0]


def test_a_finding_names_the_author_and_the_author_s_day() -> None:
    story = desk()
    story.commit(9, {VISIT: visited(2)}, author="Bob", committed=day(30))
    [finding] = audited(story).findings
    assert finding == AuditFinding(
        rule="backdated",
        record=VISIT,
        kind="evidence",
        commit=f"{1:040d}",
        author="Bob",
        date=day(9),
        message="committed 7 days after its date: recorded 2022-01-03",
    )


def test_a_sheet_a_retraction_and_an_outcome_are_backdated_too() -> None:
    story = desk(**{VISIT: visited(0)})
    story.commit(9, {ANN: by("ann", 3, {"pact": 0.2, "trade": 0.3})})
    story.commit(19, {VISIT: visited(0, retracted=retraction(day(10)))})
    ended = resolution("occurred", day(19), day(20))
    story.commit(29, {"trade": scenario(resolution=ended)})
    assert found(story, "backdated") == [
        (ANN, 1, "committed 6 days after its date: date 2022-01-04"),
        (VISIT, 2, "committed 9 days after its date: retracted 2022-01-11"),
        ("trade", 3, "committed 9 days after its date: resolution, recorded 2022-01-21"),
    ]


def test_what_was_recorded_and_retracted_in_one_commit_is_told_once() -> None:
    story = desk()
    story.commit(20, {VISIT: visited(2, retracted=retraction(day(4)))})
    what = "recorded 2022-01-03, retracted 2022-01-05"
    assert found(story) == [("backdated", VISIT, 1, f"committed 18 days after its date: {what}")]


def test_a_date_that_is_moved_back_later_is_backdated_and_one_moved_forward_is_not() -> None:
    story = desk(**{VISIT: visited(0)})
    story.commit(9, {DENIAL: visited(9)})
    story.commit(10, {DENIAL: visited(4), VISIT: visited(3)})
    message = "committed 6 days after its date: recorded 2022-01-05"
    assert found(story) == [("backdated", DENIAL, 2, message)]


def test_a_figure_that_is_added_to_an_old_sheet_is_backdated() -> None:
    story = desk()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    story.commit(9, {ANN: by("ann", 3, {"pact": 0.2, "trade": 0.4})})
    message = "committed 6 days after its date: date 2022-01-04"
    assert found(story) == [("backdated", ANN, 2, message)]


def test_a_squash_is_as_old_as_what_it_says_it_replaces() -> None:
    story = desk()
    story.commit(30, {VISIT: visited(2), DENIAL: visited(20)}, squashed=(day(3), day(29)))
    told = audited(story)
    message = "committed 9 days after its date: recorded 2022-01-21"
    assert [(one.record, one.message) for one in told.findings] == [(DENIAL, message)]
    assert told.lumped == (f"{1:040d}",)


def test_a_rebase_keeps_the_author_s_day() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2)}, committed=day(90))
    assert found(story) == []


def test_what_comes_back_or_comes_twice_was_there_before() -> None:
    """Reverts of a deletion, merges, and a cherry-pick under a new date."""
    story = desk()
    start = story.commit(2, {VISIT: visited(2)})
    side = story.commit(20, {VISIT: None}, start)
    side = story.commit(30, {VISIT: visited(2)}, side)
    story.commit(31, {DENIAL: visited(31)}, start)
    main = story.commit(32, {}, story.revisions[-1].commit.id)
    story.commit(33, {}, main, side)
    picked = story.commit(40, {ANN: by("ann", 39, {"pact": 0.1})}, main)
    twice = story.commit(50, {ANN: by("ann", 39, {"pact": 0.1})}, side)
    story.commit(51, {ANN: story.trees[picked][ANN]}, twice, picked)
    assert found(story, "backdated") == []


def test_a_figure_that_is_picked_into_an_old_sheet_was_there_before() -> None:
    story = desk()
    start = story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    both = by("ann", 3, {"pact": 0.2, "trade": 0.4})
    main = story.commit(4, {ANN: both}, start)
    side = story.commit(40, {ANN: structs.replace(both)}, start)
    story.commit(41, {}, main, side)
    assert found(story) == []


def test_another_name_is_no_news() -> None:
    """Nor is the day of observation, which an item's name begins with."""
    story = desk()
    story.commit(2, {VISIT: visited(2), ANN: by("ann", 2, {"pact": 0.1})})
    renamed = visited(2, observed="2022-01-02", notes="Longer.")
    story.commit(
        30, {VISIT: None, "2022-01-02-visit": renamed, ANN: None, "x": by("ann", 2, {"pact": 0.1})}
    )
    assert found(story) == []


def test_a_file_that_could_not_be_read_at_first_came_when_it_came() -> None:
    story = desk()
    story.commit(2, {VISIT: Broken("evidence")})
    story.commit(30, {VISIT: visited(2)})
    assert found(story) == []


def test_nothing_can_be_told_of_the_commit_at_which_a_shallow_clone_ends() -> None:
    story = Story()
    start = {"pact": PACT, VISIT: visited(2, indicators={"pact/talks": "observed"})}
    story.commit(30, {**start, ANN: by("ann", 3, {"pact": 0.2})}, shallow=True)
    story.commit(40, {DENIAL: visited(31)})
    told = audited(story)
    assert [(one.rule, one.record) for one in told.findings] == [("backdated", DENIAL)]
    assert (told.beyond, told.lumped) == ((f"{0:040d}",), ())
    assert [(one.date, one.records) for one in told.entered] == [(day(40), 1)]


# -- forecasts ------------------------------------------------------------------------------------


def test_a_figure_that_is_made_another_one_withdrawn_or_removed_was_edited() -> None:
    story = desk()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2, "trade": 0.3, "x": 0.5, "y": None})})
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.25, "trade": None, "y": 0.1})})
    assert found(story, "edited-forecast") == [
        (ANN, 2, f"pact: 0.2 → 0.25, {EDITED}"),
        (ANN, 2, f"trade: 0.3 → withdrawn, {EDITED}"),
        (ANN, 2, f"x: 0.5 → removed, {EDITED}"),
        (ANN, 2, f"y: withdrawn → 0.1, {EDITED}"),
    ]


def test_a_later_sheet_and_more_words_or_figures_in_an_old_one_are_no_edit() -> None:
    story = desk()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    story.commit(4, {ANN: by("ann", 3, {"trade": 0.5, "pact": 0.2}, rationales={"pact": "Why."})})
    story.commit(5, {"2022-01-06-ann": by("ann", 5, {"pact": 0.9, "trade": None})})
    assert found(story) == []


def test_a_sheet_whose_day_or_analyst_is_another_one_was_edited() -> None:
    story = desk()
    story.commit(5, {ANN: by("ann", 5, {"pact": 0.2})})
    story.commit(6, {ANN: by("bob", 4, {"pact": 0.2})})
    assert found(story) == [
        ("edited-forecast", ANN, 2, f"date: 2022-01-06 → 2022-01-05, {EDITED}"),
        ("edited-forecast", ANN, 2, f"analyst: ann → bob, {EDITED}"),
    ]


def test_a_deleted_sheet_is_found_once_wherever_it_is_deleted() -> None:
    story = desk()
    start = story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    one = story.commit(4, {ANN: None}, start)
    other = story.commit(5, {ANN: None}, start)
    story.commit(6, {}, one, other)
    assert found(story) == [("edited-forecast", ANN, 2, f"the sheet was deleted, {EDITED}")]


def test_a_deletion_that_is_reverted_is_no_finding_and_hides_no_edit() -> None:
    story = desk()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    story.commit(4, {ANN: None})
    story.commit(5, {ANN: by("ann", 3, {"pact": 0.2})})
    assert found(story) == []
    story.commit(6, {ANN: Broken("forecasts")})
    story.commit(7, {ANN: by("ann", 3, {"pact": 0.7})})
    assert found(story) == [("edited-forecast", ANN, 5, f"pact: 0.2 → 0.7, {EDITED}")]


def test_a_sheet_that_can_no_longer_be_read_is_as_good_as_deleted() -> None:
    story = desk()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2}), VISIT: visited(3)})
    story.commit(4, {ANN: Broken("forecasts"), VISIT: Broken("evidence")})
    story.commit(5, {ANN: None, VISIT: None})
    assert found(story) == [
        ("edited-forecast", ANN, 2, f"the sheet can no longer be read, {EDITED}"),
        ("deleted-evidence", VISIT, 2, "can no longer be read, not retracted"),
    ]


def test_an_edit_is_told_once_and_its_revert_is_none() -> None:
    story = desk()
    start = story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    side = story.commit(4, {ANN: by("ann", 3, {"pact": 0.6})}, start)
    main = story.commit(5, {ANN: by("ann", 3, {"pact": 0.6})}, start)  # a cherry-pick
    merge = story.commit(6, {}, main, side)
    story.commit(7, {ANN: by("ann", 3, {"pact": 0.2})}, merge)
    assert found(story) == [("edited-forecast", ANN, 2, f"pact: 0.2 → 0.6, {EDITED}")]


def test_a_figure_that_a_merge_dropped_was_edited_by_it() -> None:
    """Two sheets of one day and analyst: whichever is kept, the other was committed."""
    story = desk()
    start = story.revisions[0].commit.id
    side = story.commit(3, {ANN: by("ann", 3, {"pact": 0.2, "trade": None})}, start)
    main = story.commit(3, {ANN: by("ann", 3, {"pact": 0.6})}, start)
    story.commit(4, {}, main, side)
    assert found(story) == [
        ("edited-forecast", ANN, 1, "pact: 0.2 was committed, and lost in a merge"),
        ("edited-forecast", ANN, 1, "trade: withdrawn was committed, and lost in a merge"),
    ]


def test_a_figure_that_was_committed_beside_excuses_no_edit() -> None:
    story = desk()
    start = story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    side = story.commit(3, {ANN: by("ann", 3, {"pact": 0.6})}, story.revisions[0].commit.id)
    main = story.commit(9, {ANN: by("ann", 3, {"pact": 0.6})}, start)
    story.commit(10, {}, main, side)
    assert found(story) == [("edited-forecast", ANN, 3, f"pact: 0.2 → 0.6, {EDITED}")]


OUTCOME = resolution("occurred", day(10), day(11))


@pytest.mark.parametrize(("made", "is_found"), [(9, False), (10, True), (12, True)])
def test_a_forecast_is_late_from_the_day_on_which_the_outcome_was_known(
    made: int, is_found: bool
) -> None:
    story = desk()
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    figures: dict[str, float | None] = {"trade": 0.9, "pact": 0.1, "nowhere": 0.5}
    story.commit(made, {ANN: by("ann", made, figures), BOB: by("bob", made, {"trade": None})})
    told = f"trade: dated {day(made)}, its outcome was known on 2022-01-11"
    assert found(story) == ([("late-forecast", ANN, 2, told)] if is_found else [])


def test_a_forecast_that_comes_when_the_outcome_stands_is_late_whatever_its_date() -> None:
    story = desk()
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(12, {ANN: by("ann", 9, {"trade": 0.9, "pact": 0.1, "nowhere": 0.5, "x": None})})
    stood = "its outcome of 2022-01-11 stood in the database when it was committed"
    assert found(story) == [("late-forecast", ANN, 2, f"trade: dated 2022-01-10, {stood}")]


def test_a_figure_of_an_old_sheet_that_is_edited_or_picked_later_is_no_late_forecast() -> None:
    story = desk()
    start = story.commit(9, {ANN: by("ann", 9, {"trade": 0.5})})
    side = story.commit(9, {BOB: by("bob", 9, {"trade": 0.5})}, start)
    main = story.commit(11, {"trade": scenario(resolution=OUTCOME)}, start)
    main = story.commit(12, {ANN: by("ann", 9, {"trade": 0.9})}, main)
    main = story.commit(12, {BOB: by("bob", 9, {"trade": 0.5})}, main)
    story.commit(13, {}, main, side)
    assert found(story) == [("edited-forecast", ANN, 4, f"trade: 0.5 → 0.9, {EDITED}")]


def test_a_sheet_of_the_day_before_may_come_on_the_day_of_the_outcome() -> None:
    story = desk()
    story.commit(10, {"trade": scenario(resolution=resolution("occurred", day(10)))})
    story.commit(10, {ANN: by("ann", 9, {"trade": 0.5})})
    assert found(story) == []


@pytest.mark.parametrize("keys", [{"committed": day(12)}, {"squashed": (day(9),)}])
def test_a_rebase_behind_the_outcome_makes_no_forecast_late(keys: dict[str, Any]) -> None:
    story = desk()
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(12 if "squashed" in keys else 9, {ANN: by("ann", 9, {"trade": 0.9})}, **keys)
    assert found(story) == []


# -- questions ------------------------------------------------------------------------------------

NARROW = structs.replace(PACT, resolution_criteria="Both parliaments ratify it.")
CHANGED = "resolution_criteria changed after the first forecast"
SUSPECT = "suspect until reaffirmed: the forecasts of"


def answered() -> Story:
    """Two who answered, and one who did not."""
    story = desk()
    story.commit(4, {ANN: by("ann", 3, {"pact": 0.2}), BOB: by("bob", 4, {"pact": 0.3})})
    story.commit(4, {"2022-01-04-eve": by("eve", 3, {"trade": 0.5})})
    return story


def test_a_question_that_is_changed_makes_forecasts_suspect_until_they_are_reaffirmed() -> None:
    story = answered()
    story.commit(6, {"pact": NARROW})
    assert found(story) == [("question-changed", "pact", 3, f"{CHANGED}; {SUSPECT} ann, bob")]
    story.commit(
        7,
        {
            "2022-01-08-ann": by("ann", 7, {"pact": 0.2}),
            "2022-01-08-eve": by("eve", 7, {"pact": 0.5}),
        },
    )
    told = f"{CHANGED}; {SUSPECT} bob; reaffirmed since by ann"
    assert found(story) == [("question-changed", "pact", 3, told)]
    story.commit(8, {"2022-01-09-bob": by("bob", 8, {"pact": None})})
    told = f"{CHANGED}; reaffirmed since by ann"
    assert found(story) == [("question-changed", "pact", 3, told)]


def test_a_question_may_change_before_anybody_answers_it_and_in_that_commit() -> None:
    story = desk()
    story.commit(1, {"pact": structs.replace(PACT, question="Which?")})
    story.commit(2, {"pact": NARROW, ANN: by("ann", 2, {"pact": 0.2})})
    story.commit(3, {BOB: by("bob", 3, {"pact": None})})
    story.commit(4, {"trade": scenario(tags=("t",), implies=("pact",))})
    assert found(story) == []


def test_what_is_made_clear_is_appended_and_never_edited() -> None:
    story = answered()
    first = Clarification(day(5), "A protocol is none.")
    second = Clarification(day(6), "A text is one.")
    other = Clarification(day(5), "A protocol is one.")
    story.commit(5, {"pact": structs.replace(PACT, clarifications=(first,))})
    story.commit(6, {"pact": structs.replace(PACT, clarifications=(first, second))})
    assert found(story) == []
    story.commit(7, {"pact": structs.replace(PACT, clarifications=(other, second))})
    told = f"clarifications changed after the first forecast; {SUSPECT} ann, bob"
    assert found(story) == [("question-changed", "pact", 5, told)]


def test_a_clarification_that_is_taken_back_is_a_change_that_can_be_answered() -> None:
    first, second = Clarification(day(3), "A protocol is none."), Clarification(day(4), "Nor this.")
    story = answered()
    story.commit(5, {"pact": structs.replace(PACT, clarifications=(first, second))})
    story.commit(6, {"pact": structs.replace(PACT, clarifications=(first,))})
    story.commit(7, {"2022-01-08-bob": by("bob", 7, {"pact": 0.2})})
    changed = "clarifications changed after the first forecast"
    told = f"{changed}; {SUSPECT} ann; reaffirmed since by bob"
    assert found(story) == [("question-changed", "pact", 4, told)]


def test_each_change_is_told_with_all_whom_it_left_behind() -> None:
    story = answered()
    story.commit(6, {"pact": NARROW, "2022-01-07-bob": by("bob", 6, {"pact": 0.3})})
    story.commit(7, {"pact": structs.replace(NARROW, question="Which?")})
    assert found(story) == [
        ("question-changed", "pact", 3, f"{CHANGED}; {SUSPECT} ann, bob"),
        (
            "question-changed",
            "pact",
            4,
            f"question changed after the first forecast; {SUSPECT} ann, bob",
        ),
    ]
    story.commit(8, {"2022-01-09-bob": by("bob", 8, {"pact": 0.3})})
    assert [one[3].rpartition("; ")[2] for one in found(story)] == ["reaffirmed since by bob"] * 2


def test_a_question_may_be_answered_anew_in_the_commit_that_changes_it() -> None:
    story = answered()
    story.commit(6, {"pact": NARROW, "2022-01-07-bob": by("bob", 6, {"pact": 0.3})})
    told = f"{CHANGED}; {SUSPECT} ann; reaffirmed since by bob"
    assert found(story) == [("question-changed", "pact", 3, told)]


def test_a_question_and_a_horizon_that_change_are_named_both() -> None:
    story = answered()
    story.commit(6, {"pact": structs.replace(PACT, question="Which?", horizon=day(99))})
    told = f"question, horizon changed after the first forecast; {SUSPECT} ann, bob"
    assert found(story) == [("question-changed", "pact", 3, told)]


def test_a_question_that_is_changed_back_is_what_its_first_forecasts_answered() -> None:
    """Those who answered in between answered another one."""
    story = answered()
    story.commit(6, {"pact": NARROW})
    story.commit(7, {"pact": PACT})
    assert found(story) == [("question-changed", "pact", 3, CHANGED)]
    story = answered()
    story.commit(6, {"pact": NARROW, "2022-01-07-eve": by("eve", 6, {"pact": 0.5})})
    story.commit(7, {"pact": PACT})
    assert found(story) == [
        ("question-changed", "pact", 3, CHANGED),
        ("question-changed", "pact", 4, f"{CHANGED}; {SUSPECT} eve"),
    ]


def test_an_answer_from_a_branch_that_had_the_old_question_is_suspect_however_late() -> None:
    story = answered()
    start = story.revisions[-1].commit.id
    main = story.commit(6, {"pact": NARROW}, start)
    late = {"2022-01-09-bob": by("bob", 8, {"pact": 0.4}), "x": by("eve", 8, {"pact": 0.5})}
    side = story.commit(8, late, start)
    story.commit(9, late, main, side)
    told = f"{CHANGED}; {SUSPECT} ann, bob, eve"
    assert found(story) == [("question-changed", "pact", 3, told)]


def test_a_change_that_is_picked_into_another_branch_is_told_once() -> None:
    story = answered()
    start = story.revisions[-1].commit.id
    one = story.commit(6, {"pact": NARROW}, start)
    other = story.commit(7, {"pact": structs.replace(NARROW)}, start)
    story.commit(8, {}, one, other)
    assert found(story) == [("question-changed", "pact", 3, f"{CHANGED}; {SUSPECT} ann, bob")]


def test_a_merge_of_two_changed_questions_is_not_their_author() -> None:
    story = answered()
    start = story.revisions[-1].commit.id
    main = story.commit(6, {"pact": NARROW}, start)
    side = story.commit(7, {"pact": structs.replace(PACT, horizon=day(99))}, start)
    story.commit(8, {"pact": structs.replace(NARROW, horizon=day(99))}, main, side)
    horizon = f"horizon changed after the first forecast; {SUSPECT} ann, bob"
    assert found(story) == [
        ("question-changed", "pact", 3, f"{CHANGED}; {SUSPECT} ann, bob"),
        ("question-changed", "pact", 4, horizon),
    ]


def test_a_forecast_of_a_question_that_was_not_there_yet_answers_no_other_one() -> None:
    story = Story()
    story.commit(3, {ANN: by("ann", 3, {"pact": 0.2})})
    story.commit(4, {"pact": PACT})
    story.commit(5, {"pact": NARROW})
    assert found(story) == []


def test_a_question_that_is_gone_at_the_end_was_changed_all_the_same() -> None:
    story = answered()
    story.commit(6, {"pact": NARROW})
    story.commit(7, {"pact": None})
    assert found(story) == [("question-changed", "pact", 3, f"{CHANGED}; {SUSPECT} ann, bob")]


# -- judgements -----------------------------------------------------------------------------------


def known(number: int) -> str:
    return f"after the outcome of trade was known ({day(number)})"


def test_a_rating_that_is_changed_when_the_outcome_is_known_is_found() -> None:
    story = desk()
    rated = visited(2, ratings={"trade": "C", "pact": "C"}, reliability="B", credibility=2)
    story.commit(2, {VISIT: rated})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    other = visited(2, ratings={"trade": "CC", "pact": "I"}, credibility=1)
    story.commit(12, {VISIT: other})
    assert found(story, "rated-after-outcome") == [
        (VISIT, 3, f"credibility 2 → 1, {known(10)}"),
        (VISIT, 3, f"rating C → CC, {known(10)}"),
        (VISIT, 3, f"reliability B → none, {known(10)}"),
    ]


@pytest.mark.parametrize(("made", "is_found"), [(9, False), (10, False), (11, True)])
def test_the_outcome_may_be_known_before_it_is_in_the_database(made: int, is_found: bool) -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"})})
    story.commit(made, {VISIT: visited(2, ratings={"trade": "CC"})})
    story.commit(12, {"trade": scenario(resolution=OUTCOME)})
    told = f"rating C → CC, {known(10)}"
    assert found(story) == ([("rated-after-outcome", VISIT, 2, told)] if is_found else [])


@pytest.mark.parametrize(
    ("keys", "is_found"),
    [
        ({}, True),  # whatever its author's day: it came behind the outcome
        ({"committed": day(13)}, False),
        ({"squashed": (day(8), day(12))}, False),
        ({"squashed": (day(10),)}, False),
        ({"squashed": (day(11),)}, True),
    ],
)
def test_a_rebase_or_squash_may_put_an_earlier_rating_behind_the_outcome(
    keys: dict[str, Any], is_found: bool
) -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    on = 12 if "squashed" in keys else 9
    story.commit(on, {VISIT: visited(2, ratings={"trade": "CC"})}, **keys)
    assert bool(found(story)) == is_found


def test_a_rebased_rating_that_its_author_made_with_the_outcome_is_found() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(12, {VISIT: visited(2, ratings={"trade": "CC"})}, committed=day(20))
    assert [one[0] for one in found(story)] == ["rated-after-outcome"]


def test_a_rating_of_a_rival_of_what_occurred_is_found() -> None:
    rivals = {id: scenario(0.5, set="s") for id in ("a", "b")}
    story = desk(tracker=Tracker(sets={"s": "S"}), **rivals)
    story.commit(2, {VISIT: visited(2, ratings={"b": "C"})})
    story.commit(11, {"a": structs.replace(rivals["a"], resolution=OUTCOME)})
    story.commit(12, {VISIT: visited(2, ratings={"b": "II", "nowhere": "C"})})
    told = "rating C → II, after the outcome of b was known (2022-01-11)"
    assert found(story) == [("rated-after-outcome", VISIT, 3, told)]


def test_a_rating_that_is_added_or_removed_or_fired_is_one_that_changed() -> None:
    talks = scenario(indicators={"talks": indicator({"trade": "C"})})
    story = desk(talks=talks)
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"}), DENIAL: visited(2)})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    fired = {"talks/talks": "observed", "talks/none": "observed", "gone/x": "observed"}
    story.commit(12, {VISIT: visited(2), DENIAL: visited(2, indicators=fired)})
    assert found(story) == [
        ("rated-after-outcome", VISIT, 3, f"rating C → none, {known(10)}"),
        ("rated-after-outcome", DENIAL, 3, f"indicator talks/talks none → observed, {known(10)}"),
    ]


def test_what_a_question_judges_by_itself_is_found_too() -> None:
    seen = indicator({"trade": "C", "pact": "C"}, if_absent="N")
    before = scenario(0.5, indicators={"seen": seen, "old": TALKS}, resolution=OUTCOME)
    other = indicator({"trade": "CC"}, if_absent="I")
    flipped = resolution("did-not-occur", day(9), day(11))
    story = desk(trade=scenario(0.5, indicators={"seen": seen, "old": TALKS}))
    story.commit(11, {"trade": before})
    after = scenario(0.7, indicators={"seen": other, "new": TALKS}, resolution=flipped)
    story.commit(12, {"trade": after})
    assert found(story, "rated-after-outcome") == [
        ("trade", 2, f"absence of seen N → I, {known(10)}"),
        ("trade", 2, f"indicator seen C → CC, {known(10)}"),
        ("trade", 2, f"outcome occurred on 2022-01-11 → did-not-occur on 2022-01-10, {known(10)}"),
        ("trade", 2, f"prior 0.5 → 0.7, {known(10)}"),
    ]


def test_a_chance_a_day_a_theme_a_link_and_the_end_of_a_hazard_are_judgements_too() -> None:
    def judged(theme: str, chance: float, number: int, given: Given, ended: int) -> Any:
        seen = indicator({"trade": "C"}, theme=theme, chance=chance, due=day(number))
        return scenario(
            hazard="constant",
            hazard_ended=HazardEnded(day(ended), "A summit."),
            given={"pact": given},
            indicators={"seen": seen, "plain": indicator({"trade": "C"}, due=day(number))},
            resolution=OUTCOME,
        )

    story = desk(trade=judged("energy", 0.1, 50, Given(0.9, 0.1), 60))
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"}, theme="energy")})
    story.commit(12, {"trade": judged("war", 0.2, 70, Given(0.8, 0.1), 80)})
    story.commit(13, {VISIT: visited(2, ratings={"trade": "C"})})
    assert found(story, "rated-after-outcome") == [
        ("trade", 2, f"chance of seen 0.1 → 0.2, {known(10)}"),
        ("trade", 2, f"due of seen {day(50)} → {day(70)}, {known(10)}"),
        ("trade", 2, f"hazard_ended {day(60)} → {day(80)}, {known(10)}"),
        ("trade", 2, f"prior given pact 0.9/0.1 → 0.8/0.1, {known(10)}"),
        ("trade", 2, f"theme of seen energy → war, {known(10)}"),
        (VISIT, 3, f"theme energy → none, {known(10)}"),
    ]


def test_a_judgement_that_is_reverted_or_picked_is_told_once() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C"})})
    start = story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    one = story.commit(12, {VISIT: visited(2, ratings={"trade": "CC"})}, start)
    other = story.commit(13, {VISIT: visited(2, ratings={"trade": "CC"})}, start)
    merge = story.commit(14, {}, one, other)
    story.commit(15, {VISIT: visited(2, ratings={"trade": "C"})}, merge)
    assert [one[1:3] for one in found(story)] == [(VISIT, 3)]


def test_a_merge_of_an_earlier_rating_is_not_its_author() -> None:
    """The item was changed on both sides, and their texts were merged when the outcome stood."""
    story = desk()
    start = story.commit(2, {VISIT: visited(2, ratings={"trade": "C"})})
    side = story.commit(3, {VISIT: visited(2, ratings={"trade": "CC"})}, start)
    main = story.commit(4, {VISIT: visited(2, ratings={"trade": "C"}, notes="N.")}, start)
    main = story.commit(11, {"trade": scenario(resolution=OUTCOME)}, main)
    both = {VISIT: visited(2, ratings={"trade": "CC"}, notes="N.")}
    story.commit(12, both, main, side)
    assert found(story) == []
    other = {VISIT: visited(2, ratings={"trade": "II"}, notes="N.")}
    story.commit(13, other, main, side)
    assert [one[1:] for one in found(story)] == [(VISIT, 6, f"rating C → II, {known(10)}")]


def test_a_rating_that_stood_once_may_not_be_chosen_again_when_the_outcome_is_known() -> None:
    story = desk()
    for number, code in enumerate(("C", "CC", "C")):
        story.commit(2 + number, {VISIT: visited(2, ratings={"trade": code})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(12, {VISIT: visited(2, ratings={"trade": "CC"})})
    assert [one[1:3] for one in found(story)] == [(VISIT, 5)]


def test_words_a_retraction_and_other_scenarios_may_change_when_the_outcome_is_known() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, ratings={"trade": "C", "pact": "C"})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    other = visited(
        2, ratings={"trade": "C", "pact": "N"}, notes="N.", retracted=retraction(day(12))
    )
    story.commit(12, {VISIT: other, "trade": scenario(tags=("t",), resolution=OUTCOME)})
    assert found(story) == []


# -- indicators -----------------------------------------------------------------------------------

FIRED = {"pact/talks": "observed"}
ADDED = "added after what fires it had been committed: "
RATED = "rated anew after what fires it had been committed: "
REWORDED = "reworded after what fires it had been committed: "


def watched(code: str = "C", statement: str | None = None, **keys: Any) -> Any:
    made = indicator({"pact": code}, **keys)
    named = structs.replace(made, statement=statement or made.statement)
    return scenario(0.2, indicators={"talks": named})


def test_an_indicator_that_is_younger_than_what_fires_it_is_hindsight() -> None:
    story = Story()
    story.commit(0, {"pact": scenario()})
    story.commit(2, {VISIT: visited(2), DENIAL: visited(2)})
    story.commit(5, {"pact": watched(), VISIT: visited(2, indicators=FIRED)})
    story.commit(6, {DENIAL: visited(2, indicators=FIRED), BOB: visited(6, indicators=FIRED)})
    told = f"{ADDED}{VISIT}, {DENIAL}"
    assert found(story) == [("hindsight-indicator", "pact/talks", 2, told)]


def test_an_indicator_that_is_rated_anew_or_reworded_after_what_fires_it_is_hindsight() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, indicators=FIRED)})
    story.commit(3, {"pact": watched("CC")})
    story.commit(4, {DENIAL: visited(4, indicators=FIRED)})
    assert found(story) == [("hindsight-indicator", "pact/talks", 2, RATED + VISIT)]
    story.commit(5, {"pact": watched("CC", "An envoy comes for tea")})
    assert found(story) == [
        ("hindsight-indicator", "pact/talks", 4, f"{RATED}{VISIT}"),
        ("hindsight-indicator", "pact/talks", 4, f"{REWORDED}{DENIAL}"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"if_absent": "I"}),
        ({}, {"chance": 0.1, "due": day(50)}),
        ({"chance": 0.1, "due": day(50)}, {"chance": 0.2, "due": day(50)}),
        ({"if_absent": "I", "due": day(50)}, {"if_absent": "I", "due": day(60)}),
        ({"theme": "war"}, {"theme": "energy"}),
    ],
)
def test_the_theme_and_the_worth_of_an_absence_are_judged_beforehand_too(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    story = desk(pact=watched(**before))
    story.commit(2, {VISIT: visited(2, indicators=FIRED)})
    story.commit(3, {"pact": watched(**after)})
    assert found(story) == [("hindsight-indicator", "pact/talks", 2, RATED + VISIT)]


def test_an_indicator_may_change_before_it_fires_and_in_words_or_dates_after() -> None:
    story = desk()
    story.commit(1, {"pact": watched("CC")})
    story.commit(2, {VISIT: visited(2, indicators=FIRED), "pact": watched("II")})
    story.commit(3, {"pact": watched("II", "Something is seen.", due=day(90), watch="The news")})
    story.commit(4, {"pact": watched("II", "Something  is Seen", due=day(99))})
    assert found(story) == []


def test_an_indicator_that_is_rated_anew_and_back_is_as_it_was_beforehand() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2, indicators=FIRED)})
    story.commit(3, {"pact": watched("CC")})
    story.commit(4, {"pact": PACT})
    assert found(story) == []


def test_a_rating_that_stood_once_may_not_be_chosen_again_after_the_fact() -> None:
    story = desk()
    story.commit(1, {"pact": watched("CC")})
    story.commit(1, {"pact": PACT})
    story.commit(2, {VISIT: visited(2, indicators=FIRED)})
    story.commit(3, {"pact": watched("CC")})
    assert found(story) == [("hindsight-indicator", "pact/talks", 4, RATED + VISIT)]


def test_dates_tell_where_commits_do_not() -> None:
    story = Story()
    late = watched()
    indicators = {"talks": structs.replace(TALKS, added=day(5))}
    story.commit(
        9, {"pact": structs.replace(late, indicators=indicators)}, squashed=(day(5), day(2))
    )
    story.commit(
        9,
        {VISIT: visited(4, indicators=FIRED), DENIAL: visited(5, indicators=FIRED)},
        squashed=(day(5),),
    )
    told = f"added after what fires it had been recorded, by its own date: {VISIT}"
    assert found(story) == [("hindsight-indicator", "pact/talks", 0, told)]


@pytest.mark.parametrize("keys", [{"committed": day(9)}, {"squashed": (day(1),)}])
def test_a_rebase_or_squash_may_put_an_earlier_indicator_behind_what_fires_it(
    keys: dict[str, Any],
) -> None:
    for before in (scenario(0.2), watched("I")):
        story = Story()
        story.commit(0, {"pact": before})
        story.commit(2, {VISIT: visited(2, indicators=FIRED)})
        story.commit(9 if "squashed" in keys else 1, {"pact": PACT}, **keys)
        assert found(story) == []
        story.commit(9, {"pact": watched("CC")})
        assert [one[2] for one in found(story)] == [3]


def test_an_indicator_and_an_item_that_were_made_side_by_side_are_ordered_by_their_days() -> None:
    """Commits come in the order of their days where neither follows the other."""
    for first, second in ((1, 2), (2, 1)):
        story = Story()
        start = story.commit(0, {"pact": scenario(0.2)})
        sides = {first: {"pact": PACT}, second: {VISIT: visited(2, indicators=FIRED)}}
        one, other = (story.commit(number, sides[number], start) for number in (1, 2))
        story.commit(3, {**sides[1], **sides[2]}, one, other)
        assert bool(found(story)) == (first == 2)


def test_what_another_branch_tried_does_not_count_where_it_was_not_kept() -> None:
    story = desk()
    start = story.revisions[-1].commit.id
    side = story.commit(1, {"pact": watched("II")}, start)
    main = story.commit(2, {VISIT: visited(2, indicators=FIRED)}, start)
    side = story.commit(3, {"pact": PACT}, side)
    story.commit(4, {}, main, side)
    assert found(story) == []


def test_what_an_old_branch_still_had_does_not_count_where_it_was_rated_before() -> None:
    story = desk()
    start = story.revisions[-1].commit.id
    main = story.commit(1, {"pact": watched("CC")}, start)
    side = story.commit(2, {"pact": structs.replace(PACT, tags=("t",))}, start)
    side = story.commit(3, {VISIT: visited(3, indicators=FIRED)}, side)
    merged = {"pact": structs.replace(watched("CC"), tags=("t",))}
    story.commit(4, {**merged, VISIT: story.trees[side][VISIT]}, main, side)
    assert found(story) == []


def test_an_indicator_whose_file_could_not_be_read_was_there_all_the_same() -> None:
    story = Story()
    story.commit(0, {"pact": Broken("scenario")})
    story.commit(2, {VISIT: visited(2, indicators=FIRED)})
    story.commit(9, {"pact": PACT})
    assert found(story) == []


def test_an_item_that_fires_what_is_not_there_is_no_hindsight() -> None:
    story = desk()
    fired = {"pact/none": "observed", "nowhere/talks": "observed"}
    story.commit(2, {VISIT: visited(2, indicators=fired)})
    assert found(story) == []


@pytest.mark.parametrize(("authored", "is_found"), [(1, False), (2, True), (14, True)])
def test_a_rating_on_top_of_a_squash_is_compared_with_the_day_of_what_fires_it(
    authored: int, is_found: bool
) -> None:
    """The squash is younger than what it holds, and its item was there for whoever rated on it."""
    story = Story()
    fired = {"pact": PACT, VISIT: visited(2, indicators=FIRED)}
    story.commit(30, fired, squashed=(day(2), day(29)))
    story.commit(authored, {"pact": watched("CC")}, committed=day(31))
    told = ("hindsight-indicator", "pact/talks", 1, RATED + VISIT)
    assert found(story) == [told][: int(is_found)]


def test_a_rating_that_a_rebase_put_behind_an_item_may_be_younger_than_the_item_s_date() -> None:
    """Within the days that are allowed, what was committed first decides."""
    story = desk()
    story.commit(5, {VISIT: visited(2, indicators=FIRED)})
    story.commit(3, {"pact": watched("CC")}, committed=day(9))
    assert found(story) == []


def test_another_name_makes_an_item_no_younger_than_an_indicator() -> None:
    story = Story()
    story.commit(0, {"pact": scenario()})
    story.commit(2, {VISIT: visited(2)})
    story.commit(3, {"pact": watched()})
    story.commit(4, {VISIT: None, "2022-01-03-a": visited(2, indicators=FIRED)})
    told = f"{ADDED}2022-01-03-a"
    assert found(story) == [("hindsight-indicator", "pact/talks", 2, told)]


def test_two_indicators_that_say_the_same_may_both_get_another_name() -> None:
    def pair(*keys: str) -> Any:
        return scenario(0.2, indicators=dict.fromkeys(keys, TALKS))

    story = Story()
    story.commit(0, {"pact": pair("x", "y")})
    fired = {"pact/x": "observed", "pact/y": "observed"}
    story.commit(2, {VISIT: visited(2, indicators=fired)})
    fired = {"pact/p": "observed", "pact/q": "observed"}
    story.commit(3, {"pact": pair("p", "q"), VISIT: visited(2, indicators=fired)})
    assert found(story) == []


# -- deletions ------------------------------------------------------------------------------------


def test_an_item_that_is_deleted_is_found_and_one_that_is_retracted_is_not() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2), DENIAL: visited(2)})
    story.commit(3, {VISIT: None, DENIAL: visited(2, retracted=retraction(day(3)))})
    story.commit(4, {"wire": Source("A wire", "B")})
    story.commit(5, {"wire": None})
    assert found(story) == [("deleted-evidence", VISIT, 2, "deleted, not retracted")]


def test_an_item_that_no_merge_kept_is_as_good_as_deleted() -> None:
    story = desk()
    start = story.revisions[-1].commit.id
    side = story.commit(2, {VISIT: visited(2)}, start)
    side = story.commit(3, {VISIT: visited(2, notes="N.")}, side)
    main = story.commit(4, {DENIAL: visited(4)}, start)
    story.commit(5, {}, main, side)
    told = "lost in a merge, not retracted"
    assert found(story) == [("deleted-evidence", VISIT, 1, told)]


def test_of_two_items_that_say_the_same_one_may_be_renamed_and_one_is_deleted() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2), "2022-01-03-w": visited(2)})
    story.commit(3, {VISIT: None, "2022-01-03-w": None, "2022-01-03-x": visited(2)})
    assert found(story) == [("deleted-evidence", "2022-01-03-w", 2, "deleted, not retracted")]


def test_a_copy_of_an_item_does_not_replace_one_that_can_no_longer_be_read() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2)})
    story.commit(3, {VISIT: Broken("evidence"), "2022-01-03-x": visited(2)})
    told = "can no longer be read, not retracted"
    assert found(story) == [("deleted-evidence", VISIT, 2, told)]


# -- names ----------------------------------------------------------------------------------------


def test_a_scenario_and_an_indicator_may_get_another_name_with_all_that_names_them() -> None:
    story = desk()
    rated = visited(2, ratings={"trade": "C"}, indicators=FIRED)
    story.commit(4, {VISIT: rated, ANN: by("ann", 4, {"pact": 0.2, "trade": 0.4})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    treaty = scenario(0.2, indicators={"draft": indicator({"treaty": "C"})})
    renamed = structs.replace(rated, indicators={"treaty/talks": "observed"})
    named = structs.replace(treaty, indicators={"talks": treaty.indicators["draft"]})
    figures = by("ann", 4, {"treaty": 0.2, "trade": 0.4})
    story.commit(30, {"pact": None, "treaty": named, VISIT: renamed, ANN: figures})
    fired = structs.replace(rated, indicators={"treaty/draft": "observed"})
    story.commit(31, {"treaty": treaty, VISIT: fired})
    assert found(story) == []
    story.commit(
        32,
        {
            "treaty": structs.replace(treaty, question="Which?"),
            ANN: by("ann", 4, {"treaty": 0.3, "trade": 0.4}),
        },
    )
    told = f"question changed after the first forecast; {SUSPECT} ann"
    assert found(story) == [
        ("edited-forecast", ANN, 5, f"treaty: 0.2 → 0.3, {EDITED}"),
        ("question-changed", "treaty", 5, told),
    ]


def test_another_name_hides_nothing_that_was_changed_with_it() -> None:
    story = desk()
    story.commit(4, {VISIT: visited(2, ratings={"trade": "C"}), ANN: by("ann", 3, {"pact": 0.2})})
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(
        12,
        {
            VISIT: None,
            "2022-01-03-a-visit": visited(2, ratings={"trade": "CC"}),
            ANN: None,
            BOB: by("ann", 4, {"treaty": 0.2}),
            "pact": None,
            "treaty": structs.replace(PACT, resolution_criteria="Any."),
        },
    )
    assert found(story) == [
        ("edited-forecast", BOB, 3, f"date: 2022-01-04 → 2022-01-05, {EDITED}"),
        ("question-changed", "treaty", 3, f"{CHANGED}; {SUSPECT} ann"),
        ("rated-after-outcome", "2022-01-03-a-visit", 3, f"rating C → CC, {known(10)}"),
    ]


def test_what_is_deleted_under_its_other_name_is_told_where_it_was_deleted() -> None:
    story = desk()
    seen, said = visited(2), by("ann", 3, {"pact": 0.2})
    story.commit(3, {VISIT: seen, ANN: said})
    story.commit(4, {VISIT: None, ANN: None, "2022-01-03-trip": seen, "2022-01-04-eve": said})
    story.commit(5, {"2022-01-03-trip": None, "2022-01-04-eve": None})
    assert [one[:3] for one in found(story)] == [
        ("edited-forecast", "2022-01-04-eve", 3),
        ("deleted-evidence", "2022-01-03-trip", 3),
    ]


# -- all of it ------------------------------------------------------------------------------------


def test_no_commit_is_no_audit() -> None:
    assert audit(trail([])) == Audit(
        tip="",
        commits=0,
        first=None,
        last=None,
        findings=(),
        entered=(),
        lumped=(),
        beyond=(),
        left_out=0,
    )


def test_honest_work_is_counted_by_day_and_not_found() -> None:
    story = desk()
    story.commit(2, {VISIT: visited(2), ANN: by("ann", 2, {"pact": 0.1})})
    story.commit(9, {DENIAL: visited(4), "2022-01-10-ann": by("ann", 9, {"pact": 0.2})})
    story.commit(9, {})
    told = audit(trail(story.revisions), 7)
    assert (told.commits, told.first, told.last, told.left_out) == (3, day(0), day(9), 7)
    assert told.entered == (
        Entered(date=day(2), records=2, backdated=0, least_days=0, most_days=0),
        Entered(date=day(9), records=2, backdated=1, least_days=5, most_days=5),
    )
    assert told.lumped == (f"{2:040d}",)


def test_a_record_is_counted_once_however_often_it_comes() -> None:
    story = desk()
    start = story.revisions[-1].commit.id
    one = story.commit(2, {VISIT: visited(2)}, start)
    other = story.commit(5, {VISIT: visited(2)}, start)
    story.commit(6, {}, one, other)
    assert audited(story).entered == (
        Entered(date=day(2), records=1, backdated=0, least_days=0, most_days=0),
    )


@pytest.mark.parametrize(("apart", "is_lumped"), [(3, False), (4, True)])
def test_a_commit_of_more_days_than_are_allowed_is_lumped(apart: int, is_lumped: bool) -> None:
    story = desk()
    story.commit(9, {VISIT: visited(9 - apart), ANN: by("ann", 9, {"pact": 0.2})})
    assert bool(audited(story).lumped) == is_lumped


def test_late_forecasts_come_by_commit_too() -> None:
    story = desk()
    story.commit(11, {"trade": scenario(resolution=OUTCOME)})
    story.commit(12, {BOB: by("bob", 12, {"trade": 0.9})})
    story.commit(13, {ANN: by("ann", 13, {"trade": 0.9})})
    assert [one[1:3] for one in found(story)] == [(BOB, 2), (ANN, 3)]


def test_findings_come_by_rule_and_then_by_commit() -> None:
    story = desk()
    story.commit(9, {VISIT: visited(2), "2022-01-02-old": visited(1)})
    story.commit(10, {DENIAL: visited(4)})
    story.commit(11, {VISIT: None})
    assert [one[:3] for one in found(story)] == [
        ("deleted-evidence", VISIT, 3),
        ("backdated", "2022-01-02-old", 1),
        ("backdated", VISIT, 1),
        ("backdated", DENIAL, 2),
    ]


@given(stories())
def test_any_commits_can_be_audited(story: Story) -> None:
    told = audited(story)
    commits = {one.commit.id for one in story.revisions if one.own}
    assert told.commits == len(commits)
    assert {one.commit for one in told.findings} <= commits
    assert told.last is None or isinstance(told.last, date)
