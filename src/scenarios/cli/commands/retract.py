"""Keep an item, and count it no longer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report_effects
from scenarios.workspace import recording
from scenarios.workspace.place import find_root


def command(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it counts no longer.")] = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Keep an item, and count it no longer from a day on."""
    evidence = prompt.one_of(
        evidence, "EVIDENCE", "The item's id", lambda: open_here(context).database.evidence
    )
    reason = prompt.needed(reason, "--reason", "Why it counts no longer")
    on = day or parsing.today()

    root = find_root(context.obj)
    written = recording.retract(
        root,
        evidence,
        reason,
        on,
        dry_run=dry_run,
        commit=commit,
        latest=parsing.latest(future=future),
    )
    report_effects(written, evidence, on, form)
