"""What people state, and what came of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.review.feedback import sums
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Analyst, As, Commit, DryRun, Format, Future, _Evidence
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.doubts import doubt_analyst
from scenarios.cli.terminal.output import width
from scenarios.cli.terminal.sheets import places_in, prepared
from scenarios.cli.terminal.written import report
from scenarios.errors import UsageError
from scenarios.render.documents.forecast import document
from scenarios.render.writers import terminal
from scenarios.workspace import recording
from scenarios.workspace.place import find_root
from scenarios.workspace.results import forecast_recorded
from scenarios.workspace.sheets import Entry


def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    probability: Annotated[
        str | None, typer.Argument(metavar="P|withdraw", help="0.7 or 70%; withdraw takes it back.")
    ] = None,
    rationale: Annotated[str | None, typer.Option(help="Why.")] = None,
    evidence: _Evidence = None,
    analyst: Analyst = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A whole sheet, as YAML.")
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """State a probability in the day's sheet of one analyst."""
    if from_ is not None:
        if scenario is not None or rationale is not None or evidence:
            raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
        analyst, day, entries = prepared(context, from_, analyst, day)
    else:
        scenario = prompt.one_of(
            scenario,
            "SCENARIO",
            "The scenario that you forecast",
            lambda: open_here(context).database.scenarios,
        )
        value = prompt.needed_as(probability, "P", "Its probability, or withdraw", _figure)
        if rationale is None and prompt.interactive():
            rationale = prompt.optional("Why (Enter = no reason given)", str)
            prompt.remember("--rationale", rationale or "")
        entries = [Entry(scenario, value, rationale or None, tuple(evidence or ()))]
    analyst = prompt.needed_as(
        analyst, "--analyst", "Who forecasts (or set SCEN_ANALYST)", parsing.id
    )
    on = day or parsing.today()
    if prompt.interactive():
        doubt_analyst(open_here(context).database, analyst)

    root = find_root(context.obj)
    placed = places_in(from_) if from_ else recording.unplaced
    written = recording.forecast(
        root,
        analyst,
        on,
        entries,
        placed=placed,
        dry_run=dry_run,
        commit=commit,
        latest=parsing.latest(future=future),
    )
    if not prompt.interactive():
        doubt_analyst(written.before.database, analyst)
    ids = [entry.scenario for entry in entries]
    result = forecast_recorded(written, analyst, on, ids)
    added = sums(written.after.database, analyst, on, ids)
    text = terminal.write(document(result.figures, added, analyst), width())
    report(written, result, form, text)


def _figure(text: str) -> float | None:
    return None if text.strip().lower() == "withdraw" else parsing.chance(text)
