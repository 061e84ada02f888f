"""What was observed, and how it bears on each scenario."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import Analyst, As, Commit, DryRun, Fires, Format, Future, Rates
from scenarios.cli.output.written import doubt_analyst, report_effects, tell_alike
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import Answers, details, refuse_unknown, walk
from scenarios.cli.terminal.resume import kept
from scenarios.errors import UsageError
from scenarios.paths import path_of
from scenarios.storage.attachments import refuse_no_file
from scenarios.workspace import commit as committing
from scenarios.workspace.ids import free_id, new_id
from scenarios.workspace.opened import Opened
from scenarios.workspace.recording import id_of_new, record_evidence

_UNASKED = ("recorded", "analyst", "corroborated_by", "quote", "notes", "attach")
"""What an item may have and nobody is asked for; what was given of it is shown with the rest."""


class _Asked(NamedTuple):
    """An item as it is to be written."""

    content: dict[str, Any]
    id: str | None
    new_source: dict[str, Any] | None


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
    theme: Annotated[str | None, typer.Option(metavar="ID", help="What it is about.")] = None,
    corroborated_by: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An independent item.")
    ] = None,
    attach: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep a copy of this file with it.")
    ] = None,
    analyst: Analyst = None,
    notes: Annotated[str | None, typer.Option(help="Anything else worth keeping.")] = None,
    id: Annotated[str | None, typer.Option(help="[date and summary]")] = None,
    future: Future = False,
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
        "theme": theme,
        "corroborated_by": list(corroborated_by or ()),
        "quote": quote,
        "notes": notes,
        "attach": attach,
    }
    with kept(context, record, answers, id, dry_run=dry_run, commit=commit, form=form) as typed:
        asked = prompt.interactive()
        if id is not None and not id.strip():
            raise UsageError("--id is empty: leave it out, and the date and the summary make one")
        opened = open_here(context)
        if id:
            opened.refuse_taken("evidence", id, opened.database.evidence, "choose another --id")
        refuse_no_file(attach)
        if asked:
            _prepare(opened, analyst, answers, typed, dry_run=dry_run)
        first, rated, fired = dict(record), dict(answers.ratings), dict(answers.indicators)
        latest = parsing.latest(future=future)
        write = partial(
            record_evidence, opened.root, read=opened.read, latest=latest, attach=attach
        )

        def ask() -> _Asked:
            for kept_now, before in zip((record, *answers), (first, rated, fired), strict=True):
                kept_now.clear()
                kept_now.update(before)
            record["summary"] = prompt.needed_as(
                summary, "SUMMARY", "What was observed, in a sentence", parsing.line
            )
            if asked and commit:  # before the long walk, of a path like the one to come
                path = path_of("evidence", f"{entered}-item")
                committing.check(opened.root, [path], "", dry_run=True)
            new_source = details(opened, record, asked=asked)
            tell_alike(opened.database, record, asked=asked)
            if asked:
                typed.id = _walk(opened, record, answers, id)
            return _Asked(_content(record, answers), typed.id, new_source)

        def tried(made: _Asked) -> None:
            write(made.content, id=made.id, new_source=made.new_source, dry_run=True)

        made = agreed(ask, tried, missing=True)
        written = write(
            made.content,
            id=made.id,
            new_source=made.new_source,
            dry_run=dry_run,
            commit=commit,
        )
    if analyst and not asked:
        doubt_analyst(written.before.database, analyst)
    report_effects(written, id_of_new(written), entered, form)


def _prepare(
    opened: Opened, analyst: str | None, answers: Answers, typed: kept, *, dry_run: bool
) -> None:
    """What is settled before the first question."""
    if analyst:
        doubt_analyst(opened.database, analyst)
    if not dry_run:
        typed.note_in(opened.root)
    refuse_unknown(opened.database, answers)


def _walk(opened: Opened, record: dict[str, Any], answers: Answers, id: str | None) -> str:
    """Rate the item across the row; its id, if none was given."""
    if id:
        prompt.noted("id", id)
    for key in _UNASKED:
        for value in record[key] if isinstance(record[key], list) else [record[key]]:
            prompt.noted(key.replace("_", " "), value)
    walk(opened.database, answers, date.fromisoformat(record["recorded"]))
    check = partial(new_id, opened, record["observed"])
    return id or prompt.answer("Its id", check, default=free_id(opened, record), label="id")


def _content(record: dict[str, Any], answers: Answers) -> dict[str, Any]:
    reliability, credibility = parsing.grade(grade) if (grade := record["grade"]) else (None, None)
    return {
        **record,
        "reliability": reliability,
        "credibility": credibility,
        "ratings": answers.ratings,
        "indicators": answers.indicators,
    }
