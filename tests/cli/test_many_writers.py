"""Eight writers at once, half of whom commit, as one user and as two: nothing of anyone's is lost.

What they leave is what the same commands leave one after the other.

SCEN_FULL=1 has each give twenty times as many commands: `pytest -rP` says how long that took.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scenarios.model import Database
from scenarios.storage.loader import load
from scenarios.storage.lock import NAME
from scenarios.storage.worktree import snapshot
from tests.cli.commands import FILES, make
from tests.full import FULL, TIMES
from tests.storage.test_git import run

WRITERS = range(8)
ROUNDS = range(TIMES)
GROUP = 65534
VISIT = "2022-02-04-visit"
SHEETS, SHARED = ("2022-02-07", "2022-02-08"), ("trade", "pact")
SOUND = ("--title", "T", "--question", "Q?", "--criteria", "C.", "--horizon", "2030-12-31")
PRIOR = ("--prior", "0.1", "--basis", "B.", "--opened", "2022-01-01")

# The writers are forks of one process that has imported all that is needed: one that becomes a
# user may not read the files of the interpreter. All is given elsewhere first, one by one.
WORKERS = """
import json, os, sys, time
from pathlib import Path
from typer.testing import CliRunner
from scenarios.cli.main import app
from scenarios.storage.lock import lock

lock.__wrapped__.__defaults__ = (3600.0,)  # a turn comes late where the processors are shared

def give(words):
    begun = time.monotonic()
    made = CliRunner().invoke(app, words)
    fault = made.stderr if isinstance(made.exception, SystemExit | None) else repr(made.exc_info)
    return [made.exit_code, made.stdout, fault, time.monotonic() - begun]

top, group, users, shares = json.loads(sys.stdin.readline())
for words in sum(shares, []):
    assert give(words)[0] == 0, words
go, starts = os.pipe()
children = []
for writer, (user, share) in enumerate(zip(users, shares)):
    children.append(os.fork())
    if children[-1]:
        continue
    os.close(starts)
    result = open(Path(top).parent / f"said-{writer}", "w")
    os.environ["TMPDIR"] = str(Path(top).parent / f"tmp-{writer // 4}")
    os.chdir(top)
    os.umask(0o002)
    if user:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    os.read(go, 1)
    json.dump([give(words) for words in share], result)
    result.close()
    os._exit(0)
os.close(starts)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""


def share(writer: int) -> list[list[str]]:
    """What a writer gives: every kind of command; half commit what only they do to a file."""
    given = []
    other = writer % 2
    commit = ["--commit"] * other
    analyst = ("--analyst", "desk", "--date", SHEETS[other])
    for number in ROUNDS:
        w = f"{writer}-{number}"
        known, item = ("--recorded", "2022-02-07"), f"2022-02-07-d{w}"
        given += [
            ["new", f"n{w}", *SOUND, *PRIOR],
            ["add-source", f"s{w}", "--name", "S", "--reliability", "C"],
            ["add-indicator", SHARED[other], f"i{w}", "It is seen", "--rate", "pact=C", *commit],
            ["add-evidence", "A dinner", *known, "--source", f"s{w}", "--id", item],
            ["add-evidence", "Same", *known, "--rate", "ties=C", "--notes", w, *commit],
            ["rate", VISIT, f"n{w}=C"],
            ["forecast", f"n{w}", "0.2", *analyst, *commit],
            ["retract", item, "--reason", "No.", "--date", "2022-02-08"],
            ["resolve", f"n{w}", "annulled", "--basis", "So.", "--recorded", "2022-03-01"],
        ]
    return given


@pytest.fixture
def top() -> Iterator[Path]:
    """A checkout that a group shares, where every user can reach it."""
    top = Path(tempfile.mkdtemp(dir="/tmp"))
    top.chmod(0o755)
    yield make(top / "checkout" / "scenarios", FILES).parent
    shutil.rmtree(top)


def give(top: Path, users: tuple[int, ...]) -> list[list[list[Any]]]:
    """Exit, stdout, stderr and seconds of each command; all writers start together."""
    settings = top.parent / "gitconfig"
    settings.write_text("[safe]\n directory = *\n[user]\n name = Ana\n email = ana@example.org\n")
    run(top, "init", "-q", "-b", "main", "--shared=group")
    run(top, "add", ".")
    run(top, "-c", f"include.path={settings}", "commit", "-q", "-m", "first")
    if users[0]:
        for place in (top, *top.rglob("*")):
            os.chown(place, users[0], GROUP)
            place.chmod(place.stat().st_mode | (0o2770 if place.is_dir() else 0o660))
    scratch = make(top.parent / "scratch" / "scenarios", FILES).parent
    run(scratch, "init", "-q")
    for number in (0, 1):
        (top.parent / f"tmp-{number}").mkdir()
        (top.parent / f"tmp-{number}").chmod(0o1777)
    environment = {name: v for name, v in os.environ.items() if not name.startswith("GIT_")}
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        environment[name] = str(top.parent / "tmp-0")
    owners = [users[writer // 2 % 2] for writer in WRITERS]
    words = [str(top), GROUP, owners, [share(writer) for writer in WRITERS]]
    subprocess.run(
        [sys.executable, "-c", WORKERS],
        cwd=scratch,
        env=environment | {"GIT_CONFIG_GLOBAL": str(settings)},
        input=json.dumps(words),
        text=True,
        check=True,
    )
    return [json.loads((top.parent / f"said-{writer}").read_text()) for writer in WRITERS]


def database(root: Path) -> Database:
    files, problems = snapshot(root)
    loaded = load(files)
    assert [*problems, *loaded.problems] == []
    return loaded.database


def by_notes(database: Database) -> Database:
    """The database; which of the items that are called the same has which number is left out."""
    items = {item.notes or id: item for id, item in database.evidence.items()}
    return msgspec.structs.replace(database, evidence=items)


TWO = os.geteuid() == 0
"""Only root can start commands as two users, who need all that one of them needs, and more."""


@pytest.mark.parametrize(
    "users",
    [*([] if TWO and not FULL else [(0, 0)]), *([(65533, 65534)] if TWO else [])],
    ids=lambda users: "two users" if users[0] else "one user",
)
def test_of_everything_at_once_nothing_is_lost_and_every_commit_is_one_command_s(
    top: Path, users: tuple[int, ...]
) -> None:
    begun = time.monotonic()
    made = [
        (words, said)
        for writer, found in enumerate(give(top, users))
        for words, said in zip(share(writer), found, strict=True)
    ]
    longest = max(said[3] for _, said in made)
    print(f"{len(made)} commands in {time.monotonic() - begun:.1f} s; the longest {longest:.2f} s")  # noqa: T201
    assert [(words, said) for words, said in made if said[0]] == []

    found, expected = (database(place / "scenarios") for place in (top, top.parent / "scratch"))
    assert set(found.evidence) == set(expected.evidence)
    assert by_notes(found) == by_notes(expected)
    kept = iter((top / f"scenarios/evidence/2022/{VISIT}.yaml").read_text().splitlines())
    assert all(line in kept for line in FILES[f"evidence/2022/{VISIT}.yaml"].splitlines())
    for words, (_, out, _, _) in made:
        if words[1] == "Same":  # it was told the id under which it stands
            notes = words[words.index("--notes") + 1]
            assert found.evidence[Path(out.partition("\n")[0]).stem].notes == notes

    for place in (top, *top.rglob("*")):
        os.chown(place, os.geteuid(), -1)  # git tells nobody but its owner
    log = run(top, "log", "--format=%x00%h %s", "--numstat", "-p", "HEAD").split("\0")[1:-1]
    told = [said[1].splitlines()[-1] for words, said in made if words[-1] == "--commit"]
    assert sorted(f"committed {text.partition(chr(10))[0]}" for text in log) == sorted(told)
    assert len(told) == 3 * len(WRITERS) * len(ROUNDS) // 2
    for text in log:
        _, kind, name, *moved = text.partition("\n")[0].split(" ")
        ((_, removed, path),) = (line.split("\t") for line in text.splitlines() if "\t" in line)
        new_lines = re.findall(r"^\+  (\S+):(?: 0.2)?$", text, re.MULTILINE)
        if kind == "indicator:":
            assert (removed, path, f"pact/{new_lines[0]}") == ("0", "scenarios/pact.yaml", name)
        else:
            assert (removed, Path(path).stem) == ("0", name)
        if kind == "forecast:":
            assert new_lines == [moved[0][1:]]
    assert [*top.rglob(".scen*"), *top.rglob(NAME)] == []
