"""A database's history, as data: each commit, what it changed, and the figures after it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.changes import (
    KINDS,
    Commit,
    Differences,
    RecordChange,
    Revision,
    differences,
    former,
    renamed,
)
from scenarios.analysis.evidence.knowledge import last_open_day
from scenarios.analysis.forecasts import Means, stated
from scenarios.analysis.history.provenance import CommitSnapshot, states
from scenarios.analysis.ledger.version import VERSION
from scenarios.model import Database, EvidenceId, Kind, Record, ScenarioId, Tracker
from scenarios.progress import Progress, unwatched
from scenarios.result import Result
from scenarios.scales import MOVED_BITS, jeffreys

SHOWN = 3
"""Scenarios shown of a commit: those that it moved most."""


class CommitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures after a commit, on its newest day; `withheld` by a file not readable then."""

    scenario: ScenarioId
    stated: float | None
    implied: float | None
    movement_bits: float
    withheld: str | None = None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One commit; `as_of` is the day of the newest record after it."""

    commit: Commit
    as_of: date | None
    what: Differences
    figures: tuple[CommitFigures, ...]
    left_out: int


class History(Result, frozen=True, kw_only=True):
    """The commits shown, newest first, and the number of older ones."""

    ledger: int = VERSION
    entries: tuple[HistoryEntry, ...]
    earlier: int


KnownFigures = dict[str, tuple[CommitFigures, ...]]
"""The figures of commits by their ids: they depend on that commit and those before it."""
Names = frozenset[str]
Pair = tuple[float | None, float | None]
"""Stated and implied probability; None where there is none."""


def history(
    revisions: Sequence[Revision],
    subject: ScenarioId | EvidenceId | None = None,
    since: date | None = None,
    limit: int | None = None,
    progress: Progress = unwatched,
    cached_figures: KnownFigures | None = None,
) -> History:
    """The commits that changed a database, a scenario's figures, or one record of evidence.

    Without a subject, `cached_figures` are not computed again, and new ones are added to them.
    """
    names = called(revisions, subject) if subject is not None else None
    changed: Iterable[object] = (revision.own for revision in revisions)
    changed = changed if names is None else _changed(revisions, names)
    touching = [number for number, is_changed in enumerate(changed) if is_changed]
    recent = [n for n in touching if not since or revisions[n].commit.authored >= since]
    visible = recent[-limit:] if limit else recent
    cached_figures = {} if cached_figures is None or names else cached_figures
    entries = list(_entries(revisions, frozenset(visible), names, progress, cached_figures))
    return History(entries=tuple(reversed(entries)), earlier=len(touching) - len(visible))


def called(revisions: Sequence[Revision], subject: str) -> frozenset[str]:
    """Every id that the record of an id has had."""
    names = {subject}
    for revision in reversed(revisions):
        for change in revision.own:
            own = {change.id, *former(change.after)}
            if not own.isdisjoint(names):
                names |= own
    return frozenset(names)


def _changed(revisions: Sequence[Revision], names: Names) -> Iterator[bool]:
    """True for each commit that changed a record of these names, or one that moves the scenario."""
    for revision, snapshot in states(revisions):
        snapshot.put(_brought(revision))
        differing = [change for change in revision.own if change.before != change.after]
        is_moving = snapshot.near(differing, names)
        snapshot.put(revision.own)
        is_moving |= snapshot.near(differing, names)
        yield bool(is_moving) or any(change.id in names for change in revision.own)


def _entries(
    revisions: Sequence[Revision],
    visible: frozenset[int],
    names: Names | None,
    progress: Progress,
    cached_figures: KnownFigures,
) -> Iterator[HistoryEntry]:
    every = progress(states(revisions), "computing the figures", len(revisions))
    for number, (revision, snapshot) in enumerate(every):
        if number not in visible:
            snapshot.put(revision.changes)
            continue
        snapshot.put(_brought(revision))
        of: Sequence[RecordChange] = revision.own
        day, id = snapshot.latest_with(of), revision.commit.id
        if id in cached_figures:
            snapshot.put(of)
        else:
            of, cached_figures[id] = _figures(of, snapshot, names, day)
        yield HistoryEntry(
            commit=revision.commit,
            as_of=day,
            what=_record_changes(of),
            figures=cached_figures[id],
            left_out=revision.left_out,
        )


def _figures(
    own: Sequence[RecordChange], snapshot: CommitSnapshot, names: Names | None, day: date | None
) -> tuple[Sequence[RecordChange], tuple[CommitFigures, ...]]:
    """The changes of a commit that are shown, and the figures after them.

    `snapshot` goes from before them to after them.
    """
    of = [change for change in own if names is None or change.id in names]
    there = snapshot.database.scenarios.keys() | {
        change.id for change in own if change.kind == "scenario"
    }
    about = names & there if names else frozenset[ScenarioId]()
    ids = about or snapshot.touched(of) & there
    near = snapshot.near(own, about) if about else set()
    before = _pairs(snapshot, ids, day)
    snapshot.put(own)
    if about:
        near |= snapshot.near(own, about)
        of = [change for change in own if (change.kind, change.id) in near]
    after = _pairs(snapshot, ids, day)
    for old, new in renamed(own).items():
        if old in before and new in before:
            before[new] = before.pop(old)
    lost, figures = snapshot.withheld(), []
    for id, was in before.items():
        bits = max(map(jeffreys, was, after[id])) if was != after[id] else 0.0
        now_stated, now_implied = after[id]
        figures.append(
            CommitFigures(
                scenario=id,
                stated=now_stated,
                implied=now_implied,
                movement_bits=bits,
                withheld=lost.get(id),
            )
        )
    if names is None:
        figures = [figure for figure in figures if figure.movement_bits >= MOVED_BITS]
    figures.sort(key=lambda figure: (-figure.movement_bits, figure.scenario))
    return of, tuple(figures if names else figures[:SHOWN])


def _brought(revision: Revision) -> list[RecordChange]:
    """Changes that a merge took over from another parent than its first."""
    own = {(change.kind, change.id) for change in revision.own}
    return [change for change in revision.changes if (change.kind, change.id) not in own]


def _pairs(
    snapshot: CommitSnapshot, ids: Iterable[ScenarioId], day: date | None
) -> dict[ScenarioId, Pair]:
    """The figures of scenarios on a day; a quantity has no probability."""
    database, means = snapshot.database, Means()
    pairs: dict[ScenarioId, Pair] = dict.fromkeys(ids, (None, None))
    for id in pairs.keys() - snapshot.withheld().keys():
        scenario = database.scenarios.get(id)
        if day and scenario and scenario.opened <= day and scenario.quantity is None:
            last = last_open_day(database, id, day)
            figure = stated(database, id, last, means)
            implied = snapshot.days.odds_on(last).implied(id)
            pairs[id] = figure.probability if figure else None, implied
    return pairs


def _record_changes(own: Sequence[RecordChange]) -> Differences:
    """The records that a commit changed, as the differences of two small databases."""
    before = _small((change.kind, change.id, change.before) for change in own)
    after = _small((change.kind, change.id, change.after) for change in own)
    return differences(before, after)


def _small(states: Iterable[tuple[Kind, str, Record | None]]) -> Database:
    kinds: dict[Kind, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, id, record in states:
        if record is not None:
            kinds[kind][id] = record
    tracker = kinds["tracker"].get("tracker", Tracker())
    records = (kinds[kind] for kind in ("scenario", "evidence", "forecasts", "source"))
    scenarios, evidence, sheets, sources = records
    return Database(tracker, scenarios, evidence, sheets, sources)
