"""The items that a page speaks of: each with its grade, its source and what it bears on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.model import Database, Evidence, EvidenceId, Kind
from scenarios.render.document import Item, Items, Link, Ref, Span


def items(ids: Iterable[EvidenceId], database: Database) -> Items:
    """The items, the newest first, each leading to its address and to its scenarios."""
    newest = sorted(ids, key=lambda one: (database.evidence[one].recorded, one), reverse=True)
    return Items(tuple(_item(id, database.evidence[id], database) for id in newest))


def _item(id: EvidenceId, item: Evidence, database: Database) -> Item:
    return Item(
        Link(item.summary, item.url),
        (Item((*_about(id, item, database),)), *_bearing(item, database)),
        anchor=f"e-{id}",
    )


def _about(id: EvidenceId, item: Evidence, database: Database) -> Iterator[Span]:
    yield f"{id}, {item.grade(database.sources)}"
    if item.source:
        kind: Kind | None = "source" if item.source in database.sources else None
        named = database.sources[item.source].name if kind else item.source
        yield from (", ", Ref(item.source, kind, named))
    if item.attachment:
        yield f", a copy is kept in {item.attachment.file}"
    if item.retracted:
        yield f", retracted on {item.retracted.date}: {item.retracted.reason}"


def _bearing(item: Evidence, database: Database) -> Iterator[Item]:
    told: list[Span] = []
    for id in sorted(bears_on(database, item)):
        told += [", " if told else "bears on ", Ref(id, "scenario", database.scenarios[id].title)]
    if told:
        yield Item(tuple(told))
