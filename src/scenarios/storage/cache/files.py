"""A snapshot of the working tree in which what was read before is at hand as records."""

from __future__ import annotations

import os
from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import borne, connected, touched
from scenarios.errors import ScenError
from scenarios.model import Database, Evidence, EvidenceId, Record, ScenarioId
from scenarios.paths import id_of, path_of
from scenarios.storage import worktree
from scenarios.storage.cache.packed import Folder, digest


class Kept(NamedTuple):
    """A file whose record is at hand."""

    folder: Folder
    place: int

    def record(self) -> Record:
        """What it holds, made anew each time."""
        return self.folder.record(self.place)

    def digest(self) -> bytes:
        """What stands for its path and bytes."""
        return self.folder.digest(self.place)


class Part:
    """The files of one folder: those at hand, by their places in `folder`, and those that are read.

    `found` has how each of the latter was found.
    """

    def __init__(self, name: str, folder: Folder | None) -> None:
        self.name, self.folder = name, folder
        self.places: list[int] = []
        self.read: dict[str, bytes] = {}
        self.found: dict[str, bytes] = {}

    @cached_property
    def kept(self) -> dict[str, Kept]:
        """What is at hand, by name."""
        folder = self.folder
        return {folder.names[n]: Kept(folder, n) for n in sorted(self.places)} if folder else {}

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was, all of it."""
        kept = self.folder.names if self.folder else ()
        return not self.read and len(self.places) == len(kept)

    def path(self, name: str) -> str:
        """The path of one of its files."""
        return f"{self.name}/{name}" if self.name else name

    def digests(self) -> bytes:
        """What stands for each of its files, in order."""
        if self.is_whole and self.folder:
            return self.folder.digests
        return b"".join(map(self.digest, sorted((*self.kept, *self.read))))

    def digest(self, name: str) -> bytes:
        """What stands for a file."""
        if name in self.read:
            return digest_of(self.path(name), self.read[name])
        return self.kept[name].digest()

    def changed(self, files: Mapping[str, bytes | None]) -> Part:
        """The same with other files in it, by name; None takes one out."""
        part = Part(self.name, self.folder)
        places = self.folder.places if self.folder else {}
        gone = {places[name] for name in files if name in places}
        part.places = [place for place in self.places if place not in gone]
        every = {**self.read, **files}
        part.read = {name: data for name, data in every.items() if data is not None}
        return part

    def open_places(self, frame: bytes, items: Collection[EvidenceId]) -> Collection[int]:
        """The records that were judged beside others than these, or name what is not there."""
        if self.folder is None or self.folder.frame != frame:
            return self.places
        links = self.folder.links
        kept = links.keys() & set(self.places) if links else ()
        return [n for n in sorted(kept) if any(link not in items for link in links[n])]


class Files(Mapping[str, bytes]):
    """Path → bytes, which are read late where the record of a file is at hand.

    `frame` stands for all that evidence is judged beside: the tracker, the scenarios, the sources.
    """

    def __init__(self, root: Path, parts: Mapping[str, Part]) -> None:
        self.root, self.parts = root, dict(sorted(parts.items()))
        self._late: dict[str, bytes] = {}
        self.frame = self.beside("sources")

    def __getitem__(self, path: str) -> bytes:
        part, name = self._place(path)
        if part and name in part.read:
            return part.read[name]
        if path not in self._late:
            at = self.kept(path)
            if at is None:
                raise KeyError(path)
            self._late[path] = self._read(path, at)
        return self._late[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return sum(len(part.places) + len(part.read) for part in self.parts.values())

    def __contains__(self, path: object) -> bool:
        part, name = self._place(str(path))
        return part is not None and (name in part.read or name in part.kept)

    def kept(self, path: str) -> Kept | None:
        """A file whose record is at hand."""
        part, name = self._place(path)
        return part.kept.get(name) if part else None

    def digest(self, path: str) -> bytes:
        """What stands for a file that is here."""
        folder, _, name = path.rpartition("/")
        return self.parts[folder].digest(name)

    def fresh(self) -> list[str]:
        """The paths of the files that were read, in no order."""
        return [part.path(name) for part in self.parts.values() for name in part.read]

    def changed(self, files: Mapping[str, bytes | None]) -> Files:
        """The same with other files in it; None takes one out."""
        of: dict[str, dict[str, bytes | None]] = {}
        for path, data in files.items():
            folder, _, name = path.rpartition("/")
            of.setdefault(folder, {})[name] = data
        parts = dict(self.parts)
        for folder, inside in of.items():
            parts[folder] = parts.get(folder, Part(folder, None)).changed(inside)
        return Files(self.root, parts)

    def state(self) -> bytes:
        """What stands for all files."""
        return digest(b"".join(part.digests() for part in self.parts.values()))

    def beside(self, *folders: str) -> bytes:
        """What stands for the files at the top, in these folders, and below them."""
        parts = (p for n, p in self.parts.items() if not n or n.partition("/")[0] in folders)
        return digest(b"".join(part.digests() for part in parts))

    @cached_property
    def _paths(self) -> list[str]:
        parts = self.parts.values()
        return sorted(part.path(name) for part in parts for name in (*part.kept, *part.read))

    def _place(self, path: str) -> tuple[Part | None, str]:
        folder, _, name = path.rpartition("/")
        return self.parts.get(folder), name

    def _read(self, path: str, at: Kept) -> bytes:
        data = worktree.content(self.root, path)
        if data is None or digest_of(path, data) != at.digest():
            place = worktree.safe(self.root / path)
            raise ScenError(f"{place}: changed since it was looked at; run the command again")
        return data


def digest_of(path: str, data: bytes) -> bytes:
    """What stands for a file: its path and what it holds."""
    return digest(os.fsencode(path) + b"\0" + data)


class Items(Mapping[EvidenceId, Evidence]):
    """Evidence by id, in order: records that were `made`, and files whose record is at hand."""

    def __init__(self, files: Files, made: Mapping[EvidenceId, Evidence]) -> None:
        self.files, self.made = files, made
        self.parts = [p for name, p in files.parts.items() if name.startswith("evidence/")]
        self._is_packed = True

    def __getitem__(self, id: EvidenceId) -> Evidence:
        found = self._found[id]
        if type(found) is Kept:
            found = self._found[id] = found.record()
        item: Evidence = found
        return item

    def __iter__(self) -> Iterator[EvidenceId]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, id: object) -> bool:
        name = str(id)
        return name in self.made or self.files.kept(path_of("evidence", name)) is not None

    def items(self) -> ItemsView[EvidenceId, Evidence]:
        """Every id with its record."""
        return self._unpacked().items()

    def values(self) -> ValuesView[Evidence]:
        """Every record."""
        return self._unpacked().values()

    def about(
        self,
        database: Database,
        scenarios: Collection[ScenarioId],
        besides: Collection[EvidenceId] = (),
    ) -> dict[EvidenceId, Evidence]:
        """Those that can have a say in the figures of these scenarios, or stand in their priors."""
        columns = {column for id in scenarios for column in connected(database, id)}
        used = {id for column in columns for id in database.scenarios[column].prior.includes}
        used.update(besides)
        chosen: dict[str, Any] = {
            path_of("evidence", id): item
            for id, item in self.made.items()
            if id in used or not columns.isdisjoint(borne(database, item))
        }
        for part in self.parts:
            if folder := part.folder:
                hits = [not columns.isdisjoint(touched(database, told)) for told in folder.about]
                names, which = folder.names, folder.abouts
                for place in part.places:
                    if hits[which[place]] or id_of(names[place]) in used:
                        chosen.setdefault(part.path(names[place]), Kept(folder, place))
        ordered = sorted(chosen.items(), key=itemgetter(0))
        found: dict[EvidenceId, Any] = {id_of(path): at for path, at in ordered}
        for id, at in found.items():
            if type(at) is Kept:
                found[id] = at.record()
        return found

    @cached_property
    def _found(self) -> dict[EvidenceId, Any]:
        every: dict[str, Any] = {}
        for part in self.parts:
            every |= {part.path(name): at for name, at in part.kept.items()}
        every |= {path_of("evidence", id): item for id, item in self.made.items()}
        return {id_of(path): at for path, at in sorted(every.items(), key=itemgetter(0))}

    def _unpacked(self) -> dict[EvidenceId, Evidence]:
        if self._is_packed:
            for id, at in self._found.items():
                if type(at) is Kept:
                    self._found[id] = at.record()
            self._is_packed = False
        return self._found


def about(
    database: Database, *scenarios: ScenarioId, besides: Collection[EvidenceId] = ()
) -> Database:
    """The database without evidence that has no say in the figures of these scenarios.

    `besides` are items that stay in any case.
    """
    items = database.evidence
    if not isinstance(items, Items):
        return database
    return replace(database, evidence=items.about(database, scenarios, besides))


def digests(files: Files, database: Database) -> dict[ScenarioId, bytes]:
    """What stands for all evidence that has a say in each scenario's figures.

    Another digest means other evidence: an item more or fewer, or one of another content.
    """
    told: dict[ScenarioId, list[bytes]] = {id: [] for id in database.scenarios}
    for name, part in files.parts.items():
        if name.startswith("evidence/"):
            _tell(part, database, told)
    for scenario_id, scenario in database.scenarios.items():
        for path in (path_of("evidence", id) for id in scenario.prior.includes):
            if path in files:
                part = files.parts[path.rpartition("/")[0]]
                told[scenario_id].append(part.digest(path.rpartition("/")[2]))
    return {scenario_id: digest(b"".join(sorted(parts))) for scenario_id, parts in told.items()}


def _tell(part: Part, database: Database, told: Mapping[ScenarioId, list[bytes]]) -> None:
    """Put what stands for each file of a folder where it has a say."""
    if folder := part.folder:
        lists = [
            [told[id] for id in touched(database, names) if id in told] for names in folder.about
        ]
        for place in part.places:
            own = folder.digest(place)
            for one in lists[folder.abouts[place]]:
                one.append(own)
    for name in part.read:
        item = database.evidence.get(id_of(name))
        for id in borne(database, item) & told.keys() if item else ():
            told[id].append(part.digest(name))
