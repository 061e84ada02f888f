"""A repository that means harm: no command runs a program of it, and the real history answers.

What is only odd or broken in one is told in tests/transcripts/git/refusals.txt.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen
from tests.storage.system import needs_root
from tests.storage.test_commits import hook, is_ana
from tests.storage.test_git import put, run, shell

FORGED = "a forged commit"
COMMANDS = """
history
history 2022-02-04-visit
audit
diff HEAD~1
diff HEAD~1..HEAD --format markdown
list scenarios --rev HEAD
list evidence --rev 2022-03-01
show 2022-02-04-visit --rev HEAD
status --rev HEAD
report --since 2022-02-01 --as-of 2022-02-28
report --since 2022-02-01 --as-of 2022-02-28 --rev HEAD --format html
explain trade --rev HEAD
matrix --set form --rev HEAD
score --rev HEAD
check
check --rev HEAD --format sarif
add-evidence Talks --recorded 2022-02-28 --rate trade=CC --commit --dry-run
rate 2022-02-04-visit trade=I --commit --dry-run
add-source trt --name TRT --reliability C --commit --dry-run
resolve trade did-not-occur --basis Customs --recorded 2022-02-28 --commit --dry-run
retract 2022-02-04-visit --reason Hoax --date 2022-02-08 --commit --dry-run
"""
PROGRAMS = """
core.fsmonitor core.editor core.pager core.sshCommand core.alternateRefsCommand credential.helper
diff.external diff.x.command diff.x.textconv filter.x.clean filter.x.smudge filter.x.process
gpg.program merge.x.driver pager.rev-list remote.origin.uploadpack
"""
HOOKS = """
pre-commit prepare-commit-msg commit-msg post-commit pre-auto-gc reference-transaction
post-index-change fsmonitor-watchman
"""


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """What is there as soon as a program of the repository ran."""
    place = tmp_path / "program"
    place.write_text(f'#!/bin/sh\necho "$0 $@" >>{shlex.quote(f"{tmp_path}/ran")}\n')
    place.chmod(0o755)
    return tmp_path / "ran"


def set_traps(git_dir: Path, ran: Path) -> None:
    """Every setting of a repository that makes git start a program on the way."""
    program = str(ran.with_name("program"))
    values = dict.fromkeys(PROGRAMS.split(), program) | {
        "alias.rev-list": f"!{program}",
        "log.showSignature": "true",
        "commit.gpgSign": "true",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::{program}",
        "protocol.ext.allow": "always",
        "core.hooksPath": str(git_dir / "hooks"),
    }
    for key, value in values.items():
        run(git_dir, "config", "--file", "config", key, value)
    put(git_dir, "info/attributes", b"* filter=x diff=x\n")
    for name in HOOKS.split():
        put(git_dir, f"hooks/{name}", f"#!/bin/sh\n{program}\n".encode())
        (git_dir / "hooks" / name).chmod(0o755)


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sound commits of a sound database, in which the commands are given."""
    is_ana(monkeypatch)
    top = tmp_path / "top"
    make(top / "scenarios", {**FILES, "sources/old.yaml": "name: Old\nreliability: B\n"})
    shell(
        top, "git init -b main; record 'the real first'; rm */*/old.yaml; record 'the real second'"
    )
    monkeypatch.chdir(top)
    return top


@pytest.fixture
def clone(top: Path, tmp_path: Path, ran: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain clone, with tracked files in `scenarios` that form a repository."""
    forged = make(tmp_path / "forged", {"tracker.yaml": FILES["tracker.yaml"]})
    shell(
        forged,
        f"""
        git init -b main; record '{FORGED}'
        put tracker.yaml 'format: 1\\ntitle: Forged\\n'; record '{FORGED}'
        cd .git; mv HEAD config objects refs index ../../top/scenarios""",
    )
    set_traps(top / "scenarios", ran)
    shell(
        top,
        """
        put scenarios/refs/tags/.keep ''; git config --file scenarios/config core.worktree .
        git --git-dir=.git add -A; git --git-dir=.git commit -m 'the real third'
        git clone . ../clone""",
    )
    ran.unlink(missing_ok=True)
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


def nothing_runs(ran: Path) -> dict[str, str]:
    """What each command says on stderr, while no program of the repository runs."""
    told = {}
    for line in COMMANDS.strip().split("\n"):
        made = scen(*line.split())
        assert made.exit_code in (0, 1 if line == "audit" else 0), (line, made.stderr)
        assert not ran.exists(), line
        assert FORGED not in made.stdout
        told[line] = made.stderr
    return told


def test_after_a_clone_nothing_runs_and_the_real_history_answers(clone: Path, ran: Path) -> None:
    run(clone / "scenarios", "status")
    assert ran.exists()  # the trap works on git itself
    assert FORGED in run(clone / "scenarios", "log", "--format=%s")
    ran.unlink()
    named = "scen: scenarios: its HEAD, objects and refs form a git repository of their own"
    for line, err in nothing_runs(ran).items():
        assert err.count(named) == 1 or not line.startswith(("history", "diff", "audit")), line
    told = scen("history").stdout
    assert "the real first" in told
    assert "the real second" in told


def test_after_a_clone_a_commit_is_the_real_ones_with_its_hooks_alone(
    clone: Path, ran: Path
) -> None:
    hook(clone, "pre-commit", "echo the hook of the real one")
    forged = run(clone / "scenarios", "--git-dir=.", "rev-parse", "HEAD")
    made = scen("add-source", "trt", "--name", "TRT", "--reliability", "C", "--commit")
    assert (made.exit_code, "the hook of the real one" in made.stderr) == (0, True)
    real = ("--git-dir=.git", "--work-tree=.")
    assert run(clone, *real, "log", "-2", "--format=%s") == "source: trt\nthe real third"
    assert run(clone, *real, "status", "--porcelain") == ""
    assert not ran.exists()
    assert run(clone / "scenarios", "--git-dir=.", "rev-parse", "HEAD") == forged


def test_in_an_unpacked_folder_reading_and_rehearsing_run_nothing(top: Path, ran: Path) -> None:
    set_traps(top / ".git", ran)
    lost = run(top, "rev-parse", "HEAD:scenarios/trade.yaml")
    shell(top, "touch -d @1 scenarios/trade.yaml; git status || true")
    assert ran.exists()  # the trap works
    ran.unlink()
    os.utime(top / "scenarios/trade.yaml", (2, 2))
    nothing_runs(ran)
    (top / ".git/objects" / lost[:2] / lost[2:]).unlink()  # it would be fetched
    assert "is missing: this clone is not complete" in scen("history").stderr
    assert not ran.exists()


def test_a_repository_in_the_database_is_refused_and_runs_nothing(top: Path, ran: Path) -> None:
    shell(top, "cp -r .git scenarios")
    set_traps(top / "scenarios/.git", ran)
    ran.unlink(missing_ok=True)
    for words in ("history", "diff HEAD", "audit", "rate 2022-02-04-visit trade=I --commit"):
        made = scen(*words.split())
        assert (made.exit_code, made.stdout) == (1, "")
        assert f"scenarios/.git: a git repository inside that of {top}" in made.stderr
    assert not ran.exists()


@needs_root
def test_files_of_somebody_else_are_refused_with_gits_advice(top: Path) -> None:
    for place in (top, top / ".git"):
        os.chown(place, 12345, 12345)
    made = scen("history")
    assert made.exit_code == 1
    assert f"git config --global --add safe.directory {top}\n" in made.stderr
