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
from collections.abc import Callable, Iterator
from copy import copy
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

    now: bytes = b""
    synced: bytes = b""


@dataclass(eq=False)
class Folder:
    """The names that programs see, and those that were last synced."""

    now: dict[str, File | Folder] = field(default_factory=dict)
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
            for each in self._inodes.values():
                _sync(each)
        elif event.what == "sync" and node:
            _sync(node)
        elif event.what == "data" and isinstance(node, File):
            node.now = event.data
        elif event.path and PurePosixPath(event.path).is_relative_to(self._top):
            folder, name = self._parent(event.path)
            if event.what in ("create", "mkdir"):
                folder[name] = File() if event.what == "create" else Folder()
                self._inodes[event.inode] = folder[name]
            elif event.what == "unlink":
                del folder[name]
            elif event.what in ("link", "rename"):
                moved = folder[name] if event.what == "link" else folder.pop(name)
                other, new = self._parent(event.to)
                other[new] = moved
            else:
                raise ValueError(f"{event.what} is not modelled: {event.path}")

    def survivors(self, seeds: int = 0) -> Iterator[tuple[str, dict[str, bytes]]]:
        """The name of each end, and the files that it leaves."""
        yield "nothing-unsynced", dict(_left(self._root, lambda folder: folder.synced, _synced))
        yield "names-survive", dict(_left(self._root, lambda folder: folder.now, _synced))
        for seed in range(seeds):
            draw = _Draw(seed)
            yield f"some-{seed}", dict(_left(self._root, draw.names, draw.data))

    def _read(self, place: Path) -> Folder:
        folder = Folder()
        for path in place.iterdir():
            data = path.read_bytes() if path.is_file() else b""
            folder.now[path.name] = File(data, data) if path.is_file() else self._read(path)
            self._inodes[path.stat().st_ino] = folder.now[path.name]
        _sync(folder)
        self._inodes[place.stat().st_ino] = folder
        return folder

    def _parent(self, path: str) -> tuple[dict[str, File | Folder], str]:
        *parts, name = PurePosixPath(path).relative_to(self._top).parts
        folder = self._root
        for part in parts:
            inner = folder.now[part]
            assert isinstance(inner, Folder)
            folder = inner
        return folder.now, name


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
        node.synced = node.now
    else:
        node.synced = copy(node.now)


def _synced(file: File) -> bytes:
    return file.synced


class _Draw:
    """Decides on each name and each file, the same for all the names of one file."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._data: dict[File, bytes] = {}

    def names(self, folder: Folder) -> dict[str, File | Folder]:
        both = sorted({*folder.now, *folder.synced})
        drawn = {name: self._random.choice((folder.now, folder.synced)).get(name) for name in both}
        return {name: node for name, node in drawn.items() if node}

    def data(self, file: File) -> bytes:
        if file.now == file.synced:
            return file.synced
        if file not in self._data:
            cut = file.now[: self._random.randint(0, len(file.now))]
            self._data[file] = self._random.choice((file.now, file.synced, cut))
        return self._data[file]


def _left(
    folder: Folder,
    names: Callable[[Folder], dict[str, File | Folder]],
    data: Callable[[File], bytes],
    prefix: str = "",
) -> Iterator[tuple[str, bytes]]:
    for name, node in names(folder).items():
        if isinstance(node, File):
            yield prefix + name, data(node)
        else:
            yield from _left(node, names, data, f"{prefix}{name}/")
