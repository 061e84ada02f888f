"""A question from a forecasting site as a scenario: what each site has, and what it lacks."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from scenarios.exchange.arrivals import Arrival, Foreign, Misfit, Place
from scenarios.exchange.moments import moment
from scenarios.model import Outcome
from scenarios.text import shown

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
