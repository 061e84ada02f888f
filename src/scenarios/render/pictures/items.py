"""Items of evidence in a few words, and what one is worth to a scenario."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.model import Database, EvidenceId, Rating, ScenarioId, indicator_key
from scenarios.scales import rating_decibans


def short(text: str) -> str:
    """The first clause of a summary."""
    return " ".join(text.split()).partition("; ")[0]


def strongest(
    items: Iterable[EvidenceId], scenario_id: ScenarioId, database: Database
) -> EvidenceId:
    """The item that is rated furthest from neutral for a scenario, by itself or an indicator."""
    return max(items, key=lambda item: (_strength(item, scenario_id, database), item))


def _strength(id: EvidenceId, scenario_id: ScenarioId, database: Database) -> float:
    item = database.evidence[id]
    ratings: list[Rating | None] = [item.ratings.get(scenario_id)]
    for text in item.indicators:
        owner, name = indicator_key(text)
        if owner in database.scenarios and name in database.scenarios[owner].indicators:
            indicator = database.scenarios[owner].indicators[name]
            ratings.append(indicator.ratings.get(scenario_id))
    worth = (abs(rating_decibans(r, database.tracker.decibans)) for r in ratings if r is not None)
    return max(worth, default=0.0)
