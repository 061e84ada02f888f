"""Results of the reading commands, stored in the user's cache."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import connected
from scenarios.model import Database, ScenarioId
from scenarios.storage.cache.files import CachedFiles, bearing_on, digests
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.cache.packed import digest
from scenarios.workspace.opened import OpenDatabase

Value = TypeVar("Value")
_BESIDE = ("sources", "forecasts")


class ScenarioMemo(msgspec.Struct, Generic[Value], frozen=True):
    """Values by scenario, or by another name, each with the digest of what it depends on.

    A scenario without a value has a key all the same.
    """

    whole: bytes = b""
    keys: dict[str, bytes] = {}
    values: dict[str, Value] = {}


def remembered(
    opened: OpenDatabase,
    name: str,
    arguments: str,
    of: type[Value],
    make: Callable[[Database, Collection[ScenarioId]], Mapping[ScenarioId, Value]],
    folders: Collection[str] = _BESIDE,
) -> Mapping[ScenarioId, Value]:
    """The values that `make` computes for scenarios, from cache file `name` where still valid.

    `make` may depend only on the scenarios around (those it depends on or implies), their evidence,
    tracker, `arguments`, and `folders` beside the records.
    """
    database, files = opened.database, opened.snapshot
    arguments += "".join(database.withheld)
    memory = opened.read
    if (
        not isinstance(memory, RecordCache)
        or not isinstance(files, CachedFiles)
        or memory.place is None
    ):
        return make(database, database.scenarios)
    whole = digest(arguments.encode() + files.state())
    loaded: ScenarioMemo[Value] | None = memory.results.get((name, arguments))
    before = loaded or _decoded(memory.place.read(name), of)
    if before.whole == whole:
        return before.values
    keys = keys_of(files, database, arguments, folders)
    missing = {id for id, key in keys.items() if before.keys.get(id) != key}
    values = {id: value for id, value in before.values.items() if id in keys.keys() - missing}
    if missing:
        around = {other for id in missing for other in neighbours(database, id)}
        values |= make(bearing_on(database, *around), missing)
    memo = ScenarioMemo(whole, keys, values)
    memory.keep(name, arguments, memo)
    memory.place.write(name, msgspec.msgpack.encode(memo))
    return values


def _decoded(data: bytes | None, of: type[Value]) -> ScenarioMemo[Value]:
    try:
        memo: ScenarioMemo[Value] = msgspec.msgpack.decode(data or b"", type=ScenarioMemo[of])  # type: ignore[valid-type]
    except msgspec.MsgspecError:
        return ScenarioMemo()
    return memo


def remembered_whole(
    opened: OpenDatabase, name: str, arguments: str, of: type[Value], make: Callable[[], Value]
) -> Value:
    """The value that `make` computes of the whole database, from cache file `name` if still valid.

    Nothing is kept where a file cannot be read.
    """
    cache, files = getattr(opened.read, "place", None), opened.snapshot
    if cache is None or not isinstance(files, CachedFiles) or opened.database.unreadable:
        return make()
    whole = digest(arguments.encode() + files.state())
    memo = _decoded(cache.read(name), of)
    if memo.whole != whole:
        memo = ScenarioMemo(whole, values={name: make()})
        cache.write(name, msgspec.msgpack.encode(memo))
    return memo.values[name]


@contextmanager
def remembered_each(
    opened: OpenDatabase | None, name: str, of: type[Value], values: dict[str, Value] | None = None
) -> Iterator[dict[str, Value]]:
    """Values by their keys, from cache file `name` into `values`, and kept as they are left.

    Without a database nothing is kept.
    """
    cache = getattr(opened.read, "place", None) if opened else None
    values = {} if values is None else values
    values.update(_decoded(cache.read(name), of).values if cache else {})
    before = {*values}
    yield values
    if cache and values.keys() != before:
        cache.write(name, msgspec.msgpack.encode(ScenarioMemo(values=values)))


def keys_of(
    files: CachedFiles, database: Database, arguments: str, folders: Collection[str] = _BESIDE
) -> dict[ScenarioId, bytes]:
    """The digest of all that each scenario's figures depend on."""
    same = arguments.encode() + files.digest_of(*folders)
    own = digests(files, database)
    return {
        id: digest(b"".join((same, *(own[other] for other in neighbours(database, id)))))
        for id in database.scenarios
    }


def neighbours(database: Database, id: ScenarioId) -> list[ScenarioId]:
    """A scenario, those it implies, and all they depend on; in order."""
    ids = (id, *database.scenarios[id].implies)
    return sorted({other for id in ids for other in connected(database, id)})
