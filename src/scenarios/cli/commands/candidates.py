"""Events of a store that match what indicators look for."""

from functools import partial
from typing import Annotated

import typer

from scenarios.cli import parsing
from scenarios.cli.opening import Since, Until, reading, span
from scenarios.cli.options import TABLE, Analyst, AsOf, Output, Rev, Shown, Timeout
from scenarios.cli.output.result import show
from scenarios.cli.output.streams import say
from scenarios.cli.output.written import doubt_analyst, report, report_proposed
from scenarios.errors import UsageError
from scenarios.exchange.events.candidates import SearchWindow
from scenarios.exchange.events.store import SECONDS, open_store
from scenarios.render.documents.candidates import document
from scenarios.workspace.exchange import candidates
from scenarios.workspace.exchange.exporting import opened_trackers
from scenarios.workspace.tasks.evidence import record_items
from scenarios.workspace.write_mode import AS_USUAL, WriteMode


def command(
    context: typer.Context,
    indicator: Annotated[
        str | None, "INDICATOR", "SCENARIO/INDICATOR [all that have `events`]."
    ] = None,
    store: Annotated[
        str | None, "--from URL", "File, folder or database address of the event store."
    ] = None,
    accept: Annotated[
        list[str] | None,
        "--accept N",
        "Record these candidates, for example 1,3-5 or by id; rate them later.",
    ] = None,
    propose: Annotated[bool, "--propose", "Put what is listed and new into the inbox."] = False,
    since: Since = None,
    until: Until = None,
    limit: Annotated[
        int, "--limit", "List at most the newest N per indicator.", {"min": 1, "max": 1000}
    ] = 20,
    across: Annotated[
        str | None, "--across FILE", "Search for the trackers of a file, a folder a line."
    ] = None,
    day: Annotated[
        str | None, "--day COLUMN", "The store's column of the day of its partitions."
    ] = None,
    timeout: Timeout = SECONDS,
    analyst: Analyst = None,
    as_of: AsOf = None,
    rev: Rev = None,
    mode: WriteMode = AS_USUAL,
    form: Shown = TABLE,
    output: Output = None,
) -> None:
    """List events in an event store that match indicators, or record some of them.

    Rows that match, or the days on which as many came together as the indicator counts to. The
    store's own engine reads it: DuckDB for files, PostgreSQL or Spark by address. With --across
    it reads them once for the indicators of many trackers.
    """
    if store is None:
        raise UsageError("--from is missing: a file or folder, or a database's address")
    on, opening = as_of or parsing.today(), partial(open_store, store, day=day, seconds=timeout)
    first, last = span(since, until, on)
    days = SearchWindow(as_of=on, since=first, until=min(last or on, on), limit=limit)
    if across is None:
        opened = reading(context, rev)
        trackers = {"": opened}
    elif indicator or accept or propose or rev:
        words = "--across takes no INDICATOR, --accept, --propose or --rev"
        raise UsageError(f"{words}: use --database")
    else:
        trackers, unread = opened_trackers(across)
    matches = candidates.candidates_of(
        trackers, opening, days, indicator, accept or (), every=propose
    )
    if across is not None:
        context.obj.unreadable = (*unread, *matches.left_out)
    if matches.remark:
        say(matches.remark)
    if not (accept or propose):
        show(context.obj, matches.candidates, lambda: document(matches.candidates), form, output)
        return
    if (accept and propose) or rev or output or form not in ("table", "json"):
        words = "write, each alone: they take no --rev, --output, or format but table, json"
        raise UsageError(f"--accept and --propose {words}")
    if propose:
        context.obj.schema = "candidates-propose"
        report_proposed(
            context.obj, *candidates.propose(opened.root, matches, parsing.today(), mode), form
        )
        return
    if analyst:
        doubt_analyst(opened.database, analyst)
    context.obj.schema = "candidates-accept"
    defaults = {"recorded": parsing.today().isoformat(), "analyst": analyst}
    written, result = record_items(
        opened.root,
        [{**record, **defaults} for record in matches.records],
        mode._replace(latest=parsing.today()),
        command="candidates --accept",
        origin="an event store",
    )
    lines = [f"recorded before: {id}" for id in result.already]
    lines += ["they rate nothing yet: scen review asks about each"] if result.ids else []
    report(context.obj, written, result, form, "\n".join(lines))
