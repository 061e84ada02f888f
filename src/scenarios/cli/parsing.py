"""What is typed, as values: dates, probabilities, ratings, grades, ids."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

import typer

from scenarios.text import shown

T = TypeVar("T")
Mistyped = typer.BadParameter
"""What was typed cannot be meant; its `message` says why."""

CODES = ("CC", "C", "N", "I", "II")
STATES = ("observed", "emerging", "reversed")

# [0-9], not \d, which takes the digits of every script; a record's years begin in 1000.
_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_AGO = re.compile(r"([0-9]{1,4})d")
_OBSERVED = re.compile(r"[1-9][0-9]{3}(-[0-9]{2}){0,2}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GRADE = re.compile(r"([A-F])([1-6]?)")
_SIZE = re.compile(r"([0-9]{1,4})[xX×]([0-9]{1,4})")
_FEWEST, _MOST = 16, 8000
_LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s/?#]+\S*")
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def today() -> date:
    """The one place at which a command looks at the calendar."""
    return date.today()  # noqa: DTZ011 - an analyst's day is the local one


def latest(*, future: bool) -> date | None:
    """The last day that a record may tell of: today, unless the future is asked for."""
    return None if future else today()


def day(text: str, ago_from: date | None = None) -> date:
    """`YYYY-MM-DD`, `today`, `yesterday`, or `7d`: that many days before `ago_from` or today."""
    if text == "today":
        return today()
    if text == "yesterday":
        return today() - timedelta(days=1)
    if found := _AGO.fullmatch(text):
        return (ago_from or today()) - timedelta(days=int(found[1]))
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a valid date") from None
    words = "is not a date: write 2022-02-28, today, yesterday or 7d"
    raise typer.BadParameter(f"{_quoted(text)} {words}")


def days(text: str) -> int:
    """`14d`: so many days."""
    if found := _AGO.fullmatch(text):
        return int(found[1])
    raise typer.BadParameter(f"{_quoted(text)} is not a number of days: write 14d")


def observed(text: str) -> str:
    """A day, a month (2021-12) or a year (2021)."""
    if not _OBSERVED.fullmatch(text):
        return day(text).isoformat()
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        what = "month" if len(text) == len("2021-12") else "date"
        raise typer.BadParameter(f"{text} is not a valid {what}") from None
    return text


def chance(text: str) -> float:
    """A probability as `0.7` or `70%`."""
    digits, percent, rest = text.strip().partition("%")
    value = _number(digits.strip())
    if value is None or rest:
        raise typer.BadParameter(f"{_quoted(text)} is not a probability: write 0.7 or 70%")
    if percent:
        value = float(f"{value / 100:.12g}")
    if not 0 < value < 1:
        is_in_hundred = 2 <= value < 100 and not percent  # noqa: PLR2004 - 1.2 may be 0.12
        hint = f"; did you mean {digits.strip()}" + "%?" if is_in_hundred else ""
        raise typer.BadParameter(
            f"{_quoted(text)}: a probability lies between 0 and 1 and is neither{hint}"
        )
    return value


def rating(text: str) -> str | float:
    """A consistency code, or a likelihood ratio from 0.001 to 1000."""
    if text.upper() in CODES:
        return text.upper()
    value = _number(text)
    if value is None or not 0.001 <= value <= 1000:  # noqa: PLR2004 - as the schema has it
        words = f"is not a rating: {', '.join(CODES)}, or a likelihood ratio, 0.001 to 1000"
        raise typer.BadParameter(f"{_quoted(text)} {words}")
    return int(value) if value.is_integer() else value


def given(text: str) -> dict[str, dict[str, float]]:
    """`OTHER=0.2/0.02`: the prior if another scenario occurs, and if it does not."""
    other, equals, figures = text.partition("=")
    occurred, slash, did_not = figures.partition("/")
    if not (other and equals and slash):
        words = "write OTHER=0.2/0.02, its prior if OTHER occurs and if it does not"
        raise typer.BadParameter(f"{_quoted(text)}: {words}")
    return {other: {"occurred": chance(occurred), "did-not-occur": chance(did_not)}}


def scenario_ratings(texts: Iterable[str]) -> dict[str, str | float]:
    """`SCENARIO=CODE` or `SCENARIO=RATIO`, each scenario once."""
    return _once(map(_scenario_rating, texts), "rated")


def indicator_states(texts: Iterable[str]) -> dict[str, str]:
    """`SCENARIO/INDICATOR=STATE`, each indicator once."""
    return _once(map(_indicator_state, texts), "given")


def grade(text: str) -> tuple[str, int | None]:
    """An Admiralty grade: `B2`, or the letter alone."""
    found = _GRADE.fullmatch(text.upper())
    if not found:
        words = "is not an Admiralty grade: A to F, then 1 to 6, like B2"
        raise typer.BadParameter(f"{_quoted(text)} {words}")
    return found[1], int(found[2]) if found[2] else None


def letter(text: str) -> str:
    """The reliability of a source, A to F; an item, and not its source, has a credibility."""
    found = _GRADE.fullmatch(text.upper())
    if not found or found[2]:
        raise typer.BadParameter(
            f"{_quoted(text)} is not a reliability grade: a letter from A to F"
        )
    return found[1]


def id(text: str) -> str:
    """What a scenario, an indicator, a source or an analyst is known by."""
    from scenarios.paths import LONGEST_ID, RESERVED

    if not _ID.fullmatch(text):
        words = "is not an id: small letters, digits, single hyphens, a letter first"
        raise typer.BadParameter(f"{_quoted(text)} {words}")
    if len(text) > LONGEST_ID:
        raise typer.BadParameter(
            f"an id of {len(text)} characters; at most {LONGEST_ID} are allowed"
        )
    if text in RESERVED:
        raise typer.BadParameter(f"'{text}' is a reserved word and no id")
    return text


def size(text: str) -> tuple[int, int]:
    """Pixels across and down, `1200x675`."""
    found = _SIZE.fullmatch(text)
    wide, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (_FEWEST <= wide <= _MOST and _FEWEST <= high <= _MOST):
        words = f"is not a size: write 1200x675, each {_FEWEST} to {_MOST} pixels"
        raise typer.BadParameter(f"{_quoted(text)} {words}", param_hint="--size")
    return wide, high


def label(text: str) -> str:
    """What several items share: an origin or an event. It may begin with a digit."""
    if not _LABEL.fullmatch(text):
        words = "small letters, digits, single hyphens"
        raise typer.BadParameter(f"{_quoted(text)} cannot name it: {words}")
    return text


def url(text: str) -> str:
    """An address of the web, as the schema has it."""
    if not _URL.fullmatch(text):
        words = "an address begins with http:// or https:// and has no space in it"
        raise typer.BadParameter(f"{_quoted(text)}: {words}")
    return text


def line(text: str) -> str:
    """A text that a table shows in one line, without the blanks around it."""
    if len(text.strip().splitlines()) > 1:
        raise typer.BadParameter(f"{_quoted(text)} has several lines; write one")
    return text.strip()


def hazard(text: str) -> str:
    """`constant`, the one there is."""
    if text != "constant":
        raise typer.BadParameter(f"{_quoted(text)} is not a hazard: constant")
    return text


def outcome(text: str) -> str:
    """`occurred`, `did-not-occur` or `annulled`."""
    outcomes = ("occurred", "did-not-occur", "annulled")
    if text not in outcomes:
        raise typer.BadParameter(f"{_quoted(text)} is not an outcome: {', '.join(outcomes)}")
    return text


def _number(text: str) -> float | None:
    """A finite number; float() alone takes `nan`, `1_0` and the digits of every script too."""
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _scenario_rating(text: str) -> tuple[str, str | float]:
    scenario, equals, value = text.partition("=")
    if not (scenario and equals):
        raise typer.BadParameter(
            f"{_quoted(text)}: write SCENARIO=CODE, for example military-pact=CC"
        )
    return scenario, rating(value)


def _indicator_state(text: str) -> tuple[str, str]:
    indicator, equals, state = text.partition("=")
    if not (equals and "/" in indicator):
        raise typer.BadParameter(f"{_quoted(text)}: write SCENARIO/INDICATOR=observed")
    if state not in STATES:
        raise typer.BadParameter(f"{_quoted(state)} is not a state: {', '.join(STATES)}")
    return indicator, state


def _once(pairs: Iterable[tuple[str, T]], done: str) -> dict[str, T]:
    """The pairs as a mapping; of two that disagree neither is taken for the right one."""
    found: dict[str, T] = {}
    for key, value in pairs:
        if key in found:
            raise typer.BadParameter(f"{_quoted(key)} is {done} twice; keep one of the two")
        found[key] = value
    return found


def _quoted(text: str) -> str:
    """What was typed, short and without anything that acts on a terminal."""
    return shown(text)
