"""Findings about indicators: what they tell apart, and what their absence says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from scenarios.analysis.evidence.indicator_state import diagnosticity, reading
from scenarios.analysis.evidence.knowledge import contends
from scenarios.analysis.period.period import Window, open_views, sets_of
from scenarios.analysis.rules.finding import Finding, of_indicator, of_scenario
from scenarios.model import ScenarioId
from scenarios.scales import rating_decibans
from scenarios.text import counted

ENOUGH_INDICATORS = 3


def non_diagnostic(window: Window) -> Iterator[Finding]:
    """An indicator that is rated the same under every scenario: to see it would tell nothing.

    Example: `ratings: {military-pact: C, rupture: C}`.
    To do: rate it where the scenarios differ, or find an indicator that tells them apart.
    """
    for view in open_views(window):
        for key in view.scenario.indicators:
            if diagnosticity(window.now, (view.id, key)) == 0:
                message = "rated the same under every scenario: seeing it would tell nothing"
                yield of_indicator("non-diagnostic", view.id, key, message)


def past_due(window: Window) -> Iterator[Finding]:
    """An indicator that was due by now and was not seen.

    Example: `due: 2022-06-30`, and no item fires it by 2022-07-01.
    To do: record the item that fires it; otherwise its absence counts, by `if_absent` or `chance`.
    """
    for view in open_views(window):
        for key, indicator in view.scenario.indicators.items():
            if indicator.due is None or indicator.due >= window.as_of:
                continue
            if reading(window.now, (view.id, key)).strength == 0:
                worth = indicator.if_absent or indicator.chance
                counted = "its absence counts" if worth else "its absence counts 0"
                message = f"due {indicator.due} and not seen: {counted}"
                yield of_indicator("past-due", view.id, key, message)


def absence_sign(window: Window) -> Iterator[Finding]:
    """To see an indicator and not to see it speak for the same side, which cannot be.

    In a set both are compared after centring, over the members that can still occur.

    Example: `ratings: {military-pact: CC}` beside `if_absent: C`.
    To do: give `if_absent` the other sign, or let its worth follow from a `chance`.
    """
    tracker, sets = window.database.tracker, sets_of(window)
    for view in open_views(window):
        own = view.scenario.indicators.items()
        watched = {k: (it.ratings, it.if_absent) for k, it in own if it.if_absent is not None}
        rivals = sets[view.scenario.set] if view.scenario.set and watched else ()
        columns = {view.id, *(id for id in rivals if contends(window.database, id, window.as_of))}
        for key, (ratings, if_absent) in watched.items():
            worth = {id: rating_decibans(r, tracker.decibans) for id, r in ratings.items()}
            seen = _centred(worth, columns)
            absent = _centred({view.id: rating_decibans(if_absent, tracker.decibans)}, columns)
            if any(seen[id] * absent[id] > 0 for id in columns):
                message = (
                    "to see it and not to see it speak for the same side: "
                    "change if_absent, or give a chance instead"
                )
                yield of_indicator("absence-sign", view.id, key, message)


def few_indicators(window: Window) -> Iterator[Finding]:
    """An open scenario with fewer than three indicators that tell it from its rivals.

    Example: a scenario with two indicators, or with five of which two are diagnostic.
    To do: add indicators that its rivals would not make as likely: `scen add-indicator`.
    """
    for view in open_views(window):
        if view.state == "overdue":
            continue
        telling = [k for k in view.scenario.indicators if diagnosticity(window.now, (view.id, k))]
        if len(telling) < ENOUGH_INDICATORS:
            message = (
                f"{counted(len(telling), 'diagnostic indicator')}; {ENOUGH_INDICATORS} are wanted"
            )
            yield of_scenario("few-indicators", view.id, message, "indicators")


def _centred(
    worth: Mapping[ScenarioId, float], columns: Collection[ScenarioId]
) -> dict[ScenarioId, float]:
    """What a row says of each column; of several it is measured from the second-highest value."""
    values = {id: worth.get(id, 0.0) for id in columns}
    second = sorted(values.values())[-2] if len(values) > 1 else 0.0
    return {id: value - second for id, value in values.items()}
