"""Many trackers share one folder of Parquet, and none touches another's part."""

from __future__ import annotations

import os
import shutil
import subprocess
from bisect import bisect_left
from datetime import date
from pathlib import Path

import pytest

from scenarios.errors import ScenError, UsageError
from scenarios.exchange.engine import connect
from scenarios.exchange.view.tables import TABLES
from scenarios.workspace.exchange.exporting import export
from scenarios.workspace.opened import open_folder
from tests.cli.commands import FILES, make
from tests.exchange.asking import ask, opened_across
from tests.full import FULL
from tests.fuzz.preloaded import KILLED, commands, needs_cc
from tests.fuzz.recording import make_repository

DAY = date(2022, 3, 1)
AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@example.org")


def desk(root: Path, id: str) -> Path:
    """The database of a tracker with an id."""
    return make(root, {**FILES, "tracker.yaml": FILES["tracker.yaml"] + f"id: {id}\n"})


def put(root: Path, *, overwrite: bool = False) -> None:
    export(open_folder(root), "parquet:lake", DAY, lake=True, overwrite=overwrite)


def rows(sql: str, place: str = "lake") -> list[tuple[object, ...]]:
    with connect() as engine:
        return engine.execute(sql.replace("LAKE", place)).fetchall()


def git(folder: str, *words: str) -> None:
    subprocess.run(["git", *AUTHOR, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_folders_of_each_table_are_hives_partitions() -> None:
    for id in ("asia", "europe"):
        put(desk(Path(id), id))
    for name, table in TABLES.items():
        columns = rows(f"DESCRIBE FROM 'LAKE/{name}/*/*.parquet'")
        expected = [column.name for column in table.columns]
        assert [column[0] for column in columns if column[0] != "tracker"] == [
            name for name in expected if name != "tracker"
        ]
    counts = "SELECT tracker, count(*) FROM 'LAKE/forecasts/*/*.parquet' GROUP BY 1 ORDER BY 1"
    assert rows(counts) == [("asia", 2), ("europe", 2)]
    days = rows("SELECT DISTINCT typeof(day) FROM 'LAKE/figures/*/*.parquet'")
    assert days == [("DATE",)]


def test_an_export_leaves_every_other_trackers_files_as_they_are() -> None:
    put(desk(Path("asia"), "asia"))
    files = {path: path.stat() for path in Path("lake").rglob("*.parquet")}
    put(desk(Path("europe"), "europe"))
    make(Path("europe"), {"sources/next.yaml": "name: Next\nreliability: B\n"})
    put(Path("europe"))
    assert {path: path.stat() for path in files} == files
    counts = "SELECT tracker, count(*) FROM 'LAKE/sources/*/*.parquet' GROUP BY 1 ORDER BY 1"
    assert rows(counts) == [("asia", 1), ("europe", 2)]


def test_a_copy_of_a_tracker_is_refused_until_it_has_an_id_of_its_own() -> None:
    put(desk(Path("asia"), "asia"))
    shutil.copytree("asia", "copy")
    with pytest.raises(ScenError, match="a fork takes an id of its own: scen edit tracker id="):
        put(Path("copy"))
    put(Path("copy"), overwrite=True)
    with pytest.raises(ScenError, match="a database elsewhere"):
        put(Path("asia"))
    desk(Path("asia"), "asia-two")
    put(Path("asia"))
    assert rows("SELECT tracker FROM 'LAKE/meta/*/*.parquet' ORDER BY 1") == [
        ("asia",),
        ("asia-two",),
    ]


def test_a_clone_continues_the_export_of_its_origin_and_a_fork_does_not() -> None:
    desk(Path("one/scenarios"), "asia")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "First")):
        git("one", *words)
    put(Path("one/scenarios"))
    git(".", "clone", "-q", "one", "clone")
    git("clone", "commit", "-q", "--allow-empty", "-m", "Second")
    put(Path("clone/scenarios"))
    with pytest.raises(ScenError, match=r"is of commit \w{12} of scenarios/, which is not here"):
        put(Path("one/scenarios"))
    git("one", "pull", "-q", "../clone")
    put(Path("one/scenarios"))
    git(".", "clone", "-q", "--depth=1", f"file://{Path.cwd()}/one", "shallow")
    git("shallow", "commit", "-q", "--allow-empty", "-m", "Third")
    put(Path("shallow/scenarios"))  # which cannot tell


@pytest.mark.parametrize("title", ["é" * 60, ".hidden"])
def test_a_tracker_whose_title_makes_no_folder_needs_an_id(title: str) -> None:
    make(Path("asia"), {**FILES, "tracker.yaml": f"format: 1\ntitle: '{title}'\n"})
    with pytest.raises(ScenError, match="needs a short id: scen edit tracker id=NAME"):
        put(Path("asia"))
    assert not Path("lake").exists()


def test_a_title_with_signs_is_read_back_as_it_is() -> None:
    make(Path("asia"), {**FILES, "tracker.yaml": "format: 1\ntitle: 'A/B = 100 % é'\n"})
    put(Path("asia"))
    assert rows("SELECT tracker FROM 'LAKE/status/*/*.parquet' LIMIT 1") == [("A/B = 100 % é",)]


def test_a_folder_with_other_content_is_no_lake_and_a_lake_no_export_of_one() -> None:
    desk(Path("asia"), "asia")
    make(Path("lake"), {"notes.txt": "mine"})
    with pytest.raises(ScenError, match="holds more than the exports of trackers"):
        put(Path("asia"))
    shutil.rmtree("lake")
    put(Path("asia"))
    with pytest.raises(ScenError, match="is a lake of several trackers: --lake"):
        export(open_folder(Path("asia")), "parquet:lake", DAY, overwrite=True)
    with pytest.raises(UsageError, match="--lake goes with parquet:DIR and postgresql:"):
        export(open_folder(Path("asia")), "x.db", DAY, lake=True)
    with pytest.raises(ScenError, match="outside the database"):
        export(open_folder(Path("asia")), "parquet:asia/lake", DAY, lake=True)
    assert not Path("asia/lake").exists()


def test_a_table_that_a_later_version_drops_is_dropped_from_the_lake() -> None:
    put(desk(Path("asia"), "asia"))
    other = Path("lake/gone/tracker=asia")
    other.mkdir(parents=True)
    (other / "gone.parquet").symlink_to("../../.parts/asia/gone.parquet")
    put(Path("asia"))
    assert not os.path.lexists(other / "gone.parquet")


def rewritten(place: Path, target: Path) -> None:
    """Put a link in the place of what is there."""
    place.rename(place.with_name(f".{place.name}-before"))
    place.symlink_to(target.absolute())


@pytest.mark.parametrize(
    "place",
    [".parts", ".parts/asia", "sources", "sources/tracker=asia"],
)
def test_an_export_refuses_a_link_in_its_lake_and_leaves_what_lies_behind_it(place: str) -> None:
    put(desk(Path("asia"), "asia"))
    shutil.copytree(Path("lake") / place, "elsewhere", symlinks=True)
    rewritten(Path("lake") / place, Path("elsewhere"))
    before = {path: path.lstat() for path in Path("elsewhere").rglob("*")}
    with pytest.raises(ScenError, match=rf"lake/{place}: is a link, and none inside a lake is"):
        put(Path("asia"))
    assert {path: path.lstat() for path in Path("elsewhere").rglob("*")} == before


@pytest.mark.parametrize("place", [".parts/asia", ".parts/asia/sources.parquet"])
def test_a_reader_follows_no_link_in_a_lake(place: str) -> None:
    for id in ("asia", "europe"):
        put(desk(Path(id), id))
    shutil.copytree("lake/.parts/europe", "elsewhere")
    rewritten(Path("lake") / place, Path("elsewhere") / Path(place).name.replace("asia", ""))
    with opened_across("lake", DAY) as across:
        assert ask(across.fill, "SELECT tracker FROM sources").rows == [("europe",)]
    (fault,) = across.unread
    assert (fault.path, "is a link, and none inside a lake is followed" in fault.message) == (
        "asia",
        True,
    )


@pytest.mark.parametrize("place", [".parts", "meta"])
def test_a_lake_that_is_itself_somewhere_else_is_not_read(place: str) -> None:
    put(desk(Path("asia"), "asia"))
    rewritten(Path("lake") / place, Path("lake") / f".{place}-before")
    with pytest.raises(ScenError, match=rf"lake/{place}: is a link"):
        opened_across("lake", DAY).__enter__()


def test_a_pipe_in_a_lake_is_named_and_not_waited_for() -> None:
    put(desk(Path("asia"), "asia"))
    Path("lake/.parts/asia/sources.parquet").unlink()
    os.mkfifo("lake/.parts/asia/sources.parquet")
    with opened_across("lake", DAY) as across:
        assert ask(across.fill, "FROM sources").rows == []
    assert [fault.message for fault in across.unread] == [
        "lake/.parts/asia/sources.parquet: is no regular file"
    ]


def test_a_link_of_a_table_that_leads_elsewhere_leads_to_its_own_part_again() -> None:
    put(desk(Path("asia"), "asia"))
    place = Path("lake/sources/tracker=asia/sources.parquet")
    target = place.readlink()
    place.unlink()
    place.symlink_to("/nowhere/sources.parquet")
    put(Path("asia"))
    assert place.readlink() == target


def test_what_is_not_an_exports_stays_where_a_dropped_table_was() -> None:
    put(desk(Path("asia"), "asia"))
    for folder in (Path("lake/gone/tracker=asia"), Path("elsewhere/tracker=asia")):
        folder.mkdir(parents=True)
        (folder / "gone.parquet").symlink_to("../../.parts/asia/gone.parquet")
        (folder / "notes.txt").write_text("mine")
    Path("lake/linked").symlink_to(Path("elsewhere").absolute())
    put(Path("asia"))
    for folder in (Path("lake/gone/tracker=asia"), Path("elsewhere/tracker=asia")):
        assert len([*folder.iterdir()]) == 2


def test_a_lake_below_a_file_is_refused_and_a_name_of_dots_is_no_part() -> None:
    desk(Path("asia"), "asia")
    Path("file").write_text("mine")
    with pytest.raises(ScenError, match="file/lake"):
        export(open_folder(Path("asia")), "parquet:file/lake", DAY, lake=True)
    put(Path("asia"))
    for name in ("", ".", ".."):
        Path(f"lake/meta/tracker={name}").mkdir()
    with opened_across("lake", DAY) as across:
        assert [*across.parts] == ["asia"]


def states(work: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table as a reader of the lake sees them."""
    place, found = work / "lake", {}
    with connect() as engine:
        for name in TABLES:
            if any((place / name).glob("tracker=*/*.parquet")):
                engine.execute(f"FROM '{place}/{name}/*/*.parquet'")
                found[name] = sorted(engine.fetchall(), key=repr)
    return found


@needs_cc
def test_a_kill_leaves_all_tables_of_the_earlier_export_or_all_of_the_new_one(
    tmp_path: Path,
) -> None:
    sandbox = tmp_path / "sandbox"
    words = ("export", "parquet:lake", "--lake", "--as-of", "2022-03-01")
    source = "name: Next\nreliability: B\n"
    with commands(tmp_path / "library", sandbox) as runs:
        work = make_repository(sandbox, starts=False)
        runs.run(work, words)
        old = states(work)
        (work / "scenarios/sources/next.yaml").write_text(source)
        shutil.copytree(work, saved := tmp_path / "saved", symlinks=True)
        whole = runs.run(work, words)
        new = states(work)
        assert (len(old), len(new), old == new) == (len(TABLES), len(TABLES), False)

        def has_swapped(call: int) -> bool:
            """Kill an export before a call of the system."""
            shutil.rmtree(work)
            shutil.copytree(saved, work, symlinks=True)
            assert runs.run(work, words, call).code == KILLED
            after = states(work)
            assert after in (old, new), call
            return after == new

        calls = range(1, whole.calls + 1)
        swap = bisect_left(calls, x=True, key=has_swapped)
        assert 0 < swap < len(calls)
        for call in (
            *calls[swap - 1 : swap + 1],
            *(calls[:: 1 + len(calls) // 40] if FULL else ()),
        ):
            has_swapped(call)
            assert runs.run(work, words).code == 0
            assert states(work) == new
            assert not [*(work / "lake/.parts").glob(".scen*")]
