"""What a commit gave another name, and what it was under the old one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scenarios.analysis.history.commits import RecordChange
from scenarios.model import Evidence, Kind, Record, Scenario, Sheet, Source

Names = Mapping[str, str]
"""From one name to another: the id of a record, or `scenario/indicator`."""

_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')


def renamed(own: Sequence[RecordChange]) -> dict[str, str]:
    """The old names and the new ones of what a commit renamed.

    A record that went and one that came are the same one where that names the other under
    `formerly`, or they agree in what makes it: the question, the report, the analyst's figures.
    Whatever else differs was edited on the way.
    """
    free: dict[tuple[Any, ...], list[str]] = {}
    named = {
        (one.kind, old): one.id
        for one in own
        if one.after and not one.before
        for old in former(one.after)
    }
    went = {(one.kind, one.id) for one in own if one.before and not one.after and one.readable}
    found = {old: new for (kind, old), new in named.items() if (kind, old) in went}
    for one in own:
        if one.after and not one.before and one.id not in found.values():
            free.setdefault(_identity(one.kind, one.id, one.after), []).append(one.id)
    for one in own:
        if (one.kind, one.id) in went and one.id not in found and one.before:
            if same := free.get(_identity(one.kind, one.id, one.before)):
                found[one.id] = same.pop(0)
        elif isinstance(one.before, Scenario) and isinstance(one.after, Scenario):
            found |= _indicators(one.id, one.before, one.after)
    return found


def joined(
    own: Sequence[RecordChange],
    lost: Mapping[tuple[Kind, str], Record],
    names: Names,
    past: Names | None = None,
) -> Iterator[tuple[str, RecordChange]]:
    """Each change with the id before it, and from what the record last was, under the new names.

    In both the ids of today stand for those of the `past`.
    """
    was = {one.id: one.before for one in own if one.id in names}
    old_ids = {new: old for old, new in names.items()}
    for one in own:
        if one.id in names and one.after is None:
            continue
        old = old_ids.get(one.id, one.id)
        before = one.before or was.get(old) or lost.get((one.kind, one.id))
        before = under(before, names) if names else before
        before, after = (of_today(record, past or {}) for record in (before, one.after))
        yield old, msgspec.structs.replace(one, before=before, after=after)


def of_today(record: Record | None, past: Names) -> Record | None:
    """The record with the ids of today in place of those of the past, but among its own."""
    if not past or not isinstance(record, Scenario | Evidence | Sheet):
        return record
    today: Record = under(record, past)
    kept = {} if isinstance(record, Sheet) else {"formerly": record.formerly}
    return msgspec.structs.replace(today, **kept)


def former(record: Record | None) -> tuple[str, ...]:
    """The ids that a record says it had."""
    return record.formerly if isinstance(record, Scenario | Evidence | Source) else ()


def other_name(text: str, names: Names) -> str:
    """What an id, or `scenario/indicator`, is called instead; itself where it is called nothing."""
    owner, slash, key = text.partition("/")
    return names.get(text) or names.get(owner, owner) + slash + key


def name(content: tuple[Any, ...], names: Names) -> bytes:
    """Bytes that are equal where a piece of content is, under the names given."""
    return _replaced(msgspec.json.encode(content, order="deterministic"), names)


def _identity(kind: Kind, id: str, record: Record) -> tuple[Any, ...]:
    if isinstance(record, Scenario):
        return kind, record.title, record.question
    if isinstance(record, Evidence):
        return kind, record.summary, record.recorded
    if isinstance(record, Sheet):
        return kind, record.analyst, tuple(record.probabilities.values())
    return kind, id


def _indicators(id: str, before: Scenario, after: Scenario) -> Iterator[tuple[str, str]]:
    came = [key for key in after.indicators if key not in before.indicators]
    for key, indicator in before.indicators.items():
        same = [other for other in came if after.indicators[other] == indicator]
        if same and key not in after.indicators:
            came.remove(same[0])
            yield f"{id}/{key}", f"{id}/{same[0]}"


def under(value: Any, names: Names) -> Any:
    """The value with each text that is a name replaced, where a record need not keep its limits."""
    if isinstance(value, str):
        return other_name(value, names)
    if isinstance(value, tuple):
        return tuple(under(item, names) for item in value)
    if isinstance(value, dict):
        return {under(key, names): under(item, names) for key, item in value.items()}
    if isinstance(value, Record):
        parts = msgspec.structs.asdict(value)
        return type(value)(**{key: under(part, names) for key, part in parts.items()})
    return value


def _replaced(text: bytes, names: Names) -> bytes:
    """JSON in which every string that is a name, or begins with one and `/`, is the other one."""

    def other(match: re.Match[bytes]) -> bytes:
        return f'"{other_name(match[1].decode(), names)}"'.encode()

    return _STRING.sub(other, text) if names else text
