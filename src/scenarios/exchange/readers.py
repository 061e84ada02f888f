"""The kinds of import, each with its reader."""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import msgspec

from scenarios.exchange.arrivals import Arrived
from scenarios.exchange.tables.reading import Form
from scenarios.progress import Progress, unwatched

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
