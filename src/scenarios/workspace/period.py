"""The period that a review looks at, and its rows."""

from __future__ import annotations

from datetime import date, timedelta

from scenarios.analysis.period.period import Window, window
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.status import status as status_rows
from scenarios.errors import ScenError
from scenarios.workspace.opened import Opened


def span(
    opened: Opened, on: date, since: date | None, *, banded: bool = False
) -> tuple[Window, tuple[StatusRow, ...]]:
    """The period from `since`, else the last review, up to `on`, and its status rows."""
    days = timedelta(days=opened.database.tracker.review_every_days)
    start = since or max(on - days, date.min + days)
    if start >= on:
        raise ScenError(f"the window is empty: --since {start} is not before {on}")
    period = window(opened.database, start, on, banded=banded)
    return period, status_rows(period)
