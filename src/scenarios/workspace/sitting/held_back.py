"""Which figures are held back from somebody who sits."""

from __future__ import annotations

from datetime import date

from scenarios.analysis.review.agenda import agenda
from scenarios.model import Analyst, ScenarioId
from scenarios.storage.state.session_notes import kept
from scenarios.workspace.opened import Opened
from scenarios.workspace.sitting.answers import is_wanted

_SHOWN = ("revealed", "revising", "settled")


def held_back(opened: Opened, analyst: Analyst, on: date) -> frozenset[ScenarioId]:
    """The scenarios that are due in a sitting that was begun and is not over, and not shown yet.

    The members of a set are shown together. Without a sitting nothing is held back.
    """
    said = kept(opened.root, analyst, on)
    if said is None:
        return frozenset()
    due = agenda(opened.database, analyst, on)
    waits = set()
    for group in due.groups:
        wanted = [topic.id for topic in group if is_wanted(said, topic)]
        answers = [said.answers.get(id) for id in wanted]
        if not all(answer and answer.stage in _SHOWN for answer in answers):
            waits |= {*wanted}
    return frozenset(waits)
