"""DuckDB in this process, and in a child where a user's SQL or another desk's Parquet is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from scenarios.errors import ScenError, extra_needed
from scenarios.storage.child import Child, Limits
from scenarios.text import did_you_mean, shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HERE = __name__
_MEMORY = "1GB"
LIMITS = Limits(seconds=20, memory_mib=1536)
"""Of a statement; the memory is DuckDB's, what it needs to start, and the answer's."""
MOST_ROWS = 1_000_000
_AT_ONCE = 10_000
_PARSED = """
SELECT CASE WHEN NOT (tree ->> 'error')::BOOLEAN THEN json_extract_string(tree, '$..table_name') END
FROM (SELECT json_serialize_sql(?) AS tree)
"""
"""The tables that a query names, by its parse alone: binding would need their columns."""
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")
_WORDS = re.compile(r"^(\w[\w ]* Error: )+")


class Engine:
    """An empty database in memory, in a child; each call has its own time limit in seconds."""

    def __init__(self, child: Child) -> None:
        self._child = child

    @property
    def has_ended(self) -> bool:
        """True after a call that ended the child, and with it lost what was loaded."""
        return not self._child.is_running

    def execute(self, sql: str, parameters: object = ()) -> Any:
        """The rows of a statement that this program wrote."""
        return self._child.call(f"{_HERE}:execute", sql, parameters)

    def parse(self, sql: str) -> Any:
        """The answer of `parse`."""
        return self._child.call(f"{_HERE}:parse", sql)

    def answer(self, sql: str, seconds: float, tables: Sequence[str]) -> tuple[Any, Any]:
        """The columns and rows of the answer to a user's query; then no file is read any more.

        An error about a table that is not there proposes one of the `tables`.
        """
        call = partial(self._child.call, subject="the query", remedy=": --timeout allows more")
        try:
            names, columns = call(f"{_HERE}:answer", sql, seconds=seconds)
        except ScenError as error:
            if missing := _NO_TABLE.search(str(error)):
                hint = did_you_mean(missing[1], tables) or f"there are {', '.join(tables)}"
                raise ScenError(f"no table {shown(missing[1])}; {hint}") from error
            raise
        return tuple(map(tuple, names)), [*zip(*columns, strict=True)]


@contextmanager
def bounded_engine() -> Iterator[Engine]:
    """An engine that is there while the block runs, with limits of time, memory and answer."""
    with Child(LIMITS, "it", _HERE) as child:
        child.start()
        yield Engine(child)


def connect(
    place: str = ":memory:", *, read_only: bool = False, **settings: Any
) -> DuckDBPyConnection:
    """A connection that loads and fetches no extension."""
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "default_block_size": 16384,  # the least: 34 tables of few rows in 2 MB, not in 20
        **settings,
    }
    return duckdb().connect(place, read_only=read_only, config=config)  # type: ignore[no-any-return]


def duckdb() -> Any:
    """The package; ScenError names the extra that has it."""
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra_needed("DuckDB", "sql") from None
    return duckdb


@cache
def _database() -> DuckDBPyConnection:
    """The engine of a child; its first thread is this one."""
    return connect(temp_directory="", memory_limit=_MEMORY, threads=2)


def execute(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with _errors("{}", "it"):
        return _database().execute(sql, parameters).fetchall()


def parse(sql: str) -> tuple[list[str], list[str] | None]:
    """The kinds of the statements, and the tables that the only one names; None if unknown."""
    with _errors("DuckDB says: {}", "the query"):
        kinds = [_kind(statement) for statement in _database().extract_statements(sql)]
        parsed = _database().execute(_PARSED, [sql]).fetchone() if kinds == ["SELECT"] else None
    return kinds, parsed[0] if parsed else None


def answer(sql: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    """The names and types of the columns of an answer, and their cells.

    In memory the engine reaches no file from here on; DuckDB would still allow some paths.
    """
    engine, rows = _database(), []
    with _errors("DuckDB says: {}", "the query"):
        engine.execute("SET allowed_paths = []")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        result = engine.execute(sql)
        while chunk := result.fetchmany(_AT_ONCE):
            rows += chunk
            if len(rows) > MOST_ROWS:
                raise ScenError(f"more than {MOST_ROWS:,} rows: count them, or add LIMIT")
        columns = [(name, str(of)) for name, of, *_ in result.description or ()]
    return [*_distinct(columns)], [*zip(*rows, strict=True)] or [()] * len(columns)


def _kind(statement: Any) -> str:
    try:
        return str(statement.type.name)
    except ValueError:  # newer than what Python knows of
        return "other"


def _distinct(columns: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The columns, where a second one of a name gets `_1`."""
    seen: set[str] = set()
    for name, of in columns:
        number, own = 0, name
        while own in seen:
            number += 1
            own = f"{name}_{number}"
        seen.add(own)
        yield own, of


@contextmanager
def _errors(words: str, subject: str) -> Iterator[None]:
    """Raise DuckDB's errors in words of our own, or its first paragraph."""
    try:
        yield
    except (duckdb().OutOfMemoryException, MemoryError) as error:
        raise ScenError(f"{subject} needs more than {_MEMORY} of memory") from error
    except duckdb().PermissionException as error:
        raise ScenError(f"a query reads no file and no address: {_first(error)}") from error
    except duckdb().Error as error:
        raise ScenError(words.format(_first(error))) from error


def _first(error: Exception) -> str:
    """The first paragraph of an error, without its kind."""
    paragraph = str(error).partition("\n\n")[0]
    return _WORDS.sub("", " ".join(paragraph.split()))
