"""The chance of being seen in each case, from the chance all in all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.chance import absence, expected_movement, seen_if
from scenarios.scales import jeffreys
from tests.records import near


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[int, float], dict[int, float]]:
    """The priors of some cases, and what is seen is worth for each."""
    number = draw(st.integers(2, 6))
    priors = draw(st.lists(st.floats(0.001, 0.999), min_size=number, max_size=number))
    decibans = draw(st.lists(st.floats(-60, 60), min_size=number, max_size=number))
    return dict(enumerate(priors)), dict(enumerate(decibans))


@given(st.floats(0.001, 0.999), cases())
def test_the_chances_of_all_cases_average_to_the_chance_all_in_all(
    chance: float, given: tuple[dict[int, float], dict[int, float]]
) -> None:
    priors, _ = given
    seen = seen_if(chance, *given)
    assert sum(priors[case] * seen[case] for case in priors) / sum(priors.values()) == near(chance)


@given(st.floats(0.001, 0.999), cases())
def test_they_stand_in_the_ratio_of_the_ratings(
    chance: float, given: tuple[dict[int, float], dict[int, float]]
) -> None:
    _, decibans = given
    seen = seen_if(chance, *given)
    for case, worth in decibans.items():
        assert seen[case] / seen[0] == near(10 ** ((worth - decibans[0]) / 10))


def test_a_case_without_a_rating_is_even() -> None:
    seen = seen_if(0.14, {"s": 0.2, "not s": 0.8}, {"s": 10.0})
    assert seen == {"s": near(0.5), "not s": near(0.05)}


def test_an_absence_is_worth_less_the_more_probable_it_was_to_be_seen() -> None:
    assert absence(0) == 0
    assert absence(0.5) == near(-3.0103)
    assert absence(0.9) == near(-10)
    assert absence(2) == near(-30)  # a record at fault


def test_the_expected_movement_weighs_seeing_and_not_seeing() -> None:
    # p = 0.5, L = 10, c = 0.22: 0.909 if it is seen, 0.385 if it is not.
    seen, not_seen = jeffreys(0.5, 10 / 11), jeffreys(0.5, 0.5 * 0.6 / 0.78)
    assert expected_movement(0.22, 0.5, 10.0) == near(0.22 * seen + 0.78 * not_seen)
    assert expected_movement(0.22, 0.5, 0.0) == near(0.0)
