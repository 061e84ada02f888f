"""Which scenarios hang together, and whose figures an item of evidence can move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from scenarios.analysis.evidence.knowledge import rivals
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    ScenarioId,
    SetId,
    SheetId,
    indicator_key,
)


def connected(database: Database, scenario_id: ScenarioId) -> tuple[ScenarioId, ...]:
    """A scenario, its rivals, and those on which their priors depend, with theirs."""
    found: dict[ScenarioId, None] = {}
    sets: set[SetId] = set()
    waiting = [scenario_id]
    while waiting:
        id = waiting.pop()
        if id in database.scenarios and id not in found:
            found[id] = None
            scenario = database.scenarios[id]
            waiting += scenario.prior.given
            if scenario.set and scenario.set not in sets:
                sets.add(scenario.set)
                waiting += reversed(rivals(database, id))
    return tuple(found)


def bearing(database: Database) -> dict[ScenarioId, list[EvidenceId]]:
    """The items that bear on each scenario, or say that one of its own indicators is not absent."""
    found: dict[ScenarioId, list[EvidenceId]] = {}
    for id, item in database.evidence.items():
        for scenario_id in borne(database, item):
            found.setdefault(scenario_id, []).append(id)
    return found


def borne(database: Database, item: Evidence) -> set[ScenarioId]:
    """The scenarios that an item rates, there or not, and those whose indicators it fires."""
    return touched(database, (*item.ratings, *item.indicators))


def touched(database: Database, about: Iterable[str]) -> set[ScenarioId]:
    """The same for one that rates these scenarios and fires these indicators."""
    found: set[ScenarioId] = set()
    for text in about:
        scenario_id, indicator_id = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        found.add(scenario_id)
        if scenario and indicator_id in scenario.indicators:
            found.update(scenario.indicators[indicator_id].ratings)
    return found


def near(
    database: Database,
    scenario_id: ScenarioId,
    bearing: Mapping[ScenarioId, Iterable[EvidenceId]],
    speaking: Mapping[ScenarioId, Iterable[SheetId]] = MappingProxyType({}),
) -> Database:
    """What can move a scenario's figures: those it is connected with, what bears on them, sheets.

    Of the sources, those that the evidence names.
    """
    columns = connected(database, scenario_id)
    items = dict.fromkeys(id for column in columns for id in bearing.get(column, ()))
    evidence = {id: database.evidence[id] for id in items}
    fired = {indicator_key(text)[0] for item in evidence.values() for text in item.indicators}
    around = sorted(fired.union(columns) & database.scenarios.keys())
    told = dict.fromkeys(id for column in columns for id in speaking.get(column, ()))
    named = {item.source for item in evidence.values() if item.source}
    return Database(
        database.tracker,
        {id: database.scenarios[id] for id in around},
        evidence,
        {id: database.sheets[id] for id in told},
        {id: database.sources[id] for id in sorted(named & database.sources.keys())},
    )
