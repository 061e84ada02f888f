"""The review on one page, for a reader who knows no decibans."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable
from datetime import date

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, diagnosticity, reading
from scenarios.analysis.period.period import Spread, Window, open_views
from scenarios.analysis.review.decisions import Decision, decisions
from scenarios.analysis.review.due import Due
from scenarios.analysis.review.review import About, Review, about
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.story import Headline, Story
from scenarios.model import (
    Evidence,
    IndicatorId,
    IndicatorKey,
    ScenarioId,
)
from scenarios.scales import held, jeffreys, probability

_IF_SEEN = "if-seen"
"""No item has this id: theirs begin with a date."""


TRIED = 60
"""Indicators whose effect is computed: those that could have the largest."""


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator not seen so far, and the implied probability now and if it were seen.

    It would be seen in one item graded A1 of the day. `movement_bits` is the movement then.
    """

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    state: ReadingState
    due: date | None
    watch: str | None
    implied: float
    if_seen: float
    movement_bits: float


def unseen(window: Window) -> list[IndicatorKey]:
    """The indicators of live scenarios that may still be seen: not past due, not observed."""
    return [
        (view.id, name)
        for view in open_views(window)
        for name, indicator in view.scenario.indicators.items()
        if indicator.due is None or indicator.due >= window.as_of
        if reading(window.now, (view.id, name)).state != "observed"
    ]


def watched(window: Window, keys: Iterable[IndicatorKey]) -> tuple[Watched, ...]:
    """Effects of the TRIED indicators that could have the largest, largest first."""
    most = sorted(keys, key=lambda key: (-_at_most(window, key), key))[:TRIED]
    effects = (_if_seen(window, key) for key in most)
    return tuple(sorted(effects, key=lambda e: (-e.movement_bits, e.scenario, e.indicator)))


def _at_most(window: Window, key: IndicatorKey) -> float:
    """The movement in bits if it counted in full."""
    worth = diagnosticity(window.now, key) * window.database.tracker.rating_strength
    implied = window.views[key[0]].implied
    ends = (probability(implied.decibans + sign * worth) for sign in (1, -1))
    return max(jeffreys(implied.probability, held(end)) for end in ends)


def _if_seen(window: Window, key: IndicatorKey) -> Watched:
    id, name = key
    indicator = window.database.scenarios[id].indicators[name]
    implied = window.views[id].implied.probability
    item = Evidence(
        indicator.statement,
        observed=window.as_of.isoformat(),
        recorded=window.as_of,
        reliability="A",
        credibility=1,
        theme=indicator.theme,
        indicators={f"{id}/{name}": "observed"},
    )
    seen = ChainMap({_IF_SEEN: item}, window.database.evidence)  # type: ignore[arg-type]
    database = msgspec.structs.replace(window.database, evidence=seen)
    after = window.odds.beside(database, {_IF_SEEN: item}).at(window.as_of).implied(id)
    return Watched(
        scenario=id,
        indicator=name,
        statement=indicator.statement,
        state=reading(window.now, key).state,
        due=indicator.due,
        watch=indicator.watch,
        implied=implied,
        if_seen=after,
        movement_bits=jeffreys(implied, after),
    )


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """The story in short and in full, open questions, what to decide and to watch, and due tasks.

    A page shows the first of each list and counts the rest. `unreviewed` are those without a
    recent forecast; of the `unseen` indicators `watch` has those that could tell most.
    """

    tracker: About
    as_of: date
    since: date
    headline: Headline
    story: Story
    scenarios: tuple[StatusRow, ...]
    decisions: tuple[Decision, ...]
    unreviewed: tuple[ScenarioId, ...]
    watch: tuple[Watched, ...]
    unseen: int
    spreads: tuple[Spread, ...]
    due: Due


def brief(window: Window, review: Review) -> Brief:
    """Return the short form of a window's review."""
    keys = unseen(window)
    return Brief(
        tracker=about(window.database.tracker),
        as_of=window.as_of,
        since=window.since,
        headline=review.headline,
        story=review.story,
        scenarios=tuple(row for row in review.scenarios if row.outcome is None),
        decisions=decisions(window, review.every_finding, review.scenarios),
        unreviewed=tuple(f.record for f in review.every_finding if f.rule == "not-reviewed"),
        watch=watched(window, keys),
        unseen=len(keys),
        spreads=tuple(review.spreads),
        due=review.due,
    )
