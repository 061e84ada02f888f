"""Show one record."""

from __future__ import annotations

from typing import Annotated

import typer

from scenarios.cli.opening import reading
from scenarios.cli.options import As, AsOf, Format, Rev
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.pager import show
from scenarios.render.documents.lists import record_text
from scenarios.text import printable
from scenarios.workspace.reading import records_of


def command(
    context: typer.Context,
    id: Annotated[str, typer.Argument(metavar="ID", help="A record's id.")],
    as_of: AsOf = None,
    rev: Rev = None,
    form: As = Format.table,
) -> None:
    """Show one record: a scenario, an indicator, evidence, a sheet or a source."""
    records = records_of(reading(context, rev), id, as_of)

    def text() -> str:
        heads = [printable(f"{shown.id} ({shown.path})") for shown in records]
        pairs = zip(heads, records, strict=True)
        return "\n\n".join(record_text(head, shown.record, width()) for head, shown in pairs)

    show(records[0] if len(records) == 1 else records, text, form)
