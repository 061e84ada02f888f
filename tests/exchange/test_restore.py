"""What went out comes back: the same records, in the same bytes where the layout is ours."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import ScenError
from scenarios.exchange.arrivals import RowError
from scenarios.exchange.targets.table import every_target
from scenarios.exchange.view.records import records, typed
from scenarios.exchange.view.view import ExportMetadata, View
from scenarios.storage.loader import load
from scenarios.workspace.exchange.exporting import export
from scenarios.workspace.importing.database import file, restore
from scenarios.workspace.importing.settings import ImportSummary
from scenarios.workspace.opened import open_folder
from scenarios.workspace.start import start
from scenarios.workspace.write_mode import TRIED
from tests.cli.commands import DESK, tree
from tests.exchange.test_export import PLACES
from tests.exchange.whole_databases import files, whole_database
from tests.full import FULL, TIMES

DAY = date(2022, 6, 1)


def made(folder: Path, content: dict[str, bytes]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in content.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start(folder)
    return folder / "scenarios"


def files_of(root: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(root).items() if path.endswith(".yaml")}


@settings(max_examples=2 * TIMES)
@given(st.integers(0, 10**6))
def test_any_database_is_the_same_from_each_form(seed: int) -> None:
    content = files(whole_database(seed))
    loaded = load(content)
    assert [one for one in loaded.problems if one.severity == "error"] == []
    view = View(loaded.database, ExportMetadata(as_of=DAY))
    with TemporaryDirectory() as folder:
        for target in every_target():
            if target.form != "address" and target.reads:
                place = Path(folder, target.name)
                if target.form == "folder":
                    place.mkdir()
                target.code.write(view, place)
                back = [file(entry) for entry in records(typed(target.code.read(place), []))]
                assert {draft.path: draft.new for draft in back} == content, target.name


@pytest.mark.parametrize("text", PLACES if FULL else ("out/", "sqlite:///x.db"))
def test_a_fresh_database_is_made_the_same_and_the_second_time_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    content = files(whole_database(7))
    export(open_folder(made(tmp_path / "scenarios", content)), text, DAY)
    back, place = fresh(tmp_path / "back"), Path(text.rpartition(":")[2].strip("/"))
    assert restore(back, place, TRIED)[1].remarks[0].startswith("the tracker was replaced")
    assert [*files_of(back)] == ["tracker.yaml"]
    counts = counts_of(restore(back, place)[1])
    assert sum(added for added, _, _ in counts) + len(["tracker.yaml"]) == len(content)
    assert files_of(back) == content
    again, imported = restore(back, place)
    counts = counts_of(imported)
    assert sum(unchanged for _, _, unchanged in counts) + len(["tracker.yaml"]) == len(content)
    assert (again.drafts, imported.remarks) == ([], [])


def counts_of(imported: ImportSummary) -> list[tuple[int, int, int]]:
    """The added, updated and unchanged scenarios, items, sources and sheets."""
    kinds = (imported.scenarios, imported.evidence, imported.sources, imported.forecasts)
    return [(count.added, count.updated, count.unchanged) for count in kinds]


def exported(tmp_path: Path) -> Path:
    export(open_folder(DESK), f"{tmp_path}/out/", DAY)
    return tmp_path / "out"


def test_what_is_there_and_differs_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    place, back = exported(tmp_path), fresh(tmp_path / "back")
    restore(back, place)
    visit = back / "evidence/2022/2022-02-04-visit.yaml"
    visit.write_text(visit.read_text().replace("A visit", "Another visit"))
    (back / "trade.yaml").unlink()
    before = tree(back)
    with pytest.raises(ScenError, match=r"1 file there and other .*visit.yaml; --update"):
        restore(back, place)
    assert tree(back) == before
    counts = counts_of(restore(back, place, update=True)[1])
    assert [count[:2] for count in counts] == [(1, 0), (0, 1), (0, 0), (0, 0)]
    assert "A visit" in visit.read_text()


def test_a_file_that_differs_in_layout_alone_stays(tmp_path: Path) -> None:
    place, back = exported(tmp_path), fresh(tmp_path / "back")
    restore(back, place)
    trade = back / "trade.yaml"
    trade.write_text("# mine\n" + trade.read_text())
    assert restore(back, place)[0].drafts == []


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("evidence", "2022-02-07", "7 February", "evidence:2: recorded: '7 February' is not a day"),
        ("forecasts", "0.6", "often", "forecasts:3: probability: 'often' is not a number"),
        ("sources", "reliability,", "grade,", "sources:1: there is no column reliability"),
        ("scenarios", "A pact", "", "scenarios:2: title: this is empty"),
        ("sheets", ",desk", ",desk,x", "sheets:2: the row has 4 cells, and the table 3 columns"),
        ("forecasts", "0.6", "1.5", r"trade.*1\.5"),
        ("evidence_ratings", ",trade,", ",tarde,", "there is no scenario 'tarde'|tarde"),
    ],
)
def test_what_cannot_be_is_told_with_its_place_and_nothing_is_written(
    tmp_path: Path, table: str, old: str, new: str, message: str
) -> None:
    place, back = exported(tmp_path), fresh(tmp_path / "back")
    file = place / f"{table}.csv"
    file.write_text(file.read_text().replace(old, new, 1))
    before = tree(back)
    with pytest.raises(ScenError) as told:
        restore(back, place)
    assert re.search(message, "\n".join((str(told.value), *getattr(told.value, "__notes__", ()))))
    assert tree(back) == before


def test_a_time_where_a_day_is_needed_and_bytes_where_a_text_are_told() -> None:
    misfits: list[RowError] = []
    midnight = datetime(2022, 2, 7)  # noqa: DTZ001
    rows: list[tuple[object, ...]] = [
        ("a", midnight, "desk"),
        ("b", midnight.replace(hour=9), "desk"),
        ("c", DAY, b"desk"),
    ]
    cells = typed([("sheets", ("sheet_id", "date", "analyst"), rows)], misfits)["sheets"]
    assert [row.get("date") for row in cells] == ["2022-02-07", None, "2022-06-01"]
    assert [(misfit.position.row, misfit.message) for misfit in misfits] == [
        (3, "'2022-02-07 09:00:00' is not a day like 2022-02-04"),
        (4, "'b'desk'' is not a text"),
    ]


def test_a_blob_in_an_export_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    export(open_folder(DESK), "sqlite:///x.db", DAY)
    with closing(sqlite3.connect("x.db")) as changed:
        changed.execute("UPDATE sources SET name = CAST(name AS BLOB)")
        changed.commit()
    back = fresh(tmp_path / "back")
    before = tree(back)
    with pytest.raises(ScenError):
        restore(back, Path("x.db"))
    assert tree(back) == before


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    back = fresh(tmp_path / "back")
    (tmp_path / "empty").mkdir()
    for name, data in {"x.db": b"mine", "x.json": b"[]", "x.jsonl": b"{", "x.txt": b""}.items():
        (tmp_path / name).write_bytes(data)
    for name in ("x.db", "x.json", "x.jsonl", "x.txt", "empty", "missing"):
        with pytest.raises(ScenError, match=name):
            restore(back, tmp_path / name)
