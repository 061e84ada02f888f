"""A database at a day, and the rows of every table, made once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property

import msgspec

from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import Window, window
from scenarios.exchange.view.records import rows_of
from scenarios.exchange.view.table import ForeignKey, Row, ViewTable
from scenarios.exchange.view.tables import TABLES
from scenarios.model import Database, Evidence, EvidenceId, Scenario

SCHEMA_VERSION = 1
"""Of the tables and their columns; a name that goes or changes its meaning makes the next one."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Of which tracker (its id), by what and for which day a view was made.

    `origin` is the state of its repository, where exports of several trackers lie together.
    """

    tracker: str = ""
    as_of: date
    revision: str | None = None
    program_version: str = ""
    schema_version: int = SCHEMA_VERSION
    ledger_version: int = VERSION
    origin: str | None = None


class Moment(msgspec.Struct, frozen=True, dict=True):
    """`records` are the database's, or with `known_by` those of them that were known on the day."""

    records: Database
    database: Database
    stamp: Stamp

    @property
    def as_of(self) -> date:
        """The day for which figures are computed."""
        return self.stamp.as_of

    @cached_property
    def window(self) -> Window:
        """Every scenario's figures on the day and one review before it."""
        days = timedelta(days=self.database.tracker.review_every_days)
        since = max(self.as_of - days, date.min)
        return window(self.database, since, self.as_of, banded=True)

    @cached_property
    def days(self) -> list[date]:
        """The days that have a sheet."""
        return sorted(
            {record.date for record in self.database.sheets.values() if record.date <= self.as_of}
        )


def known_by(database: Database, day: date) -> Database:
    """The records of a day: what had opened, was recorded, said, clarified or retracted by then."""
    return Database(
        tracker=database.tracker,
        scenarios={
            id: _scenario(record, day)
            for id, record in database.scenarios.items()
            if record.opened <= day
        },
        evidence=_evidence(database.evidence, day),
        sheets={id: record for id, record in database.sheets.items() if record.date <= day},
        sources=database.sources,
        withheld=database.withheld,
        unreadable=database.unreadable,
    )


def _scenario(scenario: Scenario, day: date) -> Scenario:
    outcome = scenario.resolution
    return msgspec.structs.replace(
        scenario,
        clarifications=tuple(record for record in scenario.clarifications if record.date <= day),
        resolution=outcome if outcome and outcome.recorded <= day else None,
    )


def _evidence(items: Mapping[EvidenceId, Evidence], day: date) -> dict[EvidenceId, Evidence]:
    kept = {}
    for id, item in items.items():
        if item.recorded <= day:
            is_retracted = item.retracted is None or item.retracted.date <= day
            kept[id] = item if is_retracted else msgspec.structs.replace(item, retracted=None)
    return kept


Makers = Mapping[str, Callable[[Moment], Iterable[Row]]]
"""The function that makes the rows of each computed table."""


class View:
    """The tables of a database; their rows are made when they are asked for, and once.

    Without `limited` it holds every record, else those that were known on the day. A row that
    names what is not there, since that has a fault or was not known, is left out and counted; where
    only a cell may be empty, that is.
    """

    def __init__(
        self, database: Database, stamp: Stamp, makers: Makers, *, limited: bool = False
    ) -> None:
        self._makers = makers
        records = known_by(database, stamp.as_of) if limited else database
        self.moment = Moment(records, database, stamp)
        self.left_out: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = {}
        self._keys: dict[ForeignKey, set[Row]] = {}

    def rows(self, name: str) -> list[Row]:
        """The rows of a table, by its name."""
        if name not in self._rows:
            table = TABLES[name]
            records = self.moment.records
            rows = list(rows_of(table, records) if table.of else self._makers[name](self.moment))
            for reference in table.references:
                rows = self._referring(table, reference, rows)
            self._rows[name] = rows
        return self._rows[name]

    def _referring(self, table: ViewTable, reference: ForeignKey, rows: list[Row]) -> list[Row]:
        """The rows that name what is there."""
        places, known = table.places(reference.columns), self._known(table, reference, rows)
        may_be_null = all(table.columns[n].null for n in places)
        kept = []
        for row in rows:
            if (may_be_null and row[places[0]] is None) or tuple(row[n] for n in places) in known:
                kept.append(row)
            else:
                self.left_out[table.name] += 1
                if may_be_null:
                    kept.append(tuple(None if n in places else cell for n, cell in enumerate(row)))
        return kept

    def _known(self, table: ViewTable, reference: ForeignKey, rows: list[Row]) -> set[Row]:
        """The keys that a reference may name."""
        other = TABLES[reference.table]
        whole = ForeignKey((), reference.table, reference.key)
        if whole not in self._keys:
            places = other.places(reference.key)
            named = rows if other is table else self.rows(other.name)
            self._keys[whole] = {tuple(row[n] for n in places) for row in named}
        return self._keys[whole]
