"""The memory of a server that lasts."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import anyio
import pytest

from scenarios.serve import memory

THREADS = 12
AREAS = f"""
import ctypes, sys, threading
from scenarios.serve.memory import limit_arenas
if sys.argv[1] == "limited":
    limit_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together = threading.Barrier({THREADS})
def allocate():
    together.wait()
    libc.malloc(5000)
    together.wait()
threads = [threading.Thread(target=allocate) for _ in range({THREADS})]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.fdopen.restype, libc.fdopen.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_char_p]
libc.malloc_info.argtypes, libc.fclose.argtypes = [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p]
file = libc.fdopen(1, b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's areas")
def test_threads_of_a_server_allocate_from_two_areas() -> None:
    """`malloc_info` names each area of glibc."""

    def areas(how: str) -> int:
        command = [sys.executable, "-c", AREAS, how]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return listed.count("<heap nr=")

    assert areas("limited") <= 2 < areas("unlimited")


class Circle:
    """An object that refers to itself, and is left to the collection."""

    def __init__(self) -> None:
        self.own = self


@pytest.mark.parametrize("is_frozen", [False, True])
def test_garbage_is_collected_also_what_was_frozen(
    monkeypatch: pytest.MonkeyPatch, is_frozen: bool
) -> None:
    monkeypatch.setattr(memory, "_EACH", 0.001)
    monkeypatch.setattr(memory, "_FIRST", 0.004)
    monkeypatch.setattr(memory, "_IDLE", -1)
    left = [Circle()]
    gc.disable()
    if is_frozen:
        gc.freeze()

    async def look() -> None:
        collected = anyio.Event()
        async with anyio.create_task_group() as tasks:
            circle = weakref.ref(left.pop(), lambda _: collected.set())
            tasks.start_soon(memory.collect_garbage)
            with anyio.fail_after(60):
                await collected.wait()
            assert circle() is None
            tasks.cancel_scope.cancel()

    try:
        anyio.run(look)
    finally:
        gc.unfreeze()
        gc.enable()
