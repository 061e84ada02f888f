"""The page of a review, and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import typer

from scenarios.cli.output.progress import progress
from scenarios.cli.output.result import led
from scenarios.cli.repositories import repository_of, tell_refused
from scenarios.errors import ScenError
from scenarios.workspace.history import origin
from scenarios.workspace.opened import Opened
from scenarios.workspace.uncollected import nothing_collected

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review


def report_page(
    opened: Opened,
    window: Window,
    made: Review,
    revision: str | None,
    clean: bool | None,
) -> str:
    """The review between the window's dates as one HTML document.

    `revision` is the database's commit and date; `clean` says that the files are as it had them.
    """
    from scenarios import __version__
    from scenarios.analysis.review.page import page
    from scenarios.render.chapters.whole import whole
    from scenarios.render.writers.page import Origin, page_html

    with nothing_collected():
        parts = whole(page(window, made, progress()), opened.database, window.now)
        parts = msgspec.structs.replace(parts, summary=led(parts.summary))
        return page_html(parts, Origin(made.as_of, f"scen {__version__}", revision, clean))


def origin_of(context: typer.Context, opened: Opened) -> tuple[str | None, bool | None]:
    """The commit and day that a database is of, and whether its files are as that commit had them.

    None where there is no repository, no git or no commit.
    """
    try:
        _, repository = repository_of(context)
        return origin(opened, repository)
    except ScenError as error:
        tell_refused(context, error)
        return None, None
