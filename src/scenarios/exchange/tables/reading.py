"""A table of a file, by the form that its name or its content says."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import unescape
from itertools import chain
from typing import Any, BinaryIO, Literal

from scenarios.errors import ScenError, extra_needed
from scenarios.exchange.tables.table import (
    MOST_COLUMNS,
    RowTable,
    TableRow,
    lines,
    refused,
    table,
    texts,
)
from scenarios.storage.child import ChildEnded, Limits, call
from scenarios.text import did_you_mean, shown

_DELIMITERS = ",;\t|"
_LONGEST_CELL = csv.field_size_limit()


def _read_delimited(
    stream: BinaryIO, file: str, encoding: str | None, delimiter: str | None, *, ragged: bool
) -> RowTable:
    """A table whose delimiter is given, or the most frequent one of the head."""
    text = lines(stream, file, encoding)
    head = next(text, "")
    start = 1
    if head.startswith("sep=") and len(head.strip()) == len("sep=;"):  # Excel's own
        delimiter, head, start = head[4], next(text, ""), 2
    elif delimiter is None:
        delimiter = max(_DELIMITERS, key="".join(head.split('"')[::2]).count)
    return table(file, _rows(chain((head,), text), file, delimiter, start), ragged=ragged)


def _rows(
    text: Iterator[str], file: str, delimiter: str, start: int
) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with its number; a cell may have several lines."""
    number = start - 1
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start):
            yield number, cells
    except csv.Error as error:
        raise refused(file, number + 1, _explained(str(error), delimiter)) from None


def _explained(error: str, delimiter: str) -> str:
    if "field larger" in error or "unexpected end" in error:
        return (
            "a quote is opened in this row and never closed,"
            f" or a cell is longer than {_LONGEST_CELL:,} characters"
        )
    if "expected after" in error:
        after = "tab" if delimiter == "\t" else f"'{delimiter}'"
        return f'there is text behind a closing quote; {after} was expected (a quote inside is "")'
    return error


# Both forms of a workbook are in memory together
# (test_what_would_fill_the_memory_is_refused_within_300_mb).
MOST_PACKED, MOST_UNPACKED, MOST_PARTS = 16 << 20, 64 << 20, 2000
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
_WANTED = re.compile(
    r"xl/.*\.(?:xml|rels)|\[Content_Types\]\.xml|_rels/\.rels|mimetype|content\.xml|META-INF/.*xml",
    re.IGNORECASE,
)
_REPEATED = re.compile(rb'table:number-(columns|rows)-repeated="(\d{1,9})"')
_MOST_REPEATED = {b"columns": MOST_COLUMNS, b"rows": 100_000}
"""Cells and rows of OpenDocument that repeat more often fill a sheet up to its end."""
_PERCENTAGE = re.compile(rb'"percentage"([^<>]*) office:value="([^"]+)"')
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError)


_MOST_CELLS = 2_000_000
"""Cells of the rectangle around a sheet, most of which may be empty."""
LIMITS = Limits(seconds=60, memory_mib=1024)
"""Of a workbook, with as many cells."""


def _read_workbook(stream: BinaryIO, file: str, sheet: str | None, *, ragged: bool) -> RowTable:
    """The first sheet, or the one of that name, read in a child."""
    packed = stream.read(MOST_PACKED + 1)
    try:
        rows, remarks = call(LIMITS, f"{file}: it", f"{__name__}:sheet_rows", packed, file, sheet)
    except ChildEnded as error:
        raise ScenError(f"{error}; save it as CSV; nothing was written") from None
    return table(file, iter(enumerate(rows, start=1)), remarks, ragged=ragged)


def sheet_rows(
    packed: bytes, file: str, sheet: str | None
) -> tuple[list[list[Any]], tuple[str, ...]]:
    """The rows of a sheet, and what to say of the others; a formula gives the value saved with it.

    The reader gets what was unpacked here, stored uncompressed, so that it cannot unpack more.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra_needed("reading XLSX and ODS", "exchange") from None
    try:
        book = CalamineWorkbook.from_filelike(_plain(packed, file))
        names = [s.name for s in book.sheets_metadata if s.name in book.sheet_names]
        name = _chosen(names, sheet, file)
        chosen = book.get_sheet_by_name(name)
        height, width = (n + 1 for n in chosen.end or (0, 0))
        if width * height > _MOST_CELLS:
            words = f"a sheet of {width:,} by {height:,} cells: save it as CSV"
            raise refused(file, 0, words)
        rows = [*chosen.iter_rows()]
    except CalamineError as error:
        raise refused(file, 0, f"not a workbook that can be read: {error}") from None
    others = [shown(other) for other in names if other != name]
    remarks = (f"read sheet {shown(name)}; --sheet reads {', '.join(others)}",) if others else ()
    return rows, remarks if sheet is None else ()


def _chosen(names: Sequence[str], sheet: str | None, file: str) -> str:
    if sheet is None and names:
        return names[0]
    if sheet in names:
        return str(sheet)
    hint = did_you_mean(sheet or "", names) or f"it has {', '.join(map(shown, names)) or 'none'}"
    raise refused(file, 0, f"no sheet {shown(sheet)}; {hint}")


def _plain(packed: bytes, file: str) -> io.BytesIO:
    """The parts with texts and cells, without compression."""
    if len(packed) > MOST_PACKED:
        raise refused(file, 0, f"more than {MOST_PACKED >> 20} MiB: save it as CSV")
    plain = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(plain, "w") as target:
            parts = [member for member in source.infolist() if _WANTED.fullmatch(member.filename)]
            if len(parts) > MOST_PARTS:
                raise refused(file, 0, f"{len(parts):,} parts; at most {MOST_PARTS:,} are read")
            if len({member.filename for member in parts}) < len(parts):
                raise refused(file, 0, "a part of the workbook stands in it twice")
            left, percent = MOST_UNPACKED, set[bytes]()
            # Styles first: without them 60 % in a cell would be 0.6, where CSV has 60%
            # (test_a_number_that_is_shown_in_percent_is_the_text_that_csv_has).
            for member in sorted(parts, key=lambda member: "styles" not in member.filename.lower()):
                data = _unpacked(source, member, left, file)
                left -= len(data)
                _look(member.filename, data, file)
                if member.filename == "content.xml":
                    data = _of_opendocument(data, file)
                elif "styles" in member.filename.lower():
                    percent |= _percent(data.decode(errors="replace"))
                elif percent and member.filename.lower().startswith("xl/worksheets/"):
                    data = _SHOWN.sub(partial(_as_shown, percent), data)
                target.writestr(member.filename, data)
    except ScenError:
        raise
    except BROKEN as error:
        raise refused(file, 0, f"not a workbook that can be read: {error}") from None
    plain.seek(0)
    return plain


def _percent(styles: str) -> set[bytes]:
    """The numbers of the styles that show 0.6 as 60 %."""
    own = {id: _LITERAL.sub("", unescape(code)) for id, code in _FORMAT.findall(styles)}
    ids = {"9", "10", *(id for id, code in own.items() if "%" in code)}
    cells = styles.partition("cellXfs")[2].partition("cellXfs>")[0]
    return {b"%d" % n for n, id in enumerate(_STYLE.findall(cells)) if id in ids}


def _as_shown(percent: set[bytes], cell: re.Match[bytes]) -> bytes:
    """A cell in percent as the text that CSV would have; any other as it is."""
    prefix, attributes, style, formula, number = cell.groups()
    if style not in percent:
        return cell[0]
    text = b"%s%%" % f"{100 * float(number):.12g}".encode()
    attributes = attributes.replace(b't="n"', b"") + b' t="str"'
    return b"<%sc%s>%s<%sv>%s</" % (prefix, attributes, formula, prefix, text)


def _of_opendocument(data: bytes, file: str) -> bytes:
    """The sheets with their padding once, and a cell in percent as the text that CSV would have."""
    # calamine also reads a number that is spelled `&#57;99999999`, or has more digits, and would
    # fill memory with its cells (test_a_spreadsheet_that_would_fill_memory_is_refused).
    if data.count(b"s-repeated") > len(_REPEATED.findall(data)):
        raise ValueError("a cell or a row of it repeats, and its number cannot be read")
    data = _REPEATED.sub(lambda at: at[0] if int(at[2]) <= _MOST_REPEATED[at[1]] else b"", data)
    cells = 0
    for row in data.split(b"<table:table-row"):
        times = {b"rows": 1, b"columns": row.count(b"table-cell")}
        for of, number in _REPEATED.findall(row):
            times[of] += int(number)
        cells += times[b"rows"] * times[b"columns"]
    if cells > _MOST_CELLS:
        raise refused(file, 0, f"a spreadsheet of about {cells:,} cells: save it as CSV")
    text = b'"string"%s office:string-value="%s%%"'
    return _PERCENTAGE.sub(
        lambda cell: text % (cell[1], f"{100 * float(cell[2]):.12g}".encode()), data
    )


def _unpacked(source: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, file: str) -> bytes:
    with source.open(member) as opened:
        data = opened.read(left + 1)
    if len(data) > left:
        raise refused(file, 0, f"it unpacks to more than {MOST_UNPACKED >> 20} MiB: save it as CSV")
    return data


def _look(name: str, data: bytes, file: str) -> None:
    """Refuse entities, and formulas without a value."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise refused(file, 0, f"{shown(name)} declares entities, which no workbook needs")
    has_formulas = name.lower().startswith("xl/worksheets/") and (b":f" in data or b"<f" in data)
    if has_formulas and (empty := [cell[1].decode() for cell in _NOT_WORKED_OUT.finditer(data)]):
        more = f" and {len(empty) - 1:,} more" if len(empty) > 1 else ""
        words = "a formula whose value was not saved: open it in a spreadsheet and save it"
        raise refused(file, 0, f"cell {empty[0]}{more} has {words}, or give CSV")


MOST_JSON_BYTES = 64 << 20
_MOST_OPENED, _MOST_VALUES = 600_000, 4_000_000
"""Objects and lists, and values, read at once: they take more memory than their text."""
# An object of three million keys, which opens a single brace, took a gigabyte (f509f974).
_MOST_EACH, _MOST_OF_ONE = 1_000, 200_000
"""Values of an object or list on average, and of one that is alone in its file."""


def value(stream: BinaryIO, file: str, encoding: str | None = None) -> Any:
    """The value of a JSON file; ScenError if it is too large, too deep, or has a key twice."""
    text, size = [], 0
    for chunk in texts(stream, file, encoding):
        size += len(chunk)
        if size > MOST_JSON_BYTES:
            words = f"more than {MOST_JSON_BYTES >> 20} MiB of JSON: give it as JSON Lines"
            raise refused(file, 0, words)
        text.append(chunk)
    return parsed("".join(text), file, 0)


def parsed(text: str, file: str, row: int) -> Any:
    """The value of a text of JSON, which stands in a row (0: the whole file)."""
    # Counted in the text: once parsed, too many values have taken the memory already
    # (test_what_would_fill_the_memory_is_refused_within_300_mb).
    opened = text.count("{") + text.count("[")
    if opened > _MOST_OPENED or text.count(",") > min(
        _MOST_VALUES, _MOST_OF_ONE + _MOST_EACH * opened
    ):
        raise refused(file, row, "too many values of JSON at once: give it as JSON Lines")
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        line = row or error.lineno
        raise refused(file, line, f"not JSON at column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise refused(file, row, "nested too deeply to be read") from None
    except ValueError as error:
        raise refused(file, row, str(error)) from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has {shown(twice)} twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _objects(value: Any, file: str) -> Iterable[Any]:
    """The objects of a list, or of the only list of objects in an object; else the object."""
    if isinstance(value, Mapping):
        lists = {name: items for name, items in value.items() if _is_table(items)}
        if len(lists) > 1:
            names = ", ".join(map(shown, lists))
            raise refused(file, 0, f"which of its arrays is meant: {names}? Give that one alone")
        is_row = any(not isinstance(inner, list) for inner in value.values())
        value = next(iter(lists.values()), [value] if is_row else value)
    if not isinstance(value, list):
        raise refused(file, 0, "neither an array of objects nor an object that holds one")
    return value


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _table(file: str, objects: Iterable[tuple[int, Any]]) -> RowTable:
    """A row for each numbered object; the columns are all keys, `a.b` for a nested one."""
    columns: dict[str, None] = {}
    rows = []
    for number, item in objects:
        if not isinstance(item, Mapping):
            rows.append(TableRow(number, {}, f"{shown(item)} where an object was expected"))
            continue
        cells = dict(_flat(item))
        columns |= dict.fromkeys(cells)
        if len(columns) > MOST_COLUMNS:
            raise refused(file, number, f"more than {MOST_COLUMNS:,} keys in all")
        rows.append(TableRow(number, {n: v for n, v in cells.items() if v not in (None, "", [])}))
    if not columns and not any(row.fault for row in rows):
        raise refused(file, 0, "there is nothing in it")
    return RowTable(file, tuple(columns), rows)


def _flat(item: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


Form = Literal["csv", "tsv", "xlsx", "ods", "json", "jsonl"]
FORMS: tuple[Form, ...] = ("csv", "tsv", "xlsx", "ods", "json", "jsonl")
_ENDINGS: dict[str, Form] = {form: form for form in FORMS}
_ENDINGS |= {"txt": "csv", "tab": "tsv", "xlsm": "xlsx", "ndjson": "jsonl"}
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read(
    stream: BinaryIO,
    file: str,
    form: Form | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    ragged: bool = False,
) -> RowTable:
    """The table of a file in one of `FORMS`, which is guessed unless it is given."""
    held = peekable(stream)
    form = form or _form_of(file, held.peek(1 << 12))
    if form in ("xlsx", "ods"):
        return _read_workbook(held, file, sheet, ragged=ragged)
    if sheet is not None:
        raise refused(file, 0, f"--sheet is for workbooks, and this is {form.upper()}")
    if form == "json":
        return _table(file, enumerate(_objects(value(held, file, encoding), file), start=1))
    if form == "jsonl":
        numbered = enumerate(lines(held, file, encoding), start=1)
        return _table(file, ((n, parsed(text, file, n)) for n, text in numbered if text.strip()))
    delimiter = "\t" if form == "tsv" else None
    return _read_delimited(held, file, encoding, delimiter, ragged=ragged)


def peekable(stream: Any) -> io.BufferedReader[Any]:
    """The stream as one whose first bytes can be looked at before it is read."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)


def _form_of(file: str, start: bytes) -> Form:
    """The form of the first bytes, else of the ending, else CSV."""
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLD):
        raise refused(file, 0, "a workbook of the old kind (.xls): save it as .xlsx or CSV")
    by_name = _ENDINGS.get(file.rpartition(".")[2].lower())
    if by_name in ("xlsx", "ods"):
        words = f"its name says {by_name.upper()} and its content does not: --from-format names it"
        raise refused(file, 0, words)
    if by_name:
        return by_name
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        first, _, second = text.partition(b"\n")
        is_lines = first.rstrip().endswith(b"}") and second.lstrip().startswith(b"{")
        return "jsonl" if is_lines else "json"
    return "csv"
