"""The working tree: what is read of it, and writes that are whole or not at all.

Where it is found, what is no file of it and who clears what is in tests/transcripts/storage.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import Problem, ScenError
from scenarios.storage import worktree
from scenarios.storage.disk import MAX_BYTES, clear, clear_below, leftovers, temporary
from scenarios.storage.worktree import PathTaken
from tests.full import TIMES
from tests.storage.system import (
    FLOCK,
    HARD_LINKS,
    RENAMES,
    holder,
    just_before,
    mounted,
    needs_root,
    on_a_system_without,
    remount,
    without_privileges,
)

Make = Callable[[Path], object]


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(ScenError) as error:
        work()
    return str(error.value)


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# -- find -----------------------------------------------------------------------------------------


def test_a_database_that_cannot_be_read_is_refused_and_not_passed_over(plain_root: Path) -> None:
    (plain_root / "tracker.yaml").symlink_to("nowhere")  # it is found, so that it is reported
    assert worktree.find(Path("/"), str(plain_root)) == plain_root
    fault = refusal(lambda: worktree.find(plain_root, "a\0b"))
    assert fault.startswith(r"cannot read the database at a\x00b: ")
    (plain_root / "scenarios").mkdir()
    (plain_root / "scenarios/tracker.yaml").touch()
    for mode in (0o000, 0o111, 0o444):
        (plain_root / "scenarios").chmod(mode)
        with without_privileges():
            assert refusal(lambda: worktree.find(plain_root, None)) == (
                f"cannot read the database at {plain_root}/scenarios: Permission denied"
            )


# -- snapshot -------------------------------------------------------------------------------------

TRACKER = {"tracker.yaml": b"format: 1\n"}


def test_a_snapshot_is_in_the_order_of_its_paths_wherever_it_is_reached_from(root: Path) -> None:
    names = ["z.yaml", "a.yaml", "evidence/2022/x.yaml", "evidence/2021/y.yaml"]
    for name in names:
        worktree.create(root, name, name.encode())
    (root / "copy.yaml").symlink_to("evidence/2022/x.yaml")
    (root / "evidence/2023").symlink_to("2022")
    (root / "b.YAML").write_bytes(b"x")  # almost right: listed without its content
    (root.parent / "link").symlink_to("scenarios")
    copied = b"evidence/2022/x.yaml"
    files = TRACKER | {name: name.encode() for name in names} | {"b.YAML": b""}
    files |= {"copy.yaml": copied, "evidence/2023/x.yaml": copied}
    found, problems = worktree.snapshot(root)
    assert (list(found.items()), problems) == (sorted(files.items()), [])
    assert worktree.snapshot(root.parent / "link") == (files, [])
    assert worktree.snapshot(Path(os.path.relpath(root))) == (files, [])
    assert worktree.snapshot(root / "absent") == ({}, [])


def test_a_huge_file_is_read_one_byte_beyond_the_limit(root: Path) -> None:
    (root / "huge.yaml").write_bytes(b"x" * (2 << 20))
    (root / "whole.yaml").write_bytes(b"y" * MAX_BYTES)
    files, problems = worktree.snapshot(root)
    assert (files["huge.yaml"], problems) == (b"x" * (MAX_BYTES + 1), [])
    assert files["whole.yaml"] == b"y" * MAX_BYTES


def link(target: str) -> Make:
    return lambda place: place.symlink_to(target)


@needs_root
def test_a_device_is_not_opened(root: Path) -> None:
    os.mknod(root / "device.yaml", 0o666 | 0o020000, os.makedev(1, 5))  # /dev/zero: endless
    files, (told,) = worktree.snapshot(root)
    assert (files, told.path, told.rule) == (TRACKER, "device.yaml", "not-a-file")


def test_loops_and_webs_of_symlinked_folders_end(root: Path) -> None:
    for name in "abcdefghijkl":
        (root / name).mkdir()
        (root / name / "x.yaml").write_bytes(b"x")
        (root / name / "up").symlink_to("..")
        (root / name / "here").symlink_to(".")
        for other in "abcdefghijkl":
            (root / name / other).symlink_to(f"../{other}")
    (root / "a/deep").mkdir()
    (root / "a/deep/to-b").symlink_to("../../b")
    files, problems = worktree.snapshot(root)
    expected = {f"{a}/{b}/x.yaml" for a in "abcdefghijkl" for b in "abcdefghijkl" if a != b}
    expected |= {f"{a}/x.yaml" for a in "abcdefghijkl"} | {"a/deep/to-b/x.yaml", "tracker.yaml"}
    assert (set(files), problems) == (expected, [])


def test_what_may_not_be_read_is_said_and_the_rest_is_read(plain_root: Path) -> None:
    (plain_root / "evidence").mkdir()
    for name in ("a.yaml", "b.yaml", "evidence/c.yaml"):
        (plain_root / name).write_bytes(b"x")
    (plain_root / "b.yaml").chmod(0)
    (plain_root / "evidence").chmod(0)
    with without_privileges():
        found = worktree.snapshot(plain_root)
        plain_root.chmod(0)
        nothing = worktree.snapshot(plain_root)
    why = ("unreadable", "Permission denied", "make it readable, or move it out of the database")
    told = [Problem(path, 1, 1, *why) for path in (".", "b.yaml", "evidence")]
    assert (found, nothing) == (({"a.yaml": b"x"}, told[1:]), ({}, told[:1]))


def test_what_vanishes_or_is_swapped_while_it_is_read_traps_nobody(root: Path) -> None:
    tracker = root / "tracker.yaml"
    (root / "evidence").mkdir()
    with just_before("os.scandir", root / "evidence", (root / "evidence").rmdir):
        assert worktree.snapshot(root) == (TRACKER, [])

    def read_while(swap: Make) -> dict[str, bytes]:
        def swapped() -> None:
            tracker.unlink()
            swap(tracker)

        tracker.unlink(missing_ok=True)
        tracker.touch()
        with just_before("open", tracker, swapped):
            return worktree.snapshot(root)[0]

    assert read_while(lambda _: None) == read_while(link("/etc/passwd")) == {}
    assert read_while(os.mkfifo) == {"tracker.yaml": b""}


# -- create ---------------------------------------------------------------------------------------


def test_a_new_file_is_there_whole_with_the_folders_that_it_needs_and_the_usual_rights(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "2022").mkdir()
    (root / "now").symlink_to("2022")
    worktree.create(root, "now/deep/x.yaml", b"x\r\n")
    assert (root / "2022/deep/x.yaml").read_bytes() == b"x\r\n"
    assert everything(root) == ["2022", "2022/deep", "2022/deep/x.yaml", "now", "tracker.yaml"]
    (root / "by-hand.yaml").touch()
    assert (root / "2022/deep/x.yaml").stat().st_mode == (root / "by-hand.yaml").stat().st_mode
    monkeypatch.chdir(root.parent)
    worktree.create(Path("new"), "scenarios/tracker.yaml", b"t")  # the root is not there yet
    assert worktree.snapshot(Path("new")) == ({"scenarios/tracker.yaml": b"t"}, [])


@pytest.mark.parametrize(
    "make",
    [Path.touch, Path.mkdir, link("b.yaml"), link("tracker.yaml"), os.mkfifo],
    ids=["file", "folder", "dangling", "link", "pipe"],
)
def test_nothing_that_exists_is_ever_overwritten(root: Path, make: Make) -> None:
    taken = root / "a.yaml"
    make(taken)
    before = taken.lstat()
    with pytest.raises(PathTaken) as error:
        worktree.create(root, "a.yaml", b"new")
    assert str(error.value) == f"{taken}: exists already; nothing was written"
    assert isinstance(error.value, ScenError | FileExistsError)
    assert taken.lstat() == before
    assert everything(root) == ["a.yaml", "tracker.yaml"]


@pytest.mark.parametrize("path", ["../a.yaml", "/a.yaml", "x/../../a.yaml", "out/2022/a.yaml", ""])
def test_nothing_is_written_outside_the_database(root: Path, path: str) -> None:
    (root.parent / "outside").mkdir()
    (root / "out").symlink_to("../outside")
    before = everything(root.parent)
    out = ": leads out of the database; nothing was written"
    assert refusal(lambda: worktree.create(root, path, b"a")).endswith(out)
    if path:
        assert refusal(lambda: worktree.replace(root, path, b"", b"a")).endswith(out)
    assert everything(root.parent) == before


def test_a_folder_that_another_process_makes_meanwhile_is_used(root: Path) -> None:
    evidence = root / "evidence"
    # The hook's own mkdir raises the event again, by then unarmed.
    with just_before("os.mkdir", evidence, evidence.mkdir):
        worktree.create(root, "evidence/a.yaml", b"a")
    assert everything(root) == ["evidence", "evidence/a.yaml", "tracker.yaml"]


def test_of_eight_that_create_one_file_exactly_one_wins(root: Path) -> None:
    won: dict[str, bytes] = {}

    def race(me: bytes) -> None:
        for number in range(25):
            path = f"evidence/{number // 10}/{number}.yaml"
            with suppress(PathTaken):
                worktree.create(root, path, me * 1000)
                assert path not in won
                won[path] = me * 1000

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(race, [b"%d" % me for me in range(8)])) == [None] * 8
    assert worktree.snapshot(root) == (TRACKER | won, [])
    assert len(everything(root)) == 1 + 1 + 3 + 25


ids = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)
paths = st.builds("{}/{}/{}.yaml".format, ids, ids, ids) | st.builds("{}.yaml".format, ids)


@settings(max_examples=15 * TIMES, deadline=None)
@given(st.dictionaries(paths, st.binary(max_size=300), max_size=4), st.binary(max_size=300))
def test_a_snapshot_gives_back_what_was_written(files: dict[str, bytes], new: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            worktree.create(Path(folder), path, data)
        assert worktree.snapshot(Path(folder)) == (files, [])
        for path, data in files.items():
            worktree.replace(Path(folder), path, data, new)
        assert worktree.snapshot(Path(folder)) == (dict.fromkeys(files, new), [])


# -- replace --------------------------------------------------------------------------------------


def test_replacing_keeps_the_rights_of_a_file_and_writes_through_a_symlink(root: Path) -> None:
    (root / "2022").mkdir()
    (root / "2022/a.yaml").write_bytes(b"old")
    (root / "2022/a.yaml").chmod(0o640)
    (root / "a.yaml").symlink_to("2022/a.yaml")
    worktree.replace(root, "a.yaml", b"old", b"new")
    assert (root / "a.yaml").readlink() == Path("2022/a.yaml")
    assert (root / "2022/a.yaml").read_bytes() == b"new"
    assert (root / "2022/a.yaml").stat().st_mode & 0o7777 == 0o640
    assert everything(root) == ["2022", "2022/a.yaml", "a.yaml", "tracker.yaml"]


@pytest.mark.parametrize("now", [b"", b"ol", b"old ", b"0ld", None, "pipe", "editor"])
def test_a_file_that_changed_since_it_was_read_is_left_alone(
    root: Path, now: bytes | str | None
) -> None:
    place = root / "a.yaml"
    if now == "pipe":
        os.mkfifo(place)
    elif now is not None:
        place.write_bytes(now if isinstance(now, bytes) else b"old")
    before = everything(root)
    saves = just_before("open", ".tmp", lambda: place.write_bytes(b"by hand"))
    with saves if now == "editor" else nullcontext():
        fault = refusal(lambda: worktree.replace(root, "a.yaml", b"old", b"new"))
    assert fault == (
        f"{place}: changed since it was read: nothing was written; run the command again"
    )
    assert everything(root) == before
    if place.is_file():
        assert place.read_bytes() == (b"by hand" if now == "editor" else now)


# -- failing disks --------------------------------------------------------------------------------


def write(root: Path, path: str, old: bytes | None, data: bytes) -> None:
    """Write a new file, or one anew."""
    if old is None:
        worktree.create(root, path, data)
    else:
        worktree.replace(root, path, old, data)


def refused(root: Path, data: bytes, reason: str) -> None:
    """No write succeeds, each says why, and the folder stays as it was."""
    before = everything(root)
    for name, old in (("new.yaml", None), ("a.yaml", b"old")):
        fault = refusal(partial(write, root, name, old, data))
        assert fault == f"{root}/{name}: {reason}; nothing was written"
    assert (root / "a.yaml").read_bytes() == b"old"
    assert everything(root) == before


def test_a_disk_that_is_full_or_read_only_leaves_the_old_file_and_no_remains(root: Path) -> None:
    with mounted(root, "size=64k"):
        (root / "a.yaml").write_bytes(b"old")
        refused(root, b"x" * 100_000, "No space left on device")
        worktree.create(root, "small.yaml", b"x")
        remount(root, "ro")
        refused(root, b"new", "Read-only file system")


def test_a_file_size_limit_leaves_the_old_file_and_no_remains(root: Path) -> None:
    (root / "a.yaml").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        refused(root, b"x" * 100_000, "File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_read_only_folder_is_refused_and_a_write_protected_file_left_alone(
    plain_root: Path,
) -> None:
    with without_privileges():
        (plain_root / "a.yaml").write_bytes(b"old")
        (plain_root / "a.yaml").chmod(0o444)
        fault = refusal(lambda: worktree.replace(plain_root, "a.yaml", b"old", b"new"))
        assert fault == f"{plain_root}/a.yaml: Permission denied; nothing was written"
        (plain_root / "a.yaml").chmod(0o644)
        plain_root.chmod(0o555)
        refused(plain_root, b"new", "Permission denied")


def test_a_filesystem_without_hard_links_is_written_to_without_overwriting(root: Path) -> None:
    assert on_a_system_without(HARD_LINKS, lambda: worktree.create(root, "a.yaml", b"a")) is None
    again = on_a_system_without(HARD_LINKS, lambda: worktree.create(root, "a.yaml", b"b"))
    assert isinstance(again, PathTaken)
    assert (root / "a.yaml").read_bytes() == b"a"
    none = (*HARD_LINKS, *RENAMES)
    fault = on_a_system_without(none, lambda: worktree.create(root, "b.yaml", b"b"))
    assert str(fault) == f"{root}/b.yaml: Operation not permitted; nothing was written"
    # A name that was not filled is given back.
    assert everything(root) == ["a.yaml", "tracker.yaml"]


@pytest.mark.parametrize(
    ("call", "path", "old"),
    [
        *((call, "tracker.yaml", b"format: 1\n") for call in ("open", "os.chmod", "os.rename")),
        *((call, "a.yaml", None) for call in ("open", "os.link")),
    ],
)
def test_ctrl_c_during_a_write_leaves_what_was_there(
    root: Path, call: str, path: str, old: bytes | None
) -> None:
    with (
        just_before(call, ".tmp", lambda: os.kill(os.getpid(), signal.SIGINT)),
        pytest.raises(KeyboardInterrupt),
    ):
        write(root, path, old, b"new")
    assert worktree.snapshot(root) == (TRACKER, [])
    assert everything(root) == ["tracker.yaml"]


# -- what killed commands left --------------------------------------------------------------------

LEFT = ".scen-0123456789abcdef.tmp"


def left(folder: Path) -> list[str]:
    return [path for path in everything(folder) if path.endswith(".tmp")]


def test_what_a_live_process_writes_stays_until_it_is_dead(tmp_path: Path) -> None:
    writer = holder('temporary(root, b"half")', tmp_path)
    (name,) = left(tmp_path)
    clear_below(tmp_path)
    worktree.create(tmp_path, "a.yaml", b"a")
    assert everything(tmp_path) == [name, "a.yaml"]
    assert [*leftovers(tmp_path)] == []
    writer.kill()
    writer.communicate()
    assert everything(tmp_path) == [name, "a.yaml"]
    assert [*leftovers(tmp_path)] == [tmp_path / name]
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


def test_many_new_files_are_there_whole_and_named_in_their_order(root: Path) -> None:
    files = [
        (f"{folder}/{n}.yaml", f"{folder}: {n}\n".encode()) for n in range(70) for folder in "ab"
    ]
    assert list(worktree.create_all(root, files)) == [path for path, _ in files]
    assert {path: (root / path).read_bytes() for path, _ in files} == dict(files)
    assert [*leftovers(root / "a"), *leftovers(root / "b")] == []
