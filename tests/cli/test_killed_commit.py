"""`--commit` killed, beside tests/transcripts/commit/killed.txt: what goes on, and a full stop."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from tests.cli.commands import process, scen
from tests.storage.system import mounted, remount
from tests.storage.test_commits import hook, is_ana
from tests.storage.test_git import run, shell

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is only said")

TALKS = ("add-evidence", "Talks", "--recorded", "2022-02-28", "--rate", "trade=CC", "--commit")
NEXT = ("add-source", "trt", "--name", "TRT", "--reliability", "C")


@pytest.fixture
def top(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    is_ana(monkeypatch)
    shell(root.parent, "git init -b main; record first")
    return root.parent


def test_a_git_that_outlives_its_command_is_left_to_its_work(top: Path) -> None:
    os.mkfifo(top / "ready")
    os.mkfifo(top / "on")
    hook(top, "pre-commit", "echo >ready; read x <on; exec >/dev/null 2>&1")
    hook(top, "post-commit", "echo >ready")
    running = process(*TALKS, cwd=top)
    (top / "ready").read_bytes()
    running.kill()
    running.communicate()
    made = scen(*NEXT)
    assert (made.exit_code, made.stderr) == (0, "")
    assert (top / ".git/index.lock").exists()
    (top / "on").write_text("on\n")
    (top / "ready").read_bytes()
    assert run(top, "log", "-1", "--format=%s").startswith("evidence: ")


def test_a_git_directory_that_cannot_be_written_to_is_seen_before_the_file(top: Path) -> None:
    (top / "disk").mkdir()
    with mounted(top / "disk", "size=1m"):
        (top / ".git").rename(top / "moved")
        shutil.copytree(top / "moved", top / "disk" / "git")
        (top / ".git").write_text("gitdir: disk/git\n")
        remount(top / "disk", "ro")
        made = scen(*TALKS)
        lock = f"{top}/disk/git/scen.lock: Read-only file system"
        refused = f"scen: {top}/scenarios: cannot lock it: nothing was written: {lock}; "
        assert (made.exit_code, made.stderr.startswith(refused)) == (1, True)
        assert not list(top.rglob("2022-02-28-talks.yaml"))
        assert scen("history").exit_code == 0


def test_of_a_rename_that_was_killed_at_its_commit_the_index_keeps_neither_name(top: Path) -> None:
    before, index = run(top, "rev-parse", "HEAD").strip(), top / ".git/index"
    assert scen("rename", "trade", "commerce").exit_code == 0
    new = "scenarios/commerce.yaml"
    run(top, "add", "--intent-to-add", new)
    paths = run(top, "diff", "--name-only", "--no-renames").split()
    stood = index.read_bytes()
    run(top, "commit", "--quiet", "--only", "--message=Rename", "--", *paths)
    index.write_bytes(stood)
    note = msgspec.json.encode({"head": before, "paths": paths, "new": [new]})
    (top / ".git/scen-commit-0").write_bytes(note)
    assert "killed after its commit" in scen(*NEXT).stderr
    assert run(top, "status", "--porcelain", "--untracked-files=no") == ""
