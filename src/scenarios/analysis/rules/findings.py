"""The analytic findings: advice that depends on a date, each a small rule that yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from scenarios.analysis.evidence.indicator_state import diagnosticity, reading
from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.forecasts.stated import given
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.ledger.ledger import Ledger
from scenarios.analysis.period.period import MOVED_BITS, View, Window
from scenarios.analysis.rules.coherence import implies_broken, sets_of, sum_not_one
from scenarios.analysis.rules.duplicates import clusters
from scenarios.analysis.rules.finding import (
    Finding,
    of_evidence,
    of_indicator,
    of_scenario,
    several,
)
from scenarios.model import EvidenceId, ScenarioId, SetId
from scenarios.scales import decibans, grade

GAP_DECIBANS = 6.0
ENOUGH_INDICATORS = 3
CLASH_STEPS = 3
"""A letter and a digit this many steps apart (A4, B5, D1) say opposite things."""


Rule = Callable[[Window], Iterator[Finding]]


def findings(window: Window) -> tuple[Finding, ...]:
    """Everything that needs attention, rule by rule."""
    return tuple(finding for rule in RULES for finding in rule(window))


def overdue(window: Window) -> Iterator[Finding]:
    """Past the horizon without a resolution."""
    for view in window.views.values():
        if view.state == "overdue":
            days = (window.as_of - view.scenario.horizon).days
            message = f"its horizon passed {days} days ago: resolve it"
            yield of_scenario("overdue", view.id, message, "horizon")


def not_reviewed(window: Window) -> Iterator[Finding]:
    """No forecast within the days in which the tracker wants a review."""
    every = timedelta(days=window.database.tracker.review_every_days)
    for view in _open(window):
        said = given(window.database, view.id, None, window.as_of)
        last = said[-1].date if said else view.scenario.opened
        if window.as_of - last > every:
            since = f"since {last}" if said else "since it opened"
            yield of_scenario("not-reviewed", view.id, f"no forecast {since}")


def one_origin(window: Window) -> Iterator[Finding]:
    """Everything new behind a move comes from one origin."""
    for view in _open(window):
        if view.implied_bits < MOVED_BITS or not view.new_evidence:
            continue
        origins = {_origin(window, id) for id in view.new_evidence}
        if len(origins) == 1:
            origin, count = origins.pop(), len(view.new_evidence)
            items = "1 item" if count == 1 else f"{count} items"
            message = f"the move rests on one origin, {origin} ({items})"
            yield of_scenario("one-origin", view.id, message)


def uncorroborated(window: Window) -> Iterator[Finding]:
    """Credibility 1 means confirmed by independent sources: none is named or known."""
    events: dict[str, set[str]] = {}
    for id, item in window.now.evidence.items():
        if item.event:
            events.setdefault(item.event, set()).add(_origin(window, id))
    for id, item in window.now.evidence.items():
        confirmed = {_origin(window, c) for c in item.corroborated_by if c in window.now.evidence}
        confirmed |= events.get(item.event or "", set())
        if item.credibility == 1 and not confirmed - {_origin(window, id)}:
            message = "graded 1 (confirmed), but no known item of another origin corroborates it"
            yield of_evidence("uncorroborated", id, message, "credibility")


def grade_clash(window: Window) -> Iterator[Finding]:
    """A reliable source of an improbable item, or the reverse."""
    for id, item in window.now.evidence.items():
        both = grade(item, window.database.sources)
        if both[0] == "F" or both[1] == "6":
            continue
        if abs("ABCDE".index(both[0]) + 1 - int(both[1])) >= CLASH_STEPS:
            message = f"graded {both}: reliability and credibility say opposite things"
            yield of_evidence("grade-clash", id, message, "credibility")


def unrated(window: Window) -> Iterator[Finding]:
    """Evidence that bears on nothing yet."""
    for id, item in window.now.evidence.items():
        if not item.ratings and not item.indicators:
            yield of_evidence("unrated", id, f"rates no scenario: scen rate {id}")


def partial_row(window: Window) -> Iterator[Finding]:
    """Rated for some members of a set: the members left out count as N."""
    sets = sets_of(window)
    for id, item in window.now.evidence.items():
        for set_id, missing in _left_out(window, sets, frozenset(item.ratings), item.recorded):
            message = f"in {set_id}, not rated for {missing}: counts as N"
            yield of_evidence("partial-row", id, message, "ratings")
    for view in window.views.values():
        for key, indicator in view.scenario.indicators.items():
            rated = frozenset(indicator.ratings)
            for set_id, missing in _left_out(window, sets, rated, indicator.added):
                message = f"in {set_id}, not rated for {missing}: counts as N"
                yield of_indicator("partial-row", view.id, key, message)


def before_opened(window: Window) -> Iterator[Finding]:
    """Counted evidence that was recorded before the scenario opened: its prior may hold it."""
    for view in _open(window):
        for id in view.evidence:
            early = window.now.evidence[id].recorded < view.scenario.opened
            if early and id not in view.scenario.prior.includes:
                message = f"{id} was recorded before {view.scenario.opened}: the prior may hold it"
                yield of_scenario("before-opened", view.id, message, "opened")


def non_diagnostic(window: Window) -> Iterator[Finding]:
    """An indicator that every scenario would make equally expected."""
    for view in _open(window):
        for key in view.scenario.indicators:
            if diagnosticity(window.now, (view.id, key)) == 0:
                message = "rated the same under every scenario: seeing it would tell nothing"
                yield of_indicator("non-diagnostic", view.id, key, message)


def past_due(window: Window) -> Iterator[Finding]:
    """An indicator that was due by now and was not seen."""
    for view in _open(window):
        for key, indicator in view.scenario.indicators.items():
            if indicator.due is None or indicator.due >= window.as_of:
                continue
            if reading(window.now, (view.id, key)).strength == 0:
                counted = "its absence counts" if indicator.if_absent else "its absence counts 0"
                message = f"due {indicator.due} and not seen: {counted}"
                yield of_indicator("past-due", view.id, key, message)


def gap(window: Window) -> Iterator[Finding]:
    """Stated and implied probability more than 6 dB apart."""
    for view in _open(window):
        if view.stated is None:
            continue
        distance = decibans(view.stated.probability) - view.now.implied.decibans
        if abs(distance) > GAP_DECIBANS:
            side = "above" if distance > 0 else "below"
            message = f"you are {abs(distance):.0f} dB {side} your own evidence{_largest(view.now)}"
            yield of_scenario("gap", view.id, message)


def unexplained_move(window: Window) -> Iterator[Finding]:
    """A stated probability that moved with neither rationale nor evidence."""
    for view in _open(window):
        if not view.explained:
            message = "the stated probability moved with neither new evidence nor a rationale"
            yield of_scenario("unexplained-move", view.id, message)


def possible_duplicate(window: Window) -> Iterator[Finding]:
    """Observed within three days of one another, with a shared address or alike summaries."""
    for (*others, latest), why in clusters(window.now.evidence):
        is_pair = len(others) == 1
        mend = "both one event, or retract one" if is_pair else "all one event, or retract the rest"
        message = f"may be the same as {several(others)}: {why}; give {mend}"
        yield of_evidence("possible-duplicate", latest, message)


def late_forecast(window: Window) -> Iterator[Finding]:
    """A forecast that dates from the day on which the outcome was known, or after: never scored."""
    for view in window.views.values():
        for entry in given(window.database, view.id, None, window.as_of):
            known = view.resolution
            if known and entry.probability is not None and entry.date >= known.date:
                message = f"forecast when its outcome was known ({known.date}): it never counts"
                keys = ("probabilities", view.id)
                yield Finding("late-forecast", view.id, message, "forecasts", entry.sheet, keys)


def few_indicators(window: Window) -> Iterator[Finding]:
    """Fewer indicators than it takes to tell a scenario from its rivals as it unfolds."""
    for view in _open(window):
        telling = [k for k in view.scenario.indicators if diagnosticity(window.now, (view.id, k))]
        if len(telling) < ENOUGH_INDICATORS:
            message = f"{len(telling)} diagnostic indicators; {ENOUGH_INDICATORS} are wanted"
            yield of_scenario("few-indicators", view.id, message, "indicators")


RULES: tuple[Rule, ...] = (
    overdue,
    unexplained_move,
    gap,
    one_origin,
    implies_broken,
    sum_not_one,
    past_due,
    unrated,
    partial_row,
    possible_duplicate,
    uncorroborated,
    grade_clash,
    before_opened,
    non_diagnostic,
    few_indicators,
    late_forecast,
    not_reviewed,
)


def _largest(book: Ledger) -> str:
    """The largest lines for and against, to see what the gap is about."""
    lines = [line for line in book.lines if line.kind in ("direct", "indicator", "absence")]
    best = max(lines, key=lambda line: line.counted_decibans, default=None)
    worst = min(lines, key=lambda line: line.counted_decibans, default=None)
    text = ""
    if best and best.counted_decibans > 0:
        text += f"; largest for: {best.id} {best.counted_decibans:+.1f} dB"
    if worst and worst.counted_decibans < 0:
        text += f"; largest against: {worst.id} {worst.counted_decibans:+.1f} dB"
    return text


def _open(window: Window) -> Iterator[View]:
    return (view for view in window.views.values() if view.open)


def _origin(window: Window, id: EvidenceId) -> str:
    tied = next(tie for tie in ties(window.now, id) if tie.startswith("origin:"))
    return tied.removeprefix("origin:")


def _left_out(
    window: Window,
    sets: Mapping[SetId, Sequence[ScenarioId]],
    rated: frozenset[ScenarioId],
    day: date,
) -> Iterator[tuple[SetId, str]]:
    for set_id, ids in sets.items():
        if rated.isdisjoint(ids):
            continue
        missing = [id for id in ids if id not in rated and not resolved(window.database, id, day)]
        if missing:
            yield set_id, several(missing)
