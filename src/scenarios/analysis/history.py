"""A database's history, as data: each commit, what it changed, and the figures after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from scenarios.analysis.chronicle import Commit, RecordChange, Revision, Standing, States, borne
from scenarios.analysis.differences import Differences, differences, records
from scenarios.analysis.forecasts import stated
from scenarios.analysis.known import last_open_day, rivals
from scenarios.analysis.nearby import implied_on, near
from scenarios.analysis.window import MOVED_BITS, jeffreys
from scenarios.model import Database, Evidence, EvidenceId, Scenario, ScenarioId, Sheet, Source

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
        touching = {n for n, it in enumerate(_changed(revisions, subject)) if it and n in touching}
    recent = sorted(n for n in touching if not since or revisions[n].commit.authored >= since)
    told = recent[-limit:] if limit else recent
    entries = list(_entries(revisions, frozenset(told), subject))
    return History(tuple(reversed(entries)), len(touching) - len(told))


def _changed(revisions: Sequence[Revision], subject: str) -> Iterator[bool]:
    """For each commit, whether it changed a record of that name, or what moves that scenario."""
    states = States(revisions)
    for revision in revisions:
        standing = states.before(revision)
        was = _near(standing, subject)
        standing.put(revision.changes)
        now = _near(standing, subject)
        states.keep(revision, standing)
        yield was != now or any(change.id == subject for change in revision.own)


def _entries(
    revisions: Sequence[Revision], told: frozenset[int], subject: str | None
) -> Iterator[Entry]:
    states = States(revisions)
    for number, revision in enumerate(revisions):
        standing = states.before(revision)
        if number in told:
            yield _entry(revision, standing, subject)
        else:
            standing.put(revision.changes)
        states.keep(revision, standing)


def _entry(revision: Revision, standing: Standing, subject: str | None) -> Entry:
    """What a commit did; `standing` goes from before it to after it."""
    own = revision.own
    of = [one for one in own if subject in (None, one.id)]
    named = {subject} if subject else set[str]()
    ids = named & standing.database.scenarios.keys() or _touched(standing, of)
    before = {id: _near(standing, id) for id in ids}
    standing.put(revision.changes)
    about = named & standing.database.scenarios.keys() | named & before.keys()
    after = {id: _near(standing, id) for id in about or ids | _touched(standing, of)}
    if about:
        around = [one for id in about for one in (before.get(id), after.get(id)) if one]
        of = [one for one in own if any(one.id in records(near, one.kind) for near in around)]
    every = sorted(before.keys() | after.keys())
    day = standing.latest
    figures = [_figures(id, before.get(id), after.get(id), day) for id in every]
    if subject is None:
        figures = [one for one in figures if one.movement_bits >= MOVED_BITS]
    figures.sort(key=lambda one: (-one.movement_bits, one.scenario))
    shown = figures if subject else figures[:SHOWN]
    return Entry(revision.commit, day, _what(of), tuple(shown), revision.left_out)


def _near(standing: Standing, id: str) -> Near:
    if id not in standing.database.scenarios:
        return None
    return near(standing.database, id, standing.bearing, standing.speaking)


def _touched(standing: Standing, changes: Iterable[RecordChange]) -> set[ScenarioId]:
    """The scenarios, rivals included, that changed records have to do with."""
    database = standing.database
    found: set[ScenarioId] = set()
    for change in changes:
        if change.kind == "tracker":
            return set(database.scenarios)
        for record in (change.before, change.after):
            if isinstance(record, Evidence):
                found |= borne(database, record)
            elif isinstance(record, Sheet):
                found |= record.probabilities.keys()
            elif isinstance(record, Scenario):
                found.add(change.id)
            elif isinstance(record, Source):
                named = {id for id, it in database.evidence.items() if it.source == change.id}
                found |= {id for id, items in standing.bearing.items() if named & items.keys()}
    known = found & database.scenarios.keys()
    return known.union(*(rivals(database, id) for id in known))


def _figures(id: ScenarioId, was: Near, now: Near, day: date | None) -> Figures:
    before, after = _pair(was, id, day), _pair(now, id, day)
    bits = max(jeffreys(old, new) for old, new in zip(before, after, strict=True))
    return Figures(id, *after, bits)


def _pair(database: Near, id: ScenarioId, day: date | None) -> tuple[float | None, float | None]:
    if database is None or day is None or database.scenarios[id].opened > day:
        return None, None
    last = last_open_day(database, id, day)
    figure = stated(database, id, last)
    return figure.probability if figure else None, implied_on(database, id, [last])[0]


def _what(own: Iterable[RecordChange]) -> Differences:
    """The records that a commit changed, as the differences of two small databases."""
    before, after = Standing(), Standing()
    for change in own:
        if change.before is not None:
            before.put([RecordChange(change.kind, change.id, None, change.before)])
        if change.after is not None:
            after.put([RecordChange(change.kind, change.id, None, change.after)])
    return differences(before.database, after.database)
