"""A document in which titles speak, where a writer would else tell the ids of records."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from scenarios.model import Database
from scenarios.render.document import Ref

Part = TypeVar("Part")


def titled(part: Part, database: Database) -> Part:
    """A document, or a part of one, with the title of what each reference without a label names."""
    made: Any = part
    if isinstance(part, Ref):
        title = "" if part.label else _title(part, database)
        made = msgspec.structs.replace(part, label=title) if title else part
    elif isinstance(part, tuple):
        parts = [titled(one, database) for one in part]
        made = part if all(a is b for a, b in zip(parts, part, strict=True)) else tuple(parts)
    elif isinstance(part, msgspec.Struct):
        fields = {name: getattr(part, name) for name in part.__struct_fields__}
        changed = {n: new for n, old in fields.items() if (new := titled(old, database)) is not old}
        made = msgspec.structs.replace(part, **changed) if changed else part
    return made  # type: ignore[no-any-return]


def _title(ref: Ref, database: Database) -> str:
    owner, _, indicator = ref.id.partition("/")
    if ref.kind == "evidence" and ref.id in database.evidence:
        return database.evidence[ref.id].summary
    if ref.kind == "source" and ref.id in database.sources:
        return database.sources[ref.id].name
    if ref.kind == "scenario" and owner in database.scenarios:
        scenario = database.scenarios[owner]
        if not indicator:
            return scenario.title
        return scenario.indicators[indicator].statement if indicator in scenario.indicators else ""
    return ""
