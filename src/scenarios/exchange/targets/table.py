"""Where a database can go, as one line each, and what a user's text names of them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from scenarios.errors import UsageError
from scenarios.text import did_you_mean, shown


class Target(msgspec.Struct, frozen=True):
    """A form: what it is, how it is named (`scheme:`, an ending), and which module makes it.

    One that is an `address` is sent there, and all of the text is that address. Of some only the
    `tables` that are named go out, or what is no table.
    """

    name: str
    form: Literal["folder", "file", "address"]
    meaning: str
    module: str
    schemes: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    tables: tuple[str, ...] | None = None

    @property
    def reads(self) -> bool:
        """Whether the whole database can be read back of it."""
        return self.tables is None and hasattr(self.code, "read")

    @property
    def code(self) -> Any:
        """The module, loaded now."""
        return import_module(f"scenarios.exchange.{self.module}")


TARGETS = (
    Target(
        "csv", "folder", "a folder of CSV with datapackage.json", "targets.csv_folder", ("csv",)
    ),
    Target("parquet", "folder", "a folder of Parquet", "targets.parquet", ("parquet",)),
    Target("json", "file", "one JSON document", "targets.json_file", ("json",), (".json",)),
    Target(
        "jsonl",
        "file",
        "JSON, a row a line",
        "targets.jsonl_file",
        ("jsonl",),
        (".jsonl", ".ndjson"),
    ),
    Target(
        *("sqlite", "file", "a SQLite file", "targets.sqlite_file"),
        *(("sqlite",), (".sqlite", ".sqlite3", ".db")),
    ),
    Target(
        "duckdb", "file", "a DuckDB file", "targets.duckdb_file", ("duckdb",), (".duckdb", ".ddb")
    ),
    Target(
        *("postgresql", "address", "a schema of a PostgreSQL database", "targets.postgresql"),
        ("postgresql", "postgres"),
    ),
    Target(
        *("metaculus", "folder", "the two files of a Metaculus download", "targets.metaculus_form"),
        *(("metaculus",), (), ()),
    ),
    Target(
        *("stix", "file", "a STIX 2.1 bundle", "targets.stix_file"),
        *(("stix",), (".stix.json", ".stix"), ()),
    ),
    Target(
        *("ris", "file", "the sources as RIS", "references.ris"),
        *(("ris",), (".ris",), ("sources",)),
    ),
    Target(
        *("bibtex", "file", "the sources as BibTeX", "references.bibtex"),
        *(("bibtex",), (".bib", ".bibtex"), ("sources",)),
    ),
    Target(
        *("csl", "file", "the sources as CSL-JSON", "references.csl"),
        *(("csl",), (".csl.json", ".csl"), ("sources",)),
    ),
)
"""Every form; one without a scheme and without an ending is a folder of CSV."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_DEFAULT = TARGETS[0]


class Named(NamedTuple):
    """A form and where to put it: a path, or an address."""

    target: Target
    place: str


def named(text: str) -> Named:
    """What a user names: `DIR`, `FILE.ENDING`, `scheme:PATH`, `sqlite:///PATH` or an address."""
    if found := _SCHEME.fullmatch(text):
        scheme, rest = found[1].lower(), found[2]
        for target in TARGETS:
            if scheme in target.schemes:
                return Named(target, text if target.form == "address" else _path(scheme, rest))
        known = {scheme for target in TARGETS for scheme in target.schemes}
        raise UsageError(_unknown(f"no target {shown(scheme + ':')}", scheme, known))
    place = Path(text)
    if not text or text.endswith("/") or place.is_dir():
        return Named(_DEFAULT, text)
    endings = {ending: target for target in TARGETS for ending in target.endings}
    for ending in sorted(endings, key=len, reverse=True):
        if place.name.lower().endswith(ending):
            return Named(endings[ending], text)
    if not place.suffix:
        return Named(_DEFAULT, text)
    if place.suffix.lower() == ".csv":
        folder = text[: -len(".csv")]
        words = f"CSV is a folder with a file for each table: write {folder}/ or csv:{folder}"
        raise UsageError(f"{shown(text)}: {words}")
    raise UsageError(_unknown(f"no target ends in {shown(place.suffix)}", place.suffix, endings))


def _path(scheme: str, rest: str) -> str:
    """`//` leads to a host, and there is none: three slashes, then the path."""
    if not rest.startswith("//"):
        path = rest
    elif rest.startswith("///"):
        path = rest[3:]
    else:
        raise UsageError(f"write {scheme}:///{rest[2:]}: three slashes, then the path")
    if not path:
        raise UsageError(f"{scheme}: names no file: write {scheme}:///PATH")
    return path


def _unknown(what: str, word: str, known: Any) -> str:
    hint = did_you_mean(word, known) or f"there are {', '.join(sorted(known))}"
    return f"{what}; {hint}; a folder of CSV is named with a slash at its end, like out/"
