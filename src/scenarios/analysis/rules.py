"""The analytic findings: advice that depends on a date, each a small rule that yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from scenarios.analysis.alike import alike_pairs
from scenarios.analysis.forecasts import given, standing
from scenarios.analysis.indicators import diagnosticity, reading
from scenarios.analysis.known import members, resolved
from scenarios.analysis.rows import ties
from scenarios.analysis.window import MOVED_BITS, View, Window
from scenarios.model import EvidenceId, ScenarioId, SetId
from scenarios.scales import decibans, grade

GAP_DECIBANS = 6.0
SUM_TOLERANCE = 0.001
CLASH_STEPS = 3
"""A letter and a digit this many steps apart (A4, B5, D1) say opposite things."""


class Finding(msgspec.Struct, frozen=True):
    """Advice about a record: `subject` is its id."""

    rule: str
    subject: str
    message: str


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
            yield Finding("overdue", view.id, message)


def not_reviewed(window: Window) -> Iterator[Finding]:
    """No forecast within the days in which the tracker wants a review."""
    every = timedelta(days=window.database.tracker.review_every_days)
    for view in _open(window):
        said = given(window.database, view.id, None, window.as_of)
        last = said[-1].date if said else view.scenario.opened
        if window.as_of - last > every:
            since = f"since {last}" if said else "since it opened"
            yield Finding("not-reviewed", view.id, f"no forecast {since}")


def one_origin(window: Window) -> Iterator[Finding]:
    """Everything new behind a move comes from one origin."""
    for view in _open(window):
        if view.implied_bits < MOVED_BITS or not view.new_evidence:
            continue
        origins = {_origin(window, id) for id in view.new_evidence}
        if len(origins) == 1:
            origin, count = origins.pop(), len(view.new_evidence)
            items = "1 item" if count == 1 else f"{count} items"
            yield Finding(
                "one-origin", view.id, f"the move rests on one origin, {origin} ({items})"
            )


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
            yield Finding("uncorroborated", id, message)


def grade_clash(window: Window) -> Iterator[Finding]:
    """A reliable source of an improbable item, or the reverse."""
    for id, item in window.now.evidence.items():
        both = grade(item, window.database.sources)
        if both[0] == "F" or both[1] == "6":
            continue
        if abs("ABCDE".index(both[0]) + 1 - int(both[1])) >= CLASH_STEPS:
            message = f"graded {both}: reliability and credibility say opposite things"
            yield Finding("grade-clash", id, message)


def unrated(window: Window) -> Iterator[Finding]:
    """Evidence that bears on nothing yet."""
    for id, item in window.now.evidence.items():
        if not item.ratings and not item.indicators:
            yield Finding("unrated", id, f"rates no scenario: scen rate {id}")


def partial_row(window: Window) -> Iterator[Finding]:
    """Rated for some members of a set: the members left out count as N."""
    for id, item in window.now.evidence.items():
        for set_id, missing in _left_out(window, frozenset(item.ratings), item.recorded):
            yield Finding("partial-row", id, f"in {set_id}, not rated for {missing}: counts as N")
    for view in window.views.values():
        for key, indicator in view.scenario.indicators.items():
            rated = frozenset(indicator.ratings)
            for set_id, missing in _left_out(window, rated, indicator.added):
                message = f"in {set_id}, not rated for {missing}: counts as N"
                yield Finding("partial-row", f"{view.id}/{key}", message)


def before_opened(window: Window) -> Iterator[Finding]:
    """Counted evidence that was recorded before the scenario opened: its prior may hold it."""
    for view in _open(window):
        for id in view.evidence:
            early = window.now.evidence[id].recorded < view.scenario.opened
            if early and id not in view.scenario.prior.includes:
                message = f"{id} was recorded before {view.scenario.opened}: the prior may hold it"
                yield Finding("before-opened", view.id, message)


def non_diagnostic(window: Window) -> Iterator[Finding]:
    """An indicator that every scenario would make equally expected."""
    for view in _open(window):
        for key in view.scenario.indicators:
            if diagnosticity(window.now, (view.id, key)) == 0:
                message = "rated the same under every scenario: seeing it would tell nothing"
                yield Finding("non-diagnostic", f"{view.id}/{key}", message)


def past_due(window: Window) -> Iterator[Finding]:
    """An indicator that was due by now and was not seen."""
    for view in _open(window):
        for key, indicator in view.scenario.indicators.items():
            if indicator.due is None or indicator.due >= window.as_of:
                continue
            if reading(window.now, (view.id, key)).strength == 0:
                counted = "its absence counts" if indicator.if_absent else "its absence counts 0"
                message = f"due {indicator.due} and not seen: {counted}"
                yield Finding("past-due", f"{view.id}/{key}", message)


def sum_not_one(window: Window) -> Iterator[Finding]:
    """The priors of a set, or one analyst's standing figures of it, that do not sum to 1."""
    for set_id, ids in _sets(window).items():
        priors = sum(window.database.scenarios[id].prior.probability for id in ids)
        if abs(priors - 1) > SUM_TOLERANCE:
            yield Finding("sum-not-one", set_id, f"the priors sum to {priors:.3f}")
        if any(resolved(window.database, id, window.as_of) for id in ids):
            continue
        figures = [standing(window.database, id, window.as_of) for id in ids]
        for analyst in sorted(set.intersection(*(set(f) for f in figures))):
            total = sum(f[analyst].probability for f in figures)
            if abs(total - 1) > SUM_TOLERANCE:
                message = f"the standing figures of {analyst} sum to {total:.3f}"
                yield Finding("sum-not-one", set_id, message)


def implies_broken(window: Window) -> Iterator[Finding]:
    """P(this) may not exceed P(that) where this implies that."""
    for view in _open(window):
        for other in view.scenario.implies:
            that = window.views.get(other)
            if that is None or not that.open:
                continue
            for name, ours, theirs in _side_by_side(view, that):
                if ours > theirs + SUM_TOLERANCE:
                    message = f"its {name} {ours:.3f} exceeds the {theirs:.3f} of {other}"
                    yield Finding("implies-broken", view.id, message)


def gap(window: Window) -> Iterator[Finding]:
    """Stated and implied probability more than 6 dB apart."""
    for view in _open(window):
        if view.stated is None:
            continue
        distance = decibans(view.stated.probability) - view.now.implied.decibans
        if abs(distance) > GAP_DECIBANS:
            side = "above" if distance > 0 else "below"
            message = f"stated is {abs(distance):.0f} dB {side} what the evidence implies"
            yield Finding("gap", view.id, message)


def unexplained_move(window: Window) -> Iterator[Finding]:
    """A stated probability that moved with neither rationale nor evidence."""
    for view in _open(window):
        if not view.explained:
            message = "the stated probability moved with neither new evidence nor a rationale"
            yield Finding("unexplained-move", view.id, message)


def possible_duplicate(window: Window) -> Iterator[Finding]:
    """Observed within three days of one another, with a shared address or alike summaries."""
    for one, other, why in alike_pairs(window.now.evidence):
        message = f"may be the same as {one}: {why}; give both one event, or retract one"
        yield Finding("possible-duplicate", other, message)


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
    not_reviewed,
)


def _open(window: Window) -> Iterator[View]:
    return (view for view in window.views.values() if view.open)


def _origin(window: Window, id: EvidenceId) -> str:
    tied = next(tie for tie in ties(window.now, id) if tie.startswith("origin:"))
    return tied.removeprefix("origin:")


def _sets(window: Window) -> dict[SetId, tuple[ScenarioId, ...]]:
    named = {view.scenario.set for view in window.views.values() if view.scenario.set}
    return {set_id: members(window.database, set_id) for set_id in sorted(named)}


def _left_out(
    window: Window, rated: frozenset[ScenarioId], day: date
) -> Iterator[tuple[SetId, str]]:
    for set_id, ids in _sets(window).items():
        if rated.isdisjoint(ids):
            continue
        missing = [id for id in ids if id not in rated and not resolved(window.database, id, day)]
        if missing:
            yield set_id, ", ".join(missing)


def _side_by_side(view: View, that: View) -> Iterator[tuple[str, float, float]]:
    yield "prior", view.scenario.prior.probability, that.scenario.prior.probability
    yield "implied probability", view.now.implied.probability, that.now.implied.probability
    if view.stated and that.stated:
        yield "stated probability", view.stated.probability, that.stated.probability
