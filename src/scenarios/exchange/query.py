"""SQL over the view in DuckDB: read only, in memory, without files, network or extensions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from scenarios.analysis.ledger.version import VERSION
from scenarios.errors import ScenError
from scenarios.exchange.engine import Engine, QueryRows, connect, started
from scenarios.exchange.statements import faults, fill, insert, quoted
from scenarios.exchange.view.table import RowSource, plain
from scenarios.exchange.view.tables import TABLES, VIEWS
from scenarios.exchange.view.view import View
from scenarios.text import did_you_mean, shown

SECONDS = 60.0
"""The time limit of a query."""
_NULL = '"NULL"'
"""The type of a column of nulls."""
_READING = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Kinds of statement; DuckDB turns PIVOT into MULTI."""
_LOOKS_AROUND = re.compile(
    r"query|show|describe|summarize|duckdb_|information_schema|pg_|pragma", re.IGNORECASE
)
"""Words of a query that may read a table without naming it."""
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")


Load = Callable[[Engine, Iterable[str]], None]
"""Puts tables, by their names, into an engine."""


def ask(source: RowSource | Load, sql: str, seconds: float = SECONDS) -> QueryRows:
    """The answer to one query; refused if it writes, or takes too long or too much memory.

    A child gives it: neither the query nor what other desks exported can keep this process.
    """
    tables = TABLES if callable(source) else source.tables
    with started() as engine:
        try:
            names = _needed(engine, sql, tables)
            if callable(source):
                source(engine, names)
            else:
                fill(engine, source, names)
            return engine.answer(sql, seconds)
        except ScenError as error:
            if missing := _NO_TABLE.search(str(error)):
                known = [*tables, *(view.name for view in VIEWS)]
                hint = did_you_mean(missing[1], known) or f"there are {', '.join(known)}"
                raise ScenError(f"no table {shown(missing[1])}; {hint}") from error
            raise


def write_parquet(answer: QueryRows, place: Path) -> None:
    """The answer as a Parquet file, by another connection: that of a query writes no file."""
    with faults(place):
        converted(answer, "write_parquet", str(place))


def converted(answer: QueryRows, method: str, *given: Any, needs: Iterable[str] = ()) -> Any:
    """Return the result of a method of DuckDB's tables; ScenError names a missing package."""
    for name in needs:
        if find_spec(name) is None:
            raise ScenError(f"this needs {name}, which is not installed: pip install {name}")
    types = {name: "VARCHAR" if of == _NULL else of for name, of in answer.columns}
    columns = ", ".join(f"{quoted(name)} {of}" for name, of in types.items())
    with closing(connect()) as engine:
        engine.execute(f"CREATE TABLE answer ({columns})")
        insert(engine, "answer", types.values(), answer.rows)
        return getattr(engine.table("answer"), method)(*given)


class QueryColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of an answer, with DuckDB's type."""

    name: str
    type: str


class QueryResult(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The answer to a query: its columns, and its rows by their names.

    Of many trackers `as_of` is the day of the question; exports have days of their own, in `meta`.
    """

    ledger: int = VERSION
    as_of: date
    revision: str | None
    columns: tuple[QueryColumn, ...]
    rows: list[dict[str, Any]]

    @property
    def answer(self) -> QueryRows:
        """DuckDB's answer, with its types; not part of the JSON."""
        return QueryRows(*self.__dict__["answer"])

    def arrow(self) -> Any:
        """The answer as a `pyarrow.Table`, with DuckDB's types; ScenError without pyarrow."""
        return converted(self.answer, "to_arrow_table", needs=["pyarrow"])

    def pandas(self) -> Any:
        """The answer as a `pandas.DataFrame`, where a day is a `datetime64`."""
        return converted(self.answer, "df", needs=["pandas"])

    def polars(self) -> Any:
        """The answer as a `polars.DataFrame`, converted by Arrow."""
        return converted(self.answer, "pl", needs=["polars", "pyarrow"])


def query(view: View, sql: str, seconds: float = SECONDS) -> QueryResult:
    """The answer to SQL on the tables of a view."""
    stamp = view.moment.stamp
    return result_of(ask(view, sql, seconds), stamp.as_of, stamp.revision)


def result_of(answer: QueryRows, as_of: date, revision: str | None = None) -> QueryResult:
    """The result of an answer of DuckDB's: plain values, and days."""
    names = [name for name, _ in answer.columns]
    rows = ((v if type(v) is date else plain(v) for v in row) for row in answer.rows)
    result = QueryResult(
        as_of=as_of,
        revision=revision,
        columns=tuple(QueryColumn(name=name, type=of) for name, of in answer.columns),
        rows=[dict(zip(names, row, strict=True)) for row in rows],
    )
    result.__dict__["answer"] = answer
    return result


def _needed(engine: Engine, sql: str, known: Iterable[str]) -> list[str]:
    """The tables that a reading statement needs: all of them if it may look around."""
    kinds, tables = engine.parse(sql)
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
