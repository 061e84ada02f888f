"""The project's own history: what git's objects say is what its checkouts say."""

from __future__ import annotations

import subprocess
import tarfile
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from scenarios.analysis.history.provenance import states
from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import revisions
from scenarios.storage.loader import load, read_record

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def repository() -> git.Repository:
    try:
        found = git.repository(ROOT / "scenarios")
        git.commit_of(found, "HEAD")
    except ScenError as error:
        pytest.skip(f"the tests are not run in a clone: {error}")
    return found


def test_every_state_still_loads_and_is_what_the_commits_before_it_add_up_to(
    repository: git.Repository,
) -> None:
    read, told = cache(read_record), revisions(repository, "HEAD")
    for revision, standing in states(told):
        standing.put(revision.changes)
        loaded = load(git.snapshot(repository, revision.commit.id)[0], read)
        errors = [str(problem) for problem in loaded.problems if problem.severity == "error"]
        assert (errors, loaded.database) == ([], standing.database), revision.commit.id


def test_git_s_objects_say_what_their_checkout_says(
    repository: git.Repository, tmp_path: Path
) -> None:
    for revision in revisions(repository, "HEAD")[::20]:
        commit = revision.commit.id
        command = ["git", "archive", "--format=tar", commit, "scenarios"]
        packed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(tmp_path / commit, filter="data")
        checked_out, problems = worktree.snapshot(tmp_path / commit / "scenarios")
        assert (git.snapshot(repository, commit)[0], problems) == (checked_out, []), commit
