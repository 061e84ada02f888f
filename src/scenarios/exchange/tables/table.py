"""A table: named columns, and rows that know their place."""

import codecs
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from scenarios.errors import ScenError, UsageError
from scenarios.text import shown

MOST_COLUMNS = 1000
MOST_ROWS = 1 << 20
"""The rows of a spreadsheet's sheet."""


class TableRow(NamedTuple):
    """A row by its number, 1 the first of the file; `fault` is a fault of its shape.

    A cell is text, or a number, a day or a list of a spreadsheet or of JSON; no cell is empty.
    """

    number: int
    cells: Mapping[str, Any]
    fault: str | None = None


class RowTable(NamedTuple):
    """The columns, in order, and the rows, read on demand."""

    file: str
    columns: tuple[str, ...]
    rows: Iterable[TableRow]
    remarks: tuple[str, ...] = ()


def refused(file: str, row: int, message: str) -> ScenError:
    """An error for a file that cannot be read further; row 0 is the whole file."""
    return ScenError(f"{file}{f':{row}' if row else ''}: {message}; nothing was written")


def table(
    file: str,
    rows: Iterator[tuple[int, Sequence[Any]]],
    remarks: tuple[str, ...] = (),
    *,
    ragged: bool = False,
) -> RowTable:
    """A table of rows of which the first that is not empty names the columns.

    In a `ragged` one cells may lack at the end of a row.
    """
    head = next(((n, cells) for n, cells in rows if any(map(_holds, cells))), None)
    if head is None:
        raise refused(file, 0, "there is nothing in it")
    names = _named(file, *head)
    columns = tuple(name for name in names if name)
    return RowTable(file, columns, _rows(file, names, rows, ragged=ragged), remarks)


def _rows(
    file: str, names: Sequence[str], rows: Iterator[tuple[int, Sequence[Any]]], *, ragged: bool
) -> Iterator[TableRow]:
    width, row_count = len(names), 0
    for number, cells in rows:
        full = {index: value for index, value in enumerate(cells) if _holds(value)}
        if not full:
            continue
        row_count += 1
        if row_count > MOST_ROWS:
            raise refused(file, number, f"more than {MOST_ROWS:,} rows: split the file")
        yield TableRow(
            number,
            {
                names[index]: value
                for index, value in full.items()
                if index < width and names[index]
            },
            _misshapen(names, len(cells), full, ragged=ragged),
        )


def _misshapen(
    names: Sequence[str], wide: int, full: Mapping[int, Any], *, ragged: bool
) -> str | None:
    """The fault of a row's shape: cells without a column, or too few cells."""
    nameless = [index for index in full if index >= len(names) or not names[index]]
    if nameless:
        return f"{shown(str(full[nameless[0]]))} stands in column {nameless[0] + 1}, without a name"
    if wide < len(names) and not ragged:
        return f"{wide} cells, and the head has {len(names)} columns"
    return None


def _named(file: str, row: int, cells: Sequence[Any]) -> list[str]:
    if len(cells) > MOST_COLUMNS and _holds(cells[-1]):
        raise refused(file, row, f"{len(cells):,} columns; at most {MOST_COLUMNS:,} are read")
    names = [" ".join(str(cell or "").split()) for cell in cells[:MOST_COLUMNS]]
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            first = names.index(name)
            places = f"{first + 1} and {names.index(name, first + 1) + 1}"
            raise refused(file, row, f"columns {places} are both called {shown(name)}: rename one")
    while names and not names[-1]:
        names.pop()
    return names


def _holds(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


LONGEST_LINE = 1 << 20
MOST_BYTES = 512 << 20
_CHUNK = 1 << 16
_NO_TABLE = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def lines(stream: BinaryIO, file: str, encoding: str | None = None) -> Iterator[str]:
    """Each line with a line feed for its ending; the last one may lack it."""
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    rest, number = "", 0
    for text in texts(stream, file, encoding):
        *whole, rest = (rest + ends.decode(text)).split("\n")
        for line in whole:
            number += 1
            if len(line) > LONGEST_LINE:
                raise _too_long(file, number)
            yield f"{line}\n"
        if len(rest) > LONGEST_LINE:
            raise _too_long(file, number + 1)
    if rest := rest + ends.decode("", final=True):
        yield rest


def texts(stream: BinaryIO, file: str, encoding: str | None) -> Iterator[str]:
    """The text of each chunk of bytes; ScenError names a byte that is not text."""
    name = encoding or "utf-8"
    decoder, offset = decoding(name), 0
    while True:
        chunk, pending = stream.read(_CHUNK), len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            position = offset - pending + error.start
            raise refused(file, 0, _stray(error.object, error.start, position, name)) from None
        if "\0" in text:
            position = offset - pending + len(text[: text.index("\0")].encode(name))
            raise refused(
                file, 0, f"byte {position:,} is NUL: this is not text (or --encoding utf-16)"
            )
        yield text.removeprefix("\ufeff") if offset == 0 else text
        if not chunk:
            return
        offset += len(chunk)
        if offset > MOST_BYTES:
            raise refused(file, 0, f"more than {MOST_BYTES >> 20} MiB: split the file")


def decoding(name: str) -> codecs.IncrementalDecoder:
    """The decoder of an encoding; UsageError if there is none."""
    try:
        "a".encode(name)  # not the codecs of bytes: zip, hex, rot13
        if codecs.lookup(name).name not in _NO_TABLE:
            return codecs.getincrementaldecoder(name)("strict")
    except (LookupError, TypeError, ValueError):
        pass
    words = "is no encoding of text: utf-8, utf-16, windows-1252, …"
    raise UsageError(f"--encoding '{name}' {words}")


def _stray(data: bytes, start: int, offset: int, encoding: str) -> str:
    problem = f"byte {offset:,} is 0x{data[start]:02x}, which is not {encoding.upper()}"
    if data[:2] in _UTF_16 and offset == 0:
        return f"{problem} but the mark of UTF-16: --encoding utf-16"
    if encoding == "utf-8":
        return f"{problem}: --encoding windows-1252, or whichever it is in"
    return problem


def _too_long(file: str, number: int) -> ScenError:
    words = f"line {number:,} is longer than {LONGEST_LINE >> 20} MiB"
    return refused(file, 0, f"{words}: this is not a table, or a quote in it is never closed")
