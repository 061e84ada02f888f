from __future__ import annotations

import pytest

from scenarios.model import first_day, indicator_key
from scenarios.scales import estimative_term, held, probability


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
