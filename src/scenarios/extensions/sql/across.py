"""The tables of many trackers, loaded into one DuckDB: each has the column `tracker` first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from msgspec.json import encode

from scenarios import Problem, ScenError
from scenarios.extending import View, engine_words
from scenarios.extensions.sql import postgresql
from scenarios.extensions.sql.statements import (
    TABLES,
    VIEWS,
    Connection,
    Row,
    insert,
    quoted,
    types_of,
)

_TRIES = 3
_PATIENCE = "60s"
"""The time limit of a statement in PostgreSQL."""


class TrackerTables(NamedTuple):
    """The tables of a tracker: `put` adds its rows of a table; `state` changes with an export."""

    put: Callable[[Connection, str], None]
    state: Callable[[], Any] = lambda: None


class TrackerFederation:
    """Trackers by their ids; `unread` has a problem for each that cannot be read."""

    def __init__(self, parts: Mapping[str, TrackerTables]) -> None:
        self.parts = dict(parts)
        self.unread: list[Problem] = []

    def fill(self, engine: Any, names: Iterable[str]) -> None:
        """Load these tables, and the views if they are all of them."""
        names = dict.fromkeys(("meta", *names))
        for name in names:
            columns = ", ".join(f"{quoted(column)} {type}" for column, type in _columns(name))
            engine.execute(f"CREATE TABLE {quoted(name)} ({columns})")
        for tracker, tables in [*self.parts.items()]:
            try:
                _load(engine, tracker, tables, names)
            except ScenError as error:
                del self.parts[tracker]
                reason = str(error).removeprefix(f"{tracker}: ")
                self.unread.append(Problem(tracker, 1, 1, "unreadable", reason))
                if engine.has_ended:  # with what the other trackers had loaded
                    self.fill(engine, names)
                    return
                _unload(engine, tracker, names)
        for view in VIEWS if len(names) == len(TABLES) else ():
            engine.execute(f"CREATE VIEW {quoted(view.name)} AS {_with_tracker(view.sql)}")


@contextmanager
def federation(source: Mapping[str, Any] | str) -> Iterator[TrackerFederation]:
    """The trackers of a database's address, or those whose View or part of a lake is given."""
    if isinstance(source, str):
        with of_postgresql(source) as trackers:
            yield trackers
    else:
        yield TrackerFederation(
            {
                id: of_rows(id, part.rows) if isinstance(part, View) else of_part(id, part)
                for id, part in source.items()
            }
        )


def of_rows(
    tracker: str, rows: Callable[[str], Iterable[Row]], state: Callable[[], Any] = lambda: None
) -> TrackerTables:
    """A tracker whose rows are at hand, by the name of their table."""

    def put(engine: Connection, name: str) -> None:
        indexes = [n for n, column in enumerate(TABLES[name].columns) if column.name != "tracker"]
        cells = [(tracker, *(row[n] for n in indexes)) for row in rows(name)]
        insert(engine, quoted(name), [type for _, type in _columns(name)], cells)

    return TrackerTables(put, state)


def of_part(tracker: str, part: Any) -> TrackerTables:
    """A tracker whose tables are a part of a lake."""

    def put(engine: Connection, name: str) -> None:
        if file := part.table(name):
            columns = "|".join(column for column, _ in _columns(name)[1:])
            own = f"SELECT ? AS tracker, COLUMNS('^({columns})$') FROM read_parquet(?)"  # noqa: S608
            path = re.sub(r"([*?\[])", r"[\1]", str(file))
            engine.execute(f"INSERT INTO {quoted(name)} BY NAME {own}", [tracker, path])

    return TrackerTables(put, part.state)


@contextmanager
def of_postgresql(address: str) -> Iterator[TrackerFederation]:
    with postgresql.connected(address) as connection:
        connection.execute("SET default_transaction_read_only = on")
        connection.execute(f"SET statement_timeout = '{_PATIENCE}'")

        def tables_of(tracker: str, schema: str) -> TrackerTables:
            def rows(name: str) -> Iterator[Row]:
                cursor = connection.execute(f"TABLE {quoted(schema)}.{quoted(name)}")
                indexes = {column.name: n for n, column in enumerate(cursor.description or ())}
                places = [indexes.get(column.name) for column in TABLES[name].columns]
                for row in cursor:
                    cells = [None if n is None else row[n] for n in places]
                    yield tuple(
                        encode(v).decode() if isinstance(v, dict | list) else v for v in cells
                    )

            meta = f"SELECT to_regclass('{schema}.meta')::oid"
            return of_rows(tracker, rows, lambda: connection.execute(meta).fetchone())

        trackers = postgresql.trackers(connection, every=True)
        yield TrackerFederation(
            {tracker: tables_of(tracker, schema) for tracker, schema in trackers}
        )


def _columns(name: str) -> list[tuple[str, str]]:
    """The columns of a table, with DuckDB's types; `tracker` is first."""
    own = [pair for pair in types_of(TABLES[name], "duckdb") if pair[0] != "tracker"]
    return [("tracker", "VARCHAR"), *own]


def _load(engine: Any, tracker: str, tables: TrackerTables, names: Iterable[str]) -> None:
    """Load a tracker, again where an export swapped its tables meanwhile."""
    for _ in range(_TRIES):
        fault = None
        with engine_words(tracker):
            state = tables.state()
            try:
                with engine_words(tracker):
                    for name in names:
                        tables.put(engine, name)
            except ScenError as error:
                if engine.has_ended:
                    raise
                fault = error
            if tables.state() == state:
                break
        _unload(engine, tracker, names)
    else:
        raise ScenError(f"{_TRIES} exports replaced its tables while they were read: ask again")
    if fault:
        raise fault
    version = "SELECT max(schema_version) FROM meta WHERE tracker = ?"
    ((number,),) = engine.execute(version, [tracker])
    if not number or number > View.schema_version:
        reason = f"they are of version {number}, this scen reads {View.schema_version}"
        raise ScenError(f"its tables cannot be read: {reason if number else 'meta has no row'}")


def _unload(engine: Connection, tracker: str, names: Iterable[str]) -> None:
    for name in names:
        engine.execute(f"DELETE FROM {quoted(name)} WHERE tracker = ?", [tracker])  # noqa: S608


def _with_tracker(sql: str) -> str:
    """The SQL of a view, joined by the tracker too."""
    first = re.findall(r"FROM \w+ (\w)", sql)[0]
    joined = re.sub(
        r" ON (\w)\.(\w+) = (\w)\.", r" ON \1.tracker = \3.tracker AND \1.\2 = \3.", sql
    )
    return joined.replace("SELECT ", f"SELECT {first}.tracker, ", 1)
