"""Proposals that nobody has accepted yet."""

import typer

from scenarios.analysis.review.inbox import proposals
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, Output, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say
from scenarios.errors import NAMED
from scenarios.render.documents.due import inbox_document
from scenarios.storage.proposals import waiting


def command(context: typer.Context, form: Shown = TABLE, output: Output = None) -> None:
    """List what feeds, event stores, agents and people propose, by scenario and age.

    It counts nowhere until a person accepts it.
    """
    opened = reading(context)
    inbox = waiting(opened.root, opened.database)
    faults = [problem for problem in inbox.problems if problem.severity == "error"]
    for fault in faults[:NAMED]:
        say(context.obj.from_database(f"{fault}"))
    if more := faults[NAMED:]:
        say(f"and {len(more):,} more: scen check names them")
    result = proposals(inbox.waiting, opened.database, parsing.today())
    show(context.obj, result, lambda: inbox_document(result), form, output)
    if faults:
        raise typer.Exit(1)
