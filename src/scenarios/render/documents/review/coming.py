"""What is to be done in the days to come."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.analysis.review.due import Due, DueEntry
from scenarios.model import Database
from scenarios.render.document import Flat, Heading, Item, Items, Span
from scenarios.render.documents.review import names
from scenarios.text import counted


def section(due: Due, database: Database) -> Iterator[Flat]:
    """One line for each day and thing; what is late stands among the findings."""
    if due.coming:
        days = (due.until - due.as_of).days
        yield Heading(2, f"Coming up in the next {days} days", anchor="coming")
        yield Items(tuple(entry(one, database) for one in due.coming))


def entry(one: DueEntry, database: Database, lead: str = "") -> Item:
    """What is to be done, behind its day unless something else leads it."""
    return Item(tuple(_told(one, database)), lead=lead or str(one.day))


def _told(one: DueEntry, database: Database) -> Iterator[Span]:
    first = names.scenario(one.scenarios[0], database)
    if one.what == "indicator":
        owner = names.scenario(one.id.partition("/")[0], database)
        yield from (names.indicator(one.id, database), " (", owner, ")")
    elif one.what == "horizon":
        yield from ("horizon of ", first, ": scen resolve")
    elif one.what == "review":
        yield f"review of {counted(len(one.scenarios), 'question')}: scen review"
    else:
        number = len(one.scenarios)
        stand = "forecast stands" if number == 1 else "forecasts stand"
        yield f"last day on which {number} {stand}: scen review"
