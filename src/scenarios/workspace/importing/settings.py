"""How what arrives is taken, and what came of it."""

from __future__ import annotations

import datetime as dt

from msgspec import UNSET, Struct, UnsetType


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
