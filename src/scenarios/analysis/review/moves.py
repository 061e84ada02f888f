"""Moves of a window, and the rows of the ledger that add up to each."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scenarios.analysis.evidence.knowledge import contends, rivals
from scenarios.analysis.ledger.ledger_changes import (
    ChangedRecords,
    LedgerChange,
    LineChange,
    Shift,
    compare,
    touched,
)
from scenarios.analysis.period.period import ScenarioView, Window
from scenarios.model import Analyst, ScenarioId


class StatedShift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability before and after; the analyst and the reason that the story quotes."""

    from_: float | None
    to: float | None
    rationale: str | None
    analyst: Analyst | None


class ImpliedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A move; its lines, the four steps and `restated` sum to the implied change in decibans.

    `ruled_out` are the rivals that the window took out of its set.
    """

    scenario: ScenarioId
    stated: StatedShift | None
    implied: Shift
    given: float
    time: float
    rivals: float
    lines_added: tuple[LineChange, ...]
    lines_removed: tuple[LineChange, ...]
    lines_changed: tuple[LineChange, ...]
    bound: float
    restated: float
    ruled_out: tuple[ScenarioId, ...]
    explained: bool


def moves(window: Window, views: Iterable[ScenarioView]) -> tuple[ImpliedChange, ...]:
    """Moves of these scenarios, in their order."""
    before, now = window.between
    new, gone, superseded = touched(now, before), touched(before, now), frozenset(now.superseded)
    reasons = ChangedRecords(new=new, gone=gone, superseded=superseded, restored=before.superseded)
    return tuple(_move(window, view, reasons) for view in views)


def _move(window: Window, view: ScenarioView, reasons: ChangedRecords) -> ImpliedChange:
    before = view.ledger_before
    change = compare(before, view.ledger, reasons) if before else LedgerChange()
    shift = StatedShift(
        from_=view.stated_before.probability if view.stated_before else None,
        to=view.stated.probability if view.stated else None,
        rationale=None,
        analyst=None,
    )
    return ImpliedChange(
        scenario=view.id,
        stated=shift if view.stated or view.stated_before else None,
        implied=Shift(
            from_=view.implied_before.probability if view.implied_before else None,
            to=view.implied.probability,
        ),
        **msgspec.structs.asdict(change),
        restated=view.restated_decibans,
        ruled_out=tuple(
            id
            for id in rivals(window.database, view.id)
            if contends(window.database, id, window.since)
            and not contends(window.database, id, window.as_of)
        ),
        explained=view.explained,
    )
