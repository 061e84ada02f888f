"""A repository that means harm: no command runs a program of it, and the real history answers."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import FILES, make, scen
from tests.storage.test_commits import is_ana
from tests.storage.test_git import commit, put, run

FORGED = "a forged commit"
ITEM = "2022-02-04-visit"
KNOWN = ("--recorded", "2022-02-28")
READING = (
    ("history",),
    ("history", "pact"),
    ("history", ITEM),
    ("audit",),
    ("diff", "HEAD~1"),
    ("diff", "HEAD~1", "HEAD"),
    ("diff", "HEAD~1..HEAD", "--format", "markdown"),
    ("list", "scenarios", "--rev", "HEAD"),
    ("list", "evidence", "--rev", "2022-03-01"),
    ("show", ITEM, "--rev", "HEAD"),
    ("status", "--rev", "HEAD"),
    ("report", "--since", "2022-02-01", "--as-of", "2022-02-28"),
    ("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--rev", "HEAD"),
    ("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--format", "html"),
    ("explain", "trade", "--rev", "HEAD"),
    ("matrix", "--set", "form", "--rev", "HEAD"),
    ("score", "--rev", "HEAD"),
    ("check",),
    ("check", "--rev", "HEAD"),
    ("check", "--format", "sarif"),
)
REHEARSED = (
    ("add-evidence", "Talks", *KNOWN, "--rate", "trade=CC"),
    ("rate", ITEM, "trade=I"),
    ("add-source", "trt", "--name", "TRT", "--reliability", "C"),
    ("resolve", "trade", "did-not-occur", "--basis", "Customs", *KNOWN),
    ("retract", ITEM, "--reason", "A hoax", "--date", "2022-02-08"),
)


@pytest.fixture(autouse=True)
def _a_user_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    is_ana(monkeypatch)


def settings(git_dir: Path, program: str) -> None:
    """Every setting of a repository that makes git start a program on the way."""
    for key in (
        "core.fsmonitor",
        "core.editor",
        "core.pager",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "credential.helper",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "gpg.program",
        "merge.x.driver",
        "pager.rev-list",
        "remote.origin.uploadpack",
        "alias.rev-list",
    ):
        value = f"!{program}" if key.startswith("alias") else program
        run(git_dir, "config", "--file", "config", key, value)
    for key in ("log.showSignature", "commit.gpgSign", "remote.origin.promisor"):
        run(git_dir, "config", "--file", "config", key, "true")
    run(git_dir, "config", "--file", "config", "remote.origin.url", f"ext::{program}")
    run(git_dir, "config", "--file", "config", "protocol.ext.allow", "always")
    put(git_dir, "info/attributes", b"* filter=x diff=x\n")
    before = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-auto-gc")
    hooks = (*before, "reference-transaction", "post-index-change", "fsmonitor-watchman")
    for name in hooks:
        put(git_dir, f"hooks/{name}", f"#!/bin/sh\n{program}\n".encode())
        (git_dir / "hooks" / name).chmod(0o755)
    run(git_dir, "config", "--file", "config", "core.hooksPath", str(git_dir / "hooks"))


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
    top = tmp_path / "top"
    make(top / "scenarios", {**FILES, "sources/old.yaml": "name: Old\nreliability: B\n"})
    run(top, "init", "-q", "-b", "main")
    commit(top, "the real first")
    (top / "scenarios/sources/old.yaml").unlink()
    commit(top, "the real second")
    monkeypatch.chdir(top)
    return top


@pytest.fixture
def clone(top: Path, tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain clone, with tracked files in `scenarios` that form a repository."""
    forged = tmp_path / "forged"
    make(forged, {"tracker.yaml": FILES["tracker.yaml"]})
    run(forged, "init", "-q", "-b", "main")
    commit(forged, FORGED)
    put(forged, "tracker.yaml", b"format: 1\ntitle: Forged\n")
    commit(forged, FORGED)
    for name in ("HEAD", "config", "objects", "refs", "index"):
        (forged / ".git" / name).rename(top / "scenarios" / name)
    settings(top / "scenarios", program)
    put(top, "scenarios/refs/tags/.keep", b"")
    run(top / "scenarios", "config", "--file", "config", "core.worktree", ".")
    run(top, "--git-dir=.git", "add", "-A")
    run(top, "--git-dir=.git", "commit", "-q", "-m", "the real third")
    run(tmp_path, "clone", "-q", str(top), "clone")
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


def real(clone: Path, *words: str) -> str:
    return run(clone, "--git-dir=.git", "--work-tree=.", *words)


def test_the_trap_works_on_git_itself(clone: Path, ran: Path) -> None:
    run(clone / "scenarios", "status")
    assert ran.exists()
    assert FORGED in run(clone / "scenarios", "log", "--format=%s")


@pytest.mark.usefixtures("clone")
def test_after_a_clone_nothing_runs_and_the_real_history_answers(ran: Path) -> None:
    for words in (*READING, *((*words, "--commit", "--dry-run") for words in REHEARSED)):
        made = scen(*words)
        assert made.exit_code in (0, 1 if words[0] == "audit" else 0), (words, made.stderr)
        assert FORGED not in made.stdout
        assert not ran.exists(), words
        if words[0] in ("history", "diff", "audit"):
            named = "scen: scenarios: its HEAD, objects and refs form a git repository of their own"
            assert made.stderr.count(named) == 1, (words, made.stderr)
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
    made = scen(*REHEARSED[0], "--commit")
    assert made.exit_code == 0
    assert "the hook of the real one" in made.stderr
    assert real(clone, "log", "-2", "--format=%s").splitlines() == [
        "evidence: 2022-02-28-talks (trade 76% → 96.9%)",
        "the real third",
    ]
    assert real(clone, "status", "--porcelain") == ""
    assert not ran.exists()
    assert run(clone / "scenarios", "--git-dir=.", "rev-parse", "HEAD") == forged


def test_in_an_unpacked_folder_reading_and_rehearsing_run_nothing(
    top: Path, program: str, ran: Path
) -> None:
    settings(top / ".git", program)
    lost = run(top, "rev-parse", "HEAD:scenarios/trade.yaml")
    os.utime(top / "scenarios/trade.yaml", (1, 1))
    os.system(f"cd {shlex.quote(str(top))} && git status >/dev/null 2>&1")  # noqa: S605
    assert ran.exists()  # the trap works
    ran.unlink()
    os.utime(top / "scenarios/trade.yaml", (2, 2))
    for words in (*READING, *((*words, "--commit", "--dry-run") for words in REHEARSED)):
        made = scen(*words)
        assert made.exit_code in (0, 1 if words[0] == "audit" else 0), (words, made.stderr)
        assert not ran.exists(), (words, ran.read_text())
    (top / ".git/objects" / lost[:2] / lost[2:]).unlink()  # it would be fetched
    assert "is missing: this clone is not complete" in scen("history").stderr
    assert not ran.exists()


def test_a_repository_in_the_database_is_refused_by_name(
    top: Path, program: str, ran: Path
) -> None:
    shutil.copytree(top / ".git", top / "scenarios/.git")
    settings(top / "scenarios/.git", program)
    ran.unlink(missing_ok=True)
    for words in (("history",), ("diff", "HEAD"), ("audit",), (*REHEARSED[0], "--commit")):
        made = scen(*words)
        assert (made.exit_code, made.stdout) == (1, "")
        assert f"scenarios/.git: a git repository inside that of {top}" in made.stderr
    assert not ran.exists()


# -- history as it is -----------------------------------------------------------------------------


def everything(*, code: int | None = 0) -> list[str]:
    """What is told of the past."""
    told = [scen(*words) for words in (("history",), ("audit",), ("diff", "HEAD~1", "HEAD"))]
    assert code is None or {made.exit_code for made in told} <= {code, 1}, told
    return [made.stdout for made in told] + [scen("show", "pact", "--rev", "HEAD").stdout]


def test_replacements_grafts_and_a_broken_index_change_nothing(top: Path) -> None:
    plain = everything()
    other = top.parent / "other"
    make(other / "scenarios", FILES)
    run(other, "init", "-q")
    put(other, "scenarios/pact.yaml", FILES["pact.yaml"].replace("0.2", "0.7").encode())
    forged = commit(other, FORGED)
    run(top, "fetch", "-q", str(other), "HEAD")
    head = run(top, "rev-parse", "HEAD")
    run(top, "replace", head, forged)
    assert FORGED in run(top, "log", "--format=%s")
    assert everything() == plain
    run(top, "replace", "-d", head)
    put(top, ".git/info/grafts", f"{head}\n".encode())
    assert len(run(top, "log", "--format=%s").splitlines()) == 1
    put(top, ".git/index", b"broken")
    assert everything() == plain


@pytest.mark.parametrize(
    "names",
    [
        {"GIT_DIR": "other/.git"},
        {"GIT_WORK_TREE": "other"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": "x"},
        {"GIT_CONFIG_PARAMETERS": "'core.bare'='true'"},
        {"GIT_CONFIG": "other", "GIT_COMMON_DIR": "other", "GIT_OBJECT_DIRECTORY": "other"},
        {"GIT_REPLACE_REF_BASE": "refs/heads", "GIT_NAMESPACE": "x", "GIT_SHALLOW_FILE": "x"},
        {
            "GIT_EXTERNAL_DIFF": "false",
            "GIT_PAGER": "false",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": "x",
        },
    ],
    ids=min,
)
def test_no_variable_changes_what_is_read(
    top: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, str]
) -> None:
    plain = everything()
    run(top.parent, "init", "-q", "other")
    for name, value in names.items():
        there = str(top.parent / value) if value.startswith("other") else value
        monkeypatch.setenv(name, there)
    assert everything() == plain


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"config": b"[[["}, "git: bad config line 1"),
        ({"config": b"[core]\nrepositoryformatversion = 9\n"}, "git: Expected git repo version"),
        ({"HEAD": b""}, "git: not a git repository"),
    ],
)
def test_a_refusal_of_git_is_told_in_its_words(
    top: Path, monkeypatch: pytest.MonkeyPatch, broken: dict[str, bytes], said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    for name, data in broken.items():
        put(top, f".git/{name}", data)
    told = scen("history").stderr
    assert told.startswith(f"scen: {said}")
    rest = told.removeprefix("scen: ")
    assert scen(*REHEARSED[0], "--commit").stderr == f"scen: nothing was written: {rest}"
    report = ("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--format", "html")
    made = scen(*report)
    assert (made.exit_code, made.stderr) == (0, f"scen: git's history is left out: {rest}")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_files_of_somebody_else_are_refused_with_gits_advice(top: Path) -> None:
    for place in (top, top / ".git"):
        os.chown(place, 12345, 12345)
    made = scen("history")
    assert made.exit_code == 1
    assert f"git config --global --add safe.directory {top}\n" in made.stderr


@pytest.mark.parametrize(
    "stamp", ["253402300800 +0000", "-5 +0000", "x y", "", "99999999999999999999 +0000"]
)
def test_a_day_of_no_calendar_stops_nothing(top: Path, stamp: str) -> None:
    parent, tree = run(top, "rev-parse", "HEAD", "HEAD^^{tree}").split()
    raw = f"tree {tree}\nparent {parent}\nauthor A <a> {stamp}\ncommitter A <a> {stamp}\n\nodd\n"
    put(top, "raw", raw.encode())
    oid = run(top, "hash-object", "-t", "commit", "-w", "--literally", "raw")
    run(top, "update-ref", "HEAD", oid)
    assert "odd" in scen("history").stdout
    assert scen("audit").exit_code in (0, 1)
    made = scen("report", "--since", "2022-02-01", "--as-of", "2022-02-28", "--format", "html")
    assert made.exit_code == 0
    assert oid[:12] in made.stdout
