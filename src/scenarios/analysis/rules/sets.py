"""Faults of exclusive sets, and of items that rate a scenario or a set in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.rules.rule import Between, Found, Known, Rule
from scenarios.errors import Fault
from scenarios.model import Database, Evidence, ScenarioId, indicator_key
from scenarios.paths import path_of
from scenarios.text import did_you_mean


def rated_twice(known: Known) -> Iterator[Found]:
    """An item rates one scenario directly and through an indicator, which would count it twice.

    Example: `ratings: {pact: CC}` beside `indicators: {pact/talks: observed}`, which rates `pact`.
    To do: keep one of the two.
    """
    for id, item, through in _rated_two_ways(known.database):
        for scenario in item.ratings:
            if scenario in through:
                message = f"'{scenario}' is rated here and by the indicator '{through[scenario]}'"
                keys = ("ratings", scenario)
                hint = "keep one of the two"
                yield "evidence", id, Fault(keys, "key", "rated-twice", message, hint)


def mixed_rows(known: Known) -> Iterator[Found]:
    """An item rates some members of a set directly, others through indicators. Told once a set.

    A member that is rated both ways is `rated-twice`, and not told about here.

    Example: of one set, `rupture` is rated directly and `military-pact` by `military-pact/talks`.
    To do: rate the members of a set all directly or all through indicators.
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
    """A scenario names a set that tracker.yaml does not declare.

    Example: `set: relationship-2031`, and the tracker declares `relationship-2030`.
    To do: correct the name, or declare the set under `sets` in tracker.yaml.
    """
    if known.broken["tracker"]:
        return  # it may declare them all
    declared = known.database.tracker.sets
    for id, scenario in known.database.scenarios.items():
        if scenario.set is not None and scenario.set not in declared:
            message = f"tracker.yaml declares no set '{scenario.set}'"
            hint = did_you_mean(scenario.set, declared)
            yield "scenario", id, Fault(("set",), "value", "unknown-set", message, hint)


def lonely_sets(known: Known) -> Iterator[Found]:
    """A declared set with one member excludes nothing.

    Example: `military-pact` alone has `set: relationship-2030`.
    To do: add the other scenarios, since a set divides all that can happen; or remove the set.
    """
    if known.broken["scenario"]:
        return  # the others may be among these
    for name in known.database.tracker.sets:
        members = known.database.members.get(name, ())
        if len(members) == 1:
            message = f"the set '{name}' has one member, '{members[0]}'"
            hint = "a set divides all that can happen: add the other scenarios"
            fault = Fault(("sets", name), "key", "lonely-set", message, hint)
            yield "tracker", "tracker", fault


def two_occurred(known: Known) -> Iterator[Found]:
    """Of an exclusive set, exactly one member can occur.

    Example: `military-pact` and `rupture`, of one set, both with `outcome: occurred`.
    To do: correct one outcome, or take one scenario out of the set.
    """
    for name, ids in known.database.occurred.items():
        first, *others = ids or ("",)
        for id in others:
            files = f"{path_of('scenario', first)} and {path_of('scenario', id)}"
            message = f"{files} both occurred, and of the set '{name}' only one can"
            keys = ("resolution", "outcome")
            yield "scenario", id, Fault(keys, "value", "two-occurred", message)


def hazards_in_sets(known: Known) -> Iterator[Found]:
    """A hazard lets the odds of one question decay with time; the odds of a set sum to 1.

    Example: `set: relationship-2030` beside `prior: {hazard: constant, …}`.
    To do: remove the hazard, or take the scenario out of the set.
    """
    for id, scenario in known.database.scenarios.items():
        if scenario.prior.hazard and scenario.set is not None:
            message = f"a scenario of a set has no hazard, and this one is in '{scenario.set}'"
            keys = ("prior", "hazard")
            yield "scenario", id, Fault(keys, "key", "hazard-in-set", message)


RULES: tuple[Between, ...] = (
    Rule(
        "rated-twice",
        "Evidence that rates a scenario directly and through an indicator",
        "error",
        rated_twice,
    ),
    Rule(
        "mixed-row",
        "Evidence that rates a set partly directly, partly through indicators",
        "error",
        mixed_rows,
    ),
    Rule("unknown-set", "A set that the tracker does not declare", "error", undeclared_sets),
    Rule("lonely-set", "An exclusive set with one member", "warning", lonely_sets),
    Rule(
        "two-occurred", "Two members of an exclusive set that both occurred", "error", two_occurred
    ),
    Rule("hazard-in-set", "A hazard on a scenario of an exclusive set", "error", hazards_in_sets),
)


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
