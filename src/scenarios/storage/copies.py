"""A copy of a record that somebody edits, in the user's state folder."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.state import state_folder

drop = state_folder.drop


def make(root: Path, name: str, data: bytes) -> Path:
    """A new copy; its place."""
    folder = state_folder.folder_of(root)
    state_folder.make(folder)
    worktree.create(folder, name, data, state_folder.MODE)
    return folder / name


def read(copy: Path) -> bytes:
    """What was saved; an editor may have put another file there."""
    data = state_folder.content(copy)
    if data is None:
        raise ScenError(f"the copy {copy} is gone: nothing was written")
    return data


def write(copy: Path, data: bytes) -> None:
    """Put other content into the copy."""
    worktree.replace(copy.parent, copy.name, read(copy), data)
