"""Start a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal.output import say
from scenarios.cli.terminal.written import show_committed
from scenarios.text import printable
from scenarios.workspace.place import from_here, here
from scenarios.workspace.results import Started
from scenarios.workspace.start import start


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where [here].")] = Path(),
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    files, committed = start(here() / folder, dry_run=dry_run, commit=commit)
    paths = [from_here(file) for file in files]
    result = Started(paths=paths, dry_run=dry_run)
    show_committed(result, lambda: printable("\n".join(paths)), form, committed)
    if form == Format.table and not dry_run:
        say("next: edit the tracker's title and description, then scen new")
