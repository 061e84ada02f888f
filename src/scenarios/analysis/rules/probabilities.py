"""Rules on priors, on the chances of indicators, and on the members of a set."""

import math
from collections.abc import Iterator, Sequence

from scenarios.analysis.evidence.indicators import seen_if
from scenarios.analysis.quantities.estimates import cumulated, masses, number, prior_of
from scenarios.analysis.quantities.faults import scenario_faults
from scenarios.analysis.rules.rule import ConsistencyRule, LoadedRecords, RecordFault, rule
from scenarios.errors import Fault, Keys
from scenarios.model import ConditionalPrior, Database, Evidence, Indicator, IndicatorId, ScenarioId
from scenarios.paths import path_of
from scenarios.scales import LOWEST, rating_decibans
from scenarios.text import did_you_mean
from scenarios.values import indicator_key

Link = tuple[ScenarioId, ScenarioId]
"""A scenario, and the other one that its prior is given."""


@rule("link-in-set", "A prior that depends on a member of its own set")
def links_within_a_set(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A prior depends on a member of its own set, of which only one can occur anyway.

    Example: `given: {rupture: …}` in `military-pact.yaml`, and both are in one set.
    To do: name a scenario outside of the set, or remove `given`.
    """
    for id, other, _ in _links(loaded.database):
        set_id = _set(loaded.database, id)
        if id != other and set_id is not None and _set(loaded.database, other) == set_id:
            message = f"'{other}' is in the same set, '{set_id}', whose members exclude one another"
            hint = "name a scenario outside of the set"
            yield _fault(id, other, "link-in-set", message, hint)


@rule("link-circle", "Priors that depend on one another")
def links_in_a_circle(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Priors depend on one another in a circle, each set taken as one. Reported once a circle.

    Example: `pact` has `given: {war: …}`, and `war` has `given: {pact: …}`.
    To do: remove `given` from one of them: of two scenarios, the one that is decided first.
    """
    for circle in _circles(loaded.database):
        steps = []
        for links in circle:
            files = " and ".join(path_of("scenario", id) for id, _ in links)
            other = links[0][1]
            of = f" of the set '{set_id}'" if (set_id := _set(loaded.database, other)) else ""
            steps.append(f"{files} on '{other}'{of}")
        message = f"these priors depend on one another in a circle: {'; '.join(steps)}"
        id, other = circle[0][0]
        yield _fault(id, other, "link-circle", message, "remove 'given' from one of them")


@rule("link-range", "A prior outside of what it is given either outcome")
def priors_outside_their_links(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A prior is a mix of what it is given either outcome, so it lies between the two.

    Example: `probability: 0.3` beside `given: {war: {occurred: 0.2, did-not-occur: 0.02}}`.
    To do: correct the figure that is wrong.
    """
    for id, other, conditional in _links(loaded.database):
        prior = loaded.database.scenarios[id].prior.probability
        low, high = sorted((conditional.occurred, conditional.did_not_occur))
        if not low <= prior <= high:
            message = (
                f"'probability' is {prior:g}, and by 'given' it is {conditional.occurred:g} if "
                f"'{other}' "
                f"occurs and {conditional.did_not_occur:g} if not"
            )
            keys, hint = ("prior", "probability"), f"it lies from {low:g} to {high:g}"
            yield "scenario", id, Fault(keys, "value", "link-range", message, hint)


@rule("link-differs", "Priors of a set that depend on different scenarios")
def sets_that_depend_apart(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """The priors of a set depend on one scenario together, or else they do not sum to 1.

    Example: of one set, `military-pact` has `given: {war: …}` and `rupture` has none.
    To do: give all members of the set a `given` that names the same scenario, or none of them.
    """
    scenarios = loaded.database.scenarios
    for set_id, members in loaded.database.members.items():
        links = ((id, other) for id in members for other in scenarios[id].prior.given)
        linked = {id: other for id, other in links if _set(loaded.database, other) != set_id}
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


@rule("hazard-ended", "The end of a hazard that there is not")
def hazard_ends_without_hazard(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A hazard that never was cannot end.

    Example: `hazard_ended: {date: 2023-08-28, reason: …}` in a prior without `hazard`.
    To do: add `hazard: constant`, or remove `hazard_ended`.
    """
    for id, scenario in loaded.database.scenarios.items():
        if scenario.prior.hazard_ended and not scenario.prior.hazard:
            message = "this prior has no 'hazard' that could end"
            keys, hint = ("prior", "hazard_ended"), "add hazard: constant, or remove 'hazard_ended'"
            yield "scenario", id, Fault(keys, "key", "hazard-ended", message, hint)


@rule("reference-count", "A reference class with more that happened than there were cases")
def more_occurred_than_cases(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """In a reference class it happened in more cases than there were.

    Example: `reference: {class: Treaty talks, occurred: 40, cases: 3}`.
    To do: correct the two numbers: `occurred` counts some of the `cases`.
    """
    for id, scenario in loaded.database.scenarios.items():
        like = scenario.prior.reference
        if like and like.occurred > like.cases:
            message = f"it cannot have happened in {like.occurred} of {like.cases} cases"
            keys, hint = ("prior", "reference", "occurred"), "'occurred' is at most 'cases'"
            yield "scenario", id, Fault(keys, "value", "reference-count", message, hint)


def _links(database: Database) -> Iterator[tuple[ScenarioId, ScenarioId, ConditionalPrior]]:
    for id, scenario in database.scenarios.items():
        for other, conditional in scenario.prior.given.items():
            yield id, other, conditional


def _set(database: Database, id: ScenarioId) -> str | None:
    return database.scenarios[id].set if id in database.scenarios else None


def _fault(id: ScenarioId, other: ScenarioId, rule: str, message: str, hint: str) -> RecordFault:
    return "scenario", id, Fault(("prior", "given", other), "key", rule, message, hint)


def _circles(database: Database) -> Iterator[list[list[Link]]]:
    """Each circle once, as the links of one unit to the next; in a set the first link counts."""
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
    """Name of a set, or of a scenario outside sets, which begins with a slash."""
    return _set(database, id) or f"/{id}"


_ROUNDING = 1e-9


@rule("chance-without-due", "A chance without a day by which it would be seen")
def chances_without_due(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A chance says how probable an indicator is to be seen by `due`, so it needs that day.

    Example: `chance: 0.15` in an indicator without `due`.
    To do: add the day by which it would have to be seen, or remove the chance.
    """
    for id, key, indicator, _ in _with_chance(loaded.database):
        if indicator.due is None:
            message = "'chance' is how probable it is to be seen by 'due', and there is no 'due'"
            keys, hint = ("indicators", key, "chance"), "add a day, or remove the chance"
            yield "scenario", id, Fault(keys, "key", "chance-without-due", message, hint)


@rule("chance-and-absence", "An absence whose worth is said twice")
def chances_beside_if_absent(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """The weight of an absence follows from the chance, and `if_absent` would state it again.

    Example: `chance: 0.15` beside `if_absent: I`.
    To do: keep one of the two.
    """
    for id, key, indicator, _ in _with_chance(loaded.database):
        if indicator.if_absent is not None:
            message = "what its absence is worth follows from 'chance', and 'if_absent' says it too"
            keys, hint = ("indicators", key, "if_absent"), "keep one of the two"
            yield "scenario", id, Fault(keys, "key", "chance-and-absence", message, hint)


@rule("impossible-chance", "A chance that its ratings make impossible")
def impossible_chances(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """With its chance and its ratings an indicator would be more than certain to be seen.

    The ratings say how much more probable it is to be seen if a scenario occurs than if not, the
    chance how probable it is all in all: the two together give its probability in each case.

    Example: a prior of 0.05, the rating CC and `chance: 0.2`, which makes 1.38 if it occurs.
    To do: lower the chance to what the message names, or choose weaker ratings.
    """
    if loaded.broken["tracker"]:
        return  # it says what a rating is worth
    for id, key, indicator, chance in _with_chance(loaded.database):
        set_id = loaded.database.scenarios[id].set
        if set_id is not None and loaded.broken["scenario"]:
            continue  # a member may be among these, and its prior counts
        own = loaded.database.members[set_id] if set_id is not None else ()
        seen = seen_if(chance, *_cases(loaded.database, id, own, indicator))
        case, most = max(seen.items(), key=lambda entry: entry[1])
        if most > 1 - _ROUNDING:
            when = f"'{case}' occurs" if case else f"'{id}' does not occur"
            message = f"by its ratings and chance '{key}' has a probability of {most:.4g} if {when}"
            keys, hint = ("indicators", key, "chance"), _possible(chance / most)
            yield "scenario", id, Fault(keys, "value", "impossible-chance", message, hint)
    for id, scenario in loaded.database.quantities.items():
        for key, indicator in scenario.indicators.items():
            most = max(_seen_between(loaded.database, id, indicator), default=0.0)
            if indicator.chance and most > 1 - _ROUNDING:
                message = f"by its ratings and chance '{key}' has a probability of {most:.4g}"
                message += f" for some values of '{id}'"
                keys, hint = ("indicators", key, "chance"), _possible(indicator.chance / most)
                yield "scenario", id, Fault(keys, "value", "impossible-chance", message, hint)


def _seen_between(database: Database, id: ScenarioId, indicator: Indicator) -> list[float]:
    """The probability of seeing a sign of a quantity in each interval between its thresholds."""
    scenario, tracker = database.scenarios[id], database.tracker
    if indicator.chance is None or scenario.quantity is None or [*scenario_faults(scenario)]:
        return []
    rows, codes = scenario.quantity.rows(id), tracker.decibans
    worth = [rating_decibans(indicator.ratings.get(row, "N"), codes) for row in rows]
    steps = [tracker.rating_strength * decibans for decibans in worth]
    cells = cumulated(steps, is_date=scenario.quantity.kind == "date")
    of = masses(prior_of(scenario), [*map(number, rows.values())])
    seen = seen_if(indicator.chance, dict(enumerate(of)), dict(enumerate(cells)))
    return [*seen.values()]


def _with_chance(database: Database) -> Iterator[tuple[ScenarioId, IndicatorId, Indicator, float]]:
    for id, scenario in database.binary.items():
        for key, indicator in scenario.indicators.items():
            if indicator.chance is not None:
                yield id, key, indicator, indicator.chance


def _cases(
    database: Database, id: ScenarioId, members: Sequence[ScenarioId], indicator: Indicator
) -> tuple[dict[ScenarioId | None, float], dict[ScenarioId | None, float]]:
    """The priors and the decibans of the cases; None is that a scenario alone does not occur."""
    tracker, columns = database.tracker, members if len(members) > 1 else (id,)
    priors: dict[ScenarioId | None, float] = {
        column: database.scenarios[column].prior.probability for column in columns
    }
    if len(columns) == 1:
        priors[None] = 1 - priors[id]
    decibans: dict[ScenarioId | None, float] = {
        rated: tracker.rating_strength * rating_decibans(rating, tracker.decibans)
        for rated, rating in indicator.ratings.items()
    }
    return priors, decibans


def _possible(limit: float) -> str:
    """The largest chance below the one at which a case would be certain, in three figures."""
    unit = 10.0 ** (math.floor(math.log10(limit)) - 2)
    largest = (math.ceil(limit / unit - _ROUNDING) - 1) * unit
    if largest < LOWEST:
        return "no chance is low enough: write 'if_absent' instead, or choose weaker ratings"
    return f"at most {largest:.3g} is possible; lower it, or choose weaker ratings"


@rule("rated-twice", "Evidence that rates a scenario directly and through an indicator")
def rated_twice(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item rates one scenario directly and through an indicator, which would count it twice.

    Example: `ratings: {pact: CC}` beside `indicators: {pact/talks: observed}`, which rates `pact`.
    To do: keep one of the two.
    """
    for id, item, through in _rated_two_ways(loaded.database):
        for scenario in item.ratings:
            if scenario in through:
                message = f"'{scenario}' is rated here and by the indicator '{through[scenario]}'"
                keys, hint = ("ratings", scenario), "keep one of the two"
                yield "evidence", id, Fault(keys, "key", "rated-twice", message, hint)


@rule("mixed-row", "Evidence that rates a set partly directly, partly through indicators")
def mixed_rows(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """An item rates some members of a set directly, others through indicators. Reported once a set.

    A member that is rated both ways is `rated-twice`, and not reported here.

    Example: of one set, `rupture` is rated directly and `military-pact` by `military-pact/talks`.
    To do: rate the members of a set all directly or all through indicators.
    """
    set_of = {id: scenario.set for id, scenario in loaded.database.scenarios.items()}
    hint = "rate the members of a set all directly or all through indicators"
    for id, item, through in _rated_two_ways(loaded.database):
        by_set = {set_of[s]: key for s, key in through.items() if set_of.get(s)}
        for scenario in item.ratings:
            if scenario in through or set_of.get(scenario) not in by_set:
                continue
            indicator = by_set.pop(set_of[scenario])  # reported once for each set
            among = f"others of the set '{set_of[scenario]}' by the indicator '{indicator}'"
            message = f"'{scenario}' is rated directly, {among}"
            keys = ("ratings", scenario)
            yield "evidence", id, Fault(keys, "key", "mixed-row", message, hint)


@rule("unknown-set", "A set that the tracker does not declare")
def undeclared_sets(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A scenario names a set that tracker.yaml does not declare.

    Example: `set: relationship-2031`, and the tracker declares `relationship-2030`.
    To do: correct the name, or declare the set under `sets` in tracker.yaml.
    """
    if loaded.broken["tracker"]:
        return  # it may declare them all
    declared = loaded.database.tracker.sets
    for id, scenario in loaded.database.scenarios.items():
        if scenario.set is not None and scenario.set not in declared:
            message = f"tracker.yaml declares no set '{scenario.set}'"
            command = f'scen edit tracker sets.{scenario.set}="TITLE" declares it'
            hint = did_you_mean(scenario.set, declared) or command
            yield "scenario", id, Fault(("set",), "value", "unknown-set", message, hint)


@rule("lonely-set", "An exclusive set with one member", "warning")
def lonely_sets(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A declared set with one member excludes nothing.

    Example: `military-pact` alone has `set: relationship-2030`.
    To do: add the other scenarios, since a set divides all that can happen; or remove the set.
    """
    if loaded.broken["scenario"]:
        return  # the others may be among these
    for name in loaded.database.tracker.sets:
        members = loaded.database.members.get(name, ())
        if len(members) == 1:
            message = f"the set '{name}' has one member, '{members[0]}'"
            hint = "a set divides all that can happen: add the other scenarios"
            yield "tracker", "tracker", Fault(("sets", name), "key", "lonely-set", message, hint)


@rule("two-occurred", "Two members of an exclusive set that both occurred")
def two_occurred(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """Of an exclusive set, exactly one member can occur.

    Example: `military-pact` and `rupture`, of one set, both with `outcome: occurred`.
    To do: correct one outcome, or take one scenario out of the set.
    """
    for name, ids in loaded.database.occurred.items():
        first, *others = ids or ("",)
        for id in others:
            files = f"{path_of('scenario', first)} and {path_of('scenario', id)}"
            message = f"{files} both occurred, and of the set '{name}' only one can"
            keys = ("resolution", "outcome")
            yield "scenario", id, Fault(keys, "value", "two-occurred", message)


@rule("hazard-in-set", "A hazard on a scenario of an exclusive set")
def hazards_in_sets(loaded: LoadedRecords) -> Iterator[RecordFault]:
    """A hazard lets the odds of one question decay with time; the odds of a set sum to 1.

    Example: `set: relationship-2030` beside `prior: {hazard: constant, …}`.
    To do: remove the hazard, or take the scenario out of the set.
    """
    for id, scenario in loaded.database.scenarios.items():
        if scenario.prior.hazard and scenario.set is not None:
            message = f"a scenario of a set has no hazard, and this one is in '{scenario.set}'"
            keys = ("prior", "hazard")
            yield "scenario", id, Fault(keys, "key", "hazard-in-set", message)


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


RULES: tuple[ConsistencyRule, ...] = (
    rated_twice,
    mixed_rows,
    undeclared_sets,
    lonely_sets,
    two_occurred,
    hazards_in_sets,
    links_within_a_set,
    links_in_a_circle,
    priors_outside_their_links,
    sets_that_depend_apart,
    hazard_ends_without_hazard,
    more_occurred_than_cases,
    chances_without_due,
    chances_beside_if_absent,
    impossible_chances,
)
