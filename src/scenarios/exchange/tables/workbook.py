"""XLSX: one sheet of a workbook, unpacked within bounds before anything else reads it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import partial
from html import unescape
from typing import BinaryIO

from scenarios.errors import ScenError, extra_needed
from scenarios.exchange.tables.table import MOST_COLUMNS, MOST_ROWS, Table, refused, table
from scenarios.text import did_you_mean, shown

MOST_PACKED, MOST_UNPACKED, MOST_PARTS = 16 << 20, 64 << 20, 2000
_MOST_CELLS = 2_000_000
"""The cells of the rectangle that holds all of a sheet's: a reader makes room for each."""
_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]*?\br="([0-9]{1,9})"')
_NOT_WORKED_OUT = re.compile(
    rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^<>]*>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SHOWN = re.compile(
    rb'<((?:\w+:)?)c\b((?:\s+r="\w+"|\s+s="(\d+)"|\s+t="n")*)\s*>'
    rb"((?:\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>))?)\s*<(?:\w+:)?v>([^<]+)</"
)
"""A cell with a number, and the style in which it is shown."""
_FORMAT = re.compile(r'<(?:\w+:)?numFmt\b(?=[^>]*\bnumFmtId="(\d+)")[^>]*\bformatCode="([^"]*)"')
_STYLE = re.compile(r'<(?:\w+:)?xf\b(?:[^>]*\bnumFmtId="(\d+)")?')
_LITERAL = re.compile(r'"[^"]*"|\\.')
_LONG = re.compile(rb"<[^<]{1000000}")
_PLACELESS = re.compile(rb'<(?:\w+:)?(?:c|row)(?:\s(?![^<>]*\br=")[^<>]*)?/?>')
_ANY_CELL, _ANY_ROW = re.compile(rb"<(?:\w+:)?c[\s/>]"), re.compile(rb"<(?:\w+:)?row[\s/>]")
_WANTED = re.compile(r"xl/.*\.(?:xml|rels)|\[Content_Types\]\.xml|_rels/\.rels", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


def read(stream: BinaryIO, file: str, sheet: str | None = None, *, ragged: bool = False) -> Table:
    """The first sheet, or the one of that name; a formula gives the value that was saved with it.

    What the reader gets is what was unpacked here, stored plain: so no other reading of the file
    can unpack to more.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra_needed("reading XLSX", "exchange") from None
    try:
        plain = _plain(stream, file)
        book = CalamineWorkbook.from_filelike(plain)
        names = [one.name for one in book.sheets_metadata if one.name in book.sheet_names]
        name = _chosen(names, sheet, file)
        chosen = book.get_sheet_by_name(name)
    except CalamineError as error:
        raise refused(file, 0, f"not a workbook that can be read: {error}") from None
    others = [shown(other) for other in names if other != name]
    remarks = (f"read sheet {shown(name)}; --sheet reads {', '.join(others)}",) if others else ()
    rows = iter(enumerate(chosen.iter_rows(), start=1))
    return table(file, rows, remarks if sheet is None else (), ragged=ragged)


def _chosen(names: Sequence[str], sheet: str | None, file: str) -> str:
    if sheet is None and names:
        return names[0]
    if sheet in names:
        return str(sheet)
    hint = did_you_mean(sheet or "", names) or f"it has {', '.join(map(shown, names)) or 'none'}"
    raise refused(file, 0, f"no sheet {shown(sheet)}; {hint}")


def _plain(stream: BinaryIO, file: str) -> io.BytesIO:
    """The parts of the workbook that hold its texts and cells, without compression."""
    packed = stream.read(MOST_PACKED + 1)
    if len(packed) > MOST_PACKED:
        raise refused(file, 0, f"more than {MOST_PACKED >> 20} MiB: save it as CSV")
    plain = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(plain, "w") as target:
            parts = [it for it in source.infolist() if _WANTED.fullmatch(it.filename)]
            if len(parts) > MOST_PARTS:
                raise refused(file, 0, f"{len(parts):,} parts; at most {MOST_PARTS:,} are read")
            if len({it.filename for it in parts}) < len(parts):
                raise refused(file, 0, "a part of the workbook stands in it twice")
            left, percent = MOST_UNPACKED, set[bytes]()
            for part in sorted(parts, key=lambda it: "styles" not in it.filename.lower()):
                data = _unpacked(source, part, left, file)
                left -= len(data)
                _look(part.filename, data, file)
                if "styles" in part.filename.lower():
                    percent |= _percent(data.decode(errors="replace"))
                elif percent and part.filename.lower().startswith("xl/worksheets/"):
                    data = _SHOWN.sub(partial(_as_shown, percent), data)
                target.writestr(part.filename, data)
    except ScenError:
        raise
    except _BROKEN as error:
        raise refused(file, 0, f"not a workbook that can be read: {error}") from None
    plain.seek(0)
    return plain


def _percent(styles: str) -> set[bytes]:
    """The styles of cells that show 0.6 as 60 %, by their numbers."""
    own = {id: _LITERAL.sub("", unescape(code)) for id, code in _FORMAT.findall(styles)}
    ids = {"9", "10", *(id for id, code in own.items() if "%" in code)}
    cells = styles.partition("cellXfs")[2].partition("cellXfs>")[0]
    return {b"%d" % n for n, id in enumerate(_STYLE.findall(cells)) if id in ids}


def _as_shown(percent: set[bytes], found: re.Match[bytes]) -> bytes:
    """A number that is shown in percent as the text that CSV would have."""
    prefix, attributes, style, formula, number = found.groups()
    if style not in percent:
        return found[0]
    told = b"%s%%" % f"{100 * float(number):.12g}".encode()
    attributes = attributes.replace(b't="n"', b"") + b' t="str"'
    return b"<%sc%s>%s<%sv>%s</" % (prefix, attributes, formula, prefix, told)


def _unpacked(source: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, file: str) -> bytes:
    with source.open(part) as opened:
        data = opened.read(left + 1)
    if len(data) > left:
        raise refused(file, 0, f"it unpacks to more than {MOST_UNPACKED >> 20} MiB: save it as CSV")
    return data


def _look(name: str, data: bytes, file: str) -> None:
    """What a part may not hold: entities, a sheet that is too wide or long, empty formulas."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise refused(file, 0, f"{shown(name)} declares entities, which no workbook needs")
    if _LONG.search(data):
        raise refused(file, 0, f"{shown(name)} holds a text of over 1,000,000 characters")
    if not name.lower().startswith("xl/worksheets/"):
        return
    columns, rows = _extent(data)
    if columns > MOST_COLUMNS:
        raise refused(file, 0, f"{columns:,} columns; at most {MOST_COLUMNS:,} are read")
    if rows > MOST_ROWS or rows * columns > _MOST_CELLS:
        raise refused(file, 0, f"a sheet of {columns:,} by {rows:,} cells: save it as CSV")
    if b":f" in data or b"<f" in data:
        empty = [found[1].decode() for found in _NOT_WORKED_OUT.finditer(data)]
        if empty:
            more = f" and {len(empty) - 1:,} more" if len(empty) > 1 else ""
            words = "a formula whose value was not saved: open it in a spreadsheet and save it"
            raise refused(file, 0, f"cell {empty[0]}{more} has {words}, or give CSV")


def _extent(data: bytes) -> tuple[int, int]:
    """The rightmost column and the last row; a cell that does not say where it is has the next."""
    columns = rows = 0
    for found in _CELL.finditer(data):
        number = 0
        for letter in found[1]:
            number = 26 * number + letter - 64
        columns, rows = max(columns, number), max(rows, int(found[2]))
    rows = max([rows, *(int(found[1]) for found in _ROW.finditer(data))])
    if _PLACELESS.search(data):
        every = [len(_ANY_CELL.findall(row)) for row in _ANY_ROW.split(data)]
        columns, rows = max(columns, *every), max(rows, len(every))
    return columns, rows
