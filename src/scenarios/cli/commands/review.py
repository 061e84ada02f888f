"""The weekly sitting: what is due, answered blind, and one forecast sheet at the end."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.forecasts import refusal
from scenarios.analysis.review.agenda import Agenda, counted_absent, sums
from scenarios.cli import parsing
from scenarios.cli.opening import open_here, tell_left_out
from scenarios.cli.options import Analyst, As, Dated, Format
from scenarios.cli.output.streams import say, show, width
from scenarios.cli.output.written import doubt_analyst, report
from scenarios.cli.session.backlog import ask_past_due, rate_items, tell_open_ends, tell_overdue
from scenarios.cli.session.questions import ask_scenarios
from scenarios.cli.session.state import Leave, Seat
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.sheets import foretell_sheet, places_in, prepared
from scenarios.errors import ScenError, UsageError
from scenarios.model import Database
from scenarios.paths import path_of
from scenarios.render.documents.session import answer_text, reveal_table
from scenarios.render.writers import terminal
from scenarios.storage.state.session_notes import Notes, earlier, notes
from scenarios.text import counted
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.input.offers import analysts
from scenarios.workspace.opened import Opened, find_root, open_folder
from scenarios.workspace.sheets import Entry
from scenarios.workspace.sitting import (
    End,
    closed_since,
    nothing_recorded,
    reveals,
    sheet_recorded,
    write_sheet,
)
from scenarios.workspace.sitting import end as end_of
from scenarios.workspace.writing import Written, check_commit, refuse_day


def command(
    context: typer.Context,
    analyst: Analyst = None,
    day: Annotated[
        date | None, typer.Option("--date", parser=parsing.day, metavar="DATE", help="[today]")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Read answers from a prepared sheet."),
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this scenario. Repeatable.")
    ] = None,
    how: Dated = AS_USUAL,
    form: As = Format.table,
) -> None:
    """Go through what is due, give your figures blind, and write one forecast sheet."""
    if from_ is not None:
        if scenario:
            raise UsageError("--from takes a whole sheet: leave --scenario out")
        end = End(*prepared(context, from_, analyst, day))
        refuse_day("date", end.on, how.latest)
        if prompt.interactive():
            end = end._replace(analyst=doubt_analyst(open_here(context).database, end.analyst))
        _record(context, from_, end, how, form)
        return

    if not prompt.interactive():
        raise UsageError("there is no terminal to ask at: --from FILE takes a prepared sheet")
    analyst = prompt.needed_as(
        analyst,
        "--analyst",
        "Who forecasts (or set SCEN_ANALYST)",
        parsing.id,
        offers=() if analyst else analysts(open_here(context).database),
    )
    on, only = day or parsing.today(), scenario or []
    refuse_day("date", on, how.latest)
    opened = open_here(context)
    tell_left_out(opened)
    analyst = doubt_analyst(opened.database, analyst)
    _refuse(opened, analyst, on, only, commit=how.commit)
    with notes(opened.root, analyst, on, writes=not how.dry_run) as kept:
        retyping.forget()  # from here on the notes keep what is typed
        seat = Seat(opened.root, context.obj, kept, only, how, time.monotonic())
        try:
            _take_up(opened.root, kept)
            _sit(seat, opened, form)
        except (ScenError, typer.Abort, KeyboardInterrupt):
            _tell_kept(seat)
            raise


def _record(
    context: typer.Context,
    path: Path,
    end: End,
    how: How,
    form: Format,
) -> None:
    """Record a prepared sheet."""
    root = find_root(context.obj)
    foretell_sheet(root, end.analyst, end.on, end.entries)
    written = write_sheet(root, end, how, places_in(path))
    if not prompt.interactive():
        doubt_analyst(written.before.database, end.analyst)
    report_sheet(written, end, form)


def _refuse(opened: Opened, analyst: str, on: date, only: Sequence[str], *, commit: bool) -> None:
    """Refuse before the first question what would be refused at the end."""
    opened.refuse_without_tracker()
    for id in only:
        fault = refusal(opened.database, opened.scenario(id), on)
        if fault:
            raise ScenError(fault)
    sheet = f"{on}-{analyst}"
    opened.refuse_left_out("forecasts", sheet, opened.database.sheets)
    if commit:
        check_commit(opened.root, [path_of("forecasts", sheet)], "", dry_run=True)


def _sit(seat: Seat, opened: Opened, form: Format) -> None:
    """Ask what is due, in its order; then write the sheet, unless it is left for later."""
    try:
        due = seat.due(opened.database)
        if rate_items(seat, opened.database, due.unrated):
            opened = open_folder(seat.root)
            due = seat.due(opened.database)
        if due == Agenda():
            say(f"nothing is due on {seat.on}")
        ask_past_due(seat, due.past_due)
        tell_overdue(opened.database, due.overdue)
        ask_scenarios(seat, opened.database, due.groups)
    except Leave:
        answers = counted(len(seat.sitting.answers), "answer")
        if not seat.sitting.answers or not prompt.confirmed(f"Write the sheet now, with {answers}"):
            _leave(seat, opened, form)
            return
    _finish(seat, form)


def _finish(seat: Seat, form: Format) -> None:
    """Write the sheet and forget the notes; what is refused stays in them."""
    opened = open_folder(seat.root)
    tell_open_ends(seat, opened.database)
    end = end_of(seat.sitting)
    end = end._replace(entries=[entry for entry in end.entries if _counts(opened, entry, seat.on)])
    if not end.entries:
        seat.notes.drop()
        report_nothing(opened, end, form, dry_run=seat.how.dry_run)
        tell_left(seat, opened.database, is_written=True)
        return
    foretell_sheet(seat.root, end.analyst, end.on, end.entries)
    written = write_sheet(seat.root, end, seat.how)
    seat.notes.drop()
    report_sheet(written, end, form)
    tell_left(seat, written.after.database, is_written=True)


def _counts(opened: Opened, entry: Entry, on: date) -> bool:
    """True if the question is still open; else print the answer, which is no longer kept."""
    fault = closed_since(opened, entry, on)
    if fault:
        answer = answer_text(entry.probability, entry.rationale)
        say(f"left out: {fault}; you had said {answer}")
    return fault is None


def _leave(seat: Seat, opened: Opened, form: Format) -> None:
    tell_open_ends(seat, opened.database)
    _tell_kept(seat)
    nobody = end_of(seat.sitting)._replace(entries=())
    report_nothing(opened, nobody, form, dry_run=seat.how.dry_run)
    tell_left(seat, opened.database, is_written=False)


def _take_up(root: Path, kept: Notes) -> None:
    """Go on from where this sitting was left; one of an earlier day is offered, never used so."""
    begun = kept.sitting
    if not kept.is_new:
        parts = f"{counted(len(begun.answers), 'answer')}, {len(begun.skipped)} skipped"
        say(f"going on with the sitting of {begun.date}: {parts}")
    for day in earlier(root, begun.analyst, begun.date):
        with ExitStack() as stack:
            try:
                old = stack.enter_context(notes(root, begun.analyst, day, writes=kept.writes))
            except ScenError as error:
                say(str(error))
                continue
            _offer(old, kept)


def _offer(old: Notes, kept: Notes) -> None:
    was, now = old.sitting, kept.sitting
    held = counted(len(was.answers), "answer")
    prompt.tell(f"\nThe sitting of {was.date} was never finished: {held} in {old.place}", 0)
    again = " ".join(["scen review --date", f"{was.date}", *_future(was.date)])
    prompt.tell(f"{again} finishes it, as the sheet of that day")
    is_free = not (now.answers or now.half_rated)
    words = "take its answers over, " if is_free else ""
    question = f"{words}drop them or leave it (Enter = leave)"

    def parse(text: str) -> str:
        if text in ("", "leave", "drop") or (text == "take" and is_free):
            return text
        raise typer.BadParameter(f"'{text}': {'take, ' if is_free else ''}drop or leave, in full")

    answer = prompt.answer(question[0].upper() + question[1:], parse, "")
    if answer == "take":
        kept.keep(answers=was.answers, half_rated=was.half_rated)
    if answer in ("take", "drop"):
        old.drop()


def _future(day: date) -> list[str]:
    return ["--future"] if day > parsing.today() else []


def _tell_kept(seat: Seat) -> None:
    """Where the answers are, and how to go on."""
    kept = seat.notes
    if kept.is_new or not kept.writes:
        return
    words = ["scen", *(["--database", seat.database] if seat.database else []), "review"]
    words += ["--analyst", seat.analyst, "--date", f"{seat.on}"]
    words += _future(seat.on)
    words += [word for id in seat.only for word in ("--scenario", id)]
    words += ["--commit"] if seat.how.commit else []
    answers = counted(len(seat.sitting.answers), "answer")
    say(f"{answers} kept in {kept.place}; to go on: {shlex.join(words)}")


_MINUTE = 60
_NAMED = 3
"""Scenarios listed by name; of more, only the number is shown."""


def tell_left(seat: Seat, database: Database, *, is_written: bool) -> None:
    """Say what is due still, and what was answered and is not written."""
    minutes = round((time.monotonic() - seat.begun) / _MINUTE)
    took = counted(minutes, "minute") if minutes else "less than a minute"
    answers = len(seat.sitting.answers)
    kept = [] if is_written or not answers else [f"{counted(answers, 'answer')} to write"]
    left = kept + _left(seat, database)
    say(f"the sitting took {took}; left: {', '.join(left) if left else 'nothing'}")


def _left(seat: Seat, database: Database) -> list[str]:
    sitting, due = seat.sitting, seat.due(database)
    topics = [topic for group in due.groups for topic in group if topic.id not in sitting.answers]
    ids = [topic.id for topic in topics if not topic.last or topic.last.date != seat.on]
    unrated = [id for id in due.unrated if id not in sitting.rated]
    past_due = [f"{indicator.scenario}/{indicator.id}" for indicator in due.past_due]
    unseen = [key for key in past_due if sitting.past_due.get(key) != "not-seen"]
    parts = [counted(len(ids), "scenario") + (f" ({', '.join(ids)})" if len(ids) <= _NAMED else "")]
    parts = parts if ids else []
    parts += [f"{counted(len(unrated), 'item')} to rate"] if unrated else []
    parts += [f"{counted(len(unseen), 'indicator')} past due"] if unseen else []
    parts += [f"{', '.join(due.overdue)} to resolve"] if due.overdue else []
    return parts


def report_sheet(written: Written, end: End, form: Format) -> None:
    """The paths, the figures, what they add up to in a set."""
    ids = [entry.scenario for entry in end.entries]
    after = written.after.database
    added = sums(after, end.analyst, end.on, ids)
    absent = counted_absent(after, end.on, end.seen)
    text = terminal.write(reveal_table(reveals(written, end), added, end.analyst, absent), width())
    report(written, sheet_recorded(written, end), form, text)


def report_nothing(opened: Opened, end: End, form: Format, *, dry_run: bool) -> None:
    """Report a sitting that wrote no sheet, with the items rated in it."""
    result = nothing_recorded(opened, end, dry_run=dry_run)
    show(result, lambda: "no sheet was written", form)
