"""A moment as other programs write it: with or without a zone, as text or in milliseconds."""

from __future__ import annotations

import datetime as dt
import re

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
