"""Faults of an indicator's chance: what it lacks, stands beside, or cannot be."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from scenarios.analysis.evidence.chance import seen_if
from scenarios.analysis.rules.rule import Between, Found, Known, Rule
from scenarios.errors import Fault
from scenarios.model import Database, Indicator, IndicatorId, ScenarioId
from scenarios.scales import LOWEST, rating_decibans

_ROUNDING = 1e-9


def chances_without_due(known: Known) -> Iterator[Found]:
    """A chance says how probable an indicator is to be seen by `due`, so it needs that day.

    Example: `chance: 0.15` in an indicator without `due`.
    To do: add the day by which it would have to be seen, or remove the chance.
    """
    for id, key, indicator, _ in _with_chance(known.database):
        if indicator.due is None:
            message = "'chance' is how probable it is to be seen by 'due', and there is no 'due'"
            keys = ("indicators", key, "chance")
            hint = "add a day, or remove the chance"
            yield "scenario", id, Fault(keys, "key", "chance-without-due", message, hint)


def chances_beside_if_absent(known: Known) -> Iterator[Found]:
    """What an absence is worth follows from the chance, and `if_absent` would say it once more.

    Example: `chance: 0.15` beside `if_absent: I`.
    To do: keep one of the two.
    """
    for id, key, indicator, _ in _with_chance(known.database):
        if indicator.if_absent is not None:
            message = "what its absence is worth follows from 'chance', and 'if_absent' says it too"
            keys = ("indicators", key, "if_absent")
            hint = "keep one of the two"
            yield "scenario", id, Fault(keys, "key", "chance-and-absence", message, hint)


def impossible_chances(known: Known) -> Iterator[Found]:
    """With its chance and its ratings an indicator would be more than certain to be seen.

    The ratings say how much more probable it is to be seen if a scenario occurs than if not, the
    chance how probable it is all in all: the two together give its probability in each case.

    Example: a prior of 0.05, the rating CC and `chance: 0.2`, which makes 1.38 if it occurs.
    To do: lower the chance to what the message names, or choose weaker ratings.
    """
    if known.broken["tracker"]:
        return  # it says what a rating is worth
    for id, key, indicator, chance in _with_chance(known.database):
        set_id = known.database.scenarios[id].set
        if set_id is not None and known.broken["scenario"]:
            continue  # a member may be among these, and its prior counts
        own = known.database.members[set_id] if set_id is not None else ()
        seen = seen_if(chance, *_cases(known.database, id, own, indicator))
        case, most = max(seen.items(), key=lambda entry: entry[1])
        if most > 1 - _ROUNDING:
            when = f"'{case}' occurs" if case else f"'{id}' does not occur"
            message = f"by its ratings and chance '{key}' has a probability of {most:.4g} if {when}"
            keys = ("indicators", key, "chance")
            hint = _possible(chance / most)
            yield "scenario", id, Fault(keys, "value", "impossible-chance", message, hint)


RULES: tuple[Between, ...] = (
    Rule(
        "chance-without-due",
        "A chance without a day by which it would be seen",
        "error",
        chances_without_due,
    ),
    Rule(
        "chance-and-absence",
        "An absence whose worth is said twice",
        "error",
        chances_beside_if_absent,
    ),
    Rule(
        "impossible-chance",
        "A chance that its ratings make impossible",
        "error",
        impossible_chances,
    ),
)


def _with_chance(
    database: Database,
) -> Iterator[tuple[ScenarioId, IndicatorId, Indicator, float]]:
    for id, scenario in database.scenarios.items():
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
