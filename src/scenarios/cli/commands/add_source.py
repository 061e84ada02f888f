"""Add a source."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.doubts import refuse_taken
from scenarios.cli.terminal.prompt import source_record
from scenarios.cli.terminal.written import report_record
from scenarios.workspace import recording
from scenarios.workspace.place import find_root


def command(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like trt-world.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name in full.")] = None,
    reliability: Annotated[str | None, typer.Option(metavar="LETTER", help="A to F.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    basis: Annotated[str | None, typer.Option(help="Why this letter.")] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Register a source and how reliable it is."""
    id = prompt.needed_as(id, "ID", "The source's id, like trt-world", parsing.id)
    refuse_taken(context, "source", id, lambda database: database.sources)
    record = source_record(name, reliability, url, basis)

    root = find_root(context.obj)
    written = recording.add_source(root, id, record, dry_run=dry_run, commit=commit)
    report_record(written, id, form)
