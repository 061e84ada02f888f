"""Add a source."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, write
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.prompt import source_record
from scenarios.cli.terminal.written import report_written
from scenarios.storage.edits import Draft, new_file


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
    record = source_record(name, reliability, url, basis)

    def draft(desk: Desk) -> list[Draft]:
        desk.refuse_taken("source", id, desk.database.sources, "nothing was written")
        return [new_file("source", id, record)]

    subject = f"source: {id}" if commit else None
    written = write(context, draft, edits=False, dry_run=dry_run, commit=subject)
    report_written(written, id, form)
