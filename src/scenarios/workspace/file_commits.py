"""The commits that changed each file, which follow the tip of a repository."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from scenarios.analysis.changes import Commit
from scenarios.errors import ScenError
from scenarios.storage.git import process
from scenarios.storage.git.repository import Repository, changed_files


class FileCommits(NamedTuple):
    """The commits that changed each file, newest first, and each commit with its files, by id."""

    by_file: Mapping[str, Sequence[Commit]]
    by_commit: Mapping[str, tuple[Commit, Sequence[str]]]


_LATEST: dict[Repository, tuple[str, FileCommits]] = {}
_MOST = 4
"""Repositories, or pinned tips of one, whose commits are kept."""


def file_commits(repository: Repository, tip: str) -> FileCommits:
    """Commits and files up to a tip; of a merge those that differ from all its parents.

    Where the tip continues that of the last call, only the commits between them are read.
    """
    before, known = _LATEST.pop(repository, ("", FileCommits({}, {})))
    if before != tip:
        is_on = bool(before) and _continues(repository, before, tip)
        by_file, by_commit = ({**known.by_file}, {**known.by_commit}) if is_on else ({}, {})
        for commit, paths in changed_files(repository, f"{before}..{tip}" if is_on else tip):
            by_commit[commit.id] = commit, [*paths]
            for path in by_commit[commit.id][1]:
                by_file[path] = [commit, *by_file.get(path, ())]
        known = FileCommits(by_file, by_commit)
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
