"""CSV, with commas, semicolons or tabs between the cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

from scenarios.exchange.tables.lines import lines
from scenarios.exchange.tables.table import Table, refused, table

_DELIMITERS = ",;\t|"
_LONGEST_CELL = csv.field_size_limit()


def read(
    stream: BinaryIO,
    file: str,
    encoding: str | None = None,
    *,
    delimiter: str | None = None,
    ragged: bool = False,
) -> Table:
    """The delimiter is the one that stands most often in the head, unless it is given."""
    text = lines(stream, file, encoding)
    head = next(text, "")
    start = 1
    if head.startswith("sep=") and len(head.strip()) == len("sep=;"):  # Excel's own
        delimiter, head, start = head[4], next(text, ""), 2
    elif delimiter is None:
        delimiter = max(_DELIMITERS, key=_outside_quotes(head).count)
    rows = _rows(chain((head,), text), file, delimiter, start)
    return table(file, rows, ragged=ragged)


def _rows(
    text: Iterator[str], file: str, delimiter: str, start: int
) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with its number: a cell of several lines is in one row."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = start
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise refused(file, number, _told(str(error), delimiter)) from None
        if cells is None:
            return
        yield number, cells
        number += 1


def _told(error: str, delimiter: str) -> str:
    if "field larger" in error or "unexpected end" in error:
        return (
            "a quote is opened in this row and never closed,"
            f" or a cell is longer than {_LONGEST_CELL:,} characters"
        )
    if "expected after" in error:
        after = "tab" if delimiter == "\t" else f"'{delimiter}'"
        return f'there is text behind a closing quote; {after} was expected (a quote inside is "")'
    return error


def _outside_quotes(head: str) -> str:
    return "".join(head.split('"')[::2])
