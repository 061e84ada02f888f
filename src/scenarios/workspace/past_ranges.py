"""Ranges of the evidence on past days, kept in the user's cache."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import date
from operator import itemgetter
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import connected
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window
from scenarios.analysis.period.recent import EvidencePoint
from scenarios.model import Scenario, ScenarioId
from scenarios.storage.cache.files import CachedFiles
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import digest
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.remembered import keys_of, remembered_each

_KEPT = 20_000
"""Points that are kept in all; of more, those that were asked for last."""


class RangesByRecords(MutableMapping[tuple[ScenarioId, date], EvidencePoint]):
    """The points of a database among `kept` ones, by the digest of what was recorded by their day.

    A record that is changed, or added with an earlier day, gives all days from its own on another
    key. The keys of a scenario are those of an earlier state, `known` with the digest of all that
    it depended on, where the `digests` of the scenarios have the same.
    """

    def __init__(
        self,
        window: Window,
        kept: dict[str, EvidencePoint],
        digests: Mapping[ScenarioId, bytes],
        known: dict[ScenarioId, tuple[bytes, list[tuple[date, bytes]]]],
    ) -> None:
        self._window, self._kept = window, kept
        self._all, self._known = digests, known
        self._items: dict[str, bytes] = {}
        self.asked: dict[str, EvidencePoint] = {}

    def __getitem__(self, of: tuple[ScenarioId, date]) -> EvidencePoint:
        key = self._key(*of)
        self.asked[key] = point = self._kept[key]
        return point

    def __setitem__(self, of: tuple[ScenarioId, date], point: EvidencePoint) -> None:
        self._kept[self._key(*of)] = point

    def __delitem__(self, of: tuple[ScenarioId, date]) -> None:
        del self._kept[self._key(*of)]

    def __iter__(self) -> Iterator[tuple[ScenarioId, date]]:
        raise TypeError("the points are known by their digests alone")

    def __len__(self) -> int:
        return len(self._kept)

    def _key(self, id: ScenarioId, day: date) -> str:
        if id not in self._known or self._known[id][0] != self._all[id]:
            self._known[id] = self._all[id], [*self._digests(id)]
        _, states = self._known[id]
        place = bisect_right(states, day, key=itemgetter(0))
        return f"{id} {day} {states[place - 1][1].hex()}"

    def _digests(self, id: ScenarioId) -> Iterator[tuple[date, bytes]]:
        """Yield the digest of all that a figure rests on, from each day on which an item came."""
        database = self._window.database
        around = connected(database, id)
        scenarios = {
            other: scenario
            for other, scenario in database.scenarios.items()
            if other in around or _rates(scenario, around)
        }
        records = (VERSION, database.tracker, scenarios, database.sources)
        state = digest(msgspec.msgpack.encode(records))
        yield date.min, state
        ids = {item for other in around for item in self._window.odds.bearing((other,))}
        dated = sorted((database.evidence[item].recorded, item) for item in ids)
        for day, item in dated:
            if item not in self._items:
                self._items[item] = msgspec.msgpack.encode(database.evidence[item])
            state = digest(state + item.encode() + self._items[item])
            yield day, state


def _rates(scenario: Scenario, ids: Collection[ScenarioId]) -> bool:
    """True if an indicator of a scenario, seen or absent, rates one of these others."""
    indicators = scenario.indicators.values()
    return any(not indicator.ratings.keys().isdisjoint(ids) for indicator in indicators)


@contextmanager
def past_ranges(opened: OpenDatabase, window: Window) -> Iterator[RangesByRecords]:
    """The points of the cache, which keeps those that are added."""
    files, memory, known = opened.snapshot, opened.read, dict[ScenarioId, Any]()
    if isinstance(files, CachedFiles) and isinstance(memory, RecordCache):
        digests = keys_of(files, opened.database, "", ("sources",))
        known = memory.results.setdefault(("ranges", ""), known)
    else:
        digests = dict.fromkeys(opened.database.scenarios, b"")
    with remembered_each(opened, "ranges", EvidencePoint) as kept:
        points = RangesByRecords(window, kept, digests, known)
        yield points
        if len(kept) > _KEPT:
            kept.clear()
            kept.update(points.asked)
