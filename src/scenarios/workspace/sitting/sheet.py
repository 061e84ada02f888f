"""The end of a sitting: one sheet, and what the others and the evidence say beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from scenarios.analysis.forecasts.stated import refusal
from scenarios.analysis.review.feedback import Reveal, reveal
from scenarios.model import Analyst, EvidenceId, ScenarioId
from scenarios.paths import path_of
from scenarios.storage.session_notes import Sitting
from scenarios.workspace.commit import subject
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here
from scenarios.workspace.recording import Placed, forecast, unplaced
from scenarios.workspace.results import SheetAnswer, SheetRecorded
from scenarios.workspace.sheets import Entry
from scenarios.workspace.sitting.answers import seen
from scenarios.workspace.writing import Written


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


def write_sheet(
    root: Path,
    end: End,
    *,
    dry_run: bool,
    commit: bool,
    placed: Placed = unplaced,
) -> Written:
    """Write the day's sheet, or put the figures into it; refuse all of them where one is wrong."""

    def words(written: Written) -> str:
        moves = [(r.scenario, r.before, r.after) for r in reveals(written, end)]
        return subject(f"forecast: {end.sheet}", moves)

    return forecast(
        root,
        end.analyst,
        end.on,
        end.entries,
        placed=placed,
        words=words,
        dry_run=dry_run,
        commit=commit,
    )


def reveals(written: Written, end: End) -> tuple[Reveal, ...]:
    """Each figure of the sheet beside the others', the team's and the implied one."""
    before, after = written.before.database, written.after.database
    return reveal(before, after, end.analyst, end.on, [entry.scenario for entry in end.entries])


def sheet_recorded(written: Written, end: End) -> SheetRecorded:
    """The result of a sitting with a sheet."""
    pairs = zip(reveals(written, end), end.entries, strict=True)
    answers = [_answer(shown, entry, end) for shown, entry in pairs]
    paths = [*_rated(written.before, end), *written.paths]
    return _result(end, paths, written.dry_run, end.sheet, answers)


def nothing_recorded(opened: Opened, end: End, *, dry_run: bool) -> SheetRecorded:
    """The result of a sitting without one."""
    return _result(end, _rated(opened, end), dry_run, None, [])


def _result(
    end: End, paths: list[str], dry_run: bool, sheet: str | None, answers: list[SheetAnswer]
) -> SheetRecorded:
    return SheetRecorded(
        id=sheet,
        paths=paths,
        dry_run=dry_run,
        analyst=end.analyst,
        date=end.on,
        skipped=list(end.skipped),
        rated=list(end.rated),
        sheet=sheet,
        answers=answers,
    )


def _answer(shown: Reveal, entry: Entry, end: End) -> SheetAnswer:
    blind = end.blind.get(shown.scenario, shown.after)
    return SheetAnswer(
        **msgspec.structs.asdict(shown),
        reaffirmed=shown.after is not None and shown.after == shown.before,
        rationale=entry.rationale,
        revised_from=blind if blind != shown.after else None,
    )


def _rated(opened: Opened, end: End) -> list[str]:
    return [from_here(opened.root / path_of("evidence", id)) for id in end.rated]
