"""What killed commands left is cleared by the next one; what a live one writes is not.

Which commands clear it is in tests/transcripts/storage/lock.txt.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.storage import worktree
from scenarios.storage.temporary import clear, clear_below, temporary
from tests.storage.system import FLOCK, just_before, on_a_system_without, python
from tests.storage.test_worktree import everything

LEFT = ".scen-0123456789abcdef.tmp"
HOLD = """
import sys
from pathlib import Path
from scenarios.storage.temporary import temporary

with temporary(Path(sys.argv[1]), b"half") as place:
    print(place.name, flush=True)
    sys.stdin.readline()
"""


def left(folder: Path) -> list[str]:
    return [path for path in everything(folder) if path.endswith(".tmp")]


def test_what_a_live_process_writes_stays_until_it_is_dead(tmp_path: Path) -> None:
    writer = python(HOLD, tmp_path)
    assert writer.stdout
    name = writer.stdout.readline().strip()
    clear_below(tmp_path)
    worktree.create(tmp_path, "a.yaml", b"a")
    assert everything(tmp_path) == [name, "a.yaml"]
    writer.kill()
    writer.communicate()
    assert everything(tmp_path) == [name, "a.yaml"]
    worktree.replace(tmp_path, "a.yaml", b"a", b"b")
    assert everything(tmp_path) == ["a.yaml"]


def test_a_new_file_that_is_cleared_before_it_is_locked_is_made_again(tmp_path: Path) -> None:
    with just_before("fcntl.flock", "", lambda: clear(tmp_path)):
        worktree.create(tmp_path, "a.yaml", b"a")
    assert worktree.snapshot(tmp_path) == ({"a.yaml": b"a"}, [])
    assert everything(tmp_path) == ["a.yaml"]


def test_a_new_file_that_is_about_to_be_cleared_is_given_up(tmp_path: Path) -> None:
    clearing: list[int] = []

    def lock() -> None:
        (name,) = left(tmp_path)
        clearing.append(os.open(tmp_path / name, os.O_RDONLY))
        fcntl.flock(clearing[0], fcntl.LOCK_EX | fcntl.LOCK_NB)

    with just_before("fcntl.flock", "", lock), temporary(tmp_path, b"whole") as place:
        assert place.read_bytes() == b"whole"
        assert left(tmp_path) == [place.name]
    os.close(clearing[0])
    assert everything(tmp_path) == []


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo, lambda place: place.symlink_to("kept")])
def test_what_is_no_file_of_ours_stays(tmp_path: Path, put: Callable[[Path], None]) -> None:
    (tmp_path / "kept").write_text("kept")
    put(tmp_path / LEFT)
    clear(tmp_path)
    assert everything(tmp_path) == [LEFT, "kept"]


def test_without_locks_all_stays(tmp_path: Path) -> None:
    (tmp_path / LEFT).write_text("half")
    assert on_a_system_without(FLOCK, lambda: worktree.create(tmp_path, "a.yaml", b"a")) is None
    assert everything(tmp_path) == [LEFT, "a.yaml"]
