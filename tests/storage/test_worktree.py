"""The working tree: what is found and read of it, and writes that are whole or not at all."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
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
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import Problem, ScenError
from scenarios.storage import worktree
from scenarios.storage.worktree import Exists
from scenarios.storage.yaml.reader import MAX_BYTES
from tests.full import TIMES

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


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(ScenError) as error:
        work()
    return str(error.value)


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# -- find -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [".", "scenarios", "scenarios/evidence/2022", "src/deep"])
def test_a_database_is_found_from_beside_it_and_from_inside_it(
    root: Path, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = root.parent / start
    place.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(place)
    for here in (place, Path()):
        assert worktree.find(here, None) == worktree.find(here, "") == root


def test_a_given_database_is_the_folder_of_its_tracker_or_the_one_above(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)
    for name, found in {root: root, root.parent: root, "scenarios": Path("scenarios")}.items():
        assert worktree.find(Path("/"), str(name)) == found
    (root / "tracker.yaml").unlink()
    (root / "tracker.yaml").symlink_to("nowhere")  # it is found, so that it is reported
    assert worktree.find(root.parent, None) == root


def test_no_database_says_where_it_was_looked_for_and_why_what_was_given_is_none(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    beside = "it is not a folder; name the folder that holds tracker.yaml"
    why = {
        "missing": "it does not exist",
        "empty": "it holds neither tracker.yaml nor scenarios/tracker.yaml",
        "file": beside,
        "dangling": beside,
        "mis\x1b[31m": "it does not exist",
    }
    for name, fault in why.items():
        shown = str(tmp_path / name).replace("\x1b", r"\x1b")
        assert refusal(partial(worktree.find, tmp_path, f"{tmp_path}/{name}")) == (
            f"no database at {shown}: {fault}; `scen init DIR` makes one in DIR"
        )
    assert refusal(lambda: worktree.find(tmp_path, None)) == (
        f"no database: neither {tmp_path} nor a folder above it holds scenarios/tracker.yaml;"
        " `scen init` makes one here, --database DIR names another"
    )
    fault = refusal(lambda: worktree.find(tmp_path, "a\0b"))
    assert fault.startswith(r"cannot read the database at a\x00b: ")


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
def test_an_unreadable_database_is_refused_and_not_passed_over(plain_root: Path, mode: int) -> None:
    (plain_root / "scenarios").mkdir()
    (plain_root / "scenarios/tracker.yaml").touch()
    (plain_root / "scenarios").chmod(mode)
    with without_privileges():
        assert refusal(lambda: worktree.find(plain_root, None)) == (
            f"cannot read the database at {plain_root}/scenarios: Permission denied"
        )


# -- snapshot -------------------------------------------------------------------------------------

TRACKER = {"tracker.yaml": b"format: 1\n"}


def problem(path: str, rule: str, message: str) -> Problem:
    hints = {
        "symlink": "put the file itself here",
        "unreadable": "make it readable, or move it out of the database",
        "not-a-file": "move it out of the database",
        "bad-id": "rename it: small letters, digits and hyphens",
    }
    return Problem(path, 1, 1, rule, message, hints[rule])


def test_a_snapshot_is_every_record_by_path_in_order_and_all_else_is_ignored(root: Path) -> None:
    names = ["z.yaml", "a.yaml", "evidence/2022/x.yaml", "evidence/2021/y.yaml"]
    for name in names:
        worktree.create(root, name, name.encode())
    (root / "copy.yaml").symlink_to("evidence/2022/x.yaml")
    (root / "evidence/2023").symlink_to("2022")
    for name in ("a.yml", "b.YAML"):  # almost right: listed without its content
        (root / name).write_bytes(b"x")
    (root / "away").symlink_to("/nowhere")
    for name in ("README.md", ".a.yaml", ".git/b.yaml", "a.yaml~", "a.yaml.swp", "notes/n\x01.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
    os.mkfifo(root / "pipe")
    (root.parent / "link").symlink_to("scenarios")
    copied = b"evidence/2022/x.yaml"
    files = {name: name.encode() for name in names} | dict.fromkeys(("a.yml", "b.YAML"), b"")
    files |= TRACKER | {"copy.yaml": copied, "evidence/2023/x.yaml": copied}
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


def test_a_symlink_that_leaves_the_database_or_leads_nowhere_is_not_followed(root: Path) -> None:
    where = root.parent
    (where / "outside").mkdir()
    (where / "outside" / "secret.yaml").write_bytes(b"secret")
    targets = {
        "beside.yaml": "../scenarios-2/x.yaml",
        "evidence": f"{where}/outside",
        "file.yaml": "../outside/secret.yaml",
        "gone.yaml": "/nowhere/\x1b[31m",
        "lost.yaml": "evidence-2/gone.yaml",
        "self.yaml": "self.yaml",
    }
    for name, target in targets.items():
        (root / name).symlink_to(target)
    out = "leads out of the database, to"
    assert worktree.snapshot(root) == (
        TRACKER,
        [
            problem("beside.yaml", "symlink", f"{out} {where}/scenarios-2/x.yaml"),
            problem("evidence", "symlink", f"{out} {where}/outside"),
            problem("file.yaml", "symlink", f"{out} {where}/outside/secret.yaml"),
            problem("gone.yaml", "symlink", rf"{out} /nowhere/\x1b[31m"),
            problem(
                "lost.yaml", "unreadable", f"its target {root}/evidence-2/gone.yaml does not exist"
            ),
            problem("self.yaml", "unreadable", "Too many levels of symbolic links"),
        ],
    )


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
    assert found == (TRACKER, [problem(name, "not-a-file", message) for name in expected])


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
    problems = [problem("b.yaml", "unreadable", denied), problem("evidence", "unreadable", denied)]
    assert found == ({"a.yaml": b"x"}, problems)
    assert nothing == ({}, [problem(".", "unreadable", denied)])


def test_a_name_that_no_terminal_can_show_is_a_problem_and_is_shown_escaped(root: Path) -> None:
    for name in (b"bell\x07.yaml", b"\xff.yaml", "turn\u202e.yaml".encode(), b"line\n/x.yaml"):
        path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
        path.parent.mkdir(exist_ok=True)
        path.touch()
    shown = (r"\xff.yaml", r"bell\x07.yaml", r"line\n/x.yaml", r"turn\u202e.yaml")
    message = "the name holds characters that no id can have"
    assert worktree.snapshot(root) == (
        TRACKER,
        [problem(name, "bad-id", message) for name in shown],
    )


def test_what_vanishes_or_is_swapped_while_it_is_read_traps_nobody(root: Path) -> None:
    tracker = root / "tracker.yaml"

    def swapped(make: Callable[[], object]) -> dict[str, bytes]:
        def swap() -> None:
            tracker.unlink()
            make()

        tracker.unlink(missing_ok=True)
        tracker.touch()
        with just_before("open", tracker, swap):
            return worktree.snapshot(root)[0]

    (root / "evidence").mkdir()
    with just_before("os.scandir", root / "evidence", (root / "evidence").rmdir):
        assert worktree.snapshot(root) == (TRACKER, [])
    assert swapped(lambda: None) == swapped(lambda: tracker.symlink_to("/etc/passwd")) == {}
    assert swapped(lambda: os.mkfifo(tracker)) == {"tracker.yaml": b""}


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
    [
        Path.touch,
        Path.mkdir,
        lambda place: place.symlink_to("b.yaml"),
        lambda place: place.symlink_to("tracker.yaml"),
        os.mkfifo,
    ],
    ids=["file", "folder", "dangling", "link", "pipe"],
)
def test_nothing_that_exists_is_ever_overwritten(root: Path, make: Callable[[Path], None]) -> None:
    taken = root / "a.yaml"
    make(taken)
    before = taken.lstat()
    with pytest.raises(Exists) as error:
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


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("x" * 300 + ".yaml", "File name too long"),
        ("tracker.yaml/2022/a.yaml", "Not a directory"),
        ("loop/a.yaml", "Too many levels of symbolic links"),
    ],
)
def test_a_path_that_cannot_be_is_refused_with_the_reason(
    root: Path, path: str, reason: str
) -> None:
    (root / "loop").symlink_to("loop")
    fault = refusal(lambda: worktree.create(root, path, b"a"))
    assert fault == f"{root / path}: {reason}; nothing was written"
    assert everything(root) == ["loop", "tracker.yaml"]


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


def test_a_write_protected_file_is_left_alone(plain_root: Path) -> None:
    place = plain_root / "a.yaml"
    place.write_bytes(b"old")
    place.chmod(0o444)
    with without_privileges():
        fault = refusal(lambda: worktree.replace(plain_root, "a.yaml", b"old", b"new"))
    assert fault == f"{place}: Permission denied; nothing was written"
    assert place.read_bytes() == b"old"


# -- failing disks --------------------------------------------------------------------------------


def refused_both(root: Path, data: bytes, reason: str) -> None:
    """Neither write succeeds, both say why, and the folder stays as it was."""
    before = everything(root)
    created = refusal(lambda: worktree.create(root, "new.yaml", data))
    replaced = refusal(lambda: worktree.replace(root, "a.yaml", b"old", data))
    assert created == f"{root}/new.yaml: {reason}; nothing was written"
    assert replaced == f"{root}/a.yaml: {reason}; nothing was written"
    assert (root / "a.yaml").read_bytes() == b"old"
    assert everything(root) == before


def test_a_disk_that_is_full_or_read_only_leaves_the_old_file_and_no_remains(root: Path) -> None:
    with mounted(root, "size=64k"):
        (root / "a.yaml").write_bytes(b"old")
        refused_both(root, b"x" * 100_000, "No space left on device")
        worktree.create(root, "small.yaml", b"x")
        subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
        refused_both(root, b"new", "Read-only file system")


def test_a_file_size_limit_leaves_the_old_file_and_no_remains(root: Path) -> None:
    (root / "a.yaml").write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        refused_both(root, b"x" * 100_000, "File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_read_only_folder_is_refused(plain_root: Path) -> None:
    with without_privileges():
        (plain_root / "a.yaml").write_bytes(b"old")
        plain_root.chmod(0o555)
        refused_both(plain_root, b"new", "Permission denied")


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
    again = on_a_system_without(HARD_LINKS, lambda: worktree.create(root, "a.yaml", b"b"))
    assert isinstance(again, Exists)
    assert (root / "a.yaml").read_bytes() == b"a"
    refused = on_a_system_without(
        HARD_LINKS + RENAMES, lambda: worktree.create(root, "b.yaml", b"b")
    )
    assert str(refused) == f"{root}/b.yaml: Operation not permitted; nothing was written"
    assert everything(root) == [
        "a.yaml",
        "tracker.yaml",
    ]  # a name that was not filled is given back


# -- interruptions --------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["open", "os.link", "os.chmod", "os.rename"])
def test_ctrl_c_during_a_write_leaves_what_was_there(root: Path, call: str) -> None:
    writes: list[Callable[[], object]] = []
    if call != "os.link":
        writes.append(lambda: worktree.replace(root, "tracker.yaml", b"format: 1\n", b"new"))
    if call in ("open", "os.link"):
        writes.append(lambda: worktree.create(root, "a.yaml", b"a"))
    for write in writes:
        with (
            just_before(call, ".tmp", lambda: os.kill(os.getpid(), signal.SIGINT)),
            pytest.raises(KeyboardInterrupt),
        ):
            write()
        assert worktree.snapshot(root) == (TRACKER, [])
        assert everything(root) == ["tracker.yaml"]


# In a fork, as a kill at a step needs no new interpreter.
STEPS = [
    ("create", "os.mkdir", "evidence", 0, False),
    ("create", "open", ".tmp", 0, False),
    ("create", "write", "", 1, False),
    ("create", "os.link", ".tmp", 1, False),
    ("create", "os.remove", ".tmp", 1, True),
    ("replace", "open", ".tmp", 0, False),
    ("replace", "write", "", 1, False),
    ("replace", "os.chmod", ".tmp", 1, False),
    ("replace", "os.rename", ".tmp", 1, False),
    ("replace", "os.remove", ".tmp", 0, True),
]
DIE_AT = """
import json, os, resource, signal, sys
from pathlib import Path
from scenarios.storage import worktree

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
doomed = None

def die(event, args):
    if doomed and event == doomed[0] and str(args[0]).endswith(doomed[1]):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
for number, (write, call, ending, *_) in enumerate(json.loads(sys.argv[2])):
    root = Path(sys.argv[1], f"{number}")
    root.mkdir()
    (root / "old.yaml").write_bytes(b"old" * 3000)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        continue
    doomed = call, ending
    if call == "write":  # the kernel kills in the middle of the write
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    if write == "create":
        worktree.create(root, "evidence/new.yaml", b"new" * 3000)
    else:
        worktree.replace(root, "old.yaml", b"old" * 3000, b"new" * 3000)
    os._exit(0)
"""


def test_a_crash_before_each_step_leaves_every_record_whole(tmp_path: Path) -> None:
    told = python(DIE_AT, tmp_path, json.dumps(STEPS)).communicate()[0].split()
    for number, (write, call, _, remains, published) in enumerate(STEPS):
        died = -signal.SIGXFSZ if call == "write" else -signal.SIGKILL
        assert int(told[number]) == died
        expected = {"old.yaml": b"old" * 3000}
        if published:
            expected["evidence/new.yaml" if write == "create" else "old.yaml"] = b"new" * 3000
        folder = tmp_path / f"{number}"
        assert worktree.snapshot(folder) == (expected, []), STEPS[number]
        left = [path.name for path in folder.rglob("*") if path.is_file()]
        assert sum(bool(LEFTOVER.fullmatch(name)) for name in left) == remains
        assert len(left) == len(expected) + remains


# -- many at once ---------------------------------------------------------------------------------

RACE = """
import os, sys
from pathlib import Path
from scenarios.storage import worktree

root = Path(sys.argv[1])
children = []
go, starts = os.pipe()
for me in "abcdefgh":
    children.append(os.fork())
    if children[-1]:
        continue
    os.close(starts)
    os.read(go, 1)
    for number in range(25):
        try:
            worktree.create(root, f"evidence/{number // 10}/{number}.yaml", me.encode() * 1000)
            os.write(1, f"{number} {me}\\n".encode())
        except worktree.Exists:
            pass
    os._exit(0)
os.close(starts)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


def test_of_eight_processes_that_create_one_file_exactly_one_wins(tmp_path: Path) -> None:
    racing = python(RACE, tmp_path)
    won = [line.split() for line in racing.communicate()[0].splitlines()]
    assert racing.returncode == 0
    files = {f"evidence/{int(n) // 10}/{n}.yaml": name.encode() * 1000 for n, name in won}
    assert worktree.snapshot(tmp_path) == (files, [])
    assert sorted(int(number) for number, _ in won) == list(range(25))
    assert len(everything(tmp_path)) == 1 + 3 + 25
