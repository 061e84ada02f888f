"""Open a scenario."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.doubts import refuse_taken
from scenarios.cli.terminal.written import report_record
from scenarios.workspace.place import find_root
from scenarios.workspace.recording import new_scenario


def command(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like military-pact.")] = None,
    title: Annotated[str | None, typer.Option(help="A few words.")] = None,
    question: Annotated[str | None, typer.Option(help="What will be true or not.")] = None,
    criteria: Annotated[str | None, typer.Option(help="How it will be decided.")] = None,
    horizon: Annotated[str | None, typer.Option(metavar="DATE", help="Its last day.")] = None,
    prior: Annotated[str | None, typer.Option(metavar="P", help="Before the evidence.")] = None,
    basis: Annotated[str | None, typer.Option(help="The base rate behind the prior.")] = None,
    opened: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="First asked on this day [today]."),
    ] = None,
    hazard: Annotated[str | None, typer.Option(help="constant: it happens by the horizon.")] = None,
    given: Annotated[
        str | None,
        typer.Option(
            metavar="OTHER=P/P",
            help="Its prior if OTHER occurs and if it does not, like war=0.2/0.02.",
        ),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    set_: Annotated[str | None, typer.Option("--set", help="Its exclusive set.")] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Open a scenario: a question with criteria, a horizon and a prior."""
    id = prompt.needed_as(id, "ID", "The scenario's id, like military-pact", parsing.id)
    refuse_taken(context, "scenario", id, lambda database: database.scenarios)
    record: dict[str, Any] = {
        "title": prompt.needed_as(title, "--title", "Its title, a few words", parsing.line),
        "question": prompt.needed(question, "--question", "The question that will be decided"),
        "resolution_criteria": prompt.needed(criteria, "--criteria", "How it will be decided"),
        "opened": (opened or parsing.today()).isoformat(),
        "horizon": prompt.needed_as(
            horizon, "--horizon", "The last day of the question", parsing.day
        ).isoformat(),
        "set": set_,
        "tags": tag,
        "prior": {
            "probability": prompt.needed_as(
                prior, "--prior", "The probability before the evidence", parsing.chance
            ),
            "basis": prompt.needed(basis, "--basis", "The base rate behind the prior"),
            "hazard": hazard,
            "given": parsing.given(given) if given is not None else None,
        },
    }

    root = find_root(context.obj)
    latest = parsing.latest(future=future)
    written = new_scenario(root, id, record, dry_run=dry_run, commit=commit, latest=latest)
    report_record(written, id, form)
