"""The tables in SQL, as a SQLite file, a DuckDB file, and in any DuckDB connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from scenarios.errors import ScenError
from scenarios.exchange.engine import connect, duckdb
from scenarios.exchange.targets.table import Codec, TableRows
from scenarios.exchange.view.table import Row, Rows, Type, Value, ViewTable
from scenarios.exchange.view.tables import SCHEMA_VERSION, TABLES, VIEWS

Engine = Literal["sqlite", "duckdb", "postgresql"]
_TYPES: Mapping[Type, Mapping[Engine, str]] = {
    "text": {"sqlite": "TEXT", "duckdb": "VARCHAR", "postgresql": "text"},
    "integer": {"sqlite": "INTEGER", "duckdb": "BIGINT", "postgresql": "bigint"},
    "real": {"sqlite": "REAL", "duckdb": "DOUBLE", "postgresql": "double precision"},
    "boolean": {"sqlite": "INTEGER", "duckdb": "BOOLEAN", "postgresql": "boolean"},
    "date": {"sqlite": "TEXT", "duckdb": "DATE", "postgresql": "date"},
    "json": {"sqlite": "TEXT", "duckdb": "JSON", "postgresql": "jsonb"},
}
_CHUNK = 50_000
"""Rows passed to DuckDB at once."""
_MADE_BY = "made by scen export"
_MARK = 0x5343454E
"""`SCEN`, SQLite's application id, in the head of the file."""
_HEAD, _MARK_AT = b"SQLite format 3\0", slice(68, 72)


class Connection(Protocol):
    """A connection of DuckDB's, in this process or in a child."""

    def execute(self, sql: str, parameters: object = ..., /) -> Any: ...


def quoted(*names: str) -> str:
    """Names in double quotes, with commas between them."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: object) -> str:
    """A text in single quotes."""
    return "'" + str(text).replace("'", "''") + "'"


def types_of(table: ViewTable, engine: Engine) -> list[tuple[str, str]]:
    return [(column.name, _TYPES[column.type][engine]) for column in table.columns]


def create_table(table: ViewTable, engine: Engine, *, referring: bool = True) -> str:
    """`CREATE TABLE …` with its key, NOT NULL and, unless told otherwise, its references."""
    parts = [
        f"{quoted(column.name)} {_TYPES[column.type][engine]}{'' if column.null else ' NOT NULL'}"
        for column in table.columns
    ]
    parts.append(f"PRIMARY KEY ({quoted(*table.key)})")
    for reference in table.references if referring else ():
        other = f"{quoted(reference.table)} ({quoted(*reference.key)})"
        parts.append(f"FOREIGN KEY ({quoted(*reference.columns)}) REFERENCES {other}")
    inside = ",\n  ".join(parts)
    return f"CREATE TABLE {quoted(table.name)} (\n  {inside}\n)"


def create_indexes(table: ViewTable) -> Iterator[str]:
    """`CREATE INDEX …` for columns that are looked up often."""
    for columns in table.indexes:
        name = quoted("_".join((table.name, *columns)))
        yield f"CREATE INDEX {name} ON {quoted(table.name)} ({quoted(*columns)})"


def comments(table: ViewTable, kind: str = "TABLE", **more: str) -> Iterator[str]:
    """`COMMENT ON …` for a table and each column with its meaning; `more` columns by name."""
    yield f"COMMENT ON {kind} {quoted(table.name)} IS {literal(table.meaning)}"
    for name, meaning in {**{c.name: c.meaning for c in table.columns}, **more}.items():
        yield f"COMMENT ON COLUMN {quoted(table.name)}.{quoted(name)} IS {literal(meaning)}"


def create_views() -> Iterator[str]:
    return (f"CREATE VIEW {quoted(view.name)} AS {view.sql}" for view in VIEWS)


def _write_sqlite(view: Rows, place: Path) -> None:
    """Write every table to a new file; dates are ISO texts, as SQLite's functions read them."""
    with _sqlite_faults(place), closing(sqlite3.connect(place, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is whole
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA foreign_keys = ON")
        file.execute(f"PRAGMA application_id = {_MARK}")
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        file.execute("BEGIN")
        for name, table in TABLES.items():
            file.execute(create_table(table, "sqlite"))
            marks = ", ".join("?" * len(table.columns))
            into = f"INSERT INTO {quoted(name)} VALUES ({marks})"  # noqa: S608 - our own names
            file.executemany(into, map(_sqlite_cells, view.rows(name)))
            for index in create_indexes(table):
                file.execute(index)
        for statement in (*create_views(), "ANALYZE", "COMMIT"):
            file.execute(statement)


def _is_sqlite_export(place: Path, tracker: str | None = None) -> bool:
    with place.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_HEAD) or int.from_bytes(head[_MARK_AT], "big") != _MARK:
        return False
    if tracker is None:
        return True
    address = f"{place.absolute().as_uri()}?immutable=1"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as database:
        return (tracker,) in database.execute("SELECT tracker FROM meta LIMIT 2").fetchall()
    return False


def _read_sqlite(place: Path) -> Iterator[TableRows]:
    address = f"{place.absolute().as_uri()}?mode=ro"
    with _sqlite_faults(place), closing(sqlite3.connect(address, uri=True)) as file:
        yield from _tables(file, "SELECT name FROM sqlite_master WHERE type = 'table'")


def _sqlite_cells(row: Row) -> tuple[Value, ...]:
    return tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row)


@contextmanager
def _sqlite_faults(place: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ScenError(f"{place.name}: SQLite says: {error}") from error


def _tables(file: Any, names: str) -> Iterator[TableRows]:
    for (name,) in file.execute(names).fetchall():
        if name in TABLES:
            yield name, *selected(file, quoted(name))


def selected(file: Any, source: str) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = file.execute(f"SELECT * FROM {source}")  # noqa: S608 - our own name
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def _write_duckdb(view: Rows, place: Path) -> None:
    """Write every table to a new file, with its keys and references."""
    with faults(place), closing(connect(str(place))) as file:
        fill(file, view, referring=True)
        file.execute(f"COMMENT ON TABLE meta IS {literal(_MADE_BY)}")
        file.execute("CHECKPOINT")


def _is_duckdb_export(place: Path, tracker: str | None = None) -> bool:
    marks = "SELECT comment FROM duckdb_tables() WHERE table_name = 'meta'"
    try:
        with closing(connect(str(place), read_only=True)) as file:
            return (_MADE_BY,) in file.execute(marks).fetchall() and (
                tracker is None or (tracker,) in file.execute("SELECT tracker FROM meta").fetchall()
            )
    except duckdb().IOException as error:
        if "lock" in str(error).lower():
            raise ScenError(f"{place.name}: another program writes to it: close that") from error
        return False
    except duckdb().Error:
        return False


def _read_duckdb(place: Path) -> Iterator[TableRows]:
    with faults(place), closing(connect(str(place), read_only=True)) as file:
        yield from _tables(file, "SELECT table_name FROM duckdb_tables()")


def fill(
    file: Connection, view: Rows, names: Iterable[str] = TABLES, *, referring: bool = False
) -> None:
    """Put these tables into a connection, and the views if they are all of them."""
    names = tuple(names)
    for name in names:
        table = TABLES[name]
        file.execute(create_table(table, "duckdb", referring=referring))
        types = [type for _, type in types_of(table, "duckdb")]
        insert(file, quoted(name), types, view.rows(name))
        file.execute("; ".join((*create_indexes(table), *comments(table))))
    for statement in create_views() if len(names) == len(TABLES) else ():
        file.execute(statement)


def insert(
    file: Connection, table: str, types: Iterable[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Put rows into a table, column by column: row by row takes a hundred times as long."""
    lists = ", ".join(f"unnest(?::{type}[])" for type in types)
    for start in range(0, len(rows), _CHUNK):
        cells = [list(column) for column in zip(*rows[start : start + _CHUNK], strict=True)]
        file.execute(f"INSERT INTO {table} SELECT {lists}", cells)


@contextmanager
def faults(place: Path) -> Iterator[None]:
    """Raise DuckDB's refusals as faults of the command; without DuckDB, name the extra."""
    try:
        yield
    except duckdb().Error as error:
        first = str(error).splitlines()[0]
        raise ScenError(f"{place.name}: DuckDB says: {first}") from error


SQLITE = Codec(_write_sqlite, _is_sqlite_export, _read_sqlite)
DUCKDB = Codec(_write_duckdb, _is_duckdb_export, _read_duckdb)
