"""The end of a sitting: one sheet, and what the others and the evidence say beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec

from scenarios.analysis.review.feedback import Reveal, reveal
from scenarios.errors import ScenError
from scenarios.model import Analyst
from scenarios.paths import path_of
from scenarios.workspace.commit import subject
from scenarios.workspace.corrections.foretelling import foretold_of, words
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here
from scenarios.workspace.recording import Placed, forecast, unplaced
from scenarios.workspace.results import SheetAnswer, SheetRecorded
from scenarios.workspace.sheets import Entry
from scenarios.workspace.sitting.end import End
from scenarios.workspace.writing import Written


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


def foretold_of_sheet(
    root: Path, analyst: Analyst, day: date, entries: Sequence[Entry], on: date
) -> list[str]:
    """What an audit will say of committed figures that these replace; nothing if refused."""
    if not (root / path_of("forecasts", f"{day}-{analyst}")).exists():
        return []
    with suppress(ScenError):
        found = foretold_of(forecast(root, analyst, day, entries, dry_run=True), on)
        return [words(one) for one in found if one.rule == "edited-forecast"]
    return []


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
