"""A desk that is served to a client without a socket."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from functools import cache
from pathlib import Path

import anyio
from anyio.from_thread import BlockingPortal
from starlette.applications import Starlette
from starlette.testclient import TestClient

from scenarios.serve.addresses import entries
from scenarios.serve.application import app
from scenarios.serve.request_guard import AllowedHosts

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"


@cache
def portal() -> BlockingPortal:
    """The event loop of every desk of this process, in a thread that ends with it."""
    begun = Future[BlockingPortal]()

    async def run() -> None:
        async with BlockingPortal() as portal:
            begun.set_result(portal)
            await portal.sleep_until_stopped()

    threading.Thread(target=anyio.run, args=(run,), daemon=True).start()
    return begun.result()


def browser(desk: Starlette) -> TestClient:
    """A browser that has not been given the start address."""
    client = TestClient(desk, base_url=HERE, follow_redirects=False)
    client.portal = portal()
    return client


def stranger(
    root: Path, *, read_only: bool = False, analyst: str | None = None
) -> tuple[TestClient, AllowedHosts]:
    """A browser that has not been given the start address, and the door that it stands before."""
    door = AllowedHosts(PORT)
    every = entries(read_only=read_only)
    made = app(root, door, every, read_only=read_only, analyst=analyst)
    portal().start_task_soon(made.state.pages.render)  # and no watcher: a test says who looks
    return browser(made), door


def reader(root: Path, *, read_only: bool = False, analyst: str | None = None) -> TestClient:
    """A browser that was opened at the start address."""
    client, door = stranger(root, read_only=read_only, analyst=analyst)
    assert client.get(door.start).status_code == 200
    return client
