"""Keep an item, and count it no longer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, open_desk, write
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import effects_subject, report_effects
from scenarios.errors import ScenError
from scenarios.storage.edits import Draft, Put, edited


def command(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it counts no longer.")] = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Keep an item, and count it no longer from a day on."""
    evidence = prompt.one_of(
        evidence, "EVIDENCE", "The item's id", lambda: open_desk(context).database.evidence
    )
    reason = prompt.needed(reason, "--reason", "Why it counts no longer")
    on = day or parsing.today()

    def draft(desk: Desk) -> list[Draft]:
        before = desk.database.evidence[desk.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": reason}
        return [edited(desk.snapshot, "evidence", evidence, [Put(("retracted",), value)])]

    subject = effects_subject("retract", evidence, on) if commit else None
    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject)
    report_effects(written, evidence, on, form)
