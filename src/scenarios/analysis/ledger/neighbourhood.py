"""The part of a database that bears on one scenario, and its figures over many days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

import msgspec

from scenarios.analysis.evidence.knowledge import bears_on, contends, known, resolution, rivals
from scenarios.analysis.ledger.comparison import Board, implied, prior_at, side_by_side
from scenarios.model import Database, EvidenceId, ScenarioId, SheetId, indicator_key


def bearing(database: Database) -> dict[ScenarioId, list[EvidenceId]]:
    """The items that bear on each scenario, or say that one of its own indicators is not absent."""
    found: dict[ScenarioId, list[EvidenceId]] = {}
    for id, item in database.evidence.items():
        owners = {indicator_key(text)[0] for text in item.indicators}
        for scenario_id in bears_on(database, item) | owners:
            found.setdefault(scenario_id, []).append(id)
    return found


def speaking(database: Database) -> dict[ScenarioId, list[SheetId]]:
    """The sheets that speak of each scenario."""
    found: dict[ScenarioId, list[SheetId]] = {}
    for id, sheet in database.sheets.items():
        for scenario_id in sheet.probabilities:
            found.setdefault(scenario_id, []).append(id)
    return found


def near(
    database: Database,
    scenario_id: ScenarioId,
    bearing: Mapping[ScenarioId, Iterable[EvidenceId]],
    speaking: Mapping[ScenarioId, Iterable[SheetId]] = MappingProxyType({}),
) -> Database:
    """What can move a scenario's figures: its rivals, what bears on them, who speaks of them.

    Of the sources, those that the evidence names.
    """
    columns = (scenario_id, *rivals(database, scenario_id))
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


def days_of_change(database: Database, scenario_id: ScenarioId) -> list[date]:
    """The days on which known evidence, an absence or a rival's place in the set changes."""
    found = set()
    for item in database.evidence.values():
        found |= {item.recorded, *([item.retracted.date] if item.retracted else ())}
    for column in (scenario_id, *rivals(database, scenario_id)):
        for indicator in database.scenarios[column].indicators.values():
            if indicator.due and indicator.due < date.max:
                found.add(indicator.due + timedelta(days=1))
        outcome = resolution(database, column)
        if outcome:
            found.add(outcome.recorded)
    return sorted(found)


Boards = dict[tuple[int, ScenarioId | None], Board]
"""By the number of changes so far; a member that has left its set has a board of its own."""


def implied_on(
    database: Database, days: Mapping[ScenarioId, Iterable[date]], boards: Boards | None = None
) -> dict[ScenarioId, list[float]]:
    """The ledger's implied probability of a scenario, or of members of one set, on days of each.

    `boards` is a cache for further calls with an equal database, sheets aside.
    """
    scenarios, changes = database.scenarios, days_of_change(database, next(iter(days)))
    boards = {} if boards is None else boards
    found: dict[ScenarioId, list[float]] = {}
    for id, wanted in days.items():
        found[id] = []
        for day in wanted:
            key = bisect_right(changes, day), None if contends(database, id, day) else id
            if key not in boards:
                boards[key] = side_by_side(known(database, day), id)
            priors = {**boards[key].priors, id: prior_at(scenarios[id], day)}
            found[id].append(implied(msgspec.structs.replace(boards[key], priors=priors), id))
    return found
