"""What a recording command says when it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import typer

from scenarios.cli.options import Format
from scenarios.cli.output.streams import say, show, width
from scenarios.cli.repositories import tell_embedded
from scenarios.cli.terminal import retyping
from scenarios.render.documents.effects import document
from scenarios.render.writers import terminal
from scenarios.text import printable
from scenarios.workspace.commit import Committed
from scenarios.workspace.differences import differences
from scenarios.workspace.results import evidence_recorded, recorded
from scenarios.workspace.writing import Written


def report_record(written: Written, id: str, form: Format, text: str = "") -> None:
    """The paths, then `text`; in a dry run what would have changed."""
    report(written, recorded(written, id), form, text)


def report_effects(written: Written, id: str, day: date, form: Format) -> None:
    """The paths, then what the item did to each scenario that it bears on."""
    result = evidence_recorded(written, id, day)
    text = f"it rates no scenario yet: scen rate {id}"
    if result.effects:
        text = terminal.write(
            document(result.effects, written.after.database.tracker, day), width()
        )
    report(written, result, form, text)


def report(
    written: Written, result: Any, form: Format, text: str = "", head: str | None = None
) -> None:
    """The remarks on stderr; the result, or the paths [the `head`] and `text`."""
    for remark in (*written.mended, *map(str, written.warnings)):
        say(remark)

    def lines() -> str:
        paths = printable("\n".join(written.paths) if head is None else head)
        first = differences(written) if written.dry_run else paths
        nothing = "nothing to change" if not written.drafts else ""
        return "\n\n".join(part for part in (first or nothing, text) if part)

    show_committed(result, lines, form, written.committed)


def show_committed(
    result: Any, text: Callable[[], str], form: Format, committed: Committed | None
) -> None:
    """The result or the text, with the commit in it; why there is none is an error after that."""
    if committed is None:
        show(result, text, form)
        return
    tell_embedded(committed.embedded)
    if committed.output:
        typer.echo(printable(committed.output), err=True)
    if committed.also:
        names = ", ".join(committed.also)
        say(f"uncommitted changes from before go into the commit too: {names}")

    def lines() -> str:
        return "\n\n".join(part for part in (text(), printable(_line(committed))) if part)

    about = {"commit": committed.oid, "subject": committed.subject}
    show(msgspec.structs.replace(result, **about), lines, form)
    if committed.fault:
        retyping.forget()  # it is written
        raise committed.fault


def _line(committed: Committed) -> str:
    """The commit, in a line; nothing where git said no."""
    if committed.oid:
        return f"committed {committed.oid[:7]} {committed.subject}"
    if committed.fault:
        return ""
    return (
        f"would be committed as {committed.subject}" if committed.subject else "nothing to commit"
    )
