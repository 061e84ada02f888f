"""The tables as a SQLite file, as a DuckDB file, and as a folder of Parquet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from scenarios import ScenError
from scenarios.extending import Codec, View, connect, folder_codec
from scenarios.extensions.sql import statements as sql
from scenarios.extensions.sql.statements import TABLES, TableRows

_MADE_BY = "made by scen export"
_MARK = 0x5343454E
"""`SCEN`, SQLite's application id, in the head of the file."""
_HEAD, _MARK_AT = b"SQLite format 3\0", slice(68, 72)
for _type in (date, datetime):  # from Python 3.12 on its own adapters warn
    sqlite3.register_adapter(_type, _type.isoformat)


def _write_sqlite(view: View, path: Path) -> None:
    """Write every table to a new file; dates are ISO texts, as SQLite's functions read them."""
    with _sqlite_faults(path), closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is whole
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA foreign_keys = ON")
        file.execute(f"PRAGMA application_id = {_MARK}")
        file.execute(f"PRAGMA user_version = {view.schema_version}")
        file.execute("BEGIN")
        for name, table in view.tables.items():
            file.execute(sql.create_table(table, "sqlite"))
            marks = ", ".join("?" * len(table.columns))
            into = f"INSERT INTO {sql.quoted(name)} VALUES ({marks})"  # noqa: S608 - our own names
            file.executemany(into, view.rows(name))
            for index in sql.create_indexes(table):
                file.execute(index)
        for statement in (*sql.create_views(), "ANALYZE", "COMMIT"):
            file.execute(statement)


def _is_sqlite_export(path: Path, tracker: str | None = None) -> bool:
    with path.open("rb") as file:
        head = file.read(100)
    if not head.startswith(_HEAD) or int.from_bytes(head[_MARK_AT], "big") != _MARK:
        return False
    if tracker is None:
        return True
    address = f"{path.absolute().as_uri()}?immutable=1"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as database:
        return (tracker,) in database.execute("SELECT tracker FROM meta LIMIT 2").fetchall()
    return False


def _read_sqlite(path: Path) -> Iterator[TableRows]:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with _sqlite_faults(path), closing(sqlite3.connect(address, uri=True)) as file:
        yield from _tables(file, "SELECT name FROM sqlite_master WHERE type = 'table'")


@contextmanager
def _sqlite_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ScenError(f"{path.name}: SQLite says: {error}") from error


def _tables(file: Any, names: str) -> Iterator[TableRows]:
    for (name,) in file.execute(names).fetchall():
        if name in TABLES:
            yield name, *sql.selected(file, sql.quoted(name))


def _write_duckdb(view: View, path: Path) -> None:
    """Write every table to a new file, with its keys and references."""
    with sql.faults(path), closing(connect(str(path))) as file:
        sql.fill(file, view, referring=True)
        file.execute(f"COMMENT ON TABLE meta IS {sql.literal(_MADE_BY)}")
        file.execute("CHECKPOINT")


def _is_duckdb_export(path: Path, tracker: str | None = None) -> bool:
    marks = "SELECT comment FROM duckdb_tables() WHERE table_name = 'meta'"
    try:
        with closing(connect(str(path), read_only=True)) as file:
            return (_MADE_BY,) in file.execute(marks).fetchall() and (
                tracker is None or (tracker,) in file.execute("SELECT tracker FROM meta").fetchall()
            )
    except ScenError:  # without DuckDB its errors have no names
        raise
    except import_module("duckdb").Error as error:
        if "lock" in str(error).lower() and type(error).__name__ == "IOException":
            raise ScenError(f"{path.name}: another program writes to it: close that") from error
        return False


def _read_duckdb(path: Path) -> Iterator[TableRows]:
    with sql.faults(path), closing(connect(str(path), read_only=True)) as file:
        yield from _tables(file, "SELECT table_name FROM duckdb_tables()")


def _write_parquet(view: View, folder: Path) -> str:
    with sql.faults(folder), closing(connect()) as engine:
        for name in view.tables:
            sql.fill(engine, view, [name])
            path = sql.literal(folder / f"{name}.parquet")
            engine.execute(f"COPY {sql.quoted(name)} TO {path} (FORMAT parquet)")
    return "parquet"


def _read_parquet(folder: Path) -> Iterator[TableRows]:
    files = {name: folder / f"{name}.parquet" for name in TABLES}
    with sql.faults(folder), closing(connect()) as engine:
        for name in (name for name, path in files.items() if path.is_file()):
            yield name, *sql.selected(engine, f"read_parquet({sql.literal(files[name])})")


SQLITE = Codec(_write_sqlite, _is_sqlite_export, _read_sqlite)
DUCKDB = Codec(_write_duckdb, _is_duckdb_export, _read_duckdb)
PARQUET = folder_codec(_write_parquet, _read_parquet)
