from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.indicators import (
    IndicatorReading,
    absence,
    diagnosticity,
    expected_movement,
    reading,
    seen_if,
)
from scenarios.analysis.evidence.knowledge import known_on
from scenarios.model import Evidence, Tracker
from tests.records import WEIGHTS, chances, database, day, indicator, item, near, scenario

KEY = ("s1", "talks")


def of(*evidence: Evidence, graded: bool = True) -> IndicatorReading:
    scenarios = {"s1": scenario(indicators={"talks": indicator({"s1": "CC"})})}
    named = {f"e{n}": told for n, told in enumerate(evidence)}
    tracker = Tracker(grade_weights=WEIGHTS if graded else None)
    return reading(known_on(database(tracker, scenarios=scenarios, evidence=named), day(100)), KEY)


def seen(number: int, state: str, grade: str = "A1", **keys: Any) -> Evidence:
    graded = {"reliability": grade[0], "credibility": int(grade[1])}
    return item(day(number), indicators={"s1/talks": state}, **graded, **keys)


def walk(*told: str) -> IndicatorReading:
    """The reading after states with their grades on successive days."""
    return of(*(seen(number, *one.split()) for number, one in enumerate(told)))


@pytest.mark.parametrize(
    ("told", "state", "strength"),
    [
        ([], "unobserved", 0.0),
        (["observed B2"], "observed", 0.64),
        (["emerging A1"], "emerging", 0.5),
        (["emerging A1", "observed C3"], "observed", 0.5),  # 0.3, and 1 − 0.5·0.7 is held
        (["observed C3", "observed C3"], "observed", 0.51),
        (["observed B2", "observed A1"], "observed", 1.0),
        (["observed A1", "emerging A1"], "observed", 1.0),
        (["observed A1", "reversed B1"], "observed", 0.2),
        (["observed C3", "reversed C3"], "reversed", 0.0),
        (["observed B2", "reversed A1"], "reversed", 0.0),
        (["observed C3", "emerging B1", "reversed F3"], "observed", 0.3),
        (["observed C3", "emerging A1", "reversed F1"], "emerging", 0.1),
        (["observed A1", "reversed A1", "emerging A1"], "emerging", 0.5),
        (["observed A1", "reversed C3", "observed C3"], "observed", 0.79),
        (["reversed A1"], "reversed", 0.0),
        (["observed E1", "reversed E1"], "unobserved", 0.0),
    ],
)
def test_witnesses_corroborate_and_a_reversal_takes_its_weight_from_what_they_say(
    told: list[str], state: str, strength: float
) -> None:
    now = walk(*told)
    assert (now.state, now.strength) == (state, near(strength))


def test_an_origin_counts_as_its_best_report_and_a_source_is_one_where_none_is_named() -> None:
    """By hand: C3 is 0.3 and B2 0.64; 1 − 0.7² = 0.51, 1 − 0.7·0.36 = 0.748, 1 − 0.7⁹ = 0.9596."""

    def strength(*told: Any) -> float:
        return of(
            *(seen(n, *words.split(), **keys) for n, (words, keys) in enumerate(told))
        ).strength

    wire, agency, paper = {"origin": "wire"}, {"origin": "agency"}, {"source": "wire"}
    c3, b2 = "observed C3", "observed B2"
    assert strength(*[(c3, wire)] * 9) == near(0.3)
    assert strength(*((c3, {"origin": f"outlet-{n}"}) for n in range(9))) == near(1 - 0.7**9)
    assert strength((c3, wire), (b2, wire), (c3, agency)) == near(0.748)
    assert strength((c3, paper), (c3, paper)) == near(0.3)
    assert strength((c3, paper), (c3, wire)) == near(0.3)
    assert strength((c3, {}), (c3, {})) == near(0.51)
    # What is left after a reversal is a witness more, and an origin that reports again is heard.
    again: Any = (b2, wire), ("reversed C3", {}), (c3, wire)
    assert strength(*again) == near(1 - (1 - 0.34) * 0.7)


def test_an_indicator_that_one_origin_reverses_below_0_is_gone_though_another_reported_it() -> None:
    """By hand: 1 − 0.7² = 0.51, less 0.8; and less 0.3 it stands at 0.21."""
    two = seen(0, "observed", "C3", origin="a"), seen(1, "observed", "C3", origin="b")
    gone = of(*two, seen(2, "reversed", "B1", origin="a"))
    assert (gone.state, gone.strength, gone.raised_by) == ("reversed", 0.0, "e0")
    stands = of(*two, seen(2, "reversed", "C3", origin="a"))
    assert (stands.state, stands.strength) == ("observed", near(0.21))


def test_a_state_is_dated_by_when_it_began() -> None:
    now = walk("emerging", "observed", "observed")
    assert (now.since, now.raised_by, now.evidence) == ("2022-01-02", "e0", ("e0", "e1", "e2"))


def test_it_is_walked_by_when_it_happened_and_a_reversal_of_the_day_comes_last() -> None:
    late = seen(1, "reversed", observed="2021-12-01")
    assert of(seen(0, "observed"), late).state == "observed"
    first = {"observed": "2022-01-01"}  # of two of one day, the one that was recorded later
    assert of(seen(0, "reversed", **first), seen(1, "observed", **first)).state == "observed"
    assert of(seen(0, "reversed"), seen(0, "observed"), graded=False).state == "reversed"


reports = st.lists(
    st.tuples(
        st.sampled_from(["observed", "emerging", "reversed"]),
        st.sampled_from(["A1", "B2", "C3", "D2", "E1"]),
        st.sampled_from([{"origin": "wire"}, {"origin": "agency"}, {"source": "wire"}, {}]),
    )
)
WEIGHT_OF = {"A1": 1.0, "B2": 0.64, "C3": 0.3, "D2": 0.24, "E1": 0.0}


@given(reports)
def test_a_report_never_moves_strength_by_more_than_its_weight_and_a_sighting_never_lowers_it(
    told: list[tuple[str, str, dict[str, str]]],
) -> None:
    items = [seen(n, state, grade, **keys) for n, (state, grade, keys) in enumerate(told)]
    before = of()
    for number, (state, grade, _) in enumerate(told, start=1):
        now = of(*items[:number])
        assert 0 <= now.strength <= 1
        assert (now.state in ("observed", "emerging")) == (now.strength > 0)
        gain = now.strength - before.strength
        assert (-gain if state == "reversed" else gain) >= -1e-9
        assert abs(gain) <= WEIGHT_OF[grade] + 1e-9
        before = now


def test_diagnosticity_is_the_spread_across_the_members() -> None:
    table: list[tuple[dict[str, Any], str | None, float]] = [
        ({"s1": "C", "b": "C"}, "s", 0),
        ({"s1": "C", "b": "I"}, "s", 10),
        ({"s1": "C"}, "s", 5),  # left blank, it compares as neutral
        ({"s1": "C", "b": "C"}, None, 5),  # a question alone compares with its not happening
        ({"s1": "N"}, None, 0),
    ]
    for ratings, set_id, spread in table:
        watched = {"talks": indicator(ratings)}
        scenarios = {"s1": scenario(set=set_id, indicators=watched), "b": scenario(set=set_id)}
        assert diagnosticity(known_on(database(scenarios=scenarios), day(1)), KEY) == spread


@given(chances, st.lists(st.tuples(chances, st.floats(-60, 60)), min_size=2, max_size=6))
def test_the_chances_of_all_cases_average_to_the_chance_in_the_ratio_of_the_ratings(
    chance: float, cases: list[tuple[float, float]]
) -> None:
    priors = {n: prior for n, (prior, _) in enumerate(cases)}
    decibans = {n: worth for n, (_, worth) in enumerate(cases)}
    seen = seen_if(chance, priors, decibans)
    assert sum(priors[n] * seen[n] for n in priors) / sum(priors.values()) == near(chance)
    for n, worth in decibans.items():
        assert seen[n] / seen[0] == near(10 ** ((worth - decibans[0]) / 10))


def test_an_absence_is_worth_no_end_of_decibans_and_an_even_indicator_moves_nothing() -> None:
    assert [absence(seen) for seen in (0, 0.9, 2)] == [0, near(-10), near(-30)]
    assert expected_movement(0.22, 0.5, 0.0) == near(0.0)
