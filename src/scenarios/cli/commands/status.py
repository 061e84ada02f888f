"""One row a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scenarios.analysis.review.review import About
from scenarios.analysis.rules.findings import findings
from scenarios.cli import parsing
from scenarios.cli.desk import reading_desk
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.period import span
from scenarios.cli.terminal import pager
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.screen import nothing_yet, screen_for
from scenarios.render.documents.status import status_table

if TYPE_CHECKING:
    pass


def command(
    context: typer.Context, as_of: AsOf = None, rev: Rev = None, form: As = Format.table
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new."""
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
        language, screen = tracker.estimative_language, screen_for(desk, rows, on)
        made = status_table(rows, findings(window), language, width(), screen)
        return made or nothing_yet(desk, on)

    pager.show(value, text, form)
