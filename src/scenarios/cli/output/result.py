"""The result of a reading command, in the format and at the place that are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from scenarios.cli.options import Form
from scenarios.cli.output import pager
from scenarios.cli.output.streams import say, told, unreadable, width
from scenarios.errors import UsageError
from scenarios.render.document import Document
from scenarios.render.documents.unreadable import lead
from scenarios.render.writers import writer
from scenarios.text import shown
from scenarios.workspace.place import from_here

_NO_TEXT = (".db", ".duckdb", ".ods", ".parquet", ".pdf", ".png", ".sqlite", ".xls", ".xlsx")


def show(
    result: Any, document: Callable[[], Document], form: Form, output: Path | None = None
) -> None:
    """The result as JSON, or its document as a writer makes it; a table goes through the pager."""
    if form == "table" and output is None:
        from scenarios.render.writers import terminal

        pager.page(terminal.write(led(document()), width(), colour=pager.coloured()))
    else:
        deliver(told(result) if form == "json" else writer(form)(led(document())), output)


def led(document: Document) -> Document:
    """A document behind the files that could not be read."""
    return (*lead(unreadable.get() or ()), *document)


def deliver(text: str, output: Path | None) -> None:
    """A text on stdout, or in a file."""
    if output is None:
        typer.echo(text)
        return
    from scenarios.storage.documents import write

    if (ending := output.suffix.lower()) in _NO_TEXT:
        raise UsageError(f"--output {shown(output.name)}: {ending} is no text; name a .csv, .md, …")
    write(output, f"{text}\n".encode())
    say(f"written: {from_here(output)}")
