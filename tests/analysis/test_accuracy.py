"""A source is judged by what became of its reports, not by what they pointed to."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.accuracy import Accuracy, accuracy
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database, Evidence
from tests.records import START, database, day, item, resolution, retraction, scenario


def of_wire(evidence: dict[str, Evidence], on: int = 30, **records: Any) -> Accuracy:
    return accuracy(known(database(evidence=evidence, **records), day(on)))["wire"]


def wire(**keys: Any) -> Evidence:
    return item(source="wire", **keys)


def paper(**keys: Any) -> Evidence:
    return item(source="paper", **keys)


RAISED, REVERSED = {"s1/x": "observed"}, {"s1/x": "reversed"}
UNCHECKED = Accuracy(items=1, standing=1)
CORROBORATED = Accuracy(items=1, standing=1, checked=1, accurate=1, corroborated=1)
RESOLVED = Accuracy(items=1, standing=1, checked=1, accurate=1, resolved=1)
CONTRADICTED = Accuracy(items=1, standing=1, checked=1, contradicted=1)
RETRACTED = Accuracy(items=1, checked=1, retracted=1)


def test_what_nobody_else_reports_is_not_checked() -> None:
    assert of_wire({"a": wire(), "b": paper()}) == UNCHECKED
    assert of_wire({"a": wire(event="v"), "b": item(event="v")}) == UNCHECKED


def test_another_source_of_another_origin_corroborates_what_it_reports_too() -> None:
    assert of_wire({"a": wire(event="v"), "b": paper(event="v")}) == CORROBORATED
    copied = {"a": wire(event="v", origin="o"), "b": paper(event="v", origin="o")}
    assert of_wire(copied) == UNCHECKED
    twice = of_wire({"a": wire(event="v"), "b": wire(event="v")})
    assert twice == Accuracy(items=2, standing=2)


def test_corroboration_that_an_analyst_names_holds_both_ways() -> None:
    assert of_wire({"a": wire(corroborated_by=("b",)), "b": item()}) == CORROBORATED
    assert of_wire({"a": wire(), "b": item(corroborated_by=("a",))}) == CORROBORATED
    copied = {"a": wire(origin="o", corroborated_by=("b",)), "b": item(origin="o")}
    assert of_wire(copied) == UNCHECKED


def test_what_was_retracted_or_is_not_known_yet_corroborates_nothing() -> None:
    gone = {
        "a": wire(event="v", corroborated_by=("b",)),
        "b": paper(event="v", retracted=retraction(day(9))),
    }
    assert of_wire(gone) == UNCHECKED
    assert of_wire(gone, on=8) == CORROBORATED
    late = {
        "a": wire(event="v", corroborated_by=("b",)),
        "b": item(day(40), source="paper", event="v"),
    }
    assert of_wire(late) == UNCHECKED


def test_two_reports_of_one_event_that_disagree_are_both_contradicted() -> None:
    both = {"a": wire(event="v", indicators=RAISED), "b": paper(event="v", indicators=REVERSED)}
    assert of_wire(both) == CONTRADICTED
    found = accuracy(known(database(evidence=both), day(30)))
    assert found["paper"] == CONTRADICTED


def test_a_later_reversal_by_another_event_makes_no_report_false() -> None:
    later = {"a": wire(event="v", indicators=RAISED), "b": paper(event="w", indicators=REVERSED)}
    assert of_wire(later) == UNCHECKED


def test_a_resolution_has_the_last_word_but_for_a_retraction() -> None:
    both = {"a": wire(event="v", indicators=RAISED), "b": paper(event="v", indicators=REVERSED)}
    ended = {"s1": scenario(resolution=resolution("occurred", day(20), evidence=("a",)))}
    assert of_wire(both, scenarios=ended) == RESOLVED
    assert of_wire(both, on=19, scenarios=ended) == CONTRADICTED
    gone = {"a": wire(retracted=retraction(day(25)))}
    assert of_wire(gone, scenarios=ended) == RETRACTED
    assert of_wire(gone, on=24, scenarios=ended) == RESOLVED


def test_pointing_against_what_happened_is_no_fault_of_a_report() -> None:
    ended = {"s1": scenario(resolution=resolution("did-not-occur", day(20)))}
    against = {"a": wire(event="v", ratings={"s1": "CC"}), "b": paper(event="v")}
    assert of_wire(against, scenarios=ended) == CORROBORATED


def test_what_was_recorded_later_and_what_has_no_source_is_not_counted() -> None:
    assert accuracy(known(database(evidence={"a": wire(), "b": item()}), day(0))) == {
        "wire": UNCHECKED
    }
    later = database(evidence={"a": item(day(1), source="wire")})
    assert accuracy(known(later, START)) == {}


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
