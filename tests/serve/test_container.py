"""The container file of docs/on-a-server.md, step by step, by a user without rights."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.keyboard import PATIENCE
from tests.serve import teams
from tests.serve.test_team import ITEM, own

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs/on-a-server.md").read_text("utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
NOBODY = 65534
USER: dict[str, Any] = {}
"""Whom each step runs as: where the tests run as root, somebody else."""
if os.name == "posix" and os.getuid() == 0:
    USER = {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def instructions() -> list[tuple[str, str]]:
    """The instructions of the page's container file, and what each is given."""
    (block,) = re.findall(r"^```dockerfile\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder of the user without rights."""
    made = Path(tempfile.mkdtemp(prefix="scen-container-"))
    try:
        if USER:
            os.chown(made, NOBODY, NOBODY)
        yield made
    finally:
        shutil.rmtree(made)


def python() -> str:
    """A Python that the user may run and make environments with."""
    candidates = [str(Path(sys.base_prefix) / "bin/python3"), "/usr/bin/python3"]
    for place in candidates:
        try:
            command = [place, "-c", "import ensurepip, venv"]
            ended = subprocess.run(command, **USER, cwd="/", capture_output=True, check=False)
        except OSError:
            continue
        if ended.returncode == 0:
            return place
    pytest.skip("another user may run no Python of this machine: apt-get install python3-venv")


class Build:
    """What a builder has after some steps: its folder, its variables, and the command."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.place = folder
        self.variables = {"PATH": f"{folder}/programs:{os.defpath}"}
        self.command: list[str] = []
        self.run(f"mkdir programs && ln -s {python()} programs/python")

    def run(self, line: str) -> None:
        """Run a line of the shell."""
        variables = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_"))}
        ended = subprocess.run(
            ["sh", "-c", line],
            **USER,
            cwd=self.place,
            env=variables | self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"

    def step(self, word: str, rest: str) -> None:
        """Take one instruction, in the folder in place of the root of a file system."""
        rest = rest.replace("/srv/", f"{self.folder}/srv/")
        if word == "WORKDIR":
            self.run(f"mkdir -p {rest}")
            self.place = Path(rest)
        elif word == "COPY":
            assert rest == ". source"
            ignored = shutil.ignore_patterns(".*", "__pycache__", "build")
            shutil.copytree(REPOSITORY, self.place / "source", ignore=ignored)
        elif word == "RUN":
            self.run(rest)
        elif word == "ENV":
            name, _, value = rest.partition("=")
            self.variables[name] = value
        else:
            assert word == "CMD"
            self.command = json.loads(rest)


def test_the_steps_give_a_server_that_a_proxy_reaches_by_its_socket(folder: Path) -> None:
    (first, image), *steps = instructions()
    assert first == "FROM"
    name, _, version = image.partition(":")
    assert name == "python"
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]
    desk = folder / "srv/desk"
    root = teams.database(desk / "clone")
    tracker = root / "tracker.yaml"
    tracker.write_text(tracker.read_text() + f"address: {teams.ADDRESS}\n")
    teams.git(root, "commit", "-qam", "The address")
    secret, place = desk / "secret", desk / "socket"
    secret.write_text(teams.SECRET)
    secret.chmod(0o600)
    if USER:
        for path in (folder / "srv", *(folder / "srv").rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    build = Build(folder)
    for word, rest in steps:
        build.step(word, rest)
    with subprocess.Popen(
        build.command,
        **USER,
        cwd=build.place,
        env=build.variables,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() == teams.ADDRESS
            assert stat.filemode(place.stat().st_mode) == "srw-rw----"
            login = {"X-Scen-Secret": teams.SECRET, teams.HEADER: "ana@example.org"}
            with httpx2.Client(
                base_url="http://desk.example.org",
                headers={**login, "Origin": teams.HERE},
                timeout=PATIENCE,
                transport=httpx2.HTTPTransport(uds=f"{place}"),
            ) as ana:
                form = "/scen/record/evidence/"
                fields = {**own(ana, form), **ITEM, "do": "save"}  # type: ignore[arg-type]
                assert ana.post(form, data=fields).status_code == 303
        finally:
            process.terminate()
    log = subprocess.run(
        ["git", "-c", "safe.directory=*", "log", "-1", "--format=%an, %cn"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert log.stdout == "Ana, The server\n"
    assert any((desk / "state/scen").iterdir())  # which outlives the container
