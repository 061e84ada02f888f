"""The user's own folder for what is no record: unfinished sittings, and what can be undone."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree

MODE = 0o600
"""Each file is its owner's alone."""


def folder_of(root: Path) -> Path:
    """The user's state folder, not the database's: git cannot commit what is not there.

    XDG_STATE_HOME, where it is an absolute path as its specification wants; LOCALAPPDATA on
    Windows; else ~/.local/state. One folder for each database, by its real path. Refused where
    somebody else may have written what is there.
    """
    given = os.environ.get("XDG_STATE_HOME", "")
    local = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
    try:
        base = Path(given) if Path(given).is_absolute() else Path(local or "~/.local/state")
        base = base.expanduser()
    except RuntimeError:
        raise ScenError(
            "no folder for an unfinished sitting: set XDG_STATE_HOME to one of your own"
        ) from None
    folder = base / "scen" / sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
    for part in (folder.parent, folder):
        with suppress(OSError):  # then nothing of it can be read
            refuse_foreign(part, part.lstat(), part.stat())
    return folder


def make(folder: Path) -> None:
    """Readable by its owner alone: a blind answer is for nobody else's eyes yet."""
    fault = "it cannot be written to"
    try:
        for part in (folder.parent, folder):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_foreign(part, part.lstat(), part.stat())
            close_to_others(part, part.stat())
        if os.access(folder, os.W_OK):
            return
    except OSError as error:
        fault = f"{error.strerror}"
    words = f"{folder}: {fault}; unfinished sittings are kept there"
    raise ScenError(f"{words}: set XDG_STATE_HOME to a folder of your own")


def content(place: Path) -> bytes | None:
    """What a file of the folder holds; None where there is none."""
    flags = os.O_RDONLY | sum(getattr(os, f, 0) for f in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    try:
        with open(place, "rb", opener=lambda name, _: os.open(name, flags)) as file:
            info = os.fstat(file.fileno())
            refuse_foreign(place, info)
            close_to_others(place, info)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ScenError(
            f"{place}: an unfinished sitting cannot be read: {error.strerror}"
        ) from None


def drop(place: Path) -> None:
    """Remove a file of the folder. One that stays does no harm."""
    with suppress(OSError):
        place.unlink()


def refuse_foreign(place: Path, *known: os.stat_result) -> None:
    """Nobody else chooses what is gone on from; `known` is of the file, and of a link to it."""
    if os.name == "nt":
        return
    fault = None
    for info in known:
        if info.st_uid != os.geteuid():
            fault = f"it belongs to another user (uid {info.st_uid})"
        elif info.st_mode & stat.S_IWOTH and not stat.S_ISLNK(info.st_mode):
            fault = "all may write to it"
    if fault:
        mend = "move it away, or set XDG_STATE_HOME to a folder of your own"
        raise ScenError(f"{place}: {fault}; unfinished work in it is not read: {mend}")


def close_to_others(place: Path, info: os.stat_result) -> None:
    """Earlier versions left it open to those who read."""
    if os.name != "nt" and info.st_mode & 0o077:
        place.chmod(stat.S_IMODE(info.st_mode) & 0o700)


drop_copy = drop


def make_copy(root: Path, name: str, data: bytes) -> Path:
    """A new copy; its place."""
    folder = folder_of(root)
    make(folder)
    worktree.create(folder, name, data, MODE)
    return folder / name


def read(copy: Path) -> bytes:
    """What was saved; an editor may have put another file there."""
    data = content(copy)
    if data is None:
        raise ScenError(f"the copy {copy} is gone: nothing was written")
    return data


def write(copy: Path, data: bytes) -> None:
    """Put other content into the copy."""
    worktree.replace(copy.parent, copy.name, read(copy), data)
