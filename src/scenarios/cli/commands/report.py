"""The weekly review in each of its formats."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from scenarios.analysis.review.restatement import Restatement
from scenarios.analysis.review.review import review
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.repositories import repository_of, tell_refused
from scenarios.cli.terminal import pager
from scenarios.cli.terminal.output import say, width
from scenarios.cli.terminal.page import needs_extra, origin_of, report_page
from scenarios.cli.terminal.screen import nothing_yet, trends_for
from scenarios.errors import ScenError, UsageError
from scenarios.render.documents.report import fresh, report_text
from scenarios.render.report_markdown import Page, report_markdown
from scenarios.storage.documents import write
from scenarios.workspace.opened import Opened
from scenarios.workspace.period import span
from scenarios.workspace.place import from_here, here
from scenarios.workspace.restate import restatement

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
    opened, on = reading(context, rev), as_of or parsing.today()
    window = span(opened, on, parsing.day(since, on) if since else None)[0]
    made = review(window)
    if restate:
        made = msgspec.structs.replace(made, restated=_restated(context, opened, window.since))
    if document:
        _deliver(document(_Sources(context, opened, window, output), made), output)
    else:
        pager.show(made, lambda: _text(made, opened), form)


def _restated(context: typer.Context, opened: Opened, since: date) -> Restatement | None:
    """Where last week's figures would differ today; None where nothing of it is committed."""
    try:
        _, repository = repository_of(context)
        restated, remark = restatement(opened, repository, since)
    except ScenError as error:  # no repository, no git, no commit
        tell_refused(context, error)
        return None
    if remark:
        say(remark)
    return restated


def _text(made: Review, opened: Opened) -> str:

    if not made.scenarios:
        return nothing_yet(opened, made.as_of)
    trends = trends_for(opened, fresh(made), made.as_of)
    return report_text(made, opened.database, width(), trends, colour=pager.coloured())


class _Sources(NamedTuple):
    """What a document is made from, besides the review, and where it is to lie."""

    context: typer.Context
    opened: Opened
    window: Window
    output: Path | None


def _markdown(sources: _Sources, made: Review) -> str:

    opened, output = sources.opened, sources.output
    folder = here() / output.parent if output else here()
    root = os.path.relpath(os.path.realpath(opened.root), os.path.realpath(folder))
    return report_markdown(
        Page(made, opened.database, Path(root).as_posix(), opened.loaded.left_out)
    )


def _html(sources: _Sources, made: Review) -> str:

    revision, clean = origin_of(sources.context, sources.opened)
    return report_page(sources.opened, sources.window, made, revision, clean)


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
        say(f"written: {from_here(output)}")
