"""Cells of a table to values: texts, figures, ratings, days and outcomes."""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from scenarios import values
from scenarios.errors import UsageError
from scenarios.text import shown, slug
from scenarios.values import CODES

OUTCOMES = {
    **dict.fromkeys(("occurred", "yes", "true", "1", "1.0"), "occurred"),
    **dict.fromkeys(("did-not-occur", "did not occur", "no", "false", "0", "0.0"), "did-not-occur"),
    **dict.fromkeys(("annulled", "ambiguous", "void", "cancelled", "canceled"), "annulled"),
}

Order = Literal["dmy", "mdy"]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:,?[T ]+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{1,2})(?:\.\d+)?)?"
    r" ?(?P<half>[AaPp][Mm])?)?"
)
_YEAR, _WORD = r"(?P<y>[1-9]\d{3})", r"(?P<w>[A-Za-z]{3,9})"
_STYLES = {
    "dots": re.compile(rf"(?P<d>\d{{1,2}})\. ?(?P<m>\d{{1,2}})\. ?{_YEAR}{_TIME}"),
    "slashes": re.compile(rf"(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/{_YEAR}{_TIME}"),
    "year first": re.compile(rf"{_YEAR}/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}}){_TIME}"),
    "words": re.compile(rf"(?P<d>\d{{1,2}})[ -]{_WORD}\.?,?[ -]{_YEAR}{_TIME}"),
    "month first": re.compile(rf"{_WORD}\.? (?P<d>\d{{1,2}}),? {_YEAR}{_TIME}"),
}
_ISO = re.compile(r"[1-9]\d{3}-\d{2}-\d{2}")
_PART = re.compile(r"[1-9]\d{3}(?:-\d{2})?")
_LAST_MONTH = 12
_NAMES = {"dmy": "day", "mdy": "month"}


class DateParser:
    """Reads the days of a table, column by column; each column keeps to its first style.

    `order` is that of days and months between slashes, where no day of the column shows it.
    """

    def __init__(self, order: Order | None) -> None:
        self.order, self._seen = order, dict[str, tuple[str, int, str]]()
        self._orders: dict[str, tuple[Order, int, str]] = {}

    def look(self, column: str, row: int, value: Any) -> None:
        """Learn from one cell in which order a column with slashes has days and months."""
        match = _STYLES["slashes"].fullmatch(value.strip()) if isinstance(value, str) else None
        if match and column not in self._orders:
            if int(match["a"]) > _LAST_MONTH:
                self._orders[column] = ("dmy", row, match[0])
            elif int(match["b"]) > _LAST_MONTH:
                self._orders[column] = ("mdy", row, match[0])

    def day(self, column: str, row: int, value: Any) -> dt.date | dt.datetime:
        """A day, or a time of one; UsageError where it is none."""
        if isinstance(value, dt.datetime):
            return value.date() if value.time() == dt.time() and not value.tzinfo else value
        if isinstance(value, dt.date):
            return value
        if not isinstance(value, str):
            figure_text = f"{value:.15g}" if isinstance(value, float) else shown(value)
            raise UsageError(f"{figure_text} is no date; in a spreadsheet, format it as a date")
        text = value.strip()
        style, timestamp = self._read(column, text)
        first_style, first_row, first = self._seen.setdefault(column, (style, row, text))
        if first_style != style:
            words = f"{shown(text)}, and row {first_row} writes {shown(first)}"
            raise UsageError(f"{words}: one style of dates in a column")
        return timestamp

    def observed(self, column: str, row: int, value: Any) -> dt.date | dt.datetime | str:
        """A day, a month (2021-12) or a year (2021)."""
        text = str(int(value)) if isinstance(value, int | float) else value
        if isinstance(text, str) and _PART.fullmatch(text.strip()):
            return text.strip()
        return self.day(column, row, text)

    def _read(self, column: str, text: str) -> tuple[str, dt.date | dt.datetime]:
        try:
            if _ISO.match(text):
                is_day = len(text) == len("2022-02-28")
                timestamp = (
                    dt.date.fromisoformat(text) if is_day else dt.datetime.fromisoformat(text)
                )
                return "iso", timestamp
            for style, pattern in _STYLES.items():
                if match := pattern.fullmatch(text):
                    return style, self._moment(column, text, match.groupdict())
        except ValueError:  # no such day
            pass
        raise UsageError(f"{shown(text)} is no date: write 2022-02-28")

    def _moment(self, column: str, text: str, parts: dict[str, Any]) -> dt.date | dt.datetime:
        if "a" in parts:
            order = self._orders[column][0] if column in self._orders else self.order
            if order is None:
                words = "is the day or the month first? --dates dmy or --dates mdy says it"
                raise UsageError(f"{shown(text)}: {words}")
            first, second = ("d", "m") if order == "dmy" else ("m", "d")
            parts[first], parts[second] = parts["a"], parts["b"]
            if int(parts["m"]) > _LAST_MONTH:
                why = f" with --dates {order}"
                if column in self._orders:
                    _, row, sample = self._orders[column]
                    why = f": in row {row}, {shown(sample)}, the {_NAMES[order]} is first"
                raise UsageError(f"{shown(text)} has no such month{why}")
        if "w" in parts:
            parts["m"] = _MONTHS.index(parts["w"][:3].lower()) + 1
        day = dt.date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        if parts["h"] is None:
            return day
        hour = int(parts["h"])
        if half := parts["half"]:
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        time = dt.time(hour, int(parts["min"]), int(parts["s"] or 0))
        return dt.datetime.combine(day, time)


IN_PERCENT = "reads a column in percent"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_COMMA = re.compile(r"[0-9]*,[0-9]+")
_GRADE = re.compile(r"([A-F])([1-6]?)")
_OPEN = frozenset({"open", "unresolved", "pending"})


class CellValue(NamedTuple):
    """A value with its row and column, and what reads the days of the table."""

    value: Any
    row: int
    column: str
    days: DateParser


Parse = Callable[[CellValue], Any]


def text(cell: CellValue) -> str:
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


def line(cell: CellValue) -> str:
    return " ".join(text(cell).split())


def several(cell: CellValue) -> list[str]:
    """Texts with `;` between them, or a list of JSON; each once."""
    values = cell.value if isinstance(cell.value, list) else text(cell).split(";")
    return [*dict.fromkeys(word for entry in values if (word := str(entry).strip()))]


def labels(cell: CellValue) -> list[str]:
    """The same as ids."""
    return [*dict.fromkeys(slug(entry, otherwise="tag") for entry in several(cell))]


def label(cell: CellValue) -> str:
    return slug(text(cell), 80)


def day(cell: CellValue) -> Any:
    return cell.days.day(cell.column, cell.row, cell.value)


def observed(cell: CellValue) -> Any:
    return cell.days.observed(cell.column, cell.row, cell.value)


def chance(cell: CellValue) -> float:
    """A probability as 0.7, 0,7 or 70%."""
    value = share(text(cell))
    if not 0 <= value <= 1:
        is_percent = 1 < value <= 100 and "%" not in text(cell)  # noqa: PLR2004
        hint = f"; --map {cell.column}=…% {IN_PERCENT}" if is_percent else ""
        raise UsageError(f"{shown(text(cell))}: a probability lies between 0 and 1{hint}")
    return value


def forecast(cell: CellValue) -> float | None:
    """A probability, or None for one that is withdrawn."""
    return None if text(cell).lower() in ("withdraw", "withdrawn") else chance(cell)


def quantile(cell: CellValue) -> float | str:
    """A value of a quantity: a number, or a day as text."""
    if (number := figure(text(cell))) is not None:
        return int(number) if number.is_integer() else number
    try:
        return f"{day(cell):%Y-%m-%d}"
    except UsageError:
        message = f"{shown(text(cell))} is neither a number nor a day: write 240 or 2026-06-30"
        raise UsageError(message) from None


def in_percent(parse: Parse) -> Parse:
    """The same of numbers from 0 to 100."""

    def parsed(cell: CellValue) -> Any:
        figure_text = text(cell).removesuffix("%")
        is_number = figure(figure_text) is not None
        return parse(cell._replace(value=figure_text + "%" if is_number else cell.value))

    return parsed


def rating(cell: CellValue) -> str | float:
    return code_or_ratio(text(cell), figure)


def pairs(cell: CellValue) -> dict[str, Any]:
    """Ratings as `SCENARIO=CODE`, with `;` between them."""
    return {name: rating(cell._replace(value=entry)) for name, entry in _pairs(cell, "pact=CC")}


def states(cell: CellValue) -> dict[str, str]:
    """States as `SCENARIO/INDICATOR=observed`, with `;` between them."""
    return {name: entry.lower() for name, entry in _pairs(cell, "pact/talks=observed")}


def outcome(cell: CellValue) -> str | None:
    """How it ended, None where it has not."""
    word = text(cell).lower()
    if word in _OPEN:
        return None
    if word not in OUTCOMES:
        words = "is no outcome: occurred, did-not-occur or annulled (yes, no, 1, 0)"
        raise UsageError(f"{shown(text(cell))} {words}")
    return OUTCOMES[word]


def grade(cell: CellValue) -> tuple[str, int]:
    """An Admiralty grade, B2."""
    letter, number = admiralty(text(cell))
    if number is None:
        raise refused_grade(text(cell))
    return letter, number


def letter(cell: CellValue) -> str:
    """A reliability, A to F."""
    return text(cell).upper()


def whole(cell: CellValue) -> int:
    value = figure(text(cell))
    if value is None or not value.is_integer():
        raise UsageError(f"{shown(text(cell))} is no whole number")
    return int(value)


def _pairs(cell: CellValue, example: str) -> list[tuple[str, str]]:
    match: dict[str, str] = {}
    for entry in several(cell):
        name, equals, value = (piece.strip() for piece in entry.partition("="))
        if not (name and equals and value):
            raise UsageError(f"{shown(entry)}: write {example}, with ; between several")
        if name in match:
            raise UsageError(f"{shown(name)} stands there twice")
        match[name] = value
    return [*match.items()]


_PARSERS: tuple[tuple[Any, Parse], ...] = (
    *((of, line) for of in (values.Title, values.Short, values.Summary, values.Id)),
    (values.Label, label),
    (values.Letter, letter),
    (values.Observed, observed),
    (values.Outcome, outcome),
    (values.Prior, chance),
    (values.Rating, rating),
    (values.EvidenceIds, several),
    (values.Ids, several),
    (dict[values.RatedId, values.Rating], pairs),
    (dict[values.IndicatorKey, values.IndicatorState], states),
    (values.Foreign, text),
    (dt.date, day),
    (int, whole),
    (str, text),
)


def parser(forms: Sequence[Any]) -> Parse | None:
    """The parser of the cells of a key by the forms of its type, the first that has one."""
    return next((parse for form in forms for of, parse in _PARSERS if of == form), None)


def number(text: str) -> float | None:
    """A finite number; float() alone takes `nan`, `1_0` and the digits of every script too."""
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def figure(text: str) -> float | None:
    """A number; a comma is taken for a point where there is no other way to read it."""
    text = text.strip()
    return number(text.replace(",", ".") if _COMMA.fullmatch(text) else text)


def share(text: str) -> float:
    """A probability as 0.7, 0,7 or 70%, of whatever range; UsageError."""
    digits, percent, rest = text.strip().partition("%")
    value = figure(digits)
    if value is None or rest:
        raise UsageError(f"{shown(text)} is not a probability: write 0.7 or 70%")
    return float(f"{value / 100:.12g}") if percent else value


def code_or_ratio(text: str, read: Callable[[str], float | None] = number) -> str | float:
    """A consistency code, or a likelihood ratio from 0.001 to 1000; UsageError."""
    if text.upper() in CODES:
        return text.upper()
    value = read(text)
    if value is None or not 0.001 <= value <= 1000:  # noqa: PLR2004 - as the schema has it
        words = f"is not a rating: {', '.join(CODES)}, or a likelihood ratio, 0.001 to 1000"
        raise UsageError(f"{shown(text)} {words}")
    return int(value) if value.is_integer() else value


def admiralty(text: str) -> tuple[str, int | None]:
    """A grade: `B2`, or the letter alone; UsageError."""
    match = _GRADE.fullmatch(text.upper())
    if not match:
        raise refused_grade(text)
    return match[1], int(match[2]) if match[2] else None


def refused_grade(text: str) -> UsageError:
    return UsageError(f"{shown(text)} is not an Admiralty grade: A to F, then 1 to 6, like B2")
