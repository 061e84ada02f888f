"""What the reading commands answer, as typed results whose JSON they print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import known, latest_day, members
from scenarios.analysis.history.probability_shifts import ScenarioShift, shifts
from scenarios.analysis.history.record_diff import FieldChange, Rename, called, differences
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.about import About, about
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.ach import matrix as compare
from scenarios.analysis.review.brief import Brief, brief
from scenarios.analysis.review.cause import Causes
from scenarios.analysis.review.review import Review
from scenarios.analysis.review.status import StatusRow
from scenarios.errors import ScenError, UsageError
from scenarios.model import Kind, ScenarioId, SetId
from scenarios.paths import path_of
from scenarios.workspace.history import State
from scenarios.workspace.opened import Opened, known_id
from scenarios.workspace.place import from_here

_FEWEST = 2
"""A matrix compares so many scenarios, or more."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One row a scenario that had opened, as of a day, and what changed `since`.

    `ledger` is the version of the arithmetic, here and in other results.
    """

    ledger: int = VERSION
    tracker: About
    as_of: date
    since: date
    scenarios: tuple[StatusRow, ...]


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record with its kind, its file and its content as in the file, defaults left out."""

    id: str
    kind: Kind
    path: str
    record: Any


class Diff(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Two states, commits or `working tree`: ids that came and went, fields, and figures.

    Both are read on the day `as_of`, so that only records differ.
    """

    ledger: int = VERSION
    from_: str
    to: str
    as_of: date
    added: list[str]
    removed: list[str]
    renamed: tuple[Rename, ...]
    changed: tuple[FieldChange, ...]
    shifts: tuple[ScenarioShift, ...]


def status_of(opened: Opened, on: date, since: date, rows: tuple[StatusRow, ...]) -> Status:
    """The status table as a result."""
    tracker = opened.database.tracker
    return Status(tracker=about(tracker), as_of=on, since=since, scenarios=rows)


def records_of(opened: Opened, id: str, as_of: date | None = None) -> list[RecordShown]:
    """Every record of an id, which a scenario and a source may share; refused before its day.

    A former id leads to the record that had it.
    """
    database = opened.database
    kinds: tuple[tuple[Kind, Mapping[str, Any], Callable[[Any], date]], ...] = (
        ("scenario", database.scenarios, lambda record: record.opened),
        ("evidence", database.evidence, lambda record: record.recorded),
        ("forecasts", database.sheets, lambda record: record.date),
        ("source", database.sources, lambda _: date.min),
    )
    owner, _, name = id.partition("/")
    owner = database.called_now.get(("scenario", owner), owner)
    if name and owner in database.scenarios:
        indicators = database.scenarios[owner].indicators
        known_id(name, indicators, f"indicator of {owner}", f"scen show {owner}")
        return [_shown(opened, f"{owner}/{name}", "scenario", owner, indicators[name])]
    found = [(kind, records[id], day) for kind, records, day in kinds if id in records]
    if not found:
        now = database.called_now
        for former, *_ in kinds:
            if (former, id) in now:
                return records_of(opened, now[former, id], as_of)
        known_id(id, [key for _, records, _ in kinds for key in records], "record", "scen list")
    for _, record, day in found:
        if as_of and day(record) > as_of:
            raise ScenError(f"{id} was not known on {as_of}: it dates from {day(record)}")
    return [_shown(opened, id, kind, id, record) for kind, record, _ in found]


def brief_of(window: Window, made: Review) -> Brief:
    """The short form of a window's review."""
    return brief(
        window,
        made.headline,
        made.moves,
        Causes(made.events, made.other_causes),
        made.scenarios,
        made.spreads,
        made.due,
        [one.record for one in made.findings if one.rule == "not-reviewed"],
    )


def matrix_of(
    opened: Opened, on: date, *, scenarios: tuple[ScenarioId, ...] = (), set_id: SetId | None = None
) -> Matrix:
    """Scenarios side by side: those that are named, or the members of a set that had opened."""
    columns = _columns(opened, scenarios, set_id, on)
    return compare(known(opened.about(*columns), on), columns)


def diff_of(earlier: State, later: State, as_of: date | None, today: date) -> Diff:
    """What differs, on `as_of` or on the day of the newest record, but not after `today`."""
    old, new = earlier.opened.database, later.opened.database
    days = [day for database in (old, new) if (day := latest_day(database))]
    on = as_of or min(max(days, default=today), today)
    found = differences(old, new)
    names = {one.from_: one.to for one in found.renamed}
    return Diff(
        from_=earlier.commit,
        to=later.commit,
        as_of=on,
        added=[id for _, id in found.added],
        removed=[id for _, id in found.removed],
        renamed=found.renamed,
        changed=found.changed,
        shifts=shifts(called(old, names) if names else old, new, on),
    )


def _shown(opened: Opened, id: str, kind: Kind, owner: str, record: Any) -> RecordShown:
    path = from_here(opened.root / path_of(kind, owner))
    return RecordShown(id=id, kind=kind, path=path, record=msgspec.to_builtins(record))


def _columns(
    opened: Opened, named: tuple[ScenarioId, ...], set_id: SetId | None, on: date
) -> tuple[ScenarioId, ...]:
    if set_id is None:
        columns = tuple(dict.fromkeys(opened.scenario_on(id, on) for id in named))
        if len(columns) < _FEWEST:
            raise UsageError(f"a matrix compares two scenarios or more: {_instead(opened)}")
        return columns
    if named:
        raise UsageError("give --set or scenarios, not both")
    known_id(set_id, opened.database.tracker.sets, "set", "tracker.yaml")
    every = members(opened.database, set_id)
    columns = tuple(id for id in every if opened.database.scenarios[id].opened <= on)
    if len(columns) < _FEWEST:
        had = f"{len(columns)} of the {len(every)} in {set_id} had opened by {on}"
        raise UsageError(f"a matrix compares two scenarios or more: {had}")
    return columns


def _instead(opened: Opened) -> str:
    sets = [f"--set {id}" for id in opened.database.tracker.sets]
    return f"name them, or a set with {' or '.join(sets)}" if sets else "name them"
