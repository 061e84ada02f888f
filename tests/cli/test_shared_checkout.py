"""Eight writers on one checkout, with and without --commit, in two TMPDIRs, as two users.

`SCEN_COMMANDS=100 pytest -s tests/cli/test_shared_checkout.py` has each give a hundred commands.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.storage.loader import load
from scenarios.storage.lock import LOCK_SECONDS, NAME
from scenarios.storage.worktree import snapshot
from tests.cli.commands import FILES, make
from tests.storage.test_git import run

WRITERS = 8
COMMANDS = int(os.environ.get("SCEN_COMMANDS", "2"))
GROUP = 65534
USERS = (65533, 65534)

# The first commands, given elsewhere, import all that is needed before a worker becomes a user who
# may not read the files of the interpreter.
WORKER = """
import json, os, sys, time
from typer.testing import CliRunner
from scenarios.cli.main import app

def give(words):
    begun = time.monotonic()
    made = CliRunner().invoke(app, words)
    fault = made.stderr if isinstance(made.exception, SystemExit | None) else repr(made.exc_info)
    return [made.exit_code, fault, time.monotonic() - begun]

first, user, group = json.loads(sys.argv[1])
for words in first:
    assert give(words)[0] == 0
os.chdir(sys.argv[2])
os.umask(0o002)
if user:
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
print("ready", flush=True)
for words in json.loads(sys.stdin.readline()):
    print(json.dumps(give(words)))
"""


@pytest.fixture
def top() -> Iterator[Path]:
    """A checkout that a group shares, where every user can reach it."""
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    yield top / "checkout"
    shutil.rmtree(top)


def checkout(top: Path, users: tuple[int, ...]) -> None:
    top.parent.chmod(0o755)
    make(top / "scenarios", FILES)
    settings = top.parent / "gitconfig"
    settings.write_text("[safe]\n directory = *\n[user]\n name = Ana\n email = ana@example.org\n")
    run(top, "init", "-q", "-b", "main", "--shared=group")
    run(top, "add", ".")
    run(top, "-c", f"include.path={settings}", "commit", "-q", "-m", "first")
    if users[0]:
        for place in (top, *top.rglob("*")):
            os.chown(place, users[0], GROUP)
            place.chmod(place.stat().st_mode | (0o2770 if place.is_dir() else 0o660))


def words(writer: int, number: int) -> list[str]:
    """Every other command edits a file that half of the writers edit; half of them commit."""
    commits = writer % 2
    name = f"{writer}-{number}"
    if number % 2:
        scenario = ("trade", "pact")[commits]
        made = ["add-indicator", scenario, f"i{name}", "It is seen", "--rate", f"{scenario}=C"]
    else:
        made = ["add-evidence", "A dinner", "--recorded", "2022-02-07", "--rate", "ties=C"]
        made += ["--id", f"2022-02-07-d{name}"]
    return [*made, *(["--commit"] if commits else [])]


def give(top: Path, users: tuple[int, ...]) -> list[list[Any]]:
    """What became of each command; all writers start together."""
    workers = []
    for writer in range(WRITERS):
        scratch, temporary = top.parent / f"scratch-{writer}", top.parent / f"tmp-{writer // 4}"
        make(scratch / "scenarios", FILES)
        run(scratch, "init", "-q")
        temporary.mkdir(mode=0o1777, exist_ok=True)
        first = [words(writer, 0), words(writer, 1)]
        given = json.dumps([first, users[writer // 2 % 2], GROUP])
        environment = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"TMPDIR": str(temporary), "GIT_CONFIG_GLOBAL": f"{top.parent}/gitconfig"}
        environment |= {"HOME": str(temporary), "XDG_CONFIG_HOME": str(temporary)}
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", WORKER, given, str(top)],
                cwd=scratch,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for writer, worker in enumerate(workers):
        assert worker.stdin
        worker.stdin.write(json.dumps([words(writer, n) for n in range(COMMANDS)]) + "\n")
        worker.stdin.flush()
    return [[json.loads(line) for line in w.communicate()[0].splitlines()] for w in workers]


@pytest.mark.parametrize("users", [(0, 0), USERS], ids=["one user", "two users"])
def test_nothing_is_lost_and_every_commit_is_one_command_s(
    top: Path, users: tuple[int, ...]
) -> None:
    if users[0] and os.geteuid() != 0:
        pytest.skip("only root can start a command as two users")
    checkout(top, users)
    begun = time.monotonic()
    made = give(top, users)
    took = time.monotonic() - begun
    assert [entry[:2] for share in made for entry in share] == [[0, ""]] * WRITERS * COMMANDS
    longest = max(entry[2] for share in made for entry in share)
    print(f"{WRITERS * COMMANDS} commands in {took:.1f} s; the longest {longest:.2f} s")  # noqa: T201
    assert longest < LOCK_SECONDS

    files, problems = snapshot(top / "scenarios")
    loaded = load(files)
    assert [*problems, *loaded.problems] == []
    each = [(w, n) for w in range(WRITERS) for n in range(COMMANDS)]
    dinners = {f"2022-02-07-d{w}-{n}" for w, n in each if not n % 2}
    assert set(loaded.database.evidence) == {"2022-02-04-visit", *dinners}
    scenarios = loaded.database.scenarios
    seen = {w % 2: {f"i{v}-{n}" for v, n in each if n % 2 and v % 2 == w % 2} for w in (0, 1)}
    assert set(scenarios["trade"].indicators) == seen[0]
    assert set(scenarios["pact"].indicators) == {"talks", *seen[1]}

    for place in (top, *top.rglob("*")):
        os.chown(place, os.geteuid(), -1)  # git tells nobody but its owner
    log = run(top, "log", "--format=%x00%s", "--numstat", "-p", "--no-renames", "HEAD")
    *commits, first = log.split("\0")[1:]
    assert first.startswith("first\n")
    found = set()
    for text in commits:
        subject, _, rest = text.partition("\n")
        kind, _, named = subject.partition(" (")[0].partition(": ")
        lines = [line for line in rest.splitlines() if "\t" in line]
        (numbers,) = lines
        added, removed, path = numbers.split("\t")
        if kind == "evidence":
            assert (removed, Path(path).stem) == ("0", named)
        else:
            new = [line[1:].strip() for line in rest.splitlines() if line.startswith("+  ")]
            assert (removed, path) == ("0", "scenarios/pact.yaml")
            assert new[0] == f"{named.removeprefix('pact/')}:"
            assert int(added) == len(new)
        found.add(named.removeprefix("pact/"))
    assert found == {f"i{w}-{n}" if n % 2 else f"2022-02-07-d{w}-{n}" for w, n in each if w % 2}
    assert len(commits) == len(found)
    assert run(top, "status", "--porcelain", "--untracked-files=no") == "M scenarios/trade.yaml"
    assert [*top.rglob(".scen*"), *top.rglob(NAME)] == []
