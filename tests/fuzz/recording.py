"""The recording commands that are crashed, and the database on which each is tried."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.cli.commands import DESK, FILES, make
from tests.fuzz.preloaded import Commands, environment

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
ITEMS = f"""\
summary,observed,recorded
A visit abroad,{DAY},{DAY}
A ship leaves,{DAY},{DAY}
"""
CRITERIA = "What is in the minutes.\nNothing else counts.\n"


class Command(NamedTuple):
    """A command as it is typed; `starts` one begins without a database.

    `first` are the commands before it; one of them may be git's.
    """

    words: tuple[str, ...]
    commits: bool
    starts: bool = False
    first: tuple[tuple[str, ...], ...] = ()

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
    ("import", "evidence", "../evidence.csv"),
)  # fmt: skip
_EVENTS = 'events={table: icews, match: {cameo: ["190"], source_country: [RUS]}}'
_COMMITTED = (("git", "add", "."), ("git", "commit", "--quiet", "--message", "before"))
_LATER: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("add-source", "tass", "--name", "TASS", "--reliability", "D"),
     ("remove", "tass", "--reason", "Not cited.")),
    (("edit", "pact/talks", _EVENTS),
     ("candidates", "pact/talks", "--from", "../events", "--accept", "1-2")),
    (("rename", "pact", "treaty"), ("undo",)),
    (("import", "forecasts", "../forecasts.csv"), ("undo",)),
)  # fmt: skip
"""A command, and what is done after it."""
_ITEM = "?evidence=2022-02-04-visit"
_FORMS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("evidence", "", {"summary": "A dinner", "recorded": DAY, "rate:pact": "C",
                      "new_source:name": "TASS", "new_source:reliability": "D", "source": "tass"}),
    ("evidence", "", {"summary": "A copy", "recorded": DAY, "rate:pact": "C",
                      "attachment": "A page."}),
    ("rate", _ITEM, {"evidence": "2022-02-04-visit", "rate:trade": "CC"}),
    ("forecast", "?scenario=pact", {"scenario": "pact", "probability": "0.3", "date": DAY}),
    ("indicator", "?scenario=pact", {"scenario": "pact", "id": "visit", "added": DAY,
                                     "statement": "A minister travels", "rate:pact": "C"}),
    ("source", "", {"id": "tass", "name": "TASS", "reliability": "D"}),
    ("scenario", "", {"id": "summit", "title": "A summit", "question": "Will they meet?",
                      "criteria": CRITERIA, "horizon": "2030-12-31", "prior": "0.3",
                      "basis": "Rare.", "opened": DAY}),
    ("resolution", "?scenario=trade", {"scenario": "trade", "outcome": "did-not-occur",
                                       "basis": "The customs.", "date": DAY, "recorded": DAY}),
    ("retraction", _ITEM, {"evidence": "2022-02-04-visit", "reason": "No.", "date": DAY}),
    ("clarification", "?scenario=pact", {"scenario": "pact", "text": "In force.", "date": DAY}),
    ("edit", "?id=pact", {"id": "pact", "key": "tags", "how": "append", "value": "military"}),
    ("file", "?id=pact", {"id": "pact",
                          "text": FILES["pact.yaml"].replace("A pact", "Any pact")}),
)  # fmt: skip


def _commands(*, commits: bool) -> Iterator[Command]:
    switch = ("--commit",) if commits else ()
    for words in _WORDS:
        yield Command((*words, *switch), commits, words[0] == "init")
    for first, then in _LATER:
        yield Command((*then, *switch), commits, first=(first, *(_COMMITTED if commits else ())))
    if not commits:  # a form takes back what is not committed
        yield Command(("post", "/undo/", "{}", ""), commits, first=(("rename", "pact", "treaty"),))
    chosen = {"commit": "yes"} if commits else {}
    for form, asked, fields in _FORMS:
        sent = json.dumps({**fields, "do": "save", **chosen})
        yield Command(("post", f"/record/{form}/", sent, asked), commits)


NEXT = ("add-source", "next", "--name", "Next", "--reliability", "B")
"""Another command, to be given after each of them."""
COMMANDS = (*_commands(commits=False), *_commands(commits=True))


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


def prepare(runs: Commands, sandbox: Path, command: Command) -> Path:
    """A working folder in a committed repository, as the command finds it.

    It is made once for each command, beside the sandbox, and copied from then on.
    """
    ready, work = sandbox.with_name(f"ready-{COMMANDS.index(command)}"), sandbox / "work"
    shutil.rmtree(sandbox, ignore_errors=True)
    if not ready.exists():
        make_repository(sandbox, starts=command.starts)
        for words in command.first:
            if words[0] == "git":
                git(work, *words[1:])
            else:
                assert runs.run(work, words).code == 0
        sandbox.rename(ready)
    shutil.copytree(ready, sandbox)
    return work


def make_repository(sandbox: Path, *, starts: bool) -> Path:
    """A database in a committed repository, or only the repository; its working folder."""
    work = sandbox / "work"
    for folder in (work, sandbox / "tmp", sandbox / "state"):
        folder.mkdir(parents=True)
    (sandbox / "sheet.yaml").write_text(SHEET)
    (sandbox / "forecasts.csv").write_text(MANY)
    (sandbox / "evidence.csv").write_text(ITEMS)
    shutil.copytree(DESK.with_name("events"), sandbox / "events")
    (work / "README").write_text("A desk.\n")
    git(work, "init", "--quiet", "--initial-branch=main", "--template=")
    if not starts:
        make(work / "scenarios", FILES)
    git(work, "add", ".")
    git(work, "commit", "--quiet", "--message", "start")
    return work
