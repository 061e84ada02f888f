"""The whole view: the rows of every table, made once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from scenarios.exchange.view.moment import Made, Moment, known_by
from scenarios.exchange.view.table import Reference, Row, Table
from scenarios.exchange.view.tables import TABLES
from scenarios.model import Database

Makers = Mapping[str, Callable[[Moment], Iterable[Row]]]
"""What makes the rows of each table."""


class View:
    """The tables of a database; their rows are made when they are asked for, and once.

    Without `limited` it holds every record, else those that were known on the day. A row that
    names what is not there, since that has a fault or was not known, is left out and counted; where
    only a cell may be empty, that is.
    """

    def __init__(
        self, database: Database, made: Made, makers: Makers, *, limited: bool = False
    ) -> None:
        self._makers = makers
        records = known_by(database, made.as_of) if limited else database
        self.moment = Moment(records, database, made)
        self.left_out: Counter[str] = Counter()
        self._rows: dict[str, list[Row]] = {}
        self._keys: dict[Reference, set[Row]] = {}

    def rows(self, name: str) -> list[Row]:
        """The rows of a table, by its name."""
        if name not in self._rows:
            table = TABLES[name]
            rows = list(self._makers[name](self.moment))
            for reference in table.references:
                rows = self._referring(table, reference, rows)
            self._rows[name] = rows
        return self._rows[name]

    def _referring(self, table: Table, reference: Reference, rows: list[Row]) -> list[Row]:
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

    def _known(self, table: Table, reference: Reference, rows: list[Row]) -> set[Row]:
        """The keys that a reference may name."""
        other = TABLES[reference.table]
        whole = Reference((), reference.table, reference.key)
        if whole not in self._keys:
            places = other.places(reference.key)
            named = rows if other is table else self.rows(other.name)
            self._keys[whole] = {tuple(row[n] for n in places) for row in named}
        return self._keys[whole]
