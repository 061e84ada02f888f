"""What a terminal shows besides, and what is said where there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from scenarios.cli.terminal import pager
from scenarios.workspace.opened import Opened

if TYPE_CHECKING:
    from scenarios.analysis.review.status import StatusRow
    from scenarios.render.writers.terminal import Screen


_REVIEWS = 12
"""So many have their place in a sparkline."""


def screen_for(opened: Opened, rows: Iterable[StatusRow], on: date) -> Screen | None:
    """What a terminal shows besides; nothing is reckoned for a pipe."""
    if not pager.on_terminal():
        return None
    from scenarios.analysis.period.trend import last_reviews, trends
    from scenarios.render.writers.terminal import Screen, figures

    days = last_reviews(on, opened.database.tracker.review_every_days, _REVIEWS)
    made = trends(opened.database, {row.id: days for row in rows})
    told = {id: figures(days, points) for id, points in made.items()}
    return Screen(days, told, pager.coloured())


def nothing_yet(opened: Opened, on: date) -> str:
    opens = sorted(s.opened for s in opened.database.scenarios.values())
    if not opens:
        return "no scenario yet: scen new"
    return f"no scenario had opened by {on}: the first opens on {opens[0]}"
