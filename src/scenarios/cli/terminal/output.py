"""What a command prints: results on stdout, remarks on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from scenarios.text import inert, printable

if TYPE_CHECKING:
    pass


def say(text: str) -> None:
    """A remark: on stderr."""
    typer.echo(f"scen: {printable(text)}", err=True)


def show(value: Any, text: Callable[[], str], form: str) -> None:
    """A result on stdout: as JSON, or as the text that `text` makes."""
    typer.echo(encoded(value) if form == "json" else text())


def encoded(value: Any) -> str:
    """A result as JSON in which nothing acts."""
    import msgspec

    return inert(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def width() -> int:
    """The columns of the terminal; 80 where there is none."""
    import shutil

    terminal = sys.stdout and sys.stdout.isatty()
    return shutil.get_terminal_size().columns if terminal else _columns()


def _columns() -> int:
    import os

    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else 80
