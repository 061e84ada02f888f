"""Faults of priors: the scenario that one depends on, and the end of a hazard."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.rules.rule import Between, Found, Known, Rule
from scenarios.errors import Fault, Keys
from scenarios.model import Database, Given, ScenarioId
from scenarios.paths import path_of

Link = tuple[ScenarioId, ScenarioId]
"""A scenario, and the other one that its prior is given."""


def links_within_a_set(known: Known) -> Iterator[Found]:
    """A prior depends on a member of its own set, of which only one can occur anyway.

    Example: `given: {rupture: …}` in `military-pact.yaml`, and both are in one set.
    To do: name a scenario outside of the set, or remove `given`.
    """
    for id, other, _ in _links(known.database):
        set_id = _set(known.database, id)
        if id != other and set_id is not None and _set(known.database, other) == set_id:
            message = f"'{other}' is in the same set, '{set_id}', whose members exclude one another"
            hint = "name a scenario outside of the set"
            yield _at(id, other, "link-in-set", message, hint)


def links_in_a_circle(known: Known) -> Iterator[Found]:
    """Priors depend on one another in a circle, each set taken as one. Told once a circle.

    Example: `pact` has `given: {war: …}`, and `war` has `given: {pact: …}`.
    To do: remove `given` from one of them: of two scenarios, the one that is decided first.
    """
    for circle in _circles(known.database):
        steps = []
        for links in circle:
            files = " and ".join(path_of("scenario", id) for id, _ in links)
            other = links[0][1]
            of = f" of the set '{set_id}'" if (set_id := _set(known.database, other)) else ""
            steps.append(f"{files} on '{other}'{of}")
        message = f"these priors depend on one another in a circle: {'; '.join(steps)}"
        id, other = circle[0][0]
        yield _at(id, other, "link-circle", message, "remove 'given' from one of them")


def priors_outside_their_links(known: Known) -> Iterator[Found]:
    """A prior is a mix of what it is given either outcome, so it lies between the two.

    Example: `probability: 0.3` beside `given: {war: {occurred: 0.2, did-not-occur: 0.02}}`.
    To do: correct the figure that is wrong.
    """
    for id, other, given in _links(known.database):
        prior = known.database.scenarios[id].prior.probability
        low, high = sorted((given.occurred, given.did_not_occur))
        if not low <= prior <= high:
            message = (
                f"'probability' is {prior:g}, and by 'given' it is {given.occurred:g} if '{other}' "
                f"occurs and {given.did_not_occur:g} if not"
            )
            hint = f"it lies from {low:g} to {high:g}"
            fault = Fault(("prior", "probability"), "value", "link-range", message, hint)
            yield "scenario", id, fault


def sets_that_depend_apart(known: Known) -> Iterator[Found]:
    """The priors of a set depend on one scenario together, or else they do not sum to 1.

    Example: of one set, `military-pact` has `given: {war: …}` and `rupture` has none.
    To do: give all members of the set a `given` that names the same scenario, or none of them.
    """
    scenarios = known.database.scenarios
    for set_id, members in known.database.members.items():
        links = ((id, other) for id in members for other in scenarios[id].prior.given)
        linked = {id: other for id, other in links if _set(known.database, other) != set_id}
        for id in members if linked else ():
            first = min(linked)
            if linked.get(id) == linked[first]:
                continue
            on = f"'{linked[id]}'" if id in linked else "no scenario"
            message = (
                f"the prior of '{id}' depends on {on}, and that of {path_of('scenario', first)}, "
                f"of the same set '{set_id}', on '{linked[first]}'"
            )
            hint = "all members of a set name the same scenario under 'given', or none does"
            keys: Keys = ("prior", "given", linked[id]) if id in linked else ("prior",)
            yield "scenario", id, Fault(keys, "key", "link-differs", message, hint)


def hazards_that_end_without_one(known: Known) -> Iterator[Found]:
    """A hazard that never was cannot end.

    Example: `hazard_ended: {date: 2023-08-28, reason: …}` in a prior without `hazard`.
    To do: add `hazard: constant`, or remove `hazard_ended`.
    """
    for id, scenario in known.database.scenarios.items():
        if scenario.prior.hazard_ended and not scenario.prior.hazard:
            message = "this prior has no 'hazard' that could end"
            hint = "add hazard: constant, or remove 'hazard_ended'"
            keys = ("prior", "hazard_ended")
            yield "scenario", id, Fault(keys, "key", "hazard-ended", message, hint)


RULES: tuple[Between, ...] = (
    Rule(
        "link-in-set",
        "A prior that depends on a member of its own set",
        "error",
        links_within_a_set,
    ),
    Rule("link-circle", "Priors that depend on one another", "error", links_in_a_circle),
    Rule(
        "link-range",
        "A prior outside of what it is given either outcome",
        "error",
        priors_outside_their_links,
    ),
    Rule(
        "link-differs",
        "Priors of a set that depend on different scenarios",
        "error",
        sets_that_depend_apart,
    ),
    Rule(
        "hazard-ended",
        "The end of a hazard that there is not",
        "error",
        hazards_that_end_without_one,
    ),
)


def _links(database: Database) -> Iterator[tuple[ScenarioId, ScenarioId, Given]]:
    for id, scenario in database.scenarios.items():
        for other, given in scenario.prior.given.items():
            yield id, other, given


def _set(database: Database, id: ScenarioId) -> str | None:
    return database.scenarios[id].set if id in database.scenarios else None


def _at(id: ScenarioId, other: ScenarioId, rule: str, message: str, hint: str) -> Found:
    return "scenario", id, Fault(("prior", "given", other), "key", rule, message, hint)


def _circles(database: Database) -> Iterator[list[list[Link]]]:
    """Each circle once, as the links of one unit to the next.

    Of a set whose members name different scenarios, which `link-differs` tells, the first counts.
    """
    onward: dict[str, list[Link]] = {}
    for id, other, _ in sorted(_links(database)):
        if other in database.scenarios and _unit(database, id) != _unit(database, other):
            links = onward.setdefault(_unit(database, id), [])
            if not links or links[0][1] == other:
                links.append((id, other))
    walked: set[str] = set()
    for start in onward:
        unit, trail = start, list[str]()
        while unit in onward and unit not in walked:
            walked.add(unit)
            trail.append(unit)
            unit = _unit(database, onward[unit][0][1])
        if unit in trail:
            yield [onward[each] for each in trail[trail.index(unit) :]]


def _unit(database: Database, id: ScenarioId) -> str:
    """A set, or a scenario outside of sets, whose name a slash tells from that of a set."""
    return _set(database, id) or f"/{id}"
