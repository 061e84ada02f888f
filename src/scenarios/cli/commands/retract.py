"""Keep an item, and count it no longer."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.output.written import report_effects
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.model import Evidence, EvidenceId
from scenarios.workspace import recording
from scenarios.workspace.opened import find_root


def command(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it counts no longer.")] = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Keep an item, and count it no longer from a day on."""

    def ask() -> tuple[str, str]:
        id = prompt.one_of(evidence, "EVIDENCE", "The item's id", partial(_counted, context))
        why = prompt.needed(reason, "--reason", "Why it counts no longer")
        prompt.noted("date", on)
        return id, why

    on = day or parsing.today()

    def tried(made: tuple[str, str]) -> None:
        latest, root = parsing.latest(future=future), find_root(context.obj)
        recording.retract(root, *made, on, dry_run=True, commit=commit, latest=latest)

    evidence, reason = agreed(ask, tried, missing=None in (evidence, reason))

    root = find_root(context.obj)
    written = recording.retract(
        root,
        evidence,
        reason,
        on,
        dry_run=dry_run,
        commit=commit,
        latest=parsing.latest(future=future),
    )
    report_effects(written, evidence, on, form)


def _counted(context: typer.Context) -> dict[EvidenceId, Evidence]:
    """The items that can be retracted."""
    evidence = open_here(context).database.evidence
    return {id: item for id, item in evidence.items() if not item.retracted}
