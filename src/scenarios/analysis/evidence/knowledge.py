"""What was known on a day, and which questions were open on it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

import msgspec

from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    IndicatorKey,
    IndicatorState,
    Resolution,
    Scenario,
    ScenarioId,
    SetId,
    Sheet,
    first_day,
    indicator_key,
)
from scenarios.scales import weight

Firing = tuple[EvidenceId, IndicatorState]
State = Literal["unopened", "open", "overdue", "resolved"]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The evidence known at `as_of`, with its weights and the ways to look it up.

    The firings of an indicator are in the order in which it is walked.
    """

    database: Database
    as_of: date
    evidence: dict[EvidenceId, Evidence]
    weights: dict[EvidenceId, float]
    direct: dict[ScenarioId, list[EvidenceId]]
    firings: dict[IndicatorKey, list[Firing]]


def known(database: Database, as_of: date) -> Known:
    """What `as_of` knew: recorded by then, and not retracted by then."""
    items = {
        id: item
        for id, item in database.evidence.items()
        if item.recorded <= as_of and not (item.retracted and item.retracted.date <= as_of)
    }
    direct: dict[ScenarioId, list[EvidenceId]] = {}
    firings: dict[IndicatorKey, list[Firing]] = {}
    for id, item in items.items():
        for scenario in item.ratings:
            direct.setdefault(scenario, []).append(id)
        for text, state in item.indicators.items():
            firings.setdefault(indicator_key(text), []).append((id, state))
    for key, seen in firings.items():
        firings[key] = sorted(seen, key=lambda firing: _walked(items[firing[0]], firing))
    weights = {id: weight(item, database.sources, database.tracker) for id, item in items.items()}
    return Known(
        database=database,
        as_of=as_of,
        evidence=items,
        weights=weights,
        direct=direct,
        firings=firings,
    )


def members(database: Database, set_id: SetId) -> tuple[ScenarioId, ...]:
    """The scenarios of a set, by id."""
    return database.members.get(set_id, ())


def contending(database: Database, set_id: SetId, as_of: date) -> tuple[ScenarioId, ...]:
    """The members of a set that had opened by `as_of` and have their place in it still."""
    every = members(database, set_id)
    opened = (id for id in every if database.scenarios[id].opened <= as_of)
    return tuple(id for id in opened if contends(database, id, as_of))


def rivals(database: Database, scenario_id: ScenarioId) -> tuple[ScenarioId, ...]:
    """The other members of a scenario's set; none where it is in no set."""
    set_id = database.scenarios[scenario_id].set
    if set_id is None:
        return ()
    return tuple(id for id in members(database, set_id) if id != scenario_id)


def dependents(database: Database, ids: Collection[ScenarioId]) -> set[ScenarioId]:
    """These scenarios and those whose figures hang on them: sets as a whole, and by `given`."""
    hang: dict[ScenarioId | SetId, list[ScenarioId]] = {}
    for id, scenario in database.scenarios.items():
        for other in scenario.prior.given:
            hang.setdefault(other, []).append(id)
        if scenario.set is not None:
            hang.setdefault(f"/{scenario.set}", []).append(id)
    found, left = set(ids), list(ids)
    while left:
        id = left.pop()
        of_set = f"/{database.scenarios[id].set}" if id in database.scenarios else ""
        more = {*hang.get(id, ()), *hang.pop(of_set, ())} - found
        found |= more
        left += more
    return found


def resolution(database: Database, scenario_id: ScenarioId) -> Resolution | None:
    """A scenario's own resolution, or what follows from a rival that occurred: the earlier."""
    own, set_id = database.scenarios[scenario_id].resolution, database.scenarios[scenario_id].set
    found = [own] if own else []
    for rival in database.occurred[set_id] if set_id else ():
        its = database.scenarios[rival].resolution
        if its is not None and rival != scenario_id:
            basis = f"{rival} occurred"
            found.append(Resolution("did-not-occur", its.date, its.recorded, basis, its.evidence))
    return min(found, key=_when_recorded, default=None)


def resolved(database: Database, scenario_id: ScenarioId, as_of: date) -> Resolution | None:
    """The resolution that was known at `as_of`."""
    outcome = resolution(database, scenario_id)
    return outcome if outcome and outcome.recorded <= as_of else None


def contends(database: Database, scenario_id: ScenarioId, as_of: date) -> bool:
    """Whether a member still has its place in its set: it leaves when it is known not to occur."""
    outcome = resolved(database, scenario_id, as_of)
    return outcome is None or outcome.outcome != "did-not-occur"


def state(database: Database, scenario_id: ScenarioId, as_of: date) -> State:
    """Where a scenario stands in its life at `as_of`."""
    scenario = database.scenarios[scenario_id]
    if as_of < scenario.opened:
        return "unopened"
    if resolved(database, scenario_id, as_of):
        return "resolved"
    return "overdue" if scenario.horizon < as_of else "open"


def last_open_day(database: Database, scenario_id: ScenarioId, as_of: date) -> date:
    """The day whose figures stand at `as_of`: once it is resolved, the day before we knew."""
    outcome = resolved(database, scenario_id, as_of)
    if outcome is None:
        return as_of
    eve: date = outcome.recorded - timedelta(days=1)
    return max(eve, database.scenarios[scenario_id].opened)


def latest_day(database: Database) -> date | None:
    """The last day on which something became known, was forecast or was first asked."""
    found = [latest_of(item) for item in database.evidence.values()]
    found += [latest_of(one) for one in database.scenarios.values()]
    found += [sheet.date for sheet in database.sheets.values()]
    return max(found, default=None)


def latest_of(record: Evidence | Scenario | Sheet) -> date:
    """The last such day of one record."""
    if isinstance(record, Sheet):
        return record.date
    if isinstance(record, Evidence):
        return max(record.recorded, record.retracted.date if record.retracted else date.min)
    return max(record.opened, record.resolution.recorded if record.resolution else date.min)


def shown(database: Database, as_of: date) -> dict[ScenarioId, Scenario]:
    """The scenarios that had opened by `as_of`."""
    return {id: s for id, s in database.scenarios.items() if s.opened <= as_of}


def bears_on(database: Database, evidence: Evidence) -> frozenset[ScenarioId]:
    """The scenarios that an item rates, directly or through an indicator that it fires."""
    found = set(evidence.ratings)
    for text in evidence.indicators:
        scenario_id, indicator_id = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        if scenario and indicator_id in scenario.indicators:
            found |= scenario.indicators[indicator_id].ratings.keys()
    return frozenset(found & database.scenarios.keys())


def _walked(item: Evidence, firing: Firing) -> tuple[date, date, bool, EvidenceId]:
    """By (observed, recorded, reversals last, id)."""
    id, seen = firing
    return first_day(item.observed), item.recorded, seen == "reversed", id


def _when_recorded(outcome: Resolution) -> date:
    return outcome.recorded
