"""A desk that is served to a client without a socket."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from scenarios.serve.addresses import entries
from scenarios.serve.application import app
from scenarios.serve.request_guard import AllowedHosts

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"


def stranger(
    root: Path, *, read_only: bool = False, analyst: str | None = None
) -> tuple[TestClient, AllowedHosts]:
    """A browser that has not been given the start address, and the door that it stands before."""
    door = AllowedHosts(PORT)
    every = entries(read_only=read_only)
    made = app(root, door, every, read_only=read_only, analyst=analyst)
    return TestClient(made, base_url=HERE, follow_redirects=False), door


def reader(root: Path, *, read_only: bool = False, analyst: str | None = None) -> TestClient:
    """A browser that was opened at the start address."""
    client, door = stranger(root, read_only=read_only, analyst=analyst)
    assert client.get(door.start).status_code == 200
    return client
