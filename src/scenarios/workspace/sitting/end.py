"""What a sitting came to, before its sheet is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scenarios.analysis.forecasts.stated import refusal
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.storage.state.session_notes import Sitting
from scenarios.workspace.opened import Opened
from scenarios.workspace.sheets import Entry
from scenarios.workspace.sitting.answers import seen


class End(NamedTuple):
    """Who said what on which day, and what else came of the sitting."""

    analyst: Analyst
    on: date
    entries: Sequence[Entry]
    blind: Mapping[ScenarioId, float | None] = {}
    skipped: Sequence[ScenarioId] = ()
    rated: Sequence[EvidenceId] = ()
    seen: Sequence[str] = ()

    @property
    def sheet(self) -> str:
        """The id of the sheet."""
        return f"{self.on}-{self.analyst}"


def end(said: Sitting) -> End:
    """What the sheet is to say, and what else was done."""
    entries = [Entry(k, a.probability, a.rationale, ()) for k, a in said.answers.items()]
    blind = {id: one.blind for id, one in said.answers.items()}
    return End(said.analyst, said.date, entries, blind, said.skipped, said.rated, seen(said))


def closed_since(opened: Opened, entry: Entry, on: date) -> str | None:
    """Why a question takes no forecast any more; None where it does."""
    id, scenarios = entry.scenario, opened.database.scenarios
    opened.refuse_left_out("scenario", id, scenarios)
    if id not in scenarios:
        return f"no scenario '{id}' any more"
    return refusal(opened.database, id, on)
