"""What is typed, as values: dates, probabilities, ratings, grades."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

import typer

CODES = ("CC", "C", "N", "I", "II")
STATES = ("observed", "emerging", "reversed")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGO = re.compile(r"(\d{1,5})d")
_OBSERVED = re.compile(r"\d{4}(-\d{2}){0,2}")
_GRADE = re.compile(r"([A-F])([1-6]?)")


def today() -> date:
    """The one place at which a command looks at the calendar."""
    return date.today()  # noqa: DTZ011 - an analyst's day is the local one


def day(text: str, ago_from: date | None = None) -> date:
    """`YYYY-MM-DD`, `today`, `yesterday`, or `7d`: that many days before `ago_from` or today."""
    if text == "today":
        return today()
    if text == "yesterday":
        return today() - timedelta(days=1)
    if found := _AGO.fullmatch(text):
        try:
            return (ago_from or today()) - timedelta(days=int(found[1]))
        except OverflowError:
            raise typer.BadParameter(f"{text} ago is before the calendar begins") from None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no day of the calendar") from None
    raise typer.BadParameter(f"'{text}' is no date: write 2022-02-28, today, yesterday or 7d")


def observed(text: str) -> str:
    """A day, a month (2021-12) or a year (2021)."""
    if _OBSERVED.fullmatch(text):
        day(f"{text}-01-01"[:10])
        return text
    return day(text).isoformat()


def chance(text: str) -> float:
    """A probability as `0.7` or `70%`."""
    number = text.strip()
    try:
        value = float(number.removesuffix("%"))
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no probability: write 0.7 or 70%") from None
    if number.endswith("%"):
        value = float(f"{value / 100:.12g}")
    if not (math.isfinite(value) and 0 < value < 1):
        raise typer.BadParameter(f"{text}: a probability lies between 0 and 1 and is neither")
    return value


def rating(text: str) -> str | float:
    """A consistency code, or a likelihood ratio from 0.001 to 1000."""
    if text.upper() in CODES:
        return text.upper()
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0.001 <= value <= 1000):  # noqa: PLR2004 - as the schema has it
        raise typer.BadParameter(
            f"'{text}' is no rating: {', '.join(CODES)}, or a likelihood ratio from 0.001 to 1000"
        )
    return value


def scenario_rating(text: str) -> tuple[str, str | float]:
    """`SCENARIO=CODE` or `SCENARIO=RATIO`."""
    scenario, equals, value = text.partition("=")
    if not (scenario and equals):
        raise typer.BadParameter(f"'{text}': write SCENARIO=CODE, for example military-pact=CC")
    return scenario, rating(value)


def indicator_state(text: str) -> tuple[str, str]:
    """`SCENARIO/INDICATOR=STATE`."""
    indicator, equals, state = text.partition("=")
    if not (equals and "/" in indicator):
        raise typer.BadParameter(f"'{text}': write SCENARIO/INDICATOR=observed")
    if state not in STATES:
        raise typer.BadParameter(f"'{state}' is no state: {', '.join(STATES)}")
    return indicator, state


def grade(text: str) -> tuple[str, int | None]:
    """An Admiralty grade: `B2`, or the letter alone."""
    found = _GRADE.fullmatch(text.upper())
    if not found:
        raise typer.BadParameter(f"'{text}' is no Admiralty grade: A to F, then 1 to 6, like B2")
    return found[1], int(found[2]) if found[2] else None


def outcome(text: str) -> str:
    """`occurred`, `did-not-occur` or `annulled`."""
    outcomes = ("occurred", "did-not-occur", "annulled")
    if text not in outcomes:
        raise typer.BadParameter(f"'{text}' is no outcome: {', '.join(outcomes)}")
    return text
