"""Record an outcome."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

import typer

from scenarios.analysis.review.explanation import explain
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future, _Evidence
from scenarios.cli.output.written import report_record
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.model import Database
from scenarios.render.documents.session import criteria_text
from scenarios.render.text import percent
from scenarios.workspace import recording
from scenarios.workspace.input import offers
from scenarios.workspace.opened import find_root
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
    entered = recorded or parsing.today()
    missing = None in (scenario, outcome, basis)

    def ask() -> tuple[str, dict[str, Any]]:
        asked = missing and prompt.interactive()
        database = open_here(context).database if asked else None
        open_ones = {
            id: one
            for id, one in (database.scenarios if database else {}).items()
            if not one.resolution
        }
        id = prompt.one_of(scenario, "SCENARIO", "The scenario that is decided", lambda: open_ones)
        if database and id in database.scenarios:
            one = database.scenarios[id]
            prompt.tell(f"{one.question}\n{criteria_text(one)}")
        record: dict[str, Any] = {
            "outcome": prompt.needed_as(
                outcome,
                "OUTCOME",
                "occurred, did-not-occur or annulled",
                parsing.outcome,
                offers=offers.OUTCOMES,
            ),
            "date": (day or entered).isoformat(),
            "recorded": entered.isoformat(),
            "basis": prompt.needed(basis, "--basis", "What decided it, by the criteria"),
        }
        if day:
            prompt.noted("date", day)
        elif database:
            record["date"] = _day_known(entered)
        items = evidence or (_items(database, entered) if database else [])
        return id, record | ({"evidence": list(items)} if items else {})

    def tried(made: tuple[str, dict[str, Any]]) -> None:
        latest, root = parsing.latest(future=future), find_root(context.obj)
        recording.resolve(root, *made, dry_run=True, commit=commit, latest=latest)

    scenario, record = agreed(ask, tried, missing=missing)
    root = find_root(context.obj)
    written = recording.resolve(
        root, scenario, record, dry_run=dry_run, commit=commit, latest=parsing.latest(future=future)
    )
    report_record(written, scenario, form, _last_values(written, scenario, entered))


def _day_known(entered: date) -> str:
    """When the outcome became known, which forecasts are scored up to."""

    def known(text: str) -> str:
        day = parsing.day(text)
        if day > entered:
            raise typer.BadParameter(f"{day} is after {entered}, the day on which it is recorded")
        retyping.remember("--date", f"{day}")
        return f"{day}"

    return prompt.answer("When was it known", known, f"{entered}", label="date")


def _items(database: Database, entered: date) -> list[str]:
    """The items that decided it."""
    evidence = database.evidence
    known = {id: item for id, item in evidence.items() if item.recorded <= entered}
    items = offers.titled(known)
    check = partial(prompt.chosen, offers=items)
    return prompt.several(None, "--evidence", "An item that decides it", check, items)


def _last_values(written: Written, scenario: str, on: date) -> str:

    if on < written.after.database.scenarios[scenario].opened:
        return ""
    last = explain(written.after.database, scenario, on)
    implied = percent(last.implied.probability) if last.implied else "?"
    stated = f"stated {percent(last.stated.probability)}" if last.stated else "not stated"
    outcome = (last.outcome or "").replace("-", " ")
    return f"{scenario}: {stated}, implied {implied} → {outcome}"
