"""SQL over the view in DuckDB: read only, in memory, without files, network or extensions."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from scenarios.errors import ScenError
from scenarios.exchange.targets.sql import connect, faults, fill, insert, quoted
from scenarios.exchange.view.table import Rows
from scenarios.exchange.view.tables import TABLES, VIEWS
from scenarios.text import did_you_mean, shown

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_ROWS = 1_000_000
SECONDS = 60.0
"""The time limit of a query."""
_AGAIN = 0.2
"""Seconds between attempts to end a query."""
_MEMORY = "1GB"
_MORE = 3 * 2**30
"""Bytes: what a query may use, what threads reserve, and what becomes of the answer."""
_AT_ONCE = 10_000
_LARGEST = 2**63
_NULL = '"NULL"'
"""The type of a column of nulls."""
_READING = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""Kinds of statement; DuckDB turns PIVOT into MULTI."""
_LOOKS_AROUND = re.compile(
    r"query|show|describe|summarize|duckdb_|information_schema|pg_|pragma", re.IGNORECASE
)
"""Words of a query that may read a table without naming it."""
_PARSED = """
SELECT CASE WHEN NOT (tree ->> 'error')::BOOLEAN THEN json_extract_string(tree, '$..table_name') END
FROM (SELECT json_serialize_sql(?) AS tree)
"""
"""The tables that a query names, by its parse alone: binding would need their columns."""
_NO_TABLE = re.compile(r"Table with name (\S+) does not exist")
_WORDS = re.compile(r"^(\w[\w ]* Error: )+")


class Answer(NamedTuple):
    """The columns of an answer with DuckDB's types, and its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]


Load = Callable[["DuckDBPyConnection", Iterable[str]], None]
"""Puts tables, by their names, into an engine."""


def ask(source: Rows | Load, sql: str, seconds: float = SECONDS) -> Answer:
    """The answer to one query; refused if it writes, or takes too long or too much memory."""
    engine = connect(temp_directory="", memory_limit=_MEMORY, threads=2)
    with closing(engine), _errors():
        names = _needed(engine, sql)
        if callable(source):
            source(engine, names)
        else:
            fill(engine, source, names)
        # In memory it reaches no file from here on; DuckDB would still allow some paths.
        engine.execute("SET allowed_paths = []")
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        with limited(engine.interrupt, seconds, "the query"):
            return _answer(engine.execute(sql))


@contextmanager
def limited(stop: Callable[[], Any], seconds: float, what: str) -> Iterator[None]:
    """In the block, queries are ended by `stop` after some seconds, again until none is left."""
    done, late = Event(), Event()

    def watch() -> None:
        while not done.wait(_AGAIN if late.is_set() else seconds):
            late.set()
            with suppress(Exception):
                stop()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if not late.is_set():
            raise
        raise ScenError(f"{what} took more than {seconds:g} s: --timeout allows more") from error
    finally:
        done.set()
        watcher.join()


@contextmanager
def bounded() -> Iterator[None]:
    """In the block, an allocation beyond the bound fails; a lower bound that was set stays."""
    if sys.platform != "linux":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + _MORE
    if soft != resource.RLIM_INFINITY:
        most = min(most, soft)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def write_parquet(answer: Answer, place: Path) -> None:
    """The answer as a Parquet file, by another connection: that of a query writes no file."""
    with faults(place):
        converted(answer, "write_parquet", str(place))


def converted(answer: Answer, method: str, *given: Any, needs: Iterable[str] = ()) -> Any:
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


def plain(value: Any) -> Any:
    """A value as JSON has it, else its text, as for a number that JSON does not have."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    is_number = isinstance(value, float) and isfinite(value)
    is_whole = isinstance(value, int) and abs(value) < _LARGEST
    if value is None or is_number or is_whole or isinstance(value, str):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _needed(engine: DuckDBPyConnection, sql: str) -> list[str]:
    """The tables that a reading statement needs: all of them if it may look around."""
    statements = engine.extract_statements(sql)
    if not statements:
        raise ScenError("there is no query in it: scen query 'SELECT * FROM scenarios'")
    if len(statements) > 1:
        raise ScenError(f"one query at a time: these are {len(statements)}")
    try:
        kind = statements[0].type.name
    except ValueError:  # newer than what Python knows of
        kind = "other"
    if kind not in _READING:
        raise ScenError(f"a query reads, and this is {kind}: begin it with SELECT, WITH or FROM")
    if kind != "SELECT" or _LOOKS_AROUND.search(sql):
        return [*TABLES]
    parsed = engine.execute(_PARSED, [sql]).fetchone()
    if parsed is None or parsed[0] is None:
        return [*TABLES]
    named = {name.lower() for name in parsed[0]}
    if named & {view.name for view in VIEWS}:
        return [*TABLES]
    return [name for name in TABLES if name in named]


def _answer(result: DuckDBPyConnection) -> Answer:
    rows: list[tuple[Any, ...]] = []
    while chunk := result.fetchmany(_AT_ONCE):
        rows += chunk
        if len(rows) > MOST_ROWS:
            raise ScenError(f"more than {MOST_ROWS:,} rows: count them, or add LIMIT")
    columns = [(name, str(of)) for name, of, *_ in result.description or ()]
    return Answer(tuple(_distinct(columns)), rows)


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
def _errors() -> Iterator[None]:
    """Raise DuckDB's errors in words of our own, or its first paragraph."""
    import duckdb  # noqa: PLC0415 - an extra, and there since it is connected

    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise ScenError(f"the query needs more than {_MEMORY} of memory") from error
    except duckdb.PermissionException as error:
        raise ScenError(f"a query reads no file and no address: {_first(error)}") from error
    except duckdb.Error as error:
        if missing := _NO_TABLE.search(str(error)):
            known = [*TABLES, *(view.name for view in VIEWS)]
            hint = did_you_mean(missing[1], known) or f"there are {', '.join(known)}"
            raise ScenError(f"no table {shown(missing[1])}; {hint}") from error
        raise ScenError(f"DuckDB says: {_first(error)}") from error


def _first(error: Exception) -> str:
    """The first paragraph of an error, without its kind."""
    paragraph = str(error).partition("\n\n")[0]
    return _WORDS.sub("", " ".join(paragraph.split()))
