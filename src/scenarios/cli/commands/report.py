"""The weekly review in each of its formats."""

import os
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from scenarios import __version__
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.decisions import to_accept
from scenarios.analysis.review.review import Review, brief
from scenarios.cli import parsing
from scenarios.cli.commands.status import trends_for
from scenarios.cli.opening import reading, repository_of, tell_refused
from scenarios.cli.options import FORMAT, All, AsOf, Form, Output, Rev, SinceReview
from scenarios.cli.output.result import deliver, in_pixels, led, origin_of, show
from scenarios.cli.output.streams import say
from scenarios.errors import ScenError, UsageError
from scenarios.render.document import NOWHERE, Document, plain
from scenarios.render.documents.brief import document as in_brief
from scenarios.render.documents.brief import on_page, title
from scenarios.render.documents.report import document, live
from scenarios.render.documents.review import sentences
from scenarios.render.documents.review.context import context_of
from scenarios.render.writers import markdown, terminal
from scenarios.storage.proposals import waiting
from scenarios.workspace.opened import OpenDatabase, here
from scenarios.workspace.past_ranges import past_ranges
from scenarios.workspace.reading import nothing_yet, span
from scenarios.workspace.reviewing import reviewed

ReportForm = StrEnum("ReportForm", [*Form, "eml"])  # type: ignore[misc]
"""How it is written: as any result, or as a mail."""
_TABLE = ReportForm("table")
_COLUMNS, _ZOOM = 76, 1.25
"""Width of the text of a mail, and pixels of a picture for each of its width."""


def command(
    context: typer.Context,
    since: SinceReview = None,
    short: Annotated[
        bool, "--brief", "A short version in plain words for decision makers."
    ] = False,
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[ReportForm, FORMAT] = _TABLE,
    output: Output = None,
    restate: Annotated[
        bool,
        "--restate/--no-restate",
        "Show figures and questions of last week that were changed since.",
    ] = True,
) -> None:
    """The weekly review: what moved, by how much, and because of what."""
    if form == "eml" and not short:
        raise UsageError("--format eml is a mail to those who decide: add --brief")
    opened, on = reading(context, rev), as_of or parsing.today()
    window = span(opened, on, parsing.day(since, on, "--since") if since else None, banded=True)
    window, result = _reviewed(context, opened, window, restate=restate)
    if opened.commit is None:  # the inbox of a commit is not read
        proposals = to_accept(waiting(opened.root).waiting, opened.database.tracker, on)
        result = replace(result, decisions=(*result.decisions, *proposals))
    if form in ("html", "eml"):
        deliver(report_page(context, opened, window, result, form, every=every), output)
        return
    if short:
        context.obj.schema = "report-brief"
        page_document = brief(window, result)
        show(
            context.obj,
            page_document,
            lambda: in_brief(page_document, opened.database, every=every),
            Form(form),
            output,
        )
        return

    def report_document() -> Document:
        return document(
            result,
            opened.database,
            trends_for(opened, live(result), on) if form == _TABLE and output is None else None,
            nothing="" if result.scenarios else nothing_yet(opened, on),
            whole=every or form == "markdown",
            every=every,
        )

    if form == "markdown":
        deliver(markdown.write(led(context.obj, report_document()), _root(opened, output)), output)
    else:
        show(context.obj, result, report_document, Form(form), output)


def _reviewed(
    context: typer.Context, opened: OpenDatabase, window: Window, *, restate: bool
) -> tuple[Window, Review]:
    """The review beside what was said then; without that where nothing of it is committed."""
    try:
        repository = repository_of(context)[1] if restate else None
        window, result, remark = reviewed(opened, window, repository)
    except ScenError as error:  # no repository, no git, no commit
        tell_refused(context, error)
        return reviewed(opened, window, None)[:2]
    if remark:
        say(remark)
    return window, result


def _root(opened: OpenDatabase, output: Path | None) -> str:
    folder = here() / output.parent if output else here()
    return Path(os.path.relpath(os.path.realpath(opened.root), os.path.realpath(folder))).as_posix()


def report_page(
    context: typer.Context,
    opened: OpenDatabase,
    window: Window,
    review: Review,
    form: ReportForm,
    *,
    every: bool = False,
) -> str:
    """The review for those who decide as one HTML document, or as a mail that holds it.

    With `every` nothing is left out, and records lead to their files where the tracker names its
    repository.
    """
    from scenarios.render.review_picture import DRAWN, MAILED, review_picture  # noqa: PLC0415 - as next
    from scenarios.render.writers.html import Origin, file_places, page_html  # noqa: PLC0415 - pages alone need Jinja2
    from scenarios.render.writers.mail import MAIL, eml  # noqa: PLC0415 - pages alone need Jinja2

    database = opened.database
    page_document = brief(window, review)
    with past_ranges(opened, window) as known:
        most = None if every else MAILED if form == "eml" else DRAWN
        picture = review_picture(window, review, known, most=most)
    document = led(context.obj, on_page(page_document, database, picture, every=every))
    origin = Origin(review.as_of, f"scen {__version__}", *origin_of(context, opened))
    places = file_places(database) if every else NOWHERE
    page = partial(page_html, title(page_document), origin=origin, places=places)
    if form == "html":
        return page(document)
    text = terminal.write(
        led(context.obj, in_brief(page_document, database, every=every)), _COLUMNS
    )
    headline = plain(sentences.headline(context_of(page_document.story, database)))
    subject = f"{page_document.tracker.title}: {headline.partition('; ')[0]}"
    pixels = partial(in_pixels, zoom=_ZOOM)
    return eml(subject, review.as_of, text, document, partial(page, around=MAIL), pixels)
