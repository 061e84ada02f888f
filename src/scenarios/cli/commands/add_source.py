"""Add a source."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.output.written import report_record
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.sources import source_record
from scenarios.workspace import recording
from scenarios.workspace.opened import find_root


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
    missing = None in (id, name, reliability)

    def ask() -> tuple[str, dict[str, Any]]:
        opened = open_here(context) if missing and prompt.interactive() else None

        def free(text: str) -> str:
            if opened:
                opened.refuse_taken("source", text, opened.database.sources, "nothing was written")
            return parsing.id(text)

        named = prompt.needed_as(id, "ID", "The source's id, like trt-world", free)
        return named, source_record(name, reliability, url, basis)

    def tried(made: tuple[str, dict[str, Any]]) -> None:
        recording.add_source(find_root(context.obj), *made, dry_run=True, commit=commit)

    id, record = agreed(ask, tried, missing=missing)
    root = find_root(context.obj)
    written = recording.add_source(root, id, record, dry_run=dry_run, commit=commit)
    report_record(written, id, form)
