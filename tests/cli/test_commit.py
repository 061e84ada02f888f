"""`--commit`: what each recording command wrote, under its subject, and nothing else."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.storage.lock import lock, lock_file
from scenarios.storage.schema import schema_text
from scenarios.workspace.commit import subject
from tests.cli.commands import FILES, SCEN, changes, make, process, scen, tree
from tests.cli.test_on_a_terminal import Terminal
from tests.storage.test_commits import held, hook, is_ana, state
from tests.storage.test_git import commit, put, run
from tests.storage.test_lock import waiting

VISIT = "2022-02-04-visit"
ITEM = f"scenarios/evidence/2022/{VISIT}.yaml"
SHEET = "scenarios/forecasts/2022/2022-02-07-desk.yaml"
ASKED = ("--title", "A crisis", "--question", "Will there be one?", "--criteria", "By the rubric.")
PRIOR = ("--horizon", "2030-12-31", "--prior", "12.5%", "--basis", "One in eight.")
KNOWN = ("--recorded", "2022-02-28")
ON = ("--analyst", "desk", "--date", "2022-02-07")
TALKS = ("add-evidence", "Talks", *KNOWN, "--rate", "trade=CC")
EACH = {
    "scenario: crisis": (
        ("new", "crisis", *ASKED, *PRIOR, "--opened", "2022-01-01"),
        ["scenarios/crisis.yaml"],
    ),
    "indicator: pact/envoy": (
        ("add-indicator", "pact", "envoy", "An envoy is named", "--rate", "pact=C"),
        ["scenarios/pact.yaml"],
    ),
    "source: trt": (
        ("add-source", "trt", "--name", "TRT World", "--reliability", "C"),
        ["scenarios/sources/trt.yaml"],
    ),
    "evidence: 2022-02-28-talks (trade 76% → 96.9%)": (
        TALKS,
        ["scenarios/evidence/2022/2022-02-28-talks.yaml"],
    ),
    f"rate: {VISIT} (trade 76% → 24%)": (("rate", VISIT, "trade=I", "pact=N"), [ITEM]),
    f"retract: {VISIT} (trade 76% → 50%)": (
        ("retract", VISIT, "--reason", "A hoax", "--date", "2022-02-08"),
        [ITEM],
    ),
    "forecast: 2022-02-07-desk (trade 60% → 70%)": (("forecast", "trade", "0.7", *ON), [SHEET]),
    "forecast: 2022-02-08-ana (ties – → 90%)": (
        ("forecast", "ties", "90%", "--analyst", "ana", "--date", "2022-02-08"),
        ["scenarios/forecasts/2022/2022-02-08-ana.yaml"],
    ),
    "resolve: trade did not occur": (
        ("resolve", "trade", "did-not-occur", "--basis", "Customs", *KNOWN),
        ["scenarios/trade.yaml"],
    ),
    "init: asia": (
        ("init", "asia"),
        [
            "asia/scenarios/.gitattributes",
            "asia/scenarios/.gitignore",
            "asia/scenarios/tracker.yaml",
            *(
                f"asia/schema/{kind}.schema.json"
                for kind in ("evidence", "forecasts", "scenario", "source", "tracker")
            ),
        ],
    ),
}
each_command = pytest.mark.parametrize("words", [words for words, _ in EACH.values()])


@pytest.fixture(autouse=True)
def _a_user_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    is_ana(monkeypatch)


@pytest.fixture
def top(root: Path) -> Path:
    """The folder above the database, in which the commands are given: a repository."""
    top = root.parent
    run(top, "init", "-q", "-b", "main")
    put(top, "notes.txt", b"one\n")
    commit(top, "first")
    return top


def done(*words: str) -> str:
    """What a command that succeeds says, and it says no more."""
    made = scen(*words, "--commit")
    assert (made.exit_code, made.stderr) == (0, "")
    return made.stdout


def last(top: Path) -> str:
    return run(top, "log", "-1", "--format=%s")


# -- what is committed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "words", "paths"), [(s, words, paths) for s, (words, paths) in EACH.items()]
)
def test_each_command_commits_what_it_wrote_under_its_subject(
    top: Path, expected: str, words: tuple[str, ...], paths: list[str]
) -> None:
    put(top, "notes.txt", b"two\n")
    put(top, "staged.txt", b"staged\n")
    run(top, "add", "notes.txt", "staged.txt")
    put(top, "notes.txt", b"three\n")
    put(top, "scenarios/ties.yaml", FILES["ties.yaml"].encode() + b"# by hand\n")
    put(top, "scenarios/sources/new.yaml", b"name: New\nreliability: B\n")
    others = state(top)
    made = scen(*words, "--commit")
    assert made.exit_code == 0
    oid = run(top, "rev-parse", "HEAD")
    assert made.stdout.splitlines()[-2:] == ["", f"committed {oid[:7]} {expected}"]
    assert (run(top, "rev-list", "--count", "HEAD"), last(top)) == ("2", expected)
    assert held(top) == sorted(paths)
    run(top, "reset", "-q", "--soft", "HEAD~1")
    run(top, "reset", "-q", "--", *paths)
    for path in paths:
        if run(top, "ls-files", path):
            run(top, "checkout", "-q", "--", path)
        else:
            (top / path).unlink()
    assert state(top) == others


def test_without_the_option_nothing_is_committed(top: Path) -> None:
    before = run(top, "ls-files", "--stage")
    assert scen(*TALKS).stdout.splitlines()[-1].startswith("trade ")
    assert (run(top, "ls-files", "--stage"), last(top)) == (before, "first")


def test_as_json_the_commit_and_its_subject_are_there(top: Path) -> None:
    value = json.loads(done("forecast", "trade", "0.7", *ON, "--format", "json"))
    oid = run(top, "rev-parse", "HEAD")
    expected = "forecast: 2022-02-07-desk (trade 60% → 70%)"
    assert (value["commit"], value["subject"], value["paths"]) == (oid, expected, [SHEET])
    value = json.loads(done("init", "asia", "--format", "json"))
    assert (value["commit"], value["subject"]) == (run(top, "rev-parse", "HEAD"), "init: asia")
    assert sorted(value) == ["commit", "dry_run", "paths", "subject"]


@pytest.mark.parametrize(
    ("expected", "words"), [(expected, words) for expected, (words, _) in EACH.items()]
)
def test_a_dry_run_shows_the_subject_and_commits_nothing(
    top: Path, expected: str, words: tuple[str, ...]
) -> None:
    before = tree(top)
    assert done(*words, "--dry-run").splitlines()[-1] == f"would be committed as {expected}"
    value = json.loads(done(*words, "--dry-run", "--format", "json"))
    assert (value["commit"], value["subject"]) == (None, expected)
    assert tree(top) == before


def test_where_nothing_changes_nothing_is_committed(top: Path) -> None:
    before = tree(top)
    said = done("forecast", "trade", "0.6", *ON).split("\n\n")
    assert (said[0], said[-1]) == ("nothing to change", "nothing to commit\n")
    value = json.loads(done("forecast", "trade", "0.6", *ON, "--format", "json"))
    assert (value["commit"], value["subject"], value["paths"]) == (None, None, [])
    assert tree(top) == before


def test_an_earlier_change_of_the_same_file_goes_along_and_that_is_said(top: Path) -> None:
    put(top, SHEET, FILES["forecasts/2022/2022-02-07-desk.yaml"].encode() + b"# by hand\n")
    note = f"scen: uncommitted changes from before go into the commit too: {SHEET}\n"
    made = scen("forecast", "trade", "0.7", *ON, "--commit", "--dry-run")
    assert (made.exit_code, made.stderr) == (0, note)
    made = scen("forecast", "trade", "0.7", *ON, "--commit")
    assert (made.exit_code, made.stderr) == (0, note)
    assert run(top, "show", f"HEAD:{SHEET}").endswith("# by hand")
    assert run(top, "status", "--porcelain") == ""


def test_a_file_that_git_does_not_know_goes_whole_and_that_is_said(top: Path) -> None:
    scen(*TALKS)
    new = "scenarios/evidence/2022/2022-02-28-talks.yaml"
    made = scen("rate", "2022-02-28-talks", "pact=N", "--commit")
    assert made.stderr == f"scen: uncommitted changes from before go into the commit too: {new}\n"
    assert held(top) == [new]


def test_a_prepared_sheet_is_one_commit_of_what_moved_most(top: Path) -> None:
    put(top, "sheet.yml", b"probabilities: {trade: 0.61, pact: 0.11, ties: 0.89}\n")
    done("forecast", "--from", "sheet.yml", *ON)
    moves = "ties – → 89%, pact 10% → 11%, trade 60% → 61%"
    assert last(top) == f"forecast: 2022-02-07-desk ({moves})"
    assert held(top) == [SHEET]
    done("forecast", "pact", "withdraw", *ON)
    assert last(top) == "forecast: 2022-02-07-desk (pact 11% → –)"
    done("forecast", "trade", "0.61", "--analyst", "desk", "--date", "2022-02-09")
    assert last(top) == "forecast: 2022-02-09-desk (trade 61% → 61%)"


def test_an_item_that_rates_nothing_has_no_figures(top: Path) -> None:
    done("add-evidence", "Nothing much", *KNOWN)
    assert last(top) == "evidence: 2022-02-28-nothing-much"
    done("rate", "2022-02-28-nothing-much", "trade=N")
    assert last(top) == "rate: 2022-02-28-nothing-much"


def test_what_is_over_has_no_figures(top: Path) -> None:
    done("resolve", "trade", "occurred", "--basis", "Customs", "--recorded", "2022-02-07")
    done("rate", VISIT, "pact=C")
    assert last(top) == f"rate: {VISIT} (pact 20% → 44%)"


def test_a_subject_says_what_moved_most_and_leaves_out_what_has_no_room() -> None:
    head = "evidence: 2022-02-22-nord-stream-2-halt"
    halt = ("nord-stream-2-flows-2022", 0.45, 0.12)
    assert subject(head, []) == head
    assert subject(head, [halt]) == f"{head} (nord-stream-2-flows-2022 45% → 12%)"
    others = [("pact", 0.10, 0.11), ("trade", 0.985, 0.012), ("ties", 0.2, 0.3)]
    assert subject(head, [*others, halt]) == (
        f"{head} (trade 98.5% → 1.2%, nord-stream-2-flows-2022 45% → 12%, …)"
    )
    assert len(subject(head, [*others, halt])) <= 100
    long = f"evidence: 2022-02-22-{'x' * 69}"
    assert subject(long, [("pact", 0.10, 0.11), halt]) == (
        f"{long} (nord-stream-2-flows-2022 45% → 12%, …)"
    )


def test_a_subject_takes_a_second_figure_up_to_100_characters() -> None:
    moves = [("pact", 0.1, 0.4), ("ties", 0.2, 0.3)]
    both, one = "(pact 10% → 40%, ties 20% → 30%)", "(pact 10% → 40%, …)"
    head = "x" * (99 - len(both))
    assert subject(head, moves) == f"{head} {both}"
    assert subject(f"x{head}", moves) == f"x{head} {one}"


def test_from_a_folder_below_and_with_a_database_elsewhere(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(top / "scenarios" / "evidence")
    done(*TALKS)
    assert held(top) == ["scenarios/evidence/2022/2022-02-28-talks.yaml"]
    monkeypatch.chdir("/")
    database = str(tmp_path / "scenarios")
    made = scen("--database", database, *EACH["source: trt"][0], "--commit")
    assert made.exit_code == 0
    assert held(top) == ["scenarios/sources/trt.yaml"]


def test_init_commits_what_a_try_before_it_had_written_too(top: Path) -> None:
    place = "my désk [1]/schema/source.schema.json"
    put(top, place, schema_text("source"))
    made = scen("init", "my désk [1]", "--commit")
    assert (made.exit_code, last(top)) == (0, "init: my désk [1]")
    assert place in held(top)
    assert len(held(top)) == 8
    assert place in made.stderr
    assert run(top, "ls-files", "--others", "-z") == ""


def test_init_has_a_subject_whatever_the_folder_is_called(top: Path) -> None:
    done("init", "\x01", "--format", "json")
    assert last(top) == "init: Scenarios"


def test_many_at_once_make_one_commit_each(top: Path) -> None:
    """Of one sheet too: none takes another's change along, and none is lost."""
    running = [
        process("forecast", name, "0.3", "--analyst", analyst, *ON[2:], "--commit", cwd=top)
        for name in ("pact", "ties", "trade")
        for analyst in ("desk", "ana")
    ]
    running += [process(*TALKS, "--commit", cwd=top) for _ in range(3)]
    made = [(*one.communicate(), one.returncode) for one in running]
    assert [(err, code) for _, err, code in made if err or code] == []
    log = run(top, "log", "--format=%H", "-9").split()
    assert [len(held(top, oid)) for oid in log] == [1] * 9
    assert run(top, "status", "--porcelain") == ""
    said = {out.decode().splitlines()[-1].split(" ")[1] for out, _, _ in made}
    assert said == {oid[:7] for oid in log}
    for oid in log:
        head, _, moves = run(top, "log", "-1", "--format=%s", oid).partition(" (")
        new = re.findall(r"^\+  (\w+): 0\.3\b", run(top, "show", "--format=", oid), re.MULTILINE)
        assert new == ([moves.partition(" ")[0]] if head.startswith("forecast") else [])


def test_nobody_else_writes_until_it_is_committed(top: Path) -> None:
    os.mkfifo(top / "ready")
    os.mkfifo(top / "go")
    hook(top, "pre-commit", "echo >ready; read x <go")
    running = process(*TALKS, "--commit", cwd=top)
    (top / "ready").read_bytes()
    with pytest.raises(ScenError, match="cannot lock it"), lock(top / "scenarios", 0.01):
        pass
    (top / "go").write_bytes(b"go\n")
    _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (0, b"")


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="no list of who waits here")
def test_init_waits_for_its_turn_too(top: Path) -> None:
    with lock(top / "scenarios"):
        running = process("init", "asia", "--commit", cwd=top)
        while not waiting(lock_file(top)):
            assert running.poll() is None
        assert not (top / "asia").exists()
    running.communicate()
    assert (running.returncode, last(top)) == (0, "init: asia")


# -- what is refused ------------------------------------------------------------------------------


@each_command
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_outside_a_repository_nothing_is_written(
    root: Path, words: tuple[str, ...], more: tuple[str, ...]
) -> None:
    before = tree(root.parent)
    made = scen(*words, "--commit", *more)
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr.startswith("scen: nothing was written: ")
    assert "is in no git repository: revisions and --commit need one" in made.stderr
    assert tree(root.parent) == before


@each_command
def test_in_the_middle_of_a_merge_nothing_is_written(top: Path, words: tuple[str, ...]) -> None:
    put(top, ".git/MERGE_HEAD", run(top, "rev-parse", "HEAD").encode() + b"\n")
    before = tree(top)
    made = scen(*words, "--commit")
    assert (made.exit_code, made.stdout) == (1, "")
    assert "git is in the middle of a merge: finish or abort it first" in made.stderr
    assert tree(top) == before


def test_what_is_staged_already_is_not_overtaken(top: Path) -> None:
    put(top, ITEM, FILES[f"evidence/2022/{VISIT}.yaml"].encode() + b"# by hand\n")
    run(top, "add", ITEM)
    before = tree(top)
    made = scen("rate", VISIT, "pact=C", "--commit")
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr == (
        f"scen: {ITEM} is staged already with other content: commit or unstage it first "
        "(git restore --staged); nothing was written\n"
    )
    assert tree(top) == before


def test_what_git_ignores_is_not_written(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    put(top, ".gitignore", b"evidence/\n")
    before = tree(top)
    made = scen(*TALKS, "--commit")
    assert (made.exit_code, made.stdout) == (1, "")
    assert made.stderr.startswith(
        "scen: nothing was written: git would not commit what it ignores: "
        "scenarios/evidence/2022/2022-02-28-talks.yaml (`git check-ignore -v` names the rule)"
    )
    assert tree(top) == before


def test_in_the_middle_of_a_merge_nothing_is_asked(top: Path) -> None:
    put(top, ".git/MERGE_HEAD", run(top, "rev-parse", "HEAD").encode() + b"\n")
    terminal = Terminal(top, "add-evidence", "A visit", *KNOWN, "--commit")
    assert terminal.end() == (1, "")
    assert "git is in the middle of a merge" in terminal.screen
    assert "When did it happen" not in terminal.screen


def test_a_new_source_is_refused_with_its_item(top: Path) -> None:
    put(top, ".gitignore", b"/scenarios/sources/trt.yaml\n")
    terminal = Terminal(top, "add-evidence", "A visit", *KNOWN, "--source", "trt", "--commit")
    terminal.walk(REGISTERING)
    assert terminal.end()[0] == 1
    assert "git would not commit what it ignores" in terminal.screen
    again = terminal.screen.partition("to resume: ")[2].replace("\n", "")
    first, _, second = again.partition(" && ")
    assert first.startswith("scen add-source trt ")
    assert first.endswith(" --commit")
    assert second.startswith("scen add-evidence ")
    assert " --commit" in second
    assert not (top / "scenarios" / "sources" / "trt.yaml").exists()


def test_a_rehearsal_is_taken_up_again_as_one(top: Path) -> None:
    words = ("add-evidence", "A visit", *KNOWN, "--source", "trt", "--dry-run", "--commit")
    terminal = Terminal(top, *words)
    terminal.walk("\n".join(REGISTERING.split("\n")[:5]))
    terminal.walk("Why that letter (Enter = say it later): > ^C")
    assert terminal.end() == (130, "")
    again = terminal.screen.partition("to resume: ")[2].replace("\n", " ")
    first, _, second = again.partition(" && ")
    assert "--commit" not in first
    assert "--dry-run --commit" in second


REGISTERING = """
    When did it happen: a day, a month (2021-12) or a year [2022-02-28]: >
    Register trt as a new source [y/N]: > y
    The source's name in full: > TRT World
    Its reliability, A to F: > b
    Why that letter (Enter = say it later): >
    The source's address (Enter = none): >
    The item's address (Enter = none): >
    Grade of source and item, like B2 (Enter = B6): >
    Is it this (1): >
    pact   20%  A pact: >
    ties   80%  Loose ties: >
    trade   76%  Trade of 200 billion: > c
    Its id [2022-02-28-a-visit]: >
"""


def test_an_item_and_its_new_source_are_one_commit(top: Path) -> None:
    terminal = Terminal(top, "add-evidence", "A visit", *KNOWN, "--source", "trt", "--commit")
    terminal.walk(REGISTERING)
    code, out = terminal.end()
    assert code == 0
    assert out.endswith(" evidence: 2022-02-28-a-visit (trade 76% → 90.9%)\n")
    assert held(top) == [
        "scenarios/evidence/2022/2022-02-28-a-visit.yaml",
        "scenarios/sources/trt.yaml",
    ]


# -- what git says no to --------------------------------------------------------------------------


def test_where_a_hook_says_no_the_result_is_shown_and_then_why_there_is_no_commit(
    top: Path,
) -> None:
    hook(top, "pre-commit", "echo 'no \033[31mway'; exit 1")
    staged = run(top, "ls-files", "--stage")
    before = tree(top / "scenarios")
    made = scen(*TALKS, "--commit")
    new = "evidence/2022/2022-02-28-talks.yaml"
    there = f"git -C {top}"
    words = "'evidence: 2022-02-28-talks (trade 76% → 96.9%)'"
    assert made.exit_code == 1
    assert made.stdout.splitlines()[0] == f"scenarios/{new}"
    assert made.stdout.splitlines()[-1].startswith("trade ")
    assert made.stderr == (
        f"scen: {top}/scenarios/{new}: written, not committed:\nno \\x1b[31mway\n"
        f"once that is fixed: {there} add -- scenarios/{new} && "
        f"{there} commit -m {words} -- scenarios/{new}\n"
    )
    assert list(changes(before, tree(top / "scenarios"))) == [new]
    assert (run(top, "ls-files", "--stage"), last(top)) == (staged, "first")


def test_where_a_hook_says_no_the_json_has_no_commit(top: Path) -> None:
    hook(top, "pre-commit", "exit 1")
    made = scen("retract", VISIT, "--reason", "No.", "--commit", "--format", "json")
    assert (made.exit_code, json.loads(made.stdout)["commit"]) == (1, None)
    assert "written, not committed" in made.stderr


def test_where_a_hook_says_no_nothing_is_to_be_taken_up_again(top: Path) -> None:
    """What was typed is written; to say it again would be refused."""
    hook(top, "pre-commit", "exit 1")
    terminal = Terminal(top, "add-source", "trt", "--name", "TRT World", "--commit")
    terminal.walk("Its reliability, A to F: > b")
    assert terminal.end() == (1, "scenarios/sources/trt.yaml\n")
    assert "written, not committed" in terminal.screen
    assert "to resume" not in terminal.screen


def test_what_a_hook_says_is_shown_on_stderr(top: Path) -> None:
    hook(top, "pre-commit", "echo checked '\033[31m'; echo twice >&2")
    made = scen(*TALKS, "--commit")
    assert (made.exit_code, made.stderr) == (0, "checked \\x1b[31m\ntwice\n")
    assert made.stdout.splitlines()[-1].startswith("committed ")


@pytest.mark.parametrize("name", ["pre-commit", "post-commit"])
def test_ctrl_c_stops_the_commit_and_leaves_no_lock(top: Path, name: str) -> None:
    """In the last hook it is too late for that: the commit is made, and told."""
    os.mkfifo(top / "ready")
    os.mkfifo(top / "never")
    hook(top, name, "echo >ready; read x <never")
    running: Any = subprocess.Popen(
        [SCEN, *TALKS, "--commit"],
        cwd=top,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    (top / "ready").read_bytes()
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert out.startswith(b"scenarios/evidence/2022/2022-02-28-talks.yaml\n")
    assert not (top / ".git" / "index.lock").exists()
    status = run(top, "status", "--porcelain", "scenarios")
    if name == "pre-commit":
        assert (running.returncode, last(top)) == (1, "first")
        assert b": written, not committed:\n" in err
        assert status == "?? scenarios/evidence/2022/2022-02-28-talks.yaml"
    else:
        assert (running.returncode, status) == (0, "")
        assert last(top) == "evidence: 2022-02-28-talks (trade 76% → 96.9%)"


def test_the_files_of_two_databases_of_one_repository_stay_apart(top: Path) -> None:
    make(top / "second" / "scenarios", FILES)
    commit(top, "second")
    scen(*TALKS)
    made = scen("--database", "second", *TALKS, "--commit")
    assert made.exit_code == 0
    assert held(top) == ["second/scenarios/evidence/2022/2022-02-28-talks.yaml"]
    assert run(top, "ls-files", "--others") == "scenarios/evidence/2022/2022-02-28-talks.yaml"
