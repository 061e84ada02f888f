"""The repository of the database that a command works on, and what is to be said of it."""

from __future__ import annotations

from pathlib import Path

import typer

from scenarios.cli.output.streams import say
from scenarios.errors import ScenError
from scenarios.storage.git.directory import Refused
from scenarios.storage.git.repository import Repository
from scenarios.workspace import place
from scenarios.workspace.place import from_here


def repository_of(context: typer.Context) -> tuple[Path, Repository]:
    """The database's folder and the repository that holds it; an embedded one is named once."""
    root, repository = place.repository_of(context.obj)
    told = context.meta.setdefault(__name__, set())
    if repository.embedded not in told:
        told.add(repository.embedded)
        tell_embedded(repository.embedded)
    return root, repository


def tell_embedded(folder: Path | None) -> None:
    """Name a repository that tracked files form: git itself would believe it."""
    if folder:
        what = "its HEAD, objects and refs form a git repository of their own, which is not read"
        how = "run no git there, and delete them or move them away"
        say(f"{from_here(folder)}: {what}; {how}")


def tell_refused(context: typer.Context, error: ScenError) -> None:
    """Where a command goes on without the history: that there is one, and why it is not read."""
    told = context.meta.setdefault(__name__, set())
    if isinstance(error, Refused) and str(error) not in told:
        told.add(str(error))
        say(f"git's history is left out: {error}")
