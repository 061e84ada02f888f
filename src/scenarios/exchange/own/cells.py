"""What a cell holds, as the value of a key; an Unfit says why it is none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import slug
from scenarios.exchange.own.days import Days, Unfit
from scenarios.exchange.own.outcomes import OUTCOMES
from scenarios.text import shown

CODES = ("CC", "C", "N", "I", "II")
IN_PERCENT = "reads a column in percent"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_COMMA = re.compile(r"[0-9]*,[0-9]+")
_GRADE = re.compile(r"([A-F])([1-6])")
_OPEN = frozenset({"open", "unresolved", "pending"})


class Cell(NamedTuple):
    """A value with its row and column, and what reads the days of the table."""

    value: Any
    row: int
    column: str
    days: Days


Parse = Callable[[Cell], Any]


def text(cell: Cell) -> str:
    """A text, without the blanks around it; a number as it is written."""
    value = cell.value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)


def line(cell: Cell) -> str:
    """A text of one line."""
    return " ".join(text(cell).split())


def several(cell: Cell) -> list[str]:
    """Texts with `;` between them, or a list of JSON; each once."""
    values = cell.value if isinstance(cell.value, list) else text(cell).split(";")
    return [*dict.fromkeys(word for one in values if (word := str(one).strip()))]


def labels(cell: Cell) -> list[str]:
    """The same as ids."""
    return [*dict.fromkeys(slug(one, otherwise="tag") for one in several(cell))]


def label(cell: Cell) -> str:
    """A text as an id."""
    return slug(text(cell), 80)


def day(cell: Cell) -> Any:
    """A day, or a time of one."""
    return cell.days.day(cell.column, cell.row, cell.value)


def observed(cell: Cell) -> Any:
    """A day, a month (2021-12) or a year (2021)."""
    return cell.days.observed(cell.column, cell.row, cell.value)


def chance(cell: Cell) -> float:
    """A probability as 0.7, 0,7 or 70%."""
    digits, percent, rest = text(cell).partition("%")
    value = _number(digits)
    if isinstance(cell.value, bool) or value is None or rest.strip():
        raise Unfit(f"{shown(text(cell))} is not a probability: write 0.7 or 70%")
    if percent:
        value = float(f"{value / 100:.12g}")
    if not 0 <= value <= 1:
        is_percent = 1 < value <= 100 and not percent  # noqa: PLR2004
        hint = f"; --map {cell.column}=…% {IN_PERCENT}" if is_percent else ""
        raise Unfit(f"{shown(text(cell))}: a probability lies between 0 and 1{hint}")
    return value


def forecast(cell: Cell) -> float | None:
    """A probability, or None for one that is withdrawn."""
    return None if text(cell).lower() in ("withdraw", "withdrawn") else chance(cell)


def in_percent(parse: Parse) -> Parse:
    """The same of numbers from 0 to 100."""

    def parsed(cell: Cell) -> Any:
        told = text(cell).removesuffix("%")
        is_number = _number(told) is not None
        return parse(cell._replace(value=told + "%" if is_number else cell.value))

    return parsed


def rating(cell: Cell) -> str | float:
    """A consistency code, or a likelihood ratio."""
    told = text(cell)
    if told.upper() in CODES:
        return told.upper()
    value = _number(told)
    if value is None:
        raise Unfit(f"{shown(told)} is no rating: {', '.join(CODES)}, or a likelihood ratio")
    return int(value) if value.is_integer() else value


def pairs(cell: Cell) -> dict[str, Any]:
    """Ratings as `SCENARIO=CODE`, with `;` between them."""
    return {name: rating(cell._replace(value=one)) for name, one in _pairs(cell, "pact=CC")}


def states(cell: Cell) -> dict[str, str]:
    """States as `SCENARIO/INDICATOR=observed`, with `;` between them."""
    return {name: one.lower() for name, one in _pairs(cell, "pact/talks=observed")}


def outcome(cell: Cell) -> str | None:
    """How it ended, None where it has not."""
    told = text(cell).lower()
    if told in _OPEN:
        return None
    if told not in OUTCOMES:
        words = "is no outcome: occurred, did-not-occur or annulled (yes, no, 1, 0)"
        raise Unfit(f"{shown(text(cell))} {words}")
    return OUTCOMES[told]


def grade(cell: Cell) -> tuple[str, int]:
    """An Admiralty grade, B2."""
    found = _GRADE.fullmatch(text(cell).upper())
    if not found:
        raise Unfit(f"{shown(text(cell))} is no Admiralty grade: A to F, then 1 to 6, like B2")
    return found[1], int(found[2])


def letter(cell: Cell) -> str:
    """A reliability, A to F."""
    return text(cell).upper()


def whole(cell: Cell) -> int:
    """A whole number."""
    value = _number(text(cell))
    if value is None or not value.is_integer():
        raise Unfit(f"{shown(text(cell))} is no whole number")
    return int(value)


def _pairs(cell: Cell, example: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in several(cell):
        name, equals, value = (part.strip() for part in one.partition("="))
        if not (name and equals and value):
            raise Unfit(f"{shown(one)}: write {example}, with ; between several")
        if name in found:
            raise Unfit(f"{shown(name)} stands there twice")
        found[name] = value
    return [*found.items()]


def _number(told: str) -> float | None:
    """A finite number; a comma is taken for a point where there is no other way to read it."""
    told = told.strip()
    if _COMMA.fullmatch(told):
        told = told.replace(",", ".")
    value = float(told) if _NUMBER.fullmatch(told) else math.inf
    return value if math.isfinite(value) else None
