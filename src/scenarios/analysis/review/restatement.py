"""Where the printed figures of a past day would be different today, and the change that did it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.history.probability_shifts import (
    ScenarioShift,
    Side,
    compared,
    differs,
)
from scenarios.analysis.history.record_diff import FieldChange, Key, differences, records
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.model import Database, Kind, ScenarioId

_DATES: dict[Kind, str] = {"scenario": "opened", "evidence": "recorded", "forecasts": "date"}
_MATTERS: dict[Kind, frozenset[str]] = {
    "tracker": frozenset(
        {"decibans", "grade_weights", "evidence_dependence", "rating_strength"}
        | {"forecast_expires_days"}
    ),
    "scenario": frozenset({"opened", "horizon", "set", "prior", "indicators", "resolution"}),
    "evidence": frozenset(
        {"observed", "recorded", "source", "reliability", "credibility", "origin", "event"}
        | {"theme", "ratings", "indicators", "retracted"}
    ),
    "forecasts": frozenset({"date", "analyst", "probabilities"}),
    "source": frozenset({"reliability"}),
}
_WORDS_ONLY = frozenset({"basis", "statement", "watch", "added", "reason"})


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a past day as it was printed, as it is today, and the changes behind it."""

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift
    because: tuple[FieldChange, ...]


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """What the last commit up to a day printed for that day, where it would be different now."""

    commit: str
    day: date
    figures: tuple[Restated, ...]


def restated(printed: Database, today: Database, day: date) -> tuple[Restated, ...]:
    """The figures of `day` by both databases, where they differ."""
    return tuple(
        Restated(
            scenario=shift.scenario,
            stated=shift.stated,
            implied=shift.implied,
            because=tuple(_because(shift, was, now, day)),
        )
        for shift, was, now in compared(printed, today, day)
        if was and (differs(shift.stated) or differs(shift.implied))
    )


def _because(shift: ScenarioShift, was: Side, now: Side | None, day: date) -> Iterator[FieldChange]:
    """The changes, of what was known on the day, that a figure rests on."""
    if now is None:
        yield _whole(was.database, ("scenario", shift.scenario), went=True)
        return
    found = differences(_until(was.database, day), _until(now.database, day))
    behind = _behind(shift, was.database, now.database)
    for key in found.removed:
        if _rests_on(shift, behind, *key):
            yield _whole(was.database, key, went=True)
    for key in found.added:
        if _rests_on(shift, behind, *key):
            yield _whole(now.database, key, went=False)
    for change in found.changed:
        keys = change.field.split(".")
        if keys[0] in _MATTERS[change.kind] and keys[-1] not in _WORDS_ONLY:
            id = f"{change.record}/{keys[1]}" if keys[0] == "indicators" else change.record
            if _rests_on(shift, behind, change.kind, id):
                yield change


def _until(database: Database, day: date) -> Database:
    evidence = {id: one for id, one in database.evidence.items() if one.recorded <= day}
    sheets = {id: one for id, one in database.sheets.items() if one.date <= day}
    return msgspec.structs.replace(database, evidence=evidence, sheets=sheets)


def _behind(shift: ScenarioShift, *databases: Database) -> frozenset[str]:
    """The items and indicators of the lines that changed, and the sources of these items."""
    ids = {id for line in shift.lines for id in (line.id, *line.evidence)}
    items = [one.evidence[id] for one in databases for id in ids & one.evidence.keys()]
    return frozenset(ids | {item.source for item in items if item.source})


def _rests_on(shift: ScenarioShift, behind: frozenset[str], kind: Kind, id: str) -> bool:
    """Whether a changed record is behind a shift; what moved its rivals moved it too."""
    if kind == "forecasts":
        return differs(shift.stated)
    return kind == "tracker" or id in behind or id == shift.scenario or shift.rivals != 0


def _whole(database: Database, key: Key, *, went: bool) -> FieldChange:
    """A record that came or went, told by its date."""
    kind, id = key
    field = _DATES.get(kind, "reliability")
    value = str(getattr(records(database, kind)[id], field))
    return FieldChange(
        record=id,
        field=field,
        before=value if went else None,
        after=None if went else value,
        kind=kind,
    )
