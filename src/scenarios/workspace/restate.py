"""The figures of last week's review as they were printed, beside what they would be today."""

from __future__ import annotations

from datetime import date

from scenarios.analysis.review.restatement import Restatement, restated
from scenarios.errors import ScenError
from scenarios.storage.git import repository as git
from scenarios.workspace.opened import Opened, open_revision

SHALLOW = "this clone is shallow: what was printed before is not seen; git fetch --unshallow"


def restatement(
    opened: Opened, repository: git.Repository, since: date
) -> tuple[Restatement | None, str | None]:
    """What the last commit up to `since` says of that day against `opened`, and a remark.

    None where there is no commit so early.
    """
    tip = git.commit_of(repository, opened.commit or "HEAD")
    commit = git.last_commit(repository, since, tip)
    if commit is None:
        return None, SHALLOW if git.is_shallow(repository) else None
    try:
        printed = open_revision(opened.root, repository, commit, opened.snapshot)
    except ScenError:  # that commit had no database
        return None, None
    figures = restated(printed.database, opened.database, since)
    return Restatement(commit=commit, day=since, figures=figures), None
