"""What goes out is whole, says what it is, and takes the place of nothing that it should not."""

from __future__ import annotations

import csv
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.engine import connect
from scenarios.exchange.targets.table import every_target, named
from scenarios.exchange.view.tables import TABLES
from scenarios.extensions.sql.statements import VIEWS, Engine, create_table
from scenarios.workspace.exchange.exporting import ExportResult, export, identity, view_of
from scenarios.workspace.opened import OpenDatabase, open_folder
from scenarios.workspace.start import Like, start
from tests.cli.commands import DESK, FILES, SCEN, make, tree
from tests.exchange.foreign import arrived, by_id, said, told
from tests.full import FULL
from tests.fuzz.preloaded import KILLED, commands, needs_cc
from tests.fuzz.recording import make_repository

DAY = date(2022, 3, 1)
LAST = 40 if FULL else 5
"""So many calls after the first one are those before which a kill comes."""
INDEXES = {
    (name, "_".join((name, *columns)))
    for name, table in TABLES.items()
    for columns in table.indexes
}
"""The table and the name of each."""
PLACES = ("out/", "parquet:pq", "x.json", "x.jsonl", "sqlite:///x.db", "duckdb:///x.duckdb")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenDatabase:
    monkeypatch.chdir(tmp_path)
    return open_folder(DESK)


def put(opened: OpenDatabase, text: str) -> ExportResult:
    return export(opened, text, DAY)


@pytest.mark.parametrize("text", PLACES)
def test_every_row_of_every_table_is_in_each_form(desk: OpenDatabase, text: str) -> None:
    made = put(desk, text)
    view = view_of(desk, DAY, limited=False)
    target, place = named(text)
    found = {name: rows for name, _, rows in target.code.read(Path(place))}
    told = {one.table: one.rows for one in made.tables}
    assert told == {name: len(view.rows(name)) for name in TABLES}
    assert {name: len(found.get(name, ())) for name in TABLES} == told
    assert put(desk, text) == made


def test_every_form_is_tried_here_and_is_found_by_its_ending_and_its_scheme() -> None:
    others = (
        "x.xlsx",
        "x.stix.json",
        "postgresql://h/d",
        "metaculus:m",
        "x.ris",
        "x.bib",
        "x.csl.json",
    )
    # of which no table is read back
    assert {named(text)[0] for text in (*PLACES, *others)} == {*every_target()}
    for target in every_target():
        for scheme in target.schemes if target.form != "address" else ():
            assert named(f"{scheme}:a/b") == named(f"{scheme}:///a/b") == (target, "a/b")
            assert named(f"{scheme}:////a/b")[1] == "/a/b"
        for ending in target.endings:
            assert named(f"a{ending.upper()}")[0] == target


@pytest.mark.parametrize("text", ["sqlit:x", "sqlite://x", "sqlite:///", "duckdb:", "x.parquet"])
def test_what_names_no_form_or_no_place_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        named(text)


@pytest.mark.parametrize(
    "text", [*PLACES, "x.xlsx", "metaculus:m", "x.stix.json", "x.ris", "x.bib", "x.csl.json"]
)
def test_another_trackers_export_stays_unless_it_is_overwritten(
    desk: OpenDatabase, text: str
) -> None:
    tracker = FILES["tracker.yaml"].replace("Alignment", "Another") + "id: theirs\n"
    theirs = open_folder(make(Path("theirs"), {**FILES, "tracker.yaml": tracker}))
    put(theirs, text)
    before = tree(Path())
    with pytest.raises(ScenError, match="is the export of another tracker: --overwrite"):
        put(desk, text)
    assert tree(Path()) == before
    export(desk, text, DAY, overwrite=True)
    put(desk, text)
    with pytest.raises(ScenError, match="--overwrite"):
        put(theirs, text)


def test_a_tracker_is_the_same_in_a_clone_and_under_another_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tracker = FILES["tracker.yaml"]
    root = make(tmp_path / "one/scenarios", FILES)
    make(tmp_path / "one/other", FILES)
    assert identity(open_folder(root)) == "Alignment"
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "First")):
        subprocess.run(["git", *words], cwd="one", check=True)
    first = identity(open_folder(root))
    subprocess.run(["git", "clone", "-q", "one", "clone"], check=True)
    clone = make(tmp_path / "clone/scenarios", {"tracker.yaml": tracker.replace("Align", "")})
    assert identity(open_folder(clone)) == first
    assert identity(open_folder(tmp_path / "one/other")) == f"{first}/other"
    make(clone, {"tracker.yaml": tracker + "id: 7f3a9c21d0e4\n"})
    assert identity(open_folder(clone)) == "7f3a9c21d0e4"


def test_each_new_database_has_an_id_of_its_own(tmp_path: Path) -> None:
    likes: tuple[Like, ...] = ("empty", "template", "example")
    for like in likes:
        (tmp_path / like).mkdir()
        start(tmp_path / like, like=like, today=DAY)
    ids = {open_folder(tmp_path / like / "scenarios").database.tracker.id for like in likes}
    assert len(ids - {None}) == 3


def test_references_and_indexes_are_sqlites_own(desk: OpenDatabase) -> None:
    put(desk, "x.db")
    with closing(sqlite3.connect("x.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        references = file.execute("PRAGMA foreign_key_list(evidence_ratings)").fetchall()
        assert {(row[2], row[3], row[4]) for row in references} == {
            ("scenarios", "scenario_id", "scenario_id"),
            ("evidence", "evidence_id", "evidence_id"),
        }
        indexes = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"
        assert {*file.execute(indexes)} == INDEXES
        assert {("evidence", "evidence_source_id"), ("sheets", "sheets_date")} <= INDEXES
        columns = file.execute("PRAGMA index_info(sheets_analyst_date)")
        assert [row[2] for row in columns] == ["analyst", "date"]
        log = file.execute("SELECT date, analyst, scenario_id, probability FROM forecast_log")
        assert log.fetchall() == [
            ("2022-02-07", "desk", "pact", 0.1),
            ("2022-02-07", "desk", "trade", 0.6),
        ]


def test_duckdb_has_the_references_of_each_table_and_the_meaning_of_each_column(
    desk: OpenDatabase,
) -> None:
    put(desk, "x.duckdb")
    with closing(connect("x.duckdb", read_only=True)) as file:
        keys = "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY'"
        found = Counter(name for (name,) in file.execute(keys).fetchall())
        assert found == Counter({name: len(t.references) for name, t in TABLES.items()})
        indexes = file.execute("SELECT table_name, index_name FROM duckdb_indexes()")
        assert {*indexes.fetchall()} == INDEXES
        comments = "SELECT table_name, column_name, comment FROM duckdb_columns()"
        told = file.execute(f"{comments} WHERE NOT internal").fetchall()
    views = {view.name for view in VIEWS}
    assert {row for row in told if row[0] not in views} == {
        (name, column.name, column.meaning)
        for name, table in TABLES.items()
        for column in table.columns
    }


def test_a_reader_of_an_earlier_export_reads_on(desk: OpenDatabase) -> None:
    put(desk, "x.db")
    put(desk, "out/")
    with (
        closing(sqlite3.connect("x.db")) as old,
        Path("out/evidence.csv").open() as other,
    ):
        rows = old.execute("SELECT evidence_id FROM evidence")
        put(desk, "x.db")
        put(desk, "out/")
        assert rows.fetchall() == [("2022-02-04-visit",)]
        assert len(other.readlines()) == 2
        assert old.execute("SELECT count(*) FROM sources").fetchone() == (1,)


@pytest.mark.parametrize("engine", ["sqlite", "duckdb", "postgresql"])
def test_a_column_may_be_null_only_where_its_table_says_so(engine: Engine) -> None:
    for table in TABLES.values():
        lines = create_table(table, engine).splitlines()[1 : len(table.columns) + 1]
        needed = [line.rstrip(",").endswith(" NOT NULL") for line in lines]
        assert needed == [not column.null for column in table.columns], table.name


def test_a_package_describes_its_tables(desk: OpenDatabase) -> None:
    put(desk, "out/")
    package = json.loads(Path("out/datapackage.json").read_text())
    assert package["scen"]["as_of"] == "2022-03-01"
    for resource_ in package["resources"]:
        head = Path("out", resource_["path"]).read_text().splitlines()[0]
        schema = resource_["schema"]
        assert head.split(",") == [field["name"] for field in schema["fields"]]
        for key in schema.get("foreignKeys", ()):
            other = next(
                one for one in package["resources"] if one["name"] == key["reference"]["resource"]
            )
            assert key["reference"]["fields"] == other["schema"]["primaryKey"]


def test_a_cell_that_a_spreadsheet_would_run_is_a_text(tmp_path: Path) -> None:
    told = ["=1+1", "'=1", "''+x", "-3 %", "'tis", "a=b", "\t@x"]
    for path, data in tree(DESK).items():
        place = tmp_path / "scenarios" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    for n, text in enumerate(told):
        record = f"name: {json.dumps(text)}\nreliability: C\n"
        (tmp_path / f"scenarios/sources/s{n}.yaml").write_text(record)
    put(open_folder(tmp_path / "scenarios"), f"{tmp_path}/out/")
    code = named("out/")[0].code
    rows = {name: rows for name, _, rows in code.read(tmp_path / "out")}["sources"]
    assert [row[1] for row in rows if row[0][1:].isdecimal()] == told
    for line in (tmp_path / "out/sources.csv").read_text().splitlines()[1:]:
        assert line.partition(",")[2].lstrip('"')[:1] not in "=+-@\t"


@pytest.mark.parametrize("text", ["x.xlsx", *(PLACES if FULL else ("out/", "x.json", *PLACES[4:]))])
def test_a_full_disk_leaves_the_earlier_export_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    put(open_folder(DESK), text)
    before = tree(tmp_path)

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        [sys.executable, SCEN, "--database", DESK, "export", text],
        env={**os.environ, "SCEN_CACHE": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=full,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("scen: ")
    assert len(done.stderr.splitlines()) == 1
    assert tree(tmp_path) == before


@needs_cc
@pytest.mark.parametrize("text", ["x.db", "x.xlsx", "out/"])
def test_a_kill_leaves_the_earlier_export_or_the_new_one(tmp_path: Path, text: str) -> None:
    sandbox = tmp_path / "sandbox"
    words = ("export", text, "--as-of", "2022-03-01")
    with commands(tmp_path / "library", sandbox) as runs:
        work = make_repository(sandbox, starts=False)
        runs.run(work, words)
        old = exported(work)
        (work / "scenarios/sources/next.yaml").write_text("name: Next\nreliability: B\n")
        saved = tmp_path / "saved"
        (work).rename(saved)
        subprocess.run(["cp", "-a", saved, work], check=True)
        whole = runs.run(work, words)
        new = exported(work)
        assert old != new
        for call in sorted({1 + n * (whole.calls - 1) // LAST for n in range(LAST + 1)}):
            subprocess.run(["rm", "-rf", work], check=True)
            subprocess.run(["cp", "-a", saved, work], check=True)
            assert runs.run(work, words, call).code == KILLED
            assert exported(work) in (old, new), call
            assert runs.run(work, words).code == 0
            assert exported(work) == new
            assert not [path for path in work.iterdir() if path.name.startswith(".scen")]


def exported(work: Path) -> dict[str, bytes]:
    """What lies where an export was asked for."""
    return {p: d for p, d in tree(work).items() if p in ("x.db", "x.xlsx") or p.startswith("out/")}


def test_what_goes_out_in_the_form_of_metaculus_comes_in_as_from_there(desk: OpenDatabase) -> None:
    made = put(desk, "metaculus:m")
    assert (made.place, made.tables) == ("m", ())
    assert put(desk, "metaculus:m") == made
    back = arrived("metaculus", Path("m"))
    assert (told(back), dict(back.left_out)) == ([], {})
    assert said(back) == [
        ("pact", "desk", "2022-02-07 00:00", 0.1),
        ("trade", "desk", "2022-02-07 00:00", 0.6),
    ]
    trade = by_id(back)["trade"].record
    asked = desk.database.scenarios["trade"]
    assert (trade["question"], trade["horizon"]) == (asked.question, asked.horizon)


def test_a_forecast_ends_with_the_next_one_its_expiry_and_its_withdrawal(tmp_path: Path) -> None:
    sheet = "date: {}\nanalyst: desk\nprobabilities: {{trade: {}}}\n"
    sheets = {
        f"forecasts/2022/{day}-desk.yaml": sheet.format(day, chance)
        for day, chance in {"2022-02-09": 0.7, "2022-02-11": "null", "2022-02-12": 0.8}.items()
    }
    tracker = FILES["tracker.yaml"] + "forecast_expires_days: 5\n"
    root = make(tmp_path / "scenarios", {**FILES, **sheets, "tracker.yaml": tracker})
    put(open_folder(root), f"metaculus:{tmp_path}/m")
    with (tmp_path / "m/forecast_data.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["Question ID"] == "trade"]
    assert [(r["Start Time"][8:10], r["End Time"][8:10], r["Probability Yes"]) for r in rows] == [
        ("07", "09", "0.6"),
        ("09", "11", "0.7"),
        ("12", "18", "0.8"),
    ]


def test_an_export_is_refused_into_the_database_and_above_it() -> None:
    opened = open_folder(DESK)
    for place in (DESK, DESK / "out", DESK.parent, DESK / "x.db"):
        with pytest.raises(ScenError, match="outside the database"):
            put(opened, f"{place}")
