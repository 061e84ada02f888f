"""Findings about items of evidence: how they are graded, confirmed and rated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.ledger.contributions import ties
from scenarios.analysis.period.period import Window, open_views, sets_of
from scenarios.analysis.rules.finding import (
    Finding,
    of_evidence,
    of_indicator,
    of_scenario,
    several,
)
from scenarios.model import EvidenceId, ScenarioId, SetId
from scenarios.scales import MOVED_BITS

CLASH_STEPS = 3
"""A letter and a digit this many steps apart (A4, B5, D1) say opposite things."""
LARGEST, LEAST_STEP, WEAK = 3, 0.1, "D"
"""Of a move so many lines count, each from so many decibans; from this letter on one is weak."""


def uncorroborated(window: Window) -> Iterator[Finding]:
    """Credibility 1 means confirmed by independent sources, and no known item confirms this one.

    Items confirm it that `corroborated_by` names or that share its `event`, of another origin.

    Example: `credibility: 1`, and no other item has the same `event`.
    To do: record what confirms it and name it in `corroborated_by`, or grade it 2 or lower.
    """
    events: dict[str, set[str]] = {}
    for id, item in window.now.evidence.items():
        if item.event:
            events.setdefault(item.event, set()).add(origin_of(window, id))
    for id, item in window.now.evidence.items():
        confirmed = {origin_of(window, c) for c in item.corroborated_by if c in window.now.evidence}
        confirmed |= events.get(item.event or "", set())
        if item.credibility == 1 and not confirmed - {origin_of(window, id)}:
            message = "graded 1 (confirmed), but no known item of another origin corroborates it"
            yield of_evidence("uncorroborated", id, message, "credibility")


def grade_clash(window: Window) -> Iterator[Finding]:
    """Reliability and credibility three steps apart or more say opposite things.

    Example: A4, a fully reliable source of a doubtful item, or D1. F and 6 never clash.
    To do: grade the source and the item anew, each by itself.
    """
    for id, item in window.now.evidence.items():
        both = item.grade(window.database.sources)
        if both[0] == "F" or both[1] == "6":
            continue
        if abs("ABCDE".index(both[0]) + 1 - int(both[1])) >= CLASH_STEPS:
            message = f"graded {both}: reliability and credibility say opposite things"
            yield of_evidence("grade-clash", id, message, "credibility")


def unrated(window: Window) -> Iterator[Finding]:
    """An item that rates no scenario and fires no indicator counts nowhere.

    Example: an item with neither `ratings` nor `indicators`.
    To do: rate it with `scen rate`; `{scenario: N}` says that it tells nothing apart.
    """
    for id, item in window.now.evidence.items():
        if not item.ratings and not item.indicators:
            yield of_evidence("unrated", id, f"rates no scenario: scen rate {id}")


def partial_row(window: Window) -> Iterator[Finding]:
    """Evidence or an indicator that rates some members of a set: those left out count as N.

    Example: `ratings: {military-pact: CC}`, where the set has `rupture` too.
    To do: rate the other members as well, with N where you mean it.
    """
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


def weak_line(window: Window) -> Iterator[Finding]:
    """Among the three largest lines of a move, one that rests on nothing graded better than D.

    Example: the implied probability went from 20 % to 40 %, most of it by an item graded E5.
    To do: look for a better source before you follow the move, or grade the item.
    """
    items = window.now.evidence
    for view in open_views(window):
        before = view.ledger_before if view.implied_bits >= MOVED_BITS else None
        if before is None:
            continue
        was = {line.id: line.counted_decibans for line in before.lines}
        kinds = ("direct", "indicator", "absence")
        lines = [line for line in view.ledger.lines if line.kind in kinds]
        moved = [(line.counted_decibans - was.get(line.id, 0.0), line) for line in lines]
        for step, line in sorted(moved, key=lambda it: (-abs(it[0]), it[1].id))[:LARGEST]:
            grades = [items[id].grade(window.database.sources) for id in line.evidence]
            if abs(step) >= LEAST_STEP and grades and min(grades) >= WEAK:
                message = f"{step:+.1f} dB of the move rest on {line.id}, graded {min(grades)}"
                yield of_scenario("weak-line", view.id, message)


def origin_of(window: Window, id: EvidenceId) -> str:
    """The origin of an item, by which it counts."""
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
