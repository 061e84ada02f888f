"""JSON Lines: a row a line, with the name of its table; the first says of what it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scenarios.exchange.targets.json_file import as_object
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View

_BEGIN = b'{"table":"meta","schema":"tables",'


def write(view: View, place: Path) -> None:
    """`meta`, then every other table."""
    with place.open("wb") as file:
        for name in ("meta", *(name for name in TABLES if name != "meta")):
            lead = {"table": name} | ({"schema": "tables"} if name == "meta" else {})
            for row in view.rows(name):
                file.write(msgspec.json.encode(lead | as_object(TABLES[name], row)) + b"\n")


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether it begins as ours do."""
    whose = b"" if tracker is None else b'"tracker":%s,' % msgspec.json.encode(tracker)
    with place.open("rb") as file:
        return file.read(len(_BEGIN + whose)) == _BEGIN + whose


def read(place: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table of which there is a line."""
    found: dict[str, list[dict[str, Any]]] = {}
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with place.open("rb") as file:
        for line in file:
            if line.strip():
                row = decode(line)
                found.setdefault(str(row.pop("table", "")), []).append(row)
    for name, rows in found.items():
        if name in TABLES:
            columns = list(dict.fromkeys(key for row in rows for key in row))
            yield name, columns, [tuple(row.get(column) for column in columns) for row in rows]
