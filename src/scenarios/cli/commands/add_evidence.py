"""What was observed, and how it bears on each scenario."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

import typer

from scenarios.cli import committing, parsing
from scenarios.cli.desk import Desk, Written, open_desk, write
from scenarios.cli.naming import free_id, new_id
from scenarios.cli.options import Analyst, As, Commit, DryRun, Fires, Format, Rates
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.rate_across import Answers, details, walk
from scenarios.cli.terminal.resume import kept
from scenarios.cli.terminal.written import effects_subject, new_id_of, report_effects
from scenarios.errors import UsageError
from scenarios.storage.edits import Draft, new_file
from scenarios.storage.records import path_of
from scenarios.storage.worktree import Exists


def command(
    context: typer.Context,
    summary: Annotated[str | None, typer.Argument(metavar="SUMMARY")] = None,
    rate: Rates = None,
    indicator: Fires = None,
    observed: Annotated[
        str | None, typer.Option(metavar="DATE", help="A day, a month or a year [recorded].")
    ] = None,
    recorded: Annotated[
        date | None,
        typer.Option(parser=parsing.day, metavar="DATE", help="When we knew [today]."),
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="As in sources/.")] = None,
    grade: Annotated[str | None, typer.Option(metavar="B2", help="Admiralty grade.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be read.")] = None,
    quote: Annotated[str | None, typer.Option(help="Exact words, few.")] = None,
    origin: Annotated[str | None, typer.Option(help="Who it comes from in the end.")] = None,
    event: Annotated[str | None, typer.Option(help="The fact that several items report.")] = None,
    corroborated_by: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An independent item.")
    ] = None,
    analyst: Analyst = None,
    notes: Annotated[str | None, typer.Option(help="Anything else worth keeping.")] = None,
    id: Annotated[str | None, typer.Option(help="[date and summary]")] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Record one thing observed, and rate it across the scenarios."""
    answers = Answers(
        parsing.scenario_ratings(rate or ()),
        parsing.indicator_states(indicator or ()),
    )
    entered = recorded or parsing.today()
    record: dict[str, Any] = {
        "summary": summary,
        "observed": observed,
        "recorded": entered.isoformat(),
        "analyst": analyst,
        "source": source,
        "url": url,
        "grade": grade,
        "origin": origin,
        "event": event,
        "corroborated_by": list(corroborated_by or ()),
        "quote": quote,
        "notes": notes,
    }
    with kept(context, record, answers, id, dry_run=dry_run, commit=commit, form=form) as typed:
        asked = prompt.interactive()
        if id is not None and not id.strip():
            raise UsageError("--id is empty: leave it out, and the date and the summary make one")
        desk = open_desk(context)
        if asked and not dry_run:
            typed.note_in(desk.root)
        record["summary"] = prompt.needed_as(
            summary, "SUMMARY", "What was observed, in a sentence", parsing.line
        )
        if asked and commit:  # before the long walk, of a path like the one to come
            path = path_of("evidence", f"{entered}-item")
            committing.check(desk.root, [path], "", dry_run=True)
        new_source = details(desk, record, asked=asked)
        if asked:
            walk(desk.database, answers, entered)
            check = partial(new_id, desk, record["observed"])
            typed.id = id = id or prompt.answer("Its id", check, default=free_id(desk, record))
        subject = effects_subject("evidence") if commit else None
        written = _record(context, record, answers, id, new_source, dry_run=dry_run, commit=subject)
    report_effects(written, new_id_of(written), entered, form)


def _record(
    context: typer.Context,
    record: dict[str, Any],
    answers: Any,
    id: str | None,
    source: dict[str, Any] | None,
    *,
    dry_run: bool,
    commit: Callable[[Written], str] | None,
) -> Written:
    """Write the item; a proposed id that another process took meanwhile gets the next number."""
    reliability, credibility = parsing.grade(record["grade"]) if record["grade"] else (None, None)
    content = {
        **record,
        "reliability": reliability,
        "credibility": credibility,
        "ratings": answers.ratings,
        "indicators": answers.indicators,
    }

    def draft(desk: Desk) -> list[Draft]:
        desk.refuse_unknown(answers.ratings, answers.indicators)
        for other in record["corroborated_by"]:
            desk.evidence(other)
        if id:
            desk.refuse_taken("evidence", id, desk.database.evidence, "choose another --id")
        item = new_file("evidence", id or free_id(desk, record), content)
        if source and record["source"] not in desk.database.sources:
            return [new_file("source", record["source"], source), item]
        return [item]

    while True:
        try:
            return write(context, draft, edits=False, dry_run=dry_run, commit=commit)
        except Exists:
            if id:
                raise
