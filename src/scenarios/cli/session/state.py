"""State of one interactive review session, shared by its prompts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

import typer

from scenarios.analysis.review.agenda import Agenda, agenda
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.retyping import Back
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.storage.state.session_notes import Notes, Sitting, SittingAnswer
from scenarios.workspace import sitting
from scenarios.workspace.how import How

T = TypeVar("T")

_LEAVE = ("q", "quit", "leave")


class Leave(Exception):  # noqa: N818 - no error
    """The analyst gets up, for now."""


class Seat(NamedTuple):
    """A sitting at a terminal; `only` these scenarios, if any. `database` is as it was typed.

    `begun` is the clock's reading when it was begun.
    """

    root: Path
    database: str | None
    notes: Notes
    only: Collection[ScenarioId]
    how: How
    begun: float

    @property
    def sitting(self) -> Sitting:
        """Everything that was answered."""
        return self.notes.sitting

    @property
    def analyst(self) -> Analyst:
        """Who answers."""
        return self.sitting.analyst

    @property
    def on(self) -> date:
        """The day of the sheet."""
        return self.sitting.date

    def put(self, id: ScenarioId, answer: SittingAnswer) -> None:
        """Keep the answer about a scenario."""
        sitting.put(self.notes, id, answer)

    def due(self, database: Database) -> Agenda:
        """Return what is due."""
        return agenda(database, self.analyst, self.on, self.only)


def word(text: str) -> str:
    """An answer in small letters; `q` leaves."""
    if text.lower() in _LEAVE:
        raise Leave
    return text.lower()


def in_turn(things: Sequence[T], ask: Callable[[T, bool], object], start: int = 0) -> None:
    """Ask about each thing; Back leads to the one before, and `ask` gets True for it."""
    number, is_again = start, start > 0
    while number < len(things):
        try:
            ask(things[number], is_again)
            number, is_again = number + 1, False
        except Back:
            if number == 0:
                prompt.tell("there is no question before this one")
            number, is_again = max(number - 1, 0), True


def wants(question: str, *, is_back: bool = False) -> bool:
    """Yes, or no by Enter; `q` leaves, and `<` goes back where that is wanted."""

    def parse(text: str) -> bool:
        answer = word(text)
        if answer not in ("", "y", "yes", "n", "no"):
            raise typer.BadParameter(f"'{text}': y, n or q")
        return answer.startswith("y")

    return prompt.answer(question, parse, "", is_back=is_back)
