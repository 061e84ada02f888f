"""Spans that name a record or show a figure of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scenarios.model import Database, EvidenceId
from scenarios.render.document import Link, Ref, Span

NAMED = 5
"""So many are named in a sentence, the rest is counted."""


def scenario(id: str, database: Database) -> Ref:
    """A scenario by its title; one that is not there, by its id."""
    one = database.scenarios.get(id)
    return Ref(id, "scenario", " ".join(one.title.split()) if one else id)


def quoted(span: Span) -> tuple[Span, ...]:
    """What is said, in quotation marks."""
    return "“", span, "”"


def item(id: EvidenceId, database: Database) -> Link:
    """An item by its summary, which leads to its address."""
    one = database.evidence[id]
    return Link(" ".join(one.summary.split()), one.url)


def source_of(id: EvidenceId, database: Database) -> tuple[Span, ...]:
    """The id of an item, its grade and its source."""
    item = database.evidence[id]
    source: tuple[Span, ...] = ()
    if item.source:
        of = database.sources.get(item.source)
        source = (", ", Ref(item.source, "source" if of else None, of.name if of else ""))
    return (Ref(id, "evidence"), f", {item.grade(database.sources)}", *source)


def indicator(key: str, database: Database) -> Ref:
    """An indicator by its statement."""
    owner, _, name = key.partition("/")
    one = database.scenarios[owner].indicators[name]
    return Ref(key, "scenario", " ".join(one.statement.split()))


def listed(spans: Iterable[Span], least: str = ", ") -> Iterator[Span]:
    """One after the other, with what stands between them."""
    for place, span in enumerate(spans):
        yield from ([least] if place else [])
        yield span


def titles(ids: Sequence[str], database: Database, most: int = NAMED) -> tuple[Span, ...]:
    """The titles of so many scenarios, in quotation marks, and how many more there are."""
    parts = [quoted(scenario(id, database)) for id in ids[:most]]
    more = len(ids) - len(parts)
    ends = [*parts, (f"{more} more",)] if more > 0 else parts
    return tuple(_joined(ends))


def _joined(parts: Sequence[tuple[Span, ...]]) -> Iterator[Span]:
    for place, part in enumerate(parts):
        if place:
            yield " and " if place == len(parts) - 1 else ", "
        yield from part
