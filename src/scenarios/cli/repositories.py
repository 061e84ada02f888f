"""The repository of the database that a command works on, and what is to be said of it."""

from __future__ import annotations

from pathlib import Path

import typer

from scenarios.cli.desk import database_folder, here
from scenarios.cli.terminal.output import say, shown
from scenarios.errors import ScenError
from scenarios.storage.git import repository as git
from scenarios.storage.git.directory import Refused
from scenarios.storage.git.repository import Repository


def repository_of(context: typer.Context) -> tuple[Path, Repository]:
    """The database's folder and the repository that holds it."""
    try:
        root = database_folder(context)
    except ScenError:
        # No files of its own: a bare repository, or one whose database is in its history only.
        root = Path(context.obj or here())
        return root, git.without_files(root, named=bool(context.obj))
    repository = git.repository(root)
    tell_embedded(context, repository)
    return root, repository


def tell_embedded(context: typer.Context, repository: Repository) -> None:
    """Name a repository that tracked files form: git itself would believe it."""
    folder = repository.embedded
    if folder:
        what = "its HEAD, objects and refs form a git repository of their own, which is not read"
        how = "run no git there, and delete them or move them away"
        _say_once(context, f"{shown(folder)}: {what}; {how}")


def tell_refused(context: typer.Context, error: ScenError) -> None:
    """Where a command goes on without the history: that there is one, and why it is not read."""
    if isinstance(error, Refused):
        _say_once(context, f"git's history is left out: {error}")


def _say_once(context: typer.Context, text: str) -> None:
    """A remark that a command may come to more than once."""
    told = context.meta.setdefault(__name__, set())
    if text not in told:
        told.add(text)
        say(text)
