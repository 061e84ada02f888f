"""The state of an indicator on a day, and the chance that its author gave it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import log10
from typing import Literal, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import Known, members
from scenarios.model import (
    EvidenceId,
    IndicatorId,
    IndicatorKey,
    IndicatorState,
    ScenarioId,
)
from scenarios.scales import jeffreys, rating_decibans
from scenarios.values import first_day

Case = TypeVar("Case")


def seen_if(
    chance: float, priors: Mapping[Case, float], decibans: Mapping[Case, float]
) -> dict[Case, float]:
    """The probability of being seen by `due` in each case, so that all in all it is `chance`.

    The cases exclude one another and `priors`, normalised here, add up to 1; `decibans` is what
    the indicator is worth for each, 0 where it is left out. From c = Σ p·a, with the a in the
    ratio of the ratings: a_j = c·L_j / Σ p_k·L_k. One of 1 or more means that the rating cannot go
    with this chance.
    """
    ratios = {case: 10 ** (decibans.get(case, 0.0) / 10) for case in priors}
    mean = sum(p * ratios[case] for case, p in priors.items()) / sum(priors.values())
    return {case: chance * ratio / mean for case, ratio in ratios.items()}


def absence(seen: float) -> float:
    """The decibans of its not being seen in a case; bounded where a record is at fault."""
    return 10 * log10(max(1 - seen, 1e-3))


def expected_movement(chance: float, prior: float, decibans: float) -> float:
    """The movement in bits that watching an indicator until `due` is expected to bring.

    c·D(p→p₊) + (1−c)·D(p→p₋), D the Jeffreys divergence: more than the mutual information, about
    twice as much where it is small.
    """
    seen = seen_if(chance, {True: prior, False: 1 - prior}, {True: decibans})[True]
    after, without = prior * seen / chance, prior * (1 - seen) / (1 - chance)
    return chance * jeffreys(prior, after) + (1 - chance) * jeffreys(prior, max(without, 1e-9))


ReadingState = Literal["unobserved", "emerging", "observed", "reversed"]


class IndicatorReading(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator at a date. `strength` runs from 0 to 1; `since` is when its state began."""

    state: ReadingState
    strength: float
    since: str | None
    raised_by: EvidenceId | None
    evidence: tuple[EvidenceId, ...]


def reading(known: Known, key: IndicatorKey) -> IndicatorReading:
    """Walk an indicator through its known items by (observed, recorded, reversals last, id).

    `observed` with weight w raises the strength to at least w, `emerging` to at least w/2,
    `reversed` lowers it by w, not below 0.
    """
    state: ReadingState = "unobserved"
    strength, since = 0.0, None
    items = known.firings.get(key, ())
    for id, seen in items:
        weight = known.weights[id]
        if weight == 0:
            continue
        strength = _step(strength, seen, weight)
        after: ReadingState = "observed" if state == "observed" else seen
        if seen == "reversed":
            after = state if strength > 0 else "reversed"
        if after != state:
            state, since = after, known.evidence[id].observed
    raisers = [  # in the order in which we came to know
        (known.evidence[id].recorded, first_day(known.evidence[id].observed), id)
        for id, seen in items
        if seen != "reversed" and known.weights[id] > 0
    ]
    return IndicatorReading(
        state=state,
        strength=strength,
        since=since,
        raised_by=min(raisers)[2] if raisers else None,
        evidence=tuple(i for i, _ in items),
    )


def strength(known: Known, key: IndicatorKey, only: Collection[EvidenceId]) -> float:
    """The strength, 0 to 1, that the items in `only` alone would give."""
    value = 0.0
    for id, seen in known.firings.get(key, ()):
        if id in only:
            value = _step(value, seen, known.weights[id])
    return value


def diagnosticity(known: Known, key: IndicatorKey) -> float:
    """Max − min decibans of the ratings; outside a set, or with a blank, 0 is one of them."""
    database = known.database
    scenario, indicator = key
    ratings = database.scenarios[scenario].indicators[indicator].ratings
    worth = [rating_decibans(r, database.tracker.decibans) for r in ratings.values()]
    sets = {s.set for id, s in database.scenarios.items() if id in ratings}
    whole = all(set_id and set(members(database, set_id)) <= ratings.keys() for set_id in sets)
    return max(worth) - min(worth) if whole else max(*worth, 0.0) - min(*worth, 0.0)


def value(known: Known, key: IndicatorKey) -> float | None:
    """The expected movement in bits of an indicator with a `chance`, outside sets."""
    scenario = known.database.scenarios[key[0]]
    indicator, tracker = scenario.indicators[key[1]], known.database.tracker
    if indicator.chance is None or scenario.set is not None:
        return None
    worth = rating_decibans(indicator.ratings.get(key[0], "N"), tracker.decibans)
    worth *= tracker.rating_strength
    return expected_movement(indicator.chance, scenario.prior.probability, worth)


def unique(known: Known, key: IndicatorKey) -> bool:
    """True if it speaks for exactly one scenario of those that it rates."""
    decibans = known.database.tracker.decibans
    ratings = known.database.scenarios[key[0]].indicators[key[1]].ratings.values()
    return sum(rating_decibans(rating, decibans) > 0 for rating in ratings) == 1


def _step(strength: float, seen: IndicatorState, weight: float) -> float:
    if seen == "reversed":
        return max(0.0, strength - weight)
    return max(strength, weight if seen == "observed" else weight / 2)


class IndicatorChange(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator whose state at the end of the window is another than at its start."""

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    before: ReadingState
    after: ReadingState
    evidence: tuple[EvidenceId, ...]


def change_of(before: Known, after: Known, key: IndicatorKey) -> IndicatorChange | None:
    """The change of an indicator's state between two days, with its new items; None without one."""
    was, now = reading(before, key), reading(after, key)
    if was.state == now.state:
        return None
    return IndicatorChange(
        scenario=key[0],
        indicator=key[1],
        statement=after.database.scenarios[key[0]].indicators[key[1]].statement,
        before=was.state,
        after=now.state,
        evidence=tuple(id for id in now.evidence if id not in was.evidence),
    )
