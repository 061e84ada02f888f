"""What is published: the page of a review, and the charts alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.analysis.period.trajectory import courses
from scenarios.cli import parsing
from scenarios.cli.desk import opened, reading_desk
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.period import span
from scenarios.cli.terminal.output import say, shown
from scenarios.cli.terminal.page import needs_extra
from scenarios.errors import UsageError
from scenarios.storage.documents import write

if TYPE_CHECKING:
    pass

_SUFFIXES = (".svg", ".png")
_DAYS = 120
"""A chart that is drawn alone is drawn on at most so many days."""


def command(
    context: typer.Context,
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="One or more, one below the other.")
    ],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="Where to write: .svg or .png.")
    ],
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|7d", help="[the tracker's review_every_days before --as-of]"),
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
) -> None:
    """Draw what was stated and implied over time, with evidence, forecasts and indicators."""
    if output.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"--output ends in .svg or .png: {output.name}")
    needs_extra()
    from scenarios.render.charts.alone import png, svg

    desk, on = reading_desk(context, rev), as_of or parsing.today()
    ids = tuple(dict.fromkeys(opened(desk, id, on) for id in scenarios))
    window = span(desk, on, since)[0]
    drawn = svg(list(courses(window, ids, _DAYS).values()), desk.database, window.since)
    write(output, png(drawn) if output.suffix.lower() == ".png" else drawn.encode())
    say(f"written: {shown(output)}")
