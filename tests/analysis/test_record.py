"""Weights in the team's figure by how each analyst did on the questions that have ended."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.analyst_records import analyst_records
from scenarios.analysis.changes import touched_by
from scenarios.analysis.evidence import knowledge
from scenarios.analysis.evidence.knowledge import bearing, dependents, last_open_day
from scenarios.analysis.forecasts import stated
from scenarios.analysis.history.commit_log import history
from scenarios.analysis.history.provenance import states
from scenarios.analysis.period.period import window
from scenarios.analysis.period.probability_shifts import shifts
from scenarios.analysis.period.trajectory import curves
from scenarios.analysis.review.agenda import reveal
from scenarios.analysis.review.restated import restated
from scenarios.analysis.review.review import review
from scenarios.analysis.review.steps import steps
from scenarios.analysis.scores.fits import FittedFactor
from scenarios.analysis.scores.scoring import score
from scenarios.model import Database, Scenario
from scenarios.render.documents.report import method_text
from scenarios.render.documents.review.causes import without_analyst
from scenarios.scales import decibans, probability
from scenarios.values import Team
from tests.analysis.test_cohort import random_records
from tests.analysis.words import database_of, story_of
from tests.records import day, near, scenario
from tests.second_cohort import then
from tests.second_scorer import team

chances = st.randoms(use_true_random=True)
PAIR = "tracker record=60; a; x@0 a=.2 q=.9; y@0 a=.6 q=.5"
"""Two analysts on an open question, and on one that may have ended: errors of .01 and .25."""
ENDED = f"{PAIR}; q horizon=9 occurred=5"


def figure(db: Database, on: int, id: str = "a") -> float | None:
    current = stated(db, id, day(on))
    return current.probability if current else None


def weighed(ratio: float) -> Any:
    """The figure of a where x weighs so many times as much as y."""
    return near(probability((ratio * decibans(0.2) + decibans(0.6)) / (ratio + 1)))


def excess(text: str, on: int) -> dict[str, float]:
    return {name: near(own) for name, own in analyst_records(database_of(text)).on(day(on)).items()}


# The formula


def test_who_erred_less_than_the_mean_of_both_counts_more_from_the_day_after_the_horizon() -> None:
    db = database_of(ENDED)
    assert [figure(db, on) for on in (5, 9)] == [weighed(1)] * 2
    assert figure(db, 10) == figure(db, 90) == weighed(math.exp(60 * 0.24 / 21)) == near(0.3130114)
    assert figure(database_of(ENDED.replace("record=60", "record=7")), 10) == weighed(
        math.exp(7 * 0.24 / 21)
    )


def test_an_outcome_that_is_recorded_after_the_horizon_counts_from_the_day_after_it() -> None:
    db = database_of(f"{PAIR}; q horizon=9 occurred=5/20")
    assert [figure(db, on) for on in (10, 20)] == [weighed(1)] * 2
    assert figure(db, 21) == near(0.3130114)


def test_an_error_is_compared_on_the_days_on_which_an_analyst_stood() -> None:
    # x stands from day 0 with .9, z from day 8 alone beside it: x differs on two of ten days.
    text = "tracker record=60; q horizon=9 did-not-occur=10; x@0 q=.9; z@8 q=.1"
    assert excess(text, 10) == {}
    assert excess(text, 11) == {"x": 0.2 * 0.4 / 21, "z": -0.4 / 21}
    # Two questions are over 22, and one on which somebody stood alone counts as no difference.
    text += "; r horizon=9 occurred=3; x@1 r=.5"
    assert excess(text, 11) == {"x": 0.2 * 0.4 / 22, "z": -0.4 / 21}


def test_after_an_early_event_of_a_constant_hazard_the_days_left_have_no_difference() -> None:
    text = "tracker record=60; q hazard=constant horizon=9 occurred=5; x@0 q=.9; y@0 q=.5"
    assert excess(text, 10) == {"x": -0.12 / 2 / 21, "y": 0.12 / 2 / 21}


def test_a_set_counts_once_on_its_complete_days_and_members_alone_do_not() -> None:
    text = "tracker record=60; a set=s horizon=9 occurred=9; b set=s horizon=9; x@0 a=.9 b=.1;"
    assert excess(f"{text} y@0 a=.5 b=.5", 10) == {"x": -0.12 / 21, "y": 0.12 / 21}
    assert excess(f"{text} y@0 a=.5", 10) == {"x": 0}
    assert excess(f"{text.replace('occurred=9', 'did-not-occur=9')} y@0 a=.5 b=.5", 10) == {}
    assert excess("tracker; q horizon=9 annulled=9; x@0 q=.9; y@0 q=.5", 10) == {}


def test_a_question_without_end_and_an_analyst_called_as_one_of_ours() -> None:
    text = ENDED.replace("y@0", "team@0")
    assert figure(database_of(text), 10) == near(0.3130114)
    rows = score(database_of(f"{text}; a occurred=30 horizon=40"), day(50)).questions
    [row] = (row for row in rows if (row.scenario, row.forecaster) == ("a", "team"))
    early, late = weighed(1).expected, 0.3130114
    assert row.brier == near((10 * (1 - early) ** 2 + 20 * (1 - late) ** 2) / 30)
    endless = database_of(ENDED)
    last = replace(endless.scenarios["q"], horizon=day(0).max)
    assert figure(replace(endless, scenarios={**endless.scenarios, "q": last}), 900) == weighed(1)


def test_the_others_shown_after_an_answer_are_weighed_too() -> None:
    before, after = database_of(ENDED), database_of(f"{ENDED}; z@12 a=.9")
    [row] = reveal(before, after, "z", day(12), ["a"])
    assert row.others
    assert row.others.probability == near(0.3130114)


# Against a second implementation, and what holds of any database


def random_teams(chance: random.Random) -> Database:
    """Questions that end, and one that stays open, which every sheet may forecast."""
    db = random_records(chance)
    asked = {**db.scenarios, "open": scenario(0.5, horizon=day(60))}
    told = {}
    for id, sheet in db.sheets.items():
        own = {"open": chance.uniform(0.01, 0.99)} if chance.random() < 0.8 else {}
        told[id] = replace(sheet, probabilities={**sheet.probabilities, **own})
    by = Team(chance.choice([1.0, 1.7]), chance.choice([None, None, 0.3]), chance.choice([7.0, 60]))
    return replace(db, scenarios=asked, sheets=told, tracker=replace(db.tracker, team=by))


def figures(db: Database, ids: Any = None) -> dict[tuple[str, int], float | None]:
    return {(id, on): figure(db, on, id) for id in ids or db.scenarios for on in range(0, 40, 3)}


@given(chances)
@settings(max_examples=60, deadline=None)
def test_a_second_scorer_has_the_same_figures_on_every_day(chance: random.Random) -> None:
    db = random_teams(chance)
    for on in range(40):
        expected = team(db, "open", day(on))
        assert figure(db, on, "open") == (expected and near(expected, rel=1e-9, abs=1e-9))


@given(chances)
@settings(max_examples=40, deadline=None)
def test_any_part_has_the_figures_of_the_whole(chance: random.Random) -> None:
    db = random_teams(chance)
    for id in db.scenarios:
        part = knowledge.near(db, id, bearing(db), db.speaking)
        again = knowledge.near(part, id, bearing(part), part.speaking)
        assert figures(part, [id]) == figures(again, [id]) == figures(db, [id])


@given(chances)
@settings(max_examples=40, deadline=None)
def test_the_order_of_sheets_and_scenarios_changes_no_bit(chance: random.Random) -> None:
    db = random_teams(chance)
    mixed = [
        {id: of[id] for id in chance.sample([*of], len(of))} for of in (db.scenarios, db.sheets)
    ]
    other = replace(db, scenarios=mixed[0], sheets=mixed[1])
    assert analyst_records(other) == analyst_records(db)
    assert figures(other) == figures(db)


@given(chances, st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_a_longer_record_changes_no_figure_of_the_past(chance: random.Random, on: int) -> None:
    db = random_teams(chance)
    before = then(db, day(on))
    before = replace(before, sheets={k: s for k, s in db.sheets.items() if s.date <= day(on)})
    for id in db.scenarios:
        for past in range(0, on + 1, 2):
            assert figure(before, past, id) == figure(db, past, id)


@given(chances, st.integers(5, 39))
@settings(max_examples=40, deadline=None)
def test_whatever_another_sheet_or_end_of_a_question_moves_is_a_shift(
    chance: random.Random, on: int
) -> None:
    db = random_teams(chance)
    id, other = chance.choice([*db.scenarios]), dict(db.sheets)
    for key in [*other][:1]:
        figures_of = dict.fromkeys(other[key].probabilities, chance.uniform(0.05, 0.95))
        other[key] = replace(other[key], probabilities=figures_of)
    asked = replace(db.scenarios[id], resolution=None)
    for was in (replace(db, sheets=other), replace(db, scenarios={**db.scenarios, id: asked})):
        moved = {shift.scenario for shift in shifts(was, db, day(on))}
        for each, one in db.scenarios.items():
            last = (last_open_day(db, each, day(on)) - day(0)).days
            before = (last_open_day(was, each, day(on)) - day(0)).days
            pair = figure(was, before, each), figure(db, last, each)
            if one.opened <= day(on) and pair[0] != pair[1]:
                assert each in moved or pair[0] == near(pair[1], rel=1e-9)


@given(chances)
@settings(max_examples=30, deadline=None)
def test_a_record_towards_0_is_none(chance: random.Random) -> None:
    db = random_teams(chance)
    teams = (replace(db.tracker.team, record=record) for record in (1e-9, None))
    small, none = (replace(db, tracker=replace(db.tracker, team=team)) for team in teams)
    plain = {key: value and near(value, rel=1e-9) for key, value in figures(none).items()}
    assert figures(small) == plain


@given(chances)
@settings(max_examples=20, deadline=None)
def test_a_team_has_the_same_line_in_scores_as_on_each_day(chance: random.Random) -> None:
    db = random_teams(chance)
    for id in [id for id in db.scenarios if id == "open"]:
        [course] = curves(window(db, day(0), day(39)), [id], 400).values()
        assert [point.stated for point in course.points] == [
            figure(db, (point.day - day(0)).days, id) for point in course.points
        ]
        drawn = {point.day for point in course.points}
        if not db.tracker.team.recency:
            assert drawn >= {on for on in analyst_records(db).days if on < day(39)}


# What is told of it


def week(text: str) -> Any:
    return review(window(database_of(text), day(7), day(14)))


def test_the_day_from_which_a_question_counts_is_a_step_without_an_analyst() -> None:
    made = week(f"{ENDED.replace('q horizon', 'q short=the_talks horizon')}")
    [move] = made.story.moves
    [step] = move.stated.steps
    assert (step.date, step.analyst, step.cause, step.subjects) == (day(10), None, "record", ("q",))
    assert (step.team_from, step.team_to) == (weighed(1), near(0.3130114))
    text = without_analyst(step, made.story, database_of(ENDED))
    assert text == "analysts weigh by how they did on Title, 11 January"
    assert [finding for finding in made.findings if finding.rule == "unexplained-move"] == []
    assert "whose errors were smaller counts more (team.record 60)" in method_text(made.method)


def test_a_record_of_the_day_of_a_forecast_belongs_to_that_and_aging_is_told_apart() -> None:
    def told(text: str) -> list[tuple[Any, ...]]:
        [move] = week(text).story.moves
        taken = move.stated.steps
        assert [step.team_from for step in taken[1:]] == [step.team_to for step in taken[:-1]]
        return [(step.date, step.analyst, step.cause) for step in taken]

    assert told(f"{ENDED}; y@10 a=.7") == [(day(10), "y", None)]
    assert told(f"{ENDED}; y@10 a=.6") == [(day(10), None, "record")]
    both = ENDED.replace("y@0 a=.6", "y@0 q=.5; y@5 a=.6").replace(
        "record=60", "record=60 recency=1"
    )
    assert told(both) == [
        (day(9), None, "recency"),
        (day(10), None, "record"),
        (day(14), None, "recency"),
    ]


@pytest.mark.parametrize(("key", "days"), [("record=60", []), ("recency=1", [day(9)])])
def test_nothing_moves_a_question_after_its_last_day(key: str, days: list[Any]) -> None:
    text = f"{ENDED}; r horizon=11 occurred=11; x@1 r=.9; y@1 r=.1"
    text = text.replace("a; x", "a occurred=10/13; x").replace("y@0 a=.6", "y@5 a=.6")
    period = window(database_of(text.replace("record=60", key)), day(7), day(14))
    taken = steps(period, period.views["a"], {})
    assert [step.date for step in taken] == days
    assert [step.team_to for step in taken] == [figure(period.database, 9)][: len(days)]


# What depends on it


def test_what_ended_can_move_every_scenario_where_analysts_weigh_by_it() -> None:
    db = database_of(f"{ENDED}; c")
    plain = replace(db, tracker=replace(db.tracker, team=Team()))
    assert dependents(db, {"q"}) == {"a", "c", "q"}
    assert dependents(db, {"unread"}) == {"a", "c", "q", "unread"}
    assert dependents(db, {"a"}) == dependents(plain, {"a"}) == {"a"}
    assert dependents(plain, {"q"}) == {"q"}
    asked = database_of(f"{PAIR}; q horizon=9; c")
    assert touched_by([("scenario", "q")], asked, db) == {"a", "c", "q"}


@pytest.mark.parametrize("other", [ENDED.replace("q=.5", "q=.8"), f"{PAIR}; q horizon=9"])
def test_an_edited_sheet_or_outcome_of_an_ended_question_shifts_and_restates_others(
    other: str,
) -> None:
    now, was = database_of(ENDED), database_of(other)
    [shift] = [shift for shift in shifts(was, now, day(12)) if shift.scenario == "a"]
    assert shift.stated
    assert (shift.stated.from_, shift.stated.to) == (figure(was, 12), figure(now, 12))
    [row], _ = restated(was, now, now, day(12))
    assert (row.scenario, row.stated) == ("a", shift.stated)
    [amendment] = row.because
    assert amendment.record in ("q", "2022-01-01-y")


def test_history_tells_of_the_commit_that_ended_another_question() -> None:
    story = story_of(
        "1: tracker record=60; a; q horizon=9",
        "2: 2022-01-01-x x@0 a=.2 q=.9; 2022-01-01-y y@0 a=.6 q=.5",
        "12: q horizon=9 occurred=5",
        "13: 2022-01-13-x x@12 a=.2",
        "14: 2022-01-01-y y@0 a=.6 q=.8",
    )
    told = {
        entry.commit.authored: [row.stated for row in entry.figures if row.scenario == "a"]
        for entry in history(story.revisions, "a").entries
    }
    late = weighed(math.exp(60 * 0.03 / 21))
    plain = weighed(1)
    assert told == {
        day(2): [plain],
        day(1): [None],
        day(12): [plain],
        day(13): [near(0.3130114)],
        day(14): [late],
    }
    for revision, snapshot in states(story.revisions):
        snapshot.put(revision.changes)
        again = replace(snapshot.database)
        asked = [id for id in again.scenarios if isinstance(again.scenarios[id], Scenario)]
        assert figures(snapshot.database, asked) == figures(again, asked)


# The one that would have served best


def fitted(text: str) -> FittedFactor | None:
    return score(database_of(text), day(900)).fitted_record


def test_where_the_better_analysts_stay_better_the_largest_record_would_have_served_best() -> None:
    ids = [f"q{n}" for n in range(8)]
    asked = "; ".join(
        f"{id} opened={n * 10} horizon={n * 10 + 9} occurred={n * 10 + 9}"
        for n, id in enumerate(ids)
    )
    told = "; ".join(f"x@{n * 10} {id}=.9; y@{n * 10} {id}=.4" for n, id in enumerate(ids))
    found = fitted(f"{asked}; {told}")
    assert found == FittedFactor(
        factor=60, low=60, high=60, declared=None, questions=7, independent=7
    )
    worse = told.replace("=.4", "=.95").replace("q0=.95", "q0=.4")
    contrary = fitted(f"tracker record=30; {asked}; {worse}")
    assert contrary
    assert (contrary.factor, contrary.declared) == (0, 30)


def test_without_a_difference_or_under_hindsight_none_is_fitted() -> None:
    assert fitted("q horizon=9 occurred=9; r occurred=20; x@0 q=.9 r=.8; y@0 q=.9 r=.3") is None
    known = "q horizon=9 occurred=9; r horizon=20 occurred=20; x@0 q=.9 r=.8; y@0 q=.5 r=.3"
    assert fitted(known) is not None
    db = database_of(known)
    db = replace(db, tracker=replace(db.tracker, hindsight=True))
    assert score(db, day(900)).fitted_record is None


@given(chances)
@settings(max_examples=5, deadline=None)
def test_declared_that_record_would_have_served_the_team_best(chance: random.Random) -> None:
    db = random_teams(chance)
    while (found := score(db, day(900)).fitted_record) is None:
        db = random_teams(chance)
    assert found.declared == db.tracker.team.record

    def log_score(record: float) -> float:
        tracker = replace(db.tracker, team=replace(db.tracker.team, record=record or None))
        rows = score(replace(db, tracker=tracker), day(900)).questions
        own = [r for r in rows if r.forecaster == "team" and not r.alone and not r.early]
        counted = ((r, r.covered_days + r.days_after) for r in own)
        return math.fsum(
            (r.log_score or 0.0) * days / (r.scored_days + r.days_after) for r, days in counted
        )

    highest = log_score(found.factor)
    assert all(highest >= log_score(record) - 1e-3 for record in range(0, 61, 15))
