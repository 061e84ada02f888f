from __future__ import annotations

from typing import Any

from msgspec.structs import astuple

from scenarios.analysis.evidence.accuracy import Accuracy
from scenarios.analysis.evidence.knowledge import Known, known
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.listing import (
    IndicatorRow,
    Wanted,
    evidence,
    forecasts,
    indicators,
    sources,
)
from scenarios.model import Source
from tests.records import (
    START,
    database,
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


def facts(on: int = 9) -> Known:
    watched = indicator({"s1": "CC"}, due=day(50), chance=0.1, theme="war")
    said = sheet(START, {"s1": 0.5, "gone": 0.5}, rationales={"s1": "Why."})
    later = (sheet(day(n), {"s1": p}) for n, p in ((5, None), (40, 0.5)))
    db = database(
        scenarios={
            "s1": scenario(tags=("war",), indicators={"x": watched}),
            "s2": scenario(opened=day(20)),
        },
        evidence={
            "e": item(ratings={"s1": "C"}, source="paper"),
            "f": item(day(4), ratings={"s2": "C"}, retracted=retraction(day(6))),
            "g": item(day(5), theme="war"),
            "h": item(day(31)),
        },
        sheets=sheets(said, *later),
        sources={
            "paper": Source("Paper", "B"),
            "wire": Source("Wire", "C", "https://w.org", "Why."),
        },
    )
    return known(db, day(on))


def ids(**wanted: Any) -> str:
    return "".join(row.id for row in evidence(facts(), Wanted(**wanted)))


def test_evidence_is_narrowed_by_subject_source_and_days() -> None:
    assert ids() == "efg"
    assert ids(scenario="s2") == ids(since=day(4), until=day(4)) == "f"
    assert ids(tag="war") == ids(source="paper") == "e"
    assert ids(theme="war") == ids(unrated=True) == "g"


def test_a_retracted_item_is_listed_and_does_not_count() -> None:
    [row] = evidence(facts(), Wanted(scenario="s2"))
    told = ("Something was seen", "2022-01-05", day(4), None, "F6", None)
    assert astuple(row) == ("f", *told, ("s2",), False)


def test_indicators_of_open_scenarios() -> None:
    row = IndicatorRow(
        scenario="s1",
        indicator="x",
        statement="Something is seen",
        state="unobserved",
        since=None,
        strength=0.0,
        due=day(50),
        chance=0.1,
        theme="war",
        value=near(0.1467, abs=0.0001),
        diagnosticity=10.0,
        unique=True,
        ratings={"s1": "CC"},
    )
    assert indicators(facts(), Wanted()) == indicators(facts(), Wanted(theme="war")) == [row]
    assert indicators(facts(), Wanted(tag="peace")) == []
    assert indicators(facts(), Wanted(theme="energy")) == []


def test_forecasts_up_to_the_day() -> None:
    assert [astuple(row) for row in forecasts(facts(), Wanted())] == [
        (START, "desk", "s1", 0.5, "Why.", f"{START}-desk"),
        (day(5), "desk", "s1", None, None, f"{day(5)}-desk"),
    ]


def test_a_source_is_listed_with_its_items() -> None:
    paper, wire = sources(facts(), Wanted())
    assert (paper.id, paper.name, paper.reliability, paper.items) == ("paper", "Paper", "B", 1)
    assert (paper.accuracy, paper.on_resolved.items) == (Accuracy(items=1, standing=1), 0)
    assert (wire.items, wire.accuracy, wire.url) == (0, Accuracy(), "https://w.org")
    assert (paper.url, paper.reliability_basis, wire.reliability_basis) == (None, None, "Why.")
    assert sources(facts(), Wanted(source="wire")) == [wire]


def test_explained_is_the_last_open_day() -> None:
    ended = resolution("occurred", day(5), day(6))
    late, said = item(day(6), ratings={"s1": "CC"}), sheets(sheet(START, {"s1": 0.5}))
    scenarios = {"s1": scenario(0.2, resolution=ended)}
    db = database(scenarios=scenarios, evidence={"e": late}, sheets=said)
    made = explain(db, "s1", day(9))
    assert (made.state, made.outcome, made.ledger_day) == ("resolved", "occurred", day(5))
    assert (made.lines, made.gap_decibans) == ((), -made.prior.decibans)
    assert made.stated is not None
    assert made.stated.analysts == 1
    before = explain(db, "s1", day(3))
    assert (before.outcome, before.ledger_day) == (None, day(3))
    unsaid = explain(database(scenarios=scenarios), "s1", day(9))
    assert (unsaid.stated, unsaid.gap_decibans) == (None, None)


def test_the_indicator_that_is_expected_to_tell_most_stands_first() -> None:
    named = {
        "sure": indicator({"s1": "C"}, due=day(50), chance=0.2),
        "spread": indicator({"s1": "CC", "s2": "II"}),
        "strong": indicator({"s1": "CC"}, due=day(50), chance=0.2),
    }
    db = database(scenarios={"s1": scenario(indicators=named), "s2": scenario()})
    rows = indicators(known(db, day(9)), Wanted(by_value=True))
    assert [row.indicator for row in rows] == ["strong", "sure", "spread"]
