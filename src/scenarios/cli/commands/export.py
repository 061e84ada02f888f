"""The database as tables, for other programs."""

from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import As, AsOf, Rev
from scenarios.cli.output.streams import progress, say, show
from scenarios.text import counted, printable
from scenarios.workspace.exchange.exporting import ExportResult
from scenarios.workspace.exchange.exporting import export as exported


def command(
    context: typer.Context,
    target: Annotated[
        str,
        "",
        "out/ (CSV), x.xlsx, x.json, x.jsonl, parquet:DIR, sqlite:///x.db, "
        "duckdb:///x.duckdb, postgresql://HOST/DATABASE/SCHEMA, metaculus:DIR, x.stix.json; "
        "of sources alone x.ris, x.bib, x.csl.json.",
    ],
    as_of: AsOf = None,
    rev: Rev = None,
    overwrite: Annotated[
        bool, "--overwrite", "Replace another tracker's export, or an unrelated file."
    ] = False,
    lake: Annotated[
        bool, "--lake", "Beside other trackers in parquet:DIR or PostgreSQL, to be read as one."
    ] = False,
    form: As = "table",
) -> None:
    """Export every record, figure, score and finding as tables for other programs.

    With --as-of the records are those that were known on that day. An earlier export is replaced
    once the new one is whole. docs/queries.md draws the tables.
    """
    opened = reading(context, rev)
    export = exported(
        opened,
        target,
        as_of or parsing.today(),
        limited=as_of is not None,
        overwrite=overwrite,
        lake=lake,
        progress=progress(),
    )
    if (number := len(opened.database.quantities)) and not export.tables:
        held = counted(number, "quantity", "quantities")
        say(f"{held}, and what rates and forecasts them, left out: the files have them alone")
    if export.left_out and as_of is None:
        say(f"{counted(export.left_out, 'row')} left out that name what is not there: scen check")
    show(context.obj, export, lambda: printable(_summary(export)), form)


def _summary(export: ExportResult) -> str:
    if not export.tables:
        return export.place
    rows = sum(table.rows for table in export.tables)
    return f"{export.place}: {counted(len(export.tables), 'table')}, {counted(rows, 'row')}"
