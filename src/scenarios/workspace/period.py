"""The period that a review looks at, and its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import resolution
from scenarios.analysis.ledger.band import Band
from scenarios.analysis.period.period import Window, bands_of, window
from scenarios.analysis.review.status import StatusRow, in_order, row_of, withheld
from scenarios.analysis.rules.finding import Finding
from scenarios.analysis.rules.findings import findings
from scenarios.errors import ScenError
from scenarios.model import Database, ScenarioId
from scenarios.workspace.opened import Opened
from scenarios.workspace.remembered import remembered


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
