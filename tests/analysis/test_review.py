from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.period.period import window
from scenarios.analysis.review.moves import ImpliedChange
from scenarios.analysis.review.review import Review, UnchangedScenarios, review
from scenarios.analysis.review.status import StatedFigure
from scenarios.model import Clarification, Database, Dependence, Sheet, Tracker
from tests.records import (
    END,
    START,
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    scenario,
    sheet,
    sheets,
)


def week(db: Database, since: int = 2, as_of: int = 9) -> Review:
    return review(window(db, day(since), day(as_of)))


def stated(move: ImpliedChange) -> tuple[object, ...]:
    assert move.stated
    return astuple(move.stated)


def against(*said: Sheet, tracker: Tracker | None = None) -> Database:
    """A question of which an item said on the fifth day that it is less probable."""
    seen = {"e": item(day(4), ratings={"s1": "I"})}
    return database(tracker, scenarios={"s1": scenario()}, evidence=seen, sheets=sheets(*said))


def test_a_quiet_week_is_split_into_reaffirmed_and_untouched() -> None:
    scenarios = {"seen": scenario(), "unseen": scenario(), "new": scenario(opened=day(5))}
    said = sheets(sheet(START, {"seen": 0.4}), sheet(day(5), {"seen": 0.4}))
    made = week(database(scenarios=scenarios, sheets=said))
    assert made.unchanged == UnchangedScenarios(reaffirmed=("seen",), untouched=("unseen",))
    assert (made.moves, made.resolved, made.new_evidence) == ((), (), ())


def test_a_move_names_its_lines_and_its_reason() -> None:
    said = [
        sheet(START, {"s1": 0.5}),
        sheet(day(5), {"s1": 0.3}, rationales={"s1": "First."}),
        sheet(day(6), {"s1": 0.2}, rationales={"s1": "Then."}),
    ]
    (move,) = week(against(*said)).moves
    assert stated(move) == (0.5, 0.2, "First.", "desk")
    assert (move.implied.from_, move.implied.to) == (0.5, near(0.240253))
    assert [line.id for line in move.lines_added] == ["e"]
    assert move.explained
    [expired] = week(against(said[0], tracker=Tracker(forecast_expires_days=5))).moves
    assert stated(expired) == (0.5, None, None, None)
    assert [move.stated for move in week(against()).moves] == [None]


def test_a_move_that_the_rest_of_the_set_made_borrows_no_rationale() -> None:
    reaffirmed = sheet(day(5), {"a": 0.5, "b": 0.75}, rationales={"a": "As it was.", "b": "Gas."})
    said = sheets(sheet(START, {"a": 0.5, "b": 0.5}), reaffirmed)
    members = {id: scenario(set="s") for id in "ab"}
    made = week(database(scenarios=members, sheets=said))
    a, b = sorted(made.moves, key=lambda move: move.scenario)
    assert stated(a) == (0.5, near(0.4), None, None)
    assert stated(b) == (0.5, near(0.6), "Gas.", "desk")
    assert a.explained


def test_what_was_resolved_shows_its_last_values() -> None:
    its = resolution("occurred", day(4), day(6), evidence=("e", "late"))
    evidence = {"e": item(day(4)), "late": item(day(60), observed="2022-01-09")}
    db = database(scenarios={"s1": scenario(0.3, resolution=its)}, evidence=evidence)
    (resolved,) = week(db).resolved
    told = ("s1", "occurred", day(4), "Basis.", None, near(0.3), ("e",))
    assert astuple(resolved)[:7] == told
    assert week(db, since=6, as_of=9).resolved == ()
    assert week(db).moves == ()


def test_new_evidence_says_what_it_bears_on() -> None:
    watched = {"x": indicator({"s1": "CC", "s2": "C"})}
    scenarios = {"s1": scenario(indicators=watched), "s2": scenario()}
    evidence = {
        "e": item(day(4), indicators={"s1/x": "observed"}, source="paper"),
        "f": item(day(4), indicators={"s1/unknown": "observed", "gone/x": "observed"}),
    }
    made = week(database(scenarios=scenarios, evidence=evidence))
    seen = ("Something was seen", "2022-01-05", day(4))
    assert [astuple(entry) for entry in made.new_evidence] == [
        ("e", *seen, "paper", "F6", None, ("s1", "s2"), True, None, None, None),
        ("f", *seen, None, "F6", None, (), True, None, None, None),
    ]
    changes = [("s1", "x", "Something is seen", "unobserved", "observed", ("e",))]
    assert [astuple(change) for change in made.indicator_changes] == changes


def test_new_evidence_is_in_the_order_of_its_records_with_what_retracted_it_since() -> None:
    told = {"01-z": (4, 9), "02-a": (5, 10), "01-b": (2, 20), "01-a": (5, 20), "01-c": (1, 4)}
    evidence = {
        id: item(day(on), observed=f"2022-01-{id[:2]}", retracted=retraction(day(gone)))
        for id, (on, gone) in told.items()
    }
    entries = week(database(evidence=evidence)).new_evidence
    found = [(entry.id, entry.retracted) for entry in entries]
    assert found == [("01-z", retraction(day(9))), ("01-a", None), ("02-a", None)]


def test_a_clarification_of_the_window_stands_oldest_first() -> None:
    said = {n: Clarification(day(n), f"Day {n}.") for n in (2, 3, 5, 9, 10)}
    told = {"a": (2, 9, 5), "b": (3, 10)}
    scenarios = {
        id: scenario(clarifications=tuple(said[n] for n in days)) for id, days in told.items()
    }
    scenarios["later"] = scenario(opened=day(10), clarifications=(said[5],))
    told_of = week(database(scenarios=scenarios)).clarifications
    questions = [astuple(one) for one in told_of]
    stands = (("b", 3), ("a", 5), ("a", 9))
    assert questions == [(id, day(n), f"Day {n}.") for id, n in stands]


def test_the_method_note_holds_what_was_in_force() -> None:
    tracker = Tracker(title="T", estimative_language="phia", evidence_dependence=0.5)
    said = {"a": ["s1"], "b": ["s1", "done"], "c": ["done"]}
    ended = scenario(resolution=resolution("occurred", day(1)))
    told = (sheet(START, dict.fromkeys(ids, 0.5), analyst=who) for who, ids in said.items())
    scenarios = {"s1": scenario(), "done": ended}
    made = week(database(tracker, scenarios=scenarios, sheets=sheets(*told)))
    figures = (4, Tracker().decibans, None, Dependence(0.5, 0.5), 1.0, 1.0, None, None, UNSET)
    method = (*figures, "phia", 7, None, 2)
    assert (made.tracker.title, astuple(made.method)) == ("T", method)


def test_one_row_says_where_a_scenario_stands() -> None:
    evidence = {
        "e": item(ratings={"s1": "N"}),
        "f": item(day(4), indicators={"s1/x": "observed"}),
        "g": item(day(5), indicators={"s1/y": "emerging"}, origin="f"),
    }
    scenarios = {"s1": scenario(indicators={id: indicator({"s1": "CC"}) for id in "xyz"})}
    said = sheets(sheet(START, {"s1": 0.5}))
    [row] = week(database(scenarios=scenarios, evidence=evidence, sheets=said)).scenarios
    assert astuple(row)[:5] == ("s1", "Title", None, "open", END)
    assert row.stated == StatedFigure(probability=0.5, previous=0.5, analysts=1)
    assert row.implied
    assert row.evidence
    assert row.indicators
    assert astuple(row.implied) == (near(10 / 11), 0.5, None, None, False)
    moved = near(9 / 22 * math.log2(10))  # 1/2 to 10/11
    assert (row.gap_decibans, row.movement_bits) == (near(-10.0), moved)
    assert (astuple(row.evidence), astuple(row.indicators)) == ((3, 2), (1, 1, 3))
    assert (row.last_evidence, row.outcome) == (day(5), None)


def test_without_evidence_or_forecast_there_is_nothing_to_compare() -> None:
    [row] = week(database(scenarios={"s1": scenario(opened=day(5))})).scenarios
    assert (row.stated, row.gap_decibans, row.last_evidence) == (None, None, None)
    assert row.shown.previous is None


def test_the_largest_movement_comes_first_sets_stand_together_and_what_is_resolved_last() -> None:
    scenarios = {id: scenario(p, set="b") for id, p in (("b1", 0.5), ("b2", 0.3), ("b3", 0.2))}
    done = scenario(resolution=resolution("occurred", day(6)))
    scenarios = {"done": done, "quick": scenario(), **scenarios, "asleep": scenario()}
    evidence = {"e": item(day(4), ratings={"b1": "CC", "quick": "C", "done": "CC"})}
    rows = week(database(scenarios=scenarios, evidence=evidence)).scenarios
    assert [row.id for row in rows] == ["b1", "b2", "b3", "quick", "asleep", "done"]
    assert {row.id: row.outcome for row in rows if row.state == "resolved"} == {"done": "occurred"}


@given(databases(linked=True), st.integers(0, 200), st.integers(1, 100))
def test_in_every_review_the_rows_of_a_move_add_up_to_the_move(
    db: Database, since: int, days: int
) -> None:
    for move in week(db, since, since + days).moves:
        lines = (*move.lines_added, *move.lines_removed, *move.lines_changed)
        rows = sum(line.after - line.before for line in lines)
        on = (known_on(db, day(n)) for n in (since, since + days))
        then, now = (ledger(one, move.scenario).implied for one in on)
        total = rows + move.given + move.time + move.rivals + move.bound
        assert total == near(now.decibans - then.decibans, abs=1e-6)
        assert (move.implied.from_, move.implied.to) == (then.probability, now.probability)


@given(databases(), st.integers(0, 200))
def test_every_live_scenario_moved_or_did_not(db: Database, since: int) -> None:
    made = week(db, since, since + 30)
    still = [*made.unchanged.reaffirmed, *made.unchanged.untouched]
    live = sorted(row.id for row in made.scenarios if row.outcome is None)
    assert sorted([*still, *(move.scenario for move in made.moves)]) == live
