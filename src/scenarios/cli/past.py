"""The commits that led to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scenarios.cli.repositories import repository_of
from scenarios.cli.terminal.output import say

if TYPE_CHECKING:
    from scenarios.analysis.history.commits import Revision


def past(context: typer.Context, rev: str | None) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    from scenarios.storage.git import repository as git
    from scenarios.storage.git.revisions import revisions

    _, repository = repository_of(context)
    tip = git.commit_of(repository, rev or "HEAD")
    made = revisions(repository, tip)
    if git.is_shallow(repository):
        say("this clone is shallow: what came before is not seen; git fetch --unshallow")
    return made, tip
