"""Scenarios side by side: the ACH matrix."""

from typing import Annotated

import typer

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.review.ach import matrix
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, AsOf, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.render.documents.matrix import document
from scenarios.values import owner_of
from scenarios.workspace.reading import columns_of


def command(
    context: typer.Context,
    scenarios: Annotated[list[str] | None, "SCENARIO...", "Two or more scenarios."] = None,
    set_id: Annotated[str | None, "--set ID", "Compare the members of this set."] = None,
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Compare evidence across scenarios: inconsistencies, and what the ranking depends on."""
    opened, on = reading(context, rev), as_of or parsing.today()
    columns = columns_of(opened, scenarios or (), set_id, on)
    then = known_on(opened.about(*map(owner_of, columns)), on)
    result = matrix(then, columns)
    title = opened.database.tracker.sets[set_id] if set_id else ""
    show(context.obj, result, lambda: document(result, then, title), form, output)
