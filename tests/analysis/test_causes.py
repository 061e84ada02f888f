"""The story of a week: causes of the evidence's move, steps and reasons, and the order of news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import window
from scenarios.analysis.review.causes import CauseFinder, ChangeCause, main_causes
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.steps import StatedMove
from scenarios.analysis.review.story import ScenarioStory, TopMove
from scenarios.analysis.scores.scoring import score
from scenarios.model import Database
from scenarios.scales import decibans, jeffreys
from tests.analysis.words import database_of
from tests.random_databases import random_database
from tests.records import day, near, sheet, sheets

ALONE = "desk@0 a=.5"
SET = "a set=s probability=.4; b set=s probability=.3; c set=s probability=.3"


def week(db: Database, since: int = 2, as_of: int = 9) -> Review:
    return review(window(db, day(since), day(as_of)))


def told(text: str) -> Review:
    return week(database_of(text))


def moves(text: str) -> dict[str, ScenarioStory]:
    story = told(text).story
    assert [story.of(move.scenario) for move in story.moves] == [*story.moves]
    return {move.scenario: move for move in story.moves}


def causes(text: str, id: str = "a") -> list[tuple[Any, ...]]:
    return [(c.kind, c.subjects, near(c.decibans)) for c in moves(text)[id].implied.causes]


def said(text: str, id: str = "a") -> StatedMove:
    move = moves(text)[id].stated
    assert move
    return move


def reason(text: str) -> tuple[str, str] | None:
    quoted = said(text).reason
    return (quoted.analyst, quoted.text) if quoted else None


def news(text: str) -> list[tuple[Any, ...]]:
    return [(item.kind, item.scenario, item.event) for item in told(text).story.news]


def test_an_event_is_told_with_what_it_did_to_each_question() -> None:
    text = "a; b; e @5 a=C b=II; f @6 b=C"
    assert causes(text) == [("event", ("e",), 5)]
    assert causes(text, "b") == [("event", ("e",), -10), ("event", ("f",), 5)]


def test_the_reports_of_one_event_are_one_cause_and_those_of_one_origin_are_not() -> None:
    assert causes("a; e @5 a=C event=x; f @6 a=CC event=x") == [("event", ("e", "f"), 10)]
    assert causes("a; e @5 a=C origin=o; f @6 a=CC origin=o") == [
        ("event", ("e",), 5),
        ("event", ("f",), 5),
    ]


def test_of_two_events_of_a_day_the_larger_counts_first_and_the_other_what_it_adds() -> None:
    assert causes("a; e @5 a=C origin=o; f @5 a=CC origin=o") == [("event", ("f",), 10)]
    alike = "tracker evidence_dependence=.5; a; e @5 a=C; f @5 a=CC; g @1 a=C"
    story = moves(alike)["a"]
    assert [c.subjects for c in story.implied.causes] == [("f",), ("e",)]
    alone = moves(alike.replace("e @5 a=C; ", ""))["a"].implied.causes[0].decibans
    assert story.implied.causes[0].decibans == near(alone)
    total = story.implied.decibans
    assert sum(c.decibans for c in story.implied.causes) == near(total, abs=1e-9)


def test_what_is_retracted_or_given_or_ruled_out_or_due_is_another_cause() -> None:
    assert causes("a; e @0 a=C retracted=5") == [("retraction", ("e",), -5)]
    linked = "a given=b/.8/.2; b occurred=5"
    assert causes(linked) == [("outcome", ("b",), decibans(0.8))]
    assert causes("a x:CC/due=5/if_absent=I") == [("absence", ("a/x",), -5)]
    third = "probability=.3333"
    left = f"a set=s {third}; b set=s {third}; c set=s {third} did-not-occur=5"
    [(cause, subjects, worth)] = causes(left)
    assert (cause, subjects, worth) == ("outcome", ("c",), decibans(0.5) - decibans(1 / 3))


def test_what_an_event_does_through_a_link_is_given_by_the_other_question_and_never_an_event() -> (
    None
):
    text = "a given=b/.8/.2; b; e @5 b=CC"
    [cause] = moves(text)["a"].implied.causes
    assert (cause.kind, cause.subjects, cause.items) == ("given", ("b", "e"), ("e",))
    assert cause.by
    assert (cause.by.kind, cause.by.decibans) == ("event", near(10))
    own = moves("a given=b/.8/.2; b; e @5 b=CC a=C")["a"].implied.causes
    assert [c.kind for c in own] == ["event", "given"]


def test_an_outcome_is_no_cause_but_through_a_link_or_a_set_and_the_item_that_showed_it_is() -> (
    None
):
    text = "a; b occurred=5/5/e; e @5 a=C"
    assert causes(text) == [("event", ("e",), 5)]
    linked = moves("a given=b/.8/.2; b occurred=5/5/e; e @5")["a"].implied.causes
    assert [(c.kind, c.subjects, c.items) for c in linked] == [("outcome", ("b",), ("e",))]


def test_the_last_member_of_a_set_ends_at_the_bound() -> None:
    text = f"{SET.replace('probability=.3;', 'probability=.3 did-not-occur=5;', 1)} did-not-occur=5"
    [(kind, subjects, worth)] = causes(text)
    assert (kind, subjects) == ("outcome", ("b", "c"))
    assert worth == decibans(0.999) - decibans(0.4)


def test_in_a_set_an_item_did_to_each_member_what_the_ledger_changed_on_its_day() -> None:
    db = database_of(f"{SET}; d; e @3 a=CC b=C; f @5 b=CC d=C; g @5 c=II d=N")
    finder, odds = CauseFinder(DailyLedgers(db)), DailyLedgers(db)
    for id in "abc":
        parts = {c.subjects: c.decibans for c in finder.of(id, day(0), day(5))}
        assert {*parts} <= {("e",), ("f",), ("g",)}
        for first, last, own in ((0, 3, [("e",)]), (3, 5, [("f",), ("g",)])):
            change = decibans(odds.odds_on(day(last)).implied(id))
            change -= decibans(odds.odds_on(day(first)).implied(id))
            assert sum(parts.get(one, 0.0) for one in own) == near(change, abs=1e-9)


def test_a_figure_held_at_its_bound_has_the_rest_of_its_causes_there() -> None:
    finder = CauseFinder(DailyLedgers(database_of("a; e @1 a=CC; f @1 a=CC; g @1 a=CC; h @5 a=II")))
    event, bound = finder.of("a", day(2), day(9))
    assert (event.kind, event.decibans) == ("event", near(-10))
    assert (bound.kind, bound.decibans) == ("bound", near(30 - decibans(0.999)))


def cause(worth: float, kind: Any = "event") -> ChangeCause:
    return ChangeCause(kind=kind, decibans=worth)


def test_the_main_cause_goes_the_way_of_the_move_and_time_only_where_it_made_half_of_it() -> None:
    parts = [cause(6), cause(-5), cause(2), cause(1)]
    assert [c.decibans for c in main_causes(parts, 4)] == [6, 2]
    assert [c.decibans for c in main_causes(parts, -4)] == [-5]
    assert main_causes([cause(9, "bound")], 9) == ()
    time = [cause(-2, "time"), cause(-1.9)]
    assert [c.kind for c in main_causes(time, -3.9)] == ["time", "event"]
    assert [c.kind for c in main_causes(time, -4.1)] == ["event"]


def test_time_is_a_cause_of_a_question_with_a_hazard_on_days_without_anything_else() -> None:
    found = moves("a horizon=40 hazard=constant; e @5 a=C")["a"].implied.causes
    assert [c.kind for c in found] == ["event", "time"]
    assert found[1].day is None


def test_a_step_leads_from_the_analyst_s_own_figure_whenever_it_was_set() -> None:
    move = said("a; x@0 a=.3; y@-20 a=.4; x@1 a=.3; y@5 a=.6 why=a; x@6 a=.3")
    [step] = move.steps
    assert astuple(step)[:5] == (day(5), "y", 0.4, day(-20), 0.6)
    assert (step.team_from, step.team_to) == (near(0.348, abs=1e-3), near(0.445, abs=1e-3))
    again = said("a; x@-20 a=.3; x@1 a=.3; x@5 a=.5")
    assert again.steps[0].previous_date == day(1)


def test_a_reason_is_quoted_from_the_largest_step_the_way_of_the_move_that_has_one() -> None:
    base = "a; x@0 a=.3; y@0 a=.3; z@0 a=.3"
    for steps, expected in (
        ("x@5 a=.5 why=a; y@5 a=.6 why=a; z@5 a=.2 why=a", "y"),
        ("x@5 a=.5 why=a; y@5 a=.6; z@5 a=.2 why=a", "x"),
        ("x@5 a=.6 why=a; y@6 a=.6 why=a", "y"),  # of equal steps the later
        ("y@5 a=.6 why=a; x@5 a=.6 why=a", "x"),  # then by name
        ("w@5 a=.9 why=a; x@5 a=.31", "w"),  # a first forecast where no other has a reason
        ("w@5 a=.9 why=a; x@5 a=.31 why=a", "x"),
        ("x@5 a=.5; z@5 a=.05 why=a", "z"),
    ):
        quoted = said(f"{base}; {steps}").reason
        assert quoted, steps
        assert quoted.analyst == expected, steps
    assert reason(f"{base}; x@5 a=.6") is None
    gone = said("tracker forecast_expires_days=2; a; x@1 a=.5; y@2 a=.5; y@3 a=.9 why=a; x@8 a=.6")
    assert gone.reason is None


def test_two_exactly_opposite_steps_move_nothing() -> None:
    move = moves("a; x@0 a=.4; y@0 a=.6; x@5 a=.6 why=a; y@5 a=.4 why=a")["a"]
    assert move.stated
    assert (move.figure, move.movement_bits, len(move.stated.steps)) == ("stated", 0.0, 2)
    assert move.event is None


def test_steps_without_an_analyst_have_their_cause() -> None:
    for text, kind, subjects in (
        ("tracker forecast_expires_days=7; a; x@0 a=.9; desk@2 a=.5", "expiry", ("x",)),
        ("a; desk@0 a=.5; x@1 a=.9; x@6 a=-", "withdrawal", ("x",)),
        (f"{SET} did-not-occur=5; ana@0 a=.4 b=.3 c=.3", "outcome", ("c",)),
        (f"{SET}; ana@0 a=.4 b=.3 c=.3; ana@4 c=.15 why=c", "normalisation", ("c",)),
    ):
        move = said(text)
        [step] = move.steps
        assert (step.cause, step.subjects, step.analyst) == (kind, subjects, None), text
        assert (move.reason, move.evidence_since) == (None, None), text
    db = database_of("a; x@0 a=.4; y@5 a=.6")
    db = replace(db, tracker=replace(db.tracker, team=replace(db.tracker.team, extremize=2.0)))
    joined = week(db).story.moves[0].stated
    assert joined
    assert [step.cause for step in joined.steps] == [None, "extremize"]


def test_a_citation_counts_from_the_day_of_its_record_until_its_retraction_by_its_new_id() -> None:
    base = f"a; {ALONE}; desk@5 a=.9 why=a evidence=a/"
    for text, cited in (
        (f"{base}e; e @4 a=C", ("e",)),
        (f"{base}e; e @6 a=C", ()),
        (f"{base}e; e @1 a=C retracted=5", ()),
        (f"{base}e; e @1 a=C retracted=6", ("e",)),
        (f"{base}nothing; e @1 a=C", ()),
    ):
        assert said(text).cited == cited, text
    db = database_of(f"{base}old; e @4 a=C")
    db = replace(db, evidence={"e": replace(db.evidence["e"], formerly=("old",))})
    move = week(db).story.moves[0].stated
    assert move
    assert move.cited == ("e",)


def test_where_nothing_is_cited_the_evidence_is_told_since_the_figure_that_was_replaced() -> None:
    base = "a opened=-9; e @-3 a=C; f @5 a=CC; g @8 a=II; desk@-5 a=.3"
    since = said(f"{base}; desk@6 a=.6").evidence_since
    assert since
    assert (since.date, since.from_, since.to) == (day(-5), 0.5, near(0.7597, abs=1e-4))
    assert since.because
    assert since.because.subjects == ("f",)  # g came later
    assert said("a; e @4; desk@0 a=.5; desk@5 a=.8 evidence=a/e").evidence_since is None
    joined = said("a; e @5 a=C; desk@6 a=.6")
    assert joined.evidence_since is None
    early = said("a opened=0; e @-3 a=C; desk@-5 a=.3; desk@6 a=.6")
    assert early.evidence_since is None  # on the day of that forecast no figure stood


def test_a_cause_under_a_third_of_the_step_or_against_it_is_not_told_beside_it() -> None:
    for text, told_of in (
        (f"a; {ALONE}; e @4 a=1.2; desk@5 a=.9", None),
        (f"a; {ALONE}; e @4 a=II; desk@5 a=.9", None),
        (f"a; {ALONE}; e @4 a=C; desk@5 a=.9", ("e",)),
        (f"a; {ALONE}; desk@0 a=.5; desk@5 a=.9", None),
        ("a horizon=40 hazard=constant; desk@5 a=.5; desk@6 a=.2", None),
    ):
        since = said(text).evidence_since
        because = since.because if since else None
        assert (because.subjects if because else None) == told_of, text


def test_a_question_stands_under_the_event_that_is_cited_or_that_moved_its_evidence_most() -> None:
    base = "a; desk@0 a=.5; e @5 a=C; f @5 a=CC"
    assert moves(f"{base}; desk@6 a=.9 why=a evidence=a/e")["a"].event == "e"
    assert moves(f"{base}; desk@6 a=.9 why=a")["a"].event == "f"
    assert moves("a; desk@0 a=.5; desk@6 a=.9 why=a")["a"].event is None
    [event] = told("a given=b/.9/.1; b; c; e @5 b=CC event=x").story.events
    assert (event.key, event.items, event.scenarios) == ("event x", ("e",), ("b", "a"))


def test_the_news_are_surprises_then_moves_then_what_was_expected_then_new_questions() -> None:
    text = "a; b probability=.9 occurred=5/5; c probability=.2 occurred=6/6; d opened=5; e @6 a=CC"
    assert news(f"{text}; g; desk@4 g=.4") == [
        ("surprise", "c", None),
        ("move", "a", "e"),
        ("expected", "b", None),
        ("opened", "d", None),
        ("first-forecast", "g", None),
    ]


def test_an_annulled_outcome_and_one_that_did_not_occur_as_said_are_expected() -> None:
    assert news("a probability=.01 annulled=5") == [("expected", "a", None)]
    member = f"{SET} annulled=5; ana@0 a=.4 b=.3 c=.3"
    assert [item for item in news(member) if item[0] != "move"] == [("expected", "c", None)]
    assert news("a probability=.2 did-not-occur=5") == [("expected", "a", None)]
    assert news("a probability=.5 did-not-occur=5") == [("surprise", "a", None)]


def test_where_nothing_moved_much_the_event_with_the_largest_effects_leads() -> None:
    assert news("a; b; e @5 a=1.05; f @5 a=1.04 b=1.04") == [("event", None, "f")]
    assert news("a; e @5 a=1.001") == [("event", None, "e")]
    assert news("a; e @5 a=N") == []


def test_a_set_is_told_by_the_member_that_gained_most_by_the_figure_that_an_analyst_moved() -> None:
    base = f"{SET}; ana@0 a=.4 b=.3 c=.3"
    found = moves(f"{base}; ana@5 a=.1 b=.5 c=.4; e @6 a=CC")
    assert {move.teller for move in found.values()} == {"b"}
    assert {move.figure for move in found.values()} == {"stated"}
    assert news(f"{base}; ana@5 a=.1 b=.5 c=.4")[0] == ("move", "b", None)
    assert {move.teller for move in moves(f"{SET}; e @6 a=CC").values()} == {"a"}


def test_a_move_across_even_odds_counts_double_in_the_order() -> None:
    text = "a; b; desk@0 a=.4 b=.3; desk@5 a=.58 b=.505 why=a"
    [first, second] = told(text.replace("b=.505", "b=.49")).story.notable
    assert (first.scenario, second.scenario) == ("a", "b")
    bits = {m.scenario: m.movement_bits for m in told(text).story.notable}
    assert bits["b"] == jeffreys(0.3, 0.505)


def test_what_only_a_forecast_moved_has_no_cause_and_the_reason_of_its_analyst() -> None:
    made = told(f"a; {ALONE}; desk@5 a=.7 why=a; e @5 a=CC")
    top = TopMove(
        scenario="a",
        figure="stated",
        from_=0.5,
        to=0.7,
        because=(),
        rationale="Why.",
        analyst="desk",
    )
    assert made.headline.top == top
    assert (made.moves[0].stated and made.moves[0].stated.rationale) == "Why."
    implied = told("a; e @5 a=CC").headline.top
    assert implied
    assert (implied.figure, [c.subjects for c in implied.because]) == ("implied", [("e",)])


def test_the_newest_record_is_named_where_nothing_was_recorded_and_called_old_after_a_month() -> (
    None
):
    known = database_of("a; e @1")
    stories = [week(known, 20, on).story for on in (31, 32)]
    assert [(story.newest, story.is_stale) for story in stories] == [
        (day(1), False),
        (day(1), True),
    ]
    assert told("a; e @5").story.newest is None
    assert told("a; desk@5 a=.5").story.newest is None


def test_a_set_that_is_resolved_is_told_once_and_a_quiet_week_has_no_top() -> None:
    made = told("a set=s occurred=5; b set=s probability=.2; c set=s probability=.3; d annulled=6")
    assert [astuple(one) for one in made.headline.resolved] == [
        ("s", day(5), ("a",), ("c", "b"), ()),
        (None, day(6), (), (), ("d",)),
    ]
    assert [item.scenario for item in made.story.news] == ["a", "d"]
    ruled_out = told(f"{SET} did-not-occur=5").story
    assert [item.kind for item in ruled_out.news] == ["move"]
    assert astuple(told("a").headline) == ((), (), None, 0, 1, 0, 0, 0, None)
    new = told("a; b opened=5; desk@6 a=.5 b=.5")
    assert astuple(new.headline) == ((), (), None, 0, 2, 1, 1, 0, None)
    assert [first.scenario for first in new.story.first_forecasts] == ["a"]
    assert astuple(week(database_of("")).headline) == ((), (), None, 0, 0, 0, 0, 0, None)


def test_what_was_said_last_stood_on_the_eve_of_the_outcome_or_at_the_horizon() -> None:
    text = "a occurred=5/7; desk@0 a=.6; x@1 a=.8; desk@6 a=.99; e @4 a=CC; f @6 a=CC"
    [made] = told(text).resolved
    rows = {row.forecaster: row for row in score(database_of(text), day(9)).questions}
    for last, name in ((made.last_said, "team"), (made.last_implied, "implied")):
        assert last
        assert (last.forecaster, last.brier) == (name, rows[name].final_brier)
    assert made.last_said
    assert (made.stated, made.said) == (made.last_said.probability, made.last_said.probability)
    assert made.implied == near(10 / 11)
    [late] = told("a horizon=4 did-not-occur=8/8; e @4 a=C; f @6 a=CC").resolved
    assert (late.stated, late.implied, late.said) == (None, near(0.7597, abs=1e-4), late.implied)
    [alone] = told("a occurred=5/7; desk@0 a=.6").resolved
    assert alone.last_said
    assert astuple(alone.last_said) == ("desk", 0.6, near(0.16), False)
    for never in ("a annulled=5", "a did-not-occur=0/5"):
        [one] = told(f"{never}; desk@0 a=.6").resolved
        assert (one.last_said, one.last_implied) == (None, None)


@pytest.mark.parametrize("seed", range(12))
def test_effects_of_events_are_those_of_the_ledger_without_them(seed: int) -> None:
    db = random_database(seed)
    finder, odds = CauseFinder(DailyLedgers(db)), DailyLedgers(db)
    for id in db.scenarios:
        for item in [*db.evidence][:4]:
            on = db.evidence[item].recorded
            same = [e for e in db.evidence.values() if e.recorded == on]
            linked = any(db.scenarios[other].prior.given for other in db.scenarios)
            if linked or len(same) > 1 or db.evidence[item].retracted:
                continue
            without = {key: e for key, e in db.evidence.items() if key != item}
            before = DailyLedgers(replace(db, evidence=without)).odds_on(on).implied(id)
            after = odds.odds_on(on).implied(id)
            if not (0.0011 < before < 0.9989 and 0.0011 < after < 0.9989):
                continue
            found = finder.of(id, on - timedelta(1), on)
            worth = sum(c.decibans for c in found if item in c.items)
            assert worth == near(decibans(after) - decibans(before), abs=1e-9)


@example(732, 10, 20)
@example(405, 5, 7)
@given(st.integers(0, 2000), st.integers(0, 250), st.integers(1, 90))
def test_causes_sum_to_every_move_and_nothing_else_is_told_of_the_evidence(
    seed: int, since: int, days: int
) -> None:
    db = random_database(seed)
    made, odds = week(db, since, since + days), DailyLedgers(db)
    for move in made.story.moves:
        parts, way = move.implied.causes, move.implied.decibans
        assert sum(part.decibans for part in parts) == near(way, abs=1e-9)
        assert all(part.decibans * way > 0 for part in move.implied.because)
        assert move.implied.from_ == odds.odds_on(day(since)).implied(move.scenario)
        for part in parts:
            if part.kind == "outcome":
                linked = {*db.scenarios[move.scenario].prior.given}
                rivals = {id for id in db.scenarios if db.scenarios[id].set == move.set}
                assert {*part.subjects} <= linked | (rivals if move.set else set())
            items = [id for id in part.items if part.kind == "event"]
            assert all(db.evidence[id].recorded > day(since) for id in items)
    items = [id for event in made.story.events for id in event.items]
    assert len(items) == len({*items})
    told_under = [id for event in made.story.events for id in event.scenarios]
    assert len(told_under) == len({*told_under})


@given(st.integers(0, 2000), st.data())
def test_each_step_has_the_figures_of_its_day_and_cites_what_was_known_then(
    seed: int, data: st.DataObject
) -> None:
    db = random_database(seed)
    given_ = []
    figures = st.sampled_from((0.1, 0.3, 0.5, 0.9, None))
    for on in data.draw(st.lists(st.integers(0, 60), max_size=9, unique=True)):
        told = data.draw(st.dictionaries(st.sampled_from([*db.scenarios]), figures, min_size=1))
        rests = {id: (item,) for id, item in zip(told, db.evidence, strict=False)}
        analyst = data.draw(st.sampled_from("wxyz"))
        given_.append(sheet(day(on), told, analyst=analyst, evidence=rests))
    db = replace(db, sheets=sheets(*given_))
    at, odds = window(db, day(data.draw(st.integers(0, 40))), day(61)), DailyLedgers(db)
    for move in review(at).story.moves:
        for step in move.stated.steps if move.stated else ():
            assert all(db.evidence[id].recorded <= step.date for id in step.evidence)
            around = ((step.date - timedelta(1), step.team_from), (step.date, step.team_to))
            for eve, figure in around:
                now = stated(db, move.scenario, eve)
                assert figure == (now.probability if now else None)
        since = move.stated.evidence_since if move.stated else None
        if since:
            assert move.stated
            assert move.stated.cited == ()
            assert since.from_ == odds.odds_on(since.date).implied(move.scenario)
            assert since.to == move.implied.to
            if since.because:
                assert since.because.day is None or since.because.day <= day(61)


@given(st.integers(0, 2000), st.integers(0, 250))
def test_a_headline_has_no_figure_that_the_story_lacks(seed: int, since: int) -> None:
    made = week(random_database(seed), since, since + 30)
    top = made.headline.top
    if top:
        move = made.story.of(top.scenario)
        assert move
        assert (top.from_, top.to) == move.shown_figures
        assert move.movement_bits >= 0.02
    told_of = [
        id
        for one in made.headline.resolved
        for id in (*one.occurred, *one.did_not_occur, *one.annulled)
    ]
    assert sorted(told_of) == sorted(one.scenario for one in made.resolved)
