"""The weekly review in each of its formats, and its status table alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, here, reading_desk, say, shown, width
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal import pager
from scenarios.errors import ScenError, UsageError

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review
    from scenarios.analysis.review.status import StatusRow
    from scenarios.render.writers.terminal import Screen

_REVIEWS = 12
"""So many have their place in a sparkline."""


class ReportFormat(StrEnum):
    """How a report is written."""

    table = "table"
    json = "json"
    markdown = "markdown"
    html = "html"


def status(
    context: typer.Context, as_of: AsOf = None, rev: Rev = None, form: As = Format.table
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new."""
    from scenarios.analysis.review.review import About
    from scenarios.analysis.rules.findings import findings
    from scenarios.render.documents.status import status_table

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    window, rows = span(desk, on, None)
    tracker = desk.database.tracker
    value = {
        "tracker": About(tracker.title, tracker.sets),
        "as_of": on,
        "since": window.since,
        "scenarios": rows,
    }

    def text() -> str:
        language, screen = tracker.estimative_language, _screen(desk, rows, on)
        made = status_table(rows, findings(window), language, width(), screen)
        return made or _nothing_yet(desk, on)

    pager.show(value, text, form)


def report(
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
    import msgspec

    from scenarios.analysis.review.review import review
    from scenarios.cli.commands.plot import needs_extra
    from scenarios.cli.restating import restatement

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


def span(desk: Desk, on: date, since: str | None) -> Any:
    """The window up to `on`, and the status rows in it."""
    from scenarios.analysis.period.period import window
    from scenarios.analysis.review.status import status as status_rows

    days = timedelta(days=desk.database.tracker.review_every_days)
    start = parsing.day(since, on) if since else max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    made = window(desk.database, start, on)
    return made, status_rows(made)


def _text(made: Review, desk: Desk) -> str:
    from scenarios.render.documents.report import fresh, report_text

    if not made.scenarios:
        return _nothing_yet(desk, made.as_of)
    return report_text(made, desk.database, width(), _screen(desk, fresh(made), made.as_of))


class _Sources(NamedTuple):
    """What a document is made from, besides the review, and where it is to lie."""

    context: typer.Context
    desk: Desk
    window: Window
    rev: str | None
    output: Path | None


def _markdown(sources: _Sources, made: Review) -> str:
    from scenarios.render.report_markdown import Page, report_markdown

    desk, output = sources.desk, sources.output
    folder = here() / output.parent if output else here()
    root = os.path.relpath(os.path.realpath(desk.root), os.path.realpath(folder))
    return report_markdown(Page(made, desk.database, Path(root).as_posix(), desk.loaded.left_out))


def _html(sources: _Sources, made: Review) -> str:
    from scenarios.cli.commands.plot import origin_of, report_page

    origin = origin_of(sources.context, sources.desk, sources.rev)
    return report_page(sources.desk, sources.window, made, *origin)


_DOCUMENTS: dict[ReportFormat, Callable[[_Sources, Review], str]] = {
    ReportFormat.markdown: _markdown,
    ReportFormat.html: _html,
}
"""What makes a document of a review."""


def _deliver(document: str, output: Path | None) -> None:
    from scenarios.storage.documents import write

    if output is None:
        typer.echo(document)
    else:
        write(output, f"{document}\n".encode())
        say(f"written: {shown(output)}")


def _screen(desk: Desk, rows: Iterable[StatusRow], on: date) -> Screen | None:
    """What a terminal shows besides; nothing is reckoned for a pipe."""
    if not pager.on_terminal():
        return None
    from scenarios.analysis.period.trend import last_reviews, trends
    from scenarios.render.writers.terminal import Screen, figures

    days = last_reviews(on, desk.database.tracker.review_every_days, _REVIEWS)
    made = trends(desk.database, {row.id: days for row in rows})
    told = {id: figures(days, points) for id, points in made.items()}
    return Screen(days, told, pager.coloured())


def _nothing_yet(desk: Desk, on: date) -> str:
    opens = sorted(s.opened for s in desk.database.scenarios.values())
    if not opens:
        return "no scenario yet: scen new"
    return f"no scenario had opened by {on}: the first opens on {opens[0]}"


COMMANDS = {"status": status, "report": report}
