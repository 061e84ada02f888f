"""Imports of a spreadsheet of records or of a forecasting site's download."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from scenarios.cli import parsing
from scenarios.cli.options import Analyst, As, Dated, Format
from scenarios.cli.output.streams import Run, progress, say
from scenarios.cli.output.written import show_committed
from scenarios.errors import UsageError
from scenarios.exchange.arrivals import FilePosition, ReadOptions, RowError, kinds
from scenarios.exchange.tables.reading import FORMS
from scenarios.text import printable
from scenarios.workspace.importing.database import KIND, restore
from scenarios.workspace.importing.importing import bring
from scenarios.workspace.importing.settings import (
    STDIN,
    ImportCount,
    ImportSummary,
    Settings,
    arrive,
    lines,
)
from scenarios.workspace.opened import find_root
from scenarios.workspace.results import differences
from scenarios.workspace.write_mode import AS_USUAL
from scenarios.workspace.writing import WriteResult

FromForm = StrEnum("FromForm", [*FORMS])  # type: ignore[misc]


def command(
    context: typer.Context,
    kind: Annotated[str, "KIND", f"{', '.join(kinds())}; database: an export."],
    file: Annotated[Path, "FILE", "File to read, or - for standard input."],
    columns: Annotated[
        list[str] | None,
        "--map COLUMN=FIELD",
        "Field for a column, or '{a}, {b}' to join two; COLUMN= and '*=' skip.",
    ] = None,
    default: Annotated[
        list[str] | None, "--default FIELD=VALUE", "Value for rows without one."
    ] = None,
    recorded: Annotated[str | None, "--recorded KEY", "Column or MISP key of the day."] = None,
    form: Annotated[FromForm | None, "--from-format", "File format [detected]."] = None,
    sheet: Annotated[str | None, "--sheet NAME", "Sheet of a workbook [the first]."] = None,
    encoding: Annotated[str | None, "--encoding NAME", "Text encoding [utf-8]."] = None,
    dates: Annotated[Literal["dmy", "mdy"] | None, "--dates", "How to read 01/02/2022."] = None,
    timezone: Annotated[str, "--timezone ZONE", "Time zone in which times become dates."] = "UTC",
    system: Annotated[
        str | None, "--system ID", "Name of the system that foreign ids come from."
    ] = None,
    analyst: Analyst = None,
    prior: Annotated[
        float | None,
        "--prior P",
        "Prior for scenarios without one [0.5].",
        {"parser": parsing.chance},
    ] = None,
    clip: Annotated[bool, "--clip", "Read 0 as 0.0001 and 1 as 0.9999."] = False,
    update: Annotated[bool, "--update", "Update records that exist and differ."] = False,
    skip_invalid: Annotated[bool, "--skip-invalid", "Import valid rows and list the rest."] = False,
    mode: Dated = AS_USUAL,
    as_: As = "table",
) -> None:
    """Import records from a file: all of them, or none."""
    root = find_root(context.obj.database)
    if kind == KIND:
        if columns or default or recorded or form or sheet or encoding or str(file) == STDIN:
            raise UsageError("import database takes an export of scen and no way to read it")
        result = restore(root, file, mode, update=update)
        tell(context.obj, *result, as_)
        return
    zone = parsing.zone(timezone)
    wanted = ReadOptions(
        columns=tuple(parsing.mapped(text) for text in columns or ()),
        defaults=dict(parsing.defaulted(text) for text in default or ()),
        recorded=None if recorded == "today" else recorded,
        form=form.value if form else None,  # type: ignore[arg-type]
        encoding=encoding,
        sheet=sheet,
        dates=dates,
        timezone=zone,
        today=parsing.today(),
        analyst=analyst,
        system=parsing.typed(parsing.id, "--system")(system) if system else None,
    )
    settings = Settings(
        today=parsing.today(),
        latest=mode.latest,
        update=update,
        skip_invalid=skip_invalid,
        clip=clip,
        prior=prior,
        timezone=zone,
    )
    stream_or_path = sys.stdin.buffer if str(file) == STDIN else file
    arrived = arrive(root, kind, stream_or_path, wanted, progress())
    tell(context.obj, *bring(root, kind, arrived, settings, mode, progress=progress()), as_)


FIRST = 10
"""As many files are shown in a dry run."""
_NAMES = ("scenarios", "indicators", "evidence", "sources", "forecasts")


def tell(run: Run, written: WriteResult, result: ImportSummary, form: Format) -> None:
    """Remarks and the rows that were left on stderr; the result, or what came in by number."""
    for remark in (*written.mended, *result.remarks):
        say(remark)
    for name, number in result.left_out.items():
        say(f"left out: {name}: {number:,}")
    places = ((FilePosition(row.file, row.row, row.column), row) for row in result.skipped)
    for line in lines([RowError(place, row.message) for place, row in places]):
        say(f"left out: {line}")

    def text() -> str:
        first = written._replace(drafts=written.drafts[:FIRST])
        more = len(written.drafts) - FIRST
        sections = [differences(first)] if written.dry_run else []
        sections += [f"and {more:,} more files"] if written.dry_run and more > 0 else []
        return "\n\n".join(paragraph for paragraph in (*sections, _counted(result)) if paragraph)

    show_committed(run, result, text, form, written.committed)


def _counted(result: ImportSummary) -> str:
    rows = [(name, getattr(result, name)) for name in _NAMES]
    lines = [f"{name}: {_counts(count)}" for name, count in rows if count.every]
    would = " (nothing was written)" if result.dry_run else ""
    return printable("\n".join(lines) or "nothing was imported") + would


def _counts(count: ImportCount) -> str:
    parts = ((count.added, "added"), (count.updated, "updated"), (count.unchanged, "unchanged"))
    return ", ".join(f"{number:,} {name}" for number, name in parts if number)
