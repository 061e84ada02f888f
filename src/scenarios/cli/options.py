"""The options that commands share, declared once."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.render.writers import WRITERS


class Format(StrEnum):
    """How a recording command tells what it wrote."""

    table = "table"
    json = "json"


Form = StrEnum("Form", ["table", "json", *(name for name in WRITERS if name != "table")])  # type: ignore[misc]
"""How a result is written: JSON is the result itself, a writer makes all else of its document."""
TABLE = Form("table")

AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=parsing.day, metavar="DATE", help="What was known on this day [today]."
    ),
]
Rev = Annotated[
    str | None,
    typer.Option("--rev", metavar="REV", help="As a commit had it, or the last one up to a day."),
]


def _of_ending(context: typer.Context, param: typer.CallbackParam, form: Any) -> Any:
    """The format that the ending of `--output` names, where none is given."""
    output = context.params.get("output")
    source = context.get_parameter_source(str(param.name))
    if output is None or source is None or source.name != "DEFAULT":
        return form
    ending = Path(output).suffix.lower().removeprefix(".")
    named = {"md": "markdown", "htm": "html"}.get(ending, ending)
    return named if named in type(form).__members__ else form


FORMAT = typer.Option(
    "--format", help="How to write the result [as FILE ends].", callback=_of_ending
)
Shown = Annotated[Form, FORMAT]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write the result here, not on stdout."),
]
All = Annotated[bool, typer.Option("--all", help="Show every row: fold and leave out nothing.")]
As = Annotated[Format, typer.Option("--format", help="How to write the result.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and show, write nothing.")]
Future = Annotated[
    bool, typer.Option("--future", help="Allow a date after today, for what is planned.")
]
Commit = Annotated[
    bool, typer.Option("--commit", help="Commit what it writes to git, and nothing else.")
]
Analyst = Annotated[
    str | None, typer.Option("--analyst", envvar="SCEN_ANALYST", help="Who judges.")
]
Rates = Annotated[
    list[str] | None,
    typer.Option(
        "--rate",
        metavar="SCENARIO=CODE",
        help="How much more expected if it happens than if not: CC, C, N, I, II or a ratio.",
    ),
]
Fires = Annotated[
    list[str] | None,
    typer.Option(
        "--indicator",
        metavar="SCENARIO/INDICATOR=STATE",
        help="An indicator that it shows as observed, emerging or reversed.",
    ),
]


_Evidence = Annotated[
    list[str] | None, typer.Option("--evidence", metavar="ID", help="May be given several times.")
]
