"""What stands over every result of a tracker."""

from __future__ import annotations

import msgspec

from scenarios.model import SetId, Tracker


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The tracker's title and sets, and what a reader must know first."""

    title: str
    notice: str | None
    sets: dict[SetId, str]


def about(tracker: Tracker) -> About:
    """What stands over every result of a tracker."""
    return About(title=tracker.title, notice=tracker.notice, sets=tracker.sets)
