"""One JSON document: every table as a list of objects, a row a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scenarios.exchange.view.table import Row, Table
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View

_BEGIN = b'{\n"schema": "tables",'


def write(view: View, place: Path) -> None:
    """The tables under `tables`, by name, behind what `meta` says."""
    with place.open("wb") as file:
        file.write(_BEGIN)
        for key, value in msgspec.to_builtins(view.moment.made).items():
            file.write(b"\n%s: %s," % (msgspec.json.encode(key), msgspec.json.encode(value)))
        file.write(b'\n"tables": {')
        for number, (name, table) in enumerate(TABLES.items()):
            file.write(b"%s\n%s: [" % (b"," if number else b"", msgspec.json.encode(name)))
            for n, row in enumerate(view.rows(name)):
                file.write(
                    b"%s\n  %s" % (b"," if n else b"", msgspec.json.encode(as_object(table, row)))
                )
            file.write(b"\n]" if view.rows(name) else b"]")
        file.write(b"\n}\n}\n")


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether it begins as ours do."""
    whose = b"" if tracker is None else b'\n"tracker": %s,' % msgspec.json.encode(tracker)
    with place.open("rb") as file:
        return file.read(len(_BEGIN + whose)) == _BEGIN + whose


def read(place: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table that is in the document."""
    tables = msgspec.json.decode(place.read_bytes(), type=_Document).tables
    for name, rows in tables.items():
        if name in TABLES:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            yield name, columns, [tuple(row.get(column) for column in columns) for row in rows]


def as_object(table: Table, row: Row) -> dict[str, Any]:
    """A row by the names of its columns; what is JSON stands as itself."""
    return {
        column.name: msgspec.Raw(cell.encode())
        if column.type == "json" and isinstance(cell, str)
        else cell
        for column, cell in zip(table.columns, row, strict=True)
    }


class _Document(msgspec.Struct):
    tables: dict[str, list[dict[str, Any]]]
