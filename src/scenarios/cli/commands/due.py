"""Tasks that are due or late."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from scenarios.analysis.review.deadlines import WITHIN_DAYS, due
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import FORMAT, All, AsOf, Form, Output, Rev
from scenarios.cli.output.result import deliver, show
from scenarios.render.documents.due import document, ics

DueForm = StrEnum("DueForm", [*Form, "ics"])  # type: ignore[misc]
_TABLE = DueForm("table")


def command(
    context: typer.Context,
    within: Annotated[
        str, "--within DAYS", "How far to look ahead, for example 30d."
    ] = f"{WITHIN_DAYS}d",
    every: All = False,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Annotated[DueForm, FORMAT] = _TABLE,
    output: Output = None,
) -> None:
    """Show indicators due, horizons, reviews and forecasts that expire, and what is late.

    Each day is the last one that is in time.
    """
    ahead = parsing.days(within)
    opened = reading(context, rev)
    result = due(opened.database, as_of or parsing.today(), ahead)
    if form == "ics":
        deliver(ics(result, opened.database), output)
    else:
        rows = partial(document, result, every=every, is_partial=bool(opened.database.withheld))
        show(context.obj, result, rows, Form(form), output)
