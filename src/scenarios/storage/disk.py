"""Files opened through no link, locks, and temporary files, durable before they take a name."""

import errno
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

if sys.platform != "win32":
    import fcntl

MAX_BYTES = 1 << 20
"""A longer file is no record."""
UNFOLLOWED = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""Never follow a link, wait for a FIFO's other end or, on Windows, translate line ends."""


def open_file(path: str | Path, folder: int | None = None) -> BufferedReader:
    """Open a file for reading; `path` is relative to `folder`, if that descriptor is given."""
    flags = os.O_RDONLY | UNFOLLOWED
    return open(path, "rb", opener=lambda name, _: os.open(name, flags, dir_fd=folder))


def open_named(file: Path) -> BufferedReader:
    """Open a file that a user named, or a pipe of the shell's `<(…)`; OSError for a FIFO too."""
    # To open a FIFO waits until somebody writes, perhaps for ever; that of a shell's `<(…)` is
    # meant (test_a_fifo_is_named_and_not_waited_for,
    # test_what_the_shell_pipes_in_under_a_name_is_read).
    mode, pipes = file.stat().st_mode, ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or str(file).startswith(pipes)):
        words = "a FIFO, a socket or a device, and no file: it was not opened"
        raise OSError(errno.EINVAL, words, str(file))
    return file.open("rb")


def try_lock(descriptor: int, *, waits: bool = False) -> None:
    """Lock a file or folder; BlockingIOError if it is locked, OSError where nothing can be."""
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    else:
        raise OSError(errno.ENOLCK, "no locks")


def share(path: Path, folder: os.stat_result) -> None:
    """Give a path the group of its folder and, from root, the owner; nothing on Windows."""
    if sys.platform != "win32":
        os.chown(path, -1 if os.geteuid() else folder.st_uid, folder.st_gid)


def user_folder(variable: str, otherwise: str) -> Path:
    """The user's folder `scen`: in `variable` if absolute, as the XDG specification demands.

    Else in LOCALAPPDATA on Windows, or `otherwise`. Raises RuntimeError without a home.
    """
    folder = os.environ.get(variable, "")
    local = os.environ.get("LOCALAPPDATA", "") if sys.platform == "win32" else ""
    base = Path(folder) if Path(folder).is_absolute() else Path(local or otherwise)
    return base.expanduser() / "scen"


_NAME = re.compile(r"\.scen-[0-9a-f]{16}\.(tmp|new)")
"""Name of a temporary file, or of a folder in which an output is built."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@contextmanager
def temporary(
    folder: Path, data: bytes, mode: int | None = None, *, durable: bool = True, clears: bool = True
) -> Iterator[Path]:
    """A file that no snapshot reads, durable by default; removed at the end.

    Its lock tells `clear` that it is in use. The folder is cleared first unless `clears` is false.
    """
    if clears:
        clear(folder)
    while True:
        path = folder / f".scen-{os.urandom(8).hex()}.tmp"
        try:
            descriptor = os.open(path, _NEW, 0o666 if mode is None else 0o600)
            with os.fdopen(descriptor, "wb") as file:
                # Between its making and its lock a file looks like one of a dead process, and may
                # be cleared (test_a_new_file_that_is_cleared_before_it_is_locked_is_made_again).
                if not _claim(descriptor, path):
                    continue
                file.write(data)
                file.flush()
                if mode is not None:
                    # The umask takes bits from the mode given to `os.open`: others could not use a
                    # shared lock (test_who_may_use_the_folder_may_use_it_whatever_the_umask).
                    path.chmod(mode)
                if data and durable:
                    os.fsync(descriptor)
                if sys.platform == "win32":
                    file.close()  # an open file cannot be renamed there
                yield path
            return
        finally:
            with suppress(OSError):
                path.unlink()


def clear(folder: Path) -> None:
    """Remove what dead processes left in a folder."""
    for path in leftovers(folder):
        with suppress(OSError):
            shutil.rmtree(path, ignore_errors=True) if path.suffix == ".new" else path.unlink()


def leftovers(folder: Path) -> Iterator[Path]:
    """Yield the leavings of dead processes in a folder, each under its lock."""
    names: list[str] = []
    with suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208 - ten thousand names, no path wanted
    for path in (folder / name for name in names if _NAME.fullmatch(name)):
        with suppress(OSError):
            if path.is_dir() if path.suffix == ".new" else path.is_file():
                descriptor = os.open(path, os.O_RDONLY | UNFOLLOWED)
                try:
                    try_lock(descriptor)
                    yield path
                finally:
                    os.close(descriptor)


def folders(root: Path) -> Iterator[Path]:
    """A database and its folders."""
    for folder, below, _ in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".")]
        yield Path(folder)


def clear_below(root: Path) -> None:
    """Clear a database and its folders."""
    for folder in folders(root):
        clear(folder)


def _claim(descriptor: int, path: Path) -> bool:
    """Lock a new file; False if a process that clears was faster."""
    try:
        try_lock(descriptor)
    except BlockingIOError:
        return False
    except OSError:
        return True  # without locks nobody clears
    return os.path.lexists(path)
