"""The view in SQL: what creates its tables and indexes, for each engine in its own types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from scenarios.exchange.view.table import Column, Table, Type

Engine = Literal["sqlite", "duckdb", "postgresql"]

TYPES: Mapping[Engine, Mapping[Type, str]] = {
    "sqlite": {
        "text": "TEXT",
        "integer": "INTEGER",
        "real": "REAL",
        "boolean": "INTEGER",
        "date": "TEXT",
        "json": "TEXT",
    },
    "duckdb": {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "real": "DOUBLE",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "json": "JSON",
    },
    "postgresql": {
        "text": "text",
        "integer": "bigint",
        "real": "double precision",
        "boolean": "boolean",
        "date": "date",
        "json": "jsonb",
    },
}


def quoted(*names: str) -> str:
    """Names as SQL takes any: in double quotes, with commas between them."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: object) -> str:
    """A text as SQL has it: in single quotes."""
    return "'" + str(text).replace("'", "''") + "'"


def create_table(table: Table, engine: Engine, *, referring: bool = True) -> str:
    """`CREATE TABLE …` with its key, what must not be null and, unless told not to, references."""
    parts = [_column(column, engine) for column in table.columns]
    parts.append(f"PRIMARY KEY ({quoted(*table.key)})")
    for reference in table.references if referring else ():
        other = f"{quoted(reference.table)} ({quoted(*reference.key)})"
        parts.append(f"FOREIGN KEY ({quoted(*reference.columns)}) REFERENCES {other}")
    inside = ",\n  ".join(parts)
    return f"CREATE TABLE {quoted(table.name)} (\n  {inside}\n)"


def create_indexes(table: Table) -> Iterator[str]:
    """`CREATE INDEX …` for what one looks up often."""
    for columns in table.indexes:
        name = quoted("_".join((table.name, *columns)))
        yield f"CREATE INDEX {name} ON {quoted(table.name)} ({quoted(*columns)})"


def insert(table: Table, mark: str = "?") -> str:
    """`INSERT INTO …` with a mark for each cell."""
    marks = ", ".join([mark] * len(table.columns))
    return f"INSERT INTO {quoted(table.name)} VALUES ({marks})"  # noqa: S608 - our own names


def _column(column: Column, engine: Engine) -> str:
    needed = "" if column.null else " NOT NULL"
    return f"{quoted(column.name)} {TYPES[engine][column.type]}{needed}"
