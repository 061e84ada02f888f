from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.indicator_state import Reading, diagnosticity, reading
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database, Tracker
from tests.records import WEIGHTS, database, day, indicator, item, near, scenario

KEY = ("s1", "talks")


def walk(*seen: tuple[str, str] | tuple[str, str, dict]) -> Reading:  # type: ignore[type-arg]
    """The reading after (state, grade) pairs on successive days."""
    evidence = {}
    for number, (state, grade, *more) in enumerate(seen):
        keys = {"reliability": grade[0], "credibility": int(grade[1]), **(more[0] if more else {})}
        evidence[f"2022-01-01-e{number}"] = item(
            day(number), indicators={"s1/talks": state}, **keys
        )
    scenarios = {"s1": scenario(indicators={"talks": indicator({"s1": "CC"})})}
    db = database(Tracker(grade_weights=WEIGHTS), scenarios=scenarios, evidence=evidence)
    return reading(known(db, day(100)), KEY)


@pytest.mark.parametrize(
    ("seen", "state", "strength"),
    [
        ([], "unobserved", 0.0),
        ([("observed", "A1")], "observed", 1.0),
        ([("observed", "B2")], "observed", 0.64),
        ([("emerging", "A1")], "emerging", 0.5),
        ([("emerging", "A1"), ("observed", "B3")], "observed", 0.5),
        ([("observed", "B2"), ("observed", "A1")], "observed", 1.0),
        ([("observed", "A1"), ("observed", "C3")], "observed", 1.0),
        ([("observed", "A1"), ("emerging", "A1")], "observed", 1.0),
        ([("observed", "A1"), ("reversed", "B1")], "observed", 0.2),
        ([("observed", "B2"), ("reversed", "A1")], "reversed", 0.0),
        ([("observed", "A1"), ("reversed", "A1"), ("emerging", "A1")], "emerging", 0.5),
        ([("reversed", "A1")], "reversed", 0.0),
        ([("observed", "E1")], "unobserved", 0.0),
    ],
)
def test_strength_rises_to_the_weight_and_falls_by_it(
    seen: list[tuple[str, str]], state: str, strength: float
) -> None:
    now = walk(*seen)
    assert (now.state, now.strength) == (state, near(strength))


def test_a_state_is_dated_by_when_it_began() -> None:
    now = walk(("emerging", "A1"), ("observed", "A1"), ("observed", "A1"))
    assert now.since == "2022-01-02"
    assert now.raised_by == "2022-01-01-e0"
    assert now.evidence == ("2022-01-01-e0", "2022-01-01-e1", "2022-01-01-e2")


def test_a_reversal_on_the_same_day_comes_last() -> None:
    same = {"observed": "2022-01-01"}
    seen = walk(("reversed", "A1", {**same}), ("observed", "A1", {**same}))
    assert seen.state == "observed"  # recorded a day later
    evidence = {
        "2022-01-01-a": item(indicators={"s1/talks": "reversed"}),
        "2022-01-01-b": item(indicators={"s1/talks": "observed"}),
    }
    scenarios = {"s1": scenario(indicators={"talks": indicator({"s1": "CC"})})}
    db = database(scenarios=scenarios, evidence=evidence)
    assert reading(known(db, day(9)), KEY).state == "reversed"


def test_it_is_walked_by_when_it_happened_not_by_when_it_was_known() -> None:
    late = {"observed": "2021-12-01"}
    assert walk(("observed", "A1"), ("reversed", "A1", late)).state == "observed"


@given(st.lists(st.tuples(st.sampled_from(["observed", "emerging", "reversed"]), st.just("B2"))))
def test_strength_stays_within_0_and_1(seen: list[tuple[str, str]]) -> None:
    now = walk(*seen)
    assert 0 <= now.strength <= 1
    assert (now.state in ("observed", "emerging")) == (now.strength > 0)


def rated(ratings: dict[str, object], **sets: str | None) -> float:
    scenarios = {id: scenario(0.5, set=set_id) for id, set_id in sets.items()}
    scenarios["s1"] = scenario(0.5, set=sets.get("s1"), indicators={"talks": indicator(ratings)})
    db: Database = database(scenarios=scenarios)
    return diagnosticity(known(db, day(1)), KEY)


def test_equally_expected_under_every_member_tells_nothing() -> None:
    assert rated({"s1": "C", "b": "C"}, s1="s", b="s") == 0


def test_diagnosticity_is_the_spread_across_the_members() -> None:
    assert rated({"s1": "CC", "b": "I"}, s1="s", b="s") == 15


def test_a_member_left_blank_compares_as_neutral() -> None:
    assert rated({"s1": "C"}, s1="s", b="s") == 5


def test_a_question_alone_compares_with_its_not_happening() -> None:
    assert rated({"s1": "C", "b": "C"}, s1=None, b=None) == 5
    assert rated({"s1": "N"}, s1=None) == 0
