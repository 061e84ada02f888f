"""Say what a question means."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.output.written import report_correction
from scenarios.cli.terminal import prompt
from scenarios.workspace.corrections import editing
from scenarios.workspace.opened import find_root


def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    text: Annotated[str | None, typer.Argument(metavar="TEXT")] = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Say what a question means, beside it: the question and its forecasts stand."""
    scenario = prompt.one_of(
        scenario,
        "SCENARIO",
        "The scenario whose question is meant",
        lambda: open_here(context).database.scenarios,
    )
    text = prompt.needed(text, "TEXT", "What is made clear")
    root = find_root(context.obj)
    on = day or parsing.today()
    written, _ = editing.clarify(
        root,
        scenario,
        text,
        on,
        dry_run=dry_run,
        commit=commit,
        latest=parsing.latest(future=future),
    )
    report_correction(written, scenario, form)
