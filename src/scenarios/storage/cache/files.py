"""A snapshot of the working tree with the records of cached files."""

from __future__ import annotations

import os
from bisect import bisect_left, insort
from collections.abc import Collection, ItemsView, Iterator, Mapping, Sequence, ValuesView
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import borne, connected, superseders, touched
from scenarios.errors import ScenError
from scenarios.model import Database, Evidence, EvidenceId, LazyEvidence, ScenarioId
from scenarios.paths import id_of, path_of
from scenarios.storage import worktree
from scenarios.storage.cache.packed import OID, Frame, PackedFolder, digest, oid_of


class ChangedMeanwhile(ScenError):  # noqa: N818
    """A file changed between the look at its folder and its reading: try again."""


class CachedFile(NamedTuple):
    """A file whose record is cached."""

    folder: PackedFolder
    number: int

    def record(self) -> Any:
        return self.folder.record(self.number)

    def digest(self) -> bytes:
        return self.folder.digest(self.number)


class CachedFolder:
    """The files of a folder: cached files by their `places` in `folder`, and files read.

    `stats` has the stat of each read file.
    """

    def __init__(self, name: str, folder: PackedFolder | None) -> None:
        self.name, self.folder = name, folder
        self.places: list[int] = []
        self.read: dict[str, bytes] = {}
        self.stats: dict[str, bytes] = {}
        self.is_evidence = name.startswith("evidence/")

    @cached_property
    def cached_files(self) -> dict[str, CachedFile]:
        """Cached files, by name."""
        folder = self.folder
        return (
            {folder.names[n]: CachedFile(folder, n) for n in sorted(self.places)} if folder else {}
        )

    @property
    def is_whole(self) -> bool:
        """True if no file changed."""
        names = self.folder.names if self.folder else ()
        return not self.read and len(self.places) == len(names)

    def file(self, name: str) -> CachedFile | None:
        """The cached file of a name."""
        folder = self.folder
        index = folder.places.get(name, -1) if folder else -1
        return CachedFile(folder, index) if folder and index in self.place_set else None

    @cached_property
    def place_set(self) -> frozenset[int]:
        return frozenset(self.places)

    def path(self, name: str) -> str:
        return f"{self.name}/{name}" if self.name else name

    def digests(self) -> bytes:
        if self.is_whole and self.folder:
            return self.folder.digests
        return b"".join(map(self.digest, sorted((*self.cached_files, *self.read))))

    def digest(self, name: str) -> bytes:
        if name in self.read:
            return digest_of(self.path(name), self.read[name])
        return self.cached_files[name].digest()

    def settle(self, folder: PackedFolder) -> None:
        """Take the files from a folder that has just been cached."""
        self.folder, self.places = folder, [*range(len(folder.names))]
        self.read = {name: data for name, data in self.read.items() if name not in folder.places}
        vars(self).pop("cached_files", None)
        vars(self).pop("place_set", None)

    def changed(self, files: Mapping[str, bytes | None]) -> CachedFolder:
        """The folder with files replaced, by name; None removes a file."""
        cached_folder = CachedFolder(self.name, self.folder)
        places = self.folder.places if self.folder else {}
        gone = {places[name] for name in files if name in places}
        cached_folder.places = [index for index in self.places if index not in gone]
        every = {**self.read, **files}
        cached_folder.read = {name: data for name, data in every.items() if data is not None}
        return cached_folder

    def open_places(self, frame: Frame, items: Collection[EvidenceId]) -> Collection[int]:
        """Places of records that name missing records, or were judged by records since removed."""
        if self.folder is None or not frame.issuperset(self.folder.frame):
            return self.places
        links = self.folder.links
        linked = links.keys() & set(self.places) if links else ()
        return [n for n in sorted(linked) if any(link not in items for link in links[n])]


class CachedFiles(Mapping[str, bytes]):
    """Path → bytes, read late where the record is cached."""

    def __init__(self, root: Path, parts: Mapping[str, CachedFolder]) -> None:
        self.root, self.parts = root, dict(sorted(parts.items()))
        self._late: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        cached_folder, name = self._place(path)
        if cached_folder and name in cached_folder.read:
            return cached_folder.read[name]
        if path not in self._late:
            file = self.cached_file(path)
            if file is None:
                raise KeyError(path)
            self._late[path] = self._read(path, file)
        return self._late[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return sum(
            len(cached_folder.places) + len(cached_folder.read)
            for cached_folder in self.parts.values()
        )

    def __contains__(self, path: object) -> bool:
        cached_folder, name = self._place(str(path))
        return cached_folder is not None and (
            name in cached_folder.read or cached_folder.file(name) is not None
        )

    def cached_file(self, path: str) -> CachedFile | None:
        """The cached file at a path."""
        cached_folder, name = self._place(path)
        return cached_folder.file(name) if cached_folder else None

    def digest(self, path: str) -> bytes:
        folder, _, name = path.rpartition("/")
        return self.parts[folder].digest(name)

    def fresh(self) -> list[str]:
        """The paths of files that were read, unordered."""
        return [
            cached_folder.path(name)
            for cached_folder in self.parts.values()
            for name in cached_folder.read
        ]

    def changed(self, files: Mapping[str, bytes | None]) -> CachedFiles:
        """The snapshot with files replaced, by path; None removes a file."""
        of: dict[str, dict[str, bytes | None]] = {}
        for path, data in files.items():
            folder, _, name = path.rpartition("/")
            of.setdefault(folder, {})[name] = data
        parts = dict(self.parts)
        for folder, inside in of.items():
            parts[folder] = parts.get(folder, CachedFolder(folder, None)).changed(inside)
        return CachedFiles(self.root, parts)

    def state(self) -> bytes:
        """The digest of all files."""
        return digest(b"".join(cached_folder.digests() for cached_folder in self.parts.values()))

    def digest_of(self, *folders: str) -> bytes:
        """The digest of the files at the top and in these folders."""
        parts = (p for n, p in self.parts.items() if not n or n.partition("/")[0] in folders)
        return digest(b"".join(cached_folder.digests() for cached_folder in parts))

    @cached_property
    def _paths(self) -> list[str]:
        parts = self.parts.values()
        return sorted(
            cached_folder.path(name)
            for cached_folder in parts
            for name in (*cached_folder.cached_files, *cached_folder.read)
        )

    def _place(self, path: str) -> tuple[CachedFolder | None, str]:
        folder, _, name = path.rpartition("/")
        return self.parts.get(folder), name

    def _read(self, path: str, file: CachedFile) -> bytes:
        data = worktree.content(self.root, path)
        if data is None or digest_of(path, data) != file.digest():
            full_path = worktree.safe(self.root / path)
            raise ChangedMeanwhile(
                f"{full_path}: changed since it was looked at; run the command again"
            )
        return data


def is_in_git(files: Mapping[str, bytes], path: str, oid: bytes) -> bool:
    """True if a file is there, and git gives it this name."""
    file = files.cached_file(path) if isinstance(files, CachedFiles) else None
    if file and len(oid) == OID:
        return file.folder.oid(file.number) == oid
    return path in files and oid_of(files[path], len(oid)) == oid


def is_tree_in_git(files: Mapping[str, bytes], folder: str, oid: bytes) -> bool:
    """True if git gives the records of a folder, as plain files with nothing beside, this name."""
    cached_folder = files.parts.get(folder) if isinstance(files, CachedFiles) else None
    return bool(
        cached_folder
        and cached_folder.folder
        and cached_folder.is_whole
        and cached_folder.folder.tree == oid
    )


def with_changes(
    files: Mapping[str, bytes], changes: Mapping[str, bytes | None]
) -> Mapping[str, bytes]:
    """The files with some replaced; None removes a file."""
    if isinstance(files, CachedFiles):
        return files.changed(changes)
    both = {**files, **changes}
    return {path: data for path, data in sorted(both.items()) if data is not None}


def digest_of(path: str, data: bytes) -> bytes:
    """The digest of a path and its content."""
    return digest(os.fsencode(path) + b"\0" + data)


class CachedEvidence(LazyEvidence):
    """Evidence by id, in order: records `at_hand`, and cached records."""

    def __init__(self, files: CachedFiles, items: Mapping[EvidenceId, Evidence]) -> None:
        self.files, self.loaded = files, items
        self.parts = [
            cached_folder for cached_folder in files.parts.values() if cached_folder.is_evidence
        ]
        self._decoded: dict[EvidenceId, Evidence] = {}

    def __getitem__(self, id: EvidenceId) -> Evidence:
        if id not in self._decoded:
            stored = self._located(id)
            if stored is None:
                raise KeyError(id)
            self._decoded[id] = stored.record() if isinstance(stored, CachedFile) else stored
        return self._decoded[id]

    def __iter__(self) -> Iterator[EvidenceId]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: object) -> bool:
        return id in self._decoded or self._located(str(id)) is not None

    def items(self) -> ItemsView[EvidenceId, Evidence]:
        return self._all.items()

    def values(self) -> ValuesView[Evidence]:
        return self._all.values()

    def settle(self) -> None:
        """Keep at hand only the items that are not cached, had another id, or supersede others."""
        self._decoded |= self.loaded
        self.loaded = {
            id: item
            for id, item in self.loaded.items()
            if item.formerly
            or item.supersedes
            or not self.files.cached_file(path_of("evidence", id))
        }

    def about(
        self,
        database: Database,
        scenarios: Collection[ScenarioId],
        besides: Collection[EvidenceId] = (),
    ) -> set[str]:
        """The paths of items that bear on these scenarios, or that their priors include."""
        columns = {column for id in scenarios for column in connected(database, id)}
        used = {id for column in columns for id in database.scenarios[column].prior.includes}
        return self._about(database, columns, used.union(besides))

    def bearing(self, database: Database, scenarios: Collection[ScenarioId]) -> list[EvidenceId]:
        return [*map(id_of, sorted(self._about(database, {*scenarios}, ())))]

    def _about(
        self, database: Database, columns: set[ScenarioId], used: Collection[EvidenceId]
    ) -> set[str]:
        """The paths of items that bear on one of these scenarios themselves, or are used."""
        wanted = {f"{id}.yaml" for id in used}
        paths: set[str] = set()
        for cached_folder in self.parts:
            if folder := cached_folder.folder:
                near = {folder.places[name] for name in wanted & folder.places.keys()}
                _, places = _bearing(folder, database)
                near = near.union(*(places[id] for id in columns & places.keys()))
                paths |= {folder.path(place) for place in near & cached_folder.place_set}
        for id, item in self.loaded.items():
            bears = id in used or not columns.isdisjoint(borne(database, item))
            (paths.add if bears else paths.discard)(path_of("evidence", id))
        return paths

    def take(self, before: CachedEvidence) -> list[EvidenceId]:
        """Share the records that an earlier state has decoded; return the items that differ."""
        apart = {*before.loaded, *self.loaded, *_differing_items(before.files, self.files)}
        shared = before._decoded.copy()
        for id in apart:
            shared.pop(id, None)
        self._decoded |= shared
        if "_ids" in vars(before):
            self._ids = dict.fromkeys(_followed_ids([*before._ids], apart, self))
        return [id for id in apart if before.get(id) != self.get(id)]

    @cached_property
    def _ids(self) -> dict[EvidenceId, None]:
        paths = [
            cached_folder.folder.path(n)
            for cached_folder in self.parts
            if cached_folder.folder
            for n in sorted(cached_folder.places)
        ]
        paths += [path_of("evidence", id) for id in self.loaded]
        return dict.fromkeys(map(id_of, sorted(paths)))

    @cached_property
    def _all(self) -> dict[EvidenceId, Evidence]:
        known = self._decoded
        self._decoded = {id: known[id] if id in known else self[id] for id in self._ids}
        return self._decoded

    def _located(self, id: EvidenceId) -> Evidence | CachedFile | None:
        """The record, if it is `at_hand`, or where it is cached."""
        return self.loaded.get(id) or self.files.cached_file(path_of("evidence", id))


def bearing_on(
    database: Database, *scenarios: ScenarioId, besides: Collection[EvidenceId] = ()
) -> Database:
    """The database without evidence that has no bearing on these scenarios.

    `besides` are items to keep in any case.
    """
    items = database.evidence
    if not isinstance(items, CachedEvidence):
        return database
    ids = map(id_of, sorted(items.about(database, scenarios, besides)))
    return replace(database, evidence={id: items[id] for id in ids})


def sides(
    before: Database, after: Database, scenarios: Collection[ScenarioId] = ()
) -> tuple[Database, Database]:
    """Both databases without evidence that is equal in both and bears on none of these scenarios.

    Equal items are the same object.
    """
    old, new = before.evidence, after.evidence
    if not isinstance(old, CachedEvidence) or not isinstance(new, CachedEvidence):
        return before, after
    apart = {*old.loaded, *new.loaded, *_differing_items(old.files, new.files)}
    was, has = old.about(before, scenarios, apart), new.about(after, scenarios, apart)
    ids = {path: id_of(path) for path in sorted(was | has)}
    now = {id: new[id] for path, id in ids.items() if path in has or id in new}
    then = {
        id: old[id] if id in apart else now[id]
        for path, id in ids.items()
        if path in was or id in old
    }
    return replace(before, evidence=then), replace(after, evidence=now)


def _followed_ids(
    ids: list[EvidenceId], changed: Collection[EvidenceId], items: CachedEvidence
) -> list[EvidenceId]:
    """The ids of an earlier state, in the order of their paths, brought up to these items."""
    for id in changed:
        place = bisect_left(ids, path_of("evidence", id), key=partial(path_of, "evidence"))
        if place < len(ids) and ids[place] == id:
            del ids[place]
        if id in items:
            ids.insert(place, id)
    return ids


def _differing_items(files: CachedFiles, others: CachedFiles) -> Iterator[EvidenceId]:
    """The items whose files differ, or that are cached in one of both states."""
    for name in files.parts.keys() | others.parts.keys():
        cached_folder, other = (
            all.parts.get(name, CachedFolder(name, None)) for all in (files, others)
        )
        if cached_folder.folder and cached_folder.folder is other.folder:
            places = set(cached_folder.places).symmetric_difference(other.places)
            yield from (id_of(cached_folder.folder.names[index]) for index in places)
        else:
            both = [
                {n: p.digest(n) for n in (*p.cached_files, *p.read)} for p in (cached_folder, other)
            ]
            yield from (id_of(n) for n, _ in both[0].items() ^ both[1].items())


def digests(files: CachedFiles, database: Database) -> dict[ScenarioId, bytes]:
    """The digest of all evidence that bears on each scenario."""
    of: dict[ScenarioId, list[bytes]] = {id: [] for id in database.scenarios}
    for cached_folder in files.parts.values():
        if cached_folder.is_evidence:
            for id, parts in _bearing_digests(cached_folder, database).items():
                of[id].append(digest(b"".join(parts)))
    for scenario_id, scenario in database.scenarios.items():
        for path in (path_of("evidence", id) for id in scenario.prior.includes):
            if path in files:
                of[scenario_id].append(files.digest(path))
    for id in frozenset[EvidenceId]().union(*superseders(database).values()):
        for scenario_id in borne(database, database.evidence[id]) & of.keys():
            of[scenario_id].append(files.digest(path_of("evidence", id)))
    return {scenario_id: digest(b"".join(sorted(parts))) for scenario_id, parts in of.items()}


def _bearing_digests(
    cached_folder: CachedFolder, database: Database
) -> dict[ScenarioId, list[bytes]]:
    """The digests, in order, of the files of a folder that bear on each scenario."""
    of = {id: [*parts] for id, parts in _cached_digests(cached_folder, database).items()}
    for name in cached_folder.read:
        item = database.evidence.get(id_of(name))
        for id in borne(database, item) & database.scenarios.keys() if item else ():
            insort(of.setdefault(id, []), cached_folder.digest(name))
    return of


def _cached_digests(
    cached_folder: CachedFolder, database: Database
) -> Mapping[ScenarioId, Sequence[bytes]]:
    """Those of its cached files, as last asked for: most folders stay as they are."""
    folder, scenarios, places = cached_folder.folder, database.scenarios, cached_folder.places
    if folder is None:
        return {}
    if not folder.bearing_digests or folder.bearing_digests[0][:2] != (scenarios, places):
        by_about, _ = _bearing(folder, database)
        of: dict[ScenarioId, list[bytes]] = {}
        lists = [[of.setdefault(id, []) for id in ids if id in scenarios] for ids in by_about]
        for place in places:
            for parts in lists[folder.abouts[place]]:
                parts.append(folder.digest(place))
        by_scenario = {id: sorted(parts) for id, parts in of.items() if parts}
        folder.bearing_digests[:] = [(scenarios, places, by_scenario)]
    return folder.bearing_digests[0][2]


def _bearing(
    folder: PackedFolder, database: Database
) -> tuple[Sequence[Collection[ScenarioId]], Mapping[ScenarioId, list[int]]]:
    """The scenarios on which items with the same `about` bear, and the places by scenario; cached.

    A look at each item for each of 1,000 scenarios was a sixth of a report.
    """
    if not folder.bearing or folder.bearing[0][0] != database.scenarios:
        texts = frozenset[str]().union(*folder.about)
        by_text = {text: touched(database, (text,)) for text in texts}
        every = (map(by_text.__getitem__, about) for about in folder.about)
        by_about = [frozenset[str]().union(*ids) for ids in every]
        places: dict[ScenarioId, list[int]] = {}
        for place, which in enumerate(folder.abouts):
            for id in by_about[which]:
                places.setdefault(id, []).append(place)
        folder.bearing[:] = [(database.scenarios, by_about, places)]
    return folder.bearing[0][1:]
