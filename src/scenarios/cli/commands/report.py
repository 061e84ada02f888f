"""The weekly review in each of its formats, and its status table alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from scenarios.analysis.review.review import review
from scenarios.cli import parsing
from scenarios.cli.desk import Desk, here, reading_desk
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.period import span
from scenarios.cli.restating import restatement
from scenarios.cli.terminal import pager
from scenarios.cli.terminal.output import say, shown, width
from scenarios.cli.terminal.page import needs_extra, origin_of, report_page
from scenarios.cli.terminal.screen import nothing_yet, screen_for
from scenarios.errors import UsageError
from scenarios.render.documents.report import fresh, report_text
from scenarios.render.report_markdown import Page, report_markdown
from scenarios.storage.documents import write

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review


class ReportFormat(StrEnum):
    """How a report is written."""

    table = "table"
    json = "json"
    markdown = "markdown"
    html = "html"


def command(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|7d", help="[the tracker's review_every_days before --as-of]"),
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="How to write the result.")
    ] = ReportFormat.table,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a document here, not on stdout.")
    ] = None,
    restate: Annotated[
        bool,
        typer.Option(
            "--restate/--no-restate", help="Say where last week's figures would differ today."
        ),
    ] = True,
) -> None:
    """The weekly review: what moved, by how much, and because of what."""
    document = _DOCUMENTS.get(form)
    if output is not None and not document:
        raise UsageError("--output takes a document: --format markdown or html makes one")
    if form == ReportFormat.html:
        needs_extra()
    desk, on = reading_desk(context, rev), as_of or parsing.today()
    made = review(window := span(desk, on, since)[0])
    if restate:
        earlier = restatement(context, desk, window.since, rev)
        made = msgspec.structs.replace(made, restated=earlier)
    if document:
        _deliver(document(_Sources(context, desk, window, rev, output), made), output)
    else:
        pager.show(made, lambda: _text(made, desk), form)


def _text(made: Review, desk: Desk) -> str:

    if not made.scenarios:
        return nothing_yet(desk, made.as_of)
    return report_text(made, desk.database, width(), screen_for(desk, fresh(made), made.as_of))


class _Sources(NamedTuple):
    """What a document is made from, besides the review, and where it is to lie."""

    context: typer.Context
    desk: Desk
    window: Window
    rev: str | None
    output: Path | None


def _markdown(sources: _Sources, made: Review) -> str:

    desk, output = sources.desk, sources.output
    folder = here() / output.parent if output else here()
    root = os.path.relpath(os.path.realpath(desk.root), os.path.realpath(folder))
    return report_markdown(Page(made, desk.database, Path(root).as_posix(), desk.loaded.left_out))


def _html(sources: _Sources, made: Review) -> str:

    origin = origin_of(sources.context, sources.desk, sources.rev)
    return report_page(sources.desk, sources.window, made, *origin)


_DOCUMENTS: dict[ReportFormat, Callable[[_Sources, Review], str]] = {
    ReportFormat.markdown: _markdown,
    ReportFormat.html: _html,
}
"""What makes a document of a review."""


def _deliver(document: str, output: Path | None) -> None:

    if output is None:
        typer.echo(document)
    else:
        write(output, f"{document}\n".encode())
        say(f"written: {shown(output)}")
