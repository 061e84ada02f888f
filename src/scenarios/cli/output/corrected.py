"""What a correction says when it is done: the files, and what an audit will make of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from scenarios.cli import parsing
from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import report
from scenarios.model import Analyst
from scenarios.workspace.corrections.foretelling import foretold_of, words
from scenarios.workspace.differences import moved_or_changed
from scenarios.workspace.results import corrected
from scenarios.workspace.sheets import Entry
from scenarios.workspace.sitting.sheet import foretold_of_sheet
from scenarios.workspace.writing import Written

_MOST = 10


def report_correction(
    written: Written, id: str, form: Format, formerly: str | None = None, text: str = ""
) -> None:
    """The paths, then `text`; what a later audit will find is a remark."""
    found = foretold_of(written, parsing.today()) if written.drafts else []
    for one in found[:_MOST]:
        say(words(one))
    if len(found) > _MOST:
        say(f"audit will say {len(found) - _MOST} things more")
    paths = "\n".join(path for path, _ in moved_or_changed(written))
    report(written, corrected(written, id, found, formerly), form, text, head=paths)


def foretell_sheet(root: Path, analyst: Analyst, day: date, entries: Sequence[Entry]) -> None:
    """Say, before figures are put into a sheet, what a later audit will find of that."""
    for text in foretold_of_sheet(root, analyst, day, entries, parsing.today()):
        say(text)
