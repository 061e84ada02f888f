"""What SQL asks of a database."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.ledger.version import VERSION
from scenarios.exchange.query import SECONDS, Answer, ask, plain
from scenarios.exchange.view.view import View


class QueryColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of an answer, with DuckDB's type."""

    name: str
    type: str


class Queried(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a query: its columns, and its rows by their names."""

    ledger: int = VERSION
    as_of: date
    revision: str | None
    columns: tuple[QueryColumn, ...]
    rows: list[dict[str, Any]]


def query(view: View, sql: str, seconds: float = SECONDS) -> tuple[Queried, Answer]:
    """What SQL finds in the tables of a view, as a result and as DuckDB has it."""
    answer = ask(view, sql, seconds)
    names = [name for name, _ in answer.columns]
    result = Queried(
        as_of=view.moment.as_of,
        revision=view.moment.made.revision,
        columns=tuple(QueryColumn(name=name, type=of) for name, of in answer.columns),
        rows=[dict(zip(names, map(plain, row), strict=True)) for row in answer.rows],
    )
    return result, answer
