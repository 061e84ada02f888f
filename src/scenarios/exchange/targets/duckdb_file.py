"""A DuckDB file, and the tables in any DuckDB connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import ScenError, extra_needed
from scenarios.exchange.targets.ddl import TYPES, create_indexes, create_table, literal, quoted
from scenarios.exchange.view.table import Rows, Table
from scenarios.exchange.view.tables import TABLES, VIEWS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CHUNK = 50_000
"""Rows that are handed over at once."""
_MADE_BY = "made by scen export"


def write(view: Rows, place: Path) -> None:
    """Every table in a new file, with keys; it checks no references, which are checked here."""
    with faults(place), closing(connect(str(place))) as file:
        fill(file, view)
        file.execute(f"COMMENT ON TABLE meta IS {literal(_MADE_BY)}")
        file.execute("CHECKPOINT")


def is_ours(place: Path, tracker: str | None = None) -> bool:
    """Whether its table `meta` says so."""
    import duckdb

    said = "SELECT comment FROM duckdb_tables() WHERE table_name = 'meta'"
    try:
        with closing(connect(str(place), read_only=True)) as file:
            return (_MADE_BY,) in file.execute(said).fetchall() and (
                tracker is None or (tracker,) in file.execute("SELECT tracker FROM meta").fetchall()
            )
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise ScenError(f"{place.name}: another program writes to it: close that") from error
        return False
    except duckdb.Error:
        return False


def read(place: Path) -> Iterator[tuple[str, Sequence[str], list[tuple[object, ...]]]]:
    """Each table that is in a file."""
    with faults(place), closing(connect(str(place), read_only=True)) as file:
        names = file.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (name,) in names:
            if name in TABLES:
                found = file.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608 - our own name
                yield name, [column[0] for column in found.description or ()], found.fetchall()


def connect(
    place: str = ":memory:", *, read_only: bool = False, **settings: Any
) -> DuckDBPyConnection:
    """A connection that loads and fetches no extension."""
    try:
        import duckdb
    except ImportError:
        raise extra_needed("DuckDB", "sql") from None
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "default_block_size": 16384,  # the least: 34 tables of few rows in 2 MB, not in 20
        **settings,
    }
    return duckdb.connect(place, read_only=read_only, config=config)


def fill(file: DuckDBPyConnection, view: Rows, names: Iterable[str] = TABLES) -> None:
    """Put these tables into a connection, and the views where they are all of them."""
    names = tuple(names)
    for name in names:
        table = TABLES[name]
        file.execute(create_table(table, "duckdb", referring=False))
        insert(file, table, view.rows(name))
        for index in create_indexes(table):
            file.execute(index)
        file.execute(f"COMMENT ON TABLE {quoted(name)} IS {literal(table.meaning)}")
    for one in VIEWS if len(names) == len(TABLES) else ():
        file.execute(f"CREATE VIEW {quoted(one.name)} AS {one.sql}")


def insert(file: DuckDBPyConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Put rows into a table, column by column: row by row takes a hundred times as long."""
    lists = (f"unnest(?::{TYPES['duckdb'][column.type]}[])" for column in table.columns)
    put = f"INSERT INTO {quoted(table.name)} SELECT {', '.join(lists)}"
    for start in range(0, len(rows), _CHUNK):
        file.execute(
            put, [list(cells) for cells in zip(*rows[start : start + _CHUNK], strict=True)]
        )


@contextmanager
def faults(place: Path) -> Iterator[None]:
    """What DuckDB refuses, as a fault of the command; without DuckDB, that it is an extra."""
    try:
        import duckdb
    except ImportError:
        raise extra_needed("DuckDB", "sql") from None
    try:
        yield
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise ScenError(f"{place.name}: DuckDB says: {first}") from error
