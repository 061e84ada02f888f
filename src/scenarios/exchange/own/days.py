"""Days as people write them: one style in a column, and none that could mean two days."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal, NamedTuple

from scenarios.text import shown

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


class Unfit(Exception):  # noqa: N818 - the words are the user's
    """What a cell holds is not what its column is for: the message says why."""


class Seen(NamedTuple):
    """The first day of a column: how it is written, in which row, and its text."""

    style: str
    row: int
    text: str


class Days:
    """Reads the days of a table, column by column; each column keeps to its first style.

    `order` is that of days and months between slashes, where no day of the column shows it.
    """

    def __init__(self, order: Order | None) -> None:
        self.order, self._seen = order, dict[str, Seen]()
        self._orders: dict[str, tuple[Order, int, str]] = {}

    def look(self, column: str, row: int, value: Any) -> None:
        """Learn from one cell in which order a column with slashes has days and months."""
        found = _STYLES["slashes"].fullmatch(value.strip()) if isinstance(value, str) else None
        if found and column not in self._orders:
            if int(found["a"]) > _LAST_MONTH:
                self._orders[column] = ("dmy", row, found[0])
            elif int(found["b"]) > _LAST_MONTH:
                self._orders[column] = ("mdy", row, found[0])

    def day(self, column: str, row: int, value: Any) -> dt.date | dt.datetime:
        """A day, or a time of one; an Unfit says what is wrong."""
        if isinstance(value, dt.datetime):
            return value.date() if value.time() == dt.time() and not value.tzinfo else value
        if isinstance(value, dt.date):
            return value
        if not isinstance(value, str):
            told = f"{value:.15g}" if isinstance(value, float) else shown(value)
            raise Unfit(f"{told} is no date; in a spreadsheet, format it as a date")
        text = value.strip()
        style, made = self._read(column, text)
        first = self._seen.setdefault(column, Seen(style, row, text))
        if first.style != style:
            raise Unfit(
                f"{shown(text)}, and row {first.row} writes {shown(first.text)}:"
                " one style of dates in a column"
            )
        return made

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
                made = dt.date.fromisoformat(text) if is_day else dt.datetime.fromisoformat(text)
                return "iso", made
            for style, pattern in _STYLES.items():
                if found := pattern.fullmatch(text):
                    return style, self._made(column, text, found.groupdict())
        except ValueError:  # no such day
            pass
        raise Unfit(f"{shown(text)} is no date: write 2022-02-28")

    def _made(self, column: str, text: str, parts: dict[str, Any]) -> dt.date | dt.datetime:
        if "a" in parts:
            order = self._orders[column][0] if column in self._orders else self.order
            if order is None:
                words = "is the day or the month first? --dates dmy or --dates mdy says it"
                raise Unfit(f"{shown(text)}: {words}")
            first, second = ("d", "m") if order == "dmy" else ("m", "d")
            parts[first], parts[second] = parts["a"], parts["b"]
            if int(parts["m"]) > _LAST_MONTH:
                raise Unfit(f"{shown(text)} has no such month{self._why(column, order)}")
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

    def _why(self, column: str, order: Order) -> str:
        if column not in self._orders:
            return f" with --dates {order}"
        _, row, text = self._orders[column]
        return f": in row {row}, {shown(text)}, the {_NAMES[order]} is first"
