"""JSON: one document with each table as a list of objects, or JSON Lines with a row a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from scenarios.exchange.targets.table import Codec, TableRows, begins_with
from scenarios.exchange.view.table import Row, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View

_BEGIN = b'{\n"schema": "tables",'


class _Document(msgspec.Struct):
    tables: dict[str, list[dict[str, Any]]]


def _write_document(view: View, place: Path) -> None:
    """Write the keys of `meta`, then the tables under `tables`, by name."""
    encode = msgspec.json.encode
    with place.open("wb") as file:
        file.write(_BEGIN)
        for key, value in msgspec.to_builtins(view.moment.stamp).items():
            file.write(b"\n%s: %s," % (encode(key), encode(value)))
        file.write(b'\n"tables": {')
        for number, (name, table) in enumerate(TABLES.items()):
            file.write(b"%s\n%s: [" % (b"," if number else b"", encode(name)))
            for n, row in enumerate(view.rows(name)):
                file.write(b"%s\n  %s" % (b"," if n else b"", encode(_object(table, row))))
            file.write(b"\n]" if view.rows(name) else b"]")
        file.write(b"\n}\n}\n")


def _is_ours(head: bytes, named: bytes, place: Path, tracker: str | None = None) -> bool:
    whose = b"" if tracker is None else named % msgspec.json.encode(tracker)
    return begins_with(place, head + whose)


def _read_document(place: Path) -> Iterator[TableRows]:
    return _tables(msgspec.json.decode(place.read_bytes(), type=_Document).tables)


def _write_lines(view: View, place: Path) -> None:
    """Write `meta`, then every other table, each row with the name of its table."""
    with place.open("wb") as file:
        for name in ("meta", *(name for name in TABLES if name != "meta")):
            lead = {"table": name} | ({"schema": "tables"} if name == "meta" else {})
            for row in view.rows(name):
                file.write(msgspec.json.encode(lead | _object(TABLES[name], row)) + b"\n")


def _read_lines(place: Path) -> Iterator[TableRows]:
    tables: dict[str, list[dict[str, Any]]] = {}
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with place.open("rb") as file:
        for row in (decode(line) for line in file if line.strip()):
            tables.setdefault(str(row.pop("table", "")), []).append(row)
    return _tables(tables)


def _object(table: ViewTable, row: Row) -> dict[str, Any]:
    """A row by the names of its columns; a JSON cell stands as itself."""
    return {
        column.name: msgspec.Raw(cell.encode())
        if column.type == "json" and isinstance(cell, str)
        else cell
        for column, cell in zip(table.columns, row, strict=True)
    }


def _tables(tables: Mapping[str, list[dict[str, Any]]]) -> Iterator[TableRows]:
    for name, rows in tables.items():
        if name in TABLES:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            yield name, columns, [tuple(row.get(column) for column in columns) for row in rows]


_is_document = partial(_is_ours, _BEGIN, b'\n"tracker": %s,')
_are_lines = partial(_is_ours, b'{"table":"meta","schema":"tables",', b'"tracker":%s,')
DOCUMENT = Codec(_write_document, _is_document, _read_document)
LINES = Codec(_write_lines, _are_lines, _read_lines)
