"""Signs that would change our mind: what each would do, their order, and when one rests."""

from collections import ChainMap
from collections.abc import Iterable
from datetime import date
from heapq import nlargest
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, diagnosticity, reading
from scenarios.analysis.evidence.knowledge import KnownEvidence, contending
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.period.period import Window, open_views
from scenarios.model import Evidence, IndicatorId, IndicatorKey, ScenarioId
from scenarios.scales import decibans, held, jeffreys, probability
from scenarios.text import digest

TRIED = 60
"""Indicators whose effect is computed: those that could have the largest."""
SOON_DAYS = 90
"""Days within which a sign has to be probable to be worth watching for."""
LATEST_GRADES = 20
"""Graded items whose median is the usual grade."""
GROWN = 1.1
"""Factor from which on a value has grown."""
_IF_SEEN = "if-seen"
"""No item has this id: theirs begin with a date."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator not seen so far, and the implied probability now and if it were seen.

    It would be seen in one item of the day, of the usual grade. `member` is the scenario whose
    figure then moves most: in a set any member, else its own. `movement_bits` is that movement,
    `chance_soon` the probability to be seen within 90 days. One that `rests` stood in the two
    reviews before, if it ranked high enough, and has not grown since.
    """

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    state: ReadingState
    due: date | None
    watch: str | None
    member: ScenarioId
    implied: float
    if_seen: float
    movement_bits: float
    chance_soon: float | None
    rests: bool


def unseen(window: Window) -> list[IndicatorKey]:
    """The indicators of live scenarios, written down by then, that may still be seen.

    They are not past due and not observed.
    """
    return [
        (view.id, name)
        for view in open_views(window)
        for name, indicator in view.scenario.indicators.items()
        if indicator.added <= window.as_of <= (indicator.due or date.max)
        if reading(window.now, (view.id, name)).state != "observed"
    ]


def signs(window: Window, keys: Iterable[IndicatorKey]) -> tuple[Sign, ...]:
    """The TRIED indicators that could have the largest effects, by value.

    The value is `chance_soon` · `movement_bits`; those without a chance stand last, by decibans.
    """
    grade = usual_grade(window.now)
    tried = sorted(keys, key=lambda key: (*_order(window, key, _most(window, key, grade)), key))
    effects = {key: _effect(window.odds, key, window.as_of, grade) for key in tried[:TRIED]}
    ranked = sorted(effects, key=lambda key: (*_order(window, key, effects[key]), key))
    return tuple(_sign(window, key, effects[key], grade) for key in ranked)


def usual_grade(known: KnownEvidence) -> str:
    """The median of the latest graded items by the share that a grade keeps; F6 without one.

    Of two in the middle it is the lower.
    """
    sources, weights = known.database.sources, known.weights
    graded = (
        (item.recorded, id, item.grade(sources))
        for id, item in known.evidence.items()
        if item.credibility or item.grade(sources)[0] != "F"
    )
    latest = nlargest(LATEST_GRADES, graded)
    best_first = sorted((-weights[id], grade) for _, id, grade in latest)
    return best_first[len(best_first) // 2][1] if best_first else "F6"


class _Effect(NamedTuple):
    """The implied probability of the scenario that moves most, without the sign and with it."""

    member: ScenarioId
    implied: float
    if_seen: float

    @property
    def bits(self) -> float:
        return jeffreys(self.implied, self.if_seen)

    def size(self, *, in_bits: bool) -> float:
        """The movement in bits, else the size of the step in decibans."""
        return self.bits if in_bits else abs(decibans(self.if_seen) - decibans(self.implied))


def _chance_soon(window: Window, key: IndicatorKey) -> float | None:
    """1 − (1 − c)^min(1, 90/days to `due`) of a chance c."""
    indicator = window.database.scenarios[key[0]].indicators[key[1]]
    if indicator.chance is None or indicator.due is None:
        return None
    days = (indicator.due - window.as_of).days
    return float(1 - (1 - indicator.chance) ** min(1.0, SOON_DAYS / max(days, 1)))


def _order(window: Window, key: IndicatorKey, effect: _Effect) -> tuple[bool, float]:
    chance = _chance_soon(window, key)
    if chance is None:
        return True, -effect.size(in_bits=False)
    return False, -chance * effect.bits


def _most(window: Window, key: IndicatorKey, grade: str) -> _Effect:
    """The largest effect that it could have, if it counted in full."""
    tracker = window.database.tracker
    worth = diagnosticity(window.now, key) * tracker.rating_strength
    if tracker.grade_weights:
        worth *= tracker.grade_weights.share(grade)
    odds = window.odds.odds_on(window.as_of)
    effects = (
        _Effect(id, was, held(probability(decibans(was) + step)))
        for id in _members(window.odds, key[0], window.as_of)
        for was in (odds.implied(id),)
        for step in (worth, -worth)
    )
    return max(effects, key=lambda effect: effect.bits)


def _members(odds: DailyLedgers, id: ScenarioId, on: date) -> tuple[ScenarioId, ...]:
    """The scenarios of which one is told: the members of its set, else itself."""
    set_id, withheld = odds.database.scenarios[id].set, odds.database.withheld
    every = contending(odds.database, set_id, on) if set_id else ()
    return tuple(other for other in every if other not in withheld) or (id,)


def _effect(odds: DailyLedgers, key: IndicatorKey, on: date, grade: str) -> _Effect:
    """The effect of an item of a day that reports the indicator as observed."""
    id, name = key
    indicator = odds.database.scenarios[id].indicators[name]
    item = Evidence(
        indicator.statement,
        observed=on.isoformat(),
        recorded=on,
        reliability=grade[0],  # type: ignore[arg-type]
        credibility=int(grade[1]),  # type: ignore[arg-type]
        theme=indicator.theme,
        indicators={f"{id}/{name}": "observed"},
    )
    seen = ChainMap({_IF_SEEN: item}, odds.database.evidence)  # type: ignore[arg-type]
    database = msgspec.structs.replace(odds.database, evidence=seen)
    was, after = odds.odds_on(on), odds.with_items(database, {_IF_SEEN: item}).odds_on(on)
    effects = [_Effect(m, was.implied(m), after.implied(m)) for m in _members(odds, id, on)]
    # both members of a set of two move alike, but for the last bit: told is the sign's own
    return max(effects, key=lambda effect: (round(effect.bits, 9), effect.member == id))


def _sign(window: Window, key: IndicatorKey, effect: _Effect, grade: str) -> Sign:
    id, name = key
    indicator = window.database.scenarios[id].indicators[name]
    return Sign(
        scenario=id,
        indicator=name,
        statement=indicator.statement,
        state=reading(window.now, key).state,
        due=indicator.due,
        watch=indicator.watch,
        member=effect.member,
        implied=effect.implied,
        if_seen=effect.if_seen,
        movement_bits=effect.bits,
        chance_soon=_chance_soon(window, key),
        rests=_rests(window, key, effect, grade),
    )


def _rests(window: Window, key: IndicatorKey, effect: _Effect, grade: str) -> bool:
    """True in each third review, unless it is new or has grown since the first of the three.

    Reviews are counted from the first day of the calendar, so that no state has to be kept; the
    signs of a tracker, which are often written down on one day, begin at different ones.
    """
    scenario, every = window.database.scenarios[key[0]], window.database.tracker.review_every_days
    on = window.as_of.toordinal()
    turn, then = on // every + int(digest("/".join(key)), 16), on - 2 * every
    is_new = max(scenario.opened, scenario.indicators[key[1]].added).toordinal() > then
    if turn % 3 or is_new:
        return False
    in_bits = scenario.indicators[key[1]].chance is not None
    before = _effect(window.odds, key, date.fromordinal(then), grade)
    return effect.size(in_bits=in_bits) < GROWN * before.size(in_bits=in_bits)
