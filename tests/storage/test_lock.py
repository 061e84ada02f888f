"""One lock for everybody who can reach a database, wherever it is reached from.

What may lie in its way is in tests/transcripts/storage/lock.txt.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.lock import lock, lock_file
from scenarios.storage.worktree import PathTaken
from tests.storage.system import (
    FLOCK,
    holder,
    just_before,
    mounted,
    needs_root,
    on_a_system_without,
    remount,
    without_privileges,
)
from tests.storage.test_git import commit, put, run
from tests.storage.test_worktree import everything

needs_queue = pytest.mark.skipif(
    not Path("/proc/locks").exists(), reason="no list of who waits here"
)


@pytest.fixture
def shared(root: Path) -> Path:
    """The git directory of the database's repository."""
    run(root.parent, "init", "-q", "-b", "main")
    return root.parent / ".git"


def is_held(root: Path) -> bool:
    try:
        with lock(root, 0):
            return False
    except ScenError as error:
        return "still holds it after 0 s" in str(error)


def refusal(root: Path) -> str:
    with pytest.raises(ScenError) as error, lock(root, 0):
        pass
    start = f"{root}: cannot lock it: nothing was written: "
    assert str(error.value).startswith(start)
    return str(error.value).removeprefix(start)


# -- where it lies --------------------------------------------------------------------------------


def test_it_lies_in_the_git_directory_or_beside_the_tracker_while_it_is_held(root: Path) -> None:
    with lock(root):
        assert everything(root) == [".scen.lock", "tracker.yaml"]
    assert everything(root) == ["tracker.yaml"]
    run(root.parent, "init", "-q", "-b", "main")
    before = everything(root.parent)
    with lock(root):
        assert everything(root.parent) == sorted([*before, ".git/scen.lock"])
        assert (root.parent / ".git/scen.lock").read_bytes() == b""
        assert run(root.parent, "status", "--porcelain") == "?? scenarios/"
        assert run(root.parent, "fsck", "--strict") == ""
    assert everything(root.parent) == before


def test_it_is_one_by_whatever_path_worktree_and_environment(
    root: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.parent / "link").symlink_to("scenarios")
    commit(root.parent, "first")
    run(root.parent, "worktree", "add", "-q", "../linked")
    above = f"{root.parent}:{root.parents[1]}"
    elsewhere = {"TMPDIR": str(root), "GIT_DIR": "/nowhere", "GIT_CEILING_DIRECTORIES": above}
    with monkeypatch.context() as patch:
        for name, value in elsewhere.items():
            patch.setenv(name, value)
        other = holder("lock(root)", root.parent / "link")
    assert is_held(root)
    other.communicate("done\n")
    assert not is_held(root)
    linked = root.parents[1] / "linked" / "scenarios"
    assert lock_file(linked) == lock_file(root) == shared / "scen.lock"


@pytest.mark.parametrize("points_to", ["elsewhere", "/nowhere", "", "elsewhere/file"])
def test_what_a_git_file_names_is_not_written_to_unless_it_is_a_git_directory(
    root: Path, points_to: str
) -> None:
    put(root.parent, "elsewhere/file", b"")
    put(root.parent, ".git", f"gitdir: {points_to}\n".encode())
    with lock(root):
        assert everything(root) == [".scen.lock", "tracker.yaml"]
        assert everything(root.parent / "elsewhere") == ["file"]


# -- who has it -----------------------------------------------------------------------------------


def test_what_a_live_process_holds_is_named_and_a_dead_one_holds_nothing(root: Path) -> None:
    place = root / ".scen.lock"
    other = holder("lock(root)", root)
    with pytest.raises(ScenError) as error, lock(root, 0.02):
        pass
    assert str(error.value) == (
        f"{root}: cannot lock it: nothing was written: another command, perhaps a `scen` in"
        f" another terminal, still holds it after 0.02 s ({place}); let it end, then"
        " run the command again"
    )
    other.kill()
    other.communicate()
    assert place.exists()
    with lock(root, 5):  # who came too late above has it for a moment, and lets it go
        pass
    assert everything(root) == ["tracker.yaml"]


def test_one_that_comes_too_late_or_whose_edit_fails_gives_it_back(root: Path) -> None:
    with lock(root), pytest.raises(ScenError, match="still holds it"), lock(root, 0.01):
        pass
    with pytest.raises(PathTaken), lock(root):
        worktree.create(root, "tracker.yaml", b"")
    assert not is_held(root)


def waiting(place: Path) -> int:
    """How many the kernel has in its queue for a file."""
    file = f"{place.stat().st_ino} "
    lines = Path("/proc/locks").read_text().splitlines()
    return sum("->" in line and f":{file}" in line for line in lines)


def queued(root: Path, number: int, order: list[int]) -> threading.Thread:
    """A thread that waits for the lock, behind `number` others, and says that it had it."""

    def wait() -> None:
        with lock(root):
            order.append(number)

    thread = threading.Thread(target=wait)
    thread.start()
    while waiting(lock_file(root)) <= number:
        thread.join(0.001)
    return thread


@needs_queue
def test_who_came_first_has_it_first(root: Path, shared: Path) -> None:
    order: list[int] = []
    with lock(root):
        threads = [queued(root, number, order) for number in range(8)]
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(8))
    assert not (shared / "scen.lock").exists()


@needs_queue
def test_of_a_file_that_is_removed_meanwhile_nobody_has_the_lock(root: Path, shared: Path) -> None:
    order: list[int] = []
    with lock(root):
        late = queued(root, 0, order)
        (shared / "scen.lock").unlink()
        with lock(root):  # another file
            pass
    late.join()
    assert order == [0]
    put(shared, "scen.lock", b"")
    descriptor = os.open(shared / "scen.lock", os.O_RDONLY)
    with just_before("fcntl.flock", "", (shared / "scen.lock").unlink), lock(root):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # what was removed is free
        assert is_held(root)
    os.close(descriptor)


# -- whose it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o077])
@pytest.mark.parametrize("mode", [0o700, 0o2775])
def test_who_may_use_the_folder_may_use_it_whatever_the_umask(
    root: Path, shared: Path, mode: int, umask: int
) -> None:
    shared.chmod(mode)
    before = os.umask(umask)
    try:
        with lock(root):
            assert stat.S_IMODE((shared / "scen.lock").stat().st_mode) == mode & 0o666
    finally:
        os.umask(before)


@needs_root
@pytest.mark.parametrize("mode", [0o700, 0o2770])
def test_one_that_root_made_is_its_users(plain_root: Path, mode: int) -> None:
    with without_privileges():
        run(plain_root, "init", "-q")
        (plain_root / ".git").chmod(mode)
    before = os.umask(0o077)
    with lock(plain_root), without_privileges():
        assert is_held(plain_root)
        made, folder = (plain_root / ".git/scen.lock").stat(), (plain_root / ".git").stat()
        assert (made.st_uid, made.st_gid) == (folder.st_uid, folder.st_gid)
    os.umask(before)
    with without_privileges(), lock(plain_root):
        assert is_held(plain_root)


@needs_root
def test_one_of_another_user_that_may_be_read_is_shared_and_a_closed_one_is_named(
    plain_root: Path,
) -> None:
    run(plain_root, "init", "-q")
    place = lock_file(plain_root)
    with lock(plain_root), without_privileges():
        assert is_held(plain_root)
    place.touch(0o600)
    with without_privileges():
        assert refusal(plain_root) == f"{place}: Permission denied; {MEND}: chmod a+rw {place}"


MEND = "somebody who may write there can fix that"


def refused_and_then_shared(
    root: Path, close: Callable[[], object], reopen: Callable[[], object], reason: str
) -> None:
    """A git directory that may not be written to is named, and a lock in it is enough."""
    place = lock_file(root)
    close()
    assert refusal(root) == f"{place}: {reason}; {MEND}: touch {place}"
    reopen()
    place.touch(0o444)
    close()
    with lock(root):
        assert is_held(root)
    reopen()


def test_on_a_read_only_disk_a_lock_that_is_there_is_enough(root: Path, shared: Path) -> None:
    with mounted(shared, "size=1m"):
        run(root.parent, "init", "-q", "--template=")
        close, reopen = partial(remount, shared, "ro"), partial(remount, shared, "rw")
        refused_and_then_shared(root, close, reopen, "Read-only file system")


def test_in_a_read_only_folder_a_lock_that_is_there_is_enough(plain_root: Path) -> None:
    with without_privileges():
        run(plain_root, "init", "-q")
        git_dir = plain_root / ".git"
        close, reopen = partial(git_dir.chmod, 0o555), partial(git_dir.chmod, 0o755)
        refused_and_then_shared(plain_root, close, reopen, "Permission denied")
        git_dir.rename(plain_root / "git")
        plain_root.chmod(0o555)
        with pytest.raises(ScenError) as error, lock(plain_root):
            pass
        assert str(error.value) == f"{plain_root}: Permission denied; nothing was written"


@pytest.mark.parametrize("reason", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said(root: Path, shared: Path, reason: int) -> None:
    fault = on_a_system_without(FLOCK, lambda: refusal(root), reason)
    why = (
        f"the file system of {re.escape(str(shared))} has no locks \\([A-Z].*\\); use one that has"
    )
    assert re.fullmatch(why, str(fault))
