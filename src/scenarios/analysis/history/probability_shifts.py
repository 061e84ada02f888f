"""What the records' differences do to each scenario's figures, read on one day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import Known, known, last_open_day, resolved
from scenarios.analysis.forecasts.stated import Stated, stated
from scenarios.analysis.ledger.ledger import Ledger, ledger
from scenarios.analysis.ledger.ledger_changes import (
    LedgerChange,
    LineChange,
    Reasons,
    compare,
    touched,
)
from scenarios.analysis.ledger.neighbourhood import bearing, near
from scenarios.model import Database, Outcome, ScenarioId, Tracker
from scenarios.scales import grade, jeffreys

_ROUNDING = 1e-9
"""A probability that differs by less is the same."""


class Shift(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A probability before and after; None where there was none."""

    from_: float | None
    to: float | None


class ScenarioShift(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario in two databases on one day; None where it was not asked, or not stated.

    In decibans: prior + given + time + Σ(after − before) of the lines + rivals + bound = the
    implied shift.
    """

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift
    outcome: Outcome | None
    movement_bits: float
    prior: float
    given: float
    time: float
    rivals: float
    bound: float
    lines: tuple[LineChange, ...]


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What can move one scenario in one of the databases, and what it comes to."""

    database: Database
    known: Known
    ledger: Ledger
    stated: Stated | None
    outcome: Outcome | None


def shifts(before: Database, after: Database, day: date) -> tuple[ScenarioShift, ...]:
    """Every scenario whose figures or outcome differ on a day; largest movement first."""
    return tuple(one for one, _, _ in compared(before, after, day))


def compared(
    before: Database, after: Database, day: date
) -> list[tuple[ScenarioShift, Side | None, Side | None]]:
    """The shifts, each with what it was computed from; None where the scenario was not asked."""
    found = [(_shift(id, was, now), was, now) for id, was, now in _sides(before, after, day)]
    moved = [it for it in found if it[0].outcome or differs(it[0].stated) or differs(it[0].implied)]
    return sorted(moved, key=lambda it: (-it[0].movement_bits, it[0].scenario))


def differs(shift: Shift | None) -> bool:
    """Whether a figure came, went, or is another one."""
    if shift is None or shift.from_ is None or shift.to is None:
        return shift is not None and shift.from_ != shift.to
    return abs(shift.to - shift.from_) > _ROUNDING


def _sides(
    before: Database, after: Database, day: date
) -> Iterator[tuple[ScenarioId, Side | None, Side | None]]:
    """Each scenario's surroundings in both databases, where they are not the same."""
    maps = [(one, bearing(one), one.speaking) for one in (before, after)]
    for id in sorted(before.scenarios.keys() | after.scenarios.keys()):
        around = [
            near(one, id, items, sheets) if id in one.scenarios else None
            for one, items, sheets in maps
        ]
        if around[0] != around[1]:
            was, now = (_side(one, id, day) if one else None for one in around)
            if was or now:
                yield id, was, now


def _side(database: Database, id: ScenarioId, day: date) -> Side | None:
    if database.scenarios[id].opened > day:
        return None
    last = last_open_day(database, id, day)
    then, outcome = known(database, last), resolved(database, id, day)
    figure = stated(database, id, last)
    return Side(
        database=database,
        known=then,
        ledger=ledger(then, id),
        stated=figure,
        outcome=outcome.outcome if outcome else None,
    )


def _shift(id: ScenarioId, was: Side | None, now: Side | None) -> ScenarioShift:
    said = Shift(from_=_stated(was), to=_stated(now))
    implied = Shift(from_=_implied(was), to=_implied(now))
    change = LedgerChange()
    prior = 0.0
    if was and now:
        change = compare(was.ledger, now.ledger, _reasons(was, now))
        prior = now.ledger.prior.decibans - was.ledger.prior.decibans
    decided = now.outcome if now and (was is None or was.outcome != now.outcome) else None
    bits = max(jeffreys(shift.from_, shift.to) for shift in (said, implied))
    told = said if (said.from_, said.to) != (None, None) else None
    return ScenarioShift(
        scenario=id,
        stated=told,
        implied=implied,
        outcome=decided,
        movement_bits=bits,
        prior=prior,
        given=change.given,
        time=change.time,
        rivals=change.rivals,
        bound=change.bound,
        lines=change.lines,
    )


def _reasons(was: Side, now: Side) -> Reasons:
    old, new = was.database, now.database
    return Reasons(
        new=touched(now.known, was.known),
        gone=touched(was.known, now.known),
        removed=frozenset(old.evidence.keys() - new.evidence.keys()),
        judged=_differing(_judgements(old), _judgements(new)),
        conventions=_conventions(old.tracker) != _conventions(new.tracker),
    )


def _judgements(database: Database) -> dict[str, object]:
    """What was judged of each item and each indicator."""
    found: dict[str, object] = {}
    for id, item in database.evidence.items():
        graded = grade(item, database.sources)
        found[id] = item.ratings, item.indicators, graded, item.origin, item.event, item.theme
    for owner, scenario in database.scenarios.items():
        for key, one in scenario.indicators.items():
            found[f"{owner}/{key}"] = one.ratings, one.due, one.if_absent, one.chance, one.theme
    return found


def _differing(before: dict[str, object], after: dict[str, object]) -> frozenset[str]:
    return frozenset(id for id in before.keys() & after.keys() if before[id] != after[id])


def _conventions(tracker: Tracker) -> tuple[object, ...]:
    of_grades, of_lines = tracker.grade_weights, tracker.dependence
    return tracker.decibans, of_grades, of_lines, tracker.rating_strength


def _stated(side: Side | None) -> float | None:
    return side.stated.probability if side and side.stated else None


def _implied(side: Side | None) -> float | None:
    return side.ledger.implied.probability if side else None
