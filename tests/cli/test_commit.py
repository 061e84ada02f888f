"""`--commit` where more than one process takes part; tests/transcripts/commit has what is said."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from scenarios.errors import ScenError
from scenarios.render.cells import commit_subject
from scenarios.storage.lock import lock, lock_file
from tests.cli.commands import EACH, process, scen
from tests.cli.conversation import talk
from tests.cli.keyboard import PATIENCE
from tests.storage.test_commits import held, hook, is_ana
from tests.storage.test_git import put, run, shell
from tests.storage.test_lock import waiting

KNOWN = ("--recorded", "2022-02-28")
TALKS = ("add-evidence", "Talks", *KNOWN, "--rate", "trade=CC", "--commit")
NEW = "scenarios/evidence/2022/2022-02-28-talks.yaml"


@pytest.fixture
def top(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder above the database, in which the commands are given: a repository."""
    is_ana(monkeypatch)
    shell(root.parent, "git init -b main; record first")
    return root.parent


def last(top: Path) -> str:
    return run(top, "log", "-1", "--format=%s")


def test_a_subject_says_what_moved_most_and_leaves_out_what_has_no_room() -> None:
    moves = [("pact", 0.1, 0.4), ("trade", 0.985, 0.012), ("ties", 0.2, 0.3)]
    most = "(trade 98% → 1%"
    both = f"{most}, pact 10% → 40%, …)"
    fits = "x" * (99 - len(both))
    assert commit_subject(fits, []) == fits
    assert commit_subject(fits, moves[1:2]) == f"{fits} {most})"
    assert commit_subject(fits, moves) == f"{fits} {both}"
    assert commit_subject(f"x{fits}", moves) == f"x{fits} {most}, …)"
    assert commit_subject("x" * 200, moves) == f"{'x' * 200} {most}, …)"


def test_nobody_else_writes_until_it_is_committed(top: Path) -> None:
    os.mkfifo(top / "ready")
    os.mkfifo(top / "go")
    hook(top, "pre-commit", "echo >ready; read x <go")
    running = process(*TALKS, cwd=top)
    (top / "ready").read_bytes()
    with pytest.raises(ScenError, match="cannot lock it"), lock(top / "scenarios", 0.01):
        pass
    (top / "go").write_bytes(b"go\n")
    _, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, b"")


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no list of who waits here")
def test_init_waits_for_its_turn_and_takes_along_what_a_try_before_it_had_written(
    top: Path,
) -> None:
    tried = "my désk [1]/schema/source.schema.json"
    put(top, tried, (Path(__file__).parents[2] / "schema/source.schema.json").read_bytes())
    with lock(top / "scenarios"):
        running = process("init", "my désk [1]", "--commit", cwd=top)
        while not waiting(lock_file(top)):
            assert running.poll() is None
        assert not (top / "my désk [1]" / "scenarios").exists()
    _, err = running.communicate()
    assert (running.returncode, last(top)) == (0, "init: my désk [1]")
    assert (len(held(top)), tried in held(top), tried in err.decode()) == (9, True, True)


@pytest.mark.parametrize("name", ["pre-commit", "post-commit"])
def test_ctrl_c_stops_the_commit_and_leaves_no_lock(top: Path, name: str) -> None:
    """In the last hook it is too late for that: the commit is made, and told."""
    os.mkfifo(top / "ready")
    os.mkfifo(top / "never")
    hook(top, name, "echo >ready; read x <never")
    running = process(*TALKS, cwd=top)
    (top / "ready").read_bytes()
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)
    assert out.startswith(f"{NEW}\n".encode())
    assert not (top / ".git" / "index.lock").exists()
    status = run(top, "status", "--porcelain", "scenarios")
    if name == "pre-commit":
        assert (running.returncode, last(top), status) == (1, "first", f"?? {NEW}")
        assert b": written, not committed:\n" in err
    else:
        assert (running.returncode, status) == (0, "")
        assert last(top) == "evidence: 2022-02-28-talks (trade 76% → 97%)"


ITEM = ("add-evidence", "A visit", *KNOWN, "--rate", "trade=C", "--source", "trt", "--commit")
ANSWERS = ("", "y", "TRT World", "b", "", "", "", "", "", "", "n")


def test_an_item_and_its_new_source_are_one_commit_or_refused_as_one(top: Path) -> None:
    put(top, ".git/info/exclude", b"trt.yaml\n")
    said = talk(*ANSWERS, "", "", words=ITEM)
    assert (said.code, (top / "scenarios/sources/trt.yaml").exists()) == (1, False)
    assert "git would not commit what it ignores" in said.screen
    put(top, ".git/info/exclude", b"")
    said = talk(*ANSWERS, "", "", words=ITEM)
    assert said.code == 0
    assert said.out.endswith(" evidence: 2022-02-28-a-visit (trade 76% → 91%)\n")
    item = "scenarios/evidence/2022/2022-02-28-a-visit.yaml"
    assert held(top) == [item, "scenarios/sources/trt.yaml"]


@pytest.mark.usefixtures("top")
def test_what_is_to_be_taken_up_again_commits_and_rehearses_as_what_was_stopped() -> None:
    for more, then in (("", " --commit"), ("--dry-run", "")):
        screen = talk(*ANSWERS, "^C", words=(*ITEM, *more.split())).screen
        source, _, item = screen.partition("to resume: ")[2].partition(" && ")
        assert source == f"scen add-source trt --name 'TRT World' --reliability B{then}"
        assert item.startswith("scen add-evidence ")
        assert f" --source trt --rate trade=C{more and f' {more}'} --commit 'A visit'\n" in item


def test_history_keeps_figures_and_a_new_commit_joins_them(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((*EACH[0], "--commit"), TALKS):
        assert scen(*words).exit_code == 0
        as_kept = scen("history", "--format", "json").stdout
        assert scen("history", "--format", "json").stdout == as_kept
        with monkeypatch.context() as without_cache:
            without_cache.setenv("SCEN_CACHE", "0")
            assert scen("history", "--format", "json").stdout == as_kept
    run(top.parent, "clone", "-q", "--depth", "1", f"file://{top}", "shallow")
    monkeypatch.chdir(top.parent / "shallow")
    assert "this clone is shallow" in scen("history").stderr
    run(top.parent / "shallow", "fetch", "-q", "--unshallow")
    assert scen("history", "--format", "json").stdout == as_kept
