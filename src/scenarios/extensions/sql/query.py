"""SQL over the view in DuckDB: read only, in memory, without files, network or extensions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scenarios import ScenError
from scenarios.extending import QueryRows, View, bounded_engine, connect
from scenarios.extensions.sql.statements import TABLES, VIEWS, faults, fill, insert, quoted

_NULL = '"NULL"'
"""The type of a column of nulls."""
_READING = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Kinds of statement; DuckDB turns PIVOT into MULTI."""
_LOOKS_AROUND = re.compile(
    r"query|show|describe|summarize|duckdb_|information_schema|pg_|pragma", re.IGNORECASE
)
"""Words of a query that may read a table without naming it."""


Load = Callable[[Any, Iterable[str]], None]
"""Puts tables, by their names, into an engine."""


def ask(source: View | Load, sql: str, seconds: float) -> QueryRows:
    """The answer to one query; refused if it writes, or takes too long or too much memory.

    A child gives it: neither the query nor what other desks exported can keep this process.
    """
    tables = TABLES if callable(source) else source.tables
    with bounded_engine() as engine:
        kinds, named = engine.parse(sql)
        names = _needed(sql, kinds, named, tables)
        if callable(source):
            source(engine, names)
        else:
            fill(engine, source, names)
        every = [*tables, *(view.name for view in VIEWS)]
        return QueryRows(*engine.answer(sql, seconds, every), converted)


def converted(answer: QueryRows, method: str, *path: str, needs: Iterable[str] = ()) -> Any:
    """Return the result of a method of DuckDB's tables; ScenError names a missing package.

    By another connection: that of a query writes no file.
    """
    for name in needs:
        if find_spec(name) is None:
            raise ScenError(f"this needs {name}, which is not installed: pip install {name}")
    types = {name: "VARCHAR" if of == _NULL else of for name, of in answer.columns}
    columns = ", ".join(f"{quoted(name)} {of}" for name, of in types.items())
    with faults(Path(*path)), closing(connect()) as engine:
        engine.execute(f"CREATE TABLE answer ({columns})")
        insert(engine, "answer", types.values(), answer.rows)
        return getattr(engine.table("answer"), method)(*path)


def query(tables: View | Mapping[str, Any] | str, sql: str, seconds: float) -> QueryRows:
    """Query the database in SQL: the tables of `scen export`, read-only, in DuckDB.

    SHOW TABLES names them, DESCRIBE evidence its columns; docs/queries.md has examples. With
    --as-of the records are those that were known on that day. With --across each table has the
    rows of many trackers, and a column `tracker` before the others.
    """
    if isinstance(tables, View):
        return ask(tables, sql, seconds)
    from scenarios.extensions.sql.across import federation  # noqa: PLC0415 - --across alone

    with federation(tables) as trackers:
        return ask(trackers.fill, sql, seconds)._replace(unread=trackers.unread)


def _needed(
    sql: str, kinds: list[str], tables: list[str] | None, known: Iterable[str]
) -> list[str]:
    """The tables that a reading statement needs: all of them if it may look around."""
    if not kinds:
        raise ScenError("there is no query in it: scen query 'SELECT * FROM scenarios'")
    if len(kinds) > 1:
        raise ScenError(f"one query at a time: these are {len(kinds)}")
    if kinds[0] not in _READING:
        raise ScenError(
            f"a query reads, and this is {kinds[0]}: begin it with SELECT, WITH or FROM"
        )
    if tables is None or _LOOKS_AROUND.search(sql):
        return [*known]
    named = {name.lower() for name in tables}
    if named & {view.name for view in VIEWS}:
        return [*known]
    return [name for name in known if name in named]
