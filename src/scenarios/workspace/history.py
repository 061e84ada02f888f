"""What git tells of a database: two of its states, and the commits that led to one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from scenarios.analysis.history.commits import Commit, Revision
from scenarios.errors import UsageError
from scenarios.progress import Progress, unwatched
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import Repository
from scenarios.storage.git.revisions import changed_files, revisions
from scenarios.workspace.opened import Opened, open_folder, open_revision

WORKING_TREE = "working tree"
SHALLOW = "this clone is shallow: what came before is not seen; git fetch --unshallow"


class State(NamedTuple):
    """A state: what to call it, its commit or `working tree`, and the revision as it was typed."""

    opened: Opened
    name: str
    commit: str
    typed: str = ""


def states(
    root: Path, repository: Repository, before: str, after: str | None
) -> tuple[State, State]:
    """Both states; a file that they share is read and parsed once.

    `before` may be `A..B` or `A...B`; without `after` the second one is the working tree.
    """
    old, dots, new = before.partition("...") if "..." in before else before.partition("..")
    if dots and after is not None:
        raise UsageError(f"{before} names two revisions already: leave {after} out")
    if dots:
        before, after = old or "HEAD", new or "HEAD"
        before = git.merge_base(repository, before, after) if dots == "..." else before
    if after is None:
        later = State(open_folder(root), WORKING_TREE, WORKING_TREE)
    else:
        opened = open_revision(root, repository, after)
        later = State(opened, *_names(repository, after), after)
    opened = open_revision(root, repository, before, later.opened.snapshot, later.opened.read)
    return State(opened, *_names(repository, before), before), later


def past(
    repository: Repository, revision: str | None, progress: Progress = unwatched
) -> tuple[list[Revision], str]:
    """The commits that led to a revision, oldest first, and its own name."""
    tip = git.commit_of(repository, revision or "HEAD")
    return revisions(repository, tip, progress), tip


def touching(repository: Repository, revision: str) -> dict[str, list[Commit]]:
    """The commits that changed each file, newest first; a merge changed none that a parent had."""
    found: dict[str, list[Commit]] = {}
    for commit, paths in changed_files(repository, git.commit_of(repository, revision)):
        for path in paths:
            found.setdefault(path, []).insert(0, commit)
    return found


def origin(opened: Opened, repository: Repository) -> tuple[str, bool]:
    """The commit and day that a database is of, and whether its files are as it had them."""
    commit = git.commit_of(repository, opened.commit or "HEAD")
    files = opened.snapshot
    if opened.commit is None:
        files = git.snapshot(repository, commit, opened.snapshot)[0]
    day = git.committed_on(repository, commit) or "an invalid date"
    return f"{commit[:12]} of {day}", files == opened.snapshot


def _names(repository: Repository, revision: str) -> tuple[str, str]:
    """A revision as it was typed, with the commit that it stands for, and that commit."""
    commit = git.commit_of(repository, revision)
    short = commit[:12]
    return short if commit.startswith(revision) else f"{revision} ({short})", commit
