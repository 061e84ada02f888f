"""The options that commands share, declared once."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from scenarios.cli import parsing


class Format(StrEnum):
    """How results are written."""

    table = "table"
    json = "json"


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
As = Annotated[Format, typer.Option("--format", help="How to write the result.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and show, write nothing.")]
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
