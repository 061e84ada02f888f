"""The options that narrow a list or a search: checked against the database, and put together."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scenarios.analysis.review.listing import Wanted
from scenarios.cli import parsing
from scenarios.workspace.opened import Opened, known_id

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="From this day on, or from 7d before --as-of.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="Up to this day, or up to 7d before --as-of.")
]
FromSource = Annotated[str | None, typer.Option("--source", metavar="ID", help="From this one.")]
InSet = Annotated[
    str | None, typer.Option("--set", metavar="ID", help="About scenarios of this set.")
]
Tag = Annotated[str | None, typer.Option(help="About scenarios with this tag.")]


def wanted(
    opened: Opened,
    on: date,
    *,
    scenario: str | None = None,
    source: str | None = None,
    tag: str | None = None,
    set_id: str | None = None,
    theme: str | None = None,
    since: str | None = None,
    until: str | None = None,
    unrated: bool = False,
    unarchived: bool = False,
    by_value: bool = False,
) -> Wanted:
    """What is asked for; an id that is not there is refused, and days in the wrong order."""
    database = opened.database
    if scenario is not None:
        opened.scenario(scenario)
    if source is not None:
        opened.source(source)
    if tag is not None:
        tags = {tag for one in database.scenarios.values() for tag in one.tags}
        known_id(tag, tags, "tag", "scen list scenarios")
    if set_id is not None:
        known_id(set_id, database.tracker.sets, "set", "tracker.yaml")
    if theme is not None:
        known_id(theme, database.tracker.themes, "theme", "tracker.yaml")
    first = parsing.day(since, on) if since else None
    last = parsing.day(until, on) if until else None
    if first and last and last < first:
        raise typer.BadParameter(f"--since {first} is after --until {last}")
    return Wanted(
        scenario=scenario,
        source=source,
        tag=tag,
        set=set_id,
        theme=theme,
        since=first,
        until=last,
        unrated=unrated,
        unarchived=unarchived,
        by_value=by_value,
    )
