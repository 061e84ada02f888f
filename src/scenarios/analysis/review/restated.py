"""Records about an earlier time that were changed inside a window."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from scenarios.analysis.changes import (
    KINDS,
    Commit,
    FieldChange,
    Key,
    Revision,
    called,
    differences,
    field_changes,
    records,
)
from scenarios.analysis.evidence.knowledge import borne, connected, state, superseders
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import PreviousFigures, ScenarioView, Window
from scenarios.analysis.period.probability_shifts import (
    DatedDatabase,
    ScenarioShift,
    compared,
    differs,
)
from scenarios.model import Database, Kind, ScenarioId
from scenarios.paths import path_of


class Amendment(FieldChange, frozen=True, kw_only=True):
    """A field that was changed afterwards, by whom, and when.

    Without a `commit` it is a change of the working tree. `field` is empty for a record that was
    taken out.
    """

    commit: str | None = None
    author: str | None = None
    day: date | None = None


class RestatedFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's figures of a past day, as reported then and as of today; None if they agree."""

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift | None
    because: tuple[Amendment, ...]


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was changed afterwards since the commit that stood at the end of `day`.

    `changed_since` are the scenarios whose figures changed after the review's own day: the commit
    `reported` has those of that day.
    """

    commit: str
    day: date
    figures: tuple[RestatedFigures, ...] = ()
    reported: str | None = None
    changed_since: tuple[ScenarioId, ...] = ()


_MATTERS: dict[Kind, str] = {
    "tracker": "decibans grade_weights evidence_dependence rating_strength forecast_expires_days "
    "half_life_days team",
    "scenario": "opened horizon set prior indicators resolution question resolution_criteria",
    "evidence": "observed recorded source reliability credibility origin event theme ratings "
    "indicators retracted supersedes",
    "forecasts": "date analyst probabilities",
    "source": "reliability",
}
"""Fields of each kind of record that a figure depends on or that define a question."""
ASKED = frozenset({"question", "resolution_criteria", "horizon"})
_ORDER: tuple[Kind, ...] = ("scenario", "forecasts", "tracker", "evidence", "source")
_WORDS_ONLY = frozenset({"basis", "statement", "watch", "added", "reason"})


def restated(
    then: Database, later: Database, today: Database, day: date, odds: DailyLedgers | None = None
) -> tuple[tuple[RestatedFigures, ...], DailyLedgers]:
    """The scenarios whose figures of `day`, or whose question, changed from `then` to `later`.

    Also returns today's ledgers with those records as they were. A record that `then` lacks stays
    as it is today, and reverted changes do not count. `odds` are those of today.
    """
    both = differences(then, later)
    unread = {problem.path for problem in later.unreadable}
    gone = [key for key in both.removed if path_of(*key) not in unread]
    then = called(then, {r.from_: r.to for r in both.renamed}) if both.renamed else then
    changed = [
        change
        for change in both.changed
        if affects_figures(change) and change.record in records(today, change.kind)
    ]
    touched = {(change.kind, change.record) for change in changed} | {*gone}
    reverted = _reverted(today, then, touched, day)
    amended = [
        Amendment(**msgspec.structs.asdict(change))
        for change in changed
        if not _is_end(records(today, change.kind)[change.record], change.field, day)
    ]
    amended += [Amendment(kind=k, record=id, field="", before=id, after=None) for k, id in gone]
    new = DatedDatabase(today, day, odds)
    old = new.before(reverted)
    shifts = {shift.scenario: (shift, was) for shift, was, _ in compared(old, new)}
    asked = {a.record for a in amended if a.kind == "scenario" and a.field in ASKED}
    rows = []
    for id in sorted(shifts.keys() | asked):
        if any(
            id not in database.scenarios or state(database, id, day) not in ("open", "overdue")
            for database in (reverted, today)
        ):
            continue
        shift, was = shifts.get(id, (None, None))
        because = [a for a in amended if _is_behind(a, id, shift, reverted if was else None, today)]
        moved = shift and (differs(shift.stated) or differs(shift.implied))
        if because and (moved or id in asked):
            rows.append(
                RestatedFigures(
                    scenario=id,
                    stated=shift.stated if shift and differs(shift.stated) else None,
                    implied=shift.implied if shift and differs(shift.implied) else None,
                    because=tuple(because),
                )
            )
    return tuple(rows), old.odds


def as_reported(
    window: Window, before: Mapping[ScenarioId, PreviousFigures], rows: Collection[RestatedFigures]
) -> Window:
    """The window with the earlier figures of these scenarios as they were `before` the change."""

    def look() -> dict[ScenarioId, ScenarioView]:
        views = dict(window.views)
        for row in rows:
            now, was = views.get(row.scenario), before.get(row.scenario)
            if now and was and now.implied_before and was.implied_before:
                views[row.scenario] = replace(
                    now,
                    implied_before=was.implied_before,
                    stated_before=was.stated_before,
                    restated_decibans=now.implied_before.decibans - was.implied_before.decibans,
                    restated_stated=row.stated is not None,
                )
        return views

    return replace(window, look=look)


def committed(
    rows: Sequence[RestatedFigures], revisions: Sequence[Revision]
) -> tuple[RestatedFigures, ...]:
    """The rows with the last of these commits that set each field to its present value."""

    def of(change: Amendment) -> Amendment:
        for revision in reversed(revisions):
            if _contains(revision, change):
                commit: Commit = revision.commit
                return replace(change, commit=commit.id, author=commit.author, day=commit.committed)
        return change

    return tuple(replace(row, because=tuple(map(of, row.because))) for row in rows)


def _contains(revision: Revision, amendment: Amendment) -> bool:
    """True if a commit gave a field its value of today, or took the record out."""
    for change in revision.own:
        if (change.kind, change.id) != (amendment.kind, amendment.record):
            continue
        if not amendment.field:
            return change.after is None
        if change.before is not None and change.after is not None:
            fields = field_changes(change.kind, change.id, change.before, change.after)
            if any(f.field == amendment.field and f.after == amendment.after for f in fields):
                return True
    return False


def _reverted(today: Database, then: Database, touched: Iterable[Key], day: date) -> Database:
    """The database of today with these records as they were, and the outcomes after `day`."""
    folders: dict[Kind, dict[str, Any]] = {kind: dict(records(today, kind)) for kind in KINDS}
    for kind, id in touched:
        record, now = records(then, kind)[id], folders[kind].get(id)
        ends = [field for field in ("resolution", "retracted") if _is_end(now, field, day)]
        folders[kind][id] = replace(record, **{field: getattr(now, field) for field in ends})
    return Database(
        folders["tracker"]["tracker"],
        folders["scenario"],
        folders["evidence"],
        folders["forecasts"],
        folders["source"],
        withheld={**then.withheld, **today.withheld},
    )


def affects_figures(change: FieldChange) -> bool:
    """True if figures depend on the key that changed, or it says what the question is."""
    keys = change.field.split(".")
    return keys[0] in _MATTERS[change.kind].split() and keys[-1] not in _WORDS_ONLY


def _is_end(record: object, field: str, day: date) -> bool:
    """True if a key says how a question or an item ended after `day`."""
    ended = getattr(record, field.partition(".")[0], None)
    known = getattr(ended, "recorded", None) or getattr(ended, "date", None)
    return known is not None and known > day


def _is_behind(
    change: Amendment,
    id: ScenarioId,
    shift: ScenarioShift | None,
    then: Database | None,
    now: Database,
) -> bool:
    """True if a scenario's shift comes from a change: its own, or one of its set or its link."""
    keys = change.field.split(".")
    if change.kind == "scenario" and keys[0] in ASKED:
        return change.record == id
    if shift is None or then is None:
        return False
    is_scored = keys[0] in ("opened", "horizon", "set", "resolution") or keys[1:] == ["hazard"]
    is_of_analysts = change.kind == "forecasts" or (is_scored and now.tracker.team.record)
    if change.kind == "tracker" or (is_of_analysts and differs(shift.stated)):
        return True
    is_indicator = change.kind == "scenario" and keys[0] == "indicators"
    key = f"{change.record}/{keys[1]}" if is_indicator else change.record
    about = _about(change, keys, then, now)
    if id in about and (key == id or key in _rows(shift, then, now)):
        return True
    if not shift.rivals and not shift.given:
        return False
    return bool(about & {*connected(then, id), *connected(now, id)} - {id})


def _about(change: Amendment, keys: Sequence[str], *databases: Database) -> set[ScenarioId]:
    """The scenarios that a changed record, or one of its ratings, is about."""
    if keys[0] == "ratings" and keys[1:]:
        return {keys[1]}
    about: set[ScenarioId] = {change.record} if change.kind == "scenario" else set()
    for database in databases:
        items = [database.evidence[e] for e in (change.record,) if e in database.evidence]
        if change.kind == "source":
            items = [item for item in database.evidence.values() if item.source == change.record]
        about = about.union(*(borne(database, item) for item in items))
        if keys[0] == "indicators" and change.record in database.scenarios:
            indicator = database.scenarios[change.record].indicators.get(keys[1])
            about |= indicator.ratings.keys() if indicator else set()
    return about


def _rows(shift: ScenarioShift, *databases: Database) -> set[str]:
    """The items and indicators of the lines that changed, their sources, and what replaces them."""
    ids = {id for line in shift.lines for id in (line.id, *line.evidence)}
    items = [database.evidence[e] for database in databases for e in ids & database.evidence.keys()]
    by = (superseders(database).get(e, ()) for database in databases for e in ids)
    return ids.union({item.source for item in items if item.source}, *by)


def by_record(
    figures: Iterable[RestatedFigures],
) -> list[tuple[Amendment, tuple[RestatedFigures, ...]]]:
    """The first change of each record with the scenarios that it restates, questions first."""
    rows: dict[Key, list[RestatedFigures]] = {}
    first: dict[Key, Amendment] = {}
    for row in figures:
        for change in row.because:
            key = change.kind, change.record
            first.setdefault(key, change)
            is_own = change.record == row.scenario or change.field.endswith(f".{row.scenario}")
            own = rows.setdefault(key, [])
            own.insert(0 if is_own else len(own), row)

    def order(key: Key) -> tuple[int, int, str]:
        return _ORDER.index(key[0]), -len(rows[key]), key[1]

    return [(first[key], tuple(rows[key])) for key in sorted(rows, key=order)]
