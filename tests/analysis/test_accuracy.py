"""A source is judged by what became of its reports, not by what they pointed to."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.accuracy import Accuracy, accuracy
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database, Evidence
from tests.records import database, day, item, resolution, retraction, scenario


def wire(**keys: Any) -> Evidence:
    return item(source="wire", **keys)


def paper(**keys: Any) -> Evidence:
    return item(source="paper", **keys)


RAISED, REVERSED = {"s1/x": "observed"}, {"s1/x": "reversed"}
RAISES, REVERSES = wire(event="v", indicators=RAISED), paper(event="v", indicators=REVERSED)
ENDED = resolution("occurred", day(20), evidence=("a",))
UNCHECKED = Accuracy(items=1, standing=1)
CORROBORATED = Accuracy(items=1, standing=1, checked=1, accurate=1, corroborated=1)
RESOLVED = Accuracy(items=1, standing=1, checked=1, accurate=1, resolved=1)
CONTRADICTED = Accuracy(items=1, standing=1, checked=1, contradicted=1)
RETRACTED = Accuracy(items=1, checked=1, retracted=1)


def of_wire(a: Evidence, b: Evidence | None = None, on: int = 30, outcome: Any = None) -> Accuracy:
    evidence = {"a": a} | ({"b": b} if b else {})
    db = database(scenarios={"s1": scenario(resolution=outcome)}, evidence=evidence)
    return accuracy(known(db, day(on)))["wire"]


def test_another_source_of_another_origin_corroborates_what_it_reports_too() -> None:
    assert of_wire(wire(), paper()) == UNCHECKED
    assert of_wire(wire(event="v"), item(event="v")) == UNCHECKED
    assert of_wire(wire(event="v"), paper(event="v")) == CORROBORATED
    assert of_wire(wire(event="v", origin="o"), paper(event="v", origin="o")) == UNCHECKED
    assert of_wire(wire(event="v"), wire(event="v")) == Accuracy(items=2, standing=2)


def test_corroboration_that_an_analyst_names_holds_both_ways() -> None:
    assert of_wire(wire(corroborated_by=("b",)), item()) == CORROBORATED
    assert of_wire(wire(), item(corroborated_by=("a",))) == CORROBORATED
    assert of_wire(wire(origin="o", corroborated_by=("b",)), item(origin="o")) == UNCHECKED


def test_what_was_retracted_or_is_not_known_yet_corroborates_nothing() -> None:
    told = wire(event="v", corroborated_by=("b",))
    gone = paper(event="v", retracted=retraction(day(9)))
    assert of_wire(told, gone, on=8) == CORROBORATED
    assert of_wire(told, gone) == UNCHECKED
    assert of_wire(told, item(day(40), source="paper", event="v")) == UNCHECKED


def test_reports_of_one_event_that_disagree_are_contradicted_and_a_later_event_is_another() -> None:
    both = database(evidence={"a": RAISES, "b": REVERSES})
    assert accuracy(known(both, day(30))) == {"wire": CONTRADICTED, "paper": CONTRADICTED}
    assert of_wire(RAISES, paper(event="w", indicators=REVERSED)) == UNCHECKED


def test_a_resolution_has_the_last_word_but_for_a_retraction() -> None:
    gone = wire(retracted=retraction(day(25)))
    found = [of_wire(RAISES, REVERSES, on=on, outcome=ENDED) for on in (19, 20)]
    assert found == [CONTRADICTED, RESOLVED]
    assert [of_wire(gone, on=on, outcome=ENDED) for on in (24, 25)] == [RESOLVED, RETRACTED]


def test_pointing_against_what_happened_is_no_fault_of_a_report() -> None:
    report, against = wire(event="v", ratings={"s1": "CC"}), resolution("did-not-occur", day(20))
    assert of_wire(report, paper(event="v"), outcome=against) == CORROBORATED


def test_what_was_recorded_later_and_what_has_no_source_is_not_counted() -> None:
    evidence = {"a": wire(), "b": item(), "c": item(day(1), source="paper")}
    assert accuracy(known(database(evidence=evidence), day(0))) == {"wire": UNCHECKED}


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
