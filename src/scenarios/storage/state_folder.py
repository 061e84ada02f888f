"""The user's own folder for unfinished sittings and for undo.

For undo it has one file per command, written before the first byte of the database: the old
content of each file, and the digest of the new.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

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
    for parent in (folder.parent, folder):
        # The link and what it leads to: another user's link may lead into a folder of ours
        # (test_a_link_of_another_user_into_a_folder_of_ours_is_not_followed).
        with suppress(OSError):  # then nothing of it can be read
            refuse_foreign(parent, parent.lstat(), parent.stat())
    return folder


def make(folder: Path) -> None:
    """Make the folder, for its owner alone: blind answers are secret."""
    fault = "it cannot be written to"
    try:
        for parent in (folder.parent, folder):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_foreign(parent, parent.lstat(), parent.stat())
            close_to_others(parent, parent.stat())
        if os.access(folder, os.W_OK):
            return
    except OSError as error:
        fault = f"{error.strerror}"
    words = f"{folder}: {fault}; unfinished sittings are kept there"
    raise ScenError(f"{words}: set XDG_STATE_HOME to a folder of your own")


def content(path: Path) -> bytes | None:
    """The content of a file in the folder; None if there is none."""
    try:
        with open_file(path) as file:
            info = os.fstat(file.fileno())
            refuse_foreign(path, info)
            close_to_others(path, info)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ScenError(f"{path}: an unfinished sitting cannot be read: {error.strerror}") from None


def save(path: Path, old: bytes | None, new: bytes) -> None:
    """Make a file of the folder, durably, or replace its `old` content."""
    if old is None:
        worktree.create(path.parent, path.name, new, MODE)
    elif old != new:
        worktree.replace(path.parent, path.name, old, new)


def drop(path: Path | None) -> None:
    """Remove a file of the folder, if possible."""
    with suppress(OSError):
        if path:
            path.unlink()


def refuse_foreign(path: Path, *stats: os.stat_result) -> None:
    """Refuse files that others own or can write; `stats` are the stats of file and link."""
    if sys.platform == "win32":
        return
    fault = None
    for info in stats:
        if info.st_uid != os.geteuid():
            fault = f"it belongs to another user (uid {info.st_uid})"
        elif info.st_mode & stat.S_IWOTH and not stat.S_ISLNK(info.st_mode):
            fault = "all may write to it"
    if fault:
        mend = "move it away, or set XDG_STATE_HOME to a folder of your own"
        raise ScenError(f"{path}: {fault}; unfinished work in it is not read: {mend}")


def close_to_others(path: Path, info: os.stat_result) -> None:
    """Fix the mode of files by earlier versions, which others could read."""
    if sys.platform != "win32" and info.st_mode & 0o077:
        path.chmod(stat.S_IMODE(info.st_mode) & 0o700)


def make_copy(root: Path, name: str, data: bytes) -> Path:
    """Make a copy; return its path."""
    folder = folder_of(root)
    make(folder)
    save(folder / name, None, data)
    return folder / name


def read(copy: Path) -> bytes:
    """The saved text, which an editor may have replaced."""
    data = content(copy)
    if data is None:
        raise ScenError(f"the copy {copy} is gone: nothing was written")
    return data


def write(copy: Path, data: bytes) -> None:
    """Replace the copy's content."""
    save(copy, read(copy), data)


MOST = 20
"""The most commands that can be undone."""
MOST_OF_PEOPLE = 400
"""The same where each command has a person."""
MOST_BYTES = 32 << 20
_NAME = re.compile(r"undo-([0-9]{8})\.json")


class FileBackup(msgspec.Struct, frozen=True, kw_only=True):
    """A file's old content, None for a new one, and the digest of the new."""

    path: str
    before: bytes | None
    after: str | None

    def is_after(self, data: bytes | None) -> bool:
        return digest_of(data) == self.after


class CommandChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of one command, and its commit.

    `command` is shown to the user; `copy` is an attachment that it added; `person` is a login.
    """

    database: str
    changes: tuple[FileBackup, ...]
    command: str = ""
    copy: str | None = None
    commit: str | None = None
    person: str = ""


class StateEntry:
    """An entry and its file."""

    def __init__(self, path: Path, entry: CommandChanges, data: bytes) -> None:
        self.place, self.entry, self._data = path, entry, data

    def committed(self, commit: str) -> None:
        """Note the commit of the changes."""
        self.entry = msgspec.structs.replace(self.entry, commit=commit)
        new = msgspec.json.encode(self.entry)
        save(self.place, self._data, new)
        self._data = new

    def forget(self) -> None:
        drop(self.place)


def note_changes(
    root: Path, changes: Sequence[FileBackup], command: str, copy: str | None, person: str
) -> StateEntry:
    """Note changes durably before they are written; raises ScenError if it cannot."""
    folder = folder_of(root)
    make(folder)
    database = os.path.realpath(root)
    entry = CommandChanges(
        database=database, changes=tuple(changes), command=command, copy=copy, person=person
    )
    data = msgspec.json.encode(entry)
    number = max((number for number, _ in _note_places(folder)), default=0)
    while True:
        number += 1
        name = f"undo-{number:08d}.json"
        with suppress(worktree.PathTaken):
            save(folder / name, None, data)
            break
    _bound(folder, MOST_OF_PEOPLE if person else MOST)
    return StateEntry(folder / name, entry, data)


def last_noted(root: Path) -> StateEntry | None:
    """The last command noted."""
    return next(all_noted(root), None)


def all_noted(root: Path) -> Iterator[StateEntry]:
    """Yield the commands noted, the last one first."""
    for _, path in sorted(_note_places(folder_of(root)), reverse=True):
        if noted := _read(root, path):
            yield noted


def digest_of(data: bytes | None) -> str | None:
    """The SHA-256 of a content; None without a file."""
    return None if data is None else sha256(data).hexdigest()


def _read(root: Path, path: Path) -> StateEntry | None:
    """An entry of this checkout; None if gone, foreign or unreadable."""
    data = content(path)
    if data is None:
        return None
    with suppress(msgspec.DecodeError):
        entry = msgspec.json.decode(data, type=CommandChanges)
        if entry.database == os.path.realpath(root):
            return StateEntry(path, entry, data)
    return None


def _note_places(folder: Path) -> Iterator[tuple[int, Path]]:
    names: list[str] = []
    with suppress(OSError):
        names = os.listdir(folder)  # noqa: PTH208 - names, no paths
    for match in filter(None, map(_NAME.fullmatch, names)):
        yield int(match[1]), folder / match[0]


def _bound(folder: Path, most: int) -> None:
    """Drop the oldest finished entries beyond `most` or MOST_BYTES."""
    size = 0
    for number, (_, path) in enumerate(sorted(_note_places(folder), reverse=True)):
        with suppress(OSError):
            size += path.stat().st_size
        if number >= most or size > MOST_BYTES:
            drop(path)
