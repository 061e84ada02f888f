"""A commit holds the files that were written, whatever they are called and a hook says of them.

What the CLI tells of it, in which places, with which hooks, and what is in its way, is in
tests/transcripts/commit.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.storage.git import commit_notes, committing
from tests.storage.test_git import commit, put, run, shell

PAPER, NEW = "scenarios/sources/paper.yaml", "scenarios/evidence/2022/new.yaml"


def is_ana(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with a name, and no settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ana@example.org")


@pytest.fixture(autouse=True)
def _a_user_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    is_ana(monkeypatch)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository in a folder whose name takes some care."""
    top = tmp_path / "my désk [1]"
    top.mkdir()
    shell(
        top, "start; add sources/paper.yaml; add sources/other.yaml; put notes.txt one; record more"
    )
    return top


def written(top: Path, files: dict[str, bytes], subject: str = "a subject") -> None:
    """The files of a command, refused or written and committed."""
    repository = committing.repository(top / "scenarios")
    paths = [path.removeprefix("scenarios/") for path in files]
    committing.refuse(repository, paths)
    with committing.noted(repository, paths) as note:
        for path, data in files.items():
            put(top, path, data)
        committing.commit(repository, note, subject)


def held(top: Path, revision: str = "HEAD") -> list[str]:
    """The paths that a commit changed."""
    words = ("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", revision)
    return run(top, *words).split("\0")[:-1]


def hook(top: Path, name: str, text: str) -> None:
    place = top / ".git" / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)


def test_a_commit_of_somebody_else_meanwhile_is_not_taken_for_one_that_git_refused(
    top: Path,
) -> None:
    repository, lock = committing.repository(top / "scenarios"), top / ".git/index.lock"
    with committing.noted(repository, ["evidence/2022/new.yaml"]) as note:
        put(top, NEW, b"name: New\nreliability: B\n")
        shell(top, "put notes.txt two; git commit -a -m theirs")
        lock.touch()
        with pytest.raises(ScenError, match=r"new\.yaml: written, not committed"):
            committing.commit(repository, note, "a subject")
    lock.unlink()
    assert held(top) == ["notes.txt"]
    assert NEW not in run(top, "ls-files")


def test_a_name_is_a_name_and_no_pattern(top: Path) -> None:
    names = ["sources/ein [B]latt ü*.yaml", ":(top)x.yaml", "-n.yaml", 'say "hi".yaml']
    put(top, "scenarios/sources/ein Blatt ü1.yaml", b"alike")
    written(top, {f"scenarios/{name}": b"new" for name in names})
    assert sorted(held(top)) == sorted(f"scenarios/{name}" for name in names)
    assert run(top, "status", "--porcelain", "-z") == "?? scenarios/sources/ein Blatt ü1.yaml\0"


def test_what_a_symbolic_link_leads_to_is_what_was_written(top: Path) -> None:
    (top / "scenarios/sources/link.yaml").symlink_to("paper.yaml")
    (top / "scenarios/current").symlink_to("evidence/2022")
    put(top, "scenarios/evidence/2022/old.yaml", b"old\n")
    commit(top, "links")
    written(top, dict.fromkeys(["scenarios/sources/link.yaml", "scenarios/current/old.yaml"], b"n"))
    assert held(top) == ["scenarios/evidence/2022/old.yaml", PAPER]


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_where_a_hook_says_no_the_index_is_as_it_was_and_what_it_says_makes_the_commit(
    top: Path, name: str
) -> None:
    def state() -> list[str]:
        asked = ("ls-files --stage", "status --porcelain=v2 -uall", "rev-parse HEAD")
        return [run(top, *words.split()) for words in asked]

    put(top, PAPER, b"name: Rewritten\n")
    put(top, NEW, b"summary: New\n")
    shell(
        top,
        """
        put notes.txt two; put staged.txt staged; git add notes.txt staged.txt; put notes.txt three
        git mv scenarios/tracker.yaml away; put scenarios/sources/other.yaml 'name: Changed'""",
    )
    before = state()
    hook(top, name, 'echo "line 9:\tno"; echo "second" >&2; exit 1')
    files = {PAPER: b"name: Rewritten\n", NEW: b"summary: New\n"}
    with pytest.raises(ScenError) as refused:
        written(top, files, "it's one")
    how = (
        f"git -C '{top}' add -- {PAPER} {NEW} && "
        f"git -C '{top}' commit -m 'it'\"'\"'s one' -- {PAPER} {NEW}"
    )
    assert str(refused.value) == (
        f"{top}/{PAPER}, {top}/{NEW}: written, not committed:\n"
        f"line 9: no\nsecond\nonce that is fixed: {how}"
    )
    assert state() == before
    hook(top, name, "exit 0")
    assert os.system(how) == 0  # noqa: S605 - as a user would
    assert held(top) == [NEW, PAPER]
    assert run(top, "log", "-1", "--format=%s") == "it's one"


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_what_ctrl_c_does_is_the_same_afterwards(top: Path, handler: Any) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        written(top, {NEW: b"summary: New\n"})
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_revert_in_references_that_are_no_files_is_seen(tmp_path: Path) -> None:
    shell(tmp_path, "git init -b main --ref-format=reftable || true")
    if not (tmp_path / ".git" / "reftable").exists():
        pytest.skip("this git has no reftable")
    shell(
        tmp_path,
        """
        start; put notes.txt one; record one; put notes.txt two; record two
        git revert HEAD~1 && exit 9; true""",
    )
    assert not (tmp_path / ".git" / "REVERT_HEAD").exists()
    with pytest.raises(ScenError, match="in the middle of a revert"):
        committing.refuse(committing.repository(tmp_path / "scenarios"), ["tracker.yaml"])


def test_what_was_not_committed_before_is_known(top: Path) -> None:
    shell(
        top,
        """
        cd scenarios/sources; put touched.yaml same; put gone.yaml gone; record more
        put touched.yaml same; touch -d @1 touched.yaml; rm gone.yaml
        put paper.yaml changed; put ünew.yaml new; put intended.yaml new; git add -N intended.yaml
        """,
    )
    names = ["touched", "gone", "paper", "ünew", "intended", "other", "to-come"]
    paths = [f"sources/{name}.yaml" for name in names]
    found = committing.uncommitted(committing.repository(top / "scenarios"), paths)
    assert found == [f"sources/{name}.yaml" for name in ("gone", "paper", "ünew", "intended")]


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="git at work cannot be seen")
def test_locks_stay_while_a_git_works_whose_folder_cannot_be_seen(
    top: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    note, lock = top / ".git/note", top / ".git/index.lock"
    for file in (note, lock):
        file.touch()

    def denied(link: Path) -> Path:
        raise PermissionError(link)

    words = ["git", f"--git-dir={top / '.git'}", "cat-file", "--batch"]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE) as git:
        with monkeypatch.context() as as_another_user:
            as_another_user.setattr(Path, "readlink", denied)
            commit_notes.clear_locks(top / ".git", note, top)
        assert lock.exists()
        commit_notes.clear_locks(top / ".git", note, top)  # it works elsewhere
        assert not lock.exists()
        git.communicate(timeout=30)
