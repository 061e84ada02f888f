"""A memory of files read before, by this process or another."""

import os
import re
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from scenarios.errors import Problem
from scenarios.model import Kind, Record
from scenarios.paths import kind_of
from scenarios.storage import journal, worktree
from scenarios.storage.cache.files import CachedEvidence, CachedFiles, CachedFolder, digest_of
from scenarios.storage.cache.packed import (
    Frame,
    PackedCache,
    PackedFolder,
    entry_of,
    folder_of,
    oid_of,
    packed,
    stat_of,
    unpacked,
)
from scenarios.storage.loader import LoadResult, Read, read_record

_FOLDER = re.compile("|sources|(?:evidence|forecasts)/[1-9][0-9]{3}")
"""Folders of records; a file elsewhere is a fault, and faults are not cached."""
_UNSETTLED = 60_000_000_000
"""Nanoseconds in which a file can change but not its times: clock ticks, and dirty pages of a
shared mapping, which the system writes, and stamps again, within 35 seconds.
"""
_UNKNOWN = bytes(32)
"""The stat of a file that may change so: it is read again and compared by its digest."""
_MOST_RESULTS = 64


class RecordCache:
    """Reads files as records and remembers them, in a cache if given."""

    lasts = False
    """True if it serves later states of the same files."""

    def __init__(
        self,
        packed_cache: PackedCache | None = None,
        read: Read = read_record,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._read, self.place, self._clock = cache(read), packed_cache, clock
        self._folders: dict[str, PackedFolder | None] = {}
        self.results: dict[tuple[str, str], Any] = {}
        """Results computed from the records, by a name and the arguments."""

    def __call__(self, kind: Kind, path: str, data: bytes) -> tuple[Record | None, list[Problem]]:
        """A file's record and problems, from the cache if its content is known."""
        folder, _, name = path.rpartition("/")
        packed = self._folder(folder)
        index = packed.places.get(name) if packed else None
        if packed and index is not None and packed.digest(index) == digest_of(path, data):
            return packed.record(index), []
        return self._read(kind, path, data)

    def keep(self, name: str, arguments: str, value: Any) -> None:
        """Keep a result; of many, the latest."""
        self.results.pop((name, arguments), None)
        self.results[name, arguments] = value
        if len(self.results) > _MOST_RESULTS:
            self.results.pop(next(iter(self.results)), None)

    def snapshot(self, root: Path) -> tuple[CachedFiles, list[Problem], str]:
        """The working tree, without the bytes of cached files, and the remark on a half in it."""
        files, problems, half = journal.whole(root, partial(self._files_of, root))
        return cast("CachedFiles", files), problems, half

    def _files_of(self, root: Path) -> tuple[CachedFiles, list[Problem]]:
        started = self._clock()
        parts: dict[str, CachedFolder] = {}

        def known_in(name: str) -> Callable[[str, os.stat_result], bool]:
            parts[name] = cached_folder = CachedFolder(name, self._folder(name))
            return partial(_is_known, cached_folder, started)

        read, problems = worktree.snapshot(root, known_in if self.place else None)
        for path, data in read.items():
            folder, _, name = path.rpartition("/")
            cached_folder = parts.setdefault(folder, CachedFolder(folder, None))
            if (index := _same(cached_folder, name, data)) is None:
                cached_folder.read[name] = data
            else:
                cached_folder.places.append(index)
        return CachedFiles(root, parts), problems

    def remember(self, files: CachedFiles, loaded: LoadResult) -> None:
        """Cache the sound files of a snapshot."""
        if self.place is None:
            return
        faulty = {problem.path for problem in loaded.problems}
        for name, cached_folder in files.parts.items():
            frame = loaded.frame if cached_folder.is_evidence else Frame()
            old = cached_folder.folder
            sound = [
                n
                for n in cached_folder.stats
                if n in cached_folder.read and cached_folder.path(n) not in faulty
            ]
            lost = faulty and any(
                cached_folder.path(n) in faulty for n in cached_folder.cached_files
            )
            gone = old and len(old.names) != len(cached_folder.places)
            stale = gone or (old and not frame.issuperset(old.frame))
            if _FOLDER.fullmatch(name) and (sound or lost or stale):
                folder = self._keep(self.place, cached_folder, sound, faulty, frame)
                if not lost:
                    cached_folder.settle(folder)
        if isinstance(loaded.database.evidence, CachedEvidence):
            loaded.database.evidence.settle()

    def _keep(
        self,
        cache: PackedCache,
        cached_folder: CachedFolder,
        sound: list[str],
        faulty: set[str],
        frame: Frame,
    ) -> PackedFolder:
        entries = [
            file.folder.entry(file.number)
            for name, file in cached_folder.cached_files.items()
            if cached_folder.path(name) not in faulty
        ]
        for name in sound:
            path, data = cached_folder.path(name), cached_folder.read[name]
            record, _ = self(kind_of(path), path, data)
            if record:
                digests = digest_of(path, data), oid_of(data)
                entries.append(entry_of(name, cached_folder.stats[name], *digests, record))
        self._folders[cached_folder.name] = new = folder_of(cached_folder.name, frame, entries)
        cache.write(_file(cached_folder.name), packed(new))
        return new

    def _folder(self, name: str) -> PackedFolder | None:
        if name not in self._folders:
            is_cached = self.place and _FOLDER.fullmatch(name)
            data = self.place.read(_file(name)) if self.place and is_cached else None
            self._folders[name] = unpacked(data)
        return self._folders[name]


def _is_known(cached_folder: CachedFolder, started: int, name: str, info: os.stat_result) -> bool:
    """True if a file is unchanged; else note its stat."""
    stat, folder = stat_of(info), cached_folder.folder
    index = folder.places.get(name) if folder else None
    if folder and index is not None and folder.stat(index) == stat:
        cached_folder.places.append(index)
        return True
    is_settled = max(info.st_mtime_ns, info.st_ctime_ns) <= started - _UNSETTLED
    cached_folder.stats[name] = stat if is_settled else _UNKNOWN
    return False


def _same(cached_folder: CachedFolder, name: str, data: bytes) -> int | None:
    old = cached_folder.folder
    if old is None or (index := old.places.get(name)) is None:
        return None
    cached = old.stat(index), old.digest(index)
    return (
        index
        if cached == (cached_folder.stats.get(name), digest_of(cached_folder.path(name), data))
        else None
    )


def _file(name: str) -> str:
    return name.replace("/", "-") or "scenarios"
