"""A `scen` for shells that starts at once: a process that has loaded it forks for each command.

Transcripts start some nine hundred, each of which would spend its time on imports. What is forked
gets the caller's streams, folder, variables and mask; a signal to the caller is passed on, and
what it started dies with it. Where anything else is out of the ordinary, the caller becomes the
real one.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

REAL = Path(sys.executable).parent / "scen"
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIMITS = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_CPU)
ODD = ("PYTHON", "LD_", "LC_", "LANG", "_SCEN")
"""How variables begin that have done their work when a process has started."""
CALLER = """#!{python} -ISE
import _signal, _socket, os, resource, struct, sys
def is_ordinary():
    return (
        not any(map(os.isatty, (0, 1, 2))) and [*map(os.fstat, (0, 1, 2))]
        and {{name: it for name, it in os.environ.items() if name.startswith({odd})}} == {variables}
        and [resource.getrlimit(kind) for kind in {kinds}] == {limits}
        and os.getresuid() == {users}
        and not any(_signal.getsignal(one) == _signal.SIG_IGN for one in {signals})
    )
def start():
    folder = os.open(".", os.O_RDONLY)
    line = _socket.socket(_socket.AF_UNIX)
    line.connect({address!r})
    for one in {signals}:
        _signal.signal(one, lambda number, _: line.send(bytes([number])))
    mask = os.umask(0)
    os.umask(mask)
    variables = (f"{{name}}={{it}}" for name, it in os.environ.items())
    words = (str(mask), str(len(sys.argv) - 1), *sys.argv[1:], *variables)
    text = os.fsencode("\\0".join(words))
    streams = struct.pack("4i", 0, 1, 2, folder)
    line.sendmsg([struct.pack("I", len(text))], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    line.sendall(text)
    return line
try:
    line = start() if is_ordinary() else None
except OSError:
    line = None
if line is None:
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # under a limit of size it would be half a file
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
code = int(line.recv(8) or b"70")
if code < 0:
    if -code in {signals}:
        _signal.signal(-code, _signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""
"""What a shell finds as `scen`."""


@contextmanager
def quick_scen(folder: Path) -> Iterator[Path]:
    """A folder for the front of PATH."""
    if not hasattr(os, "pidfd_open"):  # no Linux
        yield REAL.parent
        return
    address, env = str(folder / "line"), os.environ | {"LC_ALL": "C.UTF-8"}
    caller = folder / "bin" / "scen"
    caller.parent.mkdir()
    caller.write_text(
        CALLER.format(
            python=sys.executable,
            real=str(REAL),
            address=address,
            odd=ODD,
            variables={name: it for name, it in env.items() if name.startswith(ODD)},
            kinds=tuple(map(int, LIMITS)),
            limits=[*map(resource.getrlimit, LIMITS)],
            users=os.getresuid(),
            signals=tuple(map(int, SIGNALS)),
        )
    )
    caller.chmod(0o755)
    words = [sys.executable, __file__, address]
    pipe = subprocess.PIPE
    server = subprocess.Popen(
        words, stdin=pipe, stdout=pipe, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    with server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        yield caller.parent


def _called(address: str) -> list[str]:
    """The arguments of a caller, in a process of its own that stands where the caller stands."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen(64)
        os.write(1, b"ready\n")
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            if 0 in select.select([door.fileno(), 0], [], [])[0]:
                os._exit(0)
            line, _ = door.accept()
            if os.fork() == 0:
                break
            line.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(line, 4, 4)
    text = b""
    while len(text) < struct.unpack("I", size)[0]:
        text += line.recv(1 << 16)
    child = os.fork()
    if child:
        _wait(child, line, streams)
    line.close()
    mask, count, *words = os.fsdecode(text).split("\0")
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    os.fchdir(streams[3])
    for stream in streams:
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.umask(int(mask))
    os.environ.clear()
    for variable in words[int(count) :]:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    time.tzset()
    return words[: int(count)]


def _wait(child: int, line: socket.socket, streams: list[int]) -> None:
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    ended = os.pidfd_open(child)
    while True:
        ready = select.select([line.fileno(), ended], [], [])[0]
        if ended in ready:
            line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
            os._exit(0)
        passed = line.recv(1)
        os.kill(child, passed[0] if passed else signal.SIGKILL)


if __name__ == "__main__":
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # as in __init__.py
    import duckdb  # noqa: F401 - what a query needs
    import jsonschema  # noqa: F401 - what a fault needs

    import scenarios

    for module in walk_packages(scenarios.__path__, "scenarios."):
        import_module(module.name)
    from typer.testing import CliRunner

    from scenarios.cli.main import app, main

    CliRunner().invoke(app, ["list", "sources"])  # typer loads more for its first command
    sys.path[0] = str(Path(__file__).parents[1])
    from scenarios.storage.child import Child
    from tests.quick_child import start_here

    Child.start = start_here  # type: ignore[method-assign]
    gc.freeze()
    sys.argv = ["scen", *_called(sys.argv[1])]
    main()
