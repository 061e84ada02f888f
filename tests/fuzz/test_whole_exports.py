"""Killed before any call, on a full disk or side by side, an export to a lake shows no half."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from scenarios.workspace.exchange.exporting import export
from scenarios.workspace.opened import open_folder
from tests.cli.commands import DESK, SCEN, scen
from tests.exchange.asking import ask, opened_across
from tests.full import FULL
from tests.fuzz.preloaded import KILLED, commands, needs_cc
from tests.fuzz.recording import make_repository
from tests.storage.system import mounted

EXPORT = ("export", "parquet:../lake", "--lake", "--as-of", "2022-03-01")
SAMPLE = 3


def sources_of(lake: Path) -> list[int]:
    """The sources of each tracker, as a query over all of them counts."""
    sql = "SELECT tracker, count(*) FROM sources GROUP BY 1 ORDER BY 1"
    with opened_across(str(lake), date(2022, 3, 1)) as across:
        return [number for _, number in ask(across.fill, sql, 60).rows]


@needs_cc
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "again"])
def test_a_kill_before_any_call_of_an_export_leaves_a_lake_of_before_or_after(
    tmp_path: Path, *, is_first: bool
) -> None:
    sandbox, lake = tmp_path / "sandbox", tmp_path / "sandbox/lake"
    with commands(tmp_path / "library", sandbox) as runs:
        work = make_repository(sandbox, starts=False)
        other = shutil.copytree(work, sandbox / "other")
        named = ("edit", "tracker", "id=other")
        assert runs.run(other, named).code == 0
        assert runs.run(other, EXPORT).code == 0
        if not is_first:
            assert runs.run(work, EXPORT).code == 0
            assert (
                runs.run(work, ("add-source", "x", "--name", "X", "--reliability", "C")).code == 0
            )
        shutil.copytree(lake, ready := tmp_path / "ready", symlinks=True)
        calls = runs.run(work, EXPORT).calls
        after = sources_of(lake)
        before = [1] if is_first else [1, 1]
        assert after == ([1, 1] if is_first else [2, 1])
        for call in range(1, calls + 1, 1 if FULL else calls // SAMPLE):
            shutil.rmtree(lake)
            shutil.copytree(ready, lake, symlinks=True)
            assert runs.run(work, EXPORT, call).code == KILLED
            assert sources_of(lake) in (before, after), call
            assert runs.run(work, EXPORT).code == 0
            assert sources_of(lake) == after
            assert list(lake.rglob(".scen-*")) == [], call


def test_a_full_disk_leaves_a_lake_of_before(tmp_path: Path) -> None:
    root, lake = tmp_path / "scenarios", tmp_path / "disk/lake"
    shutil.copytree(DESK, root)
    lake.parent.mkdir()
    words = ("--database", str(root), "export", f"parquet:{lake}", "--lake", *EXPORT[3:])
    with mounted(lake.parent, "size=8m"):
        assert scen(*words).exit_code == 0
        free = shutil.disk_usage(lake.parent).free
        (root / "sources/x.yaml").write_text("name: X\nreliability: C\n")
        for share in (0, 1, 2, 5, 9):
            room = 4096 * share
            (filler := lake.parent / "filler").write_bytes(bytes(free - room))
            made = scen(*words)
            assert (made.exit_code, sources_of(lake)) == (1, [1]), share
            filler.unlink()
        assert scen(*words).exit_code == 0
        assert sources_of(lake) == [2]


def test_two_writers_of_one_lake_and_of_one_tracker_leave_each_whole(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    writers, seen = [], set[tuple[int, ...]]()
    for name in ("one", "two"):
        root = shutil.copytree(DESK, tmp_path / name / "scenarios")
        text = (root / "tracker.yaml").read_text()
        (root / "tracker.yaml").write_text(text.replace("format: 1", f"format: 1\nid: {name}"))
        export(open_folder(root), f"parquet:{lake}", date(2022, 3, 1), lake=True)
        (root / "sources/x.yaml").write_text("name: X\nreliability: C\n")
        words = ["--database", str(root), "export", f"parquet:{lake}", "--lake"]
        writers += [subprocess.Popen([sys.executable, SCEN, *words]) for _ in range(2)]
        while len(writers) == 4 and any(writer.poll() is None for writer in writers):
            seen.add((*sources_of(lake),))
    assert [writer.wait() for writer in writers] == [0] * 4
    assert seen <= {(1, 1), (2, 1), (1, 2), (2, 2)}
    assert sources_of(lake) == [2, 2]
