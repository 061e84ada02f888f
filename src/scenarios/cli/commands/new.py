"""A new database, a scenario, an indicator, a source."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, here, open_desk, say, shown, write
from scenarios.cli.options import As, Commit, DryRun, Format
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report, report_written
from scenarios.errors import ScenError

_NOTHING = "nothing was written"


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where [here].")] = Path(),
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Start a database: DIR/scenarios with a tracker, and DIR/schema for editors."""
    from scenarios.cli import committing
    from scenarios.render.text import printable
    from scenarios.storage import worktree
    from scenarios.storage.lock import lock
    from scenarios.storage.new_database import files

    root = here() / folder
    title = _title(root)
    made = files(title)
    there = [path for path, data in made.items() if _is_there(root / path, data)]
    if there:
        raise ScenError(f"{shown(root / there[0])} is there already: nothing was written")
    missing = [path for path in made if not os.path.lexists(root / path)]
    subject = f"init: {title or 'Scenarios'}"
    pending = committing.check(root, missing, subject, dry_run=dry_run) if commit else None
    with lock(root) if pending and not dry_run else nullcontext():
        for path in missing if not dry_run else ():
            worktree.create(root, path, made[path])
        committed = committing.commit(pending, dry_run=dry_run) if pending else None
    paths = [shown(root / path) for path in made]
    value = {"paths": paths, "dry_run": dry_run}
    report(value, lambda: printable("\n".join(paths)), form, committed)
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
    opened: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="First asked on this day [today]."),
    ] = None,
    hazard: Annotated[str | None, typer.Option(help="constant: it happens by the horizon.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    set_: Annotated[str | None, typer.Option("--set", help="Its exclusive set.")] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Open a scenario: a question with criteria, a horizon and a prior."""
    from scenarios.storage.edits import Draft, new_file

    id = prompt.needed_as(id, "ID", "The scenario's id, like military-pact", parsing.id)
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
        },
    }

    def draft(desk: Desk) -> list[Draft]:
        desk.refuse_taken("scenario", id, desk.database.scenarios, _NOTHING)
        return [new_file("scenario", id, record)]

    subject = f"scenario: {id}" if commit else None
    written = write(context, draft, edits=False, dry_run=dry_run, commit=subject)
    report_written(written, id, form)


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
    due: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="To be seen by then."),
    ] = None,
    if_absent: Annotated[
        str | None, typer.Option(metavar="CODE", help="What its absence after --due is worth.")
    ] = None,
    added: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="Written down on [today]."),
    ] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Add an indicator to a scenario; its file keeps every other byte."""
    from scenarios.storage.edits import Draft, Put, edited

    scenario = prompt.one_of(
        scenario,
        "SCENARIO",
        "The scenario that it belongs to",
        lambda: open_desk(context).database.scenarios,
    )
    id = prompt.needed_as(id, "ID", "The indicator's id, like talks-announced", parsing.id)
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
    }

    def draft(desk: Desk) -> list[Draft]:
        if id in desk.database.scenarios[desk.scenario(scenario)].indicators:
            known = f"{scenario}/{id}"
            raise ScenError(f"there is indicator '{known}' already: scen show {known}; {_NOTHING}")
        value = {key: value for key, value in record.items() if value is not None}
        return [edited(desk.snapshot, "scenario", scenario, [Put(("indicators", id), value)])]

    subject = f"indicator: {scenario}/{id}" if commit else None
    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject)
    report_written(written, f"{scenario}/{id}", form)


def add_source(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="Like trt-world.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name in full.")] = None,
    reliability: Annotated[str | None, typer.Option(metavar="LETTER", help="A to F.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    basis: Annotated[str | None, typer.Option(help="Why this letter.")] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Register a source and how reliable it is."""
    from scenarios.storage.edits import Draft, new_file

    id = prompt.needed_as(id, "ID", "The source's id, like trt-world", parsing.id)
    record = source_record(name, reliability, url, basis)

    def draft(desk: Desk) -> list[Draft]:
        desk.refuse_taken("source", id, desk.database.sources, _NOTHING)
        return [new_file("source", id, record)]

    subject = f"source: {id}" if commit else None
    written = write(context, draft, edits=False, dry_run=dry_run, commit=subject)
    report_written(written, id, form)


def _is_there(place: Path, data: bytes) -> bool:
    """Whether something stands in the way; what a try that was cut short left does not."""
    if not os.path.lexists(place):
        return False
    may_stay = place.name != "tracker.yaml" and place.is_file() and os.access(place, os.R_OK)
    return not (may_stay and place.read_bytes() == data)


def _title(folder: Path) -> str:
    """What a folder's name says, without what no file may hold."""
    name = Path(os.path.realpath(folder)).name.encode(errors="replace").decode()
    return "".join(c if c.isprintable() else " " for c in name).strip()


def source_record(
    name: str | None, reliability: str | None, url: str | None, basis: str | None
) -> dict[str, Any]:
    """A source's keys, asking for what is missing."""
    return {
        "name": prompt.needed_as(name, "--name", "The source's name in full", parsing.line),
        "url": url,
        "reliability": prompt.needed_as(
            reliability, "--reliability", "Its reliability, A to F", parsing.letter
        ),
        "reliability_basis": basis,
    }


COMMANDS = {"init": init, "new": new, "add-indicator": add_indicator, "add-source": add_source}
