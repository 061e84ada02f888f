"""An event store by its address: local files through DuckDB, or a database where it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from scenarios.errors import ScenError, extra_needed
from scenarios.exchange.address import (
    engine_words,
    hidden,
    refuse_unescaped,
    scheme_of,
    without_secrets,
)
from scenarios.exchange.events import acled, gdelt, icews
from scenarios.exchange.events.files import Files, files_of
from scenarios.exchange.events.mapping import Layout, folded, plain_summary
from scenarios.exchange.events.query import Rows
from scenarios.exchange.events.spark import spark_session
from scenarios.text import did_you_mean, printable, shown

_LAYOUTS = {"icews": icews.LAYOUT, "gdelt": gdelt.LAYOUT, "acled": acled.LAYOUT}
_TRIED = ("duckdb", "postgresql", "postgres", "spark")
_NAMED, _LONGEST = 12, 300
_THREADS, _MEMORY, _BUFFER = 2, "128MB", 4_000_000
_LOCKED: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "threads": _THREADS,
    "memory_limit": _MEMORY,
    "temp_directory": "",
    "preserve_insertion_order": "false",
}
"""No extension is fetched or loaded, nothing is written beside the files, memory is bounded."""


class Store(NamedTuple):
    """`connection` is Ibis's; `table` finds one, and `remark` is what is to be said of it."""

    address: str
    connection: Any
    table: Callable[[str], Rows]
    remark: str = ""

    def rows(self, expression: Rows) -> list[dict[str, Any]]:
        """The rows of an expression, which itself says how many at most."""
        rows: list[dict[str, Any]] = self.connection.to_pyarrow(expression).to_pylist()
        return rows


def layout_of(table: str) -> Layout:
    """What is known of a table by a word of its name; of another, that it has `id` and `date`."""
    known = next((word for word in table.split("-") if word in _LAYOUTS), None)
    if known:
        return _LAYOUTS[known]
    plain = {name: name for name in ("id", "date", "summary", "title", "text", "url")}
    return Layout(system=table, title=table, columns=plain, summary=plain_summary)


@contextmanager
def open_store(address: str, tables: Sequence[str]) -> Iterator[Store]:
    """The store at an address, or at a path, for these tables; it is only read."""
    _refuse_without_engine()
    scheme = scheme_of(address)
    opened = {None: _local, "duckdb": _duckdb, "spark": _spark}.get(scheme, _by_address)
    with engine_words(address):
        store = opened(address, tables)
        if scheme and scheme not in _TRIED:
            store = store._replace(remark=f"{scheme} is read through Ibis, and untested here")
        try:
            yield store
        finally:
            store.connection.disconnect()


def _refuse_without_engine() -> None:
    from importlib.util import find_spec  # noqa: PLC0415 - only this command needs it

    if not (find_spec("ibis") and find_spec("duckdb")):
        raise extra_needed("an event store", "engines")


def _local(address: str, tables: Sequence[str]) -> Store:
    """Parquet or text through DuckDB, which may read these files and nothing else."""
    import duckdb  # noqa: PLC0415 - an extra
    import ibis  # noqa: PLC0415

    place = Path(address).expanduser()
    found = {table: files_of(place, table, tables, layout_of(table)) for table in tables}
    raw = duckdb.connect(config=_LOCKED)
    paths = [path for files in found.values() for path in files.paths]
    allowed = [form for path in paths for form in (str(path), _literal(path))]
    raw.execute("SET allowed_paths = ?", [allowed])
    raw.execute("SET enable_external_access = false")
    connection = ibis.duckdb.from_connection(raw)  # which sets the time zone
    raw.execute("SET enable_progress_bar = false")  # it would stand in the output
    raw.execute("SET lock_configuration = true")

    def table(name: str) -> Rows:
        files = found[name]
        paths = [_literal(path) for path in files.paths]
        if files.kind == "parquet":
            return connection.read_parquet(paths, union_by_name=True)
        return _named(
            connection.read_csv(
                paths,
                header=not files.head,
                all_varchar=True,
                union_by_name=not files.head,
                delim=files.delimiter,
                quote=files.quote,
                escape=files.quote,
                buffer_size=_BUFFER,
            ),
            files,
        )

    return Store(address, connection, table)


def _named(table: Rows, files: Files) -> Rows:
    """The table with the names that its files do not say."""
    return table.rename(dict(zip(files.head, table.columns, strict=True))) if files.head else table


def _literal(path: Path) -> str:
    """A path in which nothing stands for other letters."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _spark(address: str, tables: Sequence[str]) -> Store:
    import ibis  # noqa: PLC0415 - an extra

    session, path = spark_session(address)
    connection = ibis.pyspark.connect(session)
    if not path:
        return Store(address, connection, partial(_catalogued, connection))
    place = Path(path)
    found = {table: files_of(place, table, tables, layout_of(table)) for table in tables}

    def table(name: str) -> Rows:
        files = found[name]
        paths = [_literal(path) for path in files.paths]
        if files.kind == "parquet":
            frame = session.read.parquet(*paths)
        else:
            head, quote = not files.head, files.quote
            frame = session.read.csv(paths, header=head, sep=files.delimiter, quote=quote)
        frame.createOrReplaceTempView(view := f"scen_{folded(name)}")
        return _named(connection.table(view), files)

    return Store(address, connection, table)


def _by_address(address: str, _tables: Sequence[str]) -> Store:
    import ibis  # noqa: PLC0415 - an extra

    refuse_unescaped(address)
    scheme = scheme_of(address)
    if scheme in ("http", "https", "s3", "file"):
        raise ScenError(f"{shown(address)} is not a database: give a path, or a database's address")
    waits = scheme in ("postgresql", "postgres") and "connect_timeout" not in address
    try:
        connection = ibis.connect(address, **({"connect_timeout": 10} if waits else {}))
    except ImportError:
        words = f"needs what scen does not bring: pip install 'ibis-framework[{scheme}]'"
        raise ScenError(f"{hidden(address)}: {scheme} {words}") from None
    except (KeyError, OSError, TypeError, ValueError) as error:  # of an engine not tried here
        words = without_secrets(" ".join(str(error).split()), address)
        raise ScenError(f"{hidden(address)}: {words[:_LONGEST]}") from None
    return Store(address, connection, partial(_catalogued, connection))


def _duckdb(address: str, _tables: Sequence[str]) -> Store:
    """A DuckDB file, which is opened to read and reaches no other."""
    import duckdb  # noqa: PLC0415 - an extra
    import ibis  # noqa: PLC0415

    path = address.partition("://")[2]
    place = next((one for one in (Path(path), Path(path.lstrip("/"))) if one.is_file()), None)
    if place is None:
        raise ScenError(f"there is no event store at '{printable(path)}': no such file")
    raw = duckdb.connect(place, read_only=True, config=_LOCKED)
    raw.execute("SET enable_external_access = false")
    connection = ibis.duckdb.from_connection(raw)
    raw.execute("SET enable_progress_bar = false")  # it would stand in the output
    raw.execute("SET lock_configuration = true")

    def tables() -> list[str]:  # Ibis 12 asks DuckDB 2 for them in a way that is gone
        found = raw.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return [name for (name,) in found]

    return Store(address, connection, partial(_catalogued, connection, tables=tables))


def _catalogued(connection: Any, name: str, tables: Callable[[], list[str]] | None = None) -> Rows:
    """A table of a database, by its name without regard to case and underscores."""
    known = (tables or connection.list_tables)()
    found = next((other for other in known if folded(other) == folded(name)), None)
    if found is None:
        named = ", ".join(sorted(known)[:_NAMED]) or "none"
        hint = did_you_mean(name, known) or f"it has {named}"
        raise ScenError(f"the event store has no table {shown(name)}; {hint}")
    return connection.table(found)
