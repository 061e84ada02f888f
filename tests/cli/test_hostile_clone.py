"""A repository that means harm: no command runs a program of it, and the real history answers."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen
from tests.storage.test_commits import is_ana
from tests.storage.test_git import put, run, shell

FORGED = "a forged commit"
READING = """
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
COMMANDS = [line.split() for line in READING.strip().split("\n")]
TALKS = ("add-evidence", "Talks", "--recorded", "2022-02-28", "--rate", "trade=CC", "--commit")
PROGRAMS = """
core.fsmonitor core.editor core.pager core.sshCommand core.alternateRefsCommand credential.helper
diff.external diff.x.command diff.x.textconv filter.x.clean filter.x.smudge filter.x.process
gpg.program merge.x.driver pager.rev-list remote.origin.uploadpack
"""
HOOKS = """
pre-commit prepare-commit-msg commit-msg post-commit pre-auto-gc reference-transaction
post-index-change fsmonitor-watchman
"""


def settings(git_dir: Path, program: str) -> None:
    """Every setting of a repository that makes git start a program on the way."""
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
def ran(tmp_path: Path) -> Path:
    """What is there as soon as a program of the repository ran."""
    return tmp_path / "ran"


@pytest.fixture
def program(tmp_path: Path, ran: Path) -> str:
    place = tmp_path / "program"
    place.write_text(f'#!/bin/sh\necho "$0 $@" >>{shlex.quote(str(ran))}\n')
    place.chmod(0o755)
    return str(place)


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
def clone(top: Path, tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain clone, with tracked files in `scenarios` that form a repository."""
    forged = make(tmp_path / "forged", {"tracker.yaml": FILES["tracker.yaml"]})
    shell(
        forged,
        f"""
        git init -b main; record '{FORGED}'
        put tracker.yaml 'format: 1\\ntitle: Forged\\n'; record '{FORGED}'
        cd .git; mv HEAD config objects refs index ../../top/scenarios""",
    )
    settings(top / "scenarios", program)
    shell(
        top,
        """
        put scenarios/refs/tags/.keep ''; git config --file scenarios/config core.worktree .
        git --git-dir=.git add -A; git --git-dir=.git commit -m 'the real third'
        git clone . ../clone""",
    )
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


def nothing_runs(ran: Path) -> list[tuple[list[str], str]]:
    """What each command says, and no program of the repository runs meanwhile."""
    told = []
    for words in COMMANDS:
        made = scen(*words)
        assert made.exit_code in (0, 1 if words[0] == "audit" else 0), (words, made.stderr)
        assert not ran.exists(), words
        assert FORGED not in made.stdout
        told.append((words, made.stderr))
    return told


def test_after_a_clone_nothing_runs_and_the_real_history_answers(clone: Path, ran: Path) -> None:
    run(clone / "scenarios", "status")
    assert ran.exists()  # the trap works on git itself
    assert FORGED in run(clone / "scenarios", "log", "--format=%s")
    ran.unlink()
    named = "scen: scenarios: its HEAD, objects and refs form a git repository of their own"
    for words, err in nothing_runs(ran):
        assert err.count(named) == 1 or words[0] not in ("history", "diff", "audit"), words
    told = scen("history").stdout
    assert "the real first" in told
    assert "the real second" in told


def test_after_a_clone_a_commit_is_the_real_ones_with_its_hooks_alone(
    clone: Path, ran: Path
) -> None:
    put(clone, ".git/hooks/pre-commit", b"#!/bin/sh\necho the hook of the real one\n")
    (clone / ".git/hooks/pre-commit").chmod(0o755)
    forged = run(clone / "scenarios", "--git-dir=.", "rev-parse", "HEAD")
    ran.unlink(missing_ok=True)
    made = scen(*TALKS)
    assert (made.exit_code, "the hook of the real one" in made.stderr) == (0, True)
    real = ("--git-dir=.git", "--work-tree=.")
    assert run(clone, *real, "log", "-2", "--format=%s").splitlines() == [
        "evidence: 2022-02-28-talks (trade 76% → 96.9%)",
        "the real third",
    ]
    assert run(clone, *real, "status", "--porcelain") == ""
    assert not ran.exists()
    assert run(clone / "scenarios", "--git-dir=.", "rev-parse", "HEAD") == forged


def test_in_an_unpacked_folder_reading_and_rehearsing_run_nothing(
    top: Path, program: str, ran: Path
) -> None:
    settings(top / ".git", program)
    lost = run(top, "rev-parse", "HEAD:scenarios/trade.yaml")
    shell(top, "touch -d @1 scenarios/trade.yaml; git status || true")
    assert ran.exists()  # the trap works
    ran.unlink()
    os.utime(top / "scenarios/trade.yaml", (2, 2))
    nothing_runs(ran)
    (top / ".git/objects" / lost[:2] / lost[2:]).unlink()  # it would be fetched
    assert "is missing: this clone is not complete" in scen("history").stderr
    assert not ran.exists()


def test_a_repository_in_the_database_is_refused_by_name(
    top: Path, program: str, ran: Path
) -> None:
    shutil.copytree(top / ".git", top / "scenarios/.git")
    settings(top / "scenarios/.git", program)
    ran.unlink(missing_ok=True)
    for words in (("history",), ("diff", "HEAD"), ("audit",), TALKS):
        made = scen(*words)
        assert (made.exit_code, made.stdout) == (1, "")
        assert f"scenarios/.git: a git repository inside that of {top}" in made.stderr
    assert not ran.exists()


OTHERS = dict.fromkeys(("NAMESPACE", "SHALLOW_FILE", "ALTERNATE_OBJECT_DIRECTORIES"), "x")
OTHERS |= {"CONFIG_COUNT": "1", "CONFIG_KEY_0": "core.worktree", "CONFIG_VALUE_0": "x"}
OTHERS |= {"CONFIG_PARAMETERS": "'core.bare'='true'", "REPLACE_REF_BASE": "refs/heads"}
OTHERS |= {"EXTERNAL_DIFF": "false", "PAGER": "false"}


# -- history as it is -----------------------------------------------------------------------------


def everything() -> list[str]:
    """What is told of the past."""
    words = ("history", "audit", "diff HEAD~1 HEAD", "show pact --rev HEAD")
    told = [scen(*line.split()) for line in words]
    assert {made.exit_code for made in told} <= {0, 1}, told
    return [made.stdout for made in told]


def test_replacements_grafts_a_broken_index_and_no_variable_change_what_is_read(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = everything()
    other = top.parent / "other"
    make(other / "scenarios", FILES)
    shell(other, f"git init; sed -i s/0.2/0.7/ scenarios/pact.yaml; record '{FORGED}'")
    for name in ("DIR", "WORK_TREE", "CONFIG", "COMMON_DIR", "OBJECT_DIRECTORY"):
        with monkeypatch.context() as patch:
            patch.setenv(f"GIT_{name}", str(other / ".git" if name == "DIR" else other))
            assert everything() == plain, name
    with monkeypatch.context() as patch:
        for name, value in OTHERS.items():
            patch.setenv(f"GIT_{name}", value)
        assert everything() == plain
    head = run(top, "rev-parse", "HEAD")
    shell(top, f"git fetch ../other HEAD; git replace {head} FETCH_HEAD")
    assert FORGED in run(top, "log", "--format=%s")
    assert everything() == plain
    run(top, "replace", "-d", head)
    put(top, ".git/info/grafts", f"{head}\n".encode())
    assert len(run(top, "log", "--format=%s").splitlines()) == 1
    put(top, ".git/index", b"broken")
    assert everything() == plain


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("config", b"[[[", "git: bad config line 1"),
        ("config", b"[core]\nrepositoryformatversion = 9\n", "git: Expected git repo version"),
        ("HEAD", b"", "git: not a git repository"),
    ],
)
def test_a_refusal_of_git_is_told_in_its_words(
    top: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    put(top, f".git/{name}", data)
    told = scen("history").stderr
    assert told.startswith(f"scen: {said}")
    rest = told.removeprefix("scen: ")
    assert scen(*TALKS).stderr == f"scen: nothing was written: {rest}"
    made = scen("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--format", "html")
    assert (made.exit_code, made.stderr) == (0, f"scen: git's history is left out: {rest}")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_files_of_somebody_else_are_refused_with_gits_advice(top: Path) -> None:
    for place in (top, top / ".git"):
        os.chown(place, 12345, 12345)
    made = scen("history")
    assert made.exit_code == 1
    assert f"git config --global --add safe.directory {top}\n" in made.stderr


STAMPS = ("253402300800 +0000", "-5 +0000", "x y", "", "99999999999999999999 +0000")


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_day_of_no_calendar_stops_nothing(top: Path, stamp: str) -> None:
    parent, tree = run(top, "rev-parse", "HEAD", "HEAD^^{tree}").split()
    raw = f"tree {tree}\nparent {parent}\nauthor A <a> {stamp}\ncommitter A <a> {stamp}\n\nodd\n"
    put(top, "raw", raw.encode())
    oid = run(top, "hash-object", "-t", "commit", "-w", "--literally", "raw")
    run(top, "update-ref", "HEAD", oid)
    assert "odd" in scen("history").stdout
    assert scen("audit").exit_code in (0, 1)
    made = scen("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--format", "html")
    assert (made.exit_code, oid[:12] in made.stdout) == (0, True)
