"""A question from a forecasting site as a scenario: what each site has, and what it lacks."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import (
    Arrival,
    Arrived,
    ForecastArrival,
    Foreign,
    Misfit,
    Place,
    slug,
)
from scenarios.exchange.tables.table import refused
from scenarios.model import Outcome
from scenarios.text import shown

_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ](\d\d?):(\d\d?)(?::(\d\d?)(?:[.,](\d{1,9}))?)?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
EARLIEST_MS = 100_000_000_000
"""In March 1973: a smaller number is in seconds."""
LONG_AGO_MS = -30_000_000_000_000
"""In the year 1019."""
_LATEST_MS = 253_402_300_799_999


def moment(text: str, zone: dt.tzinfo) -> dt.datetime:
    """A moment in `zone`, which is also that of a text that names none; ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{shown(text)} is not a time such as 2026-01-12 16:06:47+00:00")
    *numbers, fraction, offset = found.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        year, month, day, hour, minute, second = (int(n or 0) for n in numbers)
        there = _offset(offset) or zone
        made = dt.datetime(year, month, day, hour, minute, second, micro, tzinfo=there)
        return made.astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{shown(text)} is not in the calendar") from None


def _offset(text: str | None) -> dt.tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return dt.timezone(dt.timedelta(hours=hours, minutes=minutes) * (-1 if text[0] == "-" else 1))


def from_milliseconds(value: object, zone: dt.tzinfo, earliest: int = EARLIEST_MS) -> dt.datetime:
    """A moment counted in milliseconds from 1970; ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shown(value)} is not a number of milliseconds")  # noqa: TRY004
    if not earliest <= value <= _LATEST_MS:
        first = 1973 if earliest == EARLIEST_MS else 1019
        raise ValueError(f"{value:.15g} is not a time in milliseconds from {first} to 9999")
    whole, rest = divmod(int(value), 1000)
    try:
        made = dt.datetime.fromtimestamp(whole, dt.UTC) + dt.timedelta(milliseconds=rest)
        return made.astimezone(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{value:.15g} is not a time in milliseconds") from None


LONGEST_TITLE = 200
LONGEST_QUESTION = 1_000
LONGEST_TEXT = 10_000
LONGEST_SET = 300
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Resolved(NamedTuple):
    """An outcome, the day on which it was known (None: not told) and how the site words it."""

    outcome: Outcome
    day: dt.date | None
    words: str


class Question(NamedTuple):
    """A question with two outcomes, or one option of a question that has several."""

    foreign: Foreign
    title: str
    address: str
    opened: dt.date
    horizon: dt.date
    place: Place
    wording: str | None = None
    details: str | None = None
    set: str | None = None
    tags: tuple[str, ...] = ()
    resolved: Resolved | None = None
    columns: Mapping[str, str] = {}

    def arrival(self) -> Arrival:
        """It as a scenario; a horizon or an outcome before its opening is held at the opening."""
        title = clean(self.title, LONGEST_TITLE, is_line=True)
        record: dict[str, Any] = {
            "title": title,
            "question": clean(self.wording or self.title, LONGEST_QUESTION),
            "opened": self.opened,
            "horizon": max(self.horizon, self.opened),
        }
        see = f"See {self.address}"
        if details := clean(self.details or "", LONGEST_TEXT - len(see) - 2):
            record["resolution_criteria"] = f"{details}\n\n{see}"
        if self.set:
            record["set"] = self.set
        if self.tags:
            record["tags"] = list(self.tags)
        if self.resolved:
            day = self.resolved.day and max(self.resolved.day, self.opened)
            record["resolution"] = {
                "outcome": self.resolved.outcome,
                **({"date": day, "recorded": day} if day else {}),
                "basis": f"{self.resolved.words}; see {self.address}",
            }
        return Arrival(
            kind="scenario",
            record=record,
            title=title,
            place=self.place,
            foreign=self.foreign,
            address=self.address,
            columns=self.columns,
        )


class WrongCellError(ValueError):
    """What stands in a column and cannot be taken."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column

    def misfit(self, place: Place) -> Misfit:
        return Misfit(place=place._replace(column=self.column), message=str(self))


def at(text: str, column: str, zone: dt.tzinfo) -> dt.datetime:
    """The moment in a column; WrongCellError."""
    try:
        return moment(text, zone)
    except ValueError as error:
        raise WrongCellError(column, str(error)) from None


def day(text: str, column: str, zone: dt.tzinfo) -> dt.date:
    """The day of the moment in a column; WrongCellError."""
    return at(text, column, zone).date()


def option(question: str, text: str) -> tuple[str, str]:
    """The title and the wording of one option of a question that has several."""
    return f"{text}: {question}", f"Will the answer be “{text}”? {question}"


def clean(text: str, longest: int, *, is_line: bool = False) -> str:
    """The text without control characters, cut where it is too long for its key."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if is_line:
        plain = " ".join(plain.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def probability(value: object, column: str, whole: float = 1) -> float:
    """A share of `whole` in a column as a probability from 0 to 1; WrongCellError."""
    try:
        share = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        share = math.nan
    if not 0 <= share <= whole:
        raise WrongCellError(column, f"{shown(value)} is not a probability from 0 to {whole:g}")
    return share / whole


_HASH = re.compile("[0-9a-f]{32,}")
_SHOWN_OF_HASH = 12


def digest(text: str, length: int = 8) -> str:
    """A few hexadecimal digits that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()[:length]


def analyst_ids(names: Iterable[str]) -> dict[str, str]:
    """An analyst's id for each name; those of names that would be alike carry a digest."""
    plain = {name: _analyst(name) for name in dict.fromkeys(names)}
    times = Counter(plain.values())
    return {
        name: id if times[id] == 1 or name == id else f"{id}-{digest(name, 4)}"
        for name, id in plain.items()
    }


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """The names as tags, each once."""
    return tuple(dict.fromkeys(slug(name, otherwise="tag") for name in names if name.strip()))


def _analyst(name: str) -> str:
    if _HASH.fullmatch(name):
        return f"forecaster-{name[:_SHOWN_OF_HASH]}"
    return slug(name, otherwise="forecaster")


MOST = 300_000
UNNAMED = "unnamed"


class Said(NamedTuple):
    """A forecast, with the name of its forecaster."""

    scenario: Foreign
    name: str
    made: dt.datetime
    probability: float | None
    place: Place


class Site:
    """Collects; of a question that cannot be taken nothing is, and its fault is a misfit."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.remarks: list[str] = []
        self._records: list[Arrival] = []
        self._said: list[Said] = []
        self._misfits: list[Misfit] = []
        self._sets: dict[str, str] = {}
        self._unasked: set[str] = set()

    @contextmanager
    def row(self, place: Place) -> Iterator[None]:
        """What is wrong with a cell in here is told of this row."""
        try:
            yield
        except WrongCellError as wrong:
            self.misfit(place._replace(column=wrong.column), str(wrong))

    def misfit(self, place: Place, message: str) -> None:
        self._misfits.append(Misfit(place=place, message=message))

    def ask(self, place: Place, id: str, title: str, questions: Iterator[Question]) -> None:
        """A question that is called `id` there, or the options of one."""
        made: list[Question] = []
        with self.row(place):
            made += questions
        if not made:
            self._unasked.add(id)
        for question in made:
            self._records.append(question.arrival())
            if question.set:
                self._sets[question.set] = clean(title, LONGEST_SET, is_line=True)

    def skip(self, id: str, what: str) -> None:
        """A question that has no place here."""
        self.left_out[what] += 1
        self._unasked.add(id)

    def say(self, said: Said) -> None:
        self._said.append(said)
        if len(self._said) > MOST:
            raise refused(said.place.file, 0, f"over {MOST:,} forecasts at once: split the file")

    def arrived(self) -> Arrived:
        """All of it, with an id for each forecaster."""
        heard = [one for one in self._said if one.scenario.id.split("/")[0] not in self._unasked]
        self.left_out["forecasts of questions left out"] += len(self._said) - len(heard)
        ids = analyst_ids(said.name or UNNAMED for said in heard)
        return Arrived(
            records=tuple(self._records),
            forecasts=tuple(
                ForecastArrival(
                    scenario=said.scenario,
                    analyst=ids[said.name or UNNAMED],
                    made=said.made,
                    probability=said.probability,
                    place=said.place,
                )
                for said in heard
            ),
            misfits=tuple(self._misfits),
            left_out={what: number for what, number in self.left_out.items() if number},
            sets=self._sets,
            analysts={id: name for name, id in ids.items()},
            remarks=tuple(self.remarks),
        )
