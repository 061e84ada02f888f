"""SQL over the tables of a database."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import FORMAT, Across, AsOf, Form, Output, Rev, Timeout
from scenarios.cli.output.result import deliver, show
from scenarios.cli.output.streams import say, schema, unreadable
from scenarios.errors import ScenError, UsageError
from scenarios.exchange.query import SECONDS, Answer, ask, bounded, write_parquet
from scenarios.exchange.targets.files import write_workbook
from scenarios.exchange.targets.folders import as_csv
from scenarios.render.documents.records import query_table
from scenarios.storage.output_files import beside, refuse_unfit
from scenarios.storage.worktree import safe
from scenarios.workspace.exchange.exporting import opened_across, query, result_of, view_of
from scenarios.workspace.opened import from_here, here

QueryForm = StrEnum("QueryForm", [*Form, "parquet", "xlsx"])  # type: ignore[misc]
_TABLE = QueryForm("table")
_FILES = ("parquet", "xlsx")
_LONGEST = 1 << 20

STATUS = """
SELECT tracker, scenario_id AS scenario, coalesce(s.outcome, s.state) AS state, c.horizon,
  s.stated_before, s.stated, s.implied_before, s.implied, s.movement_bits, m.as_of, c.title
FROM status s JOIN scenarios c USING (tracker, scenario_id) JOIN meta m USING (tracker)
ORDER BY array_position(['overdue', 'open'], s.state) NULLS LAST, s.movement_bits DESC NULLS LAST,
  tracker, scenario_id
"""
"""Query of `scen status --across`: overdue, open, resolved scenarios; the most moved first."""
CHANCES = ("stated_before", "stated", "implied_before", "implied")
"""Its columns of probabilities."""
DROPPED = ("as_of", *CHANCES[::2], "title", "horizon", "movement_bits", "state")
"""Its columns that a narrow page leaves out, in order."""


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
        with opened_across(across, day, rev, limited=as_of is not None) as trackers, bounded():
            result = result_of(ask(trackers.fill, text, timeout), day)
        unreadable.set((*trackers.unread,))
    else:
        opened = reading(context, rev)
        view = view_of(opened, day, limited=as_of is not None)
        with bounded():
            result = query(view, text, timeout)
    rows = [tuple(row.values()) for row in result.rows]
    names = [column.name for column in result.columns]
    if form in _FILES and output is not None:
        _put(result.answer, names, output, form)
    elif form == "csv":
        deliver(as_csv(names, rows)[:-1], output)
    else:
        columns = (CHANCES, DROPPED) if text == STATUS else ()
        show(result, lambda: query_table(names, rows, *columns), Form(form), output)


def _read(sql: str) -> str:
    name = {"-": "stdin"}.get(sql, safe(Path(sql[1:])) if sql.startswith("@") else "the query")
    try:
        if sql == "-":
            data = sys.stdin.buffer.read(_LONGEST + 1)
        elif sql.startswith("@"):
            with (here() / sql[1:]).open("rb") as file:
                data = file.read(_LONGEST + 1)
        else:
            data = os.fsencode(sql)
        if len(data) > _LONGEST:
            raise ScenError(f"{name}: more than {_LONGEST >> 20} MiB of SQL")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "it is not UTF-8")
        raise ScenError(f"{name}: {reason}") from error


def _put(answer: Answer, names: list[str], output: Path, form: str) -> None:
    refuse_unfit(output)
    with beside(here() / output) as new:
        if form == "parquet":
            write_parquet(answer, new)
        else:
            write_workbook(new, [("answer", names, answer.rows)])
    say(f"written: {from_here(output)}")
