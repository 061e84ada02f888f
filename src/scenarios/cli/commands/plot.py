"""What is published: the page of a review, and the charts alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.analysis.period.trajectory import courses
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.terminal.output import say
from scenarios.cli.terminal.page import needs_extra
from scenarios.errors import UsageError
from scenarios.storage.documents import write
from scenarios.workspace.period import span
from scenarios.workspace.place import from_here

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

    opened, on = reading(context, rev), as_of or parsing.today()
    ids = tuple(dict.fromkeys(opened.scenario_on(id, on) for id in scenarios))
    window = span(opened, on, parsing.day(since, on) if since else None)[0]
    drawn = svg(list(courses(window, ids, _DAYS).values()), opened.database, window.since)
    write(output, png(drawn) if output.suffix.lower() == ".png" else drawn.encode())
    say(f"written: {from_here(output)}")
