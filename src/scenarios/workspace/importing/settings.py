"""How what arrives is taken, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import UNSET, Struct, UnsetType

from scenarios.errors import NAMED, ScenError
from scenarios.exchange.arrivals import Misfit, Place
from scenarios.exchange.own.cells import IN_PERCENT
from scenarios.text import counted


class Settings(Struct, frozen=True, kw_only=True):
    """What to do with what differs, is unfit, or is missing.

    Nothing may be new in the records after the day `latest`, where there is one. `prior` is that of
    a scenario without one; a time is of the day that it is in `timezone`.
    """

    today: dt.date
    latest: dt.date | None = None
    update: bool = False
    skip_invalid: bool = False
    clip: bool = False
    prior: float | None = None
    timezone: dt.tzinfo = dt.UTC


class Count(Struct, kw_only=True):
    """Records, or forecasts, that were new, changed, or there as they are."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def every(self) -> int:
        """All of them."""
        return self.added + self.updated + self.unchanged


class Skipped(Struct, frozen=True, kw_only=True):
    """A row that was left out, and why; rows count from 1, and 0 is the file."""

    file: str
    row: int
    column: str
    message: str


class Imported(Struct, frozen=True, kw_only=True):
    """What came in, or in a dry run would have.

    `superseded` counts the forecasts after which the same analyst said something else on the same
    day; `clipped` those of exactly, or almost, 0 or 1. `left_out` counts what has no place here, by
    what it is; `remarks` say what was taken differently from how it stood. Of a whole database
    sheets are counted as forecasts.
    """

    kind: str
    paths: list[str]
    dry_run: bool
    scenarios: Count
    indicators: Count
    evidence: Count
    sources: Count
    forecasts: Count
    superseded: int
    clipped: int
    skipped: list[Skipped]
    left_out: dict[str, int]
    remarks: list[str]
    commit: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET


class Unsound(Exception):  # noqa: N818
    """Why one record cannot be imported, and the key that it is due to."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class Faults:
    """The faults of a file, each told once, and the rows that they are in."""

    def __init__(self, misfits: Iterable[Misfit] = ()) -> None:
        self._told: dict[Misfit, None] = {}
        self.rows: set[tuple[str, int]] = set()
        for misfit in misfits:
            self.add(misfit.place, misfit.message)

    def add(self, place: Place, message: str) -> None:
        """One more."""
        self._told[Misfit(place=place, message=message)] = None
        self.rows.add((place.file, place.row))

    def __bool__(self) -> bool:
        return bool(self._told)

    def __contains__(self, place: Place) -> bool:
        return (place.file, place.row) in self.rows

    @property
    def told(self) -> list[Misfit]:
        """All of them, row by row."""
        return sorted(self._told, key=lambda it: it.place)


def refusal(faults: Sequence[Misfit], rows: int) -> ScenError:
    """A refusal that names the first faults, each in a line of its own, and counts the rest."""
    counted = f"{rows:,} row{'' if rows == 1 else 's'}" if rows else "it"
    what = f"{counted} cannot be imported"
    error = ScenError(f"{what}: nothing was written; --skip-invalid writes the rest")
    for line in lines(faults):
        error.add_note(line)
    return error


def lines(faults: Sequence[Misfit]) -> list[str]:
    """`file:row: column: message`, the first twenty, and how many more there are.

    Of a column in percent the first row stands for all.
    """
    percent = Counter(fault.place.column for fault in faults if _is_in_percent(fault))
    seen: set[str] = set()
    said: list[str] = []
    for fault in faults:
        column = fault.place.column
        if not _is_in_percent(fault):
            said.append(f"{fault.place}: {fault.message}")
        elif column not in seen:
            seen.add(column)
            more = percent[column] - 1
            also = f" (so in {counted(more, 'more row')})" if more else ""
            said.append(f"{fault.place}: {fault.message}{also}")
    more = len(said) - NAMED
    return [*said[:NAMED], f"and {more:,} more faults"] if more > 0 else said


def _is_in_percent(fault: Misfit) -> bool:
    return fault.message.endswith(IN_PERCENT)
