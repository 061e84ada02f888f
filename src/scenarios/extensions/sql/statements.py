"""The tables as statements of SQL, and put into any connection of DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from scenarios import ScenError
from scenarios.extending import View, ViewTable

TABLES = View.base_tables
Row = tuple[Any, ...]
TableRows = tuple[str, list[str], list[tuple[object, ...]]]
"""A table that was read back: its name, its columns, and its rows in any order."""
Engine = Literal["sqlite", "duckdb", "postgresql"]
_TYPES: Mapping[str, Mapping[Engine, str]] = {
    "text": {"sqlite": "TEXT", "duckdb": "VARCHAR", "postgresql": "text"},
    "integer": {"sqlite": "INTEGER", "duckdb": "BIGINT", "postgresql": "bigint"},
    "real": {"sqlite": "REAL", "duckdb": "DOUBLE", "postgresql": "double precision"},
    "boolean": {"sqlite": "INTEGER", "duckdb": "BOOLEAN", "postgresql": "boolean"},
    "date": {"sqlite": "TEXT", "duckdb": "DATE", "postgresql": "date"},
    "json": {"sqlite": "TEXT", "duckdb": "JSON", "postgresql": "jsonb"},
}
_CHUNK = 50_000
"""Rows passed to DuckDB at once."""


class SqlView(NamedTuple):
    name: str
    meaning: str
    sql: str


VIEWS = (
    SqlView(
        "forecast_log",
        "Every forecast with its day and its analyst",
        """\
SELECT s.date, s.analyst, f.scenario_id, f.probability, f.rationale, f.sheet_id
FROM forecasts f JOIN sheets s ON s.sheet_id = f.sheet_id""",
    ),
    SqlView(
        "evidence_log",
        "Every rating of an item, with its grade and its source; counted before dependence",
        """\
SELECT e.evidence_id, e.observed, e.recorded, e.summary, r.scenario_id, r.code, r.likelihood_ratio,
  r.decibans, e.weight, r.decibans * e.weight AS weighted_decibans,
  coalesce(e.reliability, s.reliability, 'F') AS reliability,
  coalesce(e.credibility, 6) AS credibility, s.name AS source, e.url, e.retracted
FROM evidence e
JOIN evidence_ratings r ON r.evidence_id = e.evidence_id
LEFT JOIN sources s ON s.source_id = e.source_id""",
    ),
)


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


def selected(file: Any, source: str) -> tuple[list[str], list[tuple[object, ...]]]:
    cursor = file.execute(f"SELECT * FROM {source}")  # noqa: S608 - our own name
    return [column[0] for column in cursor.description or ()], cursor.fetchall()


def fill(
    file: Connection,
    view: View,
    names: Iterable[str] | None = None,
    *,
    referring: bool = False,
) -> None:
    """Put these tables, or all, into a connection, and the views if they are all of them."""
    names = tuple(view.tables if names is None else names)
    for name in names:
        table = view.tables[name]
        file.execute(create_table(table, "duckdb", referring=referring))
        types = [type for _, type in types_of(table, "duckdb")]
        insert(file, quoted(name), types, view.rows(name))
        file.execute("; ".join((*create_indexes(table), *comments(table))))
    for statement in create_views() if len(names) == len(view.tables) else ():
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
def faults(path: Path) -> Iterator[None]:
    """Raise DuckDB's refusals as faults of the command; without DuckDB, name the extra."""
    try:
        yield
    except ScenError:  # without DuckDB its errors have no names
        raise
    except import_module("duckdb").Error as error:
        first = str(error).splitlines()[0]
        raise ScenError(f"{path.name}: DuckDB says: {first}") from error
