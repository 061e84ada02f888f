"""One file of every table: a JSON document, JSON Lines with a row a line, or a workbook (XLSX).

A workbook has one sheet a table: numbers, days and booleans are the spreadsheet's own. A text is
never a formula or a link, and ends with a note where it is too long for a cell. Whole numbers of
over 15 digits and days before 1900, which a spreadsheet does not have, are texts.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from html import escape
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import msgspec

from scenarios.errors import ScenError, extra_needed
from scenarios.exchange.targets.table import Codec, TableRows, begins_with
from scenarios.exchange.view.table import Row, ViewTable, plain
from scenarios.exchange.view.tables import TABLES
from scenarios.exchange.view.view import View

_BEGIN = b'{\n"schema": "tables",'


class TablesDocument(msgspec.Struct):
    tables: dict[str, list[dict[str, Any]]]


def _write_document(view: View, path: Path) -> None:
    """Write the keys of `meta`, then the tables under `tables`, by name."""
    encode = msgspec.json.encode
    with path.open("wb") as file:
        file.write(_BEGIN)
        for key, value in msgspec.to_builtins(view.context.metadata).items():
            file.write(b"\n%s: %s," % (encode(key), encode(value)))
        file.write(b'\n"tables": {')
        for number, (name, table) in enumerate(view.tables.items()):
            file.write(b"%s\n%s: [" % (b"," if number else b"", encode(name)))
            for n, row in enumerate(view.rows(name)):
                file.write(b"%s\n  %s" % (b"," if n else b"", encode(_object(table, row))))
            file.write(b"\n]" if view.rows(name) else b"]")
        file.write(b"\n}\n}\n")


def _begins_with_stamp(head: bytes, named: bytes, path: Path, tracker: str | None = None) -> bool:
    whose = b"" if tracker is None else named % msgspec.json.encode(tracker)
    return begins_with(path, head + whose)


def _read_document(path: Path) -> Iterator[TableRows]:
    return _tables(msgspec.json.decode(path.read_bytes(), type=TablesDocument).tables)


def _write_lines(view: View, path: Path) -> None:
    """Write `meta`, then every other table, each row with the name of its table."""
    with path.open("wb") as file:
        for name in ("meta", *(name for name in view.tables if name != "meta")):
            lead = {"table": name} | ({"schema": "tables"} if name == "meta" else {})
            for row in view.rows(name):
                file.write(msgspec.json.encode(lead | _object(view.tables[name], row)) + b"\n")


def _read_lines(path: Path) -> Iterator[TableRows]:
    tables: dict[str, list[dict[str, Any]]] = {}
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
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


_is_document = partial(_begins_with_stamp, _BEGIN, b'\n"tracker": %s,')
_are_lines = partial(_begins_with_stamp, b'{"table":"meta","schema":"tables",', b'"tracker":%s,')
DOCUMENT = Codec(_write_document, _is_document, _read_document)
LINES = Codec(_write_lines, _are_lines, _read_lines)

Sheet = tuple[str, Sequence[str], Sequence[tuple[Any, ...]]]
"""The name of a sheet, its columns, and its rows."""
_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_048_576, 16_384, 32_767
"""The size of a sheet with its head, and of a cell in UTF-16 units."""
_EXACT, _FIRST_YEAR, _WIDEST, _MEASURED = 10**15, 1900, 60, 200
"""Limits of numbers and days; characters of a column, and the rows by which it is measured."""
_MADE_BY = "made by scen export"
_CREATED = datetime(1980, 1, 1)  # noqa: DTZ001 - as the parts of the archive
_MARKS = (f">{_MADE_BY}</dc:description>", "1980-01-01T00:00:00Z</dcterms:modified>")


def write_workbook(path: Path, sheets: Sequence[Sheet], **properties: str) -> None:
    """Write a new workbook row by row; the same sheets and properties give the same bytes.

    Its parts lie beside `path` until it is whole. ScenError where a table exceeds a sheet.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra_needed("writing XLSX", "exchange") from None
    for name, columns, rows in sheets:
        if len(rows) >= _MOST_ROWS or len(columns) > _MOST_COLUMNS:
            most = f"{_MOST_ROWS - 1:,} rows and {_MOST_COLUMNS:,} columns: write Parquet"
            raise ScenError(f"{name}: {len(rows):,} by {len(columns):,}; a sheet holds {most}")
    options = {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True}
    book = Workbook(str(path), options)
    book.set_properties({n: _fitting(properties[n]) for n in properties} | {"created": _CREATED})
    bold = book.add_format({"bold": True})
    days = {date: book.add_format({"num_format": "yyyy-mm-dd"})}
    days[datetime] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for name, columns, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, None, bold)
        for n, cells in enumerate(zip(columns, *islice(rows, _MEASURED), strict=True)):
            sheet.set_column(n, n, 2 + min(max(len(str(cell)) for cell in cells), _WIDEST))
        for number, row in enumerate(chain((columns,), rows)):
            for n, cell in enumerate(row):
                _put(sheet, number, n, cell, days)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError


def _put(sheet: Any, row: int, column: int, cell: Any, days: Mapping[Any, Any]) -> None:
    is_whole = isinstance(cell, int) and abs(cell) < _EXACT
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif is_whole or (isinstance(cell, float | Decimal) and isfinite(cell)):
        sheet.write_number(row, column, float(cell))
    elif type(cell) in days and cell.year >= _FIRST_YEAR and not getattr(cell, "tzinfo", None):
        sheet.write_datetime(row, column, cell, days[type(cell)])
    elif cell is not None:
        value = plain(cell)
        text = _fitting(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        if text.startswith("<r>") and text.endswith("</r>"):  # else taken for XML as it stands
            sheet.write_rich_string(row, column, "<", "r", text[2:])
        else:
            sheet.write_string(row, column, text)


def _fitting(text: str) -> str:
    """The text, cut to the length of a cell; what UTF-8 does not have is spelled out."""
    text = text.encode(errors="backslashreplace").decode()
    units = text.encode("utf-16-le") if 2 * len(text) > _LONGEST else b""
    if len(units) <= 2 * _LONGEST:
        return text
    note = f"… [cut: {len(text):,} characters]"
    return units[: 2 * (_LONGEST - len(note))].decode("utf-16-le", "ignore") + note


def _write_tables(view: View, path: Path) -> None:
    sheets = [
        (n, [c.name for c in table.columns], view.rows(n)) for n, table in view.tables.items()
    ]
    title, tracker = view.context.records.tracker.title, view.context.metadata.tracker
    write_workbook(path, sheets, title=title, subject=tracker, comments=_MADE_BY)


def _is_unsaved(path: Path, tracker: str | None = None) -> bool:
    """True if no program has saved the workbook since it was exported."""
    try:
        with ZipFile(path) as archive, archive.open("docProps/core.xml") as mark:
            core = mark.read(4 << 20).decode().replace("_x005F_", "_")
    except (BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError):
        return False
    whose = "" if tracker is None else f">{escape(_fitting(tracker), quote=False)}</dc:subject>"
    return all(mark in core for mark in (*_MARKS, whose))


WORKBOOK = Codec(_write_tables, _is_unsaved)
