"""A small database, and `scen` run on it without a process and as one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from scenarios.cli.main import app

SCEN = str(Path(sys.executable).parent / "scen")
FILES = {
    "tracker.yaml": """\
format: 1
title: Alignment
sets:
  form: Form of the relationship
""",
    "pact.yaml": """\
# What would have to be signed is in the criteria.
title: A pact
question: Will a treaty be in force?
resolution_criteria: The text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior:
  probability: 0.2
  basis: None in twenty years.
indicators:
  talks:
    statement: Talks are confirmed
    ratings: {pact: CC, ties: I}   # fixed beforehand
    added: 2022-01-01
""",
    "ties.yaml": """\
title: Loose ties
question: Will there be no treaty?
resolution_criteria: No text of a treaty.
opened: 2022-01-01
horizon: 2030-12-31
set: form
prior: {probability: 0.8, basis: As it is.}
""",
    "trade.yaml": """\
title: Trade of 200 billion
question: Will yearly trade pass 200 billion dollars?
resolution_criteria: Chinese customs.
opened: 2022-01-01
horizon: 2024-12-31
prior: {probability: 0.5, basis: 140 billion in 2021.}
""",
    "evidence/2022/2022-02-04-visit.yaml": """\
summary: A visit
observed: 2022-02-04
recorded: 2022-02-07
source: kremlin
ratings:
  trade: C   # a first guess
notes: Seen on television.
""",
    "forecasts/2022/2022-02-07-desk.yaml": """\
date: 2022-02-07
analyst: desk
probabilities:
  pact: 0.10
  trade: 0.6   # after the visit
""",
    "sources/kremlin.yaml": """\
name: The Kremlin
reliability: C
""",
}


def make(folder: Path, files: dict[str, str]) -> Path:
    """The database of these files in a folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; a lock or a temporary file that stayed would be there too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def changes(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, str | None]:
    """The files that are new or other, as text; None for one that is gone."""
    found = {path: after.get(path) for path in {*before, *after}}
    return {
        path: data.decode() if data is not None else None
        for path, data in found.items()
        if data != before.get(path)
    }


def scen(*words: str, env: dict[str, str] | None = None) -> Result:
    """A command in this process; a bug is raised and not caught."""
    return CliRunner().invoke(app, list(words), env=env, catch_exceptions=False)


def process(*words: str | bytes, cwd: Path, **env: str) -> subprocess.Popen[bytes]:
    """A command as a process of its own."""
    return subprocess.Popen(
        [SCEN, *words],
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
