"""Which scenarios an item is rated across together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from scenarios.analysis.evidence.knowledge import state
from scenarios.model import Database, ScenarioId


class Together(NamedTuple):
    """What is asked about together: the open members of a set, or scenarios that share a tag."""

    title: str
    ids: list[ScenarioId]
    is_set: bool


def rated_together(database: Database, day: date) -> Iterator[Together]:
    """The scenarios that are open on a day: set by set, then tag by tag."""
    scenarios, sets = database.scenarios, database.tracker.sets
    live = [id for id in sorted(scenarios) if state(database, id, day) in ("open", "overdue")]
    for set_id, title in sets.items():
        if ids := [id for id in live if scenarios[id].set == set_id]:
            yield Together(f"Set {set_id}: {title}", ids, is_set=True)
    by_tag: dict[str, list[ScenarioId]] = {}
    for id in live:
        if scenarios[id].set not in sets:
            by_tag.setdefault(next(iter(scenarios[id].tags), ""), []).append(id)
    for tag in sorted(by_tag, key=lambda tag: (not tag, tag)):
        yield Together(f"Tag {tag}" if tag else "Without a tag", by_tag[tag], is_set=False)
