from __future__ import annotations

import ctypes
import errno
import os
import platform
import random
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import Problem, ScenError
from scenarios.storage import worktree
from scenarios.storage.worktree import Exists
from scenarios.storage.yaml.reader import MAX_BYTES

NOBODY = 65534
PUBLIC = tempfile.gettempdir()
LEFTOVER = re.compile(r"\.scen-[0-9a-f]{16}\.tmp")

# -- what the system does to us, for real ---------------------------------------------------------

_armed: list[tuple[str, str, Callable[[], object]]] = []


def _when_the_system_is_called(event: str, args: tuple[object, ...]) -> None:
    if _armed and _armed[0][0] == event and str(args[0]).endswith(_armed[0][1]):
        _armed.pop()[2]()


sys.addaudithook(_when_the_system_is_called)  # cannot be removed; it does nothing until armed


@contextmanager
def just_before(event: str, path: Path | str, action: Callable[[], object]) -> Iterator[None]:
    """Run `action` once, when the interpreter is about to make this call on a path ending so."""
    _armed.append((event, str(path), action))
    try:
        yield
        assert not _armed, "the call was never made"
    finally:
        _armed.clear()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Mode bits bind everyone but root, so root becomes nobody meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def plain_root() -> Iterator[Path]:
    """A database of an unprivileged user, where that user can reach it."""
    folder = Path(tempfile.mkdtemp(dir=PUBLIC))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    folder.chmod(0o755)
    for place in folder.iterdir():
        place.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "tracker.yaml").write_bytes(b"format: 1\n")
    return folder


def python(script: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(Path(worktree.__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# -- find -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [".", "scenarios", "scenarios/evidence/2022", "src/deep"])
def test_a_database_is_found_from_beside_it_and_from_inside_it(root: Path, start: str) -> None:
    place = root.parent / start
    place.mkdir(parents=True, exist_ok=True)
    assert worktree.find(place, None) == root
    assert worktree.find(place, "") == root


def test_a_database_is_found_from_a_relative_start(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "evidence").mkdir()
    monkeypatch.chdir(root / "evidence")
    assert worktree.find(Path(), None) == root


def test_a_given_database_is_the_folder_of_its_tracker_or_the_one_above(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    assert worktree.find(Path("/"), str(root)) == root
    assert worktree.find(Path("/"), str(root.parent)) == root
    assert worktree.find(Path("/"), "scenarios") == Path("scenarios")


def test_a_tracker_that_cannot_be_read_is_found_so_that_it_is_reported(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/tracker.yaml").symlink_to("nowhere")
    assert worktree.find(tmp_path, None) == tmp_path / "scenarios"


def test_no_database_here_or_above_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ScenError) as error:
        worktree.find(tmp_path, None)
    assert str(error.value) == (
        f"no database: neither {tmp_path} nor a folder above it holds scenarios/tracker.yaml;"
        " `scen init` makes one here, --database DIR names another"
    )


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("missing", "it does not exist"),
        ("empty", "it holds neither tracker.yaml nor scenarios/tracker.yaml"),
        ("file", "it is not a folder; name the folder that holds tracker.yaml"),
        ("dangling", "it is not a folder; name the folder that holds tracker.yaml"),
        ("mis\x1b[31m", "it does not exist"),
    ],
)
def test_a_given_database_that_is_none_says_why(tmp_path: Path, name: str, fault: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(ScenError) as error:
        worktree.find(tmp_path, str(tmp_path / name))
    shown = str(tmp_path / name).replace("\x1b", r"\x1b")
    assert str(error.value) == f"no database at {shown}: {fault}; `scen init DIR` makes one in DIR"


def test_a_database_name_with_a_nul_byte_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenError, match=r"cannot read the database at a\\x00b: .*embedded null"):
        worktree.find(tmp_path, "a\0b")


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
def test_an_unreadable_database_is_refused_and_not_passed_over(plain_root: Path, mode: int) -> None:
    (plain_root / "scenarios").mkdir()
    (plain_root / "scenarios/tracker.yaml").touch()
    (plain_root / "scenarios").chmod(mode)
    with without_privileges(), pytest.raises(ScenError) as error:
        worktree.find(plain_root, None)
    assert str(error.value) == (
        f"cannot read the database at {plain_root}/scenarios: Permission denied"
    )


# -- snapshot -------------------------------------------------------------------------------------


def test_a_snapshot_is_every_record_by_path_in_order(root: Path) -> None:
    for name in ("z.yaml", "a.yaml", "evidence/2022/2022-02-04-x.yaml", "evidence/2021/y.yaml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    files, problems = worktree.snapshot(root)
    assert list(files.items()) == [
        ("a.yaml", b"a.yaml"),
        ("evidence/2021/y.yaml", b"evidence/2021/y.yaml"),
        ("evidence/2022/2022-02-04-x.yaml", b"evidence/2022/2022-02-04-x.yaml"),
        ("tracker.yaml", b"format: 1\n"),
        ("z.yaml", b"z.yaml"),
    ]
    assert problems == []


def test_all_else_in_the_folder_is_ignored(root: Path) -> None:
    (root / ".git").mkdir()
    (root / "notes").mkdir()
    (root / "away").symlink_to("/nowhere")
    for name in ("README.md", ".a.yaml", ".git/b.yaml", "a.yaml~", "a.yaml.swp", "notes/n\x01.txt"):
        (root / name).write_bytes(b"x")
    os.mkfifo(root / "pipe")
    assert worktree.snapshot(root) == ({"tracker.yaml": b"format: 1\n"}, [])


def test_a_name_that_is_almost_right_is_listed_without_its_content(root: Path) -> None:
    for name in ("a.yml", "b.YAML", "c.Yml"):
        (root / name).write_bytes(b"x")
    assert worktree.snapshot(root) == (
        {"a.yml": b"", "b.YAML": b"", "c.Yml": b"", "tracker.yaml": b"format: 1\n"},
        [],
    )


def test_a_relative_root_and_an_absent_one_are_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    assert worktree.snapshot(Path("scenarios")) == ({"tracker.yaml": b"format: 1\n"}, [])
    assert worktree.snapshot(Path("absent")) == ({}, [])


def test_a_huge_file_is_read_one_byte_beyond_the_limit(root: Path) -> None:
    (root / "huge.yaml").write_bytes(b"x" * (2 << 20))
    (root / "whole.yaml").write_bytes(b"y" * MAX_BYTES)
    files, problems = worktree.snapshot(root)
    assert files["huge.yaml"] == b"x" * (MAX_BYTES + 1)
    assert files["whole.yaml"] == b"y" * MAX_BYTES
    assert problems == []


def test_a_symlink_that_leaves_the_database_is_not_followed(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_bytes(b"secret")
    (root / "file.yaml").symlink_to("../outside/secret.yaml")
    (root / "gone.yaml").symlink_to("/nowhere/\x1b[31m")
    (root / "evidence").symlink_to(outside)
    (root / "beside.yaml").symlink_to("../scenarios-2/x.yaml")
    where = root.parent
    assert worktree.snapshot(root) == (
        {"tracker.yaml": b"format: 1\n"},
        [
            _link_out("beside.yaml", f"{where}/scenarios-2/x.yaml"),
            _link_out("evidence", f"{where}/outside"),
            _link_out("file.yaml", f"{where}/outside/secret.yaml"),
            _link_out("gone.yaml", r"/nowhere/\x1b[31m"),
        ],
    )


def _link_out(path: str, target: str) -> Problem:
    message = f"leads out of the database, to {target}"
    return Problem(path, 1, 1, "symlink", message, "put the file itself here")


def _unreadable(path: str, reason: str) -> Problem:
    hint = "make it readable, or move it out of the database"
    return Problem(path, 1, 1, "unreadable", reason, hint)


def test_a_symlink_inside_the_database_is_read(root: Path) -> None:
    (root / "evidence/2022").mkdir(parents=True)
    (root / "evidence/2022/x.yaml").write_bytes(b"x")
    (root / "evidence/2023").symlink_to("2022")
    (root / "copy.yaml").symlink_to("evidence/2022/x.yaml")
    assert worktree.snapshot(root) == (
        {
            "copy.yaml": b"x",
            "evidence/2022/x.yaml": b"x",
            "evidence/2023/x.yaml": b"x",
            "tracker.yaml": b"format: 1\n",
        },
        [],
    )


def test_a_database_may_itself_be_a_symlink(root: Path) -> None:
    (root.parent / "link").symlink_to("scenarios")
    worktree.create(root.parent / "link", "a.yaml", b"a")
    expected = {"a.yaml": b"a", "tracker.yaml": b"format: 1\n"}
    assert worktree.snapshot(root.parent / "link") == (expected, [])


def test_loops_of_symlinked_folders_end(root: Path) -> None:
    for name in ("a", "b"):
        (root / name).mkdir()
        (root / name / f"{name}.yaml").write_bytes(name.encode())
        (root / name / "up").symlink_to("..")
        (root / name / "here").symlink_to(".")
    (root / "a/deep").mkdir()
    (root / "a/deep/to-b").symlink_to("../../b")
    (root / "a/to-b").symlink_to("../b")
    (root / "b/to-a").symlink_to("../a")
    files, problems = worktree.snapshot(root)
    assert list(files) == [
        "a/a.yaml",
        "a/deep/to-b/b.yaml",
        "a/to-b/b.yaml",
        "b/b.yaml",
        "b/to-a/a.yaml",
        "tracker.yaml",
    ]
    assert problems == []


def test_a_web_of_symlinks_does_not_multiply(root: Path) -> None:
    for name in "abcdefghijkl":
        (root / name).mkdir()
        (root / name / "x.yaml").write_bytes(b"x")
        for other in "abcdefghijkl":
            (root / name / other).symlink_to(f"../{other}")
    files, problems = worktree.snapshot(root)
    assert len(files) == 1 + 12 + 12 * 11
    assert problems == []


def test_a_symlink_that_leads_nowhere_is_unreadable(root: Path) -> None:
    (root / "gone.yaml").symlink_to("evidence/gone.yaml")
    (root / "self.yaml").symlink_to("self.yaml")
    assert worktree.snapshot(root)[1] == [
        _unreadable("gone.yaml", f"its target {root}/evidence/gone.yaml does not exist"),
        _unreadable("self.yaml", "Too many levels of symbolic links"),
    ]


def test_pipes_sockets_and_devices_are_never_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.yaml")
    (root / "link.yaml").symlink_to("pipe.yaml")
    expected = ["link.yaml", "pipe.yaml", "socket.yaml"]
    if os.geteuid() == 0:
        os.mknod(root / "device.yaml", 0o666 | 0o020000, os.makedev(1, 5))  # /dev/zero: endless
        expected.insert(0, "device.yaml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket.yaml"))
        found = worktree.snapshot(root)
    message = "a FIFO, a socket or a device: it was not opened"
    assert found == (
        {"tracker.yaml": b"format: 1\n"},
        [
            Problem(name, 1, 1, "not-a-file", message, "move it out of the database")
            for name in expected
        ],
    )


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
    denied = "Permission denied"
    problems = [_unreadable("b.yaml", denied), _unreadable("evidence", denied)]
    assert found == ({"a.yaml": b"x"}, problems)
    assert nothing == ({}, [_unreadable(".", denied)])


def test_a_name_that_no_terminal_can_show_is_a_problem_and_is_shown_escaped(root: Path) -> None:
    for name in (b"bell\x07.yaml", b"\xff.yaml", "turn\u202e.yaml".encode(), b"line\n/x.yaml"):
        path = os.path.join(os.fsencode(root), name)  # noqa: PTH118
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        Path(os.fsdecode(path)).write_bytes(b"x")
    message = "the name holds characters that no id can have"
    hint = "rename it: small letters, digits and hyphens"
    assert worktree.snapshot(root) == (
        {"tracker.yaml": b"format: 1\n"},
        [
            Problem(name, 1, 1, "bad-id", message, hint)
            for name in (r"\xff.yaml", r"bell\x07.yaml", r"line\n/x.yaml", r"turn\u202e.yaml")
        ],
    )


def test_what_vanishes_while_it_is_read_was_never_there(root: Path) -> None:
    (root / "evidence").mkdir()
    with just_before("open", root / "tracker.yaml", (root / "tracker.yaml").unlink):
        assert worktree.snapshot(root) == ({}, [])
    with just_before("os.scandir", root / "evidence", (root / "evidence").rmdir):
        assert worktree.snapshot(root) == ({}, [])


def test_what_is_swapped_for_a_link_or_a_pipe_while_it_is_read_traps_nobody(root: Path) -> None:
    tracker = root / "tracker.yaml"

    def become_a_link() -> None:
        tracker.unlink()
        tracker.symlink_to("/etc/passwd")

    def become_a_pipe() -> None:
        tracker.unlink()
        os.mkfifo(tracker)

    with just_before("open", tracker, become_a_link):
        assert worktree.snapshot(root)[0] == {}
    tracker.unlink()
    tracker.touch()
    with just_before("open", tracker, become_a_pipe):
        assert worktree.snapshot(root) == ({"tracker.yaml": b""}, [])


# -- create ---------------------------------------------------------------------------------------


def test_a_new_file_is_there_whole_with_the_folders_it_needs_and_nothing_else(root: Path) -> None:
    worktree.create(root, "evidence/2022/x.yaml", b"x\r\n")
    assert (root / "evidence/2022/x.yaml").read_bytes() == b"x\r\n"
    assert everything(root) == ["evidence", "evidence/2022", "evidence/2022/x.yaml", "tracker.yaml"]


def test_a_new_file_has_the_rights_that_any_program_would_give_it(root: Path) -> None:
    (root / "by-hand.yaml").touch()
    worktree.create(root, "a.yaml", b"a")
    assert (root / "a.yaml").stat().st_mode == (root / "by-hand.yaml").stat().st_mode


def test_create_works_below_a_relative_root_that_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    worktree.create(Path("new"), "scenarios/tracker.yaml", b"t")
    assert worktree.snapshot(tmp_path) == ({"new/scenarios/tracker.yaml": b"t"}, [])


@pytest.mark.parametrize("kind", ["file", "folder", "dangling", "link", "pipe"])
def test_nothing_that_exists_is_ever_overwritten(root: Path, kind: str) -> None:
    taken = root / "a.yaml"
    make: dict[str, Callable[[], None]] = {
        "file": taken.touch,
        "folder": taken.mkdir,
        "dangling": lambda: taken.symlink_to("b.yaml"),
        "link": lambda: taken.symlink_to("tracker.yaml"),
        "pipe": lambda: os.mkfifo(taken),
    }
    make[kind]()
    before = taken.lstat()
    with pytest.raises(Exists) as error:
        worktree.create(root, "a.yaml", b"new")
    assert str(error.value) == f"{taken}: exists already; nothing was written"
    assert isinstance(error.value, ScenError)
    assert isinstance(error.value, FileExistsError)
    assert taken.lstat() == before
    assert everything(root) == ["a.yaml", "tracker.yaml"]


@pytest.mark.parametrize(
    "path", ["../a.yaml", "/a.yaml", "x/../../a.yaml", "out/a.yaml", "out/2022/a.yaml", ""]
)
def test_nothing_is_written_outside_the_database(root: Path, path: str) -> None:
    (root.parent / "outside").mkdir()
    (root / "out").symlink_to("../outside")
    before = everything(root.parent)
    with pytest.raises(ScenError, match=r": leads out of the database; nothing was written$"):
        worktree.create(root, path, b"a")
    if path:
        with pytest.raises(ScenError, match=r": leads out of the database; nothing was written$"):
            worktree.replace(root, path, b"", b"a")
    assert everything(root.parent) == before


def test_a_folder_that_is_a_symlink_inside_the_database_is_written_through(root: Path) -> None:
    (root / "2022").mkdir()
    (root / "now").symlink_to("2022")
    worktree.create(root, "now/a.yaml", b"a")
    assert everything(root) == ["2022", "2022/a.yaml", "now", "tracker.yaml"]


def test_a_folder_that_another_process_makes_meanwhile_is_used(root: Path) -> None:
    evidence = root / "evidence"
    # The hook's own mkdir raises the event again, by then unarmed.
    with just_before("os.mkdir", evidence, evidence.mkdir):
        worktree.create(root, "evidence/a.yaml", b"a")
    assert everything(root) == ["evidence", "evidence/a.yaml", "tracker.yaml"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("x" * 300 + ".yaml", "File name too long"),
        ("tracker.yaml/a.yaml", "Not a directory"),
        ("tracker.yaml/2022/a.yaml", "Not a directory"),
        ("loop/a.yaml", "Too many levels of symbolic links"),
    ],
)
def test_a_path_that_cannot_be_is_refused_with_the_reason(
    root: Path, path: str, reason: str
) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(ScenError) as error:
        worktree.create(root, path, b"a")
    assert str(error.value) == f"{root / path}: {reason}; nothing was written"
    assert everything(root) == ["loop", "tracker.yaml"]


ids = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True)
paths = st.builds("{}/{}/{}.yaml".format, ids, ids, ids) | st.builds("{}.yaml".format, ids)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(paths, st.binary(max_size=300)), st.binary(max_size=300))
def test_a_snapshot_gives_back_what_was_written(files: dict[str, bytes], new: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            worktree.create(Path(folder), path, data)
        assert worktree.snapshot(Path(folder)) == (files, [])
        for path, data in files.items():
            worktree.replace(Path(folder), path, data, new)
        assert worktree.snapshot(Path(folder)) == (dict.fromkeys(files, new), [])


# -- replace --------------------------------------------------------------------------------------


def test_replacing_keeps_the_rights_of_a_file(root: Path) -> None:
    (root / "tracker.yaml").chmod(0o640)
    worktree.replace(root, "tracker.yaml", b"format: 1\n", b"new")
    assert (root / "tracker.yaml").read_bytes() == b"new"
    assert (root / "tracker.yaml").stat().st_mode & 0o7777 == 0o640
    assert everything(root) == ["tracker.yaml"]


def test_replacing_a_symlink_writes_to_its_target(root: Path) -> None:
    (root / "2022").mkdir()
    (root / "2022/a.yaml").write_bytes(b"old")
    (root / "a.yaml").symlink_to("2022/a.yaml")
    worktree.replace(root, "a.yaml", b"old", b"new")
    assert (root / "a.yaml").readlink() == Path("2022/a.yaml")
    assert (root / "2022/a.yaml").read_bytes() == b"new"


@pytest.mark.parametrize("now", [b"", b"ol", b"old ", b"0ld", None])
def test_a_file_that_changed_since_it_was_read_is_left_alone(root: Path, now: bytes | None) -> None:
    if now is not None:
        (root / "a.yaml").write_bytes(now)
    before = everything(root)
    with pytest.raises(ScenError) as error:
        worktree.replace(root, "a.yaml", b"old", b"new")
    assert str(error.value) == (
        f"{root}/a.yaml: changed since it was read: nothing was written; run the command again"
    )
    assert everything(root) == before
    assert now is None or (root / "a.yaml").read_bytes() == now


def test_what_an_editor_saves_during_the_write_is_left_alone(root: Path) -> None:
    tracker = root / "tracker.yaml"
    with (
        just_before("open", ".tmp", lambda: tracker.write_bytes(b"by hand")),
        pytest.raises(ScenError, match="changed since it was read: nothing was written"),
    ):
        worktree.replace(root, "tracker.yaml", b"format: 1\n", b"new")
    assert tracker.read_bytes() == b"by hand"
    assert everything(root) == ["tracker.yaml"]


def test_a_pipe_is_never_replaced(root: Path) -> None:
    os.mkfifo(root / "a.yaml")
    with pytest.raises(ScenError, match="changed since it was read: nothing was written"):
        worktree.replace(root, "a.yaml", b"", b"new")
    assert (root / "a.yaml").is_fifo()


def test_a_write_protected_file_is_left_alone(plain_root: Path) -> None:
    (plain_root / "a.yaml").write_bytes(b"old")
    (plain_root / "a.yaml").chmod(0o444)
    with without_privileges(), pytest.raises(ScenError) as error:
        worktree.replace(plain_root, "a.yaml", b"old", b"new")
    assert str(error.value) == f"{plain_root}/a.yaml: Permission denied; nothing was written"
    assert (plain_root / "a.yaml").read_bytes() == b"old"


# -- failing disks --------------------------------------------------------------------------------


def _refused_both(root: Path, old: bytes, data: bytes, reason: str) -> None:
    """Neither write succeeds, both say why, and the folder stays as it was."""
    before = everything(root)
    with pytest.raises(ScenError) as created:
        worktree.create(root, "new.yaml", data)
    with pytest.raises(ScenError) as replaced:
        worktree.replace(root, "a.yaml", old, data)
    assert str(created.value) == f"{root}/new.yaml: {reason}; nothing was written"
    assert str(replaced.value) == f"{root}/a.yaml: {reason}; nothing was written"
    assert (root / "a.yaml").read_bytes() == old
    assert everything(root) == before


def test_a_full_disk_leaves_the_old_file_and_no_remains(root: Path) -> None:
    with mounted(root, "size=64k"):
        (root / "a.yaml").write_bytes(b"old")
        _refused_both(root, b"old", b"x" * 100_000, "No space left on device")
        worktree.create(root, "small.yaml", b"x")
        assert everything(root) == ["a.yaml", "small.yaml"]


def test_a_file_size_limit_leaves_the_old_file_and_no_remains(root: Path) -> None:
    (root / "a.yaml").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        _refused_both(root, b"old", b"x" * 100_000, "File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_read_only_disk_is_refused(root: Path) -> None:
    with mounted(root, "size=64k"):
        (root / "a.yaml").write_bytes(b"old")
        subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
        _refused_both(root, b"old", b"new", "Read-only file system")


def test_a_read_only_folder_is_refused(plain_root: Path) -> None:
    with without_privileges():
        (plain_root / "a.yaml").write_bytes(b"old")
        plain_root.chmod(0o555)
        _refused_both(plain_root, b"old", b"new", "Permission denied")


def _refuse_system_calls(numbers: tuple[int, ...], reason: int) -> None:
    """Have the kernel refuse these calls of this thread, as some filesystems do."""
    load, equal, back = 0x20, 0x15, 0x06
    steps = [struct.pack("HBBI", load, 0, 0, 0)]
    for index, number in enumerate(numbers):
        steps.append(struct.pack("HBBI", equal, len(numbers) - index, 0, number))
    steps.append(struct.pack("HBBI", back, 0, 0, 0x7FFF0000))  # allow
    steps.append(struct.pack("HBBI", back, 0, 0, 0x00050000 | reason))  # errno
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
    assert libc.prctl(22, 2, program) == 0, os.strerror(ctypes.get_errno())  # seccomp filter


def on_a_system_without(
    calls: tuple[int, ...], work: Callable[[], object], reason: int = errno.EPERM
) -> object:
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the numbers of the system calls are those of Linux on x86-64")
    outcome: list[object] = []

    def run() -> None:
        _refuse_system_calls(calls, reason)
        try:
            outcome.append(work())
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # for the caller to judge
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


HARD_LINKS = (86, 265)
RENAMES = (82, 264, 316)


def test_a_filesystem_without_hard_links_is_written_to_without_overwriting(root: Path) -> None:
    assert on_a_system_without(HARD_LINKS, lambda: worktree.create(root, "a.yaml", b"a")) is None
    assert (root / "a.yaml").read_bytes() == b"a"
    again = on_a_system_without(HARD_LINKS, lambda: worktree.create(root, "a.yaml", b"b"))
    assert isinstance(again, Exists)
    assert (root / "a.yaml").read_bytes() == b"a"
    assert everything(root) == ["a.yaml", "tracker.yaml"]


def test_a_name_that_cannot_be_filled_is_given_back(root: Path) -> None:
    refused = on_a_system_without(
        HARD_LINKS + RENAMES, lambda: worktree.create(root, "a.yaml", b"a")
    )
    assert isinstance(refused, ScenError)
    assert str(refused) == f"{root}/a.yaml: Operation not permitted; nothing was written"
    assert everything(root) == ["tracker.yaml"]


# -- interruptions --------------------------------------------------------------------------------


def _press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("call", "path"), [("open", ".tmp"), ("os.link", ".tmp")])
def test_ctrl_c_during_create_leaves_nothing(root: Path, call: str, path: str) -> None:
    with just_before(call, path, _press_ctrl_c), pytest.raises(KeyboardInterrupt):
        worktree.create(root, "a.yaml", b"a")
    assert everything(root) == ["tracker.yaml"]


@pytest.mark.parametrize("call", ["open", "os.chmod", "os.rename"])
def test_ctrl_c_during_replace_leaves_the_old_file(root: Path, call: str) -> None:
    with just_before(call, ".tmp", _press_ctrl_c), pytest.raises(KeyboardInterrupt):
        worktree.replace(root, "tracker.yaml", b"format: 1\n", b"new")
    assert (root / "tracker.yaml").read_bytes() == b"format: 1\n"
    assert everything(root) == ["tracker.yaml"]


DIE_AT = """
import os, resource, signal, sys
from pathlib import Path
from scenarios.storage import worktree

root, call, ending, write = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if call == "write":  # the kernel kills in the middle of the write
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))

def die(event, args):
    if event == call and str(args[0]).endswith(ending):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
if write == "create":
    worktree.create(Path(root), "evidence/new.yaml", b"new" * 3000)
else:
    worktree.replace(Path(root), "old.yaml", b"old" * 3000, b"new" * 3000)
"""


@pytest.mark.parametrize(
    ("write", "step", "remains", "published"),
    [
        ("create", ("os.mkdir", "evidence"), 0, False),
        ("create", ("open", ".tmp"), 0, False),
        ("create", ("write", ""), 1, False),
        ("create", ("os.link", ".tmp"), 1, False),
        ("create", ("os.remove", ".tmp"), 1, True),
        ("replace", ("open", ".tmp"), 0, False),
        ("replace", ("write", ""), 1, False),
        ("replace", ("os.chmod", ".tmp"), 1, False),
        ("replace", ("os.rename", ".tmp"), 1, False),
        ("replace", ("os.remove", ".tmp"), 0, True),
    ],
)
def test_a_crash_before_each_step_leaves_every_record_whole(
    tmp_path: Path, write: str, step: tuple[str, str], remains: int, published: bool
) -> None:
    (tmp_path / "old.yaml").write_bytes(b"old" * 3000)
    died = python(DIE_AT, tmp_path, *step, write)
    died.communicate()
    assert died.returncode == (-signal.SIGXFSZ if step[0] == "write" else -signal.SIGKILL)
    expected = {"old.yaml": b"old" * 3000}
    if published:
        expected["evidence/new.yaml" if write == "create" else "old.yaml"] = b"new" * 3000
    assert worktree.snapshot(tmp_path) == (expected, [])
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(bool(LEFTOVER.fullmatch(name)) for name in left) == remains
    assert len(left) == len(expected) + remains


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from scenarios.storage import worktree

root, run = Path(sys.argv[1]), sys.argv[2]
old = (root / "edited.yaml").read_bytes()
number = 0
while True:
    data = f"{run} {number}\\n".encode() * 3000
    worktree.create(root, f"evidence/{run}/{number}.yaml", data)
    worktree.replace(root, "edited.yaml", old, data)
    print(number, flush=True)
    old = data
    number += 1
"""


def test_thirty_kills_at_random_moments_leave_every_record_whole(tmp_path: Path) -> None:
    (tmp_path / "edited.yaml").write_bytes(b"first\n" * 3000)
    moments = random.Random(2022)  # noqa: S311
    for run in range(32):
        writer = python(WRITE_FOR_EVER, tmp_path, run)
        assert writer.stdout
        told = [writer.stdout.readline() for _ in range(moments.randrange(1, 8))]
        for _ in range(moments.randrange(30_000)):  # a moment within the next write
            pass
        writer.kill()
        writer.communicate()
        assert told == [f"{number}\n" for number in range(len(told))]
        files, problems = worktree.snapshot(tmp_path)
        assert problems == []
        assert [path for path, data in files.items() if data != _first_line(data) * 3000] == []
        mine = sorted(int(Path(p).stem) for p in files if p.startswith(f"evidence/{run}/"))
        assert mine == list(range(len(mine)))
        assert len(mine) >= len(told)
        edited = _first_line(files["edited.yaml"]).decode().split()
        assert edited in ([str(run), str(mine[-1])], [str(run), str(mine[-1] - 1)])


def _first_line(data: bytes) -> bytes:
    return data[: data.index(b"\n") + 1]


# -- many at once ---------------------------------------------------------------------------------

CREATE_ALL = """
import sys
from pathlib import Path
from scenarios.storage import worktree

root, me = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    try:
        worktree.create(root, f"evidence/{number // 10}/{number}.yaml", me.encode() * 1000)
        print(number)
    except worktree.Exists:
        pass
"""

COUNT_UP = """
import sys
from pathlib import Path
from scenarios.storage import worktree
from scenarios.storage.lock import lock

root = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(10):
    with lock(root):
        old = (root / "count.yaml").read_bytes()
        worktree.replace(root, "count.yaml", old, b"%d" % (int(old) + 1))
"""


def _all_at_once(script: str, root: Path, names: str) -> dict[str, str]:
    processes = {name: python(script, root, name) for name in names}
    for process in processes.values():
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes.values():
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = {name: process.communicate()[0] for name, process in processes.items()}
    assert [process.returncode for process in processes.values()] == [0] * len(names)
    return outputs


def test_of_eight_processes_that_create_one_file_exactly_one_wins(tmp_path: Path) -> None:
    outputs = _all_at_once(CREATE_ALL, tmp_path, "abcdefgh")
    won = [(number, name) for name in outputs for number in outputs[name].split()]
    assert worktree.snapshot(tmp_path) == (
        {
            f"evidence/{int(number) // 10}/{number}.yaml": name.encode() * 1000
            for number, name in won
        },
        [],
    )
    assert sorted(int(number) for number, _ in won) == list(range(50))
    assert len(everything(tmp_path)) == 1 + 5 + 50


def test_no_update_is_lost_among_eight_processes_that_hold_the_lock(tmp_path: Path) -> None:
    (tmp_path / "count.yaml").write_bytes(b"0")
    _all_at_once(COUNT_UP, tmp_path, "abcdefgh")
    assert (tmp_path / "count.yaml").read_bytes() == b"80"
    assert everything(tmp_path) == ["count.yaml"]
