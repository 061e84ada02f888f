"""`--commit` killed with all that it started: the next command says so, and nothing of it stays."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import SCEN, scen
from tests.storage.system import mounted
from tests.storage.test_commits import hook, is_ana
from tests.storage.test_git import put, run, shell

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is only said")

NEW = "scenarios/evidence/2022/2022-02-28-talks.yaml"
OLD = "scenarios/evidence/2022/2022-02-04-visit.yaml"
TALKS = ("add-evidence", "Talks", "--recorded", "2022-02-28", "--rate", "trade=CC", "--commit")
RATE = ("rate", "2022-02-04-visit", "trade=I", "--commit")
NEXT = ("add-source", "trt", "--name", "TRT", "--reliability", "C")
BEFORE = "scen: a command was killed before its commit: written, not committed: {}\n"
AFTER = "scen: a command was killed after its commit {}: committed: {}\n"


@pytest.fixture
def top(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    is_ana(monkeypatch)
    shell(root.parent, "git init -b main; record first")
    return root.parent


def start(*words: str) -> subprocess.Popen[bytes]:
    null = subprocess.DEVNULL
    return subprocess.Popen(
        [SCEN, *words], stdin=null, stdout=null, stderr=null, start_new_session=True
    )


def killed(top: Path, name: str, *words: str, when: str = "true") -> None:
    hook(top, name, f"if {when}; then kill -9 0; fi")
    assert start(*words).wait() == -9
    with next((top / ".git").glob("scen-commit-*")).open() as note:
        fcntl.flock(note, fcntl.LOCK_EX)  # until all that it started is dead
    (top / ".git/hooks" / name).unlink()


def debris(top: Path) -> list[str]:
    names = (path.name for path in (top / ".git").rglob("*"))
    return [name for name in names if name.endswith(".lock") or name.startswith("scen-commit")]


def status(top: Path) -> list[str]:
    return run(top, "status", "--porcelain").splitlines()


def test_before_the_commit_the_index_is_as_it_was(top: Path) -> None:
    shell(top, "put own.txt own; put staged.txt x; git add -N own.txt; git add staged.txt")
    killed(top, "pre-commit", *TALKS)
    assert status(top) == ["A own.txt", f" A {NEW}", "A  staged.txt"]
    assert "index.lock" in debris(top)
    made = scen(*NEXT, "--commit")
    assert (made.exit_code, made.stderr) == (0, BEFORE.format(NEW))
    assert (debris(top), run(top, "ls-files", NEW)) == ([], "")
    assert status(top)[:2] == ["A own.txt", "A  staged.txt"]  # which is the user's


@pytest.mark.parametrize(
    ("words", "path", "name", "when"),
    [
        (TALKS, NEW, "reference-transaction", '[ "$1" = committed ]'),
        (RATE, OLD, "reference-transaction", '[ "$1" = committed ]'),
        (RATE, OLD, "post-commit", "true"),
    ],
)
def test_after_the_commit_the_index_is_brought_up_to_it(
    top: Path, words: tuple[str, ...], path: str, name: str, when: str
) -> None:
    killed(top, name, *words, when=when)
    oid = run(top, "rev-parse", "HEAD")
    made = scen(*NEXT)
    assert (made.exit_code, made.stderr) == (0, AFTER.format(oid[:7], path))
    assert (debris(top), status(top)) == ([], ["?? scenarios/sources/trt.yaml"])
    assert scen(*RATE).stderr == ""


def test_on_a_branch_without_a_commit(top: Path) -> None:
    run(top, "update-ref", "-d", "HEAD")
    run(top, "rm", "-rq", "--cached", ".")
    killed(top, "post-commit", *TALKS)
    assert scen(*NEXT).stderr == AFTER.format(run(top, "rev-parse", "HEAD")[:7], NEW)
    assert run(top, "ls-files") == NEW
    assert debris(top) == []


def test_what_was_staged_since_is_not_taken_back(top: Path) -> None:
    killed(top, "post-commit", *RATE)
    (top / ".git/index.lock").unlink(missing_ok=True)
    put(top, OLD, b"by hand\n")
    run(top, "add", OLD)
    scen(*NEXT)
    assert run(top, "show", f":{OLD}") == "by hand"
    assert debris(top) == []


def test_where_somebody_went_on_nothing_is_mended_and_nothing_told(top: Path) -> None:
    killed(top, "pre-commit", *TALKS)
    shell(top, "rm -f .git/*.lock; record 'all of it'; put notes.txt x; record more")
    before = run(top, "rev-parse", "HEAD")
    assert scen(*NEXT).stderr == ""
    assert (run(top, "rev-parse", "HEAD"), debris(top)) == (before, [])


def test_a_lock_that_was_there_before_stays_and_is_told(top: Path) -> None:
    killed(top, "pre-commit", *TALKS)
    os.utime(top / ".git/index.lock", (1, 1))
    made = scen(*NEXT)
    words = f"scen: a command was killed at its commit; if no git is at work, delete {top}"
    assert (made.exit_code, made.stderr) == (0, f"{words}/.git/index.lock\n")
    made = scen(*RATE)
    assert made.exit_code == 1
    assert made.stderr.endswith("if no git is at work, one was killed: then delete it\n")


def test_a_git_that_outlives_its_command_is_left_to_its_work(top: Path) -> None:
    os.mkfifo(top / "ready")
    os.mkfifo(top / "on")
    hook(top, "pre-commit", "echo >ready; read x <on; exec >/dev/null 2>&1")
    hook(top, "post-commit", "echo >ready")
    running = start(*TALKS)
    (top / "ready").read_bytes()
    running.kill()
    running.wait()
    made = scen(*NEXT)
    assert (made.exit_code, made.stderr) == (0, "")
    assert "index.lock" in debris(top)
    (top / "on").write_text("on\n")
    (top / "ready").read_bytes()
    assert run(top, "log", "-1", "--format=%s").startswith("evidence: ")


def test_a_note_that_was_not_written_to_its_end_says_nothing(top: Path) -> None:
    put(top, ".git/scen-commit-0", b'{"head":')
    made = scen(*NEXT)
    assert (made.exit_code, made.stderr, debris(top)) == (0, "", [])


def test_what_a_hook_leaves_running_keeps_nobody_waiting(top: Path) -> None:
    os.mkfifo(top / "never")
    hook(top, "post-commit", "trap '' INT; (read x <never) & echo $! >pid")
    made = scen(*TALKS)
    assert made.exit_code == 0
    os.kill(int((top / "pid").read_text()), 9)


def test_of_what_a_hook_says_the_beginning_and_the_end_are_shown(top: Path) -> None:
    loud = "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1"
    hook(top, "pre-commit", f"echo the beginning; {loud}")
    made = scen(*TALKS)
    assert made.exit_code == 1
    assert "the beginning\nxxx" in made.stderr
    assert "xxx\nthe end\n" in made.stderr
    assert "\n… and more, left out here …\n" in made.stderr
    assert len(made.stderr) < 6000


def test_a_git_directory_that_cannot_be_written_to_is_seen_before_the_file(top: Path) -> None:
    (top / "disk").mkdir()
    with mounted(top / "disk", "size=1m"):
        (top / ".git").rename(top / "moved")
        shutil.copytree(top / "moved", top / "disk" / "git")
        (top / ".git").write_text("gitdir: disk/git\n")
        subprocess.run(["mount", "-o", "remount,ro", str(top / "disk")], check=True)
        made = scen(*TALKS)
        assert made.exit_code == 1
        lock = f"{top}/disk/git/scen.lock: Read-only file system"
        refused = f"scen: {top}/scenarios: cannot lock it: nothing was written: {lock}; "
        assert made.stderr.startswith(refused)
        assert not (top / NEW).exists()
        assert scen("history").exit_code == 0


def test_no_temporary_folder_is_needed(top: Path) -> None:
    env = {**os.environ, "TMPDIR": str(top / "nowhere")}
    made = subprocess.run([SCEN, *TALKS], env=env, capture_output=True, check=True)
    assert (made.stderr, debris(top), status(top)) == (b"", [], [])
