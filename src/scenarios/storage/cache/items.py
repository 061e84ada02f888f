"""Evidence of which the records are made where somebody asks for them."""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.evidence.bearing import borne, connected, touched
from scenarios.model import Database, Evidence, EvidenceId, ScenarioId
from scenarios.paths import id_of, path_of
from scenarios.storage.cache.files import Files, Kept, Part
from scenarios.storage.cache.folder import digest


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
