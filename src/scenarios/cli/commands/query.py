"""SQL over the tables of a database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.address import hidden, scheme_of
from scenarios.cli import parsing
from scenarios.cli.commands.status import DROPPED, STATUS, UNITS
from scenarios.cli.opening import reading
from scenarios.cli.options import FORMAT, Across, AsOf, Form, Output, Rev, Timeout
from scenarios.cli.output.result import deliver, show
from scenarios.cli.output.streams import say, schema, unreadable
from scenarios.errors import ScenError, UsageError
from scenarios.exchange.across import TrackerFederation as Trackers
from scenarios.exchange.across import of_lake, of_postgresql, of_rows
from scenarios.exchange.engine import QueryRows
from scenarios.exchange.query import SECONDS, ask, query, result_of, write_parquet
from scenarios.exchange.targets.files import write_workbook
from scenarios.exchange.targets.folders import as_csv, is_lake
from scenarios.render.documents.records import query_table
from scenarios.storage.disk import open_named
from scenarios.storage.output_files import beside, refuse_unfit
from scenarios.storage.worktree import safe
from scenarios.text import shown
from scenarios.workspace.exchange.exporting import opened_trackers, view_of
from scenarios.workspace.opened import from_here, here

QueryForm = StrEnum("QueryForm", [*Form, "parquet", "xlsx"])  # type: ignore[misc]
_TABLE = QueryForm("table")
_FILES = ("parquet", "xlsx")
_LONGEST = 1 << 20


def command(
    context: typer.Context,
    sql: Annotated[str, "SQL", "A query, @FILE to read it from a file, or - for stdin."],
    as_of: AsOf = None,
    rev: Rev = None,
    across: Across = None,
    timeout: Timeout = SECONDS,
    form: Annotated[QueryForm, FORMAT] = _TABLE,
    output: Output = None,
) -> None:
    """Query the database in SQL: the tables of `scen export`, read-only, in DuckDB.

    SHOW TABLES names them, DESCRIBE evidence its columns; docs/queries.md has examples. With
    --as-of the records are those that were known on that day. With --across each table has the
    rows of many trackers, and a column `tracker` before the others.
    """
    if form in _FILES and output is None:
        raise UsageError(f"--format {form} is no text: --output FILE says where it goes")
    text = _read(sql)
    day = as_of or parsing.today()
    if across is not None:
        schema.set("query")
        with opened_across(across, day, rev, limited=as_of is not None) as trackers:
            result = result_of(ask(trackers.fill, text, timeout), day)
        unreadable.set((*trackers.unread,))
    else:
        opened = reading(context, rev)
        view = view_of(opened, day, limited=as_of is not None)
        result = query(view, text, timeout)
    rows = [tuple(row.values()) for row in result.rows]
    names = [column.name for column in result.columns]
    if form in _FILES and output is not None:
        _put(result.answer, names, output, form)
    elif form == "csv":
        deliver(as_csv(names, rows)[:-1], output)
    else:
        columns = (UNITS, DROPPED) if text == STATUS else ()
        ranked = text == STATUS
        show(result, lambda: query_table(names, rows, *columns, ranked=ranked), Form(form), output)


@contextmanager
def opened_across(
    text: str, day: date, rev: str | None = None, *, limited: bool = False
) -> Iterator[Trackers]:
    """The trackers of a lake, of a PostgreSQL database, or of a file with a folder a line.

    Those of a file are read for a day, `limited` to what was known on it; the others are exports,
    which have days of their own.
    """
    place, scheme = Path(text), scheme_of(text)
    if rev or (limited and (scheme or place.is_dir())):
        raise UsageError("--across takes no --rev, and --as-of only for a file of folders")
    if scheme in ("postgresql", "postgres"):
        with of_postgresql(text) as across:
            yield across
    elif scheme or not (is_lake(place) or place.is_file()):
        known = "a lake (scen export parquet:DIR --lake), postgresql://HOST/DATABASE, or a file"
        raise ScenError(f"{shown(hidden(text))} is none of these: {known} of folders")
    elif place.is_dir():
        yield of_lake(place)
    else:
        trackers, unread = opened_trackers(text)
        views = {id: view_of(opened, day, limited=limited) for id, opened in trackers.items()}
        yield Trackers({id: of_rows(id, view.rows) for id, view in views.items()}, unread)


def _read(sql: str) -> str:
    name = {"-": "stdin"}.get(sql, safe(Path(sql[1:])) if sql.startswith("@") else "the query")
    try:
        if sql == "-":
            data = sys.stdin.buffer.read(_LONGEST + 1)
        elif sql.startswith("@"):
            with open_named(here() / sql[1:]) as file:
                data = file.read(_LONGEST + 1)
        else:
            data = os.fsencode(sql)
        if len(data) > _LONGEST:
            raise ScenError(f"{name}: more than {_LONGEST >> 20} MiB of SQL")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "it is not UTF-8")
        raise ScenError(f"{name}: {reason}") from error


def _put(answer: QueryRows, names: list[str], output: Path, form: str) -> None:
    refuse_unfit(output)
    with beside(here() / output) as new:
        if form == "parquet":
            write_parquet(answer, new)
        else:
            write_workbook(new, [("answer", names, answer.rows)])
    say(f"written: {from_here(output)}")
