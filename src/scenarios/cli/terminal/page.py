"""The page of a review, and what it needs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from scenarios.cli.repositories import repository_of, tell_refused
from scenarios.errors import ScenError
from scenarios.workspace.history import origin
from scenarios.workspace.opened import Opened

if TYPE_CHECKING:
    from scenarios.analysis.period.period import Window
    from scenarios.analysis.review.review import Review


_EXTRA = "charts and pages need an extra: pip install 'scen[html]'"


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
    needs_extra()
    from scenarios import __version__
    from scenarios.analysis.review.page import page
    from scenarios.render.writers.page import Origin, page_html

    with _nothing_collected():
        origin = Origin(revision, clean, opened.loaded.left_out)
        return page_html(page(window, made), opened.database, origin, f"scen {__version__}")


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
