"""Cut the power after each call of each recording command, and look at what the disk has.

`crash.c` writes down what a command does to the disk; `disk.py` says what of it would be left, and
what that model leaves out. Of each record: what the last acknowledged command left, or what the one
at work makes of it, whole; once that one is acknowledged, nothing else. Of git, with --commit: the
same of HEAD, and `git fsck` finds no fault. SCEN_FULL=1 tries all commands, git after each call.

Git syncs no folder: it relies on names reaching the disk in the order in which they were made, as
the journals of ext4, XFS, Btrfs and APFS see to. So it is held against the two orderly ends of the
model after each call, and not against draws in which a later name is there and an earlier is not.
Before the acknowledgement its index may be torn: `git commit --only` never syncs it, whatever
core.fsync says, and `git reset` makes it anew; afterwards it may not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.commands import tree
from tests.full import FULL, TIMES
from tests.fuzz.disk import Disk, Event, events
from tests.fuzz.preloaded import Commands, commands, needs_cc
from tests.fuzz.recording import COMMANDS, NEXT, Command, asked, git, prepare

SAMPLED = {"init", "rate 2022-02-04-visit", "add-evidence A dinner --commit", "import forecasts"}


class Moment(NamedTuple):
    """When no command is at work: the records, and the commit at HEAD."""

    records: dict[str, bytes]
    head: str


def moment(work: Path) -> Moment:
    records = {path: data for path, data in tree(work).items() if is_record(path)}
    return Moment(records, git(work, "rev-parse", "HEAD").strip())


def is_record(path: str) -> bool:
    return path.startswith(("scenarios/", "schema/")) and not Path(path).name.startswith(".scen")


@pytest.fixture(scope="module")
def journaled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Commands, Path]]:
    """The process of which all commands are forks, and the folder of its sandbox and journal."""
    folder = tmp_path_factory.mktemp("power")
    with commands(folder / "library", folder / "sandbox", folder / "journal") as runs:
        yield runs, folder


@needs_cc
@pytest.mark.parametrize("command", [c for c in COMMANDS if FULL or str(c) in SAMPLED], ids=str)
def test_nothing_acknowledged_is_lost_and_nothing_torn(
    journaled: tuple[Commands, Path], tmp_path: Path, command: Command
) -> None:
    runs, folder = journaled
    work, journal = prepare(runs, folder / "sandbox", command), folder / "journal"
    disk, calls, moments = Disk(work), list[list[Event]](), [moment(work)]
    for words in (command.words, (*NEXT, *(["--commit"] if command.commits else []))):
        journal.write_bytes(b"")
        assert runs.run(work, words).code == 0
        calls.append(list(events(journal.read_bytes())))
        moments.append(moment(work))
    for ours, before, after in zip(calls, moments[:-1], moments[1:], strict=True):
        for number, event in enumerate(ours, 1):
            disk.apply(event)
            done = number == len(ours)
            allowed = [after] if done else [before, after]
            for end, left in disk.survivors(2 + TIMES):
                found = list(torn(left, allowed))
                if command.commits and not end.startswith("some") and (done or FULL):
                    found += broken(left, tmp_path / "left", allowed)
                assert found == [], (number, done, end)


def torn(left: Mapping[str, bytes], allowed: Sequence[Moment]) -> Iterator[str]:
    for path in {*filter(is_record, left), *(path for each in allowed for path in each.records)}:
        if left.get(path) not in [each.records.get(path) for each in allowed]:
            yield f"{path} is lost or torn: {left.get(path)!r}"


def broken(left: Mapping[str, bytes], folder: Path, allowed: Sequence[Moment]) -> Iterator[str]:
    """What git itself says of the repository that is left."""
    shutil.rmtree(folder, ignore_errors=True)
    # A folder that held nothing yet is no file's parent; git knows no repository without these.
    for path in (".git/objects/-", ".git/refs/-", *left):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path in left:
            (folder / path).write_bytes(left[path])

    if len(allowed) > 1 and asked(folder, "ls-files").returncode:
        (folder / ".git" / "index").unlink()
    head = asked(folder, "rev-parse", "--verify", "HEAD")
    checked = asked(folder, "fsck", "--strict", "--no-dangling")
    if head.returncode or checked.returncode:
        yield f"git is broken: {head.stderr}{checked.stderr}{checked.stdout}"
    elif head.stdout.strip() not in [each.head for each in allowed]:
        yield "the commit is lost"


def ends(folder: Path, *events: tuple[str, int, str, str, bytes]) -> dict[str, dict[str, bytes]]:
    """What a power loss leaves of a folder in which a file `a` was written anew."""
    (folder / "a").write_bytes(b"old")
    disk = Disk(folder)
    for what, inode, name, to, data in events:
        path, other = (str(folder / each) if each else "" for each in (name, to))
        disk.apply(Event(what, inode or folder.stat().st_ino, path, other, data))
    return dict(disk.survivors(20))


def test_in_the_model_a_name_and_its_data_are_safe_once_each_was_synced(tmp_path: Path) -> None:
    written = ("create", 1, "b", "", b""), ("data", 1, "", "", b"new")
    renamed = ("rename", 1, "b", "a", b"")
    left = ends(tmp_path, *written, renamed)
    assert left["nothing-unsynced"] == {"a": b"old"}
    assert left["names-survive"] == {"a": b""}
    drawn = {end.get("a") for name, end in left.items() if name.startswith("some")}
    assert {b"old", b"new", b""} <= drawn
    safe = (*written, ("sync", 1, "", "", b""))
    assert ends(tmp_path, *safe)["nothing-unsynced"] == {"a": b"old"}
    left = ends(tmp_path, *safe, renamed, ("sync", 0, "", "", b""))
    assert {tuple(end.items()) for end in left.values()} == {(("a", b"new"),)}
