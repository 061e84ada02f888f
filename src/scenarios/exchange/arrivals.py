"""What a file from elsewhere holds: records as they would be, each with its place in that file."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from scenarios.text import unaccented


class Place(NamedTuple):
    """Where something stands in a file from elsewhere: rows count from 1, the head included."""

    file: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """`file:row: column`, as far as each is known."""
        where = f"{self.file}:{self.row}" if self.row else self.file
        return f"{where}: {self.column}" if self.column else where


class Foreign(NamedTuple):
    """What a record is called elsewhere; it goes into its `foreign`."""

    system: str
    id: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it would be: its keys are those of its file.

    Without an `id` one is made of `title`; what has the same `foreign` is the same record. A day
    may be given as a time. What a scenario must have and the file lacks is left out here and
    filled in later: the prior, criteria where there is an `address`, days that are today's.
    What is `assumed` is for a record that is new: it changes none that is there. `columns` has the
    column that a key came from, where that is not the key (`prior.probability`).
    A reference is the record that has the first of what it is `called`, wherever it is listed.
    An indicator is of a `scenario`, by its id or what that is called elsewhere.
    """

    kind: Literal["scenario", "indicator", "evidence", "source"]
    record: Mapping[str, Any]
    title: str
    place: Place
    id: str | None = None
    foreign: Foreign | None = None
    address: str | None = None
    columns: Mapping[str, str] = {}
    scenario: str | Foreign | None = None
    assumed: Mapping[str, Any] = {}
    called: tuple[str, ...] = ()


class ForecastArrival(msgspec.Struct, frozen=True, kw_only=True):
    """A stated probability, 0 to 1; None withdraws. Of one analyst's of a day the last stands.

    `analyst` is an id (`exchange.slugs.slug` makes one of a name). A time without a zone is local.
    """

    scenario: str | Foreign
    analyst: str
    made: dt.datetime | dt.date
    probability: float | None
    place: Place
    rationale: str | None = None
    evidence: tuple[str, ...] = ()
    columns: Mapping[str, str] = {}


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row cannot be imported."""

    place: Place
    message: str


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """All that a file holds. `left_out` counts what has no place here, by what it is.

    `sets` and `analysts` are ids with their titles that the records name; `remarks` are sentences
    about what was taken differently from how it stood.
    """

    records: tuple[Arrival, ...] = ()
    forecasts: tuple[ForecastArrival, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    left_out: Mapping[str, int] = {}
    sets: Mapping[str, str] = {}
    analysts: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()


LONGEST = 48
"""A path with such an id fits in a line."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\"]")


def slug(text: str, longest: int = LONGEST, otherwise: str = "item") -> str:
    """As many words as there is room for, or as much of the first; it begins with a letter."""
    joined = joined_words(words(text), longest)
    if joined and not joined[0].isalpha():
        joined = joined_words([otherwise, *words(text)], longest)
    return joined or otherwise


def joined_words(words: list[str], room: int) -> str:
    """As many words as there is room for, or as much of the first, with hyphens between."""
    made = ""
    for word in words:
        longer = f"{made}-{word}" if made else word[:room]
        if len(longer) > room:
            break
        made = longer
    return made


def words(text: str) -> list[str]:
    """The words of a text in small Latin letters and digits."""
    plain = unaccented(text)
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        from anyascii import anyascii  # noqa: PLC0415 - 20 ms that other scripts alone need

        whole = unicodedata.normalize("NFC", text)
        plain = "".join(_romanised(letter, anyascii(letter)) for letter in whole).lower()
    return re.findall(r"[a-z0-9]+", _APOSTROPHES.sub("", plain))


def _romanised(letter: str, latin: str) -> str:
    """A syllable or an ideograph is a word of its own."""
    is_syllable = unicodedata.category(letter) == "Lo" and latin[:1].isupper()
    return f" {latin} " if is_syllable else latin
