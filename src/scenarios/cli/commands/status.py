"""One row a scenario."""

from __future__ import annotations

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import reading, repository_of, tell_refused
from scenarios.cli.options import TABLE, Across, AsOf, Form, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.terminal.screen import trends_for
from scenarios.errors import ScenError
from scenarios.render.document import Document
from scenarios.render.documents.status import document
from scenarios.storage.git.repository import Repository
from scenarios.workspace.reading import ended, nothing_yet, standings, start_of, status_of


def command(
    context: typer.Context,
    as_of: AsOf = None,
    rev: Rev = None,
    across: Across = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """One row a scenario: stated, implied, what changed since the last review, what is new.

    With --across the scenarios of many trackers: overdue ones, then the most moved first.
    """
    if across is not None:
        from scenarios.cli.commands import query
        from scenarios.workspace.exchange.across import STATUS

        query.command(
            context, STATUS, as_of, rev, across, form=query.QueryForm(form), output=output
        )
        return
    opened, on = reading(context, rev), as_of or parsing.today()
    shown = standings(opened, on, banded=form == Form("json"), repository=_history(context))
    rows, since = tuple(standing.row for standing in shown), start_of(opened, on)
    flagged = [finding for standing in shown for finding in standing.flagged]

    def status_document() -> Document:
        on_page = form == TABLE and output is None
        trends = trends_for(opened, rows, on) if on_page else None
        nothing = "" if rows else nothing_yet(opened, on)
        base, whole = opened.database, form == Form("csv")  # for a program, which wants one table
        return document(
            rows,
            flagged,
            base.tracker.estimative_language,
            nothing,
            trends,
            since=since,
            ended=None if whole else ended(base, rows),
        )

    show(status_of(opened, on, since, rows), status_document, form, output)


def _history(context: typer.Context) -> Repository | None:
    """The repository, to compare with what was said then; None where there is none."""
    try:
        return repository_of(context)[1]
    except ScenError as error:
        tell_refused(context, error)
        return None
