"""Files opened through no link, and locked; the user's own folders."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

UNFOLLOWED = sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""Never follow a link, wait for a FIFO's other end or, on Windows, translate line ends."""


def open_file(place: str | Path, folder: int | None = None) -> IO[bytes]:
    """Open a file for reading; `place` is relative to `folder`, if that descriptor is given."""
    flags = os.O_RDONLY | UNFOLLOWED
    return open(place, "rb", opener=lambda name, _: os.open(name, flags, dir_fd=folder))


def try_lock(descriptor: int) -> None:
    """Lock a file or folder; BlockingIOError if it is locked, OSError where nothing can be."""
    if sys.platform == "win32":
        raise OSError(errno.ENOLCK, "no locks")
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def user_folder(variable: str, otherwise: str) -> Path:
    """The user's folder `scen`: in `variable` if absolute, as the XDG specification demands.

    Else in LOCALAPPDATA on Windows, or `otherwise`. Raises RuntimeError without a home.
    """
    given = os.environ.get(variable, "")
    local = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
    base = Path(given) if Path(given).is_absolute() else Path(local or otherwise)
    return base.expanduser() / "scen"
