"""Commands of extensions, with the options of a result, and programs `scen-NAME` on PATH."""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import FORMAT, Across, AsOf, Form, Output, Rev, Timeout
from scenarios.cli.output.result import deliver, show
from scenarios.cli.output.streams import Run, say
from scenarios.errors import ScenError, UsageError
from scenarios.exchange.answer import SECONDS, QueryResult, QueryRows, result_of
from scenarios.exchange.targets.files import write_workbook
from scenarios.exchange.targets.folders import as_csv
from scenarios.extensions import Addition
from scenarios.render.documents.records import query_table
from scenarios.storage.disk import open_named
from scenarios.storage.output_files import refuse_unfit, replacing
from scenarios.storage.worktree import safe
from scenarios.workspace.exchange.exporting import trackers_at, view_of
from scenarios.workspace.opened import from_here, here

_CANNOT_RUN = 126
"""The exit status of a shell for a file that is no program."""
RowForm = StrEnum("RowForm", [*Form, "parquet", "xlsx"])  # type: ignore[misc]
_TABLE = RowForm("table")
_FILES = ("parquet", "xlsx")
_LONGEST = 1 << 20


def command_of(addition: Addition) -> Callable[..., None]:
    """The command of a function that answers queries, or of one that is given a workspace."""
    command, run = addition.code, addition.run
    if command.language:
        asking = _asking(run, command.language)
        asking.__doc__ = inspect.getdoc(run.load())
        return asking
    from scenarios.cli import workspace_commands  # noqa: PLC0415 - SQL needs no workspace

    return workspace_commands.command_of(run, command.writes)


def _asking(run: Addition, language: str) -> Callable[..., None]:
    """The command of a function that answers a text in a language."""

    def command(
        context: typer.Context,
        text: Annotated[str, language, "A query, @FILE to read it from a file, or - for stdin."],
        as_of: AsOf = None,
        rev: Rev = None,
        across: Across = None,
        timeout: Timeout = SECONDS,
        form: Annotated[RowForm, FORMAT] = _TABLE,
        output: Output = None,
    ) -> None:
        if form in _FILES and output is None:
            raise UsageError(f"--format {form} is no text: --output FILE says where it goes")
        result = answer(run, context, _read(text, run.name, language), as_of, rev, across, timeout)
        show_rows(context.obj, result, form, output)

    return command


def answer(
    run: Addition,
    context: typer.Context,
    text: str,
    as_of: date | None,
    rev: str | None,
    across: str | None,
    timeout: float = SECONDS,
) -> QueryResult:
    """The answer to a query of the database or, `across` a place, of many trackers."""
    day, is_limited = as_of or parsing.today(), as_of is not None
    if across is None:
        opened = reading(context, rev)
        view = view_of(opened, day, limited=is_limited)
        return result_of(run.call(QueryRows, view, text, timeout), day, opened.commit)
    context.obj.schema = run.name
    trackers, unread = trackers_at(across, day, rev, limited=is_limited)
    rows = run.call(QueryRows, trackers, text, timeout)
    context.obj.unreadable = (*unread, *rows.unread)
    return result_of(rows, day)


def show_rows(run: Run, result: QueryResult, form: str, output: Path | None, **layout: Any) -> None:
    """Show the rows of an answer; `query_table` explains the `layout` of a table."""
    names = [column.name for column in result.columns]
    rows = [tuple(row.values()) for row in result.rows]
    if form in _FILES and output is not None:
        refuse_unfit(output)
        with replacing(here() / output) as new:
            if form == "parquet":
                result.answer.convert(result.answer, "write_parquet", str(new))
            else:
                write_workbook(new, [("answer", names, result.answer.rows)])
        say(f"written: {from_here(output)}")
    elif form == "csv":
        deliver(as_csv(names, rows)[:-1], output)
    else:
        show(run, result, lambda: query_table(names, rows, **layout), Form(form), output)


def _read(text: str, command: str, language: str) -> str:
    """The text, that of the file `@FILE`, or for `-` of standard input."""
    is_file = text.startswith("@")
    name = {"-": "stdin"}.get(text, safe(Path(text[1:])) if is_file else f"the {command}")
    try:
        if text == "-":
            data = sys.stdin.buffer.read(_LONGEST + 1)
        elif is_file:
            with open_named(here() / text[1:]) as file:
                data = file.read(_LONGEST + 1)
        else:
            data = os.fsencode(text)
        if len(data) > _LONGEST:
            raise ScenError(f"{name}: more than {_LONGEST >> 20} MiB of {language}")
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", "it is not UTF-8")
        raise ScenError(f"{name}: {reason}") from error


def run_program(path: str, args: list[str], database: str | None) -> int:
    """Run `scen-NAME` with the rest of the line, which finds the database as scen does.

    Its exit status, as a shell has it: 128 and the number of the signal that ended it.
    """
    sys.stdout.flush()
    named = {"SCEN_DATABASE": database} if database else {}
    try:
        status = subprocess.call([path, *args], env={**os.environ, **named})  # noqa: S603 - asked for
    except OSError as error:
        refused = ScenError(f"{path}: could not be run: {error.strerror}")
        refused.exit_code = _CANNOT_RUN
        raise refused from None
    return status if status >= 0 else 128 - status
