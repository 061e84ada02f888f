"""Differences between two revisions."""

from typing import Annotated

import typer

from scenarios.analysis.changes import differences
from scenarios.cli import parsing
from scenarios.cli.opening import repository_of, tell_left_out
from scenarios.cli.options import TABLE, All, AsOf, Output, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import Run
from scenarios.render.documents.history import diff_document
from scenarios.workspace.opened import from_here, states
from scenarios.workspace.reading import diff_of


def command(
    context: typer.Context,
    before: Annotated[str, "A", "A revision, A..B or A...B."] = "HEAD",
    after: Annotated[str | None, "B", "Second revision [the working tree]."] = None,
    exit_code: Annotated[bool, "--exit-code", "Exit with status 1 if a record differs."] = False,
    every: All = False,
    as_of: AsOf = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Compare two states of the database: records, and the shifts they cause.

    Both are read on one day, --as-of or that of the newest record, so that only records differ.
    """
    run: Run = context.obj
    root, repository = repository_of(context)
    earlier, later = states(root, repository, before, after)
    for state in (earlier, later):
        tell_left_out(state.opened, state.typed)
        run.unreadable += state.opened.database.unreadable
    run.place = from_here(root)
    result = diff_of(earlier, later, as_of, parsing.today())
    head = f"{earlier.name} → {later.name}, figures of {result.as_of}"
    old, new = earlier.opened.database, later.opened.database
    what = differences(old, new)
    content = (head, old, new, what, result.shifts)
    show(run, result, lambda: diff_document(*content, every=every), form, output)
    if exit_code and what:
        raise typer.Exit(1)
