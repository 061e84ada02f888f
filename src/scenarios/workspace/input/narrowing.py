"""Filters of a list, as typed."""

from datetime import date
from typing import Any

from scenarios.analysis.review.listing import ListFilter
from scenarios.errors import UsageError
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.typed_in import day
from scenarios.workspace.opened import OpenDatabase, known_id


def span_of(since: str | None, until: str | None, on: date) -> tuple[date | None, date | None]:
    """The first and the last day; refuse them in the wrong order."""
    first = day(since, typed_in.today, on) if since else None
    last = day(until, typed_in.today, on) if until else None
    if first and last and last < first:
        raise UsageError(f"--since {first} is after --until {last}")
    return first, last


def narrowed(
    opened: OpenDatabase,
    on: date,
    *,
    set_id: str | None = None,
    since: str | None = None,
    until: str | None = None,
    **more: Any,
) -> ListFilter:
    """Return what to list; refuse an unknown id, and days in the wrong order.

    `more` are fields of the filter as they stand: an id, or a choice.
    """
    first, last = span_of(since, until, on)
    return refuse_unknown(opened, ListFilter(set=set_id, since=first, until=last, **more))


def refuse_unknown(opened: OpenDatabase, wanted: ListFilter) -> ListFilter:
    """Return the filter; raises ScenError for an id in it that the database does not have."""
    database = opened.database
    if wanted.scenario is not None:
        opened.scenario(wanted.scenario)
    if wanted.source is not None:
        opened.source(wanted.source)
    if wanted.tag is not None:
        tags = {tag for scenario in database.scenarios.values() for tag in scenario.tags}
        known_id(wanted.tag, tags, "tag", "scen list scenarios")
    if wanted.set is not None:
        known_id(wanted.set, database.tracker.sets, "set", "tracker.yaml")
    if wanted.theme is not None:
        known_id(wanted.theme, database.tracker.themes, "theme", "tracker.yaml")
    return wanted
