"""The end of a sitting: the sheet is written, and what the others and the evidence say is shown."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scenarios.analysis.review.feedback import Reveal, counted_absent, reveal, sums
from scenarios.cli.options import Format
from scenarios.cli.session.state import End
from scenarios.cli.terminal.output import show, width
from scenarios.cli.terminal.written import report
from scenarios.paths import path_of
from scenarios.render.documents.session import document
from scenarios.render.writers import terminal
from scenarios.workspace.commit import subject
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here
from scenarios.workspace.recording import Placed, forecast, unplaced
from scenarios.workspace.results import SheetAnswer, SheetRecorded
from scenarios.workspace.sheets import Entry
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
        moves = [(r.scenario, r.before, r.after) for r in _reveals(written, end)]
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


def report_sheet(written: Written, end: End, form: Format) -> None:
    """The paths, the figures, what they add up to in a set."""
    reveals = _reveals(written, end)
    ids = [entry.scenario for entry in end.entries]
    after = written.after.database
    added = sums(after, end.analyst, end.on, ids)
    absent = counted_absent(after, end.on, end.seen)
    text = terminal.write(document(reveals, added, end.analyst, absent), width())
    answers = [_answer(r, entry, end) for r, entry in zip(reveals, end.entries, strict=True)]
    paths = [*_rated(written.before, end), *written.paths]
    result = SheetRecorded(
        id=end.sheet,
        paths=paths,
        dry_run=written.dry_run,
        analyst=end.analyst,
        date=end.on,
        skipped=list(end.skipped),
        rated=list(end.rated),
        sheet=end.sheet,
        answers=answers,
    )
    report(written, result, form, text)


def report_nothing(opened: Opened, end: End, form: Format, *, dry_run: bool) -> None:
    """That there is no sheet, and what was done all the same."""
    result = SheetRecorded(
        id=None,
        paths=_rated(opened, end),
        dry_run=dry_run,
        analyst=end.analyst,
        date=end.on,
        skipped=list(end.skipped),
        rated=list(end.rated),
        sheet=None,
        answers=[],
    )
    show(result, lambda: "no sheet was written", form)


def _reveals(written: Written, end: End) -> tuple[Reveal, ...]:
    before, after = written.before.database, written.after.database
    return reveal(before, after, end.analyst, end.on, [entry.scenario for entry in end.entries])


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
