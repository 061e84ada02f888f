"""Show one record."""

from typing import Annotated

import typer

from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, AsOf, Output, Rev, Shown
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say
from scenarios.render.documents.records import record
from scenarios.workspace.reading import records_of


def command(
    context: typer.Context,
    id: Annotated[str, "ID", "Id of the record."],
    as_of: AsOf = None,
    rev: Rev = None,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """Show one record: a scenario, an indicator, evidence, a sheet or a source."""
    records = records_of(reading(context, rev), id, as_of)
    if records[0].id != id:
        say(f"{id} is called {records[0].id} now")
    by_name = {f"{record.id} ({record.path})": record.record for record in records}
    show(
        context.obj,
        records[0] if len(records) == 1 else records,
        lambda: record(by_name),
        form,
        output,
    )
