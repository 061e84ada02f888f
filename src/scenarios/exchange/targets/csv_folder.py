"""A folder of CSV (RFC 4180) with a description of it, for spreadsheets, pandas and R.

An empty cell is null. A text that a spreadsheet would run is led by an apostrophe, and so is one
that begins with apostrophes before such a text; reading takes one apostrophe away again.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from scenarios.exchange.targets import package
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View
from scenarios.text import printable

is_ours = package.is_ours
_RUN = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
"""A spreadsheet may run a cell that begins so, apostrophes aside."""


def write(view: View, folder: Path) -> None:
    """A file for each table."""

    def table_file(name: str, place: Path) -> None:
        with place.open("w", encoding="utf-8", newline="") as file:
            _write(file, [column.name for column in TABLES[name].columns], view.rows(name))

    package.write(view, folder, "csv", table_file)


def read(folder: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table that is in a folder."""
    csv.field_size_limit(sys.maxsize)
    for name in TABLES:
        place = folder / f"{name}.csv"
        if place.is_file():
            with place.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, strict=True)
                head = next(lines, [])
                yield name, head, [tuple(map(_text, line)) for line in lines]


def as_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table under its head, for the eye: what acts or is not seen is spelled out."""
    file = io.StringIO()
    _write(file, [printable(name) for name in names], ([_shown(c) for c in row] for row in rows))
    return file.getvalue()


def _shown(cell: Any) -> Any:
    if isinstance(cell, str):
        return printable(cell)
    return (
        printable(json.dumps(cell, ensure_ascii=False)) if isinstance(cell, dict | list) else cell
    )


def _write(file: TextIO, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    lines = csv.writer(file, lineterminator="\n")
    lines.writerow([_cell(name) for name in names])
    lines.writerows([_cell(cell) for cell in row] for row in rows)


def _cell(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _RUN.match(cell) else cell


def _text(cell: str) -> str | None:
    return (cell[1:] if cell[:1] == "'" and _RUN.match(cell) else cell) or None
