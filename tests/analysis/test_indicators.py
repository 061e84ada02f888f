from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.indicator_state import Reading, diagnosticity, reading
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database, Evidence, Tracker
from tests.records import WEIGHTS, database, day, indicator, item, near, scenario

KEY = ("s1", "talks")


def of(*evidence: Evidence, graded: bool = True) -> Reading:
    scenarios = {"s1": scenario(indicators={"talks": indicator({"s1": "CC"})})}
    named = {f"e{n}": told for n, told in enumerate(evidence)}
    tracker = Tracker(grade_weights=WEIGHTS if graded else None)
    return reading(known(database(tracker, scenarios=scenarios, evidence=named), day(100)), KEY)


def seen(number: int, state: str, grade: str = "A1", **keys: Any) -> Evidence:
    graded = {"reliability": grade[0], "credibility": int(grade[1])}
    return item(day(number), indicators={"s1/talks": state}, **graded, **keys)


def walk(*told: str) -> Reading:
    """The reading after states with their grades on successive days."""
    return of(*(seen(number, *one.split()) for number, one in enumerate(told)))


@pytest.mark.parametrize(
    ("told", "state", "strength"),
    [
        ([], "unobserved", 0.0),
        (["observed A1"], "observed", 1.0),
        (["observed B2"], "observed", 0.64),
        (["emerging A1"], "emerging", 0.5),
        (["emerging A1", "observed B3"], "observed", 0.5),
        (["observed B2", "observed A1"], "observed", 1.0),
        (["observed A1", "observed C3"], "observed", 1.0),
        (["observed A1", "emerging A1"], "observed", 1.0),
        (["observed A1", "reversed B1"], "observed", 0.2),
        (["observed B2", "reversed A1"], "reversed", 0.0),
        (["observed A1", "reversed A1", "emerging A1"], "emerging", 0.5),
        (["reversed A1"], "reversed", 0.0),
        (["observed E1"], "unobserved", 0.0),
    ],
)
def test_strength_rises_to_the_weight_and_falls_by_it(
    told: list[str], state: str, strength: float
) -> None:
    now = walk(*told)
    assert (now.state, now.strength) == (state, near(strength))


def test_a_state_is_dated_by_when_it_began() -> None:
    now = walk("emerging", "observed", "observed")
    assert (now.since, now.raised_by) == ("2022-01-02", "e0")
    assert now.evidence == ("e0", "e1", "e2")


def test_it_is_walked_by_when_it_happened_and_a_reversal_of_the_day_comes_last() -> None:
    late = seen(1, "reversed", observed="2021-12-01")
    assert of(seen(0, "observed"), late).state == "observed"
    first = {"observed": "2022-01-01"}  # of two of one day, the one that was recorded later
    assert of(seen(0, "reversed", **first), seen(1, "observed", **first)).state == "observed"
    assert of(seen(0, "reversed"), seen(0, "observed"), graded=False).state == "reversed"


@given(st.lists(st.sampled_from(["observed B2", "emerging B2", "reversed B2"])))
def test_strength_stays_within_0_and_1(told: list[str]) -> None:
    now = walk(*told)
    assert 0 <= now.strength <= 1
    assert (now.state in ("observed", "emerging")) == (now.strength > 0)


def rated(ratings: dict[str, Any], **sets: str | None) -> float:
    scenarios = {id: scenario(0.5, set=set_id) for id, set_id in sets.items()}
    scenarios["s1"] = scenario(0.5, set=sets.get("s1"), indicators={"talks": indicator(ratings)})
    db: Database = database(scenarios=scenarios)
    return diagnosticity(known(db, day(1)), KEY)


def test_diagnosticity_is_the_spread_across_the_members() -> None:
    for b, spread in (("C", 0), ("I", 10), (None, 5)):  # left blank, it compares as neutral
        ratings = {"s1": "C"} | ({"b": b} if b else {})
        assert rated(ratings, s1="s", b="s") == spread
    # a question alone compares with its not happening
    assert rated({"s1": "C", "b": "C"}, s1=None, b=None) == 5
    assert rated({"s1": "N"}, s1=None) == 0
