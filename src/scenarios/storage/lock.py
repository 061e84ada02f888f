"""The lock under which a database is edited, shared by all who can reach it."""

import errno
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage.disk import UNFOLLOWED, clear, share, temporary, try_lock
from scenarios.storage.git import process
from scenarios.storage.worktree import safe

if sys.platform == "win32":
    from filelock import FileLock, Timeout

LOCK_SECONDS = 30.0
NAME = "scen.lock"
_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBADF})


@contextmanager
def lock(root: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Keep other commands from editing this database; wait `seconds` for one that does.

    The lock file lies in the git directory that all worktrees share, else beside tracker.yaml. It
    is empty, and usable by all who may use its folder.
    """
    path = lock_file(root)
    with hold(path, seconds, what=root):
        clear(path.parent)
        yield


def lock_file(root: Path) -> Path:
    """The path of a database's lock, whatever the environment says."""
    work_tree = process.nearest(root)
    # A `.git` file may name any folder, and nothing is written into one that is not git's:
    # test_what_a_git_file_names_is_not_written_to_unless_it_is_a_git_directory.
    parts = ("HEAD", "objects", "refs")
    if work_tree and all(
        os.path.lexists(work_tree.common_dir / cached_folder) for cached_folder in parts
    ):
        return work_tree.common_dir / NAME
    return Path(os.path.realpath(root), f".{NAME}")


@contextmanager
def hold(path: Path, seconds: float, *, what: Path) -> Iterator[None]:
    """Hold the lock of a file, roughly in order of arrival. Errors name `what`."""
    try:
        release = _acquire(path, time.monotonic() + seconds)
    except OSError as error:
        missing = not os.path.lexists(path)
        if missing and error.errno in _CLOSED and path.parent == Path(os.path.realpath(what)):
            raise ScenError(f"{safe(what)}: {error.strerror}; nothing was written") from error
        reason = _reason(error, path, seconds)
        raise ScenError(f"{safe(what)}: cannot lock it: nothing was written: {reason}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # it may stay: only the lock counts
            path.unlink()
        release()


def _acquire(path: Path, deadline: float) -> Callable[[], None]:
    """Lock the file that has this name; return the function that releases it."""
    if sys.platform == "win32":
        held = FileLock(path)
        with suppress(Timeout):
            held.acquire(max(0, deadline - time.monotonic()))  # below 0 it waits for ever
            return held.release
        raise TimeoutError
    # Removed files stay locked until the current one is: whoever waits for them came later.
    removed: list[int] = []
    try:
        while True:
            removed.append(_open(path))
            _wait(removed[-1], deadline - time.monotonic())
            with suppress(FileNotFoundError):
                # The holder before removed its file while we waited, and a lock on that keeps
                # nobody out (test_of_a_file_that_is_removed_meanwhile_nobody_has_the_lock).
                if os.path.samestat(os.fstat(removed[-1]), path.lstat()):
                    return partial(os.close, removed.pop())
    finally:
        for descriptor in removed:
            os.close(descriptor)


def _open(path: Path) -> int:
    """Open a lock file, through no link and without changing its content."""
    while True:
        try:
            try:
                descriptor = os.open(path, os.O_RDWR | UNFOLLOWED)
            except OSError as error:
                if error.errno not in _CLOSED:
                    raise
                # Another user's: to read it is enough on most file systems.
                descriptor = os.open(path, os.O_RDONLY | UNFOLLOWED)
        except FileNotFoundError:
            _make(path)
            continue
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileExistsError(errno.EEXIST, "it is no file")
        return descriptor


def _make(path: Path) -> None:
    """Make a lock file with its folder's owner, group and mode from the start."""
    folder = path.parent.stat()
    mode = folder.st_mode & 0o666
    # Made elsewhere and linked in: a lock that is root's even for a moment shuts its users out
    # (test_one_that_root_made_is_its_users).
    with temporary(path.parent, b"", mode) as written, suppress(FileExistsError):
        with suppress(OSError):  # its group is not ours
            share(written, folder)
        try:
            path.hardlink_to(written)
        except FileExistsError:
            raise
        except OSError:  # no hard links here
            path.touch(mode, exist_ok=False)


def _wait(descriptor: int, seconds: float) -> None:
    """Lock a file, or raise TimeoutError.

    The system's queue is fair, unlike polling, but has no timeout: a thread waits in it, and
    releases a lock that comes too late.
    """
    with suppress(BlockingIOError):
        try_lock(descriptor)
        return
    if seconds <= 0:
        raise TimeoutError
    # The thread may get the lock after the time is up, when `descriptor` is closed and its number
    # another file's (test_what_a_live_process_holds_is_named_and_a_dead_one_holds_nothing).
    twin = os.dup(descriptor)
    failures = []

    def wait() -> None:
        try:
            try_lock(twin, waits=True)
        except OSError as error:
            failures.append(error)
        finally:
            os.close(twin)

    waiter = threading.Thread(target=wait, daemon=True)
    waiter.start()
    waiter.join(seconds)
    if waiter.is_alive():
        raise TimeoutError
    if failures:
        raise failures[0]


def _reason(error: OSError, path: Path, seconds: float) -> str:
    safe_path = safe(path)
    if isinstance(error, TimeoutError):
        return (
            f"another command, perhaps a `scen` in another terminal, still holds it after"
            f" {seconds:g} s ({safe_path}); let it end, then run the command again"
        )
    if error.errno in _NO_LOCKS:
        where = safe(path.parent)
        return f"the file system of {where} has no locks ({error.strerror}); use one that has"
    if error.errno in _CLOSED:
        mend = f"chmod a+rw {safe_path}" if os.path.lexists(path) else f"touch {safe_path}"
        return f"{safe_path}: {error.strerror}; somebody who may write there can fix that: {mend}"
    if os.path.lexists(path):
        return f"{safe_path}: {error.strerror}; move that away, then run the command again"
    return f"{safe_path}: {error.strerror}"
