"""The story of a week: its causes, steps and reasons, and how the last figures did."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.forecasts import stated
from scenarios.analysis.period.period import window
from scenarios.analysis.review.moves import Effect
from scenarios.analysis.review.outcomes import JointOutcome, outcome_of
from scenarios.analysis.review.review import Review, review
from scenarios.analysis.review.story import Because, ScenarioStory, TopMove
from scenarios.analysis.scores.scoring import score
from scenarios.model import Database
from scenarios.scales import decibans
from tests.analysis.words import database_of
from tests.random_databases import random_database
from tests.records import day, near, sheet, sheets

ALONE = "desk@0 a=.5"


def week(db: Database, since: int = 2, as_of: int = 9) -> Review:
    return review(window(db, day(since), day(as_of)))


def told(text: str) -> Review:
    return week(database_of(text))


def of(parts: tuple[Effect, ...]) -> dict[str, float]:
    return {part.scenario: part.decibans for part in parts}


def events(made: Review) -> list[tuple[Any, ...]]:
    return [(one.evidence, of(one.effects)) for one in made.story.causes if one.kind == "event"]


def others(made: Review) -> list[tuple[Any, ...]]:
    every = made.story.causes
    return [(one.kind, one.subjects, of(one.effects)) for one in every if one.kind != "event"]


def test_an_item_stands_with_every_scenario_that_it_moved_the_largest_first() -> None:
    made = told("a; b; e @5 a=C b=II; f @6 b=C")
    assert events(made) == [
        (("e",), {"b": near(-10), "a": near(5)}),
        (("f",), {"b": near(5)}),
    ]
    assert others(made) == []


def test_items_of_one_origin_one_event_or_one_line_are_one_block() -> None:
    made = told(
        "a x:CC; e @5 a=C origin=o; f @6 a=CC origin=o; g @5 a/x=emerging; h @6 a/x=observed"
    )
    assert [evidence for evidence, _ in events(made)] == [("e", "f"), ("g", "h")]


def test_what_is_retracted_or_given_or_ruled_out_or_due_is_another_cause() -> None:
    assert others(told("a; e @0 a=C retracted=5")) == [("retraction", ("e",), {"a": near(-5)})]
    linked = told("a given=b/.8/.2; b occurred=5")
    assert others(linked) == [("outcome", ("b",), {"a": near(decibans(0.8))})]
    absent = told("a x:CC/due=5/if_absent=I")
    assert others(absent) == [("absence", ("a/x",), {"a": near(-5)})]
    third = "probability=.3333"
    left = told(f"a set=s {third}; b set=s {third}; c set=s {third} did-not-occur=5")
    [(cause, subjects, worth)] = others(left)
    assert (cause, subjects, [*worth]) == ("outcome", ("c",), ["a", "b"])


def test_what_only_a_forecast_moved_has_no_cause_and_the_reason_of_its_analyst() -> None:
    made = told(f"a; {ALONE}; desk@5 a=.7 why=a")
    assert made.story.causes == ()
    assert made.headline.top == TopMove(
        scenario="a",
        figure="stated",
        from_=0.5,
        to=0.7,
        because=(),
        rationale="Why.",
        analyst="desk",
    )


def test_a_headline_names_the_largest_cause_and_a_second_that_did_a_third_of_it() -> None:
    made = told(f"a; {ALONE}; desk@6 a=.9; e @5 a=CC; f @5 a=C; g @5 a=1.2; h @5 a=I")
    top = made.headline.top
    assert top
    assert (top.figure, top.from_, top.to) == ("stated", 0.5, 0.9)
    assert because(top.because) == [("event", ("e",)), ("event", ("f",))]
    assert astuple(made.headline)[3:] == (1, 1, 0, 1, 4, None)


def test_a_second_cause_is_named_from_a_third_of_the_first_on() -> None:
    for ratio, second in (("2.16", [("event", ("f",))]), ("2.15", [])):  # of 10: 3.34 and 3.32 dB
        made = told(f"a; {ALONE}; desk@6 a=.9; e @5 a=CC; f @5 a={ratio}")
        assert made.headline.top
        assert because(made.headline.top.because) == [("event", ("e",)), *second]


SET = "a set=s probability=.4; b set=s probability=.3; c set=s probability=.3"
SAID = f"{SET}; ana@0 a=.4 b=.3 c=.3; anna@4 c=.15 why=c; e @8 a=CC summary=News"


def moves(text: str) -> dict[str, ScenarioStory]:
    story = told(text).story
    assert [story.of(move.scenario) for move in story.moves] == [*story.moves]
    return {move.scenario: move for move in story.moves}


def because(causes: tuple[Because, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.kind, one.evidence or one.subjects) for one in causes]


def stated_because(move: ScenarioStory) -> list[tuple[str, tuple[str, ...]]]:
    assert move.stated
    return because(move.stated.because)


def test_new_evidence_is_told_before_what_somebody_moved_by_joining() -> None:
    found = moves(SAID)
    assert {id: (move.figure, stated_because(move)) for id, move in found.items()} == {
        "a": ("implied", [("normalisation", ("c",))]),
        "b": ("implied", [("normalisation", ("c",))]),
        "c": ("implied", [("joined", ("anna",))]),
    }
    assert [*found] == ["a", "b", "c"]
    assert because(found["a"].implied.because) == [("event", ("e",))]
    assert because(found["b"].implied.because) == [("event", ("e",))]
    sooner = moves(SAID.replace("@8", "@-1"))
    assert {move.figure for move in sooner.values()} == {"stated"}


def test_in_a_set_an_item_did_to_each_member_what_the_ledger_changed_on_its_day() -> None:
    db = database_of(f"{SET}; d; e @3 a=CC b=C; f @5 b=CC d=C; g @5 c=II d=N")
    days = {3: window(db, day(0), day(3)), 5: window(db, day(3), day(5))}
    causes = {cause.evidence: cause for cause in review(window(db, day(0), day(5))).story.causes}
    assert {*causes} == {("e",), ("f",), ("g",)}
    for id in "abc":
        changes: dict[int, float] = {3: 0.0, 5: 0.0}
        for items, cause in causes.items():
            for effect in cause.effects:
                changes[3 if items == ("e",) else 5] += effect.decibans * (effect.scenario == id)
        for on, change in changes.items():
            view = days[on].views[id]
            assert view.implied_before
            assert change == near(view.implied.decibans - view.implied_before.decibans, abs=1e-9)


def test_what_was_ruled_out_raises_the_others_of_a_set_and_an_item_beside_it_what_it_is_for() -> (
    None
):
    db = database_of(f"{SET} did-not-occur=4; e @3 a=CC; f @5 b=C")
    causes = [
        (cause.kind, cause.evidence or cause.subjects, effect.scenario, effect.decibans > 0)
        for cause in review(window(db, day(0), day(6))).story.causes
        for effect in cause.effects
    ]
    assert sorted(causes) == [
        ("event", ("e",), "a", True),
        ("event", ("e",), "b", False),
        ("event", ("f",), "a", False),
        ("event", ("f",), "b", True),
        ("outcome", ("c",), "a", True),
        ("outcome", ("c",), "b", True),
    ]


def test_a_forecast_of_one_s_own_keeps_its_place_by_size_before_new_evidence() -> None:
    assert [*moves("a; b; desk@0 a=.5 b=.5; desk@6 a=.9 why=a; e @8 b=C")] == ["a", "b"]


def test_the_newest_record_is_named_in_a_quiet_week_once_it_is_over_thirty_days_old() -> None:
    known = database_of("a; e @1")
    assert [week(known, 20, on).story.newest for on in (31, 32)] == [None, day(1)]


def test_beside_a_stated_move_stand_causes_that_were_known_by_the_day_of_its_step() -> None:
    base = f"a; {ALONE}; e @5 a=CC; f @1 a=I"
    for said, kinds, why in (
        ("desk@6 a=.9 why=a evidence=a/f", [("event", ("e",))], "Why."),
        ("desk@6 a=.9 why=a", [("event", ("e",))], "Why."),
        ("desk@6 a=.9", [("event", ("e",))], None),
        ("desk@4 a=.9", [], None),
        ("desk@6 a=.3 why=a", [], "Why."),
        ("desk@4 a=.9; desk@6 a=.9 why=a", [], None),
        ("desk@4 a=.9 why=a; desk@6 a=.901", [], "Why."),
    ):
        move = moves(f"{base}; {said}")["a"]
        assert move.stated
        assert move.stated.main_step
        found = (move.figure, stated_because(move), move.stated.main_step.reason)
        assert found == ("stated", kinds, why), said


def test_what_became_of_other_questions_and_signs_is_no_cause_of_an_earlier_forecast() -> None:
    for base in (
        "a given=b/.8/.2; b occurred=5",
        "a x:CC/due=5/if_absent=CC",
        "a; e @0 a=II retracted=5",
        "a set=s; b set=s probability=.4; c set=s probability=.1 did-not-occur=5",
    ):
        later = moves(f"{base}; {ALONE}; desk@6 a=.9")["a"]
        sooner = moves(f"{base}; {ALONE}; desk@4 a=.9")["a"]
        assert (len(stated_because(later)), later.apart) == (1, False), base
        assert (stated_because(sooner), sooner.apart) == ([], True), base
        assert because(sooner.implied.because) == stated_because(later), base


def test_an_item_that_showed_an_outcome_counts_with_the_link() -> None:
    linked = "a given=b/.8/.2; b occurred=5/7/e; e @5 a=C summary=Shown"
    found = moves(f"{linked}; {ALONE}; desk@6 a=.9")["a"]
    [cause] = found.implied.causes
    assert (cause.kind, cause.subjects, cause.evidence) == ("outcome", ("b",), ("e",))
    assert cause.decibans == near(decibans(0.8) + 5)
    assert stated_because(found) == [("outcome", ("e",))]


def test_a_step_that_no_analyst_made_has_its_cause_and_no_reason() -> None:
    for said, cause, subjects in (
        ("tracker forecast_expires_days=8; a; x@0 a=.9; desk@2 a=.5", "expiry", ("x",)),
        ("a; desk@0 a=.5; x@1 a=.9; x@6 a=-", "withdrawal", ("x",)),
        (f"{SET} did-not-occur=5; ana@0 a=.4 b=.3 c=.3", "outcome", ("c",)),
        (f"{SET}; ana@0 a=.4 b=.3 c=.3; ana@4 c=.15 why=c", "normalisation", ("c",)),
    ):
        move = moves(said)["a"]
        assert move.stated
        [step] = move.stated.steps
        assert (step.cause, step.subjects, step.analyst, step.reason) == (
            cause,
            subjects,
            None,
            None,
        ), said
        assert stated_because(move) == [(cause, subjects)], said


def test_the_reason_quoted_is_that_of_the_largest_own_step_the_way_the_team_went() -> None:
    base = "a; x@0 a=.3; y@0 a=.3; z@0 a=.3"
    for said, analyst in (
        ("x@5 a=.5 why=a; y@5 a=.6 why=a; z@5 a=.2 why=a", "y"),
        ("x@5 a=.6; y@6 a=.6", "y"),  # of equal steps the later
        ("y@5 a=.6; x@5 a=.6", "x"),  # then by name
        ("w@5 a=.9 why=a; x@5 a=.31", "x"),  # who joined comes last
        ("x@5 a=.5; z@5 a=.05", "z"),
    ):
        move = moves(f"{base}; {said}")["a"]
        assert move.stated
        assert move.stated.main_step
        assert move.stated.main_step.analyst == analyst, said
    divided = moves(f"{base}; x@5 a=.6; y@5 a=.6; z@5 a=.25 why=a")["a"]
    assert divided.stated
    assert [step.analyst for step in divided.stated.against] == ["z"]


def test_a_forecast_withdrawn_and_given_anew_is_no_step_from_one_figure_to_another() -> None:
    again = moves("a; desk@0 a=.3; desk@4 a=-; desk@6 a=.6 why=a")["a"]
    assert again.stated
    assert again.stated.main_step is None
    assert [step.figure for step in again.stated.steps] == [None, 0.6]


def test_time_and_a_changed_prior_are_causes_whatever_their_kind() -> None:
    made = told(f"a horizon=40 hazard=constant; {ALONE}; desk@6 a=.2")
    assert made.moves[0].time < 0
    top = made.headline.top
    assert top
    assert (top.figure, because(top.because)) == ("stated", [("time", ())])


@given(st.integers(0, 2000), st.data())
def test_no_item_moved_a_forecast_that_was_made_before_it_was_recorded(
    seed: int, data: st.DataObject
) -> None:
    db = random_database(seed)
    said = []
    figures = st.sampled_from((0.1, 0.3, 0.5, 0.9, None))
    for on in data.draw(st.lists(st.integers(0, 60), max_size=9, unique=True)):
        told = data.draw(st.dictionaries(st.sampled_from([*db.scenarios]), figures, min_size=1))
        rests = {id: (item,) for id, item in zip(told, db.evidence, strict=False)}
        analyst = data.draw(st.sampled_from("xy"))
        said.append(sheet(day(on), told, analyst=analyst, evidence=rests))
    db = replace(db, sheets=sheets(*said))
    at = window(db, day(data.draw(st.integers(0, 40))), day(61))
    for move in review(at).story.moves:
        if move.stated is None or move.stated.main_step is None:
            continue
        step = move.stated.main_step
        items = {id for one in move.stated.because for id in one.evidence} | {*step.evidence}
        assert not items or max(db.evidence[id].recorded for id in items) <= step.day
        now = stated(db, move.scenario, step.day)
        assert step.figure == (now.probability if now else None)


def test_a_set_that_is_resolved_is_told_once_and_a_quiet_week_has_no_top() -> None:
    made = told("a set=s occurred=5; b set=s probability=.2; c set=s probability=.3; d annulled=6")
    assert [astuple(one) for one in made.headline.resolved] == [
        ("s", day(5), ("a",), ("b", "c"), ()),
        (None, day(6), (), (), ("d",)),
    ]
    assert astuple(told("a").headline) == ((), (), None, 0, 1, 0, 0, 0, None)
    new = told("a; b opened=5; desk@6 a=.5 b=.5")
    assert astuple(new.headline) == ((), (), None, 0, 2, 1, 1, 0, None)
    assert [first.scenario for first in new.story.first_forecasts] == ["a"]
    assert astuple(week(database_of("")).headline) == ((), (), None, 0, 0, 0, 0, 0, None)


def test_what_was_said_last_has_the_score_that_score_gives_it() -> None:
    text = "a occurred=5/7; desk@0 a=.6; x@1 a=.8; desk@6 a=.99; e @6 a=CC"
    [made] = told(text).resolved
    rows = {row.forecaster: row for row in score(database_of(text), day(9)).questions}
    for last, name in ((made.last_said, "team"), (made.last_implied, "implied")):
        assert last
        assert (last.forecaster, last.brier) == (name, rows[name].final_brier)
    [alone] = told("a occurred=5/7; desk@0 a=.6").resolved
    assert alone.last_said
    assert astuple(alone.last_said) == ("desk", 0.6, near(0.16), False)
    for never in ("a annulled=5", "a did-not-occur=0/5"):
        [one] = told(f"{never}; desk@0 a=.6").resolved
        assert (one.last_said, one.last_implied) == (None, None)


@example(732, 10, 20)  # a row compared with other members than before
@example(405, 5, 7)
@given(st.integers(0, 2000), st.integers(0, 250), st.integers(1, 90))
def test_causes_are_all_of_every_move_and_each_item_is_in_one(
    seed: int, since: int, days: int
) -> None:
    made = week(random_database(seed), since, since + days)
    by_id = {move.scenario: move for move in made.story.moves}
    assert by_id.keys() == {move.scenario for move in made.moves}
    for move in by_id.values():
        assert sum(part.decibans or 0.0 for part in move.implied.causes) == near(
            move.implied.decibans, abs=1e-6
        )
        way = move.implied.decibans
        same = [p.decibans or 0.0 for p in move.implied.causes if (p.decibans or 0.0) * way > 0]
        named = [part.decibans for part in move.implied.because]
        assert named[:1] == sorted(same, key=abs, reverse=True)[:1]
    for cause in made.story.causes:
        assert cause.effects
        for effect in cause.effects:
            change = decibans(effect.to) - decibans(effect.from_)
            assert change == near(effect.decibans, abs=1e-6)
    items = [id for cause in made.story.causes for id in cause.evidence]
    assert len(items) == len(set(items))
    assert set(items) <= {entry.id for entry in made.new_evidence if not entry.retracted}


@given(st.integers(0, 2000), st.integers(0, 250))
def test_a_headline_has_no_figure_that_the_moves_lack(seed: int, since: int) -> None:
    made = week(random_database(seed), since, since + 30)
    top = made.headline.top
    if top:
        [move] = (move for move in made.moves if move.scenario == top.scenario)
        shift = move.stated if top.figure == "stated" else move.implied
        assert shift
        assert (shift.from_, shift.to) == (top.from_, top.to)
    told_of = [
        id
        for one in made.headline.resolved
        for id in (*one.occurred, *one.did_not_occur, *one.annulled)
    ]
    assert sorted(told_of) == sorted(one.scenario for one in made.resolved)


def test_an_absence_that_grew_by_a_retraction_is_put_to_what_was_retracted() -> None:
    made = told("a x:CC/due=1/if_absent=I; e @0 a/x=observed retracted=5")
    [(cause, subjects, worth)] = others(made)
    assert (cause, subjects, worth) == ("retraction", ("e",), {"a": near(-15)})


def test_a_figure_that_only_came_or_went_is_no_move_from_one_to_another() -> None:
    [gone] = told("tracker forecast_expires_days=5; a; desk@0 a=.5; e @5 a=C").story.moves
    assert gone.stated
    assert (gone.figure, gone.stated.main_step, gone.stated.to) == ("implied", None, None)


def test_of_a_set_one_occurred_the_others_did_not_and_of_another_nothing_is_known() -> None:
    resolved = [
        JointOutcome(set="s", date=day(5), occurred=("a",), did_not_occur=("b",), annulled=())
    ]
    told = [outcome_of(id, resolved) for id in ("a", "b", "c")]
    assert told == ["occurred", "did not occur", ""]
