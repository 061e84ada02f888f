"""Which questions are scored."""

from __future__ import annotations

from datetime import date

import msgspec

from scenarios.model import Database, ScenarioId


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which questions: resolved within the dates (both included), named, with one of the tags."""

    since: date | None = None
    until: date | None = None
    scenarios: tuple[ScenarioId, ...] = ()
    tags: tuple[str, ...] = ()


def is_chosen(database: Database, id: ScenarioId, resolved: date, chosen: Chosen) -> bool:
    """Return True if a question that was resolved on `day` is selected."""
    return (
        (chosen.since is None or chosen.since <= resolved)
        and (chosen.until is None or resolved <= chosen.until)
        and (not chosen.scenarios or id in chosen.scenarios)
        and (not chosen.tags or not set(chosen.tags).isdisjoint(database.scenarios[id].tags))
    )
