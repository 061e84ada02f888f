"""A table of a file, by the form that its name or its content says."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Literal

from scenarios.exchange.tables import delimited, objects, workbook
from scenarios.exchange.tables.table import Table, refused

Form = Literal["csv", "tsv", "xlsx", "json", "jsonl"]
FORMS: tuple[Form, ...] = ("csv", "tsv", "xlsx", "json", "jsonl")
_ENDINGS: dict[str, Form] = {
    "csv": "csv",
    "txt": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
}
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read(
    stream: BinaryIO,
    file: str,
    form: Form | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    ragged: bool = False,
) -> Table:
    """The table of a file in one of `FORMS`, which is guessed where it is not given."""
    unheld: Any = stream
    held = unheld if isinstance(unheld, io.BufferedReader) else io.BufferedReader(unheld)
    form = form or form_of(file, held.peek(1 << 12))
    if form == "xlsx":
        return workbook.read(held, file, sheet, ragged=ragged)
    if sheet is not None:
        raise refused(file, 0, f"--sheet is for workbooks, and this is {form.upper()}")
    if form == "json":
        return objects.read(held, file, encoding)
    if form == "jsonl":
        return objects.read_lines(held, file, encoding)
    delimiter = "\t" if form == "tsv" else None
    return delimited.read(held, file, encoding, delimiter=delimiter, ragged=ragged)


def form_of(file: str, start: bytes) -> Form:
    """The form that the first bytes show, else that of the ending, else CSV."""
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLD):
        raise refused(file, 0, "a workbook of the old kind (.xls): save it as .xlsx or CSV")
    by_name = _ENDINGS.get(file.rpartition(".")[2].lower())
    if by_name == "xlsx":
        raise refused(
            file, 0, "its name says XLSX and its content does not: --from-format names it"
        )
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
