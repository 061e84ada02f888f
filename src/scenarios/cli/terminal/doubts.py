"""What is asked, or told, before it is too late: an id that is taken, an analyst nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Container

import typer

from scenarios.cli.opening import open_here
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.output import say
from scenarios.errors import ScenError
from scenarios.model import Database, Kind
from scenarios.workspace.guards import new_analyst


def refuse_taken(
    context: typer.Context, kind: Kind, id: str, known: Callable[[Database], Container[str]]
) -> None:
    """Where questions follow, an id that is taken is refused before them."""
    if prompt.interactive():
        opened = open_here(context)
        opened.refuse_taken(kind, id, known(opened.database), "nothing was written")


def doubt_analyst(database: Database, analyst: str) -> None:
    """Ask about an analyst who is new beside others; where nobody can be asked, remark on it."""
    remark = new_analyst(database, analyst)
    if remark is None:
        return
    if not prompt.interactive():
        say(remark)
        return
    stop = "" if remark.endswith("?") else "."
    if not prompt.confirmed(f"{remark}{stop} Go on as '{analyst}'?"):
        raise ScenError(f"nothing was written as '{analyst}'")
