"""Parse typed text (dates, probabilities, ratings, ids), or raise a UsageError."""

import math
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar, get_args

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.own.cells import OUTCOMES, DateParser, admiralty, code_or_ratio, share
from scenarios.model.quantity import MOST
from scenarios.paths import LONGEST_ID, RESERVED
from scenarios.text import nearest, shown, slug, words
from scenarios.values import DAY, ID, LABEL, OBSERVED, IndicatorState, Letter, Outcome

T = TypeVar("T")

STATES: tuple[str, ...] = get_args(IndicatorState)
rating, grade = code_or_ratio, admiralty
"""An import reads the two as a person types them."""

# [0-9], not \d, which takes the digits of every script.
_AGO = re.compile(r"([0-9]{1,4})d")
_COUNTED = re.compile(r"([0-9]{1,7}) */ *([0-9]{1,7}) +(.+)")
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/[^\s?']*)?")
_PERCENT = re.compile(r"1|[2-9](\.[0-9]+)?|[1-9][0-9](\.[0-9]+)?")
_QUANTILE = re.compile(r"p(0\.[1-9]|[1-9][0-9]?(\.[1-9])?)=")
_FEWEST, _MOST = 2, 9
"""Quantiles of a distribution."""
_URL = re.compile(r"https?://[^\s/?#]+\S*")


_NUMBER, _YEAR = r"([0-9]{1,2})(?:\.|st|nd|rd|th)?", r"(?:,? ([0-9]{4}))?"
_DAY_THEN_MONTH = re.compile(rf"{_NUMBER} (?:of )?([a-z]{{3,9}})\.?{_YEAR}")
_MONTH_THEN_DAY = re.compile(rf"([a-z]{{3,9}})\.? {_NUMBER}{_YEAR}")
_SHORT_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTHS = "january february march april may june july august september october november december"
_LEAP_YEARS = 8
"""29 February comes again within so many years."""


def day(text: str, today: Callable[[], date], ago_from: date | None = None) -> date:
    """`YYYY-MM-DD`, `31 March`, `today`, `yesterday`, or `7d`: that many days before `ago_from`.

    A day without a year is the last such one up to today; days count back from today by default.
    """
    if text == "today":
        return today()
    if text == "yesterday":
        return today() - timedelta(days=1)
    if match := _AGO.fullmatch(text):
        return (ago_from or today()) - timedelta(days=int(match[1]))
    try:
        if re.fullmatch(DAY, text):
            return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text} is not a valid date") from None
    if written := _written(text, today(), is_ahead=False):
        return written
    words = "is not a date: write 2022-02-28, 28 February, today, yesterday or 7d"
    raise UsageError(f"{shown(text)} {words}{_as_day(text)}")


def day_ahead(text: str, today: Callable[[], date]) -> date:
    """`YYYY-MM-DD`, or `31 March`: without a year the next such day."""
    if _AGO.fullmatch(text) or text == "yesterday":
        raise UsageError(f"{text} is a day that is past: write the day, like 2030-12-31")
    if written := _written(text, today(), is_ahead=True):
        return written
    if text == "today" or re.fullmatch(DAY, text):
        return day(text, today)
    raise UsageError(f"{shown(text)} is not a date: write 2030-12-31 or 31 March{_as_day(text)}")


def _written(text: str, today: date, *, is_ahead: bool) -> date | None:
    """A day with its month in English, of three letters or more; None of any other text."""
    plain = " ".join(text.lower().split())
    if match := _DAY_THEN_MONTH.fullmatch(plain):
        number, name, year = match.groups()
    elif match := _MONTH_THEN_DAY.fullmatch(plain):
        name, number, year = match.groups()
    else:
        return None
    months = [full.startswith(name) for full in _MONTHS.split()]
    if not any(months):
        return None
    step = 1 if is_ahead else -1
    years = [int(year)] if year else range(today.year, today.year + step * _LEAP_YEARS, step)
    for each in years:
        with suppress(ValueError):
            day = date(each, months.index(True) + 1, int(number))
            if year or (day >= today if is_ahead else day <= today):
                return day
    raise UsageError(f"{shown(text)} is not a valid date")


def _as_day(text: str) -> str:
    """The day that an import reads there; nothing where the month may come first."""
    if match := _SHORT_DAY.fullmatch(text):
        text = "-".join(part.zfill(2) for part in match.groups())
    reader = DateParser(None)
    reader.look("", 0, text)
    with suppress(UsageError):
        return f"; did you mean '{reader.day('', 0, text):%Y-%m-%d}'?"
    return ""


def days(text: str) -> int:
    """Number of days of a text such as `14d`."""
    if match := _AGO.fullmatch(text):
        return int(match[1])
    raise UsageError(f"{shown(text)} is not a number of days: write 14d")


def observed(text: str, today: Callable[[], date]) -> str:
    """A day, a month (2021-12) or a year (2021)."""
    if not re.fullmatch(OBSERVED, text):
        return day(text, today).isoformat()
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        what = "month" if len(text) == len("2021-12") else "date"
        raise UsageError(f"{text} is not a valid {what}") from None
    return text


def forecast(text: str) -> float | None:
    """A probability, or None to withdraw."""
    return None if text.strip().lower() == "withdraw" else chance(text)


def figure(text: str) -> float | dict[str, float | str] | None:
    """A probability, quantiles like `p10=205 p50=240 p90=275`, or None to withdraw."""
    return quantiles(text) if _QUANTILE.match(text.strip()) else forecast(text)


def quantiles(text: str, unit: str | None = None) -> dict[str, float | str]:
    """`p10=205,p50=240,p90=275` as a file has it: numbers, which may have their unit, or days."""
    pairs = [part.partition("=") for part in re.split(r"[,;\s]+", text.strip()) if part]
    values: dict[str, float | str] = {}
    for name, equals, value in pairs:
        if not (equals and _QUANTILE.fullmatch(f"{name}=")):
            raise UsageError(f"{shown(name)}: write quantiles like p10=205,p50=240,p90=275")
        if name in values:
            raise UsageError(f"{name} stands twice; keep one of the two")
        values[name] = quantile(value, unit)
    if "later" in values.values():
        values = {name: value for name, value in values.items() if value != "later"}
        if not all(isinstance(value, str) for value in values.values()):
            raise UsageError("later is a value of a date: write numbers")
    if not _FEWEST <= len(values) <= _MOST:
        raise UsageError(f"{shown(text)}: write two to nine quantiles, like p10=205,p50=240")
    ordered = sorted(values.items(), key=lambda entry: float(entry[0][1:]))
    for (low, below), (high, above) in pairwise(ordered):
        if isinstance(below, str) is not isinstance(above, str):
            raise UsageError(f"{low} and {high} are a number and a day")
        if above <= below:  # type: ignore[operator]
            raise UsageError(f"{high} ({above}) is not over {low} ({below}): values rise")
    return dict(ordered)


def quantile(text: str, unit: str | None = None) -> float | str:
    """A value of a quantity; `later`, not by the horizon, which says no more and is left out."""
    return "later" if text.strip() == "later" else quantity_value(text, unit)


def quantity_value(text: str, unit: str | None = None) -> float | str:
    """A value of a quantity as a file has it: a number, with `%` if that is its unit; a day."""
    bare = text.strip().removesuffix("%").strip()
    text = bare if unit == "%" else text
    if re.fullmatch(DAY, text.strip()):
        return day(text.strip(), today).isoformat()
    try:
        number = float(text.replace("_", "x"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        hint = f"; did you mean {bare}?" if text.strip().endswith("%") and bare else ""
        raise UsageError(f"{shown(text)} is neither a number nor a day like 2026-12-31{hint}")
    if abs(number) > MOST:
        raise UsageError(f"{shown(text)}: a value is at most 1e15; take a larger unit")
    return int(number) if number.is_integer() else number


def ending(text: str) -> float | str:
    """An outcome; of a quantity its value, a number, a day or `later`."""
    if text.strip() == "later" or re.match(r"\s*[-+.]?[0-9]", text):
        return text.strip() if text.strip() == "later" else quantity_value(text)
    return outcome(text)


def chance(text: str) -> float:
    """A probability as `0.7`, `0,7` or `70%`."""
    value = share(text)
    if not 0 < value < 1:
        is_in_hundred = 2 <= value < 100 and "%" not in text  # noqa: PLR2004 - 1.2 may be 0.12
        hint = "; did you mean " + text.strip() + "%?" if is_in_hundred else ""
        raise UsageError(f"{shown(text)}: a probability must be above 0 and below 1{hint}")
    return value


def in_percent(text: str) -> str:
    """Read 30 as 0.3, for a field that says so; 1.2 may be a slip, and is refused: ScenError.

    Text that is no number, like `withdraw`, is returned as it is.
    """
    number = text.strip().replace(",", ".")
    if _PERCENT.fullmatch(number):
        return f"{float(number) / 100:.12g}"
    with suppress(UsageError):
        value = share(text)
        if 1 < value < 2 and "%" not in text:  # noqa: PLR2004 - 1.2 may be 0.12
            raise ScenError(f"'{text}' may be a slip: write it with a % sign, or a figure below 1")
        if not 0 < value < 1:
            raise ScenError(f"'{text}': a probability must be above 0% and below 100%")
    return text


def forecasts_between(text: str) -> dict[str, dict[str, float]]:
    """`OTHER=0.2/0.02`: the prior if another scenario occurs, and if it does not."""
    other, equals, figures = text.partition("=")
    occurred, slash, did_not = figures.partition("/")
    if not (other and equals and slash):
        words = "write OTHER=0.2/0.02, its prior if OTHER occurs and if it does not"
        raise UsageError(f"{shown(text)}: {words}")
    return {other: {"occurred": chance(occurred), "did-not-occur": chance(did_not)}}


def reference_class(text: str) -> dict[str, str | int]:
    """Parse `3/40 CLASS`: 3 of 40 cases of a class occurred."""
    form = "write 3/40 CLASS: in how many of how many like cases it happened"
    match = _COUNTED.fullmatch(line(text))
    if match is None:
        why = "a percentage does not tell the number of cases; " if "%" in text else ""
        raise UsageError(f"{shown(text)}: {why}{form}")
    occurred, cases = int(match[1]), int(match[2])
    if cases == 0:
        raise UsageError(f"{shown(text)}: no case says nothing; {form}")
    if occurred > cases:
        raise UsageError(f"it cannot have happened in {occurred} of {cases} cases; {form}")
    return {"class": match[3], "occurred": occurred, "cases": cases}


def scenario_ratings(texts: Iterable[str]) -> dict[str, str | float]:
    """`SCENARIO=CODE` or `SCENARIO=RATIO`, each scenario once."""
    return _once(map(_scenario_rating, texts), "rated")


def indicator_states(texts: Iterable[str]) -> dict[str, str]:
    """`SCENARIO/INDICATOR=STATE`, each indicator once."""
    return _once(map(_indicator_state, texts), "given")


def letter(text: str) -> str:
    """The reliability of a source, A to F; an item, and not its source, has a credibility."""
    if text.upper() not in get_args(Letter):
        raise UsageError(f"{shown(text)} is not a reliability grade: a letter from A to F")
    return text.upper()


def id(text: str) -> str:
    """Parse the id of a scenario, an indicator, a source or an analyst."""
    if not re.fullmatch(ID, text):
        words = "is not an id: small letters, digits, single hyphens, a letter first"
        raise UsageError(f"{shown(text)} {words}{_as_id(text)}")
    if len(text) > LONGEST_ID:
        raise UsageError(f"an id of {len(text)} characters; at most {LONGEST_ID} are allowed")
    if text in RESERVED:
        raise UsageError(f"'{text}' is a reserved word and no id")
    return text


def label(text: str) -> str:
    """Parse an origin or an event, which several items share. It may begin with a digit."""
    if not re.fullmatch(LABEL, text):
        words = "small letters, digits, single hyphens"
        raise UsageError(f"{shown(text)} cannot name it: {words}{_as_id(text)}")
    return text


def url(text: str) -> str:
    """An address of the web, as the schema has it."""
    if not _URL.fullmatch(text):
        words = "an address begins with http:// or https:// and has no space in it"
        hint = f"; did you mean 'https://{text}'?" if _HOST.fullmatch(text) else ""
        raise UsageError(f"{shown(text)}: {words}{hint}")
    return text


def line(text: str) -> str:
    """A text that a table shows in one line, without the blanks around it."""
    if len(text.strip().splitlines()) > 1:
        raise UsageError(f"{shown(text)} has several lines; write one")
    return text.strip()


def hazard(text: str) -> str:
    """Parse `constant`, the only kind of hazard."""
    if text != "constant":
        raise UsageError(f"{shown(text)} is not a hazard: constant")
    return text


def outcome(text: str) -> str:
    """`occurred`, `did-not-occur` or `annulled`."""
    outcomes = get_args(Outcome)
    if text not in outcomes:
        outcome = {**OUTCOMES, "happened": "occurred"}.get(text.strip().lower())
        outcome = outcome or nearest(text, outcomes)
        hint = f"; did you mean '{outcome}'?" if outcome else ""
        known = f"{', '.join(outcomes)}; of a quantity a number, a day or later"
        raise UsageError(f"{shown(text)} is not an outcome: {known}{hint}")
    return text


def _as_id(text: str) -> str:
    """Hint with the id that an import derives from a name."""
    return f"; did you mean '{slug(text, 80)}'?" if words(text) else ""


def _scenario_rating(text: str) -> tuple[str, str | float]:
    scenario, equals, value = text.partition("=")
    if not (scenario and equals):
        raise UsageError(f"{shown(text)}: write SCENARIO=CODE, for example military-pact=CC")
    return scenario, rating(value)


def _indicator_state(text: str) -> tuple[str, str]:
    indicator, equals, state = text.partition("=")
    if not (equals and "/" in indicator):
        raise UsageError(f"{shown(text)}: write SCENARIO/INDICATOR=observed")
    if state not in STATES:
        raise UsageError(f"{shown(state)} is not a state: {', '.join(STATES)}")
    return indicator, state


def _once(pairs: Iterable[tuple[str, T]], done: str) -> dict[str, T]:
    """The pairs as a mapping; raises UsageError for a repeated key."""
    by_key: dict[str, T] = {}
    for key, value in pairs:
        if key in by_key:
            raise UsageError(f"{shown(key)} is {done} twice; keep one of the two")
        by_key[key] = value
    return by_key


def today() -> date:
    """Return the local day: the only clock that is read."""
    return date.today()  # noqa: DTZ011 - an analyst's day is the local one
