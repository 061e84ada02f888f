"""A workbook has the values of its tables, and a text in it is a text."""

from __future__ import annotations

import re
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, overload

import pytest
from python_calamine import CalamineWorkbook

from scenarios.errors import ScenError
from scenarios.exchange.targets.files import write_workbook
from scenarios.exchange.view.tables import TABLES
from scenarios.workspace.exchange.exporting import export, view_of
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, FILES, make, scen
from tests.full import FULL

SHIPPED = Path(__file__).parents[2] / "scenarios"
DAY = date(2022, 6, 1)
HOSTILE = [
    '=HYPERLINK("https://example.org","x")',
    "{=1+1}",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "-1",
    "https://example.org/x",
    "mailto:a@example.org",
    "internal:Sheet1!A1",
    "<r><t>x</t></r>",
    "<r><f>1+1</f></c></row></r>",
    "<![CDATA[x]]>",
    "&amp;<b>&#x3d;</b>",
    "_x0041_",
    " led and followed ",
    "two\nlines\tand a tab",
    "a\x00b\x01c\x0bd\x1fe\x7ff",
    "\u202eright to left",
    "007",
    "1e5",
    "TRUE",
    "2022-02-24",
    "",
    "🜚" * 100,
]


def sheets(place: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet."""
    book = CalamineWorkbook.from_path(place)
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def read(place: Path, *rows: tuple[Any, ...]) -> list[list[Any]]:
    """The cells of rows that were written, below the head."""
    write_workbook(place, [("x", [f"c{n}" for n in range(len(rows[0]))], rows)])
    return sheets(place)["x"][1:]


def part(place: Path, name: str) -> str:
    """The XML of a part."""
    with zipfile.ZipFile(place) as archive:
        return archive.read(name).decode()


@pytest.mark.parametrize("root", [DESK, SHIPPED])
def test_every_cell_of_every_table_is_in_its_sheet(root: Path, tmp_path: Path) -> None:
    opened, place = open_folder(root), tmp_path / "x.xlsx"
    made = export(opened, str(place), DAY)
    view, found = view_of(opened, DAY, limited=False), sheets(place)
    assert [*found] == [*TABLES] == [table.table for table in made.tables]
    for name, table in TABLES.items():
        head, *rows = found[name]
        assert head == [column.name for column in table.columns]
        assert len(rows) == len(view.rows(name)), name
        for row, expected in zip(rows, view.rows(name), strict=True):
            for cell, value in zip(row, expected, strict=True):
                if isinstance(value, float):
                    assert cell == pytest.approx(value, rel=1e-14)  # 16 digits of 17
                else:
                    assert cell == ("" if value is None else value)
                kind = float if isinstance(value, int | float) else type(value)
                assert type(cell) is (
                    bool if isinstance(value, bool) else str if value is None else kind
                )


def test_the_name_of_each_table_is_one_that_a_sheet_may_have() -> None:
    assert all(len(name) <= 31 and re.fullmatch(r"[a-z_]+", name) for name in TABLES)
    assert "history" not in TABLES  # which Excel keeps for itself


def test_a_bold_head_stays_in_sight_and_columns_are_as_wide_as_their_texts(tmp_path: Path) -> None:
    read(tmp_path / "x.xlsx", ("a" * 20, "b" * 900, 1))
    xml = part(tmp_path / "x.xlsx", "xl/worksheets/sheet1.xml")
    assert re.search(r'<pane ySplit="1" topLeftCell="A2"[^>]* state="frozen"/>', xml)
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
    assert [int(width) for width in widths] == [22, 62, 4]
    assert re.findall(r'<c r="A\d" s="(\d)"', xml) == ["1"]  # the head's, by the second font
    assert re.findall("<font>(<b/>)?", part(tmp_path / "x.xlsx", "xl/styles.xml")) == ["", "<b/>"]


def test_each_value_of_a_query_has_the_type_that_a_spreadsheet_has_for_it(tmp_path: Path) -> None:
    noon = datetime(2022, 2, 24, 12, 30)  # noqa: DTZ001 - what a query gives
    cells = {
        7: 7.0,
        0.1: 0.1,
        Decimal("1.50"): 1.5,
        10**15 - 1: 1e15 - 1,
        10**15: "1000000000000000",
        -(2**70): str(-(2**70)),
        float("inf"): "inf",
        1e300: 1e300,
        date(1900, 1, 1): date(1900, 1, 1),
        date(1899, 12, 31): "1899-12-31",
        date(9999, 12, 31): date(9999, 12, 31),
        noon: noon,
        noon.replace(tzinfo=UTC): "2022-02-24T12:30:00+00:00",
        time(5, 4): "05:04:00",
        timedelta(days=1): "1 day, 0:00:00",
        b"hi": "6869",
    }
    values = [*cells, True, False, None, [1, "é"], {"a": [date(2022, 1, 1)]}, float("nan")]
    expected = [*cells.values(), True, False, "", '[1, "é"]', '{"a": ["2022-01-01"]}', "nan"]
    found = [cell for (cell, _) in read(tmp_path / "x.xlsx", *((value, 0) for value in values))]
    assert found == expected
    assert [*map(type, found)] == [*map(type, expected)]


def test_no_text_is_a_formula_a_link_or_xml(tmp_path: Path) -> None:
    place = tmp_path / "x.xlsx"
    write_workbook(place, [("x", HOSTILE, [tuple(HOSTILE)])], title=HOSTILE[10])
    head, cells = sheets(place)["x"]
    assert head == cells == HOSTILE
    xml = part(place, "xl/worksheets/sheet1.xml")
    assert not re.search(r"<f\b|<hyperlink", xml)
    assert xml.count("<c ") == 2 * len(HOSTILE)
    with zipfile.ZipFile(place) as archive:
        assert not [name for name in archive.namelist() if "sheet1.xml.rels" in name]


def test_half_of_a_character_is_spelled_out(tmp_path: Path) -> None:
    assert read(tmp_path / "x.xlsx", ("a\ud800b", "\udcff")) == [["a\\ud800b", "\\udcff"]]
    assert read(tmp_path / "x.xlsx", ("\ufffe",)) == [["_xFFFE_"]]  # which is no character of XML


@pytest.mark.parametrize("letter", ["a", "é", "🜚"])
def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so(letter: str, tmp_path: Path) -> None:
    most = 2 * 32767 // len(letter.encode("utf-16-le"))
    whole, long = letter * most, letter * (most + 1)
    ((first, second),) = read(tmp_path / "x.xlsx", (whole, long))
    assert first == whole
    kept, _, note = second.partition("…")
    assert kept == letter * len(kept)
    assert len(kept) > most - 40
    assert note == f" [cut: {most + 1:,} characters]"
    assert len(second.encode("utf-16-le")) <= 2 * 32767


class Repeated(Sequence[tuple[Any, ...]]):
    """As many rows as one likes, each made when it is asked for."""

    def __init__(self, number: int) -> None:
        self.number, self.read = number, 0

    def __len__(self) -> int:
        return self.number

    @overload
    def __getitem__(self, n: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[tuple[Any, ...]]: ...
    def __getitem__(self, n: Any) -> Any:
        raise NotImplementedError

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for n in range(self.number):
            self.read = n + 1
            yield n, f"text {n}"


def test_many_rows_take_the_memory_of_few(tmp_path: Path) -> None:
    peaks, most = [], 100_000 if FULL else 20_000
    for number in (1_000, most):
        tracemalloc.start()
        write_workbook(tmp_path / "x.xlsx", [("x", ["n", "text"], Repeated(number))])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000
    xml = part(tmp_path / "x.xlsx", "xl/worksheets/sheet1.xml")
    assert xml.count("<row ") == most + 1


@pytest.mark.parametrize(("rows", "columns"), [(1_048_576, 1), (1, 16_385)])
def test_what_exceeds_a_sheet_is_refused_before_anything_is_written(
    rows: int, columns: int, tmp_path: Path
) -> None:
    table = Repeated(rows)
    with pytest.raises(ScenError, match=r"a sheet holds 1,048,575 rows and 16,384 columns"):
        write_workbook(tmp_path / "x.xlsx", [("x", ["c"] * columns, table)])
    assert (table.read, [*tmp_path.iterdir()]) == (0, [])


def test_the_same_database_gives_the_same_bytes(tmp_path: Path) -> None:
    opened = open_folder(DESK)
    for name in ("a.xlsx", "b.xlsx"):
        export(opened, str(tmp_path / name), DAY)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("change", ["modified", "description", "core.xml", "archive"])
def test_a_workbook_that_somebody_saved_is_no_export(change: str, tmp_path: Path) -> None:
    place, opened = tmp_path / "x.xlsx", open_folder(DESK)
    export(opened, str(place), DAY)
    with zipfile.ZipFile(place) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(place, "w") as archive:
        for name, data in parts.items():
            if not name.endswith(change):
                old, new = {
                    "modified": (b"1980-01-01T00:00:00Z</dcterms:mod", b"2026-01-01</dcterms:mod"),
                    "description": (b"made by scen export", b"made by hand"),
                }.get(change, (b"", b""))
                archive.writestr(name, data.replace(old, new) if old else data)
    if change == "archive":
        place.write_bytes(b"PK" + place.read_bytes()[2:200])
    before = place.read_bytes()
    with pytest.raises(ScenError, match="is not an earlier export of this kind: --overwrite"):
        export(opened, str(place), DAY)
    assert place.read_bytes() == before
    export(opened, str(place), DAY, overwrite=True)
    export(opened, str(place), DAY)


@pytest.mark.parametrize("title", ["A & B <c>", "_x0041_ _x005F_", "</dc:subject>"])
def test_a_tracker_is_known_by_its_name_whatever_is_in_it(title: str, tmp_path: Path) -> None:
    text = FILES["tracker.yaml"].replace("title: Alignment", f"title: {title!r}")
    opened = open_folder(make(tmp_path / "scenarios", {**FILES, "tracker.yaml": text}))
    assert opened.database.tracker.title == title
    for _ in range(2):
        export(opened, str(tmp_path / "x.xlsx"), DAY)


def test_an_answer_goes_into_a_workbook_by_the_ending_of_its_file(tmp_path: Path) -> None:
    place = tmp_path / "x.xlsx"
    sql = "SELECT recorded, summary, 0.25 AS share, true AS is_so, NULL AS n FROM evidence"
    words = ("--database", str(DESK), "query", sql, "--as-of", "2022-03-01")
    for more in (("--output", str(place)), ("--output", str(place), "--format", "xlsx")):
        done = scen(*words, *more)
        assert (done.exit_code, done.stdout) == (0, "")
    head, row = sheets(place)["answer"]
    assert head == ["recorded", "summary", "share", "is_so", "n"]
    assert (row[0], *row[2:]) == (date(2022, 2, 7), 0.25, True, "")
    refused = scen(*words, "--format", "xlsx")
    assert refused.exit_code == 2
    assert "--output FILE" in refused.stderr


def test_without_the_package_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ScenError, match=r"XLSX needs an extra: pip install 'scen\[exchange\]'"):
        export(open_folder(DESK), str(tmp_path / "x.xlsx"), DAY)
    assert [*tmp_path.iterdir()] == []
