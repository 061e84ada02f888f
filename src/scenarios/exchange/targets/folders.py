"""Folders of CSV (RFC 4180) or Parquet with their description (`datapackage.json`, Frictionless).

In CSV an empty cell is null. A text that a spreadsheet would run is led by an apostrophe, as is one
that begins with apostrophes before such a text; reading removes one apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TextIO

import msgspec

from scenarios.exchange.targets import sql
from scenarios.exchange.targets.table import Codec, TableRows
from scenarios.exchange.view.table import Type, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import Stamp, View
from scenarios.text import printable

_NAME = "datapackage.json"
_MARK = "scen"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPES: Mapping[Type, str] = {
    "text": "string",
    "integer": "integer",
    "real": "number",
    "boolean": "boolean",
    "date": "date",
    "json": "object",
}
_RUN = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
"""The beginning of a cell that a spreadsheet may run, apostrophes aside."""


def describe(folder: Path, meta: Stamp, resources: list[dict[str, Any]], title: str) -> None:
    """Write the description of a folder, with our mark in it."""
    package = {
        "$schema": _PROFILE,
        "name": "scen-export",
        "title": title or "Scenarios",
        "resources": resources,
        _MARK: msgspec.to_builtins(meta),
    }
    text = json.dumps(package, indent=2, ensure_ascii=False)
    with (folder / _NAME).open("w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")


def is_ours(folder: Path, tracker: str | None = None) -> bool:
    """True if a folder is empty or holds an earlier export and nothing else."""
    try:
        package = json.loads((folder / _NAME).read_bytes())
        named = {_NAME, *(str(resource["path"]) for resource in package["resources"])}
        is_whose = tracker is None or package[_MARK].get("tracker") == tracker
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return not any(folder.iterdir())
    return is_whose and _MARK in package and {entry.name for entry in folder.iterdir()} <= named


def origin(folder: Path) -> str | None:
    """The `origin` of an earlier export, by its description."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return msgspec.convert(json.loads((folder / _NAME).read_bytes())[_MARK], Stamp).origin
    return None


def form(folder: Path) -> str | None:
    """The form of the tables in an earlier export, by its description; None if it is none."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        package = json.loads((folder / _NAME).read_bytes())
        return str(package["resources"][0]["format"]) if _MARK in package else None
    return None


def _write(view: View, folder: Path, ending: str, write: Callable[[str, Path], None]) -> None:
    """Write a file for each table, and their description."""
    for name in TABLES:
        write(name, folder / f"{name}.{ending}")
    resources = [_resource(table, ending) for table in TABLES.values()]
    describe(folder, view.moment.stamp, resources, view.moment.records.tracker.title)


def _resource(table: ViewTable, ending: str) -> dict[str, Any]:
    fields = [
        {
            "name": column.name,
            "type": _TYPES[column.type],
            "description": column.meaning,
            **({} if column.null else {"constraints": {"required": True}}),
        }
        for column in table.columns
    ]
    keys = [
        {
            "fields": list(reference.columns),
            "reference": {"resource": reference.table, "fields": list(reference.key)},
        }
        for reference in table.references
    ]
    schema: dict[str, Any] = {"fields": fields, "primaryKey": list(table.key)}
    return {
        "name": table.name,
        "type": "table",
        "path": f"{table.name}.{ending}",
        "format": ending,
        **({"mediatype": "text/csv", "encoding": "utf-8"} if ending == "csv" else {}),
        "description": table.meaning,
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _files(folder: Path, ending: str) -> Iterator[tuple[str, Path]]:
    paths = ((name, folder / f"{name}.{ending}") for name in TABLES)
    return ((name, path) for name, path in paths if path.is_file())


def _write_csv(view: View, folder: Path) -> None:
    def write(name: str, place: Path) -> None:
        with place.open("w", encoding="utf-8", newline="") as file:
            _write_rows(file, [column.name for column in TABLES[name].columns], view.rows(name))

    _write(view, folder, "csv", write)


def _read_csv(folder: Path) -> Iterator[TableRows]:
    csv.field_size_limit(sys.maxsize)
    for name, place in _files(folder, "csv"):
        with place.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            head = next(lines, [])
            yield name, head, [tuple(map(_text, line)) for line in lines]


def as_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table as CSV to read; control and invisible characters are spelled out."""
    file = io.StringIO()
    cells = ([_printable(cell) for cell in row] for row in rows)
    _write_rows(file, [printable(name) for name in names], cells)
    return file.getvalue()


def _printable(cell: Any) -> Any:
    if isinstance(cell, dict | list):
        cell = json.dumps(cell, ensure_ascii=False)
    return printable(cell) if isinstance(cell, str) else cell


def _write_rows(file: TextIO, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow([_cell(name) for name in names])
    lines.writerows([_cell(cell) for cell in row] for row in rows)


def _cell(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _RUN.match(cell) else cell


def _text(cell: str) -> str | None:
    return (cell[1:] if cell[:1] == "'" and _RUN.match(cell) else cell) or None


def _write_parquet(view: View, folder: Path) -> None:
    with sql.faults(folder), closing(sql.connect()) as engine:

        def write(name: str, place: Path) -> None:
            sql.fill(engine, view, [name])
            engine.execute(f"COPY {sql.quoted(name)} TO {sql.literal(place)} (FORMAT parquet)")

        _write(view, folder, "parquet", write)


def _read_parquet(folder: Path) -> Iterator[TableRows]:
    with sql.faults(folder), closing(sql.connect()) as engine:
        for name, place in _files(folder, "parquet"):
            yield name, *sql.selected(engine, f"read_parquet({sql.literal(place)})")


CSV = Codec(_write_csv, is_ours, _read_csv)
PARQUET = Codec(_write_parquet, is_ours, _read_parquet)
