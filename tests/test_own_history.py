"""The project's own history: what git's objects say is what its checkouts say, for every pair."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from itertools import pairwise, permutations
from pathlib import Path

import pytest

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.commits import States
from scenarios.analysis.history.probability_shifts import shifts
from scenarios.analysis.history.record_diff import differences
from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from scenarios.storage.git.revisions import revisions
from scenarios.storage.loader import load

ROOT = Path(__file__).resolve().parents[1]
History = dict[str, tuple[Database, Database]]
"""By the commit that made each state: the database from git's objects, and from its checkout."""


@pytest.fixture(scope="module")
def repository() -> git.Repository:
    try:
        found = git.repository(ROOT / "scenarios")
        git.commit_of(found, "HEAD")
    except ScenError as error:
        pytest.skip(f"the tests are not run in a clone: {error}")
    return found


@pytest.fixture(scope="module")
def history(
    repository: git.Repository, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Database, Database]]:
    """Every state of the database that a commit of this clone made, loaded in both ways."""
    found = {}
    for revision in revisions(repository, "HEAD"):
        commit = revision.commit.id
        snapshot, _ = git.snapshot(repository, commit)
        checkout = tmp_path_factory.mktemp("checkout")
        command = ["git", "archive", "--format=tar", commit, "scenarios"]
        packed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(checkout, filter="data")
        files, _ = worktree.snapshot(checkout / "scenarios")
        found[commit] = load(snapshot).database, load(files).database
    return found


def test_every_state_still_loads_without_an_error(repository: git.Repository) -> None:
    for revision in revisions(repository, "HEAD"):
        snapshot, _ = git.snapshot(repository, revision.commit.id)
        problems = load(snapshot).problems
        assert [str(p) for p in problems if p.severity == "error"] == [], revision.commit.id


def test_the_difference_of_any_two_commits_is_that_of_their_checkouts(history: History) -> None:
    for (one, its_checkout), (other, others_checkout) in permutations(history.values(), 2):
        assert differences(one, other) == differences(its_checkout, others_checkout)


def test_so_are_the_shifts_from_each_commit_to_the_next(history: History) -> None:
    for (one, its_checkout), (other, others_checkout) in pairwise(history.values()):
        day = latest_day(other)
        assert day
        assert shifts(one, other, day) == shifts(its_checkout, others_checkout, day)


def test_the_changes_of_the_commits_add_up_to_each_of_these_states(
    repository: git.Repository, history: History
) -> None:
    told = revisions(repository, "HEAD")
    states = States(told)
    for revision in told:
        standing = states.before(revision)
        standing.put(revision.changes)
        states.keep(revision, standing)
        assert standing.database == history[revision.commit.id][1]
