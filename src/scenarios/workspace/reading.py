"""Results of the reading commands, whose JSON they print."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.changes import FieldChange, Rename, called, differences
from scenarios.analysis.evidence.knowledge import known_on, latest_day, resolution
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.sensitivity import Band
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import FEW, PreviousFigures, Window, bands_of, window
from scenarios.analysis.period.probability_shifts import ScenarioShift, shifts
from scenarios.analysis.review import listing
from scenarios.analysis.review.listing import ListFilter
from scenarios.analysis.review.search import SearchResult, What, search, words_of
from scenarios.analysis.review.status import (
    StatusRow,
    TrackerSummary,
    about,
    in_order,
    quantity_rows,
    row_as_reported,
    row_of,
    withheld,
)
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import Finding
from scenarios.errors import At, Keys, ScenError, UsageError
from scenarios.model import Database, Kind, ScenarioId, SetId
from scenarios.model.quantity import of_its_kind
from scenarios.paths import path_of
from scenarios.result import Result
from scenarios.storage.git import repository as git
from scenarios.text import unaccented
from scenarios.values import owner_of
from scenarios.workspace.afterwards import changed_afterwards, compared, reported_figures
from scenarios.workspace.opened import DatabaseRevision, OpenDatabase, from_here, known_id
from scenarios.workspace.remembered import remembered, remembered_whole

if TYPE_CHECKING:
    from scenarios.storage.yaml.reader import KeyPlace

_FEWEST = 2
"""The fewest scenarios that a matrix compares."""


class Status(Result, frozen=True, kw_only=True):
    """One row a scenario that had opened, as of a day, and what changed `since`.

    `ledger` is the version of the arithmetic, here and in other results.
    """

    ledger: int = VERSION
    tracker: TrackerSummary
    as_of: date
    since: date
    scenarios: tuple[StatusRow, ...]


class RecordShown(msgspec.Struct, frozen=True, kw_only=True):
    """A record with its kind, its file and its content as in the file, defaults left out."""

    id: str
    kind: Kind
    path: str
    record: Any


class Diff(Result, frozen=True, kw_only=True, rename={"from_": "from"}):
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


def status_of(opened: OpenDatabase, on: date, since: date, rows: tuple[StatusRow, ...]) -> Status:
    tracker = opened.database.tracker
    return Status(tracker=about(tracker), as_of=on, since=since, scenarios=rows)


def records_of(opened: OpenDatabase, id: str, as_of: date | None = None) -> list[RecordShown]:
    """Every record of an id, which a scenario and a source may share; refused before its day.

    A former id leads to its record.
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
        return [_record_shown(opened, f"{owner}/{name}", "scenario", owner, indicators[name])]
    matches = [(kind, records[id], day) for kind, records, day in kinds if id in records]
    if not matches:
        for kind, records, _ in kinds:
            opened.refuse_left_out(kind, id, records)
        now = database.called_now
        for former, *_ in kinds:
            if (former, id) in now:
                return records_of(opened, now[former, id], as_of)
        known_id(id, [key for _, records, _ in kinds for key in records], "record")
    for _, record, day in matches:
        if as_of and day(record) > as_of:
            raise ScenError(f"{id} was not known on {as_of}: it dates from {day(record)}")
    return [_record_shown(opened, id, kind, id, record) for kind, record, _ in matches]


Listed = Literal["scenarios", "indicators", "evidence", "forecasts", "sources"]


def listed(opened: OpenDatabase, what: Listed, on: date, wanted: ListFilter) -> list[Any]:
    """The rows of a kind of record, as far as known on a day; scenarios have those of status."""
    if what == "scenarios":
        rows = (state.row for state in standings(opened, on))
        return [row for row in rows if wanted.subject(opened.database, row.id)]
    rows_of: Callable[..., list[Any]] = getattr(listing, what)
    return rows_of(known_on(opened.database, on), wanted)


def columns_of(
    opened: OpenDatabase, named: Collection[ScenarioId], set_id: SetId | None, on: date
) -> tuple[ScenarioId, ...]:
    """The scenarios of a matrix: those named, or the members of a set that had opened by a day."""
    if set_id is None:
        columns = tuple(dict.fromkeys(opened.row_on(id, on) for id in named))
        if whole := next((id for id in columns if id in opened.database.quantities), None):
            quantity = opened.database.scenarios[whole].quantity
            rows = ", ".join(quantity.rows(whole) if quantity else ()) or "none yet"
            raise UsageError(f"{whole} is a quantity: a matrix has its rows ({rows})")
        if len(columns) < _FEWEST:
            sets = [f"--set {id}" for id in opened.database.tracker.sets]
            instead = f", or a set with {' or '.join(sets)}" if sets else ""
            raise UsageError(f"a matrix compares two scenarios or more: name them{instead}")
        return columns
    if named:
        raise UsageError("give --set or scenarios, not both")
    known_id(set_id, opened.database.tracker.sets, "set", "tracker.yaml")
    every = opened.database.listed.get(set_id, ())
    columns = tuple(id for id in every if opened.database.scenarios[id].opened <= on)
    if len(columns) < _FEWEST:
        had = f"{len(columns)} of the {len(every)} in {set_id} had opened by {on}"
        raise UsageError(f"a matrix compares two scenarios or more: {had}")
    return columns


def plotted(
    opened: OpenDatabase, on: date, named: Sequence[str], set_id: str | None
) -> tuple[ScenarioId, ...]:
    """The scenarios to draw: those named, or the members of a set that had opened by a day.

    Raises ScenError where a file that cannot be read withholds figures.
    """
    if named and set_id:
        raise UsageError("draw one thing at a time: scenarios, or a set")
    if set_id is None:
        return _not_withheld(opened, tuple(opened.row_on(id, on) for id in named))
    sets = opened.database.tracker.sets
    known_id(set_id, sets, "set", "scen show tracker" if sets else "tracker.yaml")
    every = opened.database.listed.get(set_id, ())
    ids = tuple(id for id in every if opened.database.scenarios[id].opened <= on)
    if not ids:
        had = f"none of the {len(every)} in {set_id} had opened by {on}"
        raise ScenError(f"nothing to draw: {had}")
    return _not_withheld(opened, ids)


def _not_withheld(opened: OpenDatabase, ids: tuple[ScenarioId, ...]) -> tuple[ScenarioId, ...]:
    owners, withheld = {*map(owner_of, ids)}, opened.database.withheld.items()
    if path := next((path for id, path in withheld if id in owners), None):
        raise ScenError(f"nothing to draw: the figures are withheld, {path} cannot be read")
    return ids


def diff_of(
    earlier: DatabaseRevision, later: DatabaseRevision, as_of: date | None, today: date
) -> Diff:
    """Differences on `as_of`, or on the newest record's day, but not after `today`."""
    old, new = earlier.opened.database, later.opened.database
    days = [day for database in (old, new) if (day := latest_day(database))]
    on = as_of or min(max(days, default=today), today)
    differing = differences(old, new)
    names = {rename.from_: rename.to for rename in differing.renamed}
    return Diff(
        from_=earlier.commit,
        to=later.commit,
        as_of=on,
        added=[id for _, id in differing.added],
        removed=[id for _, id in differing.removed],
        renamed=differing.renamed,
        changed=differing.changed,
        shifts=shifts(called(old, names) if names else old, new, on),
    )


def _record_shown(
    opened: OpenDatabase, id: str, kind: Kind, owner: str, record: Any
) -> RecordShown:
    path = from_here(opened.root / path_of(kind, owner))
    content = (
        of_its_kind(msgspec.to_builtins(record)) if id == owner else msgspec.to_builtins(record)
    )
    return RecordShown(id=id, kind=kind, path=path, record=content)


class StatusStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's row of the status table, and its flagged findings."""

    row: StatusRow
    flagged: tuple[Finding, ...]


def span(
    opened: OpenDatabase,
    on: date,
    since: date | None,
    *,
    banded: bool = False,
    odds: DailyLedgers | None = None,
) -> Window:
    """The period from `since`, else the last review, up to `on`; reuses `odds` if given."""
    start = start_of(opened, on, since)
    odds = odds or DailyLedgers(opened.database)
    bands = _bands(opened, on, odds) if banded else {}
    return window(opened.database, start, on, bands=bands, odds=odds)


def _bands(opened: OpenDatabase, on: date, odds: DailyLedgers) -> Mapping[ScenarioId, Band]:
    def make(_: Database, ids: Collection[ScenarioId]) -> dict[ScenarioId, Band]:
        return bands_of(odds, on, ids)

    return remembered(opened, "bands", f"{on}", Band, make, folders=("sources",))


def start_of(opened: OpenDatabase, on: date, since: date | None = None) -> date:
    """`since`, or the last review day before `on`."""
    days = timedelta(days=opened.database.tracker.review_every_days)
    start = since or max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    return start


def standings(
    opened: OpenDatabase,
    on: date,
    *,
    banded: bool = False,
    repository: git.Repository | None = None,
    odds: DailyLedgers | None = None,
) -> tuple[StatusStanding, ...]:
    """Every scenario that had opened, in order, since the last review; reuses `odds` if given.

    In a `repository` the earlier figures are those reported then.
    """
    since, odds = start_of(opened, on), odds or DailyLedgers(opened.database, most=FEW)

    def make(database: Database, ids: Collection[ScenarioId]) -> dict[ScenarioId, StatusStanding]:
        around = {near: None for id in ids for near in (id, *database.scenarios[id].implies)}
        period = window(database, since, on, only=around, odds=odds)
        flags: dict[str, list[Finding]] = {}
        for finding in findings(period, flagged=True):
            flags.setdefault(finding.record, []).append(finding)
        rows = [row_of(period, view) for id, view in period.views.items() if id in ids]
        rows += quantity_rows(period, ids)
        return {
            row.id: StatusStanding(row=row, flagged=tuple(flags.get(row.id, ()))) for row in rows
        }

    by_id = dict(remembered(opened, "status", f"{since} {on}", StatusStanding, make))
    for id, figures in _reported(opened, repository, since, on, odds).items() if repository else ():
        by_id[id] = replace(by_id[id], row=row_as_reported(by_id[id].row, figures))
    for row in withheld(opened.database, on):
        by_id[row.id] = StatusStanding(row=row, flagged=())
    for id, band in _bands(opened, on, odds).items() if banded else ():
        scenario_state = by_id.get(id)
        if scenario_state and (implied := scenario_state.row.implied):
            implied = replace(implied, low=band.low, high=band.high)
            by_id[id] = replace(scenario_state, row=replace(scenario_state.row, implied=implied))
    ordered = in_order((standing.row for standing in by_id.values()), opened.database.listed)
    return tuple(by_id[row.id] for row in ordered)


def _reported(
    opened: OpenDatabase, repository: git.Repository, since: date, on: date, odds: DailyLedgers
) -> dict[ScenarioId, PreviousFigures]:
    """The earlier figures that were changed since, as they were reported."""
    commits = compared(opened, repository, since, on)

    def make() -> dict[ScenarioId, PreviousFigures]:
        changed = changed_afterwards(opened, repository, since, on, odds, commits)
        return reported_figures(*changed, since) if changed else {}

    arguments = f"{since} {on} {commits}"
    return remembered_whole(opened, "restated", arguments, dict[ScenarioId, PreviousFigures], make)


def nothing_yet(opened: OpenDatabase, on: date) -> str:
    """The message where no scenario had opened."""
    opens = sorted(s.opened for s in opened.database.scenarios.values())
    if not opens:
        return "no scenario yet: scen new"
    return f"no scenario had opened by {on}: the first opens on {opens[0]}"


def ended(database: Database, rows: Iterable[StatusRow]) -> dict[ScenarioId, date]:
    """The days on which resolved scenarios ended."""
    outcomes = {row.id: resolution(database, row.id) for row in rows if row.outcome}
    return {id: outcome.date for id, outcome in outcomes.items() if outcome}


class _FileLines(NamedTuple):
    """A file's lines for comparison, its places, and the lines of its keys."""

    lines: list[str]
    places: dict[Keys, KeyPlace]
    starts: list[int]


def search_of(
    opened: OpenDatabase,
    text: str,
    on: date,
    wanted: ListFilter,
    *,
    what: What | None = None,
    most: int | None = None,
) -> SearchResult:
    """At most `most` records known on a day whose texts hold every word of `text`."""
    words = words_of(text)
    if not words:
        raise UsageError("there is no word to look for: scen search WORD...")

    @cache
    def file(path: str) -> _FileLines:
        data = opened.snapshot.get(path, b"{}")  # there may be no tracker
        from scenarios.storage.yaml.reader import places  # noqa: PLC0415 - as in the loader

        positions = places(data)
        starts = sorted({position.key_line for position in positions.values()})
        return _FileLines(
            [unaccented(line) for line in data.decode().split("\n")], positions, starts
        )

    def locate(kind: Kind, record: str, keys: Keys, at: At, held: Sequence[str]) -> tuple[str, int]:
        path = path_of(kind, record)
        return from_here(opened.root / path), _line(file(path), keys, at, held)

    return search(known_on(opened.database, on), words, wanted, locate, what=what, most=most)


def _line(file: _FileLines, keys: Keys, at: At, words: Sequence[str]) -> int:
    """The line of the first word among the value's own lines; the first of them by default."""
    position = file.places.get(keys)
    if position is None or not keys:  # a default, or the id of a file
        return 1
    if at == "key":
        return position.key_line
    last = next((n for n in file.starts if n > position.value_line), len(file.lines) + 1)
    for number in range(position.value_line, last):
        if any(word in file.lines[number - 1] for word in words):
            return number
    return position.value_line
