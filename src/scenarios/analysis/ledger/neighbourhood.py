"""The part of a database that bears on one scenario, and its figures over many days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from scenarios.analysis.evidence.bearing import connected
from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.ledger.comparison import Comparisons
from scenarios.analysis.ledger.odds import Odds, later
from scenarios.model import Database, ScenarioId


def days_of_change(database: Database, scenario_id: ScenarioId) -> list[date]:
    """The days on which known evidence, an absence or a rival's place in the set changes."""
    reached = set()
    for item in database.evidence.values():
        reached |= {item.recorded, *([item.retracted.date] if item.retracted else ())}
    for column in connected(database, scenario_id):
        for indicator in database.scenarios[column].indicators.values():
            if indicator.due and indicator.due < date.max:
                reached.add(indicator.due + timedelta(days=1))
        outcome = resolution(database, column)
        if outcome:
            reached.add(outcome.recorded)
    return sorted(reached)


Kept = dict[int, Comparisons]
"""Known evidence and compared lines, by the number of changes so far."""


def changes_daily(database: Database, scenario_id: ScenarioId) -> bool:
    """True if a prior behind the figure decays from day to day."""
    around = connected(database, scenario_id)
    return any(database.scenarios[id].prior.hazard for id in around)


def odds_on(
    database: Database, scenario_id: ScenarioId, days: Iterable[date], kept: Kept | None = None
) -> Iterator[Odds]:
    """Implied probabilities of a scenario and its connected scenarios on each day.

    `kept` is a cache for further calls with an equal database, sheets aside.
    """
    changes = days_of_change(database, scenario_id)
    kept = {} if kept is None else kept
    last: Comparisons | None = None
    for day in days:
        count = bisect_right(changes, day)
        if count not in kept:
            kept[count] = later(last, database, day)
        last = kept[count]
        yield Odds(last.known, day, last)


def implied_on(
    database: Database, days: Mapping[ScenarioId, Iterable[date]], kept: Kept | None = None
) -> dict[ScenarioId, list[float]]:
    """The ledger's implied probability of a scenario, or of members of one set, on days of each."""
    asked = {id: list(wanted) for id, wanted in days.items()}
    every = sorted({day for wanted in asked.values() for day in wanted})
    odds = dict(zip(every, odds_on(database, next(iter(days)), every, kept), strict=True))
    return {id: [odds[day].implied(id) for day in wanted] for id, wanted in asked.items()}
