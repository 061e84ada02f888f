"""What a single value of a record may be: its length, its pattern, its range."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta

SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""The inside of a class of characters: what `\\s` is to ECMA 262, and so to the schemas."""


def text(longest: int) -> Meta:
    """A text that is not blank."""
    return Meta(pattern=f"[^{SPACE}]", max_length=longest)


def name(pattern: str, longest: int | None = None) -> Meta:
    """A text that matches from end to end."""
    # To Python alone, `$` is also before a last line end.
    return Meta(pattern=rf"^{pattern}$(?!\n)", max_length=longest)


ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
Id = Annotated[str, name(ID, 80)]
IndicatorKey = Annotated[str, name(f"{ID}/{ID}", 161)]
"""`SCENARIO/INDICATOR`."""
Label = Annotated[str, name("[a-z0-9]+(-[a-z0-9]+)*", 80)]
Url = Annotated[str, name(f"https?://[^{SPACE}/?#]+[^{SPACE}]*", 2000)]
Chance = Annotated[float, Meta(ge=0.0001, le=0.9999)]
Decibans = Annotated[float, Meta(ge=-100, le=100)]
Share = Annotated[float, Meta(ge=0, le=1)]
Prior = Annotated[float, Meta(ge=0.001, le=0.999)]
Column = Annotated[str, name("[A-Za-z_][A-Za-z0-9_]*", 80)]
Value = Annotated[str, text(200)]
Foreign = dict[Id, Annotated[str, text(500)] | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]]
"""The ids that a record has elsewhere, by system; text or integer, and compared as text."""

Code = Literal["CC", "C", "N", "I", "II"]
Rating = Code | Annotated[float, Meta(ge=0.001, le=1000)]
"""A consistency code, or a likelihood ratio from 0.001 to 1000."""
Letter = Literal["A", "B", "C", "D", "E", "F"]
CodeText = Annotated[str, name("(CC|C|N|I|II)")]
LetterText = Annotated[str, name("[A-F]")]


def first_day(observed: str) -> dt.date:
    """The first day that a day, a month (2021-12) or a year (2021) can mean."""
    return dt.date.fromisoformat(f"{observed}-01-01"[:10])


def indicator_key(text: str) -> tuple[str, str]:
    """`scenario/indicator` as its two parts."""
    scenario, _, indicator = text.partition("/")
    return scenario, indicator
