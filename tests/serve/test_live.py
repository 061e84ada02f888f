"""The server as a process: what it shows follows the disk, and it ends when it is told to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests.cli.commands import FILES, make, scen
from tests.cli.keyboard import PATIENCE
from tests.storage.test_git import commit, run

PROMPT = """
from scenarios.cli.main import main
from scenarios.serve import live_database
live_database._POLL_MS, live_database._BEAT = 10**9, 10.0**6
main()
"""
"""A server that never looks by itself, and breaks no silence: what is told in time, the system told
it of. `bench/serve.py` measures the seconds."""


class Served(NamedTuple):
    """A server that runs, and a reader who has its cookie."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    root: Path

    def events(self, stream: httpx2.Response) -> Iterator[int]:
        """The number of each state that is told."""
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield int(line.removeprefix("data: "))


@contextmanager
def served(root: Path) -> Iterator[Served]:
    command = [sys.executable, "-c", PROMPT, "--database", str(root), "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    start = process.stdout.readline().strip()
    with httpx2.Client(base_url=start.split("/?")[0], timeout=PATIENCE) as client, process:
        assert client.get(start).status_code == 200
        try:
            yield Served(process, client, root)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = make(tmp_path_factory.mktemp("desk") / "scenarios", FILES)
    run(root.parent, "init", "-q")
    commit(root.parent, "A desk")
    with served(root) as made:
        yield made


def test_what_changes_on_disk_is_told_at_once_whatever_changed_it(desk: Served) -> None:
    pact, tracker = desk.root / "pact.yaml", desk.root / "tracker.yaml"
    gone, beside = desk.root / "gone", desk.root / "pact.new"
    beside.write_text(pact.read_text())
    other = pact.read_text().replace("A pact", "Another pact")
    changes: list[tuple[str, str, Callable[[], object]]] = [
        ("scenarios", "Another pact", lambda: pact.write_text(other)),
        ("scenarios", "A pact", lambda: beside.replace(pact)),
        ("evidence", "Dinner", lambda: record(desk.root)),
        ("scenarios", "no longer holds a tracker.yaml", lambda: tracker.rename(gone)),
        ("scenarios", "Loose ties", lambda: gone.rename(tracker)),
    ]
    assert desk.client.get("/list/scenarios/").status_code == 200
    with desk.client.stream("GET", "/-/events") as stream:
        told = desk.events(stream)
        number = next(told)
        for where, text, change in changes:
            change()
            while text not in desk.client.get(f"/list/{where}/").text:
                following = next(told)
                assert following > number
                number = following


def record(root: Path) -> None:
    made = scen(
        *("--database", str(root), "add-evidence", "Dinner"),
        *("--recorded", "2022-02-07", "--rate", "trade=C"),
    )
    assert made.exit_code == 0


def test_a_commit_is_offered_at_once(desk: Served) -> None:
    with desk.client.stream("GET", "/-/events") as stream:
        told = desk.events(stream)
        assert next(told)
        commit(desk.root.parent, "Something more")
        while "Something more</option>" not in desk.client.get("/list/scenarios/").text:
            assert next(told)


def test_it_listens_on_this_machine_alone(desk: Served) -> None:
    port = desk.client.base_url.port
    assert port
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.1", port)) == 0
    with socket.socket(socket.AF_INET) as every:
        every.bind(("127.0.0.2", port))  # is free: it does not listen on all addresses


def test_a_port_in_use_is_said(desk: Served, tmp_path: Path) -> None:
    port = desk.client.base_url.port
    made = scen("--database", str(make(tmp_path, FILES)), "serve", "--port", str(port))
    assert (made.exit_code, made.stdout) == (1, "")
    told = f"scen: port {port} of 127.0.0.1: Address already in use; --port names another, --port 0"
    assert made.stderr == f"{told} takes a free one\n"


def test_a_signal_ends_it_at_once_with_streams_open(tmp_path: Path) -> None:
    with (
        served(make(tmp_path, FILES)) as desk,
        desk.client.stream("GET", "/-/events") as stream,
    ):
        told = stream.iter_lines()
        assert next(told)
        desk.process.send_signal(signal.SIGTERM)
        assert [*told]
        assert desk.process.wait(timeout=PATIENCE) == -signal.SIGTERM
