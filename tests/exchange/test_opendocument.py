"""A spreadsheet of OpenDocument is read like a workbook, and one that would fill memory is not."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.exchange.tables.reading import read
from tests.cli.commands import FILES, make, scen
from tests.exchange.foreign import DATA

SAVED = DATA / "libreoffice.ods"
"""As LibreOffice 25.2 saves it: its last row repeats 1,048,569 times, with 16,384 columns."""
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "manifest")
)


def cell(text: str, **attributes: str) -> str:
    """A cell with a text; `a_b` is the attribute `a:b`."""
    named = {"office_value-type": "string"} | attributes
    tags = "".join(f' {name.replace("_", ":")}="{value}"' for name, value in named.items())
    return f"<table:table-cell{tags}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, **attributes: str) -> str:
    tags = "".join(f' table:{name}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{tags}>{''.join(cells)}</table:table-row>"


def spreadsheet(*rows: str, **sheets: str) -> bytes:
    """A file with a sheet of rows, and others by name."""
    tables = "".join(
        f'<table:table table:name="{name}">{content}</table:table>'
        for name, content in {"One": "".join(rows), **sheets}.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {NAMES}/>")
        archive.writestr(
            "content.xml", f"<office:document-content {NAMES}>{body}</office:document-content>"
        )
    return held.getvalue()


def rows_of(data: bytes, **keys: Any) -> list[dict[str, Any]]:
    return [dict(row.cells) for row in read(io.BytesIO(data), "t", **keys).rows]


def typed(kind: str, **attributes: str) -> str:
    return cell("shown", **{"office_value-type": kind}, **attributes)


HEAD = row(cell("a"), cell("b"))
LONG = {"number-rows-repeated": "999999999"}
TALL = {"number-rows-repeated": "99999"}


def test_what_libreoffice_saved_is_read_with_its_days_and_its_percent() -> None:
    assert rows_of(SAVED.read_bytes()) == [
        {"date": date(2022, 3, 1), "scenario": "pact", "probability": "15%", "analyst": "ann"},
        {"date": date(2022, 3, 2), "scenario": "pact", "probability": "30%", "analyst": "ann"},
    ]


@pytest.mark.parametrize("words", [("t.ods",), ("t.bin",), ("t.csv", "--from-format", "ods")])
def test_it_is_imported_under_any_name(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", FILES)
    (tmp_path / words[0]).write_bytes(SAVED.read_bytes())
    result = scen("import", "forecasts", *words)
    assert (result.exit_code, result.stdout) == (0, "forecasts: 2 added\n")


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (cell("c <text:s/>d"), "c  d"),
        (cell("<office:annotation><text:p>who</text:p></office:annotation>x"), "x"),
        (typed("float", office_value="0.25"), 0.25),
        (typed("percentage", office_value="0.07"), "7%"),
        (typed("date", **{"office_date-value": "2022-03-02"}), date(2022, 3, 2)),
        (
            typed("date", **{"office_date-value": "2022-03-02T10:30:00"}),
            datetime.fromisoformat("2022-03-02T10:30:00"),
        ),
        (typed("time", **{"office_time-value": "PT10H30M00S"}), time(10, 30)),
        (typed("boolean", **{"office_boolean-value": "true"}), True),
    ],
)
def test_each_kind_of_value_is_that_of_a_workbook(given: str, value: object) -> None:
    assert rows_of(spreadsheet(row(cell("a")), row(given))) == [{"a": value}]


def test_another_sheet_is_read_by_its_name_and_named_where_none_was_asked_for() -> None:
    data = spreadsheet(HEAD, row(cell("1"), cell("2")), Two=row(cell("c")) + row(cell("3")))
    assert read(io.BytesIO(data), "t").remarks == ("read sheet 'One'; --sheet reads 'Two'",)
    assert rows_of(data, sheet="Two") == [{"c": "3"}]


def test_empty_cells_up_to_the_end_of_a_sheet_take_nothing() -> None:
    empty = row('<table:table-cell table:number-columns-repeated="16384"/>', **LONG)
    data = spreadsheet(HEAD, row(cell("1"), cell("2")), empty, Two=row(cell("c")) + empty)
    assert rows_of(data) == [{"a": "1", "b": "2"}]


def test_a_cell_that_repeats_beyond_the_columns_of_a_table_is_there_once() -> None:
    far = cell("2", **{"table_number-columns-repeated": "16384"})
    assert rows_of(spreadsheet(HEAD, row(cell("1"), far))) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [row(cell("1", **{"table_number-columns-repeated": "999"}), **TALL)],
            "a spreadsheet of about 100,",
        ),
        ([row(cell("1"), **TALL)] * 20, "a spreadsheet of about "),
        ([row("<table:table-cell/>", **TALL)] * 20 + [row(cell("1"))], "a spreadsheet of about "),
        (
            [row(cell("1"), **{"number-rows-repeated": "&#57;99999999"})],
            "a cell or a row of it repeats, and its number cannot be read",
        ),
        (
            [row(cell("1"), **{"number-rows-repeated": "9999999999"})],
            "a cell or a row of it repeats, and its number cannot be read",
        ),
    ],
)
def test_a_spreadsheet_that_would_fill_memory_is_refused(rows: list[str], message: str) -> None:
    with pytest.raises(ScenError) as refused:
        rows_of(spreadsheet(HEAD, *rows))
    assert message in str(refused.value)


def test_a_file_that_only_says_that_it_is_one_is_refused() -> None:
    with pytest.raises(ScenError, match=r"its name says ODS and its content does not"):
        read(io.BytesIO(b"a,b\n"), "t.ods")
