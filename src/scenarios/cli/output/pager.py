"""A long text on a terminal goes through a pager, as in git."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import typer

from scenarios.cli.output import streams as output
from scenarios.render.text import shown_in

_NOT_THERE = (126, 127)
"""What a shell says of a command that it cannot run."""


def show(value: Any, text: Callable[[], str], form: str) -> None:
    """A result on stdout: as JSON, or as the text that `text` makes, page by page."""
    if form == "json":
        output.show(value, text, form)
    else:
        page(text())


def page(text: str) -> None:
    """A text on stdout; on a terminal that it is too long for, through the pager."""
    text = shown_in(sys.stdout.encoding, text) if sys.stdout else text
    pager = _pager(text) if on_terminal() else ""
    if not pager or not _is_read(pager, text):
        typer.echo(text)


def on_terminal() -> bool:
    """Whether the results go to a terminal."""
    return bool(sys.stdout and sys.stdout.isatty())


def coloured() -> bool:
    """Whether they may be in colour there: NO_COLOR and TERM=dumb say no.

    Nothing says yes to a pipe: what is read from one is plain.
    """
    return on_terminal() and not os.environ.get("NO_COLOR") and not _is_dumb()


def _pager(text: str) -> str:
    """The command of SCEN_PAGER, else PAGER, else less; none where the text fits, or for `cat`."""
    columns, lines = shutil.get_terminal_size()
    long = sum(1 + max(len(line) - 1, 0) // columns for line in text.split("\n"))
    if _is_dumb() or long < lines:
        return ""
    usual = "less" if shutil.which("less") else ""
    pager = os.environ.get("SCEN_PAGER", os.environ.get("PAGER", usual)).strip()
    return "" if pager == "cat" else pager


def _is_read(pager: str, text: str) -> bool:
    """False where there is no such pager; one that is left before the end has been read."""
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    data = f"{text}\n".encode(sys.stdout.encoding, "replace")
    sys.stdout.flush()
    # The user's own command line, which a shell reads as it does for git.
    process = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environment)  # noqa: S602
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's
    try:
        process.communicate(data)
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode not in _NOT_THERE


def _is_dumb() -> bool:
    return os.environ.get("TERM", "dumb") == "dumb"
