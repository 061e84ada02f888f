"""Each kind that can come in, with the file of its reader."""

from __future__ import annotations

import datetime as dt
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

import msgspec

from scenarios.exchange.arrivals import Arrived
from scenarios.exchange.tables.reading import Form
from scenarios.progress import Progress, unwatched

READERS = {
    "scenarios": "own.scenarios",
    "indicators": "own.indicators",
    "evidence": "own.evidence",
    "forecasts": "own.forecasts",
    "sources": "own.sources",
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


class Given(NamedTuple):
    """A file as it was given: what messages call it, where it lies, and its bytes.

    A `path` is there unless it is standard input; a folder has a path alone.
    """

    name: str
    path: Path | None
    stream: BinaryIO | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read.

    `columns` has pairs of a column, or of a text with `{column}` in it, and the field that it is,
    empty for none; `defaults` the value of a field in rows that lack it. `scenarios` are those that
    are there: what each is called, in small letters, and its id. `analyst` stands in where none is
    named, `system` where a foreign id has none. What ends after `today` has not ended yet.
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


class Reader(Protocol):
    """A pure function from a file to what it holds."""

    def __call__(self, given: Given, wanted: Wanted) -> Arrived:
        """What arrives."""
        ...


def reader(kind: str) -> Reader:
    """The reader of a kind."""
    path = READERS[kind] if ":" in READERS[kind] else f"{READERS[kind]}:read"
    read: Reader = pkgutil.resolve_name(f"scenarios.exchange.{path}")
    return read
