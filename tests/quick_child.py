"""Children that start at once: what has loaded their readers forks for each.

A child that starts as users' do spends a quarter of a second on imports, and the tests of exchange
ask for hundreds; `test_child.py` has real ones. A fork gets its caller's folder and pipes.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from scenarios.storage import child

START = child.Child.start
"""As users' children start."""
READERS = ("duckdb", "feedparser", "python_calamine", "scenarios.exchange.engine", "stix2")


class ForkedProcess:
    """As much of a `subprocess.Popen` as a child needs."""

    def __init__(
        self, pid: int, stdin: IO[bytes], stdout: IO[bytes], line: socket.socket | None
    ) -> None:
        self.pid, self.stdin, self.stdout, self._line = pid, stdin, stdout, line

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._line:
            with self._line as line:
                return int(line.recv(8) or b"1")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def fork(streams: list[int], limits: tuple[int, int], packages: list[str]) -> int:
    """Fork a child that answers at two streams; its process id."""
    if pid := os.fork():
        return pid
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams[:2]):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    status = 1
    try:
        child.work(*limits, packages)
        status = 0
    except BaseException:  # noqa: BLE001 - as the interpreter ends
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def start_here(self: child.Child) -> Any:
    """Start a child by a fork of this process; as users' do where it has threads."""
    if threading.active_count() > 1:
        return START(self)
    if self._process is None:
        (from_here, to_child), (from_child, to_here) = os.pipe(), os.pipe()
        limits = self.limits.memory_mib, self.limits.answer_mib
        pid = fork([from_here, to_here], limits, [*self.packages])
        os.close(from_here)
        os.close(to_here)
        process = ForkedProcess(pid, os.fdopen(to_child, "wb"), os.fdopen(from_child, "rb"), None)
        self._process = process  # type: ignore[assignment]
    return self._process


@contextmanager
def quick_children(folder: Path) -> Iterator[None]:
    """Have a server start the children of this process."""
    if not hasattr(os, "pidfd_open"):  # no Linux
        yield
        return
    address, pipe = str(folder / "line"), subprocess.PIPE
    words = [sys.executable, "-m", __name__, address]
    top = Path(__file__).parents[1]
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=top) as server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"

        def start(self: child.Child) -> Any:
            if self._process is None:
                self._process = _asked(address, self)  # type: ignore[assignment]
            return self._process

        child.Child.start = start  # type: ignore[method-assign]
        yield
        child.Child.start = START  # type: ignore[method-assign]


def _asked(address: str, asker: child.Child) -> ForkedProcess:
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    (from_here, to_child), (from_child, to_here) = os.pipe(), os.pipe()
    streams = [from_here, to_here, os.open(".", os.O_RDONLY)]
    text = [(asker.limits.memory_mib, asker.limits.answer_mib), asker.packages]
    socket.send_fds(line, [json.dumps(text).encode()], streams)
    for stream in streams:
        os.close(stream)
    pid = int(line.recv(8))
    return ForkedProcess(pid, os.fdopen(to_child, "wb"), os.fdopen(from_child, "rb"), line)


def _serve(address: str) -> None:
    """Fork for each caller a process that forks the child, and tells its id and its end."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        os.write(1, b"ready\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while 0 not in select.select([door.fileno(), 0], [], [])[0]:
            line, _ = door.accept()
            if os.fork() == 0:
                _follow(line)
            line.close()


def _follow(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    data, streams, _, _ = socket.recv_fds(line, 1 << 16, 3)
    os.fchdir(streams[2])
    pid = fork(streams, *json.loads(data))
    for stream in streams:
        os.close(stream)
    line.send(f"{pid}".encode())
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(BrokenPipeError):
        line.send(f"{status}".encode())
    os._exit(0)


if __name__ == "__main__":
    [*map(import_module, READERS)]
    _serve(sys.argv[1])
