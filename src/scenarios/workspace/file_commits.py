"""The commits that changed each file, which follow the tip of a repository."""

from collections.abc import Mapping, Sequence

from scenarios.analysis.changes import Commit
from scenarios.errors import ScenError
from scenarios.storage.git import process
from scenarios.storage.git.repository import Repository, changed_files

FileCommits = Mapping[str, Sequence[Commit]]
_LATEST: dict[Repository, tuple[str, FileCommits]] = {}
_MOST = 4
"""Repositories, or pinned tips of one, whose commits are kept."""


def file_commits(repository: Repository, tip: str) -> FileCommits:
    """The commits that changed each file, newest first; a merge only if it differs from parents.

    Where the tip continues that of the last call, only the commits between them are read.
    """
    before, known = _LATEST.pop(repository, ("", {}))
    if before != tip:
        is_on = bool(before) and _continues(repository, before, tip)
        commits = {**known} if is_on else {}
        for commit, paths in changed_files(repository, f"{before}..{tip}" if is_on else tip):
            for path in paths:
                commits[path] = [commit, *commits.get(path, ())]
        known = commits
    while len(_LATEST) >= _MOST:
        _LATEST.pop(next(iter(_LATEST)), None)
    _LATEST[repository] = tip, known
    return known


def _continues(repository: Repository, before: str, tip: str) -> bool:
    """True if a line of commits without a merge leads from one to the other."""
    # Commits of two branches are ordered by their dates, and may belong among those known.
    words = ("rev-list", "--parents", "--reverse", f"{before}..{tip}")
    try:
        listed = process.run(repository.git_dir, *words).decode().splitlines()
    except ScenError:  # the one before is no longer there
        return False
    expected = before
    for line in listed:
        commit, *parents = line.split(" ")
        if parents != [expected]:
            return False
        expected = commit
    return expected == tip
