"""A snapshot of the working tree in which what was read before is at hand as records."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.model import EvidenceId, Record
from scenarios.storage import worktree
from scenarios.storage.cache import digest
from scenarios.storage.packed import Folder


class Kept(NamedTuple):
    """A file whose record is at hand."""

    folder: Folder
    place: int

    def record(self) -> Record:
        """What it holds, made anew each time."""
        return self.folder.record(self.place)

    def digest(self) -> bytes:
        """What stands for its bytes."""
        return self.folder.digest(self.place)

    def about(self) -> tuple[str, ...]:
        """The scenarios that it rates and the indicators that it fires."""
        return self.folder.about_of(self.place)

    def is_open(self, frame: bytes, items: Collection[EvidenceId]) -> bool:
        """Whether it was judged beside other records than these, or what it names is not there."""
        if self.folder.frame != frame:
            return True
        return any(link not in items for link in self.folder.links.get(self.place, ()))


class Files(Mapping[str, bytes]):
    """Path → bytes, which are read late where the record of a file is `kept`.

    `settled` has how each other file was found, if it cannot change unnoticed any more. `frame`
    stands for all that evidence is judged beside: the tracker, the scenarios, the sources.
    """

    def __init__(
        self,
        root: Path,
        read: dict[str, bytes],
        kept: dict[str, Kept],
        settled: Mapping[str, bytes],
    ) -> None:
        self.root, self.read, self.kept, self.settled = root, read, kept, settled
        self._late: dict[str, bytes] = {}
        self._paths = sorted((*read, *kept))
        self.frame = self.beside("sources")

    def __getitem__(self, path: str) -> bytes:
        if path not in self.kept:
            return self.read[path]
        if path not in self._late:
            self._late[path] = self._read(path)
        return self._late[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self.read or path in self.kept

    def changed(self, files: Mapping[str, bytes | None]) -> Files:
        """The same with other files in it; None takes one out."""
        kept = {path: at for path, at in self.kept.items() if path not in files}
        new = {**self.read, **files}
        return Files(self.root, {p: data for p, data in new.items() if data is not None}, kept, {})

    def digest(self, path: str) -> bytes:
        """What stands for a file, its path included."""
        at = self.kept.get(path)
        return at.digest() if at else digest_of(path, self.read[path])

    def _read(self, path: str) -> bytes:
        data = worktree.content(self.root, path)
        if data is None or digest_of(path, data) != self.digest(path):
            place = worktree.safe(self.root / path)
            raise ScenError(f"{place}: changed since it was looked at; run the command again")
        return data

    def state(self) -> bytes:
        """What stands for all files."""
        return digest(b"".join(map(self.digest, self._paths)))

    def beside(self, *folders: str) -> bytes:
        """What stands for all files at the top and in these folders."""
        starts = tuple(f"{folder}/" for folder in folders)
        named = [p for p in self._paths if "/" not in p or p.startswith(starts)]
        return digest(b"".join(map(self.digest, named)))


def digest_of(path: str, data: bytes) -> bytes:
    """What stands for a file: its path and what it holds."""
    return digest(os.fsencode(path) + b"\0" + data)
