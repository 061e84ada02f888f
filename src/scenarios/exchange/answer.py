"""The answer to a query: plain rows, and on request Parquet or a table of another package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from scenarios.analysis.ledger.version import VERSION
from scenarios.errors import Problem
from scenarios.exchange.view.table import plain
from scenarios.result import Result

SECONDS = 60.0
"""The time limit of a query."""


class QueryRows(NamedTuple):
    """The columns of an answer with DuckDB's types, its rows, and trackers that were not read.

    `convert(answer, method, *path, needs=…)` calls a method of DuckDB's tables.
    """

    columns: Sequence[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    convert: Callable[..., Any]
    unread: Sequence[Problem] = ()


class QueryColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of an answer, with DuckDB's type."""

    name: str
    type: str


class QueryResult(Result, frozen=True, kw_only=True):
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
        """The engine's answer, with its types; not part of the JSON."""
        return QueryRows(*self.__dict__["answer"])

    def arrow(self) -> Any:
        """The answer as a `pyarrow.Table`, with DuckDB's types; ScenError without pyarrow."""
        return self.answer.convert(self.answer, "to_arrow_table", needs=["pyarrow"])

    def pandas(self) -> Any:
        """The answer as a `pandas.DataFrame`, where a day is a `datetime64`."""
        return self.answer.convert(self.answer, "df", needs=["pandas"])

    def polars(self) -> Any:
        """The answer as a `polars.DataFrame`, converted by Arrow."""
        return self.answer.convert(self.answer, "pl", needs=["polars", "pyarrow"])


def result_of(answer: QueryRows, as_of: date, revision: str | None = None) -> QueryResult:
    """The result of an engine's answer: plain values, and days."""
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
