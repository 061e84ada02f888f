"""The output of a recording command."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import typer

from scenarios.analysis.history import audit
from scenarios.cli import parsing
from scenarios.cli.opening import tell_embedded
from scenarios.cli.options import Format
from scenarios.cli.output.streams import Run, say, show, width
from scenarios.cli.terminal import prompt, retyping
from scenarios.errors import NAMED, ScenError
from scenarios.model import Analyst, Database
from scenarios.render.documents.ledger_changes import effects_document
from scenarios.render.documents.review.causes import correction_lines
from scenarios.render.writers import terminal
from scenarios.text import counted, printable, suggested
from scenarios.workspace import results, writing
from scenarios.workspace.audit_preview import preview_of, preview_of_sheet, preview_words
from scenarios.workspace.inbox import SAME_ID
from scenarios.workspace.opened import known_id
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.writing import WriteResult


def report_effects(run: Run, written: WriteResult, id: str, day: date, form: Format) -> None:
    """The paths, then what the item did to each scenario that it bears on."""
    result = results.evidence_recorded(written, id, day)
    text = f"it rates no scenario yet: scen rate {id}"
    if result.effects:
        tracker = written.after.database.tracker
        text = terminal.write(effects_document(result.effects, tracker, day), width())
    report(run, written, result, form, text)


def report(
    run: Run, written: WriteResult, result: Any, form: str, text: str = "", head: str | None = None
) -> None:
    """The remarks on stderr; the result, or the paths [the `head`] and `text`."""
    for remark in (*written.mended, *map(str, written.warnings)):
        say(remark)

    def lines() -> str:
        paths = printable("\n".join(written.paths) if head is None else head)
        first = results.differences(written) if written.dry_run else paths
        nothing = "nothing to change" if not written.drafts else ""
        return "\n\n".join(paragraph for paragraph in (first or nothing, text) if paragraph)

    show_committed(run, result, lines, form, written.committed)


def report_proposed(
    run: Run, written: WriteResult, result: Any, form: str, faults: Sequence[str] = ()
) -> None:
    """Report what came into the inbox, if anything; exit with 1 where something did not."""
    if written.drafts or form == "json":
        report(run, written, result, form)
    same = [entry for entry in result.entries if entry.path and entry.reason not in (None, SAME_ID)]
    for entry in same[:NAMED]:
        say(f"{entry.status}: {entry.path} has {entry.reason}")
    if more := same[NAMED:]:
        say(f"and {len(more):,} more: --format json names them")
    refused = [entry.reason for entry in result.entries if entry.status == "refused"]
    if refused:
        number = counted(len(refused), "draft was", "drafts were")
        faults = (*faults, f"{number} not proposed: {refused[0]}")
    for fault in faults:
        say(fault)
    if faults:
        raise typer.Exit(1)


def show_committed(
    run: Run,
    result: Any,
    text: Callable[[], str],
    form: str,
    committed: writing.CommitResult | None,
) -> None:
    """The result or the text, with the commit in it; why there is none is an error after that."""
    if committed is None:
        show(run, result, text, form)
        return
    tell_embedded(committed.embedded)
    if committed.output:
        typer.echo(printable(committed.output), err=True)
    if committed.also:
        names = ", ".join(committed.also)
        say(f"uncommitted changes from before go into the commit too: {names}")

    def lines() -> str:
        return "\n\n".join(
            paragraph for paragraph in (text(), printable(_line(committed))) if paragraph
        )

    about = {"commit": committed.oid, "subject": committed.subject}
    show(run, msgspec.structs.replace(result, **about), lines, form)
    if committed.fault:
        retyping.forget()  # it is written
        raise committed.fault


def _line(committed: writing.CommitResult) -> str:
    """The commit, in a line; nothing where git said no."""
    if committed.oid:
        return f"committed {committed.oid[:7]} {committed.subject}"
    if committed.fault:
        return ""
    return (
        f"would be committed as {committed.subject}" if committed.subject else "nothing to commit"
    )


def foretell_sheet(
    root: Path, analyst: Analyst, day: date, entries: Sequence[ForecastEntry]
) -> None:
    """Say, before figures are put into a sheet, what a later audit will find of that."""
    for text in preview_of_sheet(root, analyst, day, entries, parsing.today(), audit):
        say(text)


_CORRECTED_MOST = 10


def report_correction(
    run: Run,
    written: WriteResult,
    id: str,
    form: Format,
    formerly: str | None = None,
    text: str = "",
) -> None:
    """The paths, then `text`; what a later audit will find is a remark."""
    findings = preview_of(written, parsing.today(), audit) if written.drafts else []
    for finding in findings[:_CORRECTED_MOST]:
        say(preview_words(finding))
    if len(findings) > _CORRECTED_MOST:
        say(f"audit will say {len(findings) - _CORRECTED_MOST} things more")
    paths = "\n".join(path for path, _ in results.moved_or_changed(written))
    result = results.corrected(written, id, findings, parsing.today(), formerly)
    effect = "\n".join(correction_lines(result.shifts, result.sums))
    text = "\n\n".join(filter(None, (text, printable(effect))))
    report(run, written, result, form, text, head=paths)


def doubt_analyst(database: Database, analyst: str) -> str:
    """The analyst, asked about where new beside others; a remark where nobody can be asked.

    Raises ScenError where the tracker declares others.
    """
    if declared := database.tracker.analysts:
        return known_id(analyst, declared, "analyst", "scenarios/tracker.yaml")
    remark = writing.new_analyst(database, analyst)
    if remark is None:
        return analyst
    if not prompt.interactive():
        say(remark)
    elif meant := suggested(remark):
        prompt.unsaid()
        more = f"Enter = {meant}; {analyst} once more makes a new analyst"
        name = prompt.answer(f"{remark} Who is it", parsing.id, more, meant, label="analyst")
        retyping.remember("--analyst", name)
        return name if name in (analyst, meant) else doubt_analyst(database, name)
    elif not prompt.confirmed(f"{remark}. Go on as '{analyst}'?"):
        retyping.remember("--analyst")
        raise ScenError(f"nothing was written as '{analyst}'")
    return analyst
