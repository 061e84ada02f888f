"""A source is judged by what became of its reports, not by what they pointed to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.accuracy import Accuracy, accuracy
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database
from tests.analysis.words import database_of
from tests.records import database, day, item, resolution, retraction, scenario

RAISED, REVERSED = {"s1/x": "observed"}, {"s1/x": "reversed"}
UNCHECKED = Accuracy(items=1, standing=1)
CORROBORATED = Accuracy(items=1, standing=1, checked=1, accurate=1, corroborated=1)
RESOLVED = Accuracy(items=1, standing=1, checked=1, accurate=1, resolved=1)
CONTRADICTED = Accuracy(items=1, standing=1, checked=1, contradicted=1)
RETRACTED = Accuracy(items=1, checked=1, retracted=1)


def of_wire(a: str, b: str = "-", on: int = 30, outcome: str = "") -> Accuracy:
    db = database_of(f"s1 {outcome}; a @0 source=wire {a}; b {b}")
    return accuracy(known(db, day(on)))["wire"]


def test_another_source_of_another_origin_corroborates_what_it_reports_too() -> None:
    assert of_wire("", "@0 source=paper") == UNCHECKED
    assert of_wire("event=v", "@0 event=v") == UNCHECKED
    assert of_wire("event=v", "@0 source=paper event=v") == CORROBORATED
    assert of_wire("event=v origin=o", "@0 source=paper event=v origin=o") == UNCHECKED
    assert of_wire("event=v", "@0 source=wire event=v") == Accuracy(items=2, standing=2)


def test_corroboration_that_an_analyst_names_holds_both_ways() -> None:
    assert of_wire("corroborated_by=b", "@0") == CORROBORATED
    assert of_wire("", "@0 corroborated_by=a") == CORROBORATED
    assert of_wire("origin=o corroborated_by=b", "@0 origin=o") == UNCHECKED


def test_what_was_retracted_or_is_not_known_yet_corroborates_nothing() -> None:
    told, gone = "event=v corroborated_by=b", "@0 source=paper event=v retracted=9"
    assert of_wire(told, gone, on=8) == CORROBORATED
    assert of_wire(told, gone) == UNCHECKED
    assert of_wire(told, "@40 source=paper event=v") == UNCHECKED


def test_reports_of_one_event_that_disagree_are_contradicted_and_a_later_event_is_another() -> None:
    raises, reverses = "event=v s1/x=observed", "@0 source=paper event=v s1/x=reversed"
    both = database_of(f"s1; a @0 source=wire {raises}; b {reverses}")
    assert accuracy(known(both, day(30))) == {"wire": CONTRADICTED, "paper": CONTRADICTED}
    assert of_wire(raises, "@1 source=paper event=w s1/x=reversed") == UNCHECKED
    # A resolution has the last word.
    found = [of_wire(raises, reverses, on, "occurred=20/20/a") for on in (19, 20)]
    assert found == [CONTRADICTED, RESOLVED]


def test_a_resolution_has_the_last_word_but_for_a_retraction() -> None:
    found = [of_wire("retracted=25", on=on, outcome="occurred=20/20/a") for on in (24, 25)]
    assert found == [RESOLVED, RETRACTED]


def test_pointing_against_what_happened_is_no_fault_of_a_report() -> None:
    report, other = "event=v s1=CC", "@0 source=paper event=v"
    assert of_wire(report, other, outcome="did-not-occur=20") == CORROBORATED


def test_what_was_recorded_later_and_what_has_no_source_is_not_counted() -> None:
    db = database_of("a @0 source=wire; b @0; c @1 source=paper")
    assert accuracy(known(db, day(0))) == {"wire": UNCHECKED}


@st.composite
def reports(draw: st.DrawFn) -> Database:
    names = [f"e{n}" for n in range(draw(st.integers(1, 8)))]
    evidence = {
        name: item(
            source=draw(st.sampled_from([None, "wire", "paper"])),
            event=draw(st.sampled_from([None, "v", "w"])),
            origin=draw(st.sampled_from([None, "o"])),
            indicators=draw(st.sampled_from([{}, RAISED, REVERSED])),
            corroborated_by=tuple(draw(st.lists(st.sampled_from(names), max_size=2))),
            retracted=draw(st.sampled_from([None, None, retraction(day(1))])),
        )
        for name in names
    }
    ended = scenario(resolution=resolution("occurred", day(2), evidence=tuple(names[:1])))
    return database(scenarios={"s1": ended}, evidence=evidence)


@given(reports())
def test_every_item_of_a_source_counts_once(db: Database) -> None:
    found = accuracy(known(db, day(30)))
    given_by = [one.source for one in db.evidence.values() if one.source]
    assert {source: one.items for source, one in found.items()} == {
        source: given_by.count(source) for source in set(given_by)
    }
    for one in found.values():
        assert one.standing == one.items - one.retracted
        assert one.accurate == one.resolved + one.corroborated
        assert one.checked == one.accurate + one.contradicted + one.retracted <= one.items
