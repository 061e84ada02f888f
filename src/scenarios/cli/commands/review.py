"""The weekly sitting: what is due, answered blind, and one forecast sheet at the end."""

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.forecasts import refusal
from scenarios.analysis.review import agenda
from scenarios.analysis.review.inbox import ProposalRow, proposals
from scenarios.cli import parsing
from scenarios.cli.opening import open_here, tell_left_out
from scenarios.cli.options import Analyst, As, Dated, Format
from scenarios.cli.output.streams import Run, say, show, width
from scenarios.cli.output.written import doubt_analyst, foretell_sheet, report
from scenarios.cli.sheet_files import places_in, prepared
from scenarios.cli.sitting import SessionEnded, TerminalSession, ask_scenarios, in_turn, wants, word
from scenarios.cli.terminal import prompt, retyping
from scenarios.cli.terminal.agreement import agreed
from scenarios.cli.terminal.rate_across import RowAnswers, details, walk
from scenarios.errors import ScenError, UsageError
from scenarios.model import Database, EvidenceId
from scenarios.paths import path_of
from scenarios.render.documents import session
from scenarios.render.documents.due import draft_text
from scenarios.render.writers import terminal
from scenarios.storage.edits import FileChange, KeyEdit, edited
from scenarios.storage.git.committing import behind
from scenarios.storage.proposals import PendingProposal, waiting
from scenarios.storage.session_notes import PartialRatings, SessionFile, earlier, notes
from scenarios.text import counted
from scenarios.workspace import sitting
from scenarios.workspace.inbox import answers_of, dismiss, waiting_at
from scenarios.workspace.input.offers import analysts
from scenarios.workspace.opened import OpenDatabase, find_root, open_folder
from scenarios.workspace.sheets import ForecastEntry
from scenarios.workspace.tasks import dismissal
from scenarios.workspace.tasks.evidence import TASK
from scenarios.workspace.tasks.task import ANALYST
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, check_commit, refuse_day, write


def command(
    context: typer.Context,
    analyst: Analyst = None,
    day: Annotated[date | None, "--date DATE", "[today]"] = None,
    from_: Annotated[Path | None, "--from FILE", "Read answers from a prepared sheet."] = None,
    scenario: Annotated[
        list[str] | None, "--scenario ID", "Only this scenario. Repeatable."
    ] = None,
    mode: Dated = AS_USUAL,
    form: As = "table",
) -> None:
    """Go through what is due, give your figures blind, and write one forecast sheet."""
    if from_ is not None:
        if scenario:
            raise UsageError("--from takes a whole sheet: leave --scenario out")
        end = sitting.SessionOutcome(*prepared(context, from_, analyst, day))
        refuse_day("date", end.on, mode.latest)
        if prompt.interactive():
            end = end._replace(analyst=doubt_analyst(open_here(context).database, end.analyst))
        _record(context, from_, end, mode, form)
        return

    if not prompt.interactive():
        raise UsageError("there is no terminal to ask at: --from FILE takes a prepared sheet")
    who = ANALYST.question, parsing.id, ANALYST.explanation
    offers = () if analyst else analysts(open_here(context).database)
    analyst = prompt.needed_as(analyst, "--analyst", *who, offers)
    on, only = day or parsing.today(), scenario or []
    refuse_day("date", on, mode.latest)
    opened = open_here(context)
    tell_left_out(opened)
    if warning := behind(opened.root):
        prompt.tell(warning, 0)
    analyst = doubt_analyst(opened.database, analyst)
    _refuse(opened, analyst, on, only, commit=mode.commit)
    with notes(opened.root, analyst, on, writes=not mode.dry_run) as session_file:
        retyping.forget()  # from here on the notes keep what is typed
        session = TerminalSession(
            opened.root, context.obj, session_file, only, mode, time.monotonic()
        )
        try:
            _take_up(opened.root, session_file)
            _sit(session, settle(session, opened), form)
        except (ScenError, typer.Abort, KeyboardInterrupt):
            _tell_kept(session)
            raise


def _record(
    context: typer.Context, path: Path, end: sitting.SessionOutcome, mode: WriteMode, form: Format
) -> None:
    root = find_root(context.obj.database)
    foretell_sheet(root, end.analyst, end.on, end.entries)
    written = sitting.write_sheet(root, end, mode, places_in(path))
    if not prompt.interactive():
        doubt_analyst(written.before.database, end.analyst)
    report_sheet(context.obj, written, end, form)


def _refuse(
    opened: OpenDatabase, analyst: str, on: date, only: Sequence[str], *, commit: bool
) -> None:
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


def _sit(session: TerminalSession, opened: OpenDatabase, form: Format) -> None:
    """Ask what is due, in its order; then write the sheet, unless it is left for later."""
    try:
        due = session.due(opened.database)
        if rate_items(session, opened.database, due.unrated):
            opened = open_folder(session.root)
            due = session.due(opened.database)
        if due == agenda.ReviewAgenda():
            say(f"nothing is due on {session.on}")
        ask_past_due(session, due.past_due)
        for id in due.overdue:  # it wants an outcome and no forecast
            passed = f"\n{id}: its horizon passed on {opened.database.scenarios[id].horizon}"
            prompt.tell(f"{passed}: scen resolve {id} OUTCOME --basis …", 0)
        ask_scenarios(session, opened.database, due.groups)
    except SessionEnded:
        answers = counted(len(session.record.answers), "answer")
        if not session.record.answers or not prompt.confirmed(
            f"Write the sheet now, with {answers}"
        ):
            tell_open_ends(session, opened.database)
            _tell_kept(session)
            nobody = sitting.end(session.record)._replace(entries=())
            report_nothing(session, opened, nobody, form)
            tell_left(session, opened.database, is_written=False)
            return
    _finish(session, form)


def _finish(session: TerminalSession, form: Format) -> None:
    """Write the sheet and forget the notes; what is refused stays in them."""
    opened = open_folder(session.root)
    tell_open_ends(session, opened.database)
    end = sitting.end(session.record)
    end = end._replace(
        entries=[entry for entry in end.entries if _counts(opened, entry, session.on)]
    )
    if not end.entries:
        session.notes.drop()
        report_nothing(session, opened, end, form)
        tell_left(session, opened.database, is_written=True)
        return
    foretell_sheet(session.root, end.analyst, end.on, end.entries)
    written = sitting.write_sheet(session.root, end, session.mode)
    session.notes.drop()
    report_sheet(session.run, written, end, form)
    tell_left(session, written.after.database, is_written=True)


def _counts(opened: OpenDatabase, entry: ForecastEntry, on: date) -> bool:
    """True if the question is still open; else print the answer, which is no longer kept."""
    fault = sitting.closed_since(opened, entry, on)
    if fault:
        answer = session.answer_text(entry.probability, entry.rationale)
        say(f"left out: {fault}; you had said {answer}")
    return fault is None


def _take_up(root: Path, session_file: SessionFile) -> None:
    """Go on from where this sitting was left; one of an earlier day is offered, never used so."""
    session = session_file.sitting
    if not session_file.is_new:
        parts = f"{counted(len(session.answers), 'answer')}, {len(session.skipped)} skipped"
        say(f"going on with the sitting of {session.date}: {parts}")
    for day in earlier(root, session.analyst, session.date):
        with ExitStack() as stack:
            try:
                old = stack.enter_context(
                    notes(root, session.analyst, day, writes=session_file.writes)
                )
            except ScenError as error:
                say(str(error))
                continue
            _offer(old, session_file)


def _offer(old: SessionFile, notes: SessionFile) -> None:
    was, now = old.sitting, notes.sitting
    held = counted(len(was.answers), "answer")
    prompt.tell(f"\nThe sitting of {was.date} was never finished: {held} in {old.path}", 0)
    again = " ".join(["scen review --date", f"{was.date}", *_future(was.date)])
    prompt.tell(f"{again} finishes it, as the sheet of that day")
    is_free = not (now.answers or now.half_rated)
    words = "take its answers over, " if is_free else ""
    question = f"{words}drop them or leave it (Enter = leave)"

    def parse(text: str) -> str:
        if text in ("", "leave", "drop") or (text == "take" and is_free):
            return text
        raise typer.BadParameter(f"'{text}': {'take, ' if is_free else ''}drop or leave, in full")

    more = "In full: take answers today's sitting with them, drop forgets them, leave asks again."
    answer = prompt.answer(question[0].upper() + question[1:], parse, more, "")
    if answer == "take":
        notes.keep(answers=was.answers, half_rated=was.half_rated)
    if answer in ("take", "drop"):
        old.drop()


def _future(day: date) -> list[str]:
    return ["--future"] if day > parsing.today() else []


def _tell_kept(session: TerminalSession) -> None:
    notes = session.notes
    if notes.is_new or not notes.writes:
        return
    words = [*session.run.scen, "review", "--analyst", session.analyst, "--date", f"{session.on}"]
    words += _future(session.on)
    words += [word for id in session.only for word in ("--scenario", id)]
    words += ["--commit"] if session.mode.commit else []
    answers = counted(len(session.record.answers), "answer")
    say(f"{answers} kept in {notes.path}; to go on: {shlex.join(words)}")


_MINUTE = 60
_NAMED = 3
"""Scenarios listed by name; of more, only the number is shown."""


def tell_left(session: TerminalSession, database: Database, *, is_written: bool) -> None:
    """Say what is due still, and what was answered and is not written."""
    minutes = round((time.monotonic() - session.started) / _MINUTE)
    took = counted(minutes, "minute") if minutes else "less than a minute"
    answers = len(session.record.answers)
    unwritten = [] if is_written or not answers else [f"{counted(answers, 'answer')} to write"]
    left = ", ".join([*unwritten, *_left(session, database)])
    say(f"the sitting took {took}; left: {left or 'nothing'}")


def _left(session: TerminalSession, database: Database) -> list[str]:
    held, due = session.record, session.due(database)
    topics = [topic for group in due.groups for topic in group if topic.id not in held.answers]
    ids = [topic.id for topic in topics if not topic.last or topic.last.date != session.on]
    unrated = [id for id in due.unrated if id not in held.rated]
    unseen = [
        key for key in map(sitting.key_of, due.past_due) if held.past_due.get(key) != "not-seen"
    ]
    named = f" ({', '.join(ids)})" if len(ids) <= _NAMED else ""
    parts = (
        (ids, f"{counted(len(ids), 'scenario')}{named}"),
        (unrated, f"{counted(len(unrated), 'item')} to rate"),
        (unseen, f"{counted(len(unseen), 'indicator')} past due"),
        (due.overdue, f"{', '.join(due.overdue)} to resolve"),
    )
    return [text for records, text in parts if records]


def report_sheet(run: Run, written: WriteResult, end: sitting.SessionOutcome, form: Format) -> None:
    ids = [entry.scenario for entry in end.entries]
    after = written.after.database
    added = agenda.sums(after, end.analyst, end.on, ids)
    absent = agenda.counted_absent(after, end.on, end.seen)
    text = terminal.write(
        session.reveal_table(sitting.reveals(written, end), added, end.analyst, absent), width()
    )
    report(run, written, sitting.sheet_recorded(written, end), form, text)


def report_nothing(
    session: TerminalSession, opened: OpenDatabase, end: sitting.SessionOutcome, form: Format
) -> None:
    """Report a sitting that wrote no sheet, with the items rated in it."""
    result = sitting.nothing_recorded(opened, end, dry_run=session.mode.dry_run)
    show(session.run, result, lambda: "no sheet was written", form)


def settle(session: TerminalSession, opened: OpenDatabase) -> OpenDatabase:
    """Offer each proposed item; the database as it is after that.

    What it bears on is asked in the sitting, where no figure is shown. Forecasts are left for later
    for the same reason.
    """
    rows = proposals(waiting(session.root).waiting, opened.database, session.on).proposals
    rows = tuple(row for row in rows if not session.only or {*row.scenarios} & {*session.only})
    items = [row for row in rows if row.proposal.evidence]
    with suppress(SessionEnded):
        for number, row in enumerate(items, start=1):
            prompt.tell(f"\nPROPOSED, {number} of {len(items)}", 0)
            prompt.tell(f"{draft_text(row.proposal)}\n{row.proposal.proposed}", 0)
            question = "Record it (a = accept, d = dismiss, Enter = later, q = go on)"
            more = (
                "a asks for its details, to be rated below; d asks why not; q leaves all to come."
            )
            answer = prompt.answer(question, _settled, more, "")
            try:
                if answer.startswith("a"):
                    _record_item(
                        session, open_folder(session.root), waiting_at(session.root, row.id), row
                    )
                elif answer:
                    why = dismissal.REASON
                    reason = prompt.answer(why.question, parsing.typed(str), why.explanation)
                    dismiss(session.root, row.id, reason, session.analyst, session.on, session.mode)
            except ScenError as error:
                say(str(error))
    for kind in ("forecast", "question"):
        if number := sum(row.proposal.kind == kind for row in rows):
            say(f"{counted(number, f'{kind} waits', f'{kind}s wait')} too: scen inbox, afterwards")
    return open_folder(session.root) if items else opened


def _settled(text: str) -> str:
    if word(text) not in ("", "a", "accept", "d", "dismiss"):
        raise typer.BadParameter(f"'{text}': a, d, Enter or q")
    return word(text)


def _record_item(
    session: TerminalSession, opened: OpenDatabase, proposal: PendingProposal, row: ProposalRow
) -> None:
    """Record an item that bears on nothing yet, once its details are agreed to."""
    draft = answers_of(proposal.proposal, row.event, row.origin)
    own = {"recorded": session.on.isoformat(), "analyst": session.analyst, "proposal": proposal}

    def ask() -> dict[str, Any]:
        record = {**dict.fromkeys(TASK.by_key), **draft, **own, "ratings": {}, "indicators": {}}
        prompt.noted("summary", record["summary"])
        new_source = details(opened, record, proposal, asked=True)
        grade = parsing.grade(record["grade"]) if record["grade"] else None
        return {**record, "grade": grade, "new_source": new_source}

    def write(answers: dict[str, Any], mode: WriteMode) -> list[str]:
        return TASK.write(session.root, answers, mode._replace(read=opened.read)).paths

    answers = agreed(ask, lambda answers: write(answers, WriteMode(dry_run=True)), missing=True)
    paths = write(answers, session.mode)
    prompt.tell(
        f"{'would be recorded' if session.mode.dry_run else 'recorded'}: {', '.join(paths)}"
    )
    if (proposer := proposal.proposal.proposer).suggested:
        prompt.tell(f"{proposer}")


def rate_items(
    terminal_session: TerminalSession, database: Database, ids: Sequence[EvidenceId]
) -> bool:
    """Offer each item to be rated across the row; whether one was."""
    before = terminal_session.record.rated
    at_day = known_on(database, terminal_session.on)
    ids = [id for id in ids if id not in terminal_session.record.left_unrated]
    for number, id in enumerate(ids, start=1):
        prompt.tell(f"\nNOT RATED YET, {number} of {len(ids)}", 0)
        typer.echo(session.unrated_text(at_day, id, width()), err=True)
        partial = terminal_session.record.half_rated.get(id)
        if partial:
            answers = {**partial.ratings, **partial.indicators}.items()
            prompt.tell(f"you had begun: {', '.join(f'{key}={value}' for key, value in answers)}")
        question = f"Rate it now (y = {'go on' if partial else 'yes'}, Enter = later, q = leave)"
        if wants(question, "y asks which indicators it shows and how it bears on each scenario."):
            _rate(terminal_session, database, id, partial or PartialRatings())
        else:
            terminal_session.notes.keep(left_unrated=(*terminal_session.record.left_unrated, id))
    return terminal_session.record.rated != before


def ask_past_due(
    terminal_session: TerminalSession, past_due: Sequence[agenda.OverdueIndicator]
) -> None:
    """Ask whether each was seen by now: "not seen" writes nothing, its absence counts already."""
    due = [
        indicator
        for indicator in past_due
        if sitting.key_of(indicator) not in terminal_session.record.past_due
    ]
    numbers = {
        sitting.key_of(indicator): f"{number} of {len(due)}"
        for number, indicator in enumerate(due, start=1)
    }

    def ask(past: agenda.OverdueIndicator, _: bool) -> None:
        prompt.tell(f"\nPAST DUE, {numbers[sitting.key_of(past)]}", 0)
        typer.echo(session.past_due_text(past, width()), err=True)
        question = "Seen by now (y = seen, n = not seen, Enter = skip, q = leave)"
        more = "y prints the command that records it; n leaves its absence, which counts already."
        answer = prompt.answer(question, _seen, more, "", is_back=True)
        terminal_session.notes.keep(
            past_due={**terminal_session.record.past_due, sitting.key_of(past): answer}
        )
        if answer == "seen":
            worth = past.indicator.if_absent or past.indicator.chance
            absent = ", and counts as absent until then" if worth else ""
            prompt.tell(
                f"it counts only once it is recorded{absent}: {_recording(sitting.key_of(past))}"
            )
            prompt.tell("q leaves; what you answered is kept, and the item is there when you go on")

    in_turn(due, ask)


def tell_open_ends(session: TerminalSession, database: Database) -> None:
    """Name what was answered and is not recorded: items half rated, indicators seen."""
    for id, partial in session.record.half_rated.items():
        words = [f"{scenario}={value}" for scenario, value in partial.ratings.items()]
        for indicator, state in partial.indicators.items():
            words += ["--indicator", f"{indicator}={state}"]
        say(f"not written: {shlex.join(['scen', 'rate', id, *words])}")
    for key in agenda.unrecorded(database, session.on, sitting.seen(session.record)):
        say(f"seen, and not recorded: {_recording(key)}")


def _rate(
    session: TerminalSession, database: Database, id: EvidenceId, partial: PartialRatings
) -> None:
    def save() -> None:
        states: dict[str, Any] = dict(answers.indicators)
        half = PartialRatings(dict(answers.ratings), states)
        session.notes.keep(half_rated={**session.record.half_rated, id: half})

    answers = RowAnswers(
        SavedRatings(partial.ratings, save), SavedRatings(partial.indicators, save)
    )
    item = database.evidence[id]
    prompt.tell("The figure beside a scenario is its prior; what the evidence implies comes later.")

    def ask() -> None:
        answers.ratings.clear()
        answers.ratings.update(partial.ratings)
        answers.indicators.clear()
        answers.indicators.update(partial.indicators)
        walk(agenda.without_evidence(database), answers, item.recorded, item)

    agreed(ask, lambda _: None, missing=True)
    rest = {key: half for key, half in session.record.half_rated.items() if key != id}
    if not answers.ratings and not answers.indicators:
        session.notes.keep(left_unrated=(*session.record.left_unrated, id), half_rated=rest)
        return

    def draft(opened: OpenDatabase) -> list[FileChange]:
        now = opened.database.evidence[opened.evidence(id)]
        if now.ratings or now.indicators:
            raise ScenError(f"{id} was rated meanwhile: scen show {id}; nothing was written")
        puts = [KeyEdit(("ratings", key), value) for key, value in answers.ratings.items()]
        puts += [KeyEdit(("indicators", key), value) for key, value in answers.indicators.items()]
        return [edited(opened.snapshot, "evidence", id, puts)]

    try:
        subject = f"review: rate {id}"
        written = write(session.root, draft, subject, session.mode, subject=f"rate: {id}")
    except ScenError as error:
        say(str(error))
        return
    session.notes.keep(rated=(*session.record.rated, id), half_rated=rest)
    prompt.tell(
        f"{'would be rated' if session.mode.dry_run else 'rated'}: {', '.join(written.paths)}"
    )
    if written.committed and written.committed.fault:
        say(str(written.committed.fault))


class SavedRatings(dict[str, Any]):
    """Ratings of an item, saved as soon as they are given."""

    def __init__(self, answers: Mapping[str, Any], save: Callable[[], None]) -> None:
        super().__init__(answers)
        self._save = save

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._save()


def _recording(indicator: str) -> str:
    return f"scen add-evidence --indicator {indicator}=observed"


_SEEN: dict[str, Literal["seen", "not-seen", "skipped"]] = {"": "skipped", "y": "seen"}
_SEEN |= {"yes": "seen", "n": "not-seen", "no": "not-seen"}


def _seen(text: str) -> Literal["seen", "not-seen", "skipped"]:
    if word(text) not in _SEEN:
        raise typer.BadParameter(f"'{text}': y, n, Enter or q")
    return _SEEN[word(text)]
