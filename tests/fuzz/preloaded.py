"""Commands with `crash.c` preloaded: counted, killed before a call, or put in a journal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).with_name("crash.c")
_TOP = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
_COUNTER = struct.Struct("=qq")
needs_cc = pytest.mark.skipif(
    not (sys.platform.startswith("linux") and shutil.which("cc")),
    reason="crash.c is compiled when it is wanted, and preloaded as Linux does",
)

# Each command is a fork of one process that has imported everything: 20 ms instead of 200. Its
# process group is its own, so that the kill reaches the git that it started, and nobody else.
_SERVER = """
import importlib, json, os, pkgutil, sys, tempfile
import scenarios
from scenarios.cli.main import app, main
from tests.fuzz.posting import post
from typer.testing import CliRunner

for module in pkgutil.walk_packages(scenarios.__path__, "scenarios."):
    importlib.import_module(module.name)
import duckdb, ibis.backends.duckdb, jsonschema, multiprocessing, python_multipart
CliRunner().invoke(app, ["show", "nothing"])  # typer imports pydantic when a command is parsed
for line in sys.stdin:
    folder, words = json.loads(line)
    outs = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        for number, (_, write) in enumerate(outs, 1):
            os.dup2(write, number)
        os.closerange(3, 400)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
        tempfile.tempdir = None
        sys.argv = ["scen", *words]
        try:
            code = post(*words[1:]) if words[0] == "post" else main()
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(code or 0))
    texts = []
    for read, write in outs:
        os.close(write)
    for read, _ in outs:
        with open(read, errors="replace") as pipe:
            texts.append(pipe.read())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, *texts]), flush=True)
"""


class Ran(NamedTuple):
    """How a command ended, what it said, and how many calls that change the disk it made."""

    code: int
    out: str
    err: str
    calls: int


class Commands:
    """Runs commands, one after the other, in a sandbox's environment."""

    def __init__(self, process: subprocess.Popen[str], counter: Path) -> None:
        self._process, self._counter = process, counter

    def run(self, folder: Path, words: Sequence[str], kill_before: int = 0) -> Ran:
        """Run `scen WORDS` in a folder, and kill it and its git before that call, from 1.

        `post` sends a form to `serve`.
        """
        # Written over, never renamed: other processes have it mapped.
        with self._counter.open("r+b") as file:
            file.write(_COUNTER.pack(kill_before, 0))
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([str(folder), list(words)]) + "\n")
        stdin.flush()
        code, out, err = json.loads(stdout.readline())
        return Ran(code, out, err, _COUNTER.unpack(self._counter.read_bytes())[1])


def library(folder: Path) -> Path:
    """The library, compiled into a folder."""
    made = folder / "crash.so"
    words = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-Wno-nonnull-compare"]
    subprocess.run([*words, "-o", made, SOURCE, "-ldl"], check=True)
    return made


def environment(sandbox: Path) -> dict[str, str]:
    """All lies in the sandbox; git's clock stands still, so that all calls are the same again.

    So they are without the cache, which is written when files have settled, by the clock, and
    without git's maintenance, which goes on in the background.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "SCEN"))}
    day = "2026-01-01T12:00:00Z"
    return {
        **kept,
        "HOME": str(sandbox),
        "TMPDIR": str(sandbox / "tmp"),
        "XDG_STATE_HOME": str(sandbox / "state"),
        "SCEN_CACHE": "0",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "maintenance.auto",
        "GIT_CONFIG_VALUE_0": "false",
        **{f"GIT_{who}_{what}": value
           for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"), ("DATE", day))},
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@contextmanager
def commands(folder: Path, sandbox: Path, journal: Path | None = None) -> Iterator[Commands]:
    """Commands in a sandbox; the library and its files lie in `folder`, beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    counter = folder / "counter"
    counter.write_bytes(_COUNTER.pack(0, 0))
    preloaded = environment(sandbox) | {"CRASH_COUNTER": str(counter)}
    preloaded["LD_PRELOAD"] = str(library(folder))
    if journal:
        journal.touch()
        preloaded["CRASH_JOURNAL"] = str(journal)
    words, pipe = [sys.executable, "-c", _SERVER], subprocess.PIPE
    with subprocess.Popen(
        words, cwd=_TOP, env=preloaded, stdin=pipe, stdout=pipe, text=True
    ) as process:
        try:
            yield Commands(process, counter)
        finally:
            assert process.stdin is not None
            process.stdin.close()
