"""Scenarios side by side: the ACH matrix."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scenarios.analysis.evidence.knowledge import known
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.pager import show
from scenarios.render.documents.matrix import matrix_csv, matrix_text
from scenarios.workspace.reading import matrix_of


class MatrixFormat(StrEnum):
    """How a matrix is written."""

    table = "table"
    json = "json"
    csv = "csv"


def command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="SCENARIO...", help="Two or more.")
    ] = None,
    set_id: Annotated[
        str | None, typer.Option("--set", metavar="ID", help="The members of this set.")
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[
        MatrixFormat, typer.Option("--format", help="How to write the result.")
    ] = MatrixFormat.table,
) -> None:
    """Set evidence against scenarios side by side: inconsistencies, and what carries the rank."""
    opened, on = reading(context, rev), as_of or parsing.today()
    made = matrix_of(opened, on, scenarios=tuple(scenarios or ()), set_id=set_id)
    then = known(opened.database, on)
    title = opened.database.tracker.sets[set_id] if set_id else ""

    def text() -> str:
        is_csv = form == MatrixFormat.csv
        return matrix_csv(made) if is_csv else matrix_text(made, then, title, width())

    show(made, text, form)
