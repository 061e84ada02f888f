"""What a command shows on a terminal that it prints to."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
from pathlib import Path

from tests.cli.commands import SCEN

PATIENCE = 30


def shown(folder: Path, *words: str, lines: int = 500, typed: str = "", **env: str) -> str:
    """Everything that comes on a terminal of 80 columns until the command ends, with exit 0.

    Where something is typed, the results go to a pipe and only the questions come.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (lines, 80))
    ours_to_say = ("PAGER", "SCEN_PAGER", "LESS", "LV", "NO_COLOR")
    clean = {name: value for name, value in os.environ.items() if name not in ours_to_say}
    with subprocess.Popen(
        [SCEN, *words],
        cwd=folder,
        env={**clean, "TERM": "xterm", "LC_ALL": "C.UTF-8", **env},
        stdin=theirs if typed else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if typed else theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        found = b""
        while chunk := _chunk(process, ours):
            found += chunk
    os.close(ours)
    text = found.decode().replace("\r\n", "\n")
    assert process.returncode == 0, text
    return text


def _chunk(process: subprocess.Popen[bytes], terminal: int) -> bytes:
    if not select.select([terminal], [], [], PATIENCE)[0]:
        process.kill()
        raise AssertionError("it waits for an answer")
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody has the terminal open any more
        return b""
