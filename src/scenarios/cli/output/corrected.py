"""What a correction says when it is done: the files, and what an audit will make of it."""

from __future__ import annotations

from scenarios.cli import parsing
from scenarios.cli.options import Format
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import report
from scenarios.workspace.corrections.foretelling import foretold_of, words
from scenarios.workspace.differences import moved_or_changed
from scenarios.workspace.results import corrected
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
