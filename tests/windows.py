"""`python windows.py ARGUMENTS` runs `scen` here with what Python lacks on Windows taken away.

Gone are the names that mypy's stubs do not give Windows, and modules; an open file cannot be
removed, renamed or written over, and no folder be opened. What this cannot show: Windows' own
paths, its names that are reserved or differ in case alone, its code pages, and its git.
"""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from filelock import Timeout

LIBRARIES = (
    *("anyascii", "asyncio", "ctypes", "email.policy", "importlib.resources"),
    *("jinja2", "jsonschema", "multiprocessing", "msgspec", "prompt_toolkit.shortcuts", "random"),
    *("tabulate", "tqdm", "typer", "uvicorn", "webbrowser", "yaml", "zoneinfo"),
)
"""Imported before: what other packages do on Windows is not asked here."""
GONE = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
STUBS = {"os": os, "signal": signal, "socket": socket}
REAL_OPEN = os.open
OF_SUBPROCESS = frozenset({"SIGKILL", "WNOHANG"})
"""What the `subprocess` of this system cannot do without."""


def lacking(module: str) -> set[str]:
    """The names of a module that its stub defines where `sys.platform` is not Windows."""
    typeshed = Path(next(iter(import_module("mypy").__path__)), "typeshed", "stdlib")
    file = typeshed / f"{module}.pyi"
    tree = ast.parse((file if file.is_file() else typeshed / module / "__init__.pyi").read_text())
    here, there = set[str](), set[str]()

    def walk(body: list[ast.stmt], *, is_there: bool = True) -> None:
        for part in body:
            if isinstance(part, ast.If):
                test = ast.unparse(part.test)
                walk(part.body, is_there=is_there and "platform != 'win32'" not in test)
                walk(part.orelse, is_there=is_there and test != "sys.platform == 'win32'")
            elif isinstance(part, ast.AnnAssign | ast.FunctionDef):
                name = ast.unparse(part.target) if isinstance(part, ast.AnnAssign) else part.name
                (there if is_there else here).add(name)
            elif isinstance(part, ast.ImportFrom):
                names = {alias.asname or alias.name for alias in part.names}
                (there if is_there else here).update(names)

    walk(tree.body)
    return here - there - OF_SUBPROCESS


def as_on_windows() -> None:
    """Take away from this process what Python lacks on Windows."""
    import_module("tests")  # which keeps jsonschema from compiling 39 grammars, 2.4 s a process
    for name in LIBRARIES:
        import_module(name)
    # As these modules are made there.
    vars(shutil)["_use_fd_functions"] = False
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile  # type: ignore[assignment]
    sys.modules["filelock"].FileLock = WindowsLock  # type: ignore[attr-defined]
    for name, module in STUBS.items():
        for lacks in lacking(name):
            module.__dict__.pop(lacks, None)
    for name in GONE:
        sys.modules[name] = None  # type: ignore[assignment]
    os.supports_dir_fd = set()
    os.open = partial(_open, REAL_OPEN)
    for name in ("rename", "replace", "remove", "unlink", "rmdir"):
        setattr(os, name, partial(_moved, getattr(os, name), name))
    shutil.which = _as_here(shutil.which)
    subprocess.Popen.__init__ = _no_descriptors(subprocess.Popen.__init__)  # type: ignore[method-assign]
    sys.platform = "win32"


class WindowsLock:
    """`filelock.FileLock` as its documentation says, by a lock of this system."""

    def __init__(self, path: Path) -> None:
        self._path, self._descriptor = path, -1

    def acquire(self, timeout: float) -> None:
        assert timeout >= 0, "it would wait for ever"
        self._descriptor = REAL_OPEN(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        until = time.monotonic() + timeout
        while True:
            try:
                flock(self._descriptor, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(self._descriptor)
                    raise Timeout(f"{self._path}") from None
                time.sleep(0.01)
            else:
                return

    def release(self) -> None:
        os.close(self._descriptor)


def _open(opens: Callable[..., int], path: Any, flags: int, *rest: Any, **options: Any) -> int:
    if options.pop("dir_fd", None) is not None:
        raise NotImplementedError("dir_fd unavailable on this platform")
    if Path(path).is_dir():
        raise PermissionError(13, "Permission denied", os.fspath(path))
    return opens(path, flags, *rest, **options)


def _moved(move: Callable[..., None], name: str, *paths: Any, **options: Any) -> None:
    """Move or remove as Windows does: no file that is open, and `rename` over none."""
    if any(value is not None for value in options.values()):
        raise NotImplementedError("dir_fd unavailable on this platform")
    opened = {os.path.realpath(descriptor) for descriptor in Path("/proc/self/fd").iterdir()}
    for path in paths:
        if os.path.realpath(path) in opened:
            raise PermissionError(13, "Permission denied", os.fspath(path))
    if name == "rename" and os.path.lexists(paths[1]):
        raise FileExistsError(17, "File exists", os.fspath(paths[1]))
    move(*paths)


def _as_here(which: Callable[..., Any]) -> Callable[..., Any]:
    """Find programs by the names that they have here."""

    def found(*words: Any, **options: Any) -> Any:
        sys.platform = "linux"
        try:
            return which(*words, **options)
        finally:
            sys.platform = "win32"

    return found


def _no_descriptors(start: Callable[..., None]) -> Callable[..., None]:
    def checked(self: Any, *words: Any, **options: Any) -> None:
        assert not options.get("pass_fds"), "pass_fds not supported on Windows."
        assert options.get("preexec_fn") is None
        start(self, *words, **options)

    return checked


if __name__ == "__main__":
    as_on_windows()
    main: ModuleType = import_module("scenarios.cli.main")
    main.main()
