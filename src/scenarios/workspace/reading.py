"""What the reading commands answer, as typed results whose JSON they print."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known, latest_day, members, resolution
from scenarios.analysis.history.commits import FieldChange, Rename, called, differences
from scenarios.analysis.history.probability_shifts import ScenarioShift, shifts
from scenarios.analysis.ledger.sensitivity import Band
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window, bands_of, window
from scenarios.analysis.review.ach import Matrix
from scenarios.analysis.review.ach import matrix as compare
from scenarios.analysis.review.brief import Brief, brief
from scenarios.analysis.review.listing import ListFilter
from scenarios.analysis.review.moves import Causes
from scenarios.analysis.review.review import About, Restatement, Review, about, restated, rewritten
from scenarios.analysis.review.search import SearchResult, What, search, words_of
from scenarios.analysis.review.status import StatusRow, in_order, row_of, withheld
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import Finding
from scenarios.errors import At, Keys, ScenError, UsageError
from scenarios.model import Database, Kind, ScenarioId, SetId
from scenarios.paths import path_of
from scenarios.storage.git import repository as git
from scenarios.storage.yaml.reader import Place, places
from scenarios.text import unaccented
from scenarios.workspace.history import State
from scenarios.workspace.opened import Opened, from_here, known_id, open_revision
from scenarios.workspace.remembered import remembered

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


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's row of the status table, and the findings that have a flag there."""

    row: StatusRow
    flagged: tuple[Finding, ...]


def span(opened: Opened, on: date, since: date | None, *, banded: bool = False) -> Window:
    """The period from `since`, else the last review, up to `on`."""
    start = start_of(opened, on, since)
    return window(opened.database, start, on, bands=_bands(opened, on) if banded else {})


def _bands(opened: Opened, on: date) -> Mapping[ScenarioId, Band]:
    def make(database: Database, ids: Collection[ScenarioId]) -> dict[ScenarioId, Band]:
        return bands_of(database, on, ids)

    return remembered(opened, "bands", f"{on}", Band, make)


def start_of(opened: Opened, on: date, since: date | None = None) -> date:
    """`since`, or the last review day before `on`."""
    days = timedelta(days=opened.database.tracker.review_every_days)
    start = since or max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    return start


def standings(opened: Opened, on: date, *, banded: bool = False) -> tuple[Standing, ...]:
    """Every scenario that had opened, in order, since the last review."""
    since = start_of(opened, on)

    def make(database: Database, ids: Collection[ScenarioId]) -> dict[ScenarioId, Standing]:
        around = {id: None for one in ids for id in (one, *database.scenarios[one].implies)}
        period = window(database, since, on, only=around, lean=True)
        told: dict[str, list[Finding]] = {}
        for finding in findings(period, flagged=True):
            told.setdefault(finding.record, []).append(finding)
        return {
            id: Standing(row=row_of(period, view), flagged=tuple(told.get(id, ())))
            for id, view in period.views.items()
            if id in ids
        }

    found = remembered(opened, "status", f"{since} {on}", Standing, make)
    bands = _bands(opened, on) if banded else {}
    lost = {row.id: Standing(row=row, flagged=()) for row in withheld(opened.database, on)}
    found = {**found, **lost}
    ordered = in_order(standing.row for standing in found.values())
    return tuple(_banded(found[row.id], bands.get(row.id)) for row in ordered)


def nothing_yet(opened: Opened, on: date) -> str:
    """What is said where no scenario had opened."""
    opens = sorted(s.opened for s in opened.database.scenarios.values())
    if not opens:
        return "no scenario yet: scen new"
    return f"no scenario had opened by {on}: the first opens on {opens[0]}"


def ended(database: Database, rows: Iterable[StatusRow]) -> dict[ScenarioId, date]:
    """The days on which those that are known to be resolved came to their end."""
    found = {row.id: resolution(database, row.id) for row in rows if row.outcome}
    return {id: outcome.date for id, outcome in found.items() if outcome}


def _banded(standing: Standing, band: Band | None) -> Standing:
    if band is None or standing.row.implied is None:
        return standing
    implied = replace(standing.row.implied, low=band.low, high=band.high)
    return replace(standing, row=replace(standing.row, implied=implied))


class _File(NamedTuple):
    """A file's lines as they are compared, where its keys stand, and the lines of its keys."""

    lines: list[str]
    places: dict[Keys, Place]
    starts: list[int]


def search_of(
    opened: Opened,
    text: str,
    on: date,
    wanted: ListFilter,
    *,
    what: What | None = None,
    most: int | None = None,
) -> SearchResult:
    """The records known on a day whose texts hold every word of `text`, at most so many."""
    words = words_of(text)
    if not words:
        raise UsageError("there is no word to look for: scen search WORD...")

    @cache
    def file(path: str) -> _File:
        data = opened.snapshot.get(path, b"{}")  # there may be no tracker
        at = places(data)
        starts = sorted({place.key_line for place in at.values()})
        return _File([unaccented(line) for line in data.decode().split("\n")], at, starts)

    def locate(kind: Kind, record: str, keys: Keys, at: At, held: Sequence[str]) -> tuple[str, int]:
        path = path_of(kind, record)
        return from_here(opened.root / path), _line(file(path), keys, at, held)

    return search(known(opened.database, on), words, wanted, locate, what=what, most=most)


def _line(file: _File, keys: Keys, at: At, words: Sequence[str]) -> int:
    """The line of the first word; of the value's own lines, the first where none shows it."""
    place = file.places.get(keys)
    if place is None or not keys:  # a default, or the id of a file
        return 1
    if at == "key":
        return place.key_line
    last = next((n for n in file.starts if n > place.value_line), len(file.lines) + 1)
    for number in range(place.value_line, last):
        if any(word in file.lines[number - 1] for word in words):
            return number
    return place.value_line


SHALLOW = "this clone is shallow: what was printed before is not seen; git fetch --unshallow"


def with_history(
    made: Review, opened: Opened, repository: git.Repository
) -> tuple[Review, str | None]:
    """The review with what the last commit up to its `since` says otherwise, and a remark.

    The same review where there is no commit so early.
    """
    tip = git.commit_of(repository, opened.commit or "HEAD")
    commit = git.last_commit(repository, made.since, tip)
    if commit is None:
        return made, SHALLOW if git.is_shallow(repository) else None
    try:
        printed = _at(opened, repository, commit)
        later = _on(opened, repository, made.as_of, tip)
    except ScenError:  # that commit had no database
        return made, None
    ids = [row.id for row in made.scenarios]
    figures = restated(printed, opened.database, made.since)
    return msgspec.structs.replace(
        made,
        questions=(*rewritten(printed, later, ids), *made.questions),
        restated=Restatement(commit=commit, day=made.since, figures=figures),
    ), None


def _at(opened: Opened, repository: git.Repository, commit: str) -> Database:
    files = opened.snapshot, opened.read
    return open_revision(opened.root, repository, commit, *files).database


def _on(opened: Opened, repository: git.Repository, day: date, tip: str) -> Database:
    """The records as they stood at the end of a day: what was rewritten later is no news of it."""
    commit = git.last_commit(repository, day, tip)
    if commit is None or commit == tip:
        return opened.database
    return _at(opened, repository, commit)
