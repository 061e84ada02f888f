"""What was read of a database before, by this process or another: files to read no more."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from scenarios.errors import Problem
from scenarios.model import Kind, Record
from scenarios.paths import kind_of
from scenarios.storage import worktree
from scenarios.storage.cache import Cache
from scenarios.storage.files import Files, Kept, digest_of
from scenarios.storage.loader import Loaded, Read, read_record
from scenarios.storage.packed import Entry, Folder, entry_of, folder_of, packed, stat_of, unpacked

_FOLDER = re.compile("|sources|(?:evidence|forecasts)/[1-9][0-9]{3}")
"""Where records live; what lies elsewhere is a fault, and no fault is kept."""
_GRAIN, _COARSE_GRAIN = 100_000_000, 2_100_000_000
"""Nanoseconds in which a file can change and its times not: by a clock that tells fractions of a
second, and by one that does not."""
_SECOND = 1_000_000_000


class Memory:
    """Reads files as records and remembers them, in a cache too where there is one."""

    def __init__(
        self,
        place: Cache | None = None,
        read: Read = read_record,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._read, self.place, self._clock = cache(read), place, clock
        self._folders: dict[str, Folder | None] = {}

    def __call__(self, kind: Kind, path: str, data: bytes) -> tuple[Record | None, list[Problem]]:
        """A file's record and problems; what is known by its content is not read again."""
        at = self._known(path)
        if at and at.digest() == digest_of(path, data):
            return at.record(), []
        return self._read(kind, path, data)

    def snapshot(self, root: Path) -> tuple[Files, list[Problem]]:
        """The working tree, without the bytes of what is at hand."""
        started = self._clock()
        kept: dict[str, Kept] = {}
        settled: dict[str, bytes] = {}

        def is_known(path: str, info: os.stat_result) -> bool:
            stat, at = stat_of(info), self._known(path)
            if at and at.folder.stat(at.place) == stat:
                kept[path] = at
                return True
            if not _is_young(info, started):
                settled[path] = stat
            return False

        read, problems = worktree.snapshot(root, is_known)
        return Files(root, read, kept, settled), problems

    def remember(self, files: Files, loaded: Loaded) -> None:
        """Keep what is sound of a snapshot and settled, for the next one."""
        faulty = {problem.path for problem in loaded.problems}
        sound: dict[str, list[str]] = {}
        for path in files:
            if path not in faulty and (path in files.kept or path in files.settled):
                sound.setdefault(path.rpartition("/")[0], []).append(path)
        for name, paths in sound.items():
            if _FOLDER.fullmatch(name):
                self._keep(name, paths, files)

    def _keep(self, name: str, paths: list[str], files: Files) -> None:
        old = self._folder(name)
        is_same = old is not None and old.frame == files.frame and len(paths) == len(old.names)
        if is_same and all(path in files.kept for path in paths):
            return
        entries = [entry for path in paths if (entry := self._entry(path, files))]
        self._folders[name] = new = folder_of(name, files.frame, entries)
        if self.place:
            self.place.write(_file(name), packed(new))

    def _entry(self, path: str, files: Files) -> Entry | None:
        if at := files.kept.get(path):
            return at.folder.entry(at.place)
        data = files[path]
        record, _ = self(kind_of(path), path, data)
        name = path.rpartition("/")[2]
        return (
            entry_of(name, files.settled[path], digest_of(path, data), record) if record else None
        )

    def _known(self, path: str) -> Kept | None:
        folder, _, name = path.rpartition("/")
        it = self._folder(folder)
        place = it.places.get(name) if it else None
        return Kept(it, place) if it and place is not None else None

    def _folder(self, name: str) -> Folder | None:
        if name not in self._folders:
            is_known = self.place and _FOLDER.fullmatch(name)
            found = unpacked(self.place.read(_file(name))) if self.place and is_known else None
            self._folders[name] = found
        return self._folders[name]


def _file(name: str) -> str:
    return name.replace("/", "-") or "scenarios"


def _is_young(info: os.stat_result, now: int) -> bool:
    """Whether it may still change without a change of its times."""
    times = (info.st_mtime_ns, info.st_ctime_ns)
    grain = _GRAIN if any(time % _SECOND for time in times) else _COARSE_GRAIN
    return max(times) > now - grain
