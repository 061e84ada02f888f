"""Start a database."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.options import As
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import show_committed
from scenarios.errors import UsageError
from scenarios.text import counted, printable
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import from_here, here
from scenarios.workspace.results import Started
from scenarios.workspace.start import Like, outer, start

_LISTED = 20
"""As many files are listed; of more it is said how many there are."""
_NEXT: dict[Like, tuple[str, str, str]] = {
    "empty": (
        "say in scenarios/tracker.yaml what is tracked: title, description, themes, sets",
        "ask a question: scen new",
        "record what you see and what you believe: scen add-evidence, scen forecast; scen report",
    ),
    "template": (
        "read the files from scenarios/bridge-opens.yaml on, and make them yours",
        "see what is wrong, whenever you changed one: scen check",
        "see what it comes to: scen report",
    ),
    "example": (
        "see where it stands: scen status",
        "read the week in which Ukraine was invaded: scen report --as-of 2022-02-28",
        "ask why: scen explain nord-stream-2-flows-2022 --as-of 2022-02-28",
    ),
}
"""The first three steps with a new database."""


def command(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Directory to create it in.")
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Start from the shipped example database.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Start from one commented record of each kind.")
    ] = False,
    how: How = AS_USUAL,
    form: As = "table",
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    if example and template:
        raise UsageError("--example and --template are two ways to begin: choose one")
    like: Like = "example" if example else "template" if template else "empty"
    root = here() / (folder or "")
    files, committed = start(
        root, how, like=like, today=parsing.today(), may_nest=folder is not None
    )
    paths = [from_here(file) for file in files]
    result = Started(paths=paths, dry_run=how.dry_run)
    many = f"{counted(len(paths), 'file')} in {from_here(root)}"
    listed = "\n".join(paths) if len(paths) <= _LISTED else many
    show_committed(result, lambda: printable(listed), form, committed)
    if above := outer(root):
        say(f"{from_here(above)} is another database: below {from_here(root)} the new one is used")
    lead = "" if from_here(root) == "." else f"cd {shlex.quote(from_here(root))}, then "
    is_told = form == "table" and not how.dry_run
    for number, step in enumerate(_NEXT[like] if is_told else (), start=1):
        say(f"next {number}: {lead if number == 1 else ''}{step}")
