"""The figures of last week's review as they were printed, beside what they would be today."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import typer

from scenarios.cli.desk import Desk, desk_at
from scenarios.cli.repositories import repository_of, tell_refused
from scenarios.cli.terminal.output import say
from scenarios.errors import ScenError

if TYPE_CHECKING:
    from scenarios.analysis.review.restatement import Restatement


def restatement(
    context: typer.Context, desk: Desk, since: date, rev: str | None
) -> Restatement | None:
    """What the last commit up to `since` says of that day, against the database at hand.

    None where there is nothing to compare with: no repository, no git, no commit so early.
    """
    from scenarios.analysis.review.restatement import Restatement, restated
    from scenarios.storage.git import repository as git

    try:
        _, repository = repository_of(context)
        tip = git.commit_of(repository, rev or "HEAD")
        commit = git.last_commit(repository, since, tip)
        if commit is None and git.is_shallow(repository):
            say("this clone is shallow: what was printed before is not seen; git fetch --unshallow")
        printed = desk_at(context, commit, desk) if commit else None
    except ScenError as error:
        tell_refused(context, error)
        return None
    if commit is None or printed is None:
        return None
    return Restatement(commit, since, restated(printed.database, desk.database, since))
