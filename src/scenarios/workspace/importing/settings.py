"""The settings, the file and the counts of an import."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from scenarios.errors import NAMED, ScenError, UsageError
from scenarios.exchange.arrivals import (
    OWN,
    FilePosition,
    ImportFile,
    ReadOptions,
    RowError,
    kinds,
    read_file,
)
from scenarios.exchange.own.cells import IN_PERCENT
from scenarios.progress import Progress, unwatched
from scenarios.storage.worktree import safe
from scenarios.text import counted, did_you_mean, shown
from scenarios.workspace.opened import open_folder
from scenarios.workspace.write_mode import CommitFields


class Settings(Struct, frozen=True, kw_only=True):
    """Options for records that differ, are unfit, or are incomplete.

    No day after `latest`, if given, may be new. `prior` is that of a scenario without one; a time
    belongs to its day in `timezone`.
    """

    today: dt.date
    latest: dt.date | None = None
    update: bool = False
    skip_invalid: bool = False
    clip: bool = False
    prior: float | None = None
    timezone: dt.tzinfo = dt.UTC


class ImportCount(Struct, kw_only=True):
    """Records, or forecasts, that were new, changed, or unchanged."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def every(self) -> int:
        return self.added + self.updated + self.unchanged


class SkippedRow(Struct, frozen=True, kw_only=True):
    """A row that was left out, and why; rows count from 1, and 0 is the file."""

    file: str
    row: int
    column: str
    message: str


class ImportSummary(CommitFields, frozen=True):
    """Counts of an import, or of a dry run.

    `superseded` counts the forecasts replaced by a later one of the same analyst and day; `clipped`
    those of exactly, or almost, 0 or 1. `left_out` counts content without a place here, by kind;
    `remarks` report reinterpretations. Of a whole database sheets are counted as forecasts.
    """

    kind: str
    paths: list[str]
    dry_run: bool
    scenarios: ImportCount
    indicators: ImportCount
    evidence: ImportCount
    sources: ImportCount
    forecasts: ImportCount
    superseded: int
    clipped: int
    skipped: list[SkippedRow]
    left_out: dict[str, int]
    remarks: list[str]


class InvalidRecord(Exception):  # noqa: N818
    """The reason why a record cannot be imported, and the key at fault."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class RowErrors:
    """The distinct faults of a file, and their rows."""

    def __init__(self, misfits: Iterable[RowError] = ()) -> None:
        self._misfits: dict[RowError, None] = {}
        self.rows: set[tuple[str, int]] = set()
        for row_error in misfits:
            self.add(row_error.position, row_error.message)

    def add(self, position: FilePosition, message: str) -> None:
        self._misfits[RowError(position=position, message=message)] = None
        self.rows.add((position.file, position.row))

    def __bool__(self) -> bool:
        return bool(self._misfits)

    def __contains__(self, position: FilePosition) -> bool:
        return (position.file, position.row) in self.rows

    def by_row(self) -> list[RowError]:
        return sorted(self._misfits, key=lambda row_error: row_error.position)


def refusal(faults: RowErrors) -> ScenError:
    """A refusal with the first faults as notes."""
    rows = len({row for row in faults.rows if row[1]})
    what = f"{rows:,} row{'' if rows == 1 else 's'}" if rows else "it"
    words = "cannot be imported: nothing was written; --skip-invalid writes the rest"
    error = ScenError(f"{what} {words}")
    for line in lines(faults.by_row()):
        error.add_note(line)
    return error


def lines(faults: Sequence[RowError]) -> list[str]:
    """`file:row: column: message` of the first NAMED faults, and the number of others.

    For a column in percent only the first row is shown.
    """
    percent = Counter(f.position.column for f in faults if f.message.endswith(IN_PERCENT))
    seen: set[str] = set()
    texts: list[str] = []
    for fault in faults:
        column, also = fault.position.column, ""
        if fault.message.endswith(IN_PERCENT):
            if column in seen:
                continue
            seen.add(column)
            if more := percent[column] - 1:
                also = f" (so in {counted(more, 'more row')})"
        texts.append(f"{fault.position}: {fault.message}{also}")
    more = len(texts) - NAMED
    return [*texts[:NAMED], f"and {more:,} more faults"] if more > 0 else texts


STDIN = "-"
RECORDED = {"evidence": ("COLUMN",), "misp": ("publish_timestamp", "timestamp", "date")}
"""Kind → what of an item may be the day on which you learned of it, besides today."""


def arrive(
    root: Path,
    kind: str,
    file: Path | BinaryIO,
    wanted: ReadOptions,
    progress: Progress = unwatched,
) -> ImportFile:
    """The content of a file, folder or stream; columns may have the names of scenarios.

    Messages call a stream `-`.
    """
    if kind not in (every := [*kinds(), "database"])[:-1]:
        hint = did_you_mean(kind, every) or f"there is {', '.join(every)}"
        raise UsageError(f"nothing is imported as {shown(kind)}; {hint}")
    if kind not in OWN and (wanted.columns or wanted.defaults):
        raise UsageError(
            f"--map and --default are for tables of records; {kind} has its own columns"
        )
    if wanted.recorded and kind == "evidence":
        wanted = replace(wanted, columns=(*wanted.columns, (wanted.recorded, "recorded")))
    elif wanted.recorded and wanted.recorded not in (days := RECORDED.get(kind, ())):
        known = ", ".join((*days, "today"))
        raise UsageError(f"--recorded {shown(wanted.recorded)}: import {kind} takes {known}")
    scenarios = open_folder(root, progress=progress).database.scenarios
    names = {scenario.title.lower(): id for id, scenario in scenarios.items()}
    for id, scenario in scenarios.items():
        names |= {str(name).lower(): id for name in scenario.foreign.values()}
    names |= {id: id for id in scenarios}
    wanted = replace(wanted, scenarios=names, progress=progress)
    name = safe(file) if isinstance(file, Path) else STDIN
    return read_file(kind, name, file, wanted)
