"""An event store by its address: local files through DuckDB, or a database where it is."""

import gzip
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from typing import Any, Literal, NamedTuple

from scenarios import ScenError
from scenarios.extending import (
    connect,
    counted,
    did_you_mean,
    engine_words,
    extra_needed,
    hidden,
    shown,
)
from scenarios.extensions.events import mappings
from scenarios.extensions.events.mappings import EventLayout, folded

_PARQUET, _TEXT = (".parquet", ".pq"), (".csv", ".tsv", ".tab", ".txt")
_HEAD_BYTES = 65_536
SECONDS = 600.0
"""The time limit of a search."""
_AGAIN = 0.2
"""Seconds between attempts to end a query."""
Rows = Any
"""An Ibis table, which has no types of its own."""


class EventFiles(NamedTuple):
    """Files of one kind; `head` names the columns of text that has no head itself."""

    paths: tuple[Path, ...]
    kind: Literal["parquet", "text"]
    delimiter: str = ","
    quote: str = '"'
    head: tuple[str, ...] = ()


def files_of(path: Path, table: str, tables: Sequence[str], layout: EventLayout) -> EventFiles:
    """The files of one of the wanted `tables`: those of its name, or the only ones."""
    where = f"'{path}'"
    if not path.exists():
        raise ScenError(f"there is no event store at {where}: no such file or folder")
    entries = path.iterdir() if path.is_dir() else [path]
    named = [entry for entry in entries if entry == path or _is_named(entry, table)]
    if not named and len(tables) == 1:
        named = [path]
    elif not named or (path.is_file() and len(tables) > 1 and not _is_named(path, table)):
        raise ScenError(
            f"{where} has no table '{table}': put each of {', '.join(tables)} "
            f"there as a folder or a file of its name, or name one indicator"
        )
    paths = sorted(chain.from_iterable(map(_below, named)))
    kinds = {_kind_of(path) for path in paths}
    if len(kinds) != 1:
        reason = (
            "both Parquet and text" if kinds else "no Parquet, CSV or TSV file (zipped: unpack)"
        )
        raise ScenError(f"{where} holds {reason}")
    if kinds == {"parquet"}:
        return EventFiles(tuple(paths), "parquet")
    return _text(tuple(paths), layout)


def _is_named(entry: Path, table: str) -> bool:
    """`icews`, `icews.csv`, `icews-2018.parquet` and `ICEWS.2018.tab` are files of icews."""
    stem = folded(entry.name.partition(".")[0].rstrip("0123456789-_"))
    return stem == folded(table) and (entry.is_dir() or _kind_of(entry) is not None)


def _below(file: Path) -> list[Path]:
    if file.is_file():
        return [file]
    paths = (path for path in file.rglob("*") if not path.name.startswith((".", "_")))
    return [path for path in paths if path.is_file() and _kind_of(path)]


def _kind_of(path: Path) -> Literal["parquet", "text"] | None:
    name = path.name.lower().removesuffix(".gz")
    return "parquet" if name.endswith(_PARQUET) else "text" if name.endswith(_TEXT) else None


def _text(paths: tuple[Path, ...], layout: EventLayout) -> EventFiles:
    """Text files; ICEWS and GDELT never quote cells between tabs."""
    path = paths[0]
    try:
        with path.open("rb") as raw:
            file = gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw
            data: bytes = file.readline(_HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise ScenError(f"'{path}' cannot be read: {error}") from None
    line = data.decode("utf-8-sig", "replace").rstrip("\r\n")
    delimiter = max("\t,;", key=line.count)
    quote = "" if delimiter == "\t" else '"'
    cells = line.split(delimiter)
    head: tuple[str, ...] = ()
    if layout.head and cells[0].strip('"').isdecimal():
        if len(cells) != len(layout.head):
            columns = counted(len(cells), "column")
            wanted = f"{layout.title} has {len(layout.head)}"
            raise ScenError(f"'{path}' has {columns} and no head; {wanted}")
        head = layout.head
    return EventFiles(paths, "text", delimiter, quote, head)


_SPARK = {
    **dict.fromkeys(("spark.ui.enabled", "spark.ui.showConsoleProgress"), "false"),
    "spark.log.level": "ERROR",
}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_ADDRESS = re.compile(r"spark://(?P<master>[^/?]+)(?P<path>/.*)?", re.IGNORECASE)


def spark_session(address: str) -> tuple[Any, str]:
    """The session of a master, `local[2]` or `host:7077`, and the path behind it, or empty."""
    match = _ADDRESS.fullmatch(address)
    if not match:
        raise ScenError("write spark://MASTER/PATH, as spark://local[2]/data/icews")
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and Path(home, "bin", "java").is_file())):
        raise ScenError(
            "Spark needs Java 17 or later, and there is none: apt install default-jre-headless"
            " (Debian, Ubuntu), brew install openjdk (macOS), or set JAVA_HOME"
        )
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - few have it
    except ImportError:
        raise ScenError(
            "Spark needs a package that scen does not bring: pip install pyspark"
        ) from None
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    master = match["master"]
    is_local = master.startswith("local")
    builder = SparkSession.builder.appName("scen").master(
        master if is_local else f"spark://{master}"
    )
    local = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    for key, value in {**_SPARK, **(local if is_local else {})}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate(), match["path"] or ""


_LAYOUTS = {"icews": mappings.ICEWS, "gdelt": mappings.GDELT, "acled": mappings.ACLED}
_TRIED = ("duckdb", "postgresql", "postgres", "spark")
_NAMED, _LONGEST = 12, 300
# Less than DuckDB's own, so that 128 MB are enough for text (b6e81a7f,
# test_duckdb_answers_in_bounded_memory).
_BUFFER = 4_000_000
_LIMITS = {"threads": 2, "memory_limit": "128MB", "temp_directory": ""}
"""Memory is bounded, and nothing is written beside the files."""


class EventStore(NamedTuple):
    """An open store: Ibis's `connection`, a function that finds a table, a remark for the user.

    `state` changes with the files, `stop` ends a query, `day` is the column of a partition's day.
    """

    address: str
    connection: Any
    table: Callable[[str], Rows]
    remark: str = ""
    state: Callable[[], Any] = lambda: None
    stop: Callable[[], Any] | None = None
    day: str | None = None

    def rows(self, expression: Rows) -> list[dict[str, Any]]:
        """The rows of an expression, which limits their number itself."""
        rows: list[dict[str, Any]] = self.connection.to_pyarrow(expression).to_pylist()
        return rows


def layout_of(table: str) -> EventLayout:
    """The layout of a table by a word of its name; any other has `id` and `date`."""
    name = next((word for word in table.split("-") if word in _LAYOUTS), None)
    if name:
        return _LAYOUTS[name]
    plain = {name: name for name in ("id", "date", "summary", "title", "text", "url")}
    parts = ("summary title text event",)
    return EventLayout(system=table, title=table, columns=plain, summary=parts)


@contextmanager
def open_store(
    address: str, tables: Iterable[str], day: str | None = None, seconds: float = SECONDS
) -> Iterator[EventStore]:
    """Open the store at an address or a path to read these tables within some seconds."""
    if not (find_spec("ibis") and find_spec("duckdb")):
        raise extra_needed("an event store", "engines")
    match = _SCHEME.match(address)
    scheme = match[1].lower() if match else None
    opened = {None: _local, "duckdb": _duckdb, "spark": _spark}.get(scheme, _by_address)
    with engine_words(address):
        store = opened(address, sorted({*tables}))
        store = store._replace(table=cache(store.table), day=day)
        if scheme and scheme not in _TRIED:
            store = store._replace(remark=f"{scheme} is read through Ibis, and untested here")
        try:
            engine = getattr(store.connection, "con", None)
            stop = (
                store.stop or getattr(engine, "interrupt", None) or getattr(engine, "cancel", None)
            )
            with limited(stop or (lambda: None), seconds, hidden(address)):
                yield store
        finally:
            store.connection.disconnect()


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


def _files(path: Path, tables: Sequence[str]) -> dict[str, EventFiles]:
    by_table = {}
    for table in tables:
        with suppress(ScenError):  # raised again for the indicator that looks into it
            by_table[table] = files_of(path, table, tables, layout_of(table))
    return by_table


def _local(address: str, tables: Sequence[str]) -> EventStore:
    """Parquet or text through DuckDB, which may read these files and nothing else."""
    path = Path(address).expanduser()
    by_table = _files(path, tables)
    paths = [path for files in by_table.values() for path in files.paths]
    allowed = [form for path in paths for form in (str(path), _literal(path))]
    _, connection = _locked(None, allowed)

    def table(name: str) -> Rows:
        files = by_table.get(name) or files_of(path, name, tables, layout_of(name))
        paths = [_literal(path) for path in files.paths]
        if files.kind == "parquet":
            return connection.read_parquet(paths, union_by_name=True)
        return _named(
            connection.read_csv(
                paths,
                header=not files.head,
                # As a number the code 042 would be 42, which is another event
                # (test_an_event_of_icews_goes_by_its_date_and_id_and_a_code_keeps_its_noughts).
                all_varchar=True,
                union_by_name=not files.head,
                delim=files.delimiter,
                quote=files.quote,
                escape=files.quote,
                buffer_size=_BUFFER,
            ),
            files,
        )

    def state() -> list[tuple[int, ...]]:
        stats = (path.stat() for path in paths if path.exists())
        return [(file.st_ino, file.st_size, file.st_mtime_ns) for file in stats]

    return EventStore(address, connection, table, state=state)


def _locked(path: Path | None, allowed: Sequence[str] = ()) -> tuple[Any, Any]:
    """A DuckDB connection that reaches only these paths, and Ibis's over it."""
    import ibis  # noqa: PLC0415 - an extra

    read_only, target = path is not None, str(path or ":memory:")
    raw = connect(target, read_only=read_only, preserve_insertion_order=False, **_LIMITS)
    # The order matters: once access is off no path can be allowed, and after the lock nothing can
    # be set (test_the_engine_reads_these_files_alone_and_fetches_nothing).
    if allowed:
        raw.execute("SET allowed_paths = ?", [allowed])
    raw.execute("SET enable_external_access = false")
    connection = ibis.duckdb.from_connection(raw)  # which sets the time zone
    raw.execute("SET enable_progress_bar = false")  # it would stand in the output
    raw.execute("SET lock_configuration = true")
    return raw, connection


def _named(table: Rows, files: EventFiles) -> Rows:
    """The table with the names that its files lack."""
    return table.rename(dict(zip(files.head, table.columns, strict=True))) if files.head else table


def _literal(path: Path) -> str:
    """A path without wildcards."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _spark(address: str, tables: Sequence[str]) -> EventStore:
    import ibis  # noqa: PLC0415 - an extra

    session, path = spark_session(address)
    connection, stop = ibis.pyspark.connect(session), session.sparkContext.cancelAllJobs
    if not path:
        return EventStore(address, connection, partial(_catalogued, connection), stop=stop)
    file = Path(path)
    by_table = _files(file, tables)

    def table(name: str) -> Rows:
        files = by_table.get(name) or files_of(file, name, tables, layout_of(name))
        paths = [_literal(path) for path in files.paths]
        if files.kind == "parquet":
            frame = session.read.parquet(*paths)
        else:
            head, quote = not files.head, files.quote
            frame = session.read.csv(paths, header=head, sep=files.delimiter, quote=quote)
        frame.createOrReplaceTempView(view := f"scen_{folded(name)}")
        return _named(connection.table(view), files)

    return EventStore(address, connection, table, stop=stop)


def _by_address(address: str, _tables: Sequence[str]) -> EventStore:
    import ibis  # noqa: PLC0415 - an extra

    scheme = address.partition("://")[0].lower()
    if scheme in ("http", "https", "s3", "file"):
        raise ScenError(f"{shown(address)} is not a database: give a path, or a database's address")
    waits = scheme in ("postgresql", "postgres") and "connect_timeout" not in address
    try:
        connection = ibis.connect(address, **({"connect_timeout": 10} if waits else {}))
    except ImportError:
        words = f"needs what scen does not bring: pip install 'ibis-framework[{scheme}]'"
        raise ScenError(f"{hidden(address)}: {scheme} {words}") from None
    except (KeyError, OSError, TypeError, ValueError) as error:  # of an engine not tried here
        words = hidden(address, " ".join(str(error).split()))
        raise ScenError(f"{hidden(address)}: {words[:_LONGEST]}") from None
    return EventStore(address, connection, partial(_catalogued, connection))


def _duckdb(address: str, _tables: Sequence[str]) -> EventStore:
    """A DuckDB file, opened read-only."""
    path = address.partition("://")[2]
    file = next(filter(Path.is_file, (Path(path), Path(path.lstrip("/")))), None)
    if file is None:
        raise ScenError(f"there is no event store at '{path}': no such file")
    raw, connection = _locked(file)

    def tables() -> list[str]:  # Ibis 12 asks DuckDB 2 for them in a way that is gone
        rows = raw.execute("SELECT table_name FROM information_schema.tables").fetchall()
        return [name for (name,) in rows]

    return EventStore(address, connection, partial(_catalogued, connection, tables=tables))


def _catalogued(connection: Any, name: str, tables: Callable[[], list[str]] | None = None) -> Rows:
    """A table of a database, by its name without case and underscores."""
    names = (tables or connection.list_tables)()
    same = next((other for other in names if folded(other) == folded(name)), None)
    if same is None:
        named = ", ".join(sorted(names)[:_NAMED]) or "none"
        hint = did_you_mean(name, names) or f"it has {named}"
        raise ScenError(f"the event store has no table {shown(name)}; {hint}")
    return connection.table(same)
