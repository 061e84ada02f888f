"""Tables as they come: of every form, and of none that could do harm."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.own.cells import DateParser
from scenarios.exchange.tables.reading import read
from scenarios.exchange.tables.table import decoding
from scenarios.workspace.importing.database import tables
from tests.cli.commands import FILES, make, scen, tree
from tests.exchange.foreign import arrived
from tests.exchange.workbooks import MAIN, workbook

HEAD = ("date", "scenario", "probability")
MIB = 1 << 20
WINDOWS = "date,scenario,probability,rationale\n2022-03-01,pact,0.2,caf\xe9\n".encode("cp1252")


def rows(data: bytes, name: str = "t", **keys: Any) -> list[dict[str, Any]]:
    return [dict(row.cells) for row in read(io.BytesIO(data), name, **keys).rows]


def said(data: bytes, name: str = "t.csv", **keys: Any) -> str:
    with pytest.raises(ScenError) as refused:
        rows(data, name, **keys)
    return str(refused.value).removesuffix("; nothing was written")


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,x\n2,y\n",
        b"\xef\xbb\xbfa,b\r\n1,x\r\n2,y",
        b"a;b\r1;x\r2;y\r",
        b"a\tb\n1\tx\r\n\r\n2\ty\r",
        b'sep=|\na|b\n"1"|x\n,\n2|y\n'.replace(b",", b"|"),
        "a,b\n1,x\n2,y\n".encode("utf-16"),
        b'[{"a": "1", "b": "x"}, {"a": "2", "b": "y", "c": null}]',
        b'{"page": 1, "items": [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]}',
        b'{"a": "1", "b": "x"}\n\n{"a": "2", "b": "y"}\n',
        workbook({"One": [("a", "b"), ("1", "x"), (), ("2", "y")]}),
    ],
)
def test_the_same_rows_are_read_of_every_form(data: bytes) -> None:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    assert rows(data, encoding=encoding) == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


def test_a_row_knows_its_number_also_behind_a_cell_of_several_lines() -> None:
    table = read(io.BytesIO(b'a,b\n"1\n1",x\n\n2,y\n'), "t.csv")
    assert [(row.number, row.cells["a"]) for row in table.rows] == [(2, "1\n1"), (4, "2")]


def test_a_line_that_names_the_delimiter_counts_as_a_row_of_the_file() -> None:
    assert [row.number for row in read(io.BytesIO(b"sep=;\na;b\n1;2\n"), "t.csv").rows] == [3]


def test_a_file_that_is_called_a_workbook_and_is_none_is_refused() -> None:
    words = "its name says XLSX and its content does not: --from-format names it"
    assert said(b"a,b\n1,2\n", "t.xlsx") == f"t.xlsx: {words}"


def test_a_workbook_says_what_is_a_day_a_number_and_what_a_formula_gave() -> None:
    worked = b"<c><f>1/4</f><v>0.25</v></c>"
    data = workbook({"One": [HEAD, (date(2022, 3, 1), "pact", 0.2), (None, "ties", worked)]})
    assert rows(data) == [
        {"date": date(2022, 3, 1), "scenario": "pact", "probability": 0.2},
        {"scenario": "ties", "probability": 0.25},
    ]


def test_a_row_of_a_workbook_has_the_number_that_its_spreadsheet_shows() -> None:
    data = workbook({"One": [(), (None, "a"), (), (None, "1"), (None, "2")]})
    table = read(io.BytesIO(data), "t")
    assert [(row.number, row.cells) for row in table.rows] == [(4, {"a": "1"}), (5, {"a": "2"})]


def test_the_first_sheet_is_read_and_another_by_its_name() -> None:
    data = workbook({"One": [("a",), ("1",)], "Two": [("a",), ("2",)]})
    assert read(io.BytesIO(data), "t").remarks == ("read sheet 'One'; --sheet reads 'Two'",)
    assert rows(data, sheet="Two") == [{"a": "2"}]
    assert said(data, sheet="Tow") == "t.csv: no sheet 'Tow'; did you mean 'Two'?"


def test_a_byte_that_is_no_text_is_named_with_its_place() -> None:
    what = "t.csv: byte 59 is 0xe9, which is not UTF-8"
    assert said(WINDOWS) == f"{what}: --encoding windows-1252, or whichever it is in"
    assert rows(WINDOWS, encoding="windows-1252")[0]["rationale"] == "café"
    data = b"a\n" + b"\xc3\xa9\n" * 50_000 + b"x\n\xe9\n"
    assert f"byte {len(data) - 2:,} is 0xe9" in said(data)
    assert said("a\n".encode("utf-16-le")) == (
        "t.csv: byte 1 is NUL: this is not text (or --encoding utf-16)"
    )
    assert "but the mark of UTF-16: --encoding utf-16" in said("a\n".encode("utf-16"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.csv: there is nothing in it"),
        (b"\n,,\n", "t.csv: there is nothing in it"),
        (b"a,b,a\n1,2,3\n", "t.csv:1: columns 1 and 3 are both called 'a': rename one"),
        (b'a,b\n"1,2\n', "t.csv:2: a quote is opened in this row and never closed"),
        (b'a,b\n"1"x,2\n', "t.csv:2: there is text behind a closing quote; ',' was expected"),
        (b"a,b\n1,\0\n", "t.csv: byte 6 is NUL: this is not text"),
        (b"," * (MIB + 1), "t.csv: line 1 is longer than 1 MiB"),
        (b"a," * 2000 + b"b", "t.csv:1: 2,001 columns; at most 1,000 are read"),
        (b"\xd0\xcf\x11\xe0", "t.csv: a workbook of the old kind (.xls): save it as .xlsx or CSV"),
        (b"PK\x03\x04rest", "t.csv: not a workbook that can be read"),
    ],
)
def test_what_is_no_table_of_text_is_refused_in_one_sentence(data: bytes, message: str) -> None:
    assert said(data).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{}", "neither an array of objects nor an object that holds one"),
        (b"[1, 2", "t.json:1: not JSON at column 6"),
        (b'[{"a": 1, "a": 2}]', "an object has 'a' twice"),
        (b'[{"a": NaN}]', "NaN is not a number of JSON"),
        (b'{"x": [{"a": 1}], "y": [{"a": 1}]}', "which of its arrays is meant: 'x', 'y'"),
        (b"[" * 100_000, "nested too deeply to be read"),
        (b"[" + b"{}," * 700_000, "too many values of JSON at once"),
    ],
)
def test_json_that_is_no_table_is_refused(data: bytes, message: str) -> None:
    assert message in said(data, "t.json")


def test_one_object_of_json_is_a_row() -> None:
    table = read(io.BytesIO(b'{"title": "A", "tags": ["a", "b"]}\n'), "-")
    assert [row.cells for row in table.rows] == [{"title": "A", "tags": ["a", "b"]}]


def test_rows_that_do_not_fit_their_head_are_faults_unless_a_reader_says_that_they_are_sound() -> (
    None
):
    data = b"a,b,c\n1\n1,2,3,4\n1,2,,\n1,2\n"
    table = read(io.BytesIO(data), "t.csv")
    assert [row.fault for row in table.rows] == [
        "1 cells, and the head has 3 columns",
        "'4' stands in column 4, without a name",
        None,
        "2 cells, and the head has 3 columns",
    ]
    ragged = read(io.BytesIO(data), "t.csv", ragged=True)
    assert [row.fault is None for row in ragged.rows] == [True, False, True, True]


def test_a_table_of_a_thousand_columns_is_read_whole() -> None:
    names = [f"c{number}" for number in range(1000)]
    assert rows(f"{','.join(names)}\n{'1,' * 999}1\n".encode()) == [dict.fromkeys(names, "1")]


def empty_formula() -> bytes:
    return workbook({"One": [HEAD, ("2022-03-01", "pact", b"<c><f>A1/4</f></c>")]})


def entities() -> bytes:
    bomb = f'<!DOCTYPE x [<!ENTITY a "lol">]><worksheet xmlns="{MAIN}">&a;</worksheet>'
    return workbook({"One": [HEAD]}, sheet1=bomb)


def far_out(cell: str) -> Callable[[], bytes]:
    told = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    far = f'<row><c r="{cell}"><v>1</v></c></row></sheetData></worksheet>'
    return lambda: workbook({"One": [HEAD]}, sheet1=told + far)


def bomb() -> bytes:
    return workbook({"One": [HEAD]}, sheet1=b" " * (65 * MIB))


def many_cells() -> bytes:
    cells = b"<c><v>1</v></c>" * 70_000
    xml = f'<worksheet xmlns="{MAIN}"><sheetData><row>'.encode()
    return workbook({"One": [HEAD]}, sheet1=xml + cells + b"</row></sheetData></worksheet>")


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (
            empty_formula,
            "cell C2 has a formula whose value was not saved: open it in a spreadsheet",
        ),
        (entities, "declares entities, which no workbook needs"),
        (far_out("XFD1"), "16,384 columns; at most 1,000 are read"),
        (far_out("Z1048576"), "a sheet of 26 by 1,048,576 cells: save it as CSV"),
        (
            far_out("XFD1048576"),
            "t.xlsx: it could not be read: its reader ended (-6), as where it needs more than",
        ),
        (bomb, "it unpacks to more than 64 MiB: save it as CSV"),
        (many_cells, "70,000 columns; at most 1,000 are read"),
    ],
)
def test_a_workbook_that_is_a_trap_is_refused(make_it: Callable[[], bytes], message: str) -> None:
    assert message in said(make_it(), "t.xlsx")


def long_line() -> Iterator[bytes]:
    yield b"date,scenario,probability\n"
    for _ in range(1024):
        yield b"a" * MIB


def open_quote() -> Iterator[bytes]:
    yield b'date,scenario,probability\n"'
    for _ in range(1024):
        yield b"2022-03-01,pact,0.2\n" * 50_000


def much_json() -> Iterator[bytes]:
    yield b"["
    for _ in range(1024):
        yield b"{},[]," * 100_000


MEASURED = """
import atexit, re, sys
from pathlib import Path
most = lambda: re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
atexit.register(lambda: print(most(), file=sys.stderr))
from scenarios.cli.main import main
main()
"""
"""Tells the most memory that it took, in KiB; what the system tells of a child has its parent's."""


@pytest.mark.parametrize(
    ("pour", "message"),
    [
        (long_line, "line 2 is longer than 1 MiB"),
        (open_quote, "a quote is opened in this row and never closed"),
        (much_json, "more than 64 MiB of JSON: give it as JSON Lines"),
        (lambda: [bomb()], "it unpacks to more than 64 MiB"),
        (lambda: [b"[" + b"{}," * 599_998 + b"{}]"], "there is nothing in it"),
    ],
    ids=["line", "quote", "json", "bomb", "objects"],
)
def test_what_would_fill_the_memory_is_refused_within_300_mb(
    tmp_path: Path, pour: Callable[[], Iterator[bytes]], message: str
) -> None:
    make(tmp_path / "scenarios", FILES)
    before = tree(tmp_path)
    words = ["-c", MEASURED, "import", "forecasts", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *words], cwd=tmp_path, stdin=pipe, stderr=pipe, env={**os.environ}
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            for part in pour():
                process.stdin.write(part)
            process.stdin.close()
        except BrokenPipeError:
            pass
        told, used = process.stderr.read().decode().splitlines()
        process.wait()
    assert (process.returncode, int(used) < 300 * 1024) == (1, True)
    assert message in told
    assert tree(tmp_path) == before


def test_json_of_any_keys_has_them_as_columns() -> None:
    data = json.dumps([{"a": {"b": 1, "c": []}, "d": ["x", "y"]}, {"e": True}]).encode()
    assert rows(data) == [{"a.b": 1, "d": ["x", "y"]}, {"e": True}]


def test_what_is_read_from_standard_input_is_what_is_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "scenarios", FILES)
    (tmp_path / "t.xlsx").write_bytes(workbook({"One": [HEAD, (date(2022, 3, 1), "pact", 0.2)]}))
    made = scen("import", "forecasts", "t.xlsx", "--analyst", "ann")
    assert (made.exit_code, made.stdout) == (0, "forecasts: 1 added\n")
    with (tmp_path / "t.xlsx").open("rb") as file:
        words = [sys.executable, "-c", "from scenarios.cli.main import main; main()"]
        again = subprocess.run(
            [*words, "import", "forecasts", "-", "--analyst", "ann"],
            stdin=file, capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert again.stdout == "forecasts: 1 unchanged\n"


def test_an_export_of_500_mb_is_refused_within_300_mb(tmp_path: Path) -> None:
    make(tmp_path / "scenarios", FILES)
    with (tmp_path / "x.json").open("wb") as file:
        file.truncate(500 * MIB)
    words = ["-c", MEASURED, "import", "database", "x.json"]
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, check=False)
    told, used = done.stderr.decode().splitlines()
    assert "x.json: more than 64 MiB" in told
    assert int(used) < 300 * 1024


@pytest.mark.parametrize(
    "name",
    [
        "zip",
        "rot13",
        "punycode",
        "base64",
        "hex",
        "undefined",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
    ],
)
def test_what_is_no_encoding_of_a_table_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no encoding of text: utf-8"):
        decoding(name)


@pytest.mark.parametrize("name", ["utf-8", "UTF-16", "windows-1252", "utf_7", "latin1"])
def test_an_encoding_of_text_is_one_of_a_table(name: str) -> None:
    assert decoding(name).decode("Ä".encode(name), final=True) == "Ä"


def test_a_number_that_is_shown_in_percent_is_the_text_that_csv_has() -> None:
    styles = (
        '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0.0\\ %"/>'
        '<numFmt numFmtId="165" formatCode="0&quot;%&quot;"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0"/>'
        '<xf numFmtId="9"/><xf applyNumberFormat="1" numFmtId="164"/><xf numFmtId="165"/>'
        '<xf numFmtId="10"/></cellXfs>'
        "</styleSheet>"
    )
    cells = [b'<c s="%d"><v>0.6</v></c>' % n for n in range(5)]
    formula = b'<c s="1"><f>1/8</f><v>0.125</v></c>'
    told: list[list[object]] = [["a", "b", "c", "d", "e", "f"], [*cells, formula]]
    data = workbook({"One": told}, **{"../styles": styles})
    assert rows(data) == [{"a": 0.6, "b": "60%", "c": "60%", "d": 0.6, "e": "60%", "f": "12.5%"}]


def test_an_export_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"tables": {"tracker": [' + '{"a":' * 100_000)
    with pytest.raises(ScenError, match=r"x\.json: cannot be read as one JSON document"):
        tables(tmp_path / "x.json")


@pytest.mark.parametrize("kind", ["manifold", "csl", "fatebook", "predictionbook", "metaculus"])
@pytest.mark.parametrize("misp", ['{"Event": {"info": "A"}}', '{"response": [{"Event": {}}]}'])
def test_json_of_another_kind_is_refused(kind: str, misp: str) -> None:
    try:
        found = arrived(kind, misp, "misp.json")
    except ScenError:
        return
    assert found.row_errors


@pytest.mark.parametrize(("told", "means"), [("1.0", "occurred"), ("0.0", "did-not-occur")])
def test_an_outcome_may_be_a_number_with_a_point(told: str, means: str) -> None:
    csv = f"title,horizon,criteria,outcome\nA,2022-03-01,C.,{told}\n"
    (one,) = arrived("scenarios", csv).records
    assert one.record["resolution"] == {"outcome": means}


@pytest.mark.parametrize(
    ("written", "hour"),
    [("12:30 AM", 0), ("1:30 am", 1), ("11:30 AM", 11), ("12:30 PM", 12), ("1:30 pm", 13)],
)
def test_twelve_is_the_first_hour_of_each_half_of_a_day(written: str, hour: int) -> None:
    read_time = DateParser(None).day("date", 2, f"4 March 2022 {written}")
    assert read_time == datetime(2022, 3, 4, hour, 30)  # noqa: DTZ001
