"""What differs between two databases: record by record, and field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scenarios.analysis.history.renames import Names, former, under
from scenarios.model import Database, Kind, Record

KINDS: tuple[Kind, ...] = ("tracker", "scenario", "evidence", "forecasts", "source")
WITHDRAWN = "withdraw"
"""How a forecast of null is told, so that it differs from none."""

Key = tuple[Kind, str]


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field before and after, None where it was not set; `field` has a dot between its keys."""

    record: str
    field: str
    before: Any
    after: Any
    kind: Kind


class Rename(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The same content under another id."""

    from_: str
    to: str
    kind: Kind


class Differences(msgspec.Struct, frozen=True, kw_only=True):
    """Records that came, went or go by another id, and fields that changed, by kind and id."""

    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()
    renamed: tuple[Rename, ...] = ()
    changed: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.renamed or self.changed)


def differences(before: Database, after: Database) -> Differences:
    """How `after` differs from `before`; order of keys, layout and comments never count.

    Nor does it that a record is named otherwise where it is named.
    """
    added: list[Key] = []
    removed: list[Key] = []
    changed: list[FieldChange] = []
    came: dict[Kind, list[str]] = {}
    gone: dict[Kind, list[str]] = {}
    for kind in KINDS:
        old, new = records(before, kind), records(after, kind)
        gone[kind] = [id for id in sorted(old) if id not in new]
        came[kind] = [id for id in sorted(new) if id not in old]
    renamed = [
        one for kind in KINDS for one in _renames(kind, before, after, gone[kind], came[kind])
    ]
    names = {one.from_: one.to for one in renamed}
    for kind in KINDS:
        old, new = records(before, kind), records(after, kind)
        moved = [one for one in renamed if one.kind == kind]
        left, found = {one.from_ for one in moved}, {one.to for one in moved}
        removed += [(kind, id) for id in gone[kind] if id not in left]
        added += [(kind, id) for id in came[kind] if id not in found]
        pairs = {id: id for id in old if id in new} | {one.to: one.from_ for one in moved}
        for id, was in sorted(pairs.items()):
            if old[was] is not new[id]:
                earlier = under(old[was], names) if names else old[was]
                changed += field_changes(kind, id, earlier, new[id])
    return Differences(
        added=tuple(added), removed=tuple(removed), renamed=tuple(renamed), changed=tuple(changed)
    )


def called(database: Database, names: Names) -> Database:
    """The same database with other names for its records, wherever they are named."""

    def of(kind: Kind) -> dict[str, Any]:
        return {names.get(id, id): under(it, names) for id, it in records(database, kind).items()}

    return msgspec.structs.replace(
        database,
        scenarios=of("scenario"),
        evidence=of("evidence"),
        sheets=of("forecasts"),
        sources=of("source"),
        withheld={names.get(id, id): path for id, path in database.withheld.items()},
    )


def records(database: Database, kind: Kind) -> Mapping[str, Record]:
    """The records of one kind, by id."""
    found: Mapping[Kind, Mapping[str, Record]] = {
        "tracker": {"tracker": database.tracker},
        "scenario": database.scenarios,
        "evidence": database.evidence,
        "forecasts": database.sheets,
        "source": database.sources,
    }
    return found[kind]


def field_changes(kind: Kind, id: str, before: Record, after: Record) -> list[FieldChange]:
    """The fields in which two states of one record differ."""
    if before is after or before == after:
        return []
    return [
        FieldChange(record=id, field=field, before=old, after=new, kind=kind)
        for field, old, new in _fields(_plain(before), _plain(after))
        if field != "formerly"
    ]


def _renames(
    kind: Kind, before: Database, after: Database, gone: list[str], came: list[str]
) -> Iterator[Rename]:
    """Pairs of which one says that it was the other, then pairs of equal content; each id once."""
    old, new = records(before, kind), records(after, kind)
    said = {was: id for id in came for was in former(new[id])} if gone else {}
    free: dict[bytes, list[str]] = {}
    for id in came if gone else ():
        free.setdefault(_content(new[id]), []).append(id)
    for id in gone:
        if id in said:
            yield Rename(from_=id, to=said[id], kind=kind)
        elif same := free.get(_content(old[id])):
            yield Rename(from_=id, to=same.pop(0), kind=kind)


def _content(record: Record) -> bytes:
    return msgspec.json.encode(record, order="deterministic")


def _plain(record: Record) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(record)
    told = plain.get("probabilities")
    if told:
        plain["probabilities"] = {k: WITHDRAWN if v is None else v for k, v in told.items()}
    return plain


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], at: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _fields(old, new, f"{at}{key}.")
        elif old != new:
            yield f"{at}{key}", _none_if_empty(old), _none_if_empty(new)


def _none_if_empty(value: Any) -> Any:
    return list(value) or None if isinstance(value, list | tuple) else value
