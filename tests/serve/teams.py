"""A team's desk that is served to clients without a socket."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
