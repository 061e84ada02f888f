"""The state of an indicator on a day, and the chance that its author gave it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from math import log10
from typing import Literal, NamedTuple, TypeVar

import msgspec

from scenarios.analysis.evidence.knowledge import Firing, KnownEvidence, members
from scenarios.model import EvidenceId, IndicatorId, IndicatorKey, ScenarioId
from scenarios.scales import jeffreys, rating_decibans
from scenarios.values import first_day

Case = TypeVar("Case")


def seen_if(
    chance: float, priors: Mapping[Case, float], decibans: Mapping[Case, float]
) -> dict[Case, float]:
    """Probability of being seen by `due` in each case; weighted by the priors they sum to `chance`.

    The cases exclude one another and `priors`, normalised here, add up to 1; `decibans` is what
    the indicator is worth for each, 0 where it is left out. From c = Σ p·a, with the a in the
    ratio of the ratings: a_j = c·L_j / Σ p_k·L_k. A result of 1 or more contradicts
    the chance.
    """
    ratios = {case: 10 ** (decibans.get(case, 0.0) / 10) for case in priors}
    mean = sum(p * ratios[case] for case, p in priors.items()) / sum(priors.values())
    return {case: chance * ratio / mean for case, ratio in ratios.items()}


def absence(seen: float) -> float:
    """Decibans of an absence in a case; bounded where a record is at fault."""
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


def reading(known_evidence: KnownEvidence, key: IndicatorKey) -> IndicatorReading:
    """Walk an indicator through its known items by (observed, recorded, reversals last, id).

    Observed while the first sum is over 0, else emerging while the second is, else reversed after
    any reversal.
    """
    state: ReadingState = "unobserved"
    strength, since = 0.0, None
    items = known_evidence.firings.get(key, ())
    for step in _walk(known_evidence, items):
        after: ReadingState = "reversed" if step.reversed else "unobserved"
        if step.observed or step.reported:
            after = "observed" if step.observed else "emerging"
        if after != state:
            state, since = after, known_evidence.evidence[step.item].observed
        strength = step.strength
    raisers = [  # in the order in which we came to know
        (known_evidence.evidence[id].recorded, first_day(known_evidence.evidence[id].observed), id)
        for id, seen in items
        if seen != "reversed" and known_evidence.weights[id] > 0
    ]
    return IndicatorReading(
        state=state,
        strength=strength,
        since=since,
        raised_by=min(raisers)[2] if raisers else None,
        evidence=tuple(i for i, _ in items),
    )


def strength(
    known_evidence: KnownEvidence, key: IndicatorKey, only: Collection[EvidenceId]
) -> float:
    """The strength, 0 to 1, that the items in `only` alone would give."""
    value = 0.0
    for step in _walk(
        known_evidence, (f for f in known_evidence.firings.get(key, ()) if f[0] in only)
    ):
        value = step.strength
    return value


def last_report(known_evidence: KnownEvidence, key: IndicatorKey) -> date:
    """The latest record of a report that weighs at least half of what the heaviest weighs.

    One that is only emerging weighs half; a reversal reports nothing.
    """
    share = {"observed": 1.0, "emerging": 0.5, "reversed": 0.0}
    evidence, firings = known_evidence.evidence, known_evidence.firings[key]
    weights = {id: known_evidence.weights[id] * share[seen] for id, seen in firings}
    least = max(weights.values()) / 2
    return max(evidence[id].recorded for id, weight in weights.items() if weight >= least)


class _Step(NamedTuple):
    """The two sums after an item; `reversed` once an item, this one or an earlier, reversed."""

    item: EvidenceId
    observed: float
    reported: float
    reversed: bool

    @property
    def strength(self) -> float:
        return max(self.observed, self.reported)


def _walk(known_evidence: KnownEvidence, firings: Iterable[Firing]) -> Iterator[_Step]:
    """Yield 1 − Π(1 − w) over the best report of each origin, after each item of weight over 0.

    Once over `observed` reports, once over all with w/2 for `emerging`, held at ½. A reversal
    lowers both by its weight; what is left of each goes on as one witness more, and reports start
    anew.
    """
    observed = reported = 0.0
    is_reversed, best = False, dict[str, tuple[float, float]]()
    for id, seen in firings:
        weight = known_evidence.weights[id]
        if weight == 0:
            continue
        if seen == "reversed":
            observed, reported = _lowered(observed, weight), _lowered(min(reported, 0.5), weight)
            is_reversed, best = True, {}
        else:
            item = known_evidence.evidence[id]
            origin = item.origin or item.source or id
            here = (weight, weight) if seen == "observed" else (0.0, weight / 2)
            before = best.get(origin, (0.0, 0.0))
            now = best[origin] = max(here[0], before[0]), max(here[1], before[1])
            observed = _corroborated(observed, before[0], now[0])
            reported = _corroborated(reported, before[1], now[1])
        yield _Step(id, observed, min(reported, 0.5), is_reversed)


def _corroborated(total: float, before: float, now: float) -> float:
    """1 − Π(1 − w) after a witness's weight rises; `before` is 0 for a new witness."""
    return total + (1 - total) * (now - before) / (1 - before) if now > before else total


def _lowered(total: float, weight: float) -> float:
    """A sum less a weight; a rounding remainder is 0."""
    return total - weight if total - weight > _ROUNDING else 0.0


_ROUNDING = 1e-9


def diagnosticity(known_evidence: KnownEvidence, key: IndicatorKey) -> float:
    """Max − min decibans of the ratings; outside a set, or with a blank, 0 is one of them."""
    database = known_evidence.database
    scenario, indicator = key
    ratings = database.scenarios[scenario].indicators[indicator].ratings
    worth = [rating_decibans(r, database.tracker.decibans) for r in ratings.values()]
    sets = {database.scenarios[id].set for id in ratings.keys() & database.scenarios.keys()}
    sets |= {None} if any("/" in id for id in ratings) else set()
    whole = all(set_id and set(members(database, set_id)) <= ratings.keys() for set_id in sets)
    return max(worth) - min(worth) if whole else max(*worth, 0.0) - min(*worth, 0.0)


def value(known_evidence: KnownEvidence, key: IndicatorKey) -> float | None:
    """The expected movement in bits of an indicator with a `chance`, outside sets."""
    scenario = known_evidence.database.scenarios[key[0]]
    indicator, tracker = scenario.indicators[key[1]], known_evidence.database.tracker
    if indicator.chance is None or scenario.set is not None or scenario.quantity is not None:
        return None
    worth = rating_decibans(indicator.ratings.get(key[0], "N"), tracker.decibans)
    worth *= tracker.rating_strength
    return expected_movement(indicator.chance, scenario.prior.probability, worth)


def unique(known_evidence: KnownEvidence, key: IndicatorKey) -> bool:
    """True if it speaks for exactly one scenario of those that it rates."""
    decibans = known_evidence.database.tracker.decibans
    ratings = known_evidence.database.scenarios[key[0]].indicators[key[1]].ratings.values()
    return sum(rating_decibans(rating, decibans) > 0 for rating in ratings) == 1


class IndicatorChange(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator whose state changed in the window."""

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    before: ReadingState
    after: ReadingState
    evidence: tuple[EvidenceId, ...]


def change_of(
    before: KnownEvidence, after: KnownEvidence, key: IndicatorKey
) -> IndicatorChange | None:
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
