"""A new database, a scenario, an indicator, a source."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import ask, parsing
from scenarios.cli.desk import Desk, say, show, shown, write
from scenarios.cli.options import As, DryRun, Format
from scenarios.cli.outcome import report_written
from scenarios.errors import ScenError

_Day = Annotated[date | None, typer.Option(parser=parsing.day, metavar="DATE")]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where [here].")] = Path(),
    dry_run: DryRun = False,
    form: As = Format.table,
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    from scenarios.storage import worktree
    from scenarios.storage.starting import files

    there = [path for path in files("x") if (folder / path).exists()]
    if there:
        raise ScenError(f"{shown(folder / there[0])} is there already: nothing was written")
    made = files(folder.resolve().name)
    if not dry_run:
        for path, data in made.items():
            worktree.create(folder, path, data)
    paths = [(folder / path).as_posix() for path in made]
    show({"paths": paths, "dry_run": dry_run}, lambda: "\n".join(paths), form)
    if form == Format.table and not dry_run:
        say("next: edit the tracker's title and description, then scen new")


def new(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like military-pact.")] = None,
    title: Annotated[str | None, typer.Option(help="A few words.")] = None,
    question: Annotated[str | None, typer.Option(help="What will be true or not.")] = None,
    criteria: Annotated[str | None, typer.Option(help="How it will be decided.")] = None,
    horizon: Annotated[str | None, typer.Option(metavar="DATE", help="Its last day.")] = None,
    prior: Annotated[str | None, typer.Option(metavar="P", help="Before the evidence.")] = None,
    basis: Annotated[str | None, typer.Option(help="The base rate behind the prior.")] = None,
    opened: _Day = None,
    hazard: Annotated[str | None, typer.Option(help="constant: it happens by the horizon.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    set_: Annotated[str | None, typer.Option("--set", help="Its exclusive set.")] = None,
    dry_run: DryRun = False,
    form: As = Format.table,
) -> None:
    """Open a scenario: a question with criteria, a horizon and a prior."""
    from scenarios.storage.drafting import Draft, new_file

    id = ask.needed(id, "ID", "The scenario's id, like military-pact")
    record: dict[str, Any] = {
        "title": ask.needed(title, "--title", "Its title, a few words"),
        "question": ask.needed(question, "--question", "The question that will be decided"),
        "resolution_criteria": ask.needed(criteria, "--criteria", "How it will be decided"),
        "opened": (opened or parsing.today()).isoformat(),
        "horizon": ask.needed_as(
            horizon, "--horizon", "The last day of the question", parsing.day
        ).isoformat(),
        "set": set_,
        "tags": tag,
        "prior": {
            "probability": ask.needed_as(
                prior, "--prior", "The probability before the evidence", parsing.chance
            ),
            "basis": ask.needed(basis, "--basis", "The base rate behind the prior"),
            "hazard": hazard,
        },
    }

    def draft(desk: Desk) -> list[Draft]:
        _refuse_taken(id, desk.database.scenarios, "scenario")
        return [new_file("scenario", id, record)]

    report_written(write(context, draft, edits=False, dry_run=dry_run), id, form)


def add_indicator(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO")] = None,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like talks-announced.")] = None,
    statement: Annotated[str | None, typer.Argument(metavar="STATEMENT")] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(metavar="SCENARIO=CODE", help="Fixed before it is seen; several times."),
    ] = None,
    watch: Annotated[str | None, typer.Option(help="Where, how often, who.")] = None,
    due: _Day = None,
    if_absent: Annotated[
        str | None, typer.Option(metavar="CODE", help="What its absence after --due is worth.")
    ] = None,
    added: _Day = None,
    dry_run: DryRun = False,
    form: As = Format.table,
) -> None:
    """Add an indicator to a scenario; its file keeps every other byte."""
    from scenarios.storage.drafting import Draft, Put, edited

    scenario = ask.needed(scenario, "SCENARIO", "The scenario that it belongs to")
    id = ask.needed(id, "ID", "The indicator's id, like talks-announced")
    statement = ask.needed(statement, "STATEMENT", "What would be seen, with its threshold")
    ratings = dict(parsing.scenario_rating(text) for text in rate or ())
    if not ratings:
        question = f"How expected is it if {scenario} happens (CC, C, I, II or a ratio)"
        ratings = {scenario: ask.needed_as(None, "--rate", question, parsing.rating)}
    record = {
        "statement": statement,
        "ratings": ratings,
        "added": (added or parsing.today()).isoformat(),
        "watch": watch,
        "due": due.isoformat() if due else None,
        "if_absent": parsing.rating(if_absent) if if_absent else None,
    }

    def draft(desk: Desk) -> list[Draft]:
        desk.scenario(scenario)
        _refuse_taken(id, desk.database.scenarios[scenario].indicators, "indicator")
        value = {key: value for key, value in record.items() if value is not None}
        return [edited(desk.snapshot, "scenario", scenario, [Put(("indicators", id), value)])]

    report_written(write(context, draft, edits=True, dry_run=dry_run), f"{scenario}/{id}", form)


def add_source(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like trt-world.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name in full.")] = None,
    reliability: Annotated[str | None, typer.Option(metavar="LETTER", help="A to F.")] = None,
    url: Annotated[str | None, typer.Option()] = None,
    basis: Annotated[str | None, typer.Option(help="Why this letter.")] = None,
    dry_run: DryRun = False,
    form: As = Format.table,
) -> None:
    """Register a source and how reliable it is."""
    from scenarios.storage.drafting import Draft, new_file

    id = ask.needed(id, "ID", "The source's id, like trt-world")
    record = source_record(name, reliability, url, basis)

    def draft(desk: Desk) -> list[Draft]:
        _refuse_taken(id, desk.database.sources, "source")
        return [new_file("source", id, record)]

    report_written(write(context, draft, edits=False, dry_run=dry_run), id, form)


def source_record(
    name: str | None, reliability: str | None, url: str | None, basis: str | None
) -> dict[str, Any]:
    """A source's keys, asking for what is missing."""
    return {
        "name": ask.needed(name, "--name", "The source's name in full"),
        "url": url,
        "reliability": ask.needed_as(
            reliability, "--reliability", "Its reliability, A to F", parsing.grade
        )[0],
        "reliability_basis": basis,
    }


def _refuse_taken(id: str, known: Any, what: str) -> None:
    if id in known:
        raise ScenError(f"there is {what} '{id}' already: scen show {id}; nothing was written")


COMMANDS = {"init": init, "new": new, "add-indicator": add_indicator, "add-source": add_source}
