"""A team's desk that is served to clients without a socket."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scenarios.serve.addresses import entries
from scenarios.serve.application import team_app
from scenarios.serve.team.door import TeamDoor, form_key, team_address
from scenarios.workspace.input import typed_in
from tests.cli.commands import FILES, make
from tests.serve.desks import portal

ADDRESS = "https://desk.example.org/scen/"
HERE = "https://desk.example.org"
SECRET = "0123456789abcdef" * 2 * 2
HEADER = "X-Forwarded-Email"
PEOPLE = """\
review_every_days: 7
analysts:
  desk: The desk
  ed: {name: Ed, login: ed@example.org, role: editor}
  ana: {name: Ana, login: ana@example.org}
  bo: {name: Bo, login: bo@example.org}
  cy: {name: Cy, login: cy@example.org}
  pro: {name: Pro, login: pro@example.org, role: proposer}
  rea: {name: Rea, login: rea@example.org, role: reader}
"""
LOGINS = ("ed", "ana", "bo", "pro", "rea")
FILED = FILES | {"tracker.yaml": FILES["tracker.yaml"] + PEOPLE}


def git(folder: Path, *words: str, day: str = "2022-02-07") -> str:
    """What git prints, on a day."""
    dated = {f"GIT_{who}_DATE": f"{day}T12:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    named = ("-c", "user.name=The server", "-c", "user.email=server@example.org")
    return subprocess.run(
        ["git", *named, *words],
        cwd=folder,
        env={**os.environ, **dated},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def database(folder: Path, files: Mapping[str, str] = FILED) -> Path:
    """A database of a team, committed."""
    root = make(folder / "scenarios", dict(files))
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "The server")
    git(folder, "config", "user.email", "server@example.org")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "The desk")
    return root


def desk(root: Path, **options: Any) -> Starlette:
    """The application of a team, without a watcher: a test says who looks."""
    at = team_address(ADDRESS)
    door = TeamDoor(at, HEADER, SECRET.encode(), form_key(root), lambda _: None, typed_in.today)
    made = team_app(root, door, entries(is_team=True), **options)
    portal().start_task_soon(made.state.pages.render)
    return made


def stranger(app: Starlette, **headers: str) -> TestClient:
    """A browser whose requests have these headers, and none of the sign-in."""
    client = TestClient(
        app, base_url=HERE, follow_redirects=False, headers={"Host": "desk.example.org", **headers}
    )
    client.portal = portal()
    return client


def person(app: Starlette, id: str) -> TestClient:
    """The browser of a person, behind the sign-in."""
    return stranger(app, **{"X-Scen-Secret": SECRET, HEADER: f"{id}@example.org", "Origin": HERE})


def figures(figure: float) -> dict[str, float]:
    """A figure of each open question; those of a set sum to 1."""
    return {"pact": figure, "ties": round(1 - figure, 2), "trade": figure}


def sheet(analyst: str, figure: float, reason: str, day: str = "2022-02-08") -> dict[str, str]:
    """A sheet of an analyst."""
    text = f"date: {day}\nanalyst: {analyst}\nprobabilities:\n"
    text += "".join(f"  {id}: {value}\n" for id, value in figures(figure).items())
    return {f"forecasts/2022/{day}-{analyst}.yaml": f"{text}rationales: {{pact: {reason}}}\n"}


def variant(folder: Path, figure: float, reason: str, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """A desk on which another sat, with a figure and a reason, before an item came.

    The sheet is a corrected one, and an agent has proposed the same figure for the same reason.
    """
    folder.mkdir()
    monkeypatch.chdir(folder)
    root = database(folder)
    (root / "inbox").mkdir()
    proposed = "proposed: {by: agent, name: scout, on: 2022-02-08}\n"
    forecast = f"forecast: {{scenario: pact, probability: {figure}, rationale: {reason}}}\n"
    item = "summary: Later news\nobserved: 2022-02-08\nrecorded: 2022-02-08\nratings: {pact: C}\n"
    for subject, day, files in (
        (f"forecast: pact {figure / 2}", "2022-02-08", sheet("bo", figure / 2, "A slip")),
        (f"forecast: pact {figure}, {reason}", "2022-02-08", sheet("bo", figure, reason)),
        (f"propose: pact {figure}", "2022-02-09", {"inbox/a-figure.yaml": proposed + forecast}),
        ("evidence: later", "2022-02-09", {"evidence/2022/2022-02-08-later.yaml": item}),
    ):
        for path, data in files.items():
            (root / path).write_text(data)
        git(folder, "add", "-A", day=day)
        git(folder, "commit", "-qm", subject, day=day)
    return desk(root)
