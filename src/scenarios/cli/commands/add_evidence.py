"""What was observed, and how it bears on each scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.desk import Desk, Written, known_id, open_desk, width, write
from scenarios.cli.options import Analyst, As, Commit, DryRun, Fires, Format, Rates
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.written import report_written
from scenarios.errors import ScenError, UsageError


def add_evidence(
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
    from functools import partial

    from scenarios.cli import committing
    from scenarios.cli.naming import free_id, new_id
    from scenarios.cli.terminal.rate_across import Answers, details, walk
    from scenarios.cli.terminal.resume import kept
    from scenarios.storage.records import path_of

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
        subject = _subject("evidence") if commit else None
        written = _record(context, record, answers, id, new_source, dry_run=dry_run, commit=subject)
    _report(written, _new_id(written), entered, form)


def rate(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    ratings: Annotated[list[str] | None, typer.Argument(metavar="SCENARIO=CODE...")] = None,
    indicator: Fires = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Rate an item that is recorded already; its file keeps every other byte."""
    from scenarios.cli.terminal.rate_across import Answers, walk
    from scenarios.storage.edits import Draft, Put, edited

    evidence = prompt.one_of(evidence, "EVIDENCE", "The item's id", lambda: _items(context))
    answers = Answers(
        parsing.scenario_ratings(ratings or ()),
        parsing.indicator_states(indicator or ()),
    )
    (desk := open_desk(context)).evidence(evidence)
    if not answers.ratings and not answers.indicators:
        if not prompt.interactive():
            raise UsageError("nothing to rate: give SCENARIO=CODE or --indicator")
        item = desk.database.evidence[evidence]
        try:
            walk(desk.database, answers, item.recorded, item)
        finally:
            for scenario, rating in answers.ratings.items():
                prompt.remember("RATING", f"{scenario}={rating}")
            for name, state in answers.indicators.items():
                prompt.remember("--indicator", f"{name}={state}")

    def draft(desk: Desk) -> list[Draft]:
        desk.evidence(evidence)
        _refuse_unknown(desk, answers.ratings, answers.indicators)
        puts = [Put(("ratings", k), v) for k, v in answers.ratings.items()]
        puts += [Put(("indicators", k), v) for k, v in answers.indicators.items()]
        return [edited(desk.snapshot, "evidence", evidence, puts)]

    subject = _subject("rate", evidence) if commit else None
    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject)
    recorded = written.after.database.evidence[evidence].recorded
    _report(written, evidence, recorded, form)


def retract(
    context: typer.Context,
    evidence: Annotated[str | None, typer.Argument(metavar="EVIDENCE")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it counts no longer.")] = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    form: As = Format.table,
) -> None:
    """Keep an item, and count it no longer from a day on."""
    from scenarios.storage.edits import Draft, Put, edited

    evidence = prompt.one_of(evidence, "EVIDENCE", "The item's id", lambda: _items(context))
    reason = prompt.needed(reason, "--reason", "Why it counts no longer")
    on = day or parsing.today()

    def draft(desk: Desk) -> list[Draft]:
        before = desk.database.evidence[desk.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": reason}
        return [edited(desk.snapshot, "evidence", evidence, [Put(("retracted",), value)])]

    subject = _subject("retract", evidence, on) if commit else None
    written = write(context, draft, edits=True, dry_run=dry_run, commit=subject)
    _report(written, evidence, on, form)


def _items(context: typer.Context) -> Iterable[str]:
    return open_desk(context).database.evidence


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
    from scenarios.cli.naming import free_id
    from scenarios.storage.edits import Draft, new_file
    from scenarios.storage.worktree import Exists

    reliability, credibility = parsing.grade(record["grade"]) if record["grade"] else (None, None)
    content = {
        **record,
        "reliability": reliability,
        "credibility": credibility,
        "ratings": answers.ratings,
        "indicators": answers.indicators,
    }

    def draft(desk: Desk) -> list[Draft]:
        _refuse_unknown(desk, answers.ratings, answers.indicators)
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


def _refuse_unknown(desk: Desk, ratings: dict[str, Any], indicators: dict[str, str]) -> None:
    for scenario in ratings:
        desk.scenario(scenario)
    for text in indicators:
        scenario = text.partition("/")[0]
        known = desk.database.scenarios[desk.scenario(scenario)].indicators
        keys = [f"{scenario}/{one}" for one in known]
        known_id(text, keys, "indicator", f"scen list indicators --scenario {scenario}")


def _subject(kind: str, id: str | None = None, day: date | None = None) -> Callable[[Written], str]:
    """Makes a commit's subject: what the item [the new one] moved on a day [when it was known]."""
    from scenarios.analysis.ledger.effects import effects
    from scenarios.cli.committing import subject
    from scenarios.render.text import percent

    def made(written: Written) -> str:
        item = id or _new_id(written)
        on = day or written.after.database.evidence[item].recorded
        found = effects(written.before.database, written.after.database, item, on)
        moves = {
            e.scenario: (e.scenario, e.before, e.after)
            for e in found
            if e.before and e.after and percent(e.before) != percent(e.after)
        }
        return subject(f"{kind}: {item}", moves.values())

    return made


def _new_id(written: Written) -> str:
    return written.drafts[-1].path.rpartition("/")[2].removesuffix(".yaml")


def _report(written: Written, id: str, day: date, form: Format) -> None:
    from scenarios.analysis.ledger.effects import effects
    from scenarios.render.documents.effects import effects_table

    found = effects(written.before.database, written.after.database, id, day)
    text = effects_table(found, width()) or "it rates no scenario yet: scen rate " + id
    report_written(written, id, form, text, effects=found)


COMMANDS = {"add-evidence": add_evidence, "rate": rate, "retract": retract}
