"""What a journal of `crash.c` says of a disk: what programs see, and what a power loss would leave.

Two things are kept apart, as POSIX does. A file's data is safe once that file was synced; a name
in a folder (new, other or gone) is safe once that folder was synced. `survivors` gives three ends:

- `nothing-unsynced`: all that was not synced is lost, names too: the least that POSIX promises.
- `names-survive`: every name is there, and data that was not synced is not: a new file is empty.
  File systems that keep a journal of their metadata alone come near to this one.
- `some-N`: each name and each file's data is kept, lost or (data) cut short, by a seeded draw.

Left out: modes and times; writes that reach the disk in another order within one file; a disk that
says it has synced and has not; sectors that are torn or change by themselves; what file systems do
beyond POSIX (ext4 writes a file's data out before a rename that replaces another: that only helps).
Data counts as cut at a byte, not filled with zeros or with what the blocks held before.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class Event(NamedTuple):
    """A call that changed the disk."""

    what: str
    inode: int
    path: str
    to: str
    data: bytes


@dataclass(eq=False)
class File:
    """What programs read, and what was last synced: nothing before the first time."""

    data: bytes = b""
    synced: bytes = b""


@dataclass(eq=False)
class Folder:
    """The names that programs see, and those that were last synced."""

    names: dict[str, File | Folder] = field(default_factory=dict)
    synced: dict[str, File | Folder] = field(default_factory=dict)


class Disk:
    """A folder as it was, all of it durable, and as each event changes it."""

    def __init__(self, top: Path) -> None:
        self._inodes: dict[int, File | Folder] = {}
        self._top = top
        self._root = self._read(top)

    def apply(self, event: Event) -> None:
        """Do what the call did. Calls outside the folder are ignored."""
        node = self._inodes.get(event.inode)
        if event.what == "sync-all":
            for each in list(self._inodes.values()):
                _sync(each)
        elif event.what == "sync" and node:
            _sync(node)
        elif event.what == "data" and isinstance(node, File):
            node.data = event.data
        elif event.path and self._is_here(event.path):
            folder, name = self._parent(event.path)
            if event.what in ("create", "mkdir"):
                made: File | Folder = File() if event.what == "create" else Folder()
                folder.names[name] = self._inodes[event.inode] = made
            elif event.what == "unlink":
                del folder.names[name]
            elif event.what in ("link", "rename"):
                moved = folder.names[name]
                if event.what == "rename":
                    del folder.names[name]
                other, new = self._parent(event.to)
                other.names[new] = moved
            else:
                raise ValueError(f"{event.what} is not modelled: {event.path}")

    def survivors(self, seeds: int = 0) -> Iterator[tuple[str, dict[str, bytes]]]:
        """The name of each end, and the files that it leaves."""
        yield "nothing-unsynced", dict(_tree(self._root, "", _Lost()))
        yield "names-survive", dict(_tree(self._root, "", _NamesSurvive()))
        for seed in range(seeds):
            yield f"some-{seed}", dict(_tree(self._root, "", _Some(seed)))

    def _read(self, place: Path) -> Folder:
        folder = Folder()
        for path in place.iterdir():
            data = path.read_bytes() if path.is_file() else b""
            folder.names[path.name] = File(data, data) if path.is_file() else self._read(path)
            self._inodes[path.stat().st_ino] = folder.names[path.name]
        folder.synced = dict(folder.names)
        self._inodes[place.stat().st_ino] = folder
        return folder

    def _is_here(self, path: str) -> bool:
        return PurePosixPath(path).is_relative_to(self._top)

    def _parent(self, path: str) -> tuple[Folder, str]:
        *parts, name = PurePosixPath(path).relative_to(self._top).parts
        folder = self._root
        for part in parts:
            inner = folder.names[part]
            assert isinstance(inner, Folder)
            folder = inner
        return folder, name


def events(journal: bytes) -> Iterator[Event]:
    """The calls of a journal, in the order in which they were done."""
    at = 0
    while at < len(journal):
        end = journal.index(b"\n", at)
        what, inode, size, path, to = journal[at:end].decode().split("\t")
        at = end + 1 + int(size)
        yield Event(what, int(inode), path, to, journal[end + 1 : at])


def _sync(node: File | Folder) -> None:
    if isinstance(node, File):
        node.synced = node.data
    else:
        node.synced = dict(node.names)


class _Lost:
    """Nothing that was not synced is left."""

    def names(self, folder: Folder) -> dict[str, File | Folder]:
        return folder.synced

    def data(self, file: File) -> bytes:
        return file.synced


class _NamesSurvive(_Lost):
    """Every name is left."""

    def names(self, folder: Folder) -> dict[str, File | Folder]:
        return folder.names


class _Some(_Lost):
    """A draw decides on each name and each file, the same for all the names of one file."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._data: dict[File, bytes] = {}

    def names(self, folder: Folder) -> dict[str, File | Folder]:
        drawn = {name: self._random.choice((folder.names, folder.synced)).get(name)
                 for name in sorted({*folder.names, *folder.synced})}  # fmt: skip
        return {name: node for name, node in drawn.items() if node}

    def data(self, file: File) -> bytes:
        if file.data == file.synced:
            return file.synced
        if file not in self._data:
            cut = file.data[: self._random.randint(0, len(file.data))]
            self._data[file] = self._random.choice((file.data, file.synced, cut))
        return self._data[file]


def _tree(folder: Folder, prefix: str, left: _Lost) -> Iterator[tuple[str, bytes]]:
    for name, node in left.names(folder).items():
        if isinstance(node, File):
            yield prefix + name, left.data(node)
        else:
            yield from _tree(node, f"{prefix}{name}/", left)
