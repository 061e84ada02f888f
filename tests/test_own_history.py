"""The project's own history: what git's objects say is what its checkouts say."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from scenarios.analysis.history.commits import States
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
    """Every tenth state of the database that a commit of this clone made, loaded in both ways."""
    found = {}
    for revision in revisions(repository, "HEAD")[::10]:
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


def test_git_s_objects_say_what_their_checkout_says(history: History) -> None:
    for stored, checked_out in history.values():
        assert stored == checked_out


def test_the_changes_of_the_commits_add_up_to_each_of_these_states(
    repository: git.Repository, history: History
) -> None:
    told = revisions(repository, "HEAD")
    states = States(told)
    for revision in told:
        standing = states.before(revision)
        standing.put(revision.changes)
        states.keep(revision, standing)
        if revision.commit.id in history:
            assert standing.database == history[revision.commit.id][1]
