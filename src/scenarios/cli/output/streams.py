"""What a command prints: results on stdout, remarks on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import typer

from scenarios.analysis.ledger.version import VERSION
from scenarios.errors import Problem
from scenarios.text import inert, printable


def say(text: str) -> None:
    """A remark: on stderr."""
    typer.echo(f"scen: {printable(text)}", err=True)


unreadable: ContextVar[tuple[Problem, ...] | None] = ContextVar("unreadable", default=None)
"""The files that could not be read, where the command that runs reads a database."""
schema: ContextVar[str] = ContextVar("schema", default="")
"""What the JSON of the command that runs is described by: its name, in docs/json."""


def show(value: Any, text: Callable[[], str], form: str) -> None:
    """A result on stdout: as JSON, or as the text that `text` makes."""
    typer.echo(told(value) if form == "json" else text())


def told(value: Any) -> str:
    """A result as JSON that names its schema, the ledger's version and the files left out.

    A list is its rows alone.
    """
    import msgspec

    if isinstance(value, msgspec.Struct):
        named: dict[str, Any] = {"schema": schema.get(), "ledger": VERSION}
        if (faults := unreadable.get()) is not None:
            keys = ("path", "line", "column", "message")
            named["unreadable"] = [{key: getattr(one, key) for key in keys} for one in faults]
        value = named | msgspec.to_builtins(value)
    return encoded(value)


def encoded(value: Any) -> str:
    """JSON in which nothing acts."""
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
