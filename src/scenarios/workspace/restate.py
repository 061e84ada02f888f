"""A review beside what was printed of its first day: figures that differ, questions rewritten."""

from __future__ import annotations

from datetime import date

import msgspec

from scenarios.analysis.review.questions import rewritten
from scenarios.analysis.review.restatement import Restatement, restated
from scenarios.analysis.review.review import Review
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.storage.git import repository as git
from scenarios.workspace.opened import Opened, open_revision

SHALLOW = "this clone is shallow: what was printed before is not seen; git fetch --unshallow"


def with_history(
    made: Review, opened: Opened, repository: git.Repository
) -> tuple[Review, str | None]:
    """The review with what the last commit up to its `since` says otherwise, and a remark.

    The same review where there is no commit so early.
    """
    tip = git.commit_of(repository, opened.commit or "HEAD")
    commit = git.last_commit(repository, made.since, tip)
    if commit is None:
        return made, SHALLOW if git.is_shallow(repository) else None
    try:
        printed = _at(opened, repository, commit)
        later = _on(opened, repository, made.as_of, tip)
    except ScenError:  # that commit had no database
        return made, None
    ids = [row.id for row in made.scenarios]
    figures = restated(printed, opened.database, made.since)
    return msgspec.structs.replace(
        made,
        questions=(*rewritten(printed, later, ids), *made.questions),
        restated=Restatement(commit=commit, day=made.since, figures=figures),
    ), None


def _at(opened: Opened, repository: git.Repository, commit: str) -> Database:
    files = opened.snapshot, opened.read
    return open_revision(opened.root, repository, commit, *files).database


def _on(opened: Opened, repository: git.Repository, day: date, tip: str) -> Database:
    """The records as they stood at the end of a day: what was rewritten later is no news of it."""
    commit = git.last_commit(repository, day, tip)
    if commit is None or commit == tip:
        return opened.database
    return _at(opened, repository, commit)
