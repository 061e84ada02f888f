"""The rows of a list that somebody asks for."""

from __future__ import annotations

from datetime import date

from scenarios.analysis.review.listing import ListFilter
from scenarios.errors import UsageError
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.typed_in import day
from scenarios.workspace.opened import Opened, known_id


def narrowed(
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
) -> ListFilter:
    """Return what to list; refuse an unknown id, and days in the wrong order."""
    database = opened.database
    if scenario is not None:
        opened.scenario(scenario)
    if source is not None:
        opened.source(source)
    if tag is not None:
        tags = {tag for scenario in database.scenarios.values() for tag in scenario.tags}
        known_id(tag, tags, "tag", "scen list scenarios")
    if set_id is not None:
        known_id(set_id, database.tracker.sets, "set", "tracker.yaml")
    if theme is not None:
        known_id(theme, database.tracker.themes, "theme", "tracker.yaml")
    first = day(since, typed_in.today, on) if since else None
    last = day(until, typed_in.today, on) if until else None
    if first and last and last < first:
        raise UsageError(f"--since {first} is after --until {last}")
    return ListFilter(
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
