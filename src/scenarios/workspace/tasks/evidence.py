"""An observation: rated for each scenario, rated again later, retracted."""

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from scenarios.errors import Problem, ScenError, UsageError
from scenarios.model import Evidence, EvidenceId
from scenarios.paths import path_of, place_of
from scenarios.storage.attachments import copied
from scenarios.storage.edits import FileChange, KeyEdit, edited, new_file
from scenarios.storage.proposals import PendingProposal
from scenarios.storage.worktree import PathTaken
from scenarios.text import LONGEST, counted, joined_words, words
from scenarios.values import first_day
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import labels, titled
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.results import AcceptResult, effects_subject
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    DATE,
    EVERY_ITEM,
    ITEMS,
    LABEL,
    LINE,
    PROSE,
    URL,
    Answers,
    AnswerType,
    FormSection,
    OptionalAnswer,
    Question,
    RequiredAnswer,
    Task,
    as_,
    item_field,
    since_today,
    which_item,
)
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, refuse_day, write


def _observed(text: str, context: task.AnswerContext) -> str:
    day = typed_in.observed(text, lambda: context.today)
    refuse_day("observed", first_day(day), context.latest)
    return day


def _source(text: str, context: task.AnswerContext) -> str:
    is_new = context.opened is None or context.answers.get("new_source")
    return typed_in.id(text) if is_new or context.opened is None else context.opened.source(text)


def _id(text: str, context: task.AnswerContext) -> str:
    return new_id(context.opened, context.answers["observed"], text) if context.opened else text


def record_evidence(
    root: Path,
    record: Mapping[str, Any],
    mode: WriteMode = AS_USUAL,
    *,
    id: EvidenceId | None = None,
    new_source: Mapping[str, Any] | None = None,
    attach: Path | None = None,
    proposal: PendingProposal | None = None,
) -> WriteResult:
    """Write an item, with a source that is not there yet and a copy of the file `attach`.

    It names the proposer of the `proposal`, whose file is removed in the same write.

    The default id comes from date and summary; if another process takes it meanwhile, the next
    number is tried.
    """

    def draft(opened: OpenDatabase) -> list[FileChange]:
        opened.refuse_unknown(record["ratings"], record["indicators"])
        for other in (*record["corroborated_by"], *record.get("supersedes", ())):
            opened.evidence(other)
        if id:
            opened.refuse_taken("evidence", id, opened.database.evidence, "choose another --id")
        drafts = [proposal.removal] if proposal else []
        if new_source and record["source"] not in opened.database.sources:
            drafts.append(new_file("source", record["source"], new_source))
        return [*drafts, new_file("evidence", id or free_id(opened, record), record)]

    words = effects_subject("evidence")
    what = f"add-evidence {id or record['summary']}"
    edits = bool(new_source or proposal)  # two files, perhaps
    if proposal:
        what = f"inbox accept {proposal.id}"
        record = {**record, "proposed": proposal.proposed, "foreign": proposal.foreign}
    with copied(root, attach, dry_run=mode.dry_run) if attach else nullcontext() as copy:
        if copy:
            record = {**record, "attachment": {"file": copy.path, "sha256": copy.digest}}
        while True:
            try:
                return write(root, draft, what, mode, subject=words, edits=edits, copy=copy)
            except PathTaken:
                if id:
                    raise
                mode = mode._replace(read=None)


def _write(root: Path, answers: task.Answers, mode: WriteMode) -> WriteResult:
    record = task.record_of(Evidence, answers)
    attach = record.pop("attachment")
    record["reliability"], record["credibility"] = answers["grade"] or (None, None)
    new = {key: answers.get(key) for key in ("id", "new_source", "proposal")}
    return record_evidence(root, record, mode, **new, attach=attach)


_ADDRESS = "Web address of the item"
TASK = task.Task(
    name="evidence",
    role="analyst",
    title="Record evidence",
    save="Record it",
    lead="An observation, rated for each scenario.",
    help="Record an observation and rate it for each scenario.",
    asks=(
        Question(
            "summary",
            "What was observed, in one sentence",
            LINE,
            hint="Who did what, where: a fact that a stranger can check, without a judgement.",
            missing=RequiredAnswer(stand_in="…"),
            option="SUMMARY",
            begins=True,
        ),
        task.short(
            "summary",
            "In a few words, like: Russia invaded Ukraine",
            "A clause for headlines, like: Russia invaded Ukraine.",
        ),
        Question(
            "ratings",
            "",
            AnswerType(kind="across", metavar="SCENARIO=CODE", is_many=True),
            help="How much more expected if the scenario happens: CC, C, N, I, II or a ratio.",
            option="--rate",
        ),
        task.INDICATORS,
        since_today("recorded", "When we learned of it", "Day we learned of it [today]."),
        Question(
            "observed",
            "",
            AnswerType(_observed, metavar="DATE"),
            label="Date it happened",
            help="Day, month or year it happened [the recorded day].",
            hint="A day, month (2021-12) or year; the recorded day if empty.",
            missing=OptionalAnswer(lambda context: context.answers["recorded"].isoformat()),
        ),
        Question("new_source", "", AnswerType(kind="new_source")),
        Question(
            "source",
            "",
            AnswerType(_source, metavar="ID"),
            label="Source",
            help="Id of a source.",
            hint="Source id, or add a new source below.",
            offers=lambda database: titled(database.sources),
        ),
        Question(
            "grade",
            "",
            AnswerType(as_(typed_in.grade), metavar="B2"),
            label="Grade",
            help="Admiralty grade of source and item.",
            hint="Source and item, like B2: A to F, then 1 confirmed to 6 unjudged."
            " Empty: as its source's, and 6.",
        ),
        Question("url", _ADDRESS, URL, label="Address", help=f"{_ADDRESS}.", hint=f"{_ADDRESS}."),
        Question(
            "quote",
            "",
            AnswerType(kind="text", rows=2),
            label="Quote",
            help="Short quotation.",
            hint="Short quotation.",
        ),
        Question(
            "origin",
            "Origin, for example us-intelligence",
            LABEL,
            label="Origin",
            help="Who it originally comes from.",
            advice="Who it comes from in the end: a hundred papers on one leak are one witness.",
            offers=lambda database: labels(database, "origin"),
        ),
        Question(
            "event",
            "Event, for example beijing-summit-2022",
            LABEL,
            label="Event",
            help="Id shared by all reports of the same fact.",
            advice="The fact that it reports: a second report of the same fact adds nothing.",
            offers=lambda database: labels(database, "event"),
        ),
        task.THEME,
        Question(
            "corroborated_by",
            "",
            ITEMS,
            label="Corroborated by",
            help="Id of an independent item. Repeatable.",
            hint="Independent items, by id.",
            records=EVERY_ITEM,
        ),
        Question(
            "supersedes",
            "",
            ITEMS,
            label="Replaces",
            help="Id of an earlier reading of the same quantity. Repeatable.",
            hint="Earlier readings of the same quantity, by id.",
            records=EVERY_ITEM,
        ),
        Question(
            "attachment",
            "",
            AnswerType(kind="file", metavar="FILE"),
            label="A saved copy of it",
            help="Keep a copy of this file with the record.",
            hint="Drop a file here or choose one; it is kept beside the records.",
            option="--attach",
        ),
        Question("analyst", "", help="Who makes the judgement."),
        Question("notes", "", PROSE, label="Notes", help="Further notes."),
        Question(
            "id",
            "",
            AnswerType(_id),
            label="Its id",
            help="[date and summary]",
            hint="Made of the date and the summary if empty.",
        ),
    ),
    options="summary ratings indicators observed recorded source grade url quote origin event theme"
    " short corroborated_by supersedes attachment analyst notes id",
    groups=(
        task.FormSection(
            "What was observed", "summary short observed source url grade quote attachment"
        ),
        task.FormSection(
            "What it shows",
            "indicators",
            note="An indicator that fits brings ratings fixed beforehand.",
        ),
        task.FormSection("Effect on each scenario", "ratings"),
        task.FormSection(
            "What it repeats, and what it is about",
            "origin event theme corroborated_by supersedes",
            folded=True,
        ),
        task.FormSection(
            "A source that is new",
            "new_source",
            folded=True,
            note="It is registered together with the item, under the id that stands above.",
        ),
        task.FormSection("More", "recorded notes id", folded=True),
    ),
    write=_write,
    names=lambda answers: str(answers["id"]),
    reports="effects",
    field_of=item_field,
)


def record_items(
    root: Path,
    records: Sequence[Mapping[str, Any]],
    mode: WriteMode = AS_USUAL,
    *,
    command: str,
    origin: str,
) -> tuple[WriteResult, AcceptResult]:
    """Write items without ratings, all or none; one whose `foreign` id is known stays as it is.

    `command` is noted for undo, `origin` goes into the subject of the commit.
    """
    new_ids: list[EvidenceId] = []
    already: list[EvidenceId] = []

    def draft(opened: OpenDatabase) -> list[FileChange]:
        foreign_ids = {
            (system, str(name)): id
            for id, item in opened.database.evidence.items()
            for system, name in (item.foreign or {}).items()
        }
        drafts = []
        for record in records:
            ((system, name),) = record["foreign"].items()
            if id := foreign_ids.get((system, name)):
                already.append(id)
                if data := opened.snapshot.get(path := path_of("evidence", id)):
                    drafts.append(FileChange(path, data, data))  # which may wait for its commit
                continue
            id = free_id(opened, record, new_ids)
            foreign_ids[system, name] = id
            new_ids.append(id)
            drafts.append(new_file("evidence", id, record))
        return drafts

    words = f"evidence: {counted(len(records), 'item')} from {origin}"
    written = write(root, draft, command, mode, subject=words)
    result = AcceptResult(
        ids=new_ids, already=[*dict.fromkeys(already)], paths=written.paths, dry_run=mode.dry_run
    )
    return written, result


def free_id(opened: OpenDatabase, record: Mapping[str, Any], existing: Sequence[str] = ()) -> str:
    """The date and the summary's first words, with a number where that is taken."""
    summary_words = words(record["summary"])
    proposed = _proposed(record["observed"], summary_words)
    number = 1
    while proposed in existing or _is_taken(opened, proposed):
        number += 1
        proposed = _proposed(record["observed"], summary_words, f"-{number}")
    return proposed


def _proposed(observed: str, summary_words: list[str], number: str = "") -> str:
    room = LONGEST - len(observed) - len("-") - len(number)
    return f"{observed}-{joined_words(summary_words, room) or 'item'}{number}"


def new_id(opened: OpenDatabase, observed: str, text: str) -> str:
    """An id for an item of this date that no item has yet."""
    kind_and_id = place_of(path_of("evidence", text))
    if not text.startswith(f"{observed}-") or "/" in text or isinstance(kind_and_id, Problem):
        raise UsageError(f"'{text}' is not a valid id: {observed}-, then small letters and hyphens")
    if _is_taken(opened, text):
        raise UsageError(f"there is evidence '{text}' already")
    return text


def _is_taken(opened: OpenDatabase, id: str) -> bool:
    """True if the name exists on disk, where unreadable files and folders count too."""
    return os.path.lexists(opened.root / path_of("evidence", id))


def rate(root: Path, answers: task.Answers, mode: WriteMode = AS_USUAL) -> WriteResult:
    """Put ratings and states of indicators into an item's file; every other byte stays.

    A commit's subject names what moved as of the `date`.
    """
    evidence, ratings, indicators = (answers[k] for k in ("evidence", "ratings", "indicators"))

    def draft(opened: OpenDatabase) -> list[FileChange]:
        opened.evidence(evidence)
        opened.refuse_unknown(ratings, indicators)
        puts = [KeyEdit(("ratings", key), value) for key, value in ratings.items()]
        puts += [KeyEdit(("indicators", key), state) for key, state in indicators.items()]
        return [edited(opened.snapshot, "evidence", evidence, puts)]

    moved = effects_subject("rate", evidence, answers["date"])
    return write(root, draft, f"rate {evidence}", mode, subject=moved)


RATING = task.Task(
    name="rate",
    role="analyst",
    title="Rate an item",
    save="Rate it",
    lead="A later rating of an item that is already recorded.",
    help="Rate evidence that is already recorded; the rest of its file is unchanged.",
    asks=(
        which_item(lambda database, _: database.evidence),
        Question("ratings", "", AnswerType(kind="across", is_many=True), option="SCENARIO=CODE..."),
        task.INDICATORS,
    ),
    groups=(
        task.FormSection("Which item", "evidence"),
        task.FormSection("What it shows", "indicators"),
        task.FormSection("Effect on each scenario", "ratings"),
    ),
    is_dated=False,
    write=rate,
    names=lambda answers: str(answers["evidence"]),
    reports="effects",
    field_of=item_field,
)


def _retract(root: Path, answers: Answers, mode: WriteMode) -> WriteResult:
    evidence, on = answers["evidence"], answers["date"]

    def draft(opened: OpenDatabase) -> list[FileChange]:
        before = opened.database.evidence[opened.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": answers["reason"]}
        return [edited(opened.snapshot, "evidence", evidence, [KeyEdit(("retracted",), value)])]

    words = effects_subject("retract", evidence, on)
    return write(root, draft, f"retract {evidence}", mode, subject=words)


RETRACTION = Task(
    name="retraction",
    title="Retract an item",
    save="Retract it",
    lead="The item is kept but no longer counts from that day.",
    help="Stop counting an item from a given day, but keep it.",
    asks=(
        which_item(
            lambda db, _: {id: item for id, item in db.evidence.items() if not item.retracted}
        ),
        Question(
            "reason",
            "Reason for the retraction",
            PROSE,
            hint="What turned out to be wrong with it. The item stays, and counts no longer.",
            missing=RequiredAnswer(),
        ),
        DATE,
    ),
    groups=(FormSection("", "evidence reason date"),),
    write=_retract,
    names=lambda answers: str(answers["evidence"]),
    reports="effects",
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("retracted",) and len(keys) > 1 else "",
)
