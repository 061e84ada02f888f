"""A SQLite file: tables with keys, references and indexes, and a mark that it is ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.exchange.targets.ddl import create_indexes, create_table, insert, quoted
from scenarios.exchange.view.table import Row, Value
from scenarios.exchange.view.tables import TABLES, VIEWS
from scenarios.exchange.view.view import SCHEMA_VERSION, View

_MARK = 0x5343454E
"""`SCEN`, as SQLite keeps it in a file's head."""
_HEAD, _MARK_AT = b"SQLite format 3\0", slice(68, 72)


def write(view: View, place: Path) -> None:
    """Every table in a new file; a date is its text, as SQLite's own functions read it."""
    with _faults(place), closing(sqlite3.connect(place, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is whole
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA foreign_keys = ON")
        file.execute(f"PRAGMA application_id = {_MARK}")
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        file.execute("BEGIN")
        for name, table in TABLES.items():
            file.execute(create_table(table, "sqlite"))
            file.executemany(insert(table), map(_cells, view.rows(name)))
            for index in create_indexes(table):
                file.execute(index)
        for one in VIEWS:
            file.execute(f"CREATE VIEW {quoted(one.name)} AS {one.sql}")
        file.execute("ANALYZE")
        file.execute("COMMIT")


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether its head has our mark, and its table `meta` that tracker."""
    with place.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_HEAD) or int.from_bytes(head[_MARK_AT], "big") != _MARK:
        return False
    if tracker is None:
        return True
    address = f"{place.absolute().as_uri()}?immutable=1"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as file:
        return (tracker,) in file.execute("SELECT tracker FROM meta LIMIT 2").fetchall()
    return False


def read(place: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table that is in a file: its name, its columns, and its rows in any order."""
    address = f"{place.absolute().as_uri()}?mode=ro"
    with _faults(place), closing(sqlite3.connect(address, uri=True)) as file:
        names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            if name in TABLES:
                found = file.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608 - our own name
                yield name, [column[0] for column in found.description], found.fetchall()


def _cells(row: Row) -> tuple[Value, ...]:
    return tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row)


@contextmanager
def _faults(place: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ScenError(f"{place.name}: SQLite says: {error}") from error
