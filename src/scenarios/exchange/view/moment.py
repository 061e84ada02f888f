"""A database at a day, from which the rows of the view are made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property

import msgspec

from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window, window
from scenarios.model import Database, Evidence, EvidenceId, Scenario

SCHEMA_VERSION = 1
"""Of the tables and their columns; a name that goes or changes its meaning makes the next one."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Of which tracker (its id), by what and for which day a view was made."""

    tracker: str = ""
    as_of: date
    revision: str | None = None
    program_version: str = ""
    schema_version: int = SCHEMA_VERSION
    ledger_version: int = VERSION


class Moment(msgspec.Struct, frozen=True, dict=True):
    """`records` are the database's, or with `known_by` those of them that were known on the day."""

    records: Database
    database: Database
    made: Made

    @property
    def as_of(self) -> date:
        """The day for which figures are computed."""
        return self.made.as_of

    @cached_property
    def window(self) -> Window:
        """Every scenario's figures on the day and one review before it."""
        days = timedelta(days=self.database.tracker.review_every_days)
        since = max(self.as_of - days, date.min)
        return window(self.database, since, self.as_of, banded=True)

    @cached_property
    def days(self) -> list[date]:
        """The days that have a sheet."""
        return sorted({one.date for one in self.database.sheets.values() if one.date <= self.as_of})


def known_by(database: Database, day: date) -> Database:
    """The records of a day: what had opened, was recorded, said, clarified or retracted by then."""
    return Database(
        tracker=database.tracker,
        scenarios={
            id: _scenario(one, day) for id, one in database.scenarios.items() if one.opened <= day
        },
        evidence=_evidence(database.evidence, day),
        sheets={id: one for id, one in database.sheets.items() if one.date <= day},
        sources=database.sources,
        withheld=database.withheld,
        unreadable=database.unreadable,
    )


def _scenario(scenario: Scenario, day: date) -> Scenario:
    outcome = scenario.resolution
    return msgspec.structs.replace(
        scenario,
        clarifications=tuple(one for one in scenario.clarifications if one.date <= day),
        resolution=outcome if outcome and outcome.recorded <= day else None,
    )


def _evidence(items: Mapping[EvidenceId, Evidence], day: date) -> dict[EvidenceId, Evidence]:
    found = {}
    for id, item in items.items():
        if item.recorded <= day:
            is_retracted = item.retracted is None or item.retracted.date <= day
            found[id] = item if is_retracted else msgspec.structs.replace(item, retracted=None)
    return found
