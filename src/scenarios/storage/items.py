"""Evidence of which the records are made where somebody asks for them."""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, Mapping, ValuesView
from typing import Any

from msgspec.structs import replace

from scenarios.analysis.evidence.bearing import connected, touched
from scenarios.model import Database, Evidence, EvidenceId, ScenarioId
from scenarios.paths import path_of
from scenarios.storage.cache import digest
from scenarios.storage.files import Files, Kept


class Items(Mapping[EvidenceId, Evidence]):
    """Evidence by id, in order: records, and files whose record is at hand."""

    def __init__(self, found: dict[EvidenceId, Any]) -> None:
        self._found = found
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
        return id in self._found

    def items(self) -> ItemsView[EvidenceId, Evidence]:
        """Every id with its record."""
        return self._unpacked().items()

    def values(self) -> ValuesView[Evidence]:
        """Every record."""
        return self._unpacked().values()

    def about(
        self, database: Database, scenarios: Collection[ScenarioId]
    ) -> dict[EvidenceId, Evidence]:
        """Those that can have a say in the figures of these scenarios, or stand in their priors."""
        columns = {column for id in scenarios for column in connected(database, id)}
        used = {id for column in columns for id in database.scenarios[column].prior.includes}
        hits: dict[tuple[str, ...], bool] = {}
        chosen = {}
        for id, at in self._found.items():
            names = at.about() if type(at) is Kept else (*at.ratings, *at.indicators)
            hit = hits.get(names)
            if hit is None:
                hit = hits[names] = not columns.isdisjoint(touched(database, names))
            if hit or id in used:
                chosen[id] = self[id]
        return chosen

    def _unpacked(self) -> dict[EvidenceId, Evidence]:
        if self._is_packed:
            for id, at in self._found.items():
                if type(at) is Kept:
                    self._found[id] = at.record()
            self._is_packed = False
        return self._found


def about(database: Database, *scenarios: ScenarioId) -> Database:
    """The database without evidence that has no say in the figures of these scenarios."""
    items = database.evidence
    if not isinstance(items, Items):
        return database
    return replace(database, evidence=items.about(database, scenarios))


def digests(files: Files, database: Database) -> dict[ScenarioId, bytes]:
    """What stands for all evidence that has a say in each scenario's figures.

    Another digest means other evidence: an item more or fewer, or one of another content.
    """
    told: dict[ScenarioId, list[bytes]] = {id: [] for id in database.scenarios}
    using: dict[EvidenceId, list[ScenarioId]] = {}
    for scenario_id, scenario in database.scenarios.items():
        for id in scenario.prior.includes:
            using.setdefault(id, []).append(scenario_id)
    lists: dict[tuple[str, ...], list[list[bytes]]] = {}
    for id in database.evidence:
        path = path_of("evidence", id)
        at = files.kept.get(path)
        item = None if at else database.evidence[id]
        names = at.about() if at else (*item.ratings, *item.indicators) if item else ()
        if names not in lists:
            lists[names] = [told[name] for name in touched(database, names) if name in told]
        own = files.digest(path)
        for one in lists[names]:
            one.append(own)
        for scenario_id in using.get(id, ()):
            told[scenario_id].append(own)
    return {scenario_id: digest(b"".join(parts)) for scenario_id, parts in told.items()}
