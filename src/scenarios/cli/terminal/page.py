"""The page of a review, and what it needs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from scenarios.cli.desk import Desk
from scenarios.cli.repositories import repository_of, tell_refused
from scenarios.errors import ScenError

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review


_EXTRA = "charts and pages need an extra: pip install 'scen[html]'"


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
