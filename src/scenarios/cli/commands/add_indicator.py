"""Add an indicator to a scenario."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report_record
from scenarios.workspace import recording
from scenarios.workspace.place import find_root


def command(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like talks-announced.")] = None,
    statement: Annotated[str | None, typer.Argument(metavar="STATEMENT")] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO=CODE", help="Fixed before it is seen; several times."),
    ] = None,
    watch: Annotated[str | None, typer.Option(help="Where, how often, who.")] = None,
    due: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="To be seen by then."),
    ] = None,
    if_absent: Annotated[
        str | None, typer.Option(metavar="CODE", help="What its absence after --due is worth.")
    ] = None,
    chance: Annotated[
        str | None,
        typer.Option(metavar="P", help="Instead of --if-absent: to be seen by --due, all in all."),
    ] = None,
    theme: Annotated[str | None, typer.Option(metavar="ID", help="What it is about.")] = None,
    added: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="Written down on [today]."),
    ] = None,
    future: Future = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Add an indicator to a scenario; its file keeps every other byte."""
    scenario = prompt.one_of(
        scenario,
        "SCENARIO",
        "The scenario that it belongs to",
        lambda: open_here(context).database.scenarios,
    )
    id = prompt.needed_as(id, "ID", "The indicator's id, like talks-announced", parsing.id)
    if prompt.interactive():
        recording.refuse_indicator(open_here(context), scenario, id)
    statement = prompt.needed(statement, "STATEMENT", "What would be seen, with its threshold")
    ratings = parsing.scenario_ratings(rate or ())
    if not ratings:
        question = f"How expected is it if {scenario} happens (CC, C, I, II or a ratio)"
        ratings = {
            scenario: prompt.needed_as(None, "--rate", question, parsing.rating, f"{scenario}=")
        }
    record = {
        "statement": statement,
        "ratings": ratings,
        "added": (added or parsing.today()).isoformat(),
        "watch": watch,
        "due": due.isoformat() if due else None,
        "if_absent": parsing.rating(if_absent) if if_absent else None,
        "chance": parsing.chance(chance) if chance is not None else None,
        "theme": theme,
    }

    root = find_root(context.obj)
    written = recording.add_indicator(
        root,
        scenario,
        id,
        record,
        dry_run=dry_run,
        commit=commit,
        latest=parsing.latest(future=future),
    )
    report_record(written, f"{scenario}/{id}", form)
