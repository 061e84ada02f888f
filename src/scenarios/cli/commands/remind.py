"""Reminders to the analysts: a mail or a calendar for each, written and not sent."""

import re
from email.headerregistry import Address
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scenarios.analysis.review.deadlines import Due, DueEntry
from scenarios.analysis.review.reminders import REMIND_WITHIN_DAYS, Reminder, Reminders, reminders
from scenarios.cli import parsing
from scenarios.cli.opening import reading
from scenarios.cli.options import FORMAT, AsOf, Form
from scenarios.cli.output.result import led, show
from scenarios.cli.output.streams import Run, say
from scenarios.errors import UsageError
from scenarios.model import Database
from scenarios.render.documents.due import ics
from scenarios.render.documents.reminder import document, everybody, summary
from scenarios.render.writers import html, mail, terminal
from scenarios.storage.output_files import write_folder
from scenarios.text import counted, digest, printable
from scenarios.workspace.opened import from_here

RemindForm = StrEnum("RemindForm", ["text", "json", "eml", "ics"])
_TEXT = RemindForm("text")


def command(
    context: typer.Context,
    within: Annotated[
        str, "--within DAYS", "How far to look ahead, for example 14d."
    ] = f"{REMIND_WITHIN_DAYS}d",
    as_of: AsOf = None,
    form: Annotated[RemindForm, FORMAT] = _TEXT,
    output: Annotated[
        Path | None, "--output PLACE", "Write to this file; eml and ics: to this folder."
    ] = None,
) -> None:
    """Write each analyst's reminder: what to forecast, what happened, what is due. Send nothing.

    No forecast but the analyst's own is in it. eml and ics write ID.eml or ID.ics for each analyst
    into a folder, in the place of its earlier files.
    """
    ahead, is_folder = parsing.days(within), form in ("eml", "ics")
    if is_folder and output is None:
        raise UsageError(f"--format {form} writes a file for each analyst: add --output FOLDER")
    opened = reading(context)
    opened.refuse_unless_whole()
    database, run = opened.database, context.obj
    result = reminders(database, as_of or parsing.today(), ahead)
    if is_folder and output is not None:
        writer = {"eml": _mail, "ics": _calendar}[form]
        texts = {each.analyst: writer(run, each, result, database) for each in result.reminders}
        files = {f"{id}.{form}": f"{text}\n".encode() for id, text in texts.items() if text}
        write_folder(output, files, f".{form}")
        say(f"written: {counted(len(files), 'file')} in {from_here(output)}")
    else:
        shown = Form("table" if form == "text" else form)
        show(run, result, lambda: everybody(result, database), shown, output)
    about = {"no mail address": result.unreachable, "nothing to do": result.none}
    for what, ids in {**about, "no figure for a year, not reminded": result.left}.items():
        if ids:
            say(f"{what}: {', '.join(ids)}")


def _mail(run: Run, reminder: Reminder, result: Reminders, database: Database) -> str:
    """The mail, the same for the same day and records; empty for nobody, or about nothing."""
    tracker, id, to = database.tracker, reminder.analyst, reminder.address
    if to is None or id in result.none:
        return ""
    subject = f"{summary(reminder)}: {tracker.name}"
    content = led(run, document(reminder, result, database))
    # Words alone: where Python folds a long name it drops the quotes, and a comma in it would add a
    # recipient (test_no_name_or_title_is_a_header_or_acts).
    person = " ".join(re.findall(r"[\w'-]+", printable(tracker.analyst_name(id))))
    headers: dict[str, str | Address] = {
        "To": Address(person, *to.split("@")),
        "Message-ID": f"<{result.as_of}.{id}.{digest(tracker.id or tracker.title)}@scen>",
        "Auto-Submitted": "auto-generated",  # no holiday note answers it (RFC 3834)
    }
    page = html.whole(subject, html.sections(content), around=mail.MAIL)
    text = terminal.write(content, 72)  # columns
    return mail.eml(subject, result.as_of, text, content, lambda _: page, lambda _: b"", headers)


def _calendar(_run: Run, reminder: Reminder, result: Reminders, database: Database) -> str:
    """A calendar of the sitting, today, and of each task."""
    day, ids = result.as_of, tuple(asked.scenario for asked in reminder.questions)
    sitting = DueEntry(what="review", id=reminder.analyst, day=day, days=0, scenarios=ids)
    entries = (*((sitting,) if ids else ()), *reminder.due)
    return ics(Due(as_of=day, until=day, late=(), coming=entries), database)
