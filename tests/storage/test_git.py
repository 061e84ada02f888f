"""Real repositories: a revision is the same snapshot as a checkout of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git import repository as git
from tests.cli.commands import scen

TRACKER = b"format: 1\ntitle: T\n"
SOURCE = b"name: A paper\nreliability: B\n"


def environment(day: str = "2022-03-01T12:00:00Z") -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    for who in ("AUTHOR", "COMMITTER"):
        kept |= {f"GIT_{who}_NAME": "A", f"GIT_{who}_EMAIL": "a@example.org"}
    dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    return kept | dates | {"GIT_CONFIG_GLOBAL": os.devnull, "TZ": "UTC"}


def run(folder: Path, *words: str, day: str = "2022-03-01T12:00:00Z") -> str:
    command = ["git", *words]
    made = subprocess.run(
        command, cwd=folder, env=environment(day), check=True, capture_output=True
    )
    return made.stdout.decode().strip()


def shell(folder: Path, script: str) -> None:
    """A script as bash runs it, stopped where a command fails.

    `add PATH [TEXT [DAY]]` writes a file of the database (a sound source) and commits it; `record`
    commits all under a subject; `merge` merges.
    """
    words = ["bash", "-euc", SCRIPT + script]
    subprocess.run(words, cwd=folder, env=environment(), check=True, capture_output=True)


SCRIPT = """
git() { command git -c advice.detachedHead=false "$@" >/dev/null 2>&1; }
on() { export GIT_AUTHOR_DATE=2022-03-${1}T12:00:00Z GIT_COMMITTER_DATE=2022-03-${1}T12:00:00Z; }
record() { git add -A; git commit --allow-empty -m "$1"; }
merge() { git merge --no-ff -m "$@"; }
put() { mkdir -p "$(dirname "$1")"; printf "$2" >"$1"; }
add() { on "${3:-01}"; put "scenarios/$1" "${2:-name: A paper\\nreliability: B\\n}"; record "$1"; }
start() { git init -b main; put scenarios/tracker.yaml 'format: 1\\ntitle: T\\n'; record first; }
"""


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def commit(folder: Path, message: str, day: str = "2022-03-01T12:00:00Z") -> str:
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", message, day=day)
    return run(folder, "rev-parse", "HEAD")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A repository with two commits, a day apart, and a changed working tree."""
    top = tmp_path / "my désk"
    top.mkdir()
    run(top, "init", "-q", "-b", "main")
    put(top, "scenarios/tracker.yaml", TRACKER)
    commit(top, "first", "2022-03-01T12:00:00+00:00")
    put(top, "scenarios/sources/paper.yaml", SOURCE)
    put(top, "scenarios/sources/ein Blatt ü.yaml", SOURCE)
    put(top, "scenarios/notes.txt", b"no record")
    put(top, "scenarios/.hidden/x.yaml", b"no record")
    commit(top, "second", "2022-03-02T12:00:00+00:00")
    put(top, "scenarios/sources/paper.yaml", b"changed, and broken: [")
    return top


def at(database: Path, revision: str) -> dict[str, bytes]:
    repository = git.repository(database)
    files, problems = git.snapshot(repository, git.commit_of(repository, revision))
    assert problems == []
    return files


SECOND = {
    "sources/ein Blatt ü.yaml": SOURCE,
    "sources/paper.yaml": SOURCE,
    "tracker.yaml": TRACKER,
}


def test_a_revision_is_what_its_commit_had_not_the_working_tree(desk: Path) -> None:
    assert at(desk / "scenarios", "HEAD") == SECOND
    assert at(desk / "scenarios", "HEAD~1") == {"tracker.yaml": TRACKER}
    assert (desk / "scenarios/sources/paper.yaml").read_bytes().startswith(b"changed")


@pytest.mark.parametrize(
    ("revision", "files"),
    [
        ("2022-03-01", 1),
        ("2022-03-02", 3),
        ("2026-01-01", 3),
        ("v1", 1),
        ("main", 3),
        ("HEAD@{1}", 3),
    ],
)
def test_a_revision_may_be_a_day_a_tag_a_branch_or_of_the_reflog(
    desk: Path, revision: str, files: int
) -> None:
    """A day is the last commit up to its end."""
    run(desk, "tag", "-a", "v1", "-m", "v1", "HEAD~1")
    if revision[0] != "2":
        run(desk, "checkout", "-q", "-f", "--detach", "HEAD~1")
    assert len(at(desk / "scenarios", revision)) == files


def test_a_checkout_of_it_gives_the_same_snapshot_whatever_the_environment_says(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(desk, "worktree", "add", "-q", str(tmp_path / "other"), "HEAD")
    files, _ = worktree.snapshot(tmp_path / "other" / "scenarios")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert files == at(desk / "scenarios", "HEAD") == at(tmp_path / "other/scenarios", "HEAD")


def test_a_shallow_clone_says_what_it_cannot_see(desk: Path, tmp_path: Path) -> None:
    run(tmp_path, "clone", "-q", "--depth=1", desk.as_uri(), "shallow")
    database = tmp_path / "shallow" / "scenarios"
    assert len(at(database, "HEAD")) == 3
    with pytest.raises(ScenError, match="git knows no revision 'HEAD~1'; this clone is shallow"):
        at(database, "HEAD~1")


def test_a_symbolic_link_in_a_revision_is_not_followed(desk: Path) -> None:
    (desk / "scenarios" / "sources" / "link.yaml").symlink_to("/etc/passwd")
    commit(desk, "third")
    repository = git.repository(desk / "scenarios")
    files, problems = git.snapshot(repository, git.commit_of(repository, "HEAD"))
    assert [(p.path, p.rule) for p in problems] == [("sources/link.yaml", "symlink")]
    assert "sources/link.yaml" not in files


@pytest.mark.parametrize(
    ("revision", "reason"),
    [(word, "git knows no revision") for word in ("nonsense", "--help", "", "main..HEAD")]
    + [("HEAD:scenarios", "git knows no revision")]
    + [("2020-01-01", "no commit on or before 2020-01-01")]
    + [("2022-02-30", "2022-02-30: not a valid date")],
)
def test_what_is_no_revision_is_refused(desk: Path, revision: str, reason: str) -> None:
    with pytest.raises(ScenError, match=reason):
        at(desk / "scenarios", revision)


def test_outside_a_repository_and_without_git(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "scenarios/tracker.yaml", TRACKER)
    with pytest.raises(ScenError, match="in no git repository"):
        git.repository(tmp_path / "scenarios")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScenError, match="git is not installed"):
        git.repository(desk / "scenarios")


def test_reading_commands_answer_from_a_revision_of_a_bare_repository_too(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    made = scen("list", "sources", "--rev", "HEAD", "--format", "json")
    assert (made.exit_code, '"id": "paper"' in made.stdout) == (0, True)
    assert "1 file left out, 1 fault" in made.stderr  # the id with a space
    assert scen("show", "paper", "--rev", "HEAD~1").exit_code == 1
    run(desk, "checkout", "-q", "--orphan", "empty")
    run(desk, "rm", "-rfq", "--cached", ".")
    run(desk, "commit", "-q", "--allow-empty", "-m", "nothing")
    assert scen("status", "--rev", "HEAD").stderr == (
        "scen: the revision 'HEAD' has no database in scenarios/\n"
    )
    run(tmp_path, "clone", "-q", "--bare", desk.as_uri(), "bare.git")
    monkeypatch.chdir(tmp_path)
    made = scen("--database", "bare.git", "list", "sources", "--rev", "main", "--format", "json")
    assert (made.exit_code, '"id": "paper"' in made.stdout) == (0, True)
    assert scen("status", "--rev", "HEAD").stderr == f"scen: {tmp_path} is not a git repository\n"
