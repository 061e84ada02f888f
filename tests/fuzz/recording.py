"""The recording commands that are crashed, and the database on which each is tried."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.cli.commands import FILES, make
from tests.fuzz.preloaded import environment

DAY = "2022-02-08"
ON = ("--date", DAY)
SHEET = f"""\
date: {DAY}
analyst: desk
probabilities: {{pact: 0.3, trade: 0.55}}
rationales: {{pact: The talks.}}
"""
MANY = "date,analyst,scenario,probability\n" + "".join(
    f"2022-01-{day},ann,pact,0.{day}\n" for day in range(10, 32)
)
"""More sheets than are written one at a time."""
CRITERIA = "What is in the minutes.\nNothing else counts.\n"


class Command(NamedTuple):
    """A command as it is typed; `starts` one begins without a database."""

    words: tuple[str, ...]
    commits: bool
    starts: bool = False

    def __str__(self) -> str:
        """Its first words, and whether it commits."""
        first = [word for word in self.words if word != "--commit"][:2]
        return " ".join([*first, "--commit"] if self.commits else first)


_WORDS = (
    ("init",),
    ("new", "summit", "--title", "A summit", "--question", "Will they meet?", "--criteria",
     CRITERIA, "--horizon", "2030-12-31", "--prior", "0.3", "--basis", "Rare.",
     "--opened", DAY),
    ("add-indicator", "pact", "visit", "A minister travels", "--rate", "pact=C", "--added", DAY),
    ("add-source", "tass", "--name", "TASS", "--reliability", "D"),
    ("add-evidence", "A dinner", "--recorded", DAY, "--rate", "pact=C", "--id",
     f"{DAY}-dinner"),
    ("rate", "2022-02-04-visit", "pact=C"),
    ("retract", "2022-02-04-visit", "--reason", "Not confirmed.", *ON),
    ("forecast", "pact", "0.3", "--analyst", "desk", *ON),
    ("forecast", "trade", "0.4", "--analyst", "desk", "--date", "2022-02-07"),
    ("resolve", "trade", "did-not-occur", "--basis", "The customs.", *ON, "--recorded", DAY),
    ("review", "--from", "../sheet.yaml"),
    ("import", "forecasts", "../forecasts.csv"),
    ("rename", "pact", "treaty"),
    ("edit", "2022-02-04-visit", "observed=2022-02-03"),
)  # fmt: skip
NEXT = ("add-source", "next", "--name", "Next", "--reliability", "B")
"""Another command, to be given after each of them."""
COMMANDS = tuple(
    Command((*words, *(["--commit"] if commits else [])), commits, words[0] == "init")
    for commits in (False, True)
    for words in _WORDS
)


def asked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """How git answers."""
    env = environment(folder.parent) | {"GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def git(folder: Path, *words: str) -> str:
    """What git answers; a refusal is an error."""
    done = asked(folder, *words)
    assert not done.returncode, done.stderr
    return done.stdout


def prepare(sandbox: Path, *, starts: bool) -> Path:
    """A working folder in a committed repository, without a database where a command starts one.

    It is made once, beside the sandbox, and copied from then on.
    """
    ready = sandbox.with_name(f"{sandbox.name}-{starts}")
    if not ready.exists():
        _make(ready, starts=starts)
    shutil.rmtree(sandbox, ignore_errors=True)
    shutil.copytree(ready, sandbox)
    return sandbox / "work"


def _make(sandbox: Path, *, starts: bool) -> None:
    work = sandbox / "work"
    for folder in (work, sandbox / "tmp", sandbox / "state"):
        folder.mkdir(parents=True)
    (sandbox / "sheet.yaml").write_text(SHEET)
    (sandbox / "forecasts.csv").write_text(MANY)
    (work / "README").write_text("A desk.\n")
    git(work, "init", "--quiet", "--initial-branch=main", "--template=")
    if not starts:
        make(work / "scenarios", FILES)
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message", "start")
