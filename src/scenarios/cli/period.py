"""The window that a command asks for, and its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from scenarios.cli import parsing
from scenarios.cli.desk import Desk
from scenarios.errors import ScenError

if TYPE_CHECKING:
    pass


def span(desk: Desk, on: date, since: str | None) -> Any:
    """The window up to `on`, and the status rows in it."""
    from scenarios.analysis.period.period import window
    from scenarios.analysis.review.status import status as status_rows

    days = timedelta(days=desk.database.tracker.review_every_days)
    start = parsing.day(since, on) if since else max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    made = window(desk.database, start, on)
    return made, status_rows(made)
