"""What is published: the page of a review, and the charts alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, opened, reading_desk, say, shown
from scenarios.cli.options import AsOf, Rev
from scenarios.errors import ScenError, UsageError

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review

_EXTRA = "charts and pages need an extra: pip install 'scen[html]'"
_SUFFIXES = (".svg", ".png")
_DAYS = 120
"""A chart that is drawn alone is drawn on at most so many days."""


def report_page(
    desk: Desk,
    window: Window,
    made: Review,
    revision: str | None,
    clean: bool | None,
) -> str:
    """The review between the window's dates as one HTML document.

    `revision` is the database's commit and date; `clean` says that the files are as it had them.
    """
    needs_extra()
    from scenarios import __version__
    from scenarios.analysis.review.page import page
    from scenarios.render.writers.html import Origin, page_html

    with _nothing_collected():
        origin = Origin(revision, clean, desk.loaded.left_out)
        return page_html(page(window, made), desk.database, origin, f"scen {__version__}")


def origin_of(
    context: typer.Context, desk: Desk, rev: str | None
) -> tuple[str | None, bool | None]:
    """The commit and day that a database is of, and whether its files are as that commit had them.

    None where there is no repository, no git or no commit.
    """
    from scenarios.cli.repositories import repository_of, tell_refused
    from scenarios.storage.git import repository as git

    try:
        _, repository = repository_of(context)
        commit = git.commit_of(repository, rev or "HEAD")
        files = desk.snapshot if rev else git.snapshot(repository, commit, desk.snapshot)[0]
    except ScenError as error:
        tell_refused(context, error)
        return None, None
    day = git.committed_on(repository, commit) or "no day of the calendar"
    return f"{commit[:12]} of {day}", files == desk.snapshot


def plot(
    context: typer.Context,
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="One or more, one below the other.")
    ],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="Where to write: .svg or .png.")
    ],
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|7d", help="[the tracker's review_every_days before --as-of]"),
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
) -> None:
    """Draw what was stated and implied over time, with evidence, forecasts and indicators."""
    if output.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"--output ends in .svg or .png: {output.name}")
    needs_extra()
    from scenarios.analysis.period.trajectory import courses
    from scenarios.cli.commands.report import span
    from scenarios.render.charts.alone import png, svg
    from scenarios.storage.documents import write

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    ids = tuple(dict.fromkeys(opened(desk, id, on) for id in scenarios))
    window = span(desk, on, since)[0]
    drawn = svg(list(courses(window, ids, _DAYS).values()), desk.database, window.since)
    write(output, png(drawn) if output.suffix.lower() == ".png" else drawn.encode())
    say(f"written: {shown(output)}")


def needs_extra() -> None:
    """Refuse where what draws is not installed."""
    try:
        import jinja2
        import vl_convert
    except ModuleNotFoundError:
        raise ScenError(_EXTRA) from None
    del jinja2, vl_convert


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """All that is made here lives to the end: a tenth of the time goes without looking for less."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


COMMANDS = {"plot": plot}
