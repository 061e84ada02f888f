"""What a system does to a program, for real: it is too late, a disk is full, rights are missing."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import scenarios

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
_armed: list[tuple[str, str, Callable[[], object]]] = []


def _when_the_system_is_called(event: str, args: tuple[object, ...]) -> None:
    if _armed and _armed[0][0] == event and str(args[0]).endswith(_armed[0][1]):
        _armed.pop()[2]()


sys.addaudithook(_when_the_system_is_called)  # cannot be removed; it does nothing until armed


@contextmanager
def just_before(event: str, path: Path | str, action: Callable[[], object]) -> Iterator[None]:
    """Run `action` once, when the interpreter is about to make this call on a path ending so."""
    _armed.append((event, str(path), action))
    try:
        yield
        assert not _armed, "the call was never made"
    finally:
        _armed.clear()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small disk of its own."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Mode bits bind everyone but root, so root becomes nobody meanwhile."""
    before = os.geteuid()
    os.seteuid(before or NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


_OVERRIDE = 1 << 1
"""The capability by which mode bits do not bind root (`CAP_DAC_OVERRIDE`)."""


@contextmanager
def bound_by_modes() -> Iterator[None]:
    """Mode bits bind this thread, even of root, who stays the owner of what is root's.

    Where the clone, or Python itself, lies below a folder that only its owner may enter,
    `without_privileges` would keep the program from importing what it has not imported yet.
    """
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("only Linux takes single rights from root")
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("Ii", 0x20080522, 0)  # version 3, this thread
    before = ctypes.create_string_buffer(24)  # twice: effective, permitted, inheritable
    assert libc.capget(header, before) == 0, os.strerror(ctypes.get_errno())
    effective, *others = struct.unpack("6I", before.raw)
    without = struct.pack("6I", effective & ~_OVERRIDE, *others)
    assert libc.capset(header, without) == 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0, os.strerror(ctypes.get_errno())


_HOLDER = """
import sys
from pathlib import Path
from scenarios.storage.lock import lock
from scenarios.storage.disk import temporary

root = Path(sys.argv[1])
with {}:
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(what: str, root: Path) -> subprocess.Popen[str]:
    """Another process, which holds `lock(root)` or a `temporary(root, …)` until a line is typed."""
    pipe, path = subprocess.PIPE, str(Path(scenarios.__path__[0]).parent)
    words = [sys.executable, "-c", _HOLDER.format(what), str(root)]
    env = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen(words, env=env, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


HARD_LINKS, RENAMES, FLOCK = (86, 265), (82, 264, 316), (73,)
"""The numbers of the system calls on Linux on x86-64."""


def on_a_system_without(
    calls: tuple[int, ...], work: Callable[[], object], reason: int = errno.EPERM
) -> object:
    """What the work gives, or the error that it raises."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the numbers of the system calls are those of Linux on x86-64")
    with ThreadPoolExecutor(1, initializer=_refuse, initargs=(calls, reason)) as thread:
        done = thread.submit(work)
        return done.exception() or done.result()


def _refuse(calls: tuple[int, ...], reason: int) -> None:
    """Have the kernel refuse these calls of this thread, as some file systems do."""
    load, equal, back, allow, refuse = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000
    code = struct.pack("HBBI", load, 0, 0, 0)
    for number in calls:  # any other skips the refusal behind it
        code += struct.pack("HBBIHBBI", equal, 0, 1, number, back, 0, 0, refuse | reason)
    code += struct.pack("HBBI", back, 0, 0, allow)
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
    assert libc.prctl(22, 2, program) == 0, os.strerror(ctypes.get_errno())  # seccomp filter
