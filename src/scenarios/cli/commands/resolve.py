"""Record an outcome."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from scenarios.analysis.review.explanation import explain
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future, _Evidence
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report_record
from scenarios.render.text import percent
from scenarios.workspace import recording
from scenarios.workspace.place import find_root
from scenarios.workspace.writing import Written


def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    outcome: Annotated[
        str | None, typer.Argument(metavar="OUTCOME", help="occurred, did-not-occur, annulled.")
    ] = None,
    basis: Annotated[str | None, typer.Option(help="What decided it, by the criteria.")] = None,
    day: Annotated[
        date | None,
        typer.Option("--date", parser=parsing.day, metavar="DATE", help="Known on [recorded]."),
    ] = None,
    recorded: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="When it was entered [today]."),
    ] = None,
    evidence: _Evidence = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Record a scenario's outcome; its rivals in a set follow from it."""
    scenario = prompt.one_of(
        scenario,
        "SCENARIO",
        "The scenario that is decided",
        lambda: open_here(context).database.scenarios,
    )
    record: dict[str, Any] = {
        "outcome": prompt.needed_as(
            outcome, "OUTCOME", "occurred, did-not-occur or annulled", parsing.outcome
        ),
        "date": "",
        "recorded": "",
        "basis": prompt.needed(basis, "--basis", "What decided it, by the criteria"),
    }
    entered = recorded or parsing.today()
    record["date"] = (day or entered).isoformat()
    record["recorded"] = entered.isoformat()

    if evidence:
        record["evidence"] = list(evidence)
    root = find_root(context.obj)
    written = recording.resolve(
        root, scenario, record, dry_run=dry_run, commit=commit, latest=parsing.latest(future=future)
    )
    report_record(written, scenario, form, _last_values(written, scenario, entered))


def _last_values(written: Written, scenario: str, on: date) -> str:

    if on < written.after.database.scenarios[scenario].opened:
        return ""
    last = explain(written.after.database, scenario, on)
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    outcome = (last.outcome or "").replace("-", " ")
    return f"{scenario}: {stated}, implied {percent(last.implied.probability)} → {outcome}"
