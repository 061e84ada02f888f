"""What moved by event, in the headline, and how the last figures of a question did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from scenarios.analysis.forecasts import stated
from scenarios.analysis.period.period import window
from scenarios.analysis.review.headline import JointOutcome, TopMove, outcome_of, top_move
from scenarios.analysis.review.moves import Causes, Contribution
from scenarios.analysis.review.review import Review, review
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


def of(parts: tuple[Contribution, ...]) -> dict[str, float]:
    return {part.scenario: part.decibans for part in parts}


def others(made: Review) -> list[tuple[Any, ...]]:
    return [(one.cause, one.subjects, of(one.scenarios)) for one in made.other_causes]


def test_an_item_stands_with_every_scenario_that_it_moved_the_largest_first() -> None:
    made = told("a; b; e @5 a=C b=II; f @6 b=C")
    assert [(one.evidence, of(one.scenarios)) for one in made.events] == [
        (("e",), {"b": near(-10), "a": near(5)}),
        (("f",), {"b": near(5)}),
    ]
    assert made.other_causes == ()


def test_items_of_one_origin_one_event_or_one_line_are_one_block() -> None:
    made = told(
        "a x:CC; e @5 a=C origin=o; f @6 a=CC origin=o; g @5 a/x=emerging; h @6 a/x=observed"
    )
    assert [one.evidence for one in made.events] == [("e", "f"), ("g", "h")]


def test_what_is_retracted_or_given_or_ruled_out_or_due_is_another_cause() -> None:
    assert others(told("a; e @0 a=C retracted=5")) == [("retraction", ("e",), {"a": near(-5)})]
    linked = told("a given=b/.8/.2; b occurred=5")
    assert others(linked) == [("given", ("b",), {"a": near(decibans(0.8))})]
    absent = told("a x:CC/due=5/if_absent=I")
    assert others(absent) == [("absence", ("a/x",), {"a": near(-5)})]
    third = "probability=.3333"
    left = told(f"a set=s {third}; b set=s {third}; c set=s {third} did-not-occur=5")
    [(cause, subjects, worth)] = others(left)
    assert (cause, subjects, [*worth]) == ("rivals", ("c",), ["a", "b"])


def test_what_only_a_forecast_moved_is_told_apart_with_nothing_for_the_evidence() -> None:
    made = told(f"a; {ALONE}; desk@5 a=.7 why=a")
    assert others(made) == [("forecast", (), {"a": 0.0})]
    assert made.headline.top == TopMove(
        scenario="a", figure="stated", from_=0.5, to=0.7, because=(), rationale="Why."
    )


def test_a_headline_names_the_largest_cause_and_a_second_that_did_a_third_of_it() -> None:
    made = told(f"a; {ALONE}; desk@6 a=.9; e @5 a=CC; f @5 a=C; g @5 a=1.2; h @5 a=I")
    top = made.headline.top
    assert top
    assert (top.figure, top.from_, top.to) == ("stated", 0.5, 0.9)
    assert [(one.kind, one.subjects) for one in top.because] == [
        ("event", ("e",)),
        ("event", ("f",)),
    ]
    assert astuple(made.headline)[2:] == (1, 1, 0, 1, 4, None)


def test_a_second_cause_is_named_from_a_third_of_the_first_on() -> None:
    for ratio, second in (("2.16", [("event", ("f",))]), ("2.15", [])):  # of 10: 3.34 and 3.32 dB
        made = told(f"a; {ALONE}; desk@6 a=.9; e @5 a=CC; f @5 a={ratio}")
        assert because(made.headline.top) == [("event", ("e",)), *second]


SET = "a set=s probability=.4; b set=s probability=.3; c set=s probability=.3"
SAID = f"{SET}; ana@0 a=.4 b=.3 c=.3; anna@4 c=.15 why=c; e @8 a=CC summary=News"


def tops(text: str) -> dict[str, TopMove]:
    db = database_of(text)
    at = window(db, day(2), day(9))
    made = review(at)
    causes = Causes(made.events, made.other_causes)
    found = (top_move(db, day(9), move, causes) for move in made.moves)
    return {top.scenario: top for top in found if top}


def because(top: TopMove | None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.kind, one.subjects) for one in top.because] if top else []


def test_what_is_recorded_after_a_forecast_moved_only_what_is_implied() -> None:
    found = tops(SAID)
    assert {id: (top.figure, because(top), top.rationale) for id, top in found.items()} == {
        "a": ("stated", [("rivals", ())], None),
        "b": ("stated", [("rivals", ())], None),
        "c": ("stated", [("joined", (f"{day(4)}-anna",))], "Why."),
    }
    assert {id: because(top.apart) for id, top in found.items()} == {
        "a": [("event", ("e",))],
        "b": [],
        "c": [],
    }
    assert [top.apart for top in tops(SAID.replace("@8", "@-1")).values()] == [None] * 3


def test_a_forecast_has_the_items_that_it_names_or_what_was_known_by_then() -> None:
    base = f"a; {ALONE}; e @5 a=CC; f @1 a=I"
    for said, kinds, why in (
        ("desk@6 a=.9 why=a evidence=a/f", [("event", ("f",))], "Why."),
        ("desk@6 a=.9 why=a", [("event", ("e",))], "Why."),
        ("desk@6 a=.9", [("event", ("e",))], None),
        ("desk@4 a=.9", [], None),
        ("desk@4 a=.9; desk@6 a=.9 why=a", [], None),
        ("desk@4 a=.9 why=a; desk@6 a=.901", [], "Why."),
        ("tracker forecast_expires_days=8; x@2 a=.9", [("expiry", ())], None),
    ):
        top = tops(f"{base}; {said}")["a"]
        assert (top.figure, because(top), top.rationale) == ("stated", kinds, why), said


def test_what_became_of_other_questions_and_signs_is_no_cause_of_an_earlier_forecast() -> None:
    for base in (
        "a given=b/.8/.2; b occurred=5",
        "a x:CC/due=5/if_absent=CC",
        "a; e @0 a=II retracted=5",
        "a set=s; b set=s probability=.4; c set=s probability=.1 did-not-occur=5",
    ):
        [later] = [top for id, top in tops(f"{base}; {ALONE}; desk@6 a=.9").items() if id == "a"]
        [sooner] = [top for id, top in tops(f"{base}; {ALONE}; desk@4 a=.9").items() if id == "a"]
        assert (len(because(later)), later.apart) == (1, None), base
        assert (because(sooner), because(sooner.apart)) == ([], because(later)), base


def test_that_somebody_joined_or_withdrew_is_the_cause_of_what_is_stated_of_all() -> None:
    base = f"a; {ALONE}; e @4 a=CC"
    for said, because_of, why in (
        ("x@6 a=.9", [("joined", (f"{day(6)}-x",))], None),
        ("x@6 a=.9 why=a", [("joined", (f"{day(6)}-x",))], "Why."),
        ("x@6 a=.9 evidence=a/e", [("event", ("e",))], None),
        ("x@1 a=.9; x@6 a=-", [("withdrawal", (f"{day(6)}-x",))], None),
    ):
        top = tops(f"{base}; {said}")["a"]
        assert (top.figure, because(top), top.rationale) == ("stated", because_of, why), said


def test_time_is_no_cause_of_a_forecast_that_gives_no_reason() -> None:
    db = database_of(f"a horizon=40 hazard=constant; {ALONE}; desk@6 a=.2")
    made = review(window(db, day(2), day(9)))
    assert made.moves[0].time < 0
    top = made.headline.top
    assert (top and top.figure, because(top)) == ("stated", [])


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
    made = review(at)
    for move in made.moves:
        top = top_move(db, day(61), move, Causes(made.events, made.other_causes))
        if top is None or top.figure == "implied":
            continue
        items = [id for one in top.because if one.kind == "event" for id in one.subjects]
        moved = [s.date for s in said if changed(db, move.scenario, s.date)]
        assert not items or max(db.evidence[id].recorded for id in items) <= max(moved)


def changed(db: Database, id: str, on: date) -> bool:
    before, after = stated(db, id, on - timedelta(1)), stated(db, id, on)
    return (before and before.pooled) != (after and after.pooled)


def test_a_set_that_is_resolved_is_told_once_and_a_quiet_week_has_no_top() -> None:
    made = told("a set=s occurred=5; b set=s probability=.2; c set=s probability=.3; d annulled=6")
    assert [astuple(one) for one in made.headline.resolved] == [
        ("s", day(5), ("a",), ("b", "c"), ()),
        (None, day(6), (), (), ("d",)),
    ]
    assert astuple(told("a").headline) == ((), None, 0, 1, 0, 0, 0, None)
    newer = told("a; b opened=5; desk@6 a=.5 b=.5").headline
    assert astuple(newer) == ((), None, 0, 2, 1, 1, 0, None)
    assert astuple(week(database_of("")).headline) == ((), None, 0, 0, 0, 0, 0, None)


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


@given(st.integers(0, 2000), st.integers(0, 250), st.integers(1, 90))
def test_events_and_other_causes_are_all_of_every_move_and_each_item_is_in_one(
    seed: int, since: int, days: int
) -> None:
    made = week(random_database(seed), since, since + days)
    causes = Causes(made.events, made.other_causes)
    for move in made.moves:
        assert move.implied.from_ is not None
        assert move.implied.to is not None
        change = decibans(move.implied.to) - decibans(move.implied.from_)
        parts = causes.of(move.scenario)
        assert sum(worth for worth, _ in parts) == near(change, abs=1e-6)
        assert parts
    items = [id for event in made.events for id in event.evidence]
    assert len(items) == len(set(items))
    assert set(items) <= {entry.id for entry in made.new_evidence if not entry.retracted}
    moved = {move.scenario for move in made.moves}
    blocks = [one.scenarios for one in made.events] + [one.scenarios for one in made.other_causes]
    assert {part.scenario for parts in blocks for part in parts} == moved
    assert all(blocks)


@given(st.integers(0, 2000), st.integers(0, 250))
def test_a_headline_has_no_figure_that_the_moves_lack(seed: int, since: int) -> None:
    made = week(random_database(seed), since, since + 30)
    top = made.headline.top
    assert (top is None) == (not made.moves)
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
    assert made.events == ()


def test_a_figure_that_only_came_is_no_move_from_one_to_another() -> None:
    text = "a; e @5 a=C"
    made = told(text)
    (move,) = made.moves
    came = replace(move, stated=None, implied=replace(move.implied, from_=None))
    causes = Causes(made.events, made.other_causes)
    assert top_move(database_of(text), day(9), move, causes) is not None
    assert top_move(database_of(text), day(9), came, causes) is None


def test_of_a_set_one_occurred_the_others_did_not_and_of_another_nothing_is_known() -> None:
    resolved = [
        JointOutcome(set="s", date=day(5), occurred=("a",), did_not_occur=("b",), annulled=())
    ]
    told = [outcome_of(id, resolved) for id in ("a", "b", "c")]
    assert told == ["occurred", "did not occur", ""]
