"""The faults that no single file shows: references, sets, dates in order, names that agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from scenarios.analysis.rules.vague_words import vague_words
from scenarios.errors import NAMED, Fault
from scenarios.model import (
    Code,
    Database,
    Evidence,
    Kind,
    ScenarioId,
    SetId,
    first_day,
    indicator_key,
)
from scenarios.paths import path_of, references
from scenarios.text import MOST_HINTS, did_you_mean

Found = tuple[Kind, str, Fault]
"""The kind and id of a record, and a fault of it."""


class Known(NamedTuple):
    """The records that could be built, and the paths of those that could not, by id."""

    database: Database
    broken: Mapping[Kind, Mapping[str, str]]


def check(known: Known) -> Iterator[Found]:
    """Every fault between the records, in the order of `CHECKS`."""
    for rule in CHECKS:
        yield from rule(known)


def unknown_records(known: Known) -> Iterator[Found]:
    """`unknown-scenario`, `unknown-source`, `unknown-evidence`: an id that names no file.

    `broken-reference`, a warning and once a file: the named file is there and has a fault.
    """
    database = known.database
    there: dict[Kind, Mapping[str, Any]] = {
        "scenario": database.scenarios,
        "evidence": database.evidence,
        "source": database.sources,
    }
    hints: dict[str, str | None] = {}
    told = set()
    for kind, id, keys, at, of, name in references(database):
        if name in there[of] or (kind, id, name) in told:
            continue
        if name in known.broken[of]:
            told.add((kind, id, name))
            message = f"'{name}' is left out, because {known.broken[of][name]} has a fault"
            yield kind, id, Fault(keys, at, "broken-reference", message, None, "warning")
            continue
        if name not in hints and len(hints) < MOST_HINTS:
            hints[name] = did_you_mean(name, there[of])
        message = f"there is no {of} '{name}'"
        yield kind, id, Fault(keys, at, f"unknown-{of}", message, hints.get(name))


def unknown_indicators(known: Known) -> Iterator[Found]:
    """`unknown-indicator`: an item fires one that its scenario does not have."""
    scenarios = known.database.scenarios
    there = [f"{name}/{one}" for name in scenarios for one in scenarios[name].indicators]
    hints: dict[str, str | None] = {}
    for id, item in known.database.evidence.items():
        for key in item.indicators:
            scenario, indicator = indicator_key(key)
            if scenario not in scenarios or indicator in scenarios[scenario].indicators:
                continue
            message = f"the scenario '{scenario}' has no indicator '{indicator}'"
            if key not in hints and len(hints) < MOST_HINTS:
                hints[key] = did_you_mean(key, there)
            hint = hints.get(key)
            fault = Fault(("indicators", key), "key", "unknown-indicator", message, hint)
            yield "evidence", id, fault


def references_to_itself(known: Known) -> Iterator[Found]:
    """`self-reference`: an item corroborates itself, a scenario implies itself."""
    for kind, id, keys, at, of, name in references(known.database):
        if kind == of and id == name and keys[0] in ("corroborated_by", "implies"):
            message = f"'{keys[0]}' names this record itself"
            yield kind, id, Fault(keys, at, "self-reference", message, "name another one")


def rated_twice(known: Known) -> Iterator[Found]:
    """`rated-twice`: an item rates a scenario directly and through an indicator that it fires."""
    for id, item, through in _rated_two_ways(known.database):
        for scenario in item.ratings:
            if scenario in through:
                message = f"'{scenario}' is rated here and by the indicator '{through[scenario]}'"
                keys = ("ratings", scenario)
                hint = "keep one of the two"
                yield "evidence", id, Fault(keys, "key", "rated-twice", message, hint)


def mixed_rows(known: Known) -> Iterator[Found]:
    """`mixed-row`: an item rates some members of a set directly, others through indicators.

    A member that it rates both ways is `rated-twice`, and not told about here.
    """
    set_of = {id: scenario.set for id, scenario in known.database.scenarios.items()}
    hint = "rate the members of a set all directly or all through indicators"
    for id, item, through in _rated_two_ways(known.database):
        by_set = {set_of[s]: key for s, key in through.items() if set_of.get(s)}
        for scenario in item.ratings:
            if scenario in through or set_of.get(scenario) not in by_set:
                continue
            indicator = by_set.pop(set_of[scenario])  # told once for each set
            among = f"others of the set '{set_of[scenario]}' by the indicator '{indicator}'"
            message = f"'{scenario}' is rated directly, {among}"
            keys = ("ratings", scenario)
            yield "evidence", id, Fault(keys, "key", "mixed-row", message, hint)


def undeclared_sets(known: Known) -> Iterator[Found]:
    """`unknown-set`: a scenario names a set that the tracker does not declare."""
    if known.broken["tracker"]:
        return  # it may declare them all
    declared = known.database.tracker.sets
    for id, scenario in known.database.scenarios.items():
        if scenario.set is not None and scenario.set not in declared:
            message = f"tracker.yaml declares no set '{scenario.set}'"
            hint = did_you_mean(scenario.set, declared)
            yield "scenario", id, Fault(("set",), "value", "unknown-set", message, hint)


def lonely_sets(known: Known) -> Iterator[Found]:
    """`lonely-set`, a warning: a declared set with one member excludes nothing."""
    if known.broken["scenario"]:
        return  # the others may be among these
    members = _members(known.database)
    for name in known.database.tracker.sets:
        if len(members[name]) == 1:
            message = f"the set '{name}' has one member, '{members[name][0]}'"
            hint = "a set divides all that can happen: add the other scenarios"
            fault = Fault(("sets", name), "key", "lonely-set", message, hint, "warning")
            yield "tracker", "tracker", fault


def two_occurred(known: Known) -> Iterator[Found]:
    """`two-occurred`: exactly one member of a set occurs."""
    scenarios = known.database.scenarios
    for name, members in _members(known.database).items():
        outcomes = {id: r.outcome for id in members if (r := scenarios[id].resolution)}
        first, *others = [id for id, outcome in outcomes.items() if outcome == "occurred"] or [""]
        for id in others:
            files = f"{path_of('scenario', first)} and {path_of('scenario', id)}"
            message = f"{files} both occurred, and of the set '{name}' only one can"
            keys = ("resolution", "outcome")
            yield "scenario", id, Fault(keys, "value", "two-occurred", message)


def hazards_in_sets(known: Known) -> Iterator[Found]:
    """`hazard-in-set`: a hazard is about one question that decays by itself."""
    for id, scenario in known.database.scenarios.items():
        if scenario.prior.hazard and scenario.set is not None:
            message = f"a scenario of a set has no hazard, and this one is in '{scenario.set}'"
            keys = ("prior", "hazard")
            yield "scenario", id, Fault(keys, "key", "hazard-in-set", message)


def evidence_dates(known: Known) -> Iterator[Found]:
    """`date-order`: an item is observed, then recorded, then perhaps retracted."""
    for id, item in known.database.evidence.items():
        recorded = item.recorded
        if recorded < first_day(item.observed):
            yield "evidence", id, _early(recorded, "observed", item.observed, "recorded")
        if item.retracted and item.retracted.date < recorded:
            day = item.retracted.date
            yield "evidence", id, _early(day, "recorded", recorded, "retracted", "date")


def scenario_dates(known: Known) -> Iterator[Found]:
    """`date-order`: a scenario is opened, then resolved, and its horizon lies ahead."""
    for id, scenario in known.database.scenarios.items():
        opened, resolution = scenario.opened, scenario.resolution
        if scenario.horizon < opened:
            yield "scenario", id, _early(scenario.horizon, "opened", opened, "horizon")
        for key, one in scenario.indicators.items():
            if one.due and one.due < one.added:
                yield "scenario", id, _early(one.due, "added", one.added, "indicators", key, "due")
        if resolution and resolution.date < opened:
            yield "scenario", id, _early(resolution.date, "opened", opened, "resolution", "date")
        if resolution and resolution.recorded < max(opened, resolution.date):
            after = ("date", resolution.date) if resolution.date > opened else ("opened", opened)
            keys = ("resolution", "recorded")
            yield "scenario", id, _early(resolution.recorded, *after, *keys)


def misnamed(known: Known) -> Iterator[Found]:
    """`name-mismatch`: the file's name says another day or analyst than the file."""
    for id, item in known.database.evidence.items():
        if not id.startswith(f"{item.observed}-"):
            message = f"the file's name does not begin with {item.observed}-"
            yield "evidence", id, Fault(("observed",), "value", "name-mismatch", message)
    for id, sheet in known.database.sheets.items():
        if id != f"{sheet.date}-{sheet.analyst}":
            key = "analyst" if id.startswith(f"{sheet.date}-") else "date"
            message = f"the file's name is not {sheet.date}-{sheet.analyst}"
            yield "forecasts", id, Fault((key,), "value", "name-mismatch", message)


def words_without_probability(known: Known) -> Iterator[Found]:
    """`no-probability`: a rationale or evidence for a scenario that the sheet does not forecast."""
    for id, sheet in known.database.sheets.items():
        for key, part in (("rationales", sheet.rationales), ("evidence", sheet.evidence)):
            without = (scenario for scenario in part if scenario not in sheet.probabilities)
            for n, scenario in enumerate(without):
                message = f"this sheet has no probability for '{scenario}'"
                hint = did_you_mean(scenario, sheet.probabilities) if n < NAMED else None
                keys = (key, scenario)
                yield "forecasts", id, Fault(keys, "key", "no-probability", message, hint)


def decibans_out_of_order(known: Known) -> Iterator[Found]:
    """`decibans-order`: a stronger code is worth less than a weaker one."""
    worth = known.database.tracker.decibans
    codes: tuple[Code, ...] = ("CC", "C", "N", "I", "II")
    for more, less in pairwise(codes):
        if worth[more] < worth[less]:
            message = f"'{more}' ({worth[more]:g}) is worth less than '{less}' ({worth[less]:g})"
            hint = "CC ≥ C ≥ 0 ≥ I ≥ II"
            keys = ("decibans", more)
            fault = Fault(keys, "value", "decibans-order", message, hint)
            yield "tracker", "tracker", fault


def vague_wording(known: Known) -> Iterator[Found]:
    """`vague-words`: what a question or a judgement should not be worded with."""
    yield from vague_words(known.database)


CHECKS: tuple[Callable[[Known], Iterator[Found]], ...] = (
    unknown_records,
    unknown_indicators,
    references_to_itself,
    rated_twice,
    mixed_rows,
    undeclared_sets,
    lonely_sets,
    two_occurred,
    hazards_in_sets,
    evidence_dates,
    scenario_dates,
    misnamed,
    words_without_probability,
    decibans_out_of_order,
    vague_wording,
)


def _early(day: date, bound: str, limit: date | str, *keys: str) -> Fault:
    message = f"'{keys[-1]}' is {day}, before '{bound}' ({limit})"
    return Fault(keys, "value", "date-order", message)


def _rated_two_ways(database: Database) -> Iterator[tuple[str, Evidence, dict[ScenarioId, str]]]:
    """Items with ratings and indicators, and what the indicators rate, each with the first."""
    for id, item in database.evidence.items():
        if not item.ratings or not item.indicators:
            continue
        through: dict[ScenarioId, str] = {}
        for key in item.indicators:
            name, indicator = indicator_key(key)
            if name in database.scenarios and indicator in database.scenarios[name].indicators:
                for rated in database.scenarios[name].indicators[indicator].ratings:
                    through.setdefault(rated, key)
        yield id, item, through


def _members(database: Database) -> dict[SetId, list[ScenarioId]]:
    members: dict[SetId, list[ScenarioId]] = defaultdict(list)
    for name, scenario in database.scenarios.items():
        if scenario.set is not None:
            members[scenario.set].append(name)
    return members
