"""What a scenario asks, where that changed: the words before and after, or a clarification."""

from __future__ import annotations

from scenarios.analysis.review.review import QuestionChange
from scenarios.model import Database
from scenarios.render.document import Item
from scenarios.render.documents.review import names


def row(change: QuestionChange, database: Database) -> Item:
    """One change, in full: what differs may stand at the end of a long text."""
    name = names.scenario(change.scenario, database)
    if change.date:
        return Item((name, f": clarified on {change.date}"), (Item(_line(change.after)),))
    field = change.field.replace("_", " ")
    steps = [("was", change.before), ("is", change.after)]
    under = tuple(Item(f"{word}: {_line(text)}") for word, text in steps if text)
    return Item((name, f": {field} changed"), under)


def _line(text: str) -> str:
    return " ".join(text.split())
