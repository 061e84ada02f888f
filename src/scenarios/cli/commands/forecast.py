"""What people state, and what came of it."""

from __future__ import annotations

from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.review.agenda import sums
from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Analyst, As, Commit, DryRun, Format, Future, _Evidence
from scenarios.cli.output.streams import width
from scenarios.cli.output.written import doubt_analyst, foretell_sheet, report
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.sheets import places_in, prepared
from scenarios.errors import UsageError
from scenarios.render.documents.forecast import document
from scenarios.render.writers import terminal
from scenarios.workspace import recording
from scenarios.workspace.input.offers import analysts
from scenarios.workspace.opened import find_root
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
    on, root = day or parsing.today(), find_root(context.obj)
    foretell = cache(partial(foretell_sheet, root))  # once: where it is agreed to, or written
    if from_ is not None:
        if scenario is not None or rationale is not None or evidence:
            raise UsageError("--from takes a whole sheet: leave the scenario and its options out")
        analyst, day, entries = prepared(context, from_, analyst, day)
        analyst = prompt.needed_as(
            analyst, "--analyst", "Who forecasts (or set SCEN_ANALYST)", parsing.id
        )
        if prompt.interactive():
            doubt_analyst(open_here(context).database, analyst)
    else:
        ask = partial(_asked, context, scenario, probability, rationale, analyst, on)

        def tried(made: tuple[str, float | None, str | None, str]) -> None:
            id, value, why, who = made
            entries = [Entry(id, value, why or None, tuple(evidence or ()))]
            foretell(who, on, tuple(entries))
            latest = parsing.latest(future=future)
            recording.forecast(root, who, on, entries, dry_run=True, commit=commit, latest=latest)

        missing = None in (scenario, probability, rationale, analyst)
        scenario, value, rationale, analyst = agreed(ask, tried, missing=missing)
        entries = [Entry(scenario, value, rationale or None, tuple(evidence or ()))]
    on = day or on

    foretell(analyst, on, tuple(entries))
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


def _asked(
    context: typer.Context,
    scenario: str | None,
    probability: str | None,
    rationale: str | None,
    analyst: str | None,
    on: date,
) -> tuple[str, float | None, str | None, str]:
    """The forecast; what is missing of it is asked for."""
    database = open_here(context).database if prompt.interactive() else None
    known = database.scenarios if database else {}
    live = {id: one for id, one in known.items() if not one.resolution}
    id = prompt.one_of(scenario, "SCENARIO", "The scenario that you forecast", lambda: live)
    if id in known and None in (scenario, probability):
        prompt.tell(f"{known[id].question}\nIts last day is {known[id].horizon}.")
    value = prompt.needed_as(probability, "P", "Its probability, or withdraw", _figure)
    why = prompt.wanted(rationale, "--rationale", "Why")
    if why is None and database:
        retyping.remember("--rationale", "")
    who = prompt.needed_as(
        analyst,
        "--analyst",
        "Who forecasts (or set SCEN_ANALYST)",
        parsing.id,
        offers=analysts(database) if database else (),
    )
    if database:
        doubt_analyst(database, who)
    prompt.noted("date", on)
    return id, value, why, who


def _figure(text: str) -> float | None:
    return None if text.strip().lower() == "withdraw" else parsing.chance(text)
