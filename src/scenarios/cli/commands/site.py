"""The whole database as static pages."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import history_of, reading
from scenarios.cli.options import AsOf, Rev
from scenarios.cli.output.streams import progress, say
from scenarios.site.build import build
from scenarios.site.figures import lacking
from scenarios.site.site import Site
from scenarios.text import counted
from scenarios.workspace.opened import from_here

_LARGE = 1_000_000


def command(
    context: typer.Context,
    folder: Annotated[Path, "DIR", "A new or empty folder, or one with an earlier site."],
    weeks: Annotated[
        int | None,
        "--weeks N",
        "Only the reviews of the last N weeks [all].",
        {"min": 1, "max": 5200},
    ] = None,
    url: Annotated[
        str | None,
        "--url URL",
        "Address at which the site will be published: for the feed and previews.",
    ] = None,
    as_of: AsOf = None,
    rev: Rev = None,
) -> None:
    """Write the database as a static website with permalinks, a feed and search.

    What did not change is not written again.
    """
    address = parsing.url(url).rstrip("/") + "/" if url else ""
    opened, on = reading(context, rev), as_of or parsing.today()
    lacks = lacking() if address else ""
    previews = bool(address) and not lacks
    site = Site(opened, on, history_of(context), weeks=weeks, url=address, previews=previews)
    built = build(site, folder, progress())
    pages, changed = counted(built.pages, "page"), counted(len(built.written), "file")
    gone = f", {len(built.removed)} removed" if built.removed else ""
    say(f"written: {from_here(folder / 'index.html')} ({pages}; {changed} new or changed{gone})")
    if lacks:
        say(f"without pictures for previews: {lacks}")
    if built.search_bytes > _LARGE:
        size = f"{built.search_bytes / 1e6:.1f} MB gzipped"
        say(f"the search page has {size}, over 1 MB: it opens slowly on a phone")
