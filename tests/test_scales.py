from __future__ import annotations

import pytest

from scenarios.model import first_day, indicator_key
from scenarios.render.text import percent, term
from scenarios.scales import estimative_term, held, printed, probability


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (0.001, "almost no chance"),
        (0.05, "very unlikely"),
        (0.20, "unlikely"),
        (0.45, "roughly even chance"),
        (0.549, "roughly even chance"),
        (0.55, "likely"),
        (0.80, "very likely"),
        (0.95, "almost certain"),
        (0.999, "almost certain"),
    ],
)
def test_a_band_of_icd_203_holds_its_lower_edge(value: float, term: str) -> None:
    assert estimative_term(value, "icd-203") == term


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (0.03, "remote chance"),
        (0.07, "between remote chance and highly unlikely"),
        (0.15, "highly unlikely"),
        (0.22, "between highly unlikely and unlikely"),
        (0.37, "between unlikely and realistic possibility"),
        (0.49, "realistic possibility"),
        (0.5, "between realistic possibility and likely"),
        (0.52, "between realistic possibility and likely"),
        (0.55, "likely"),
        (0.77, "between likely and highly likely"),
        (0.92, "between highly likely and almost certain"),
        (0.97, "almost certain"),
    ],
)
def test_between_the_bands_of_phia_both_neighbours_are_named(value: float, term: str) -> None:
    assert estimative_term(value, "phia") == term


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0496, "5.0%"),
        (0.0504, "5.0%"),
        (0.0994, "9.9%"),
        (0.0996, "10%"),
        (0.1004, "10%"),
        (0.455, "46%"),
        (0.9004, "90%"),
        (0.9006, "90.1%"),
    ],
)
def test_what_is_shown_of_a_probability_is_one_figure(value: float, shown: str) -> None:
    assert percent(value) == shown
    assert printed(value) == float(shown[:-1]) / 100


@pytest.mark.parametrize(
    ("values", "language", "word"),
    [
        ((0.0494, 0.0448), "icd-203", "almost no chance"),
        ((0.0496, 0.0504), "icd-203", "very unlikely"),
        ((0.196, 0.204), "icd-203", "unlikely"),
        ((0.546, 0.554), "icd-203", "likely"),
        ((0.496, 0.504), "phia", "between realistic possibility and likely"),
        ((0.0996, 0.1004), "phia", "highly unlikely"),
    ],
)
def test_probabilities_that_are_shown_alike_carry_the_same_term(
    values: tuple[float, ...], language: str, word: str
) -> None:
    assert [term(value, language) for value in values] == [word, word]


def test_a_probability_is_held_within_its_bounds() -> None:
    assert [held(p) for p in (0.0, 0.5, 1.0)] == [0.001, 0.5, 0.999]


def test_no_odds_are_too_long() -> None:
    assert (probability(-1e6), probability(1e6)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("observed", "first"), [("2021", "2021-01-01"), ("2021-12", "2021-12-01"), ("2021-12-17",) * 2]
)
def test_a_month_begins_on_its_first_day(observed: str, first: str) -> None:
    assert first_day(observed).isoformat() == first


def test_an_indicator_is_known_by_its_scenario() -> None:
    assert indicator_key("military-pact/talks") == ("military-pact", "talks")
