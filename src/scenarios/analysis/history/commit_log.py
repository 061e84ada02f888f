"""A database's history, as data: each commit, what it changed, and the figures after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from scenarios.analysis.history.commits import Commit, RecordChange, Revision, Standing, States
from scenarios.analysis.history.incremental import Pair, Running
from scenarios.analysis.history.record_diff import KINDS, Differences, differences, records
from scenarios.analysis.ledger.neighbourhood import near
from scenarios.analysis.period.period import MOVED_BITS, jeffreys
from scenarios.model import Database, EvidenceId, Kind, Record, ScenarioId, Tracker

SHOWN = 3
"""So many scenarios are told of a commit to everything: those that it moved most."""


class Figures(msgspec.Struct, frozen=True):
    """A scenario's figures after a commit, on the day of the newest record; None where none."""

    scenario: ScenarioId
    stated: float | None
    implied: float | None
    movement_bits: float


class Entry(msgspec.Struct, frozen=True):
    """One commit; `as_of` is the day of the newest record after it."""

    commit: Commit
    as_of: date | None
    what: Differences
    figures: tuple[Figures, ...]
    left_out: int


class History(msgspec.Struct, frozen=True):
    """The commits that are told, newest first, and how many older ones are not."""

    entries: tuple[Entry, ...]
    earlier: int


Near = Database | None


def history(
    revisions: Sequence[Revision],
    subject: ScenarioId | EvidenceId | None = None,
    since: date | None = None,
    limit: int | None = None,
) -> History:
    """The commits that changed a database, a scenario's figures, or one record of evidence."""
    touching = {number for number, one in enumerate(revisions) if one.own}
    if subject is not None:
        touching = {number for number, it in enumerate(_changed(revisions, subject)) if it}
    recent = sorted(n for n in touching if not since or revisions[n].commit.authored >= since)
    told = recent[-limit:] if limit else recent
    entries = list(_entries(revisions, frozenset(told), subject))
    return History(tuple(reversed(entries)), len(touching) - len(told))


def _changed(revisions: Sequence[Revision], subject: str) -> Iterator[bool]:
    """For each commit, whether it changed a record of that name, or what moves that scenario."""
    states = States(revisions)
    for revision in revisions:
        standing = states.before(revision)
        standing.put(_brought(revision))
        was = _near(standing, subject)
        standing.put(revision.own)
        is_moved = was != _near(standing, subject)
        states.keep(revision, standing)
        yield is_moved or any(change.id == subject for change in revision.own)


def _entries(
    revisions: Sequence[Revision], told: frozenset[int], subject: str | None
) -> Iterator[Entry]:
    states = States(revisions)
    running: WeakKeyDictionary[Standing, Running] = WeakKeyDictionary()
    for number, revision in enumerate(revisions):
        standing = states.before(revision)
        figures = running.setdefault(standing, Running())
        if number in told:
            yield _entry(revision, standing, figures, subject)
        else:
            _put(revision.changes, standing, figures)
        states.keep(revision, standing)


def _entry(revision: Revision, standing: Standing, running: Running, subject: str | None) -> Entry:
    """What a commit did itself; `standing` goes from before it to after it."""
    own = revision.own
    _put(_brought(revision), standing, running)
    of = [one for one in own if subject in (None, one.id)]
    there = standing.database.scenarios.keys() | {it.id for it in own if it.kind == "scenario"}
    about = {subject} & there if subject else set[ScenarioId]()
    ids = about or running.touched(standing, of) & there
    day = standing.latest_with(own)
    around = [_near(standing, id) for id in about]
    before = {id: running.pair(standing, id, day) for id in ids}
    _put(own, standing, running)
    around += [_near(standing, id) for id in about]
    if about:
        of = [one for one in own if any(it and one.id in records(it, one.kind) for it in around)]
    figures = [_figures(id, before[id], running.pair(standing, id, day)) for id in ids]
    if subject is None:
        figures = [one for one in figures if one.movement_bits >= MOVED_BITS]
    figures.sort(key=lambda one: (-one.movement_bits, one.scenario))
    shown = figures if subject else figures[:SHOWN]
    return Entry(revision.commit, day, _what(of), tuple(shown), revision.left_out)


def _brought(revision: Revision) -> list[RecordChange]:
    """What a merge took over from another parent than its first."""
    own = {(one.kind, one.id) for one in revision.own}
    return [one for one in revision.changes if (one.kind, one.id) not in own]


def _put(changes: Sequence[RecordChange], standing: Standing, running: Running) -> None:
    standing.put(changes)
    running.take(standing, changes)


def _near(standing: Standing, id: str) -> Near:
    if id not in standing.database.scenarios:
        return None
    return near(standing.database, id, standing.bearing, standing.speaking)


def _figures(id: ScenarioId, was: Pair, now: Pair) -> Figures:
    moves = zip(was, now, strict=True)
    bits = max(jeffreys(old, new) for old, new in moves) if was != now else 0.0
    return Figures(id, *now, bits)


def _what(own: Sequence[RecordChange]) -> Differences:
    """The records that a commit changed, as the differences of two small databases."""
    before = _small((one.kind, one.id, one.before) for one in own)
    after = _small((one.kind, one.id, one.after) for one in own)
    return differences(before, after)


def _small(states: Iterable[tuple[Kind, str, Record | None]]) -> Database:
    kinds: dict[Kind, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, id, record in states:
        if record is not None:
            kinds[kind][id] = record
    return Database(kinds.pop("tracker").get("tracker", Tracker()), *kinds.values())
