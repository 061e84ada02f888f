"""The result of a reading command, in the format and at the place that are asked for."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from scenarios.cli.opening import repository_of, tell_refused
from scenarios.cli.options import Form
from scenarios.cli.output import streams
from scenarios.cli.output.streams import Run, as_json, say, width
from scenarios.errors import ScenError, UsageError, extra_needed
from scenarios.render.document import Document
from scenarios.render.documents.faults import unreadable_files
from scenarios.render.writers import terminal, writer
from scenarios.storage.output_files import write
from scenarios.text import shown
from scenarios.workspace.opened import OpenDatabase, from_here, origin

_NO_TEXT = (".db", ".duckdb", ".ods", ".parquet", ".pdf", ".png", ".sqlite", ".xls", ".xlsx")


def show(
    run: Run, result: Any, document: Callable[[], Document], form: Form, output: Path | None = None
) -> None:
    """The result as JSON, or its document as a writer makes it; a table goes through the pager."""
    if form == "table" and output is None:
        streams.page(run, terminal.write(led(run, document()), width(), colour=streams.coloured()))
    else:
        deliver(
            as_json(run, result) if form == "json" else writer(form)(led(run, document())), output
        )


def led(run: Run, document: Document) -> Document:
    """A document behind the files that could not be read."""
    run.is_led = True
    return (*unreadable_files(run.unreadable, run.from_database), *document)


def deliver(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text)
        return
    if (ending := output.suffix.lower()) in _NO_TEXT:
        raise UsageError(f"--output {shown(output.name)}: {ending} is no text; name a .csv, .md, …")
    write(output, f"{text}\n".encode())
    say(f"written: {from_here(output)}")


def origin_of(context: typer.Context, opened: OpenDatabase) -> tuple[str | None, bool | None]:
    """The commit and day that a database is of, and whether its files are as that commit had them.

    None where there is no repository, no git or no commit.
    """
    try:
        return origin(opened, repository_of(context)[1])
    except ScenError as error:
        tell_refused(context, error)
        return None, None


def in_pixels(drawn: str, zoom: float) -> bytes:
    """The SVG as PNG; a remark names a font that no picture asks for."""
    svg = import_module("scenarios.render.svg")  # of all commands two draw
    try:
        pixels: bytes = svg.png(drawn, zoom)
    except ModuleNotFoundError:
        raise extra_needed("a picture in PNG", "png") from None
    if (face := svg.face()) in svg.FALLBACKS:
        say(f"its words are in {face}: no font that a picture asks for is installed")
    return pixels
