"""Real repositories: a revision is the same snapshot as a checkout of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scenarios.cli.main import app
from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.git import repository as git

TRACKER = b"format: 1\ntitle: T\n"
SOURCE = b"name: A paper\nreliability: B\n"


def run(folder: Path, *words: str, day: str = "2022-03-01T12:00:00+00:00") -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_AUTHOR_DATE": day,
        "GIT_COMMITTER_DATE": day,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "TZ": "UTC",
    }
    made = subprocess.run(
        ["git", *words], cwd=folder, env={**kept, **identity}, check=True, capture_output=True
    )
    return made.stdout.decode().strip()


def put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def commit(folder: Path, message: str, day: str = "2022-03-01T12:00:00+00:00") -> str:
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
    ("day", "files"), [("2022-03-01", 1), ("2022-03-02", 3), ("2026-01-01", 3)]
)
def test_a_day_is_the_last_commit_up_to_its_end(desk: Path, day: str, files: int) -> None:
    assert len(at(desk / "scenarios", day)) == files


def test_a_checkout_of_it_gives_the_same_snapshot(desk: Path, tmp_path: Path) -> None:
    run(desk, "worktree", "add", "-q", str(tmp_path / "other"), "HEAD")
    files, _ = worktree.snapshot(tmp_path / "other" / "scenarios")
    assert files == at(desk / "scenarios", "HEAD") == at(tmp_path / "other/scenarios", "HEAD")


def test_tags_reflogs_and_a_detached_head(desk: Path) -> None:
    run(desk, "tag", "-a", "v1", "-m", "v1", "HEAD~1")
    run(desk, "checkout", "-q", "-f", "--detach", "HEAD~1")
    assert len(at(desk / "scenarios", "v1")) == 1
    assert len(at(desk / "scenarios", "main")) == 3
    assert len(at(desk / "scenarios", "HEAD@{1}")) == 3


def test_objects_by_sha256(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "--object-format=sha256")
    put(tmp_path, "scenarios/tracker.yaml", TRACKER)
    assert len(commit(tmp_path, "first")) == 64
    assert at(tmp_path / "scenarios", "HEAD") == {"tracker.yaml": TRACKER}


def test_the_database_may_be_the_top_or_deep_below_it(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")
    put(tmp_path, "tracker.yaml", TRACKER)
    put(tmp_path, "deep/down/tracker.yaml", TRACKER)
    put(tmp_path, "deep/down/sources/paper.yaml", SOURCE)
    commit(tmp_path, "first")
    assert set(at(tmp_path / "deep/down", "HEAD")) == {"sources/paper.yaml", "tracker.yaml"}
    assert "tracker.yaml" in at(tmp_path, "HEAD")


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


def test_git_is_asked_about_this_repository_whatever_the_environment_says(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert len(at(desk / "scenarios", "HEAD")) == 3


@pytest.mark.parametrize("revision", ["nonsense", "--help", "HEAD:scenarios", "", "main..HEAD"])
def test_what_is_no_revision_is_refused(desk: Path, revision: str) -> None:
    with pytest.raises(ScenError, match="git knows no revision"):
        at(desk / "scenarios", revision)


def test_a_day_before_the_first_commit_and_a_day_of_no_calendar(desk: Path) -> None:
    with pytest.raises(ScenError, match="no commit on or before 2020-01-01"):
        at(desk / "scenarios", "2020-01-01")
    with pytest.raises(ScenError, match="2022-02-30: not a valid date"):
        at(desk / "scenarios", "2022-02-30")


def test_outside_a_repository_and_without_git(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "scenarios/tracker.yaml", TRACKER)
    with pytest.raises(ScenError, match="in no git repository"):
        git.repository(tmp_path / "scenarios")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScenError, match="git is not installed"):
        git.repository(desk / "scenarios")


def scen(*words: str) -> tuple[int, str, str]:
    made = CliRunner().invoke(app, list(words), env={"COLUMNS": "80"})
    return made.exit_code, made.stdout, made.stderr


def test_reading_commands_answer_from_a_revision(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    code, out, err = scen("list", "sources", "--rev", "HEAD", "--format", "json")
    assert (code, '"id": "paper"' in out) == (0, True)
    assert "1 file left out, 1 fault" in err  # the id with a space
    assert scen("show", "paper", "--rev", "HEAD~1")[0] == 1
    assert scen("status", "--rev", "HEAD") == (0, "no scenario yet: scen new\n", err)


def test_a_bare_repository_answers_with_a_revision(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "clone", "-q", "--bare", desk.as_uri(), "bare.git")
    monkeypatch.chdir(tmp_path)
    words = ["--database", "bare.git", "list", "sources", "--rev", "main", "--format", "json"]
    code, out, _ = scen(*words)
    assert (code, '"id": "paper"' in out) == (0, True)
    code, _, err = scen("status", "--rev", "HEAD")
    assert (code, err) == (1, f"scen: {tmp_path} is not a git repository\n")


def test_a_revision_without_the_database_says_so(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    run(desk, "checkout", "-q", "--orphan", "empty")
    run(desk, "rm", "-rfq", "--cached", ".")
    run(desk, "commit", "-q", "--allow-empty", "-m", "nothing")
    code, _, err = scen("status", "--rev", "HEAD")
    assert (code, err) == (1, "scen: the revision 'HEAD' has no database in scenarios/\n")
