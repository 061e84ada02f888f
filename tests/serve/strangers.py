"""A server as a process, and a socket of somebody who need not have its token."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.cli.commands import FILES, SCEN, make
from tests.cli.keyboard import PATIENCE
from tests.full import FULL

_SOON = """
import h11
from scenarios.cli.main import main
from scenarios.serve import application
application._HEAD = 2
application._PATIENCE[h11.SEND_BODY] = 4
main()
"""
"""A server that lets nobody wait ten seconds for a head and twenty for a body."""
HASTY = (SCEN,) if FULL else (sys.executable, "-c", _SOON)


class Desk(NamedTuple):
    """A server, how its owner reaches it, and what it has said on stderr."""

    process: subprocess.Popen[str]
    owner: httpx2.Client
    start: str
    root: Path
    log: Path

    @property
    def port(self) -> int:
        port = self.owner.base_url.port
        assert port
        return port

    def said(self) -> list[str]:
        return self.log.read_text().splitlines()

    def reach(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def opens(self) -> None:
        """The owner's page is there, for a browser that comes anew."""
        with httpx2.Client(base_url=self.owner.base_url, timeout=PATIENCE) as client:
            assert client.get(self.start).status_code == 200
            assert client.get("/").status_code == 200


@contextmanager
def desk(
    folder: Path, *words: str, program: tuple[str, ...] = (SCEN,), **env: str
) -> Iterator[Desk]:
    root, log = make(folder / "scenarios", FILES), folder / "log"
    few = ("bash", "-c", 'ulimit -n 256; exec "$@"', "-")  # descriptors, as macOS has it
    command = [*few, *program, "--database", str(root), "serve", "--port", "0", *words]
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), **env},
        ) as process,
    ):
        assert process.stdout
        start = process.stdout.readline().strip()
        try:
            with httpx2.Client(base_url=start.split("/?")[0], timeout=PATIENCE) as owner:
                assert owner.get(start).status_code == 200
                yield Desk(process, owner, start, root, log)
        finally:
            process.terminate()


def ended(client: socket.socket) -> bytes:
    """All that is still sent, until the server has closed the connection."""
    data = b""
    try:
        while more := client.recv(1 << 16):
            data += more
    except ConnectionResetError:
        pass
    return data


def dripped(client: socket.socket, data: bytes) -> int:
    """The bytes that are taken, one a second, until the server has closed the connection."""
    client.settimeout(1)
    for number, byte in enumerate(data):
        try:
            client.send(bytes([byte]))
            if not client.recv(1):
                return number
        except TimeoutError:
            continue
        except OSError:
            return number
    return len(data)


def cookie(desk: Desk) -> str:
    (value,) = desk.owner.cookies.jar
    return f"{value.name}={value.value}"
