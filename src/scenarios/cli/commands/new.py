"""Open a scenario."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import report_record
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.model import Database
from scenarios.workspace.guards import crowded_set
from scenarios.workspace.input import offers
from scenarios.workspace.opened import Opened, find_root, known_id
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
    missing = None in (id, title, question, criteria, horizon, prior, basis)

    def ask() -> tuple[str, dict[str, Any]]:
        opened_here = open_here(context) if missing and prompt.interactive() else None
        named = prompt.needed_as(
            id, "ID", "The scenario's id, like military-pact", partial(_free, opened_here)
        )
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
        }
        probability = prompt.needed_as(
            prior, "--prior", "The probability before the evidence", parsing.chance
        )
        record["prior"] = {
            "probability": probability,
            "basis": prompt.needed(basis, "--basis", "The base rate behind the prior"),
            "hazard": hazard,
            "given": parsing.given(given) if given is not None else None,
        }
        prompt.noted("opened", record["opened"])
        if opened_here:
            _ask_for_more(record, opened_here.database)
        return named, record

    def tried(made: tuple[str, dict[str, Any]]) -> None:
        latest, root = parsing.latest(future=future), find_root(context.obj)
        new_scenario(root, *made, dry_run=True, commit=commit, latest=latest)

    id, record = agreed(ask, tried, missing=missing)
    root = find_root(context.obj)
    latest = parsing.latest(future=future)
    written = new_scenario(root, id, record, dry_run=dry_run, commit=commit, latest=latest)
    if remark := crowded_set(written.after.database, id):
        say(remark)
    report_record(written, id, form)


def _free(opened: Opened | None, text: str) -> str:
    """An id that no scenario has: said before the other questions."""
    id = parsing.id(text)
    if opened:
        opened.refuse_taken("scenario", id, opened.database.scenarios, "nothing was written")
    return id


def _ask_for_more(record: dict[str, Any], database: Database) -> None:
    """What a scenario may do without, and is often missed later."""
    known, prior = database.tracker.sets, record["prior"]
    if known:
        check = partial(known_id, known=known, what="set", where="tracker.yaml")
        record["set"] = prompt.wanted(
            record["set"], "--set", "Its set", check, offers.titled(known)
        )
    if not (record["set"] or prior["given"]):
        prior["hazard"] = prompt.wanted(
            prior["hazard"], "--hazard", "Its hazard", parsing.hazard, offers.HAZARDS
        )
    record["tags"] = prompt.several(
        record["tags"], "--tag", "A tag", parsing.id, offers.tags(database)
    )
