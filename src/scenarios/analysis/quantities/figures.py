"""Figures of a quantity to show: an interval, and the probability of each row."""

import math
from datetime import date, timedelta
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from scenarios.model import Outcome
from scenarios.model.quantity import shortest
from scenarios.values import RatedId

Shown = float | str
"""A number; a day as text, `later` where it is past the horizon."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """The median, and the values that it stays under with 10 % and with 90 %."""

    median: Shown
    low: Shown
    high: Shown

    def __str__(self) -> str:
        """`242 (222 to 267)`, a number in as many digits as the width of the interval asks for."""
        median, low, high = (in_words(v, self) for v in (self.median, self.low, self.high))
        return f"{median} ({low} to {high})"


class RowFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A row, over its threshold or by its day; what we say of it, and what the evidence implies.

    One by a day that has passed without the event has the `outcome` did-not-occur.
    """

    id: RatedId
    threshold: Shown
    stated: float | None
    implied: float
    outcome: Literal["did-not-occur"] | UnsetType = UNSET


class EarlierIntervals(msgspec.Struct, frozen=True, kw_only=True):
    """The intervals at the start of the window, and the rows; None where it had not opened."""

    stated: Interval | None
    implied: Interval | None
    thresholds: tuple[RowFigure, ...] = ()


class QuantityFigure(msgspec.Struct, frozen=True, kw_only=True):
    """The stated and the implied interval of a quantity, now and at the start of a window.

    `analysts` is the number who stand behind what is stated.
    """

    kind: str
    unit: str | None
    stated: Interval | None
    implied: Interval
    thresholds: tuple[RowFigure, ...]
    previous: EarlierIntervals
    analysts: int


_WIDE = timedelta(730)
"""An interval of days from which on a month says enough."""


def in_words(value: Shown, interval: Interval) -> str:
    """A value in as many digits as the width of an interval asks for; of days, at least the month.

    The width of days is that up to the last one before the horizon.
    """
    if isinstance(value, str) or isinstance(interval.high, str) or isinstance(interval.low, str):
        ends = (interval.low, interval.median, interval.high)
        days = [date.fromisoformat(end) for end in ends if isinstance(end, str) and end != "later"]
        is_wide = len(days) > 1 and days[-1] - days[0] >= _WIDE
        return f"{value}"[: len("2026-12")] if is_wide else f"{value}"
    width = interval.high - interval.low
    places = 1 - math.floor(math.log10(width)) if width > 0 else 0
    return f"{value:,.{min(max(places, 0), 12)}f}"


def from_to(now: Interval, before: Interval | None) -> str:
    """`242 (222 to 267), from 240`; without the step where both medians are shown alike."""
    if before is None or in_words(before.median, now) == in_words(now.median, now):
        return f"{now}"
    return f"{now}, from {in_words(before.median, now)}"


def median_change(now: Interval | None, before: Interval | None) -> str:
    """`+3`, of days `−12 d`; `later` or `sooner` past or from past the horizon; `new` at first."""
    if now is None or before is None:
        return "new" if now else ""
    was, median = before.median, now.median
    if was == median:
        return "0"
    if "later" in (was, median):
        return "later" if median == "later" else "sooner"
    if isinstance(was, str) or isinstance(median, str):
        days = (date.fromisoformat(f"{median}") - date.fromisoformat(f"{was}")).days
        return f"{days:+} d".replace("-", "−")
    change = in_words(median - was, now)
    sign = "+" * (median > was)
    return f"{sign}{change}".replace("-", "−") if change.strip("-0.,") else "0"


def row_name(threshold: Shown | date, unit: str | None = None) -> str:
    """`over 240 billion dollars`, or `by 2026-12-31`."""
    if isinstance(threshold, str | date):
        return f"by {threshold}"
    return f"over {shortest(threshold)} {unit or ''}".rstrip()


def outcome_of_row(threshold: Shown, value: str | None) -> Outcome | None:
    """The outcome of a row once the value of its quantity is known; None while it is not."""
    if value is None:
        return None
    if value == "annulled":
        return "annulled"
    if isinstance(threshold, str):
        happened = value != "later" and value <= threshold
    else:
        happened = float(value) > threshold
    return "occurred" if happened else "did-not-occur"
