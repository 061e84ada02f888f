"""The import formats, and the records and forecasts of a foreign file with their places."""

from __future__ import annotations

import datetime as dt
import pkgutil
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import msgspec

from scenarios.exchange.tables.reading import Form
from scenarios.progress import Progress, unwatched
from scenarios.text import unaccented


class Place(NamedTuple):
    """A place in a foreign file: rows count from 1, the head included; 0 is the whole file."""

    file: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """`file:row: column`, without unknown parts."""
        where = f"{self.file}:{self.row}" if self.row else self.file
        return f"{where}: {self.column}" if self.column else where


class Foreign(NamedTuple):
    """The id of a record in another system, for its `foreign`."""

    system: str
    id: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A record by the keys of its file; a day may be a time.

    Without an `id` one is made of `title`; records with the same `foreign` are the same. Required
    keys of a scenario that the file lacks are filled in later: the prior, criteria if there is an
    `address`, days that are today's. Keys of `assumed` are for a new record alone. `columns` has
    the column of a key that is not the key itself (`prior.probability`). A reference is the record
    with the first of the names in `called`. `scenario` is that of an indicator.
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
    """A stated probability, 0 to 1; None withdraws. The last one of an analyst and a day counts.

    `analyst` is an id, as `slug` makes them of names. A time without a zone is local.
    """

    scenario: str | Foreign
    analyst: str
    moment: dt.datetime | dt.date
    probability: float | None
    place: Place
    rationale: str | None = None
    evidence: tuple[str, ...] = ()
    columns: Mapping[str, str] = {}


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """The reason why a row cannot be imported."""

    place: Place
    message: str


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a file; `left_out` counts what cannot be kept, by its kind.

    `sets` and `analysts` have the titles of ids in the records; `remarks` are sentences about
    values that were changed.
    """

    records: tuple[Arrival, ...] = ()
    forecasts: tuple[ForecastArrival, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    left_out: Mapping[str, int] = {}
    sets: Mapping[str, str] = {}
    analysts: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()


LONGEST = 48
"""Characters of an id whose path fits in a line."""
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\"]")


def slug(text: str, longest: int = LONGEST, otherwise: str = "item") -> str:
    """The first words of a text, or a part of the first, as an id that begins with a letter."""
    joined = joined_words(words(text), longest)
    if joined and not joined[0].isalpha():
        joined = joined_words([otherwise, *words(text)], longest)
    return joined or otherwise


def joined_words(words: list[str], room: int) -> str:
    """The first words that fit into `room` characters with hyphens, or a part of the first."""
    joined = ""
    for word in words:
        longer = f"{joined}-{word}" if joined else word[:room]
        if len(longer) > room:
            break
        joined = longer
    return joined


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


READERS = {
    "scenarios": "own.kinds:scenarios",
    "indicators": "own.kinds:indicators",
    "evidence": "own.kinds:evidence",
    "forecasts": "own.kinds:forecasts",
    "sources": "own.kinds:sources",
    "metaculus": "metaculus.reading",
    "fatebook": "fatebook",
    "predictionbook": "predictionbook",
    "manifold": "manifold",
    "achz": "achz",
    "ris": "references:read_ris",
    "bibtex": "references:read_bibtex",
    "csl": "references:read_csl",
    "stix": "stix.incoming",
}
"""Kind → the module of `exchange/` with its `read`, or `module:function`."""


class SourceFile(NamedTuple):
    """A file: its name in messages, its path (None: standard input), its bytes (None: a folder)."""

    name: str
    path: Path | None
    stream: BinaryIO | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The options of reading a file.

    `columns` has pairs of a column, or of a text with `{column}` in it, and its field, empty for
    none; `defaults` the value of a field in rows that lack it. `scenarios` has the ids of the known
    ones by their names in small letters. `analyst` and `system` are used where the file names none.
    """

    columns: tuple[tuple[str, str], ...] = ()
    defaults: Mapping[str, str] = {}
    form: Form | None = None
    encoding: str | None = None
    sheet: str | None = None
    dates: Literal["dmy", "mdy"] | None = None
    timezone: dt.tzinfo = dt.UTC
    today: dt.date = dt.date.max
    analyst: str | None = None
    system: str | None = None
    scenarios: Mapping[str, str] = {}
    progress: Progress = unwatched


Reader = Callable[[SourceFile, Wanted], Arrived]
"""A pure function from a file to its contents."""


def reader(kind: str) -> Reader:
    """The reader of a kind."""
    path = READERS[kind] if ":" in READERS[kind] else f"{READERS[kind]}:read"
    read: Reader = pkgutil.resolve_name(f"scenarios.exchange.{path}")
    return read
