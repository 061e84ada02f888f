"""What is said when the sheet of a sitting is written, or none is."""

from __future__ import annotations

from scenarios.analysis.review.agenda import counted_absent, sums
from scenarios.cli.options import Format
from scenarios.cli.output.streams import show, width
from scenarios.cli.output.written import report
from scenarios.render.documents.session import document
from scenarios.render.writers import terminal
from scenarios.workspace.opened import Opened
from scenarios.workspace.sitting import End, nothing_recorded, reveals, sheet_recorded
from scenarios.workspace.writing import Written


def report_sheet(written: Written, end: End, form: Format) -> None:
    """The paths, the figures, what they add up to in a set."""
    ids = [entry.scenario for entry in end.entries]
    after = written.after.database
    added = sums(after, end.analyst, end.on, ids)
    absent = counted_absent(after, end.on, end.seen)
    text = terminal.write(document(reveals(written, end), added, end.analyst, absent), width())
    report(written, sheet_recorded(written, end), form, text)


def report_nothing(opened: Opened, end: End, form: Format, *, dry_run: bool) -> None:
    """That there is no sheet, and what was done all the same."""
    result = nothing_recorded(opened, end, dry_run=dry_run)
    show(result, lambda: "no sheet was written", form)
