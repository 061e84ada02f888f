"""Add an indicator to a scenario."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import open_here
from scenarios.cli.options import As, Commit, DryRun, Format, Future
from scenarios.cli.output.written import report_record
from scenarios.cli.terminal import prompt
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.fixed_ratings import ask_absence, ask_row, ask_theme
from scenarios.model import Database
from scenarios.workspace import recording
from scenarios.workspace.opened import Opened, find_root

_HOW = "How expected is it if {} happens (CC, C, I, II or a ratio)"


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
    ratings = parsing.scenario_ratings(rate or ())
    missing = None in (scenario, id, statement) or not ratings

    def ask() -> tuple[str, str, dict[str, Any]]:
        asked = missing and prompt.interactive()
        opened = open_here(context) if asked else None
        database = opened.database if opened else None
        known = database.scenarios if database else {}
        of = prompt.one_of(scenario, "SCENARIO", "The scenario that it belongs to", lambda: known)
        record: dict[str, Any] = {}
        named = prompt.needed_as(
            id, "ID", "The indicator's id, like talks-announced", partial(_free, opened, of)
        )
        record["statement"] = prompt.needed(
            statement, "STATEMENT", "What would be seen, with its threshold"
        )
        if database:
            record["ratings"] = ratings or ask_row(database, of)
        else:
            record["ratings"] = ratings or {
                of: prompt.needed_as(None, "--rate", _HOW.format(of), parsing.rating)
            }
        record["added"] = (added or parsing.today()).isoformat()
        record |= {
            "watch": watch,
            "due": due.isoformat() if due else None,
            "if_absent": parsing.rating(if_absent) if if_absent else None,
            "chance": parsing.chance(chance) if chance is not None else None,
            "theme": theme,
        }
        if database:
            _ask_for_more(record, database)
        return of, named, record

    def tried(made: tuple[str, str, dict[str, Any]]) -> None:
        latest, root = parsing.latest(future=future), find_root(context.obj)
        recording.add_indicator(root, *made, dry_run=True, commit=commit, latest=latest)

    scenario, id, record = agreed(ask, tried, missing=missing)
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


def _free(opened: Opened | None, scenario: str, text: str) -> str:
    """An id that no indicator of the scenario has."""
    id = parsing.id(text)
    if opened:
        recording.refuse_indicator(opened, scenario, id)
    return id


def _ask_for_more(record: dict[str, Any], database: Database) -> None:
    """Who watches for it, until when, and what it says if it does not come."""
    record["watch"] = record["watch"] or prompt.wanted(None, "--watch", "Who watches for it, where")
    record["due"] = record["due"] or prompt.wanted(
        None, "--due", "The day by which it is to be seen", parsing.day
    )
    if record["due"] and not (record["if_absent"] or record["chance"]):
        record["if_absent"], record["chance"] = ask_absence(database)
    record["theme"] = record["theme"] or ask_theme(database)
