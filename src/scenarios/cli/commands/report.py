"""The weekly review in each of its formats."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from scenarios import __version__
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.brief import brief
from scenarios.analysis.review.review import Review
from scenarios.cli import parsing
from scenarios.cli.opening import reading, repository_of, tell_refused
from scenarios.cli.options import TABLE, All, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import deliver, led, origin_of, show
from scenarios.cli.output.streams import progress, say, schema
from scenarios.cli.terminal.screen import trends_for
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.render.documents.brief import MOST
from scenarios.render.documents.brief import document as in_brief
from scenarios.render.documents.report import document, live
from scenarios.render.pictures.overview import overview
from scenarios.render.writers import markdown
from scenarios.workspace.opened import Opened, here, nothing_collected
from scenarios.workspace.reading import nothing_yet, reviewed, span


def command(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|7d", help="Start of the window [review_every_days before --as-of]."
        ),
    ] = None,
    short: Annotated[
        bool, typer.Option("--brief", help="A short version in plain words for decision makers.")
    ] = False,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
    restate: Annotated[
        bool,
        typer.Option(
            "--restate/--no-restate",
            help="Show figures and questions of last week that were changed since.",
        ),
    ] = True,
) -> None:
    """The weekly review: what moved, by how much, and because of what."""
    opened, on = reading(context, rev), as_of or parsing.today()
    window = span(opened, on, parsing.day(since, on) if since else None, banded=True)
    window, result = _reviewed(context, opened, window, restate=restate)
    if short:
        _show_brief(opened, window, result, form, output)
        return

    def report_document() -> Document:
        on_page = form == TABLE and output is None
        trends = trends_for(opened, live(result), on) if on_page else None
        nothing = "" if result.scenarios else nothing_yet(opened, on)
        return document(
            result,
            opened.database,
            trends,
            nothing=nothing,
            whole=every or form == Form("markdown"),
            every=every,
        )

    if form == Form("markdown"):
        deliver(markdown.write(led(report_document()), _root(opened, output)), output)
    elif form == Form("html"):
        deliver(report_page(opened, window, result, *origin_of(context, opened)), output)
    else:
        show(result, report_document, form, output)


def _show_brief(
    opened: Opened, window: Window, compared: Review, form: Form, output: Path | None
) -> None:
    """The review on one page."""
    schema.set("report-brief")
    result = brief(window, compared)
    picture = partial(overview, compared, opened.database, MOST)
    show(result, lambda: in_brief(result, opened.database, picture()), form, output)


def _reviewed(
    context: typer.Context, opened: Opened, window: Window, *, restate: bool
) -> tuple[Window, Review]:
    """The review beside what was said then; without that where nothing of it is committed."""
    if restate:
        try:
            _, repository = repository_of(context)
            window, result, remark = reviewed(opened, window, repository)
        except ScenError as error:  # no repository, no git, no commit
            tell_refused(context, error)
        else:
            if remark:
                say(remark)
            return window, result
    window, result, _ = reviewed(opened, window, None)
    return window, result


def _root(opened: Opened, output: Path | None) -> str:
    """The path to the database from where the document lies."""
    folder = here() / output.parent if output else here()
    return Path(os.path.relpath(os.path.realpath(opened.root), os.path.realpath(folder))).as_posix()


def report_page(
    opened: Opened,
    window: Window,
    review: Review,
    revision: str | None,
    clean: bool | None,
) -> str:
    """The review between the window's dates as one HTML document.

    `revision` is the database's commit and date; `clean` says that the files are as it had them.
    """
    from scenarios.analysis.review.page import page
    from scenarios.render.chapters import whole
    from scenarios.render.writers.page import Origin, page_html

    with nothing_collected():
        database = opened.database
        blocks = document(review, database, picture=overview(review, database), whole=True)
        parts = whole(page(window, review, progress()), database, window.now, blocks)
        parts = msgspec.structs.replace(parts, summary=led(parts.summary))
        return page_html(parts, Origin(review.as_of, f"scen {__version__}", revision, clean))
