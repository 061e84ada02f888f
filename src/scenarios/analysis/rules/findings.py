"""The analytic findings: advice that depends on a date, each a small rule that yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from scenarios.analysis.forecasts.stated import given
from scenarios.analysis.ledger.ledger import Ledger
from scenarios.analysis.period.period import Window, open_views
from scenarios.analysis.rules.coherence import implies_broken, sum_not_one
from scenarios.analysis.rules.duplicates import possible_duplicate
from scenarios.analysis.rules.evidence import (
    grade_clash,
    origin_of,
    partial_row,
    uncorroborated,
    unrated,
    weak_line,
)
from scenarios.analysis.rules.finding import Finding, of_scenario
from scenarios.analysis.rules.indicators import (
    absence_sign,
    few_indicators,
    non_diagnostic,
    past_due,
)
from scenarios.analysis.rules.links import counted_twice, link_mismatch, shared_with_prior
from scenarios.analysis.rules.rule import Rule
from scenarios.scales import MOVED_BITS, decibans

GAP_DECIBANS = 6.0

Advice = Rule[Callable[[Window], Iterator[Finding]]]
"""A rule that depends on the day."""


def findings(window: Window, *, flagged: bool = False) -> tuple[Finding, ...]:
    """Everything that needs attention, rule by rule; `flagged`, by the rules that have a flag."""
    rules = (rule for rule in RULES if rule.flag or not flagged)
    return tuple(finding for rule in rules for finding in rule.check(window))


def overdue(window: Window) -> Iterator[Finding]:
    """A scenario whose horizon has passed and that has no resolution.

    Example: `horizon: 2030-12-31`, and the finding is asked for on 2031-01-05.
    To do: record the outcome with `scen resolve`.
    """
    for view in window.views.values():
        if view.state == "overdue":
            days = (window.as_of - view.scenario.horizon).days
            message = f"its horizon passed {days} days ago: resolve it"
            yield of_scenario("overdue", view.id, message, "horizon")


def not_reviewed(window: Window) -> Iterator[Finding]:
    """An open scenario without a forecast within `review_every_days` of tracker.yaml.

    Example: the tracker wants a review every 7 days, and the last forecast is 9 days old.
    To do: forecast again, with the same figure where nothing changed: `scen review`.
    """
    every = timedelta(days=window.database.tracker.review_every_days)
    for view in open_views(window):
        if view.state == "overdue":
            continue
        said = given(window.database, view.id, None, window.as_of)
        last = said[-1].date if said else view.scenario.opened
        if window.as_of - last > every:
            since = f"since {last}" if said else "since it opened"
            yield of_scenario("not-reviewed", view.id, f"no forecast {since}")


def one_origin(window: Window) -> Iterator[Finding]:
    """The implied probability moved, and all that is new has one origin.

    Example: two new items, both with `origin: wire`.
    To do: look for a second, independent origin before you follow the move.
    """
    for view in open_views(window):
        if view.implied_bits < MOVED_BITS or not view.new_evidence:
            continue
        origins = {origin_of(window, id) for id in view.new_evidence}
        if len(origins) == 1:
            origin, count = origins.pop(), len(view.new_evidence)
            items = "1 item" if count == 1 else f"{count} items"
            message = f"the move rests on one origin, {origin} ({items})"
            yield of_scenario("one-origin", view.id, message)


def before_opened(window: Window) -> Iterator[Finding]:
    """An item that counts was recorded before its scenario opened: the prior may hold it.

    Example: `recorded: 2021-12-10`, `opened: 2021-12-17`, and `prior: {includes: []}`.
    To do: if the prior holds it, name it under `includes` in the prior, so that it counts once.
    """
    for view in open_views(window):
        for id in view.evidence:
            early = window.now.evidence[id].recorded < view.scenario.opened
            if early and id not in view.scenario.prior.includes:
                message = f"{id} was recorded before {view.scenario.opened}: the prior may hold it"
                yield of_scenario("before-opened", view.id, message, "opened")


def gap(window: Window) -> Iterator[Finding]:
    """Stated and implied probability are more than 6 dB apart.

    Where nobody gave a prior and nothing is rated, nothing is implied.

    Example: 50 % is stated, and prior and evidence imply 10 %.
    To do: look at the largest lines for and against; record what you know, or forecast again.
    """
    for view in open_views(window):
        if view.stated is None or view.unfounded:
            continue
        distance = decibans(view.stated.probability) - view.implied.decibans
        if abs(distance) > GAP_DECIBANS:
            side = "above" if distance > 0 else "below"
            message = (
                f"you are {abs(distance):.0f} dB {side} your own evidence{_largest(view.ledger)}"
            )
            yield of_scenario("gap", view.id, message)


def unexplained_move(window: Window) -> Iterator[Finding]:
    """A stated probability that moved with neither a rationale nor evidence.

    A member of a set that moved only because others in the set changed is not meant.

    Example: 20 % became 40 %, in a sheet without `rationales` and with nothing new since.
    To do: write the reason under `rationales`, or record the evidence.
    """
    for view in open_views(window):
        if not view.explained:
            message = "the stated probability moved with neither new evidence nor a rationale"
            yield of_scenario("unexplained-move", view.id, message)


def late_forecast(window: Window) -> Iterator[Finding]:
    """A forecast dated on or after the day on which the outcome was known. It is never scored.

    Example: `date: 2022-02-24` in a sheet, and the scenario was resolved on 2022-02-24.
    To do: nothing, if the dates are right; otherwise correct the date that is wrong.
    """
    for view in window.views.values():
        for entry in given(window.database, view.id, None, window.as_of):
            known = view.resolution
            if known and entry.probability is not None and entry.date >= known.date:
                message = f"forecast when its outcome was known ({known.date}): it never counts"
                keys = ("probabilities", view.id)
                yield Finding(
                    rule="late-forecast",
                    subject=view.id,
                    message=message,
                    kind="forecasts",
                    record=entry.sheet,
                    keys=keys,
                )


RULES: tuple[Advice, ...] = (
    Rule("overdue", "A scenario past its horizon without a resolution", "note", overdue),
    Rule(
        "unexplained-move",
        "A stated probability that moved without a reason",
        "note",
        unexplained_move,
        flag="unexplained",
    ),
    Rule("gap", "Stated and implied probability far apart", "note", gap, flag="gap"),
    Rule("one-origin", "A move that rests on one origin", "note", one_origin),
    Rule("weak-line", "A move that rests on evidence of a low grade", "note", weak_line),
    Rule(
        "implies-broken",
        "A scenario more probable than one that it implies",
        "note",
        implies_broken,
        flag="incoherent",
    ),
    Rule(
        "link-mismatch",
        "A prior that is not the mix of its two figures",
        "note",
        link_mismatch,
    ),
    Rule("sum-not-one", "Figures of an exclusive set that do not sum to 1", "note", sum_not_one),
    Rule("past-due", "An indicator that was due and not seen", "note", past_due, flag="due"),
    Rule("unrated", "Evidence that rates no scenario", "note", unrated),
    Rule(
        "partial-row",
        "Evidence or an indicator rated for some members of a set",
        "note",
        partial_row,
    ),
    Rule("possible-duplicate", "Two items that may be one event", "note", possible_duplicate),
    Rule(
        "uncorroborated",
        "Evidence graded confirmed that nothing corroborates",
        "note",
        uncorroborated,
    ),
    Rule(
        "grade-clash", "Reliability and credibility that say opposite things", "note", grade_clash
    ),
    Rule(
        "before-opened",
        "Evidence that was recorded before its scenario opened",
        "note",
        before_opened,
    ),
    Rule(
        "shared-with-prior",
        "Evidence with an origin or event that its prior includes",
        "note",
        shared_with_prior,
    ),
    Rule(
        "counted-twice",
        "Evidence that counts in a scenario and in the one that it depends on",
        "note",
        counted_twice,
    ),
    Rule("non-diagnostic", "An indicator that tells nothing apart", "note", non_diagnostic),
    Rule(
        "absence-sign",
        "An absence that speaks for the same side as the indicator",
        "note",
        absence_sign,
    ),
    Rule(
        "few-indicators",
        "Too few indicators to tell a scenario from its rivals",
        "note",
        few_indicators,
    ),
    Rule("late-forecast", "A forecast given when the outcome was known", "note", late_forecast),
    Rule(
        "not-reviewed", "A scenario without a recent forecast", "note", not_reviewed, flag="stale"
    ),
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
