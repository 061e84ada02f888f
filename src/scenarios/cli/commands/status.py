"""One row a scenario."""

from __future__ import annotations

import typer

from scenarios.analysis.rules.findings import findings
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, AsOf, Form, Output, Rev, Shown
from scenarios.cli.terminal.result import show
from scenarios.cli.terminal.screen import nothing_yet, trends_for
from scenarios.render.document import Document
from scenarios.render.documents.status import document
from scenarios.workspace.period import span
from scenarios.workspace.reading import status_of


def command(
    context: typer.Context,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new."""
    opened, on = reading(context, rev), as_of or parsing.today()
    window, rows = span(opened, on, None, banded=form == Form("json"))

    def made() -> Document:
        on_page = form == TABLE and output is None
        trends = trends_for(opened, rows, on) if on_page else None
        nothing = "" if rows else nothing_yet(opened, on)
        language = opened.database.tracker.estimative_language
        return document(rows, findings(window, flagged=True), language, nothing, trends)

    show(status_of(opened, on, window.since, rows), made, form, output)
