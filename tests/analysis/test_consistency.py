"""The faults between records that tests/transcripts/faults shows: where each begins and ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.rule import Known
from scenarios.errors import Fault
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    Given,
    HazardEnded,
    Indicator,
    Resolution,
    Retraction,
    Scenario,
    Source,
    Tracker,
)
from scenarios.text import MOST_HINTS
from tests.records import END, START, day, item, scenario, sheet

SET = Tracker(sets={"s": "S"})
VISIT = "2022-01-01-visit"
KINDS = ("tracker", "scenario", "evidence", "forecasts", "source")


def member(*probability: float, **keys: Any) -> Scenario:
    return scenario(*probability, set="s", **keys)


def linked(other: str, probability: float = 0.05, **keys: Any) -> Scenario:
    return scenario(probability, given={other: Given(0.2, 0.02)}, **keys)


def watched(ratings: dict[str, Any], **keys: Any) -> dict[str, Indicator]:
    return {"talks": Indicator("Talks", ratings, START, **keys)}


def faults(
    seen: Evidence | None = None,
    *,
    tracker: Tracker = SET,
    broken: dict[str, str] | None = None,
    **records: Any,
) -> list[tuple[str, str, Fault]]:
    """Of records, and an item; `broken` are files, by kind and id, with faults of their own."""
    files: dict[Any, dict[str, str]] = {kind: {} for kind in KINDS}
    for kind, id in (broken or {}).items():
        files[kind][id] = f"{id}.yaml"
    evidence = records.pop("evidence", {}) | ({VISIT: seen} if seen else {})
    return list(check(Known(Database(tracker, evidence=evidence, **records), files)))


def rules(**records: Any) -> list[tuple[str, str]]:
    return [(id, fault.rule) for _, id, fault in faults(**records)]


def of(**scenarios: Scenario) -> list[tuple[str, str]]:
    return rules(scenarios=scenarios)


def test_a_sound_database_has_no_faults() -> None:
    ended = Resolution("occurred", day(9), day(9), "B", (VISIT,))
    scenarios = {
        "pact": member(indicators=watched({"pact": "CC", "rupture": 0.1})),
        "rupture": member(implies=("trade",)),
        "trade": scenario(includes=(VISIT,), hazard="constant", resolution=ended),
    }
    fires = {"pact/talks": "observed"}
    visit = item(source="kremlin", ratings={"trade": "C"}, indicators=fires)
    evidence = {
        "2022-02-call": item(day(31), observed="2022-02", corroborated_by=(VISIT,)),
        "2022-talks": item(day(9), observed="2022", retracted=Retraction(day(9), "Wrong")),
    }
    why = {"rationales": {"rupture": "Why"}, "evidence": {"rupture": ("2022-02-call",)}}
    said = {f"{day(40)}-desk": sheet(day(40), {"rupture": 0.1, "pact": None}, **why)}
    sources = {"kremlin": Source("The Kremlin", "C")}
    assert not faults(visit, scenarios=scenarios, evidence=evidence, sheets=said, sources=sources)


def test_a_record_whose_own_file_has_a_fault_is_not_unknown_and_told_once_a_file() -> None:
    fires = {"pact/talks": "observed", "pact/other": "emerging"}
    message = "'pact' is left out, because pact.yaml has a fault"
    fault = Fault(("ratings", "pact"), "key", "broken-reference", message, None, "warning")
    seen = item(ratings={"pact": "CC"}, indicators=fires)
    assert faults(seen, broken={"scenario": "pact"}) == [("evidence", VISIT, fault)]


def test_many_unknown_names_are_compared_with_the_known_up_to_a_limit() -> None:
    names = range(MOST_HINTS + 1)
    scenarios = {"military-pact": scenario(), "s": scenario(indicators=watched({"s": "C"}))}
    for seen in (
        item(ratings={f"military-pac{n}": "C" for n in names}),
        item(indicators={f"s/talk{n}": "observed" for n in names}),
    ):
        hints = [fault.hint is None for *_, fault in faults(seen, scenarios=scenarios)]
        assert hints == [False] * MOST_HINTS + [True]
    themed = {f"2022-01-01-v{n}": item(theme=f"energy{n}") for n in names}
    found = faults(tracker=Tracker(themes={"energy": "E"}), evidence=themed)
    limit = ["did you mean 'energy'?", "declare it there, under 'themes'"]
    assert [fault.hint for *_, fault in found][::MOST_HINTS] == limit


def test_what_a_broken_file_may_hold_is_not_missed() -> None:
    talks = watched({"a": "CC"}, due=END, chance=0.9, theme="energy")
    alone = {"a": scenario(0.05, indicators=talks)}
    assert rules(scenarios=alone) == [("a", "impossible-chance"), ("a", "unknown-theme")]
    tracker = {"tracker": "tracker"}
    assert rules(scenarios=alone, broken=tracker) == []
    assert rules(tracker=Tracker(), scenarios={"a": member()}, broken=tracker) == []
    assert rules(scenarios={"a": member()}, broken={"scenario": "pact"}) == []
    pair = {"a": member(indicators=watched({"a": "CC"}, due=END, chance=0.9)), "b": member()}
    assert rules(scenarios=pair) == [("a", "impossible-chance")]
    assert rules(scenarios=pair, broken={"scenario": "c"}) == []
    assert rules() == []  # a set without members is not lonely


def test_a_row_is_rated_twice_where_an_indicator_rates_it_even_reversed() -> None:
    members = {id: member() for id in "bcd"}
    members["a"] = member(indicators=watched({"a": "CC", "b": "I"}))
    mixed = item(ratings={"b": "I", "c": "C", "d": "N"}, indicators={"a/talks": "reversed"})
    found = [(fault.rule, fault.keys) for *_, fault in faults(mixed, scenarios=members)]
    assert found == [("rated-twice", ("ratings", "b")), ("mixed-row", ("ratings", "c"))]
    apart = {"a": scenario(indicators=watched({"a": "CC"})), "b": scenario()}
    row = item(ratings={"b": "I"}, indicators={"a/talks": "observed"})
    assert faults(row, scenarios=apart) == []


def test_each_member_after_the_first_that_occurred_is_one_too_many() -> None:
    occurred = Resolution("occurred", day(9), day(9), "Basis")
    found = faults(scenarios={id: member(resolution=occurred) for id in "abc"})
    both = "both occurred, and of the set 's' only one can"
    told = [("b", f"a.yaml and b.yaml {both}"), ("c", f"a.yaml and c.yaml {both}")]
    assert [(id, fault.message) for _, id, fault in found] == told


@pytest.mark.parametrize(
    ("observed", "first"),
    [("2022-02-07", date(2022, 2, 7)), ("2022-02", date(2022, 2, 1)), ("2022", START)],
)
def test_an_item_is_recorded_from_the_first_day_it_can_have_been_observed(
    observed: str, first: date
) -> None:
    days = (first, first - timedelta(1))
    found = [rules(evidence={f"{observed}-x": item(on, observed=observed)}) for on in days]
    assert found == [[], [(f"{observed}-x", "date-order")]]


def test_what_is_equal_is_in_order() -> None:
    same = Resolution("occurred", START, START, "Basis")
    at_once = scenario(horizon=START, indicators=watched({"a": "C"}, due=START), resolution=same)
    assert of(a=at_once) == []
    assert rules(tracker=Tracker(decibans={"CC": 5, "C": 5, "N": 0, "I": 0, "II": 0})) == []
    for dependence in (0.5, Dependence(0.5, 0.5)):
        assert rules(tracker=Tracker(evidence_dependence=dependence)) == []
    for on in (START, END):
        assert of(a=scenario(hazard="constant", hazard_ended=HazardEnded(on, "Why"))) == []
    assert of(a=linked("c", 0.2), b=linked("c", 0.02), c=scenario()) == []
    assert of(a=scenario(indicators={"given": Indicator("Talks", {"a": "CC"}, START)})) == []


def test_a_positive_inconsistency_is_out_of_order() -> None:
    worth = Tracker(decibans={"CC": 10, "C": 5, "N": 0, "I": 5, "II": -10})
    message = "'N' (0) is worth less than 'I' (5)"
    fault = Fault(("decibans", "N"), "value", "decibans-order", message, "CC ≥ C ≥ 0 ≥ I ≥ II")
    assert faults(tracker=worth) == [("tracker", "tracker", fault)]


@pytest.mark.parametrize(
    ("probability", "rating", "limit"),
    [(0.5, 3.0, "0.666"), (0.25, 4.0, "0.437"), (0.5, 0.5, "0.749"), (0.2, 1000.0, "0.2")],
)
def test_the_largest_chance_that_is_named_is_possible_and_three_figures_are_kept(
    probability: float, rating: float, limit: str
) -> None:
    hint = f"at most {limit} is possible; lower it, or choose weaker ratings"
    for chance, hints in ((float(limit) + 0.001, [hint]), (float(limit), [])):
        talks = watched({"a": rating}, due=END, chance=chance)
        found = faults(scenarios={"a": scenario(probability, indicators=talks)})
        assert [fault.hint for *_, fault in found] == hints


def test_some_ratings_leave_no_chance_at_all() -> None:
    members = {id: member(0.9) for id in "bc"}
    members["a"] = member(0.001, indicators=watched({"a": 1000}, due=END, chance=0.001))
    [(*_, fault)] = faults(tracker=Tracker(sets=SET.sets, rating_strength=2), scenarios=members)
    none = "no chance is low enough: write 'if_absent' instead, or choose weaker ratings"
    assert fault.hint == none


def test_a_chain_of_links_is_no_circle_and_ends_where_a_name_is_unknown() -> None:
    assert of(a=linked("b"), b=linked("c"), c=linked("gone")) == [("c", "unknown-scenario")]


def test_a_circle_through_a_set_whose_members_differ_is_told_by_its_first_link() -> None:
    members = {"a": linked("x", set="s"), "b": linked("y", set="s")}
    circle = "these priors depend on one another in a circle"
    differs = "the prior of 'b' depends on 'y', and that of a.yaml, of the same set 's', on 'x'"
    found = faults(scenarios=members | {"x": linked("b"), "y": scenario()})
    assert [(id, fault.rule, fault.message) for _, id, fault in found] == [
        ("a", "link-circle", f"{circle}: a.yaml on 'x'; x.yaml on 'b' of the set 's'"),
        ("b", "link-differs", differs),
    ]
