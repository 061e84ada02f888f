from __future__ import annotations

from scenarios.render.text import term
from scenarios.scales import has_moved, held, percent, percents, printed, probability
from scenarios.values import first_day, indicator_key


def test_what_is_shown_of_a_probability_is_one_figure() -> None:
    shown = {0.0496: "5%", 0.0504: "5%", 0.0994: "10%", 0.0996: "10%", 0.1004: "10%"}
    shown |= {0.455: "46%", 0.9004: "90%", 0.9006: "90%"}
    assert [percent(value) for value in shown] == [*shown.values()]
    assert [printed(value) for value in shown] == [float(s[:-1]) / 100 for s in shown.values()]
    ends = {0.0004: "under 0.1%", 0.0006: "0.1%", 0.9994: "99.9%", 0.9996: "over 99.9%"}
    assert [percent(value) for value in ends] == [*ends.values()]
    assert (percent(0.0), percent(1.0)) == ("0%", "100%")


def test_a_move_that_whole_per_cents_would_hide_is_shown_to_a_decimal_of_both() -> None:
    for before, after, words in (
        (0.2, 0.003, ("20%", "0.3%")),
        (0.86, 0.91, ("86%", "91%")),
        (0.0245, 0.0196, ("2.5%", "2.0%")),
        (0.5001, 0.5002, ("50%", "50%")),
    ):
        assert percents(before, after) == words
    assert [has_moved(*pair) for pair in ((0.024, 0.0196), (0.5001, 0.5002), (None, 0.5))] == [
        True,
        False,
        False,
    ]


def test_probabilities_that_are_shown_alike_carry_the_same_term() -> None:
    for values, language, word in (
        ((0.0449, 0.0401), "icd-203", "almost no chance"),
        ((0.0451, 0.0504), "icd-203", "very unlikely"),
        ((0.196, 0.204), "icd-203", "unlikely"),
        ((0.546, 0.554), "icd-203", "likely"),
        ((0.496, 0.504), "phia", "between realistic possibility and likely"),
        ((0.0996, 0.1004), "phia", "highly unlikely"),
    ):
        assert [term(value, language) for value in values] == [word, word]


def test_a_probability_is_held_within_its_bounds_and_no_odds_are_too_long() -> None:
    assert [held(p) for p in (0.0, 0.5, 1.0)] == [0.001, 0.5, 0.999]
    assert (probability(-1e6), probability(1e6)) == (0.0, 1.0)


def test_a_month_begins_on_its_first_day_and_an_indicator_is_known_by_its_scenario() -> None:
    days = [first_day(observed).isoformat() for observed in ("2021", "2021-12", "2021-12-17")]
    assert days == ["2021-01-01", "2021-12-01", "2021-12-17"]
    assert indicator_key("military-pact/talks") == ("military-pact", "talks")
