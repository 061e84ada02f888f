"""The last line of a sitting: how long it took, and what is left for another one."""

from __future__ import annotations

import time

from scenarios.cli.output.streams import say
from scenarios.cli.session.state import Seat
from scenarios.model import Database
from scenarios.text import counted

_MINUTE = 60
_NAMED = 3
"""So many scenarios are named; of more, the number is told."""


def tell_left(seat: Seat, database: Database, *, is_written: bool) -> None:
    """Say what is due still, and what was answered and is not written."""
    minutes = round((time.monotonic() - seat.begun) / _MINUTE)
    took = counted(minutes, "minute") if minutes else "less than a minute"
    answers = len(seat.said.answers)
    kept = [] if is_written or not answers else [f"{counted(answers, 'answer')} to write"]
    left = kept + _left(seat, database)
    say(f"the sitting took {took}; left: {', '.join(left) if left else 'nothing'}")


def _left(seat: Seat, database: Database) -> list[str]:
    said, due = seat.said, seat.due(database)
    topics = [topic for group in due.groups for topic in group if topic.id not in said.answers]
    ids = [topic.id for topic in topics if not topic.last or topic.last.date != seat.on]
    unrated = [id for id in due.unrated if id not in said.rated]
    past_due = [f"{one.scenario}/{one.id}" for one in due.past_due]
    unseen = [key for key in past_due if said.past_due.get(key) != "not-seen"]
    found = [counted(len(ids), "scenario") + (f" ({', '.join(ids)})" if len(ids) <= _NAMED else "")]
    found = found if ids else []
    found += [f"{counted(len(unrated), 'item')} to rate"] if unrated else []
    found += [f"{counted(len(unseen), 'indicator')} past due"] if unseen else []
    found += [f"{', '.join(due.overdue)} to resolve"] if due.overdue else []
    return found
