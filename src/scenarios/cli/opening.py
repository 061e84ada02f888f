"""The database that a command works on, and what is said of one that has faults."""

from __future__ import annotations

from pathlib import Path

import typer

from scenarios.analysis.history.commits import Revision
from scenarios.cli.output.progress import progress
from scenarios.cli.output.streams import say, unreadable
from scenarios.cli.repositories import repository_of
from scenarios.storage.git import repository as git
from scenarios.text import counted
from scenarios.workspace.history import SHALLOW, past
from scenarios.workspace.opened import Opened, open_folder, open_revision
from scenarios.workspace.place import find_root, from_here
from scenarios.workspace.steps import is_left

_HALF = (
    "a command is changing several files, or was killed at it: what is read may be half of each;"
    " scen undo takes a half back, and so does whatever is recorded next"
)


def open_here(context: typer.Context) -> Opened:
    """The database of `--database`, SCEN_DATABASE, or the folders above this one."""
    return open_at(find_root(context.obj))


def open_at(root: Path) -> Opened:
    """The database in a folder; what was left half done there is told."""
    if is_left(root):
        say(_HALF)
    return open_folder(root, progress=progress())


def reading(context: typer.Context, rev: str | None = None) -> Opened:
    """The same for a command that only reads, as it is or as a revision had it.

    Files that cannot be read are left out and named, and the command ends with 1.
    """
    opened = open_here(context) if rev is None else open_revision(*repository_of(context), rev)
    tell_left_out(opened)
    return opened


def tell_left_out(opened: Opened, where: str = "") -> None:
    """Say how much of a database could not be read."""
    unreadable.set((*(unreadable.get() or ()), *opened.database.unreadable))
    errors = sum(p.count for p in opened.problems if p.severity == "error")
    if errors:
        files = f"{counted(opened.loaded.left_out, 'file')} left out"
        check = f"scen check --rev {where}" if where else "scen check"
        faults = counted(errors, "fault")
        say(f"{files}, {faults} in {where or from_here(opened.root)}: {check} names them")


def commits(context: typer.Context, rev: str | None) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    _, repository = repository_of(context)
    revisions, tip = past(repository, rev, progress())
    if git.is_shallow(repository):
        say(SHALLOW)
    return revisions, tip
