"""One record that arrives: a new file, or keys of one that is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scenarios.errors import Fault, Keys, ScenError
from scenarios.model import Kind, Record
from scenarios.paths import MODELS, path_of, schema_address
from scenarios.storage.edits import Draft, Put, edited, new_file, tidy
from scenarios.storage.limits import decoded
from scenarios.storage.loader import Read
from scenarios.storage.yaml.writer import dump
from scenarios.workspace.importing.faults import Unsound

NOTHING_WRITTEN = "nothing was written: "


def plain(value: Any, timezone: dt.tzinfo) -> Any:
    """A value as its file has it: days as text, a time as the day that it is in a zone."""
    if isinstance(value, Mapping):
        return {key: plain(one, timezone) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, timezone) for one in value]
    if isinstance(value, dt.date):
        return day_of(value, timezone).isoformat()
    return value


def day_of(moment: dt.date, timezone: dt.tzinfo) -> dt.date:
    """The day of a time in a zone; one that has no zone is local."""
    if not isinstance(moment, dt.datetime):
        return moment
    return (moment.astimezone(timezone) if moment.tzinfo else moment).date()


def new(kind: Kind, id: str, record: Mapping[str, Any]) -> Draft:
    """A new file; Unsound where nothing can be called so or hold that."""
    try:
        return new_file(kind, id, record)
    except ScenError as error:
        raise Unsound(str(error).removeprefix(NOTHING_WRITTEN)) from None


def limits(kind: Kind, record: Mapping[str, Any]) -> tuple[Record | None, list[Fault]]:
    """The record, or None and each limit of its kind that it breaks."""
    return decoded(kind, tidy(MODELS[kind], record))


def changed(
    snapshot: Mapping[str, bytes], read: Read, kind: Kind, id: str, puts: list[Put]
) -> Draft:
    """A file that is there with some keys put.

    One that is as it was written keeps that form; of another every other byte stays.
    """
    path = path_of(kind, id)
    data = snapshot[path]
    try:
        if rewritten := _rewritten(read, kind, path, data, puts):
            return rewritten
        return edited(snapshot, kind, id, puts)
    except ScenError as error:
        raise Unsound(str(error).removeprefix(NOTHING_WRITTEN)) from None


def differences(there: Mapping[str, Any], given: Mapping[str, Any], *keys: str) -> Iterator[Put]:
    """What is to be put so that a record says all that is given; what is not given stays."""
    for key, value in given.items():
        old = there.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and old:
            yield from differences(old, value, *keys, key)
        elif not _is_same(old, value, keys):
            yield Put((*keys, key), value)


def built(record: msgspec.Struct) -> dict[str, Any]:
    """A record, or a part of one, as its file has it: without what holds nothing."""
    found: dict[str, Any] = _full(msgspec.to_builtins(record))
    return found


def _full(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        full = {name: _full(one, name) for name, one in value.items()}
        if key == "probabilities":  # where None withdraws
            return full
        return {name: one for name, one in full.items() if one not in (None, [], {})}
    return [_full(one) for one in value] if isinstance(value, list | tuple) else value


def column_of(keys: Keys, columns: Mapping[str, str]) -> str:
    """The column of a file elsewhere that a key came from; else the key."""
    names = [*map(str, keys)]
    for end in range(len(names), 0, -1):
        if (key := ".".join(names[:end])) in columns:
            return columns[key]
    return ".".join(names)


def _is_same(old: Any, value: Any, keys: tuple[str, ...]) -> bool:
    if keys == ("foreign",):
        return str(old) == str(value)
    if isinstance(value, list):
        return [*(old or ())] == value
    return bool(old == value) or (not value and value != 0 and old in (None, (), {}))


def _rewritten(read: Read, kind: Kind, path: str, data: bytes, puts: list[Put]) -> Draft | None:
    """The edit of a file that has nothing but its record, as it was written."""
    record, _ = read(kind, path, data)
    if record is None:
        return None
    value = built(record)
    if dump(tidy(MODELS[kind], value), schema_address(path)).encode() != data:
        return None
    for put in puts:
        within = value
        for key in put.keys[:-1]:
            within = within.setdefault(key, {})
        within[put.keys[-1]] = put.value
    return Draft(path, data, dump(tidy(MODELS[kind], value), schema_address(path)).encode())
