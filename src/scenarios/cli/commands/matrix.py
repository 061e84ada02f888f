"""Scenarios side by side: the ACH matrix."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from scenarios.analysis.evidence.knowledge import known, members
from scenarios.analysis.review.ach import matrix as compared
from scenarios.cli import parsing
from scenarios.cli.desk import Desk, known_id, opened, reading_desk
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.pager import show
from scenarios.errors import UsageError
from scenarios.render.documents.matrix import matrix_csv, matrix_text

_FEWEST = 2


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
    desk, on = reading_desk(context, rev), as_of or parsing.today()
    columns = _columns(desk, scenarios or [], set_id, on)
    then = known(desk.database, on)
    made = compared(then, columns)
    title = desk.database.tracker.sets[set_id] if set_id else ""

    def text() -> str:
        is_csv = form == MatrixFormat.csv
        return matrix_csv(made) if is_csv else matrix_text(made, then, title, width())

    show(made, text, form)


def _columns(desk: Desk, named: list[str], set_id: str | None, on: date) -> tuple[str, ...]:
    """The scenarios to compare: as they were named, or the set's members that had opened."""
    if set_id is None:
        columns = tuple(dict.fromkeys(opened(desk, id, on) for id in named))
        if len(columns) < _FEWEST:
            raise UsageError(f"a matrix compares two scenarios or more: {_instead(desk)}")
        return columns
    if named:
        raise UsageError("give --set or scenarios, not both")
    known_id(set_id, desk.database.tracker.sets, "set", "tracker.yaml")
    every = members(desk.database, set_id)
    columns = tuple(id for id in every if desk.database.scenarios[id].opened <= on)
    if len(columns) < _FEWEST:
        had = f"{len(columns)} of the {len(every)} in {set_id} had opened by {on}"
        raise UsageError(f"a matrix compares two scenarios or more: {had}")
    return columns


def _instead(desk: Desk) -> str:
    sets = [f"--set {id}" for id in desk.database.tracker.sets]
    return f"name them, or a set with {' or '.join(sets)}" if sets else "name them"
