"""A picture alone: scenarios over time, a set, or every open scenario."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.period.period import unresolved
from scenarios.analysis.review.review import review
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import TABLE, AsOf, Rev, SinceReview
from scenarios.cli.output.result import in_pixels, origin_of, show
from scenarios.cli.output.streams import say
from scenarios.errors import ScenError, UsageError
from scenarios.render import pictures, review_picture
from scenarios.render.cells import one_line
from scenarios.render.pictures_of_quantities import drawn
from scenarios.storage.output_files import write
from scenarios.workspace.opened import OpenDatabase, from_here
from scenarios.workspace.reading import plotted, span

_SUFFIXES = (".svg", ".png")


def command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, "SCENARIO...", "Scenarios to plot, one below the other."
    ] = None,
    set_id: Annotated[str | None, "--set ID", "Plot the members of this set."] = None,
    overview: Annotated[bool, "--overview", "Plot all open scenarios, largest move first."] = False,
    grid: Annotated[bool, "--grid", "Small plots side by side."] = False,
    sparkline: Annotated[bool, "--sparkline", "A single small line without text."] = False,
    output: Annotated[
        Path | None, "--output FILE", "Image to write, .svg or .png, instead of a table of days."
    ] = None,
    size: Annotated[
        str | None, "--size WxH", "Size in pixels; under 600 wide it is laid out for a phone."
    ] = None,
    dark: Annotated[bool, "--dark", "Light lines on a dark background."] = False,
    since: SinceReview = None,
    as_of: AsOf = None,
    rev: Rev = None,
) -> None:
    """Draw scenarios, a set or all that is open; signed with the tracker, the day, the revision."""
    pixels = parsing.size(size) if size else None
    named = tuple(dict.fromkeys(scenarios or ()))
    if output is None and (size or dark or grid or sparkline):
        raise UsageError("the options of an image need --output FILE, like plot.svg")
    _refuse(output, named, set_id, overview=overview, grid=grid, sparkline=sparkline)
    opened, on = reading(context, rev), as_of or parsing.today()
    ids = plotted(opened, on, named, set_id)
    window = span(opened, on, parsing.day(since, on, "--since") if since else None, banded=True)
    ids = tuple(id for id, *_ in unresolved(window)) if overview else ids
    if not ids:
        raise ScenError(f"nothing to draw: no scenario was open on {on}")
    signature = "" if sparkline else _signature(context, opened, on)
    if overview and not grid:
        charts = review_picture.overview(window, review(window))
    else:
        kind: pictures.Subject = "line" if sparkline else "grid" if grid else "courses"
        charts = drawn(kind, window, ids, set_id)
    if output is None:
        show(context.obj, None, lambda: pictures.document(charts), TABLE)
        return
    image = pictures.svg(charts, signature, pixels, dark=dark)
    is_svg = output.suffix.lower() == ".svg"
    write(output, image.encode() if is_svg else in_pixels(image, 1 if pixels else 2))
    say(f"written: {from_here(output)}")


def _refuse(
    output: Path | None,
    named: Sequence[str],
    set_id: str | None,
    *,
    overview: bool,
    grid: bool,
    sparkline: bool,
) -> None:
    """Refuse options that contradict each other, before anything is read."""
    if output and output.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"--output ends in .svg or .png: {output.name}")
    subjects = sum((bool(named), set_id is not None, overview))
    if not subjects:
        raise UsageError("nothing to draw: name scenarios, a set with --set ID, or --overview")
    if subjects > 1:
        raise UsageError("draw one thing at a time: scenarios, --set ID or --overview")
    if sparkline and (grid or len(named) != 1):
        raise UsageError("--sparkline draws one scenario: name one, without --grid")


def _signature(context: typer.Context, opened: OpenDatabase, on: date) -> str:
    """`Title · as of 28 February 2022 · revision 3f1e2d4c5b6a of 2026-11-24 · Notice`."""
    revision, clean = origin_of(context, opened)
    changed = ", and changes since" if clean is False else ""
    words = [f"revision {revision}{changed}"] if revision else []
    tracker = opened.database.tracker
    parts = (tracker.title, f"as of {on.day} {on:%B %Y}", *words, one_line(tracker.notice))
    return " · ".join(filter(None, parts))
