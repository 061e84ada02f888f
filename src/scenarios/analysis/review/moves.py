"""What moved in a window, and the rows that add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.knowledge import contends, rivals
from scenarios.analysis.forecasts.stated import Given, stated
from scenarios.analysis.ledger.ledger_changes import (
    LedgerChange,
    LineChange,
    Reasons,
    Shift,
    compare,
    touched,
)
from scenarios.analysis.period.period import View, Window
from scenarios.model import ScenarioId, SheetId
from scenarios.scales import MOVED_BITS, jeffreys


class StatedShift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A stated probability before and after, the sheet that moved it, and the reason given last.

    `normalised`: what was stated of it is the same, and others in its set changed, so that it has
    another share; then there is no rationale of it. `sheet` is the last that changed what was
    stated of it; none where it did not change, or only since a forecast expired.
    """

    from_: float | None
    to: float | None
    normalised: bool
    sheet: SheetId | None
    rationale: str | None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What moved and why; the lines and the four steps sum to the implied change in decibans.

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
    ruled_out: tuple[ScenarioId, ...]
    explained: bool


def moves(window: Window, views: Iterable[View]) -> tuple[Move, ...]:
    """What moved these scenarios, in their order."""
    reasons = Reasons(
        new=touched(window.now, window.before), gone=touched(window.before, window.now)
    )
    return tuple(_move(window, view, reasons) for view in views)


def _move(window: Window, view: View, reasons: Reasons) -> Move:
    before = view.ledger_before
    change = compare(before, view.ledger, reasons) if before else LedgerChange()
    mover = _mover(window, view)
    until = mover.date if mover else window.as_of
    said = [entry.rationale for entry in view.given if entry.rationale and entry.date <= until]
    shift = StatedShift(
        from_=view.stated_before.probability if view.stated_before else None,
        to=view.stated.probability if view.stated else None,
        normalised=view.normalised,
        sheet=mover.sheet if mover else None,
        rationale=said[-1] if said and not view.normalised else None,
    )
    return Move(
        scenario=view.id,
        stated=shift if view.stated or view.stated_before else None,
        implied=Shift(
            from_=view.implied_before.probability if view.implied_before else None,
            to=view.implied.probability,
        ),
        given=change.given,
        time=change.time,
        rivals=change.rivals,
        lines_added=change.lines_added,
        lines_removed=change.lines_removed,
        lines_changed=change.lines_changed,
        bound=change.bound,
        ruled_out=tuple(
            id
            for id in rivals(window.database, view.id)
            if contends(window.database, id, window.since)
            and not contends(window.database, id, window.as_of)
        ),
        explained=view.explained,
    )


def _mover(window: Window, view: View) -> Given | None:
    """The last forecast that changed what is stated of a scenario, visibly if any did."""
    if view.normalised:
        return None

    def pooled(on: date) -> float | None:
        made = stated(window.database, view.id, on)
        return made.pooled if made else None

    steps = [(one, pooled(one.date - timedelta(1)), pooled(one.date)) for one in view.given]
    other = [one for one, before, after in steps if before != after]
    visible = [one for one, before, after in steps if jeffreys(before, after) >= MOVED_BITS]
    found = visible or other
    return found[-1] if found else None
