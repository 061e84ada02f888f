"""Take back the last recording command."""

from __future__ import annotations

import typer

from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal.written import report
from scenarios.text import printable
from scenarios.workspace.corrections.undoing import undo
from scenarios.workspace.place import find_root
from scenarios.workspace.results import undone


def command(
    context: typer.Context,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Take back the last recording command of this checkout; once more, the one before it."""
    written, what = undo(find_root(context.obj), dry_run=dry_run, commit=commit)
    result = undone(written, what)
    lines = [
        *([f"took back: {what}"] if what else []),
        *(f"gone: {path}" for path in result.removed),
        *(f"as it was: {path}" for path in result.restored),
    ]
    text = printable(f"would take back: {what}") if dry_run and what else ""
    report(written, result, form, text, head="\n".join(lines))
