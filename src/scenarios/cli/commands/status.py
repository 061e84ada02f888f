"""One row a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scenarios.analysis.rules.findings import findings
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal import pager
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.screen import nothing_yet, screen_for
from scenarios.render.documents.status import status_table
from scenarios.workspace.period import span
from scenarios.workspace.reading import status_of

if TYPE_CHECKING:
    pass


def command(
    context: typer.Context, as_of: AsOf = None, rev: Rev = None, form: As = Format.table
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new."""
    opened, on = reading(context, rev), as_of or parsing.today()
    window, rows = span(opened, on, None)
    result = status_of(opened, on, window.since, rows)

    def text() -> str:
        language, screen = opened.database.tracker.estimative_language, screen_for(opened, rows, on)
        table = status_table(rows, findings(window), language, width(), screen)
        return table or nothing_yet(opened, on)

    pager.show(result, text, form)
