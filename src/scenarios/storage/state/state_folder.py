"""The user's own folder for unfinished sittings and for undo."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.disk import open_file, user_folder

MODE = 0o600
"""Readable by the owner alone."""


def folder_of(root: Path) -> Path:
    """The state folder of a database, by its real path; outside it, so never committed.

    XDG_STATE_HOME, if absolute as its specification demands; LOCALAPPDATA on Windows; else
    ~/.local/state. Refused if somebody else may have written there.
    """
    try:
        base = user_folder("XDG_STATE_HOME", "~/.local/state")
    except RuntimeError:
        raise ScenError(
            "no folder for an unfinished sitting: set XDG_STATE_HOME to one of your own"
        ) from None
    folder = base / sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
    for part in (folder.parent, folder):
        with suppress(OSError):  # then nothing of it can be read
            refuse_foreign(part, part.lstat(), part.stat())
    return folder


def make(folder: Path) -> None:
    """Make the folder, for its owner alone: blind answers are secret."""
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
    """The content of a file in the folder; None if there is none."""
    try:
        with open_file(place) as file:
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


def drop(place: Path | None) -> None:
    """Remove a file of the folder, if possible."""
    with suppress(OSError):
        if place:
            place.unlink()


def refuse_foreign(place: Path, *known: os.stat_result) -> None:
    """Refuse files that others own or can write; `known` are the stats of file and link."""
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
    """Fix the mode of files by earlier versions, which others could read."""
    if os.name != "nt" and info.st_mode & 0o077:
        place.chmod(stat.S_IMODE(info.st_mode) & 0o700)


def make_copy(root: Path, name: str, data: bytes) -> Path:
    """Make a copy; return its path."""
    folder = folder_of(root)
    make(folder)
    worktree.create(folder, name, data, MODE)
    return folder / name


def read(copy: Path) -> bytes:
    """The saved text, which an editor may have replaced."""
    data = content(copy)
    if data is None:
        raise ScenError(f"the copy {copy} is gone: nothing was written")
    return data


def write(copy: Path, data: bytes) -> None:
    """Replace the copy's content."""
    worktree.replace(copy.parent, copy.name, read(copy), data)
