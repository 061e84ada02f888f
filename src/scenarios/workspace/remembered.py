"""Figures of scenarios that are computed once for all that they rest on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import connected
from scenarios.model import Database, ScenarioId
from scenarios.storage.cache.files import Files, about, digests
from scenarios.storage.cache.memory import Memory
from scenarios.storage.cache.packed import digest
from scenarios.workspace.opened import Opened

Value = TypeVar("Value")


class _Memo(msgspec.Struct, Generic[Value], frozen=True):
    """What was made of all files as they were: for each scenario what its value rests on, and it.

    A scenario without one has a key all the same.
    """

    whole: bytes = b""
    keys: dict[ScenarioId, bytes] = {}
    values: dict[ScenarioId, Value] = {}


def remembered(
    opened: Opened,
    name: str,
    asked: str,
    of: type[Value],
    make: Callable[[Database, Collection[ScenarioId]], Mapping[ScenarioId, Value]],
) -> Mapping[ScenarioId, Value]:
    """What `make` says of each scenario, from the cache's file `name` as far as that still holds.

    It must be a function of the scenarios around (those that it hangs on, and those that it
    implies), what bears on them, tracker, sources, sheets, and what was `asked`.
    """
    database, files = opened.database, opened.snapshot
    asked += "".join(database.withheld)
    memory = opened.read
    if not isinstance(memory, Memory) or not isinstance(files, Files) or memory.place is None:
        return make(database, database.scenarios)
    whole = digest(asked.encode() + files.state())
    at_hand: _Memo[Value] | None = memory.made.get((name, asked))
    before = at_hand or _decoded(memory.place.read(name), of)
    if before.whole == whole:
        return before.values
    keys = keys_of(files, database, asked)
    missing = {id for id, key in keys.items() if before.keys.get(id) != key}
    values = {id: value for id, value in before.values.items() if id in keys.keys() - missing}
    if missing:
        around = {other for id in missing for other in _around(database, id)}
        values |= make(about(database, *around), missing)
    memo = _Memo(whole, keys, values)
    memory.keep(name, asked, memo)
    memory.place.write(name, msgspec.msgpack.encode(memo))
    return values


def _decoded(data: bytes | None, of: type[Value]) -> _Memo[Value]:
    try:
        memo: _Memo[Value] = msgspec.msgpack.decode(data or b"", type=_Memo[of])  # type: ignore[valid-type]
    except msgspec.MsgspecError:
        return _Memo()
    return memo


def keys_of(files: Files, database: Database, asked: str) -> dict[ScenarioId, bytes]:
    """What stands for all that a scenario's figures rest on."""
    beside = asked.encode() + files.beside("sources", "forecasts")
    own = digests(files, database)
    return {
        id: digest(b"".join((beside, *(own[other] for other in _around(database, id)))))
        for id in database.scenarios
    }


def _around(database: Database, id: ScenarioId) -> list[ScenarioId]:
    """A scenario, those that it implies, and all on which they hang; in order."""
    ids = (id, *database.scenarios[id].implies)
    return sorted({other for one in ids for other in connected(database, one)})
