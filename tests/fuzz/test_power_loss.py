"""Power losses in a few commands; `python -m tests.fuzz.power_loss` goes through all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.disk import Disk, Event
from tests.fuzz.power_loss import faults, record
from tests.fuzz.preloaded import reason_to_skip
from tests.fuzz.recording import COMMANDS

REASON = reason_to_skip()


@pytest.mark.skipif(REASON is not None, reason=str(REASON))
@pytest.mark.parametrize(
    "name", ["init", "rate", "add-evidence", "add-source --commit", "rate --commit"]
)
def test_nothing_acknowledged_is_lost_and_nothing_torn(tmp_path: Path, name: str) -> None:
    word, commits = name.partition(" ")[0], name.endswith("--commit")
    command = next(c for c in COMMANDS if c.words[0] == word and c.commits == commits)
    session, left = record(tmp_path, command), tmp_path / "left"
    assert list(faults(session, left, seeds=3, commits=commits, ends_only=True)) == []


def ends(folder: Path, *events: tuple[str, int, str, str, bytes]) -> dict[str, dict[str, bytes]]:
    """What a power loss leaves of a folder in which a file `a` was written anew."""
    (folder / "a").write_bytes(b"old")
    disk = Disk(folder)
    for what, inode, name, to, data in events:
        path, other = (str(folder / each) if each else "" for each in (name, to))
        disk.apply(Event(what, inode or folder.stat().st_ino, path, other, data))
    return dict(disk.survivors(20))


def test_a_file_that_was_renamed_and_never_synced_may_be_empty(tmp_path: Path) -> None:
    left = ends(
        tmp_path,
        ("create", 1, "b", "", b""),
        ("data", 1, "", "", b"new"),
        ("rename", 1, "b", "a", b""),
    )
    assert left["nothing-unsynced"] == {"a": b"old"}
    assert left["names-survive"] == {"a": b""}
    drawn = {tuple(end.items()) for name, end in left.items() if name.startswith("some")}
    assert {(("a", b"old"),), (("a", b"new"),), (("a", b""),)} <= drawn


def test_a_name_is_safe_once_its_folder_was_synced(tmp_path: Path) -> None:
    written = (("create", 1, "b", "", b""), ("data", 1, "", "", b"new"), ("sync", 1, "", "", b""))
    assert ends(tmp_path, *written)["nothing-unsynced"] == {"a": b"old"}
    left = ends(tmp_path, *written, ("rename", 1, "b", "a", b""), ("sync", 0, "", "", b""))
    assert {tuple(end.items()) for end in left.values()} == {(("a", b"new"),)}
