"""What is taken as a date, a probability, a rating, a grade, an id, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from scenarios.cli import parsing
from scenarios.errors import UsageError
from scenarios.model import Tracker
from scenarios.text import suggested
from scenarios.workspace.input import offers, ratios, typed_in
from tests.cli.commands import EACH, changes, scen, tree

DAY = "'{}' is not a date: write 2022-02-28, 28 February, today, yesterday or 7d"
AHEAD = "'{}' is not a date: write 2030-12-31 or 31 March"
CHANCE = "'{}' is not a probability: write 0.7 or 70%"
BETWEEN = "'{}': a probability must be above 0 and below 1"
RATING = "'{}' is not a rating: CC, C, N, I, II, or a likelihood ratio, 0.001 to 1000"
GRADE = "'{}' is not an Admiralty grade: A to F, then 1 to 6, like B2"
LETTER = "'{}' is not a reliability grade: a letter from A to F"
ID = "'{}' is not an id: small letters, digits, single hyphens, a letter first"
GIVEN = "'{}': write OTHER=0.2/0.02, its prior if OTHER occurs and if it does not"
CODE = "'{}': write SCENARIO=CODE, for example military-pact=CC"
STATE = "'{}': write SCENARIO/INDICATOR=observed"
STATES = "'{}' is not a state: observed, emerging, reversed"
KNOWN = "occurred, did-not-occur, annulled; of a quantity a number, a day or later"
OUTCOME = "'{}' is not an outcome: " + KNOWN
LINES = "'{}' has several lines; write one"
prior_given, letter, outcome = map(
    parsing.typed, (typed_in.forecasts_between, typed_in.letter, typed_in.outcome)
)


def ratings(text: str) -> Any:
    return parsing.scenario_ratings(text.split())


def states(text: str) -> Any:
    return parsing.indicator_states(text.split())


REFUSED: list[tuple[Callable[[str], Any], str, list[str]]] = [
    (parsing.day, "{} is not a valid date",
     ["2022-02-30", "2022-13-01", "2022-00-10", "2022-01-00", "2021-02-29"]),
    (parsing.day, DAY,
     ["0000-01-01", "0999-01-01", "10000-01-01", "99999d", "-1d", "d", "1.5d", "2022-2-3",
      "20220203", "2022-02-03T00:00", "02/03/2022", "tomorrow", "Today", "٢٠٢٢-٠٢-٠٤", "2022–02–03",
      "2022-02-03 ", "2022", "", " "]),
    (parsing.observed, "{} is not a valid month", ["2022-13", "2022-00"]),
    (parsing.observed, "{} is not a valid date", ["2022-02-30"]),
    (parsing.observed, DAY, ["0000", "999", "2022-", ""]),
    (parsing.chance, BETWEEN,
     ["0", "1", "1.2", "100%", "0%", "1e-400", "+1", "120%", "-0.1", "0" * 50]),
    (parsing.chance, CHANCE,
     ["nan", "inf", "-inf", "1e400", "0,7,1", "0.7.1", "7_0%", "٠.٧", "½", "%", "5%%", "%5",
      "0x1p-2", "likely", "1/3", "0.7 or so", "¹", ""]),
    (parsing.rating, RATING,
     ["XX", "CCC", "C C", "", " C", "0", "0.0009", "1000.1", "-1", "nan", "inf", "1e400", "1_0",
      "0x10", "١", "³", "3,5", "50%", "null", "true"]),
    (parsing.grade, GRADE,
     ["G1", "B7", "B0", "B22", "2", "2B", "B 2", " B2", "B٢", "Ｂ2", "AB", "B-2", ""]),
    (letter, LETTER, ["G", "B2", "AB", "1", "ß", ""]),
    (parsing.id, ID,
     ["a/b", "../x", ".", ".x", "/etc/passwd", "a.yaml", "Caps", "a b", " a", "a ", "a_b", "a--b",
      "-", "a-", "1a", "ä", "а", "a\\b", "a:b", "~", "*", "con|", "%2e", ""]),
    (parsing.id, "'{}' is a reserved word and no id", ["tracker", "null", "true", "false"]),
    (parsing.id, "an id of 81 characters; at most 80 are allowed", ["x" * 81]),
    (prior_given, GIVEN, ["trade", "trade=0.2", "=0.2/0.1", "trade/0.2=0.1", ""]),
    (prior_given, BETWEEN.format(0), ["trade=0.2/0"]),
    (prior_given, CHANCE.format("0.1/0.3"), ["trade=0.2/0.1/0.3"]),
    (ratings, CODE, ["pact", "=C"]),
    (ratings, "'pact' is rated twice; keep one of the two", ["pact=C pact=I", "pact=C pact=C"]),
    (states, STATE, ["pact", "pact/talks", "pact=observed"]),
    (states, STATES.format("seen"), ["pact/talks=seen"]),
    (states, "'a/b' is given twice; keep one of the two", ["a/b=observed a/b=emerging"]),
    (outcome, OUTCOME, ["happened", "Occurred", ""]),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "message", "all"), REFUSED)
def test_what_is_no_value_is_refused_and_said(
    parse: Callable[[str], Any], message: str, all: list[str]
) -> None:
    for typed in all:
        with pytest.raises(typer.BadParameter) as refused:
            parse(typed)
        said = refused.value.message.partition("; did you mean ")[0]
        assert said == message.format(typed)


@pytest.mark.parametrize(
    ("parse", "typed", "value"),
    [
        (parsing.day, "2022-02-28", date(2022, 2, 28)),
        *((parsing.observed, text, text) for text in ("2022", "2021-12", "2022-02-04")),
        *(
            (parsing.chance, text, 0.7)
            for text in ("0.7", "70%", "70 %", "0,7", "70,0 %", ".7", "7e-1", " 70.0% ")
        ),
        (parsing.chance, "99.99%", 0.9999),
        (parsing.chance, "33.3%", 0.333),
        *((parsing.rating, text, "CC") for text in ("CC", "cc")),
        *((parsing.rating, text, 4) for text in ("4", "4.0", "+4")),
        (parsing.rating, "0.001", 0.001),
        (parsing.grade, "b2", ("B", 2)),
        (parsing.grade, "B", ("B", None)),
        (letter, "f", "F"),
        (parsing.id, "x" * 80, "x" * 80),
        (prior_given, "war=20%/0.1", {"war": {"occurred": 0.2, "did-not-occur": 0.1}}),
        (ratings, "pact=cc trade=2.5", {"pact": "CC", "trade": 2.5}),
        (states, "pact/talks=emerging", {"pact/talks": "emerging"}),
        (typed_in.line, " A dinner\n", "A dinner"),
    ],
)
def test_what_is_a_value_is_taken(parse: Callable[[str], Any], typed: str, value: object) -> None:
    assert parse(typed) == value


@given(st.integers(0, 9999))
def test_days_ago_are_counted_from_a_day(days: int) -> None:
    assert (date(2030, 1, 1) - parsing.day(f"{days}d", date(2030, 1, 1))).days == days


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((text, "2022-02-28") for text in ("28.2.2022", "2/28/2022", "2022/2/28", "2022-2-28")),
        ("2022-2-30", None),
        ("02/03/2022", None),
        ("30 Feb 2022", None),
    ],
)
def test_a_date_of_another_style_is_proposed_unless_its_month_may_come_first(
    typed: str, meant: str | None
) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        parsing.day(typed)
    assert suggested(refused.value.message) == meant


def test_a_line_is_one_line() -> None:
    for end in ("\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"):
        with pytest.raises(UsageError, match="has several lines; write one"):
            typed_in.line(f"two{end}lines")


SPOKEN, SHOWN = "e\x1b[31m\x00\x9b\u202e\u2028\udcff", r"e\x1b[31m\x00\x9b\u202e\u2028\udcff"
OPTIONS = {
    AHEAD: "new --horizon {}, add-indicator --due {}",
    DAY: "new --opened {}, add-indicator --added {}, "
    "add-evidence --recorded {}, add-evidence --observed {}, retract --date {}, "
    "forecast --date {}, resolve --date {}, resolve --recorded {}",
    CHANCE: "new --prior {}, new --given trade=0.2/{}, add-indicator --chance {}, forecast 2 {}",
    GIVEN: "new --given {}",
    RATING: "add-indicator --rate trade={}, add-indicator --if-absent {}, "
    "add-evidence --rate pact={}, rate 2 pact={}",
    CODE: "add-evidence --rate {}, rate 2 {}",
    STATE: "add-evidence --indicator {}",
    STATES: "rate --indicator pact/talks={}",
    GRADE: "add-evidence --grade {}",
    LETTER: "add-source --reliability {}",
    OUTCOME: "resolve 2 {}",
    ID: "new 1 {}, add-indicator 2 {}, add-source 1 {}, forecast --analyst {}",
    LINES: "add-evidence 1 {}, new --title {}, add-source --name {}",
}
"""A number is the place of a word that is no option's."""


@pytest.mark.parametrize("message", OPTIONS)
def test_every_option_refuses_what_is_no_value_and_nothing_of_it_acts(
    root: Path, message: str
) -> None:
    before = tree(root.parent)
    for option in OPTIONS[message].split(", "):
        command, place, value = option.format(SPOKEN).split(" ")
        typed = [*next(words for words in EACH if words[0] == command)]
        if place.isdigit():
            typed[int(place)] = value
        else:
            typed += [place, value]
        for more in ([], ["--dry-run"]):
            made = scen(*typed, *more)
            last = made.stderr.splitlines()[-1]
            assert (made.exit_code, made.stdout) == (2, "")
            assert last.startswith("Error: Invalid value")
            assert last.partition("; did you mean ")[0].endswith(message.format(SHOWN))
            assert made.stderr.replace("\n", "").isprintable()
    assert changes(before, tree(root.parent)) == {}


TODAY = date(2026, 3, 30)


@pytest.mark.parametrize(
    ("text", "past", "ahead"),
    [
        ("31 March", date(2025, 3, 31), date(2026, 3, 31)),
        ("30 march", TODAY, TODAY),
        ("22 feb", date(2026, 2, 22), date(2027, 2, 22)),
        ("22. Feb.", date(2026, 2, 22), date(2027, 2, 22)),
        ("Sept 1", date(2025, 9, 1), date(2026, 9, 1)),
        ("Dec 24, 2021", date(2021, 12, 24), date(2021, 12, 24)),
        ("24 December 2031", date(2031, 12, 24), date(2031, 12, 24)),
        ("29 feb", date(2024, 2, 29), date(2028, 2, 29)),
        ("31st of March", date(2025, 3, 31), date(2026, 3, 31)),
        ("March 2nd, 2027", date(2027, 3, 2), date(2027, 3, 2)),
    ],
)
def test_a_day_as_people_write_it(text: str, past: date, ahead: date) -> None:
    assert typed_in.day(text, lambda: TODAY) == past
    assert typed_in.observed(text, lambda: TODAY) == f"{past}"
    assert typed_in.day_ahead(text, lambda: TODAY) == ahead


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31 feb", "'{}' is not a valid date"),
        ("29 feb 2027", "'{}' is not a valid date"),
        ("0 march", "'{}' is not a valid date"),
        *((text, None) for text in ("31 ma", "31 märz", "3 decemberish", "next march")),
    ],
)
def test_what_is_no_day_of_a_month_is_refused(text: str, why: str | None) -> None:
    for read, other in ((typed_in.day, DAY), (typed_in.day_ahead, AHEAD)):
        with pytest.raises(UsageError) as refused:
            read(text, lambda: TODAY)
        assert str(refused.value) == (why or other).format(text)


def test_a_message_about_a_horizon_offers_no_past_day_as_a_way_to_write_it() -> None:
    for text in ("7 days", "next week", "3d ago", "in 90d"):
        with pytest.raises(UsageError) as refused:
            typed_in.day_ahead(text, lambda: TODAY)
        assert str(refused.value) == AHEAD.format(text)


@pytest.mark.parametrize("text", ["7d", "yesterday"])
def test_a_horizon_is_no_day_of_the_past(text: str) -> None:
    with pytest.raises(UsageError, match="a day that is past: write the day, like 2030-12-31"):
        typed_in.day_ahead(text, lambda: TODAY)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("five times", 5),
        ("a fifth as likely", 0.2),
        ("a quarter", 0.25),
        ("three times as expected", "C"),
        ("1 in 8", 0.125),
        ("4x", 4),
        ("2.5", 2.5),
        ("ii", "II"),
    ],
)
def test_a_rating_in_words_is_its_ratio_or_the_code_of_it(text: str, rating: str | float) -> None:
    assert ratios.rating(text, Tracker(title="T").decibans) == rating


def test_a_picture_has_up_to_8000_pixels_each_way() -> None:
    assert parsing.size("8000x16") == (8000, 16)
    for text in ("8001x16", "8000x15"):
        with pytest.raises(typer.BadParameter, match="each 16 to 8000 pixels"):
            parsing.size(text)


def test_a_letter_of_reliability_is_offered_with_its_meaning() -> None:
    assert offers.LETTERS[0] == ("A", "completely reliable")
    assert offers.LETTERS[-1] == ("F", "unjudged")


def test_a_value_has_a_per_cent_sign_where_that_is_the_unit_of_its_quantity() -> None:
    assert typed_in.quantity_value("2.5%", "%") == typed_in.quantity_value("2.5", "%") == 2.5
    assert typed_in.quantiles("p10=-1%,p90=2.5%", "%") == {"p10": -1, "p90": 2.5}
    for unit in (None, "dollars"):
        with pytest.raises(UsageError, match=r"did you mean 2\.5\?"):
            typed_in.quantity_value("2.5%", unit)
    with pytest.raises(UsageError, match="neither a number nor a day"):
        typed_in.quantity_value("%", "%")
