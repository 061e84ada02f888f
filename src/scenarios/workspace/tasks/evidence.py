"""An observation: rated for each scenario, rated again later, retracted."""

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from scenarios.errors import Problem, ScenError, UsageError
from scenarios.model import EvidenceId
from scenarios.paths import path_of, place_of
from scenarios.storage.attachments import copied
from scenarios.storage.edits import FileChange, KeyEdit, edited, new_file
from scenarios.storage.proposals import PendingProposal
from scenarios.storage.worktree import PathTaken
from scenarios.text import LONGEST, joined_words, words
from scenarios.values import first_day
from scenarios.workspace.how import AS_USUAL, WriteMode
from scenarios.workspace.input import typed_in
from scenarios.workspace.input.offers import labels, titled
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.results import effects_subject
from scenarios.workspace.tasks import task
from scenarios.workspace.tasks.task import (
    DATE,
    PROSE,
    Answers,
    FormSection,
    Task,
    as_,
    item_field,
    items,
    since_today,
    which_item,
)
from scenarios.workspace.writing import WriteResult, refuse_day, write

_KEYS = (
    *(
        "summary",
        "observed",
        "recorded",
        "short",
        "analyst",
        "source",
        "url",
        "origin",
        "event",
        "theme",
    ),
    *("corroborated_by", "quote", "notes", "ratings", "indicators"),
)


def _observed(text: str, at: task.AnswerContext) -> str:
    day = typed_in.observed(text, lambda: at.today)
    refuse_day("observed", first_day(day), at.latest)
    return day


def _source(text: str, at: task.AnswerContext) -> str:
    is_new = at.opened is None or at.answers.get("new_source")
    return typed_in.id(text) if is_new or at.opened is None else at.opened.source(text)


def _id(text: str, at: task.AnswerContext) -> str:
    return new_id(at.opened, at.answers["observed"], text) if at.opened else text


def record_evidence(
    root: Path,
    record: Mapping[str, Any],
    how: WriteMode = AS_USUAL,
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
        for other in record["corroborated_by"]:
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
    with copied(root, attach, dry_run=how.dry_run) if attach else nullcontext() as copy:
        if copy:
            record = {**record, "attachment": {"file": copy.path, "sha256": copy.digest}}
        while True:
            try:
                return write(root, draft, what, how, subject=words, edits=edits, copy=copy)
            except PathTaken:
                if id:
                    raise
                how = how._replace(read=None)


def _write(root: Path, answers: task.Answers, how: WriteMode) -> WriteResult:
    record: dict[str, Any] = {key: answers[key] for key in _KEYS}
    record["reliability"], record["credibility"] = answers["grade"] or (None, None)
    if not isinstance(answers["recorded"], str):
        record["recorded"] = answers["recorded"].isoformat()
    new = {key: answers.get(key) for key in ("id", "new_source", "proposal")}
    return record_evidence(root, record, how, **new, attach=answers["attachment"])


TASK = task.Task(
    name="evidence",
    title="Record evidence",
    save="Record it",
    lead="An observation, rated for each scenario.",
    help="Record an observation and rate it for each scenario.",
    asks=(
        task.Question(
            "summary",
            "What was observed, in one sentence",
            read=task.LINE,
            option="SUMMARY",
            is_needed=True,
            stand_in="…",
            begins=True,
        ),
        task.short(
            "summary",
            "In a few words, like: Russia invaded Ukraine",
            "A clause for headlines, like: Russia invaded Ukraine.",
        ),
        task.Question(
            "ratings",
            "",
            "How much more expected if the scenario happens: CC, C, N, I, II or a ratio.",
            kind="across",
            option="--rate",
            metavar="SCENARIO=CODE",
            is_many=True,
        ),
        task.INDICATORS,
        since_today("recorded", "When we learned of it", "Day we learned of it [today]."),
        task.Question(
            "observed",
            "",
            "Day, month or year it happened [the recorded day].",
            _observed,
            label="Date it happened",
            hint="A day, month (2021-12) or year; the recorded day if empty.",
            metavar="DATE",
            default=lambda at: at.answers["recorded"].isoformat(),
        ),
        task.Question("new_source", kind="new_source"),
        task.Question(
            "source",
            "",
            "Id of a source.",
            _source,
            label="Source",
            hint="Source id, or add a new source below.",
            metavar="ID",
            offers=lambda database: titled(database.sources),
        ),
        task.Question(
            "grade",
            "",
            "Admiralty grade of source and item.",
            as_(typed_in.grade),
            label="Grade",
            hint="Source and item, like B2: A to F, then 1 confirmed to 6 unjudged."
            " Empty: as its source's, and 6.",
            metavar="B2",
        ),
        task.Question(
            "url",
            "Web address of the item",
            "Web address of the item.",
            as_(typed_in.url),
            label="Address",
            hint="Web address of the item.",
        ),
        task.Question(
            "quote",
            "",
            "Short quotation.",
            kind="text",
            label="Quote",
            hint="Short quotation.",
            rows=2,
        ),
        task.Question(
            "origin",
            "Origin, for example us-intelligence",
            "Who it originally comes from.",
            as_(typed_in.label),
            label="Origin",
            offers=lambda database: labels(database, "origin"),
        ),
        task.Question(
            "event",
            "Event, for example beijing-summit-2022",
            "Id shared by all reports of the same fact.",
            as_(typed_in.label),
            label="Event",
            offers=lambda database: labels(database, "event"),
        ),
        task.THEME,
        items(
            "",
            "Corroborated by",
            "Independent items, by id.",
            key="corroborated_by",
            help="Id of an independent item. Repeatable.",
        ),
        task.Question(
            "attachment",
            "",
            "Keep a copy of this file with the record.",
            kind="file",
            option="--attach",
            label="A saved copy of it",
            hint="Drop a file here or choose one; it is kept beside the records.",
            metavar="FILE",
        ),
        task.Question("analyst", "", "Who makes the judgement."),
        task.Question("notes", "", "Further notes.", kind="text", label="Notes"),
        task.Question(
            "id",
            "",
            "[date and summary]",
            _id,
            label="Its id",
            hint="Made of the date and the summary if empty.",
        ),
    ),
    options="summary ratings indicators observed recorded source grade url quote origin event theme"
    " short corroborated_by attachment analyst notes id",
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
            "origin event theme corroborated_by",
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


def free_id(opened: OpenDatabase, record: Mapping[str, Any], taken: Sequence[str] = ()) -> str:
    """The date and the summary's first words, with a number where that is taken."""
    summary_words = words(record["summary"])
    proposed = _proposed(record["observed"], summary_words)
    number = 1
    while proposed in taken or _is_taken(opened, proposed):
        number += 1
        proposed = _proposed(record["observed"], summary_words, f"-{number}")
    return proposed


def _proposed(observed: str, summary_words: list[str], number: str = "") -> str:
    room = LONGEST - len(observed) - len("-") - len(number)
    return f"{observed}-{joined_words(summary_words, room) or 'item'}{number}"


def new_id(opened: OpenDatabase, observed: str, text: str) -> str:
    """An id for an item of this date that no item has yet."""
    place = place_of(path_of("evidence", text))
    if not text.startswith(f"{observed}-") or "/" in text or isinstance(place, Problem):
        raise UsageError(f"'{text}' is not a valid id: {observed}-, then small letters and hyphens")
    if _is_taken(opened, text):
        raise UsageError(f"there is evidence '{text}' already")
    return text


def _is_taken(opened: OpenDatabase, id: str) -> bool:
    """True if the name exists on disk, where unreadable files and folders count too."""
    return os.path.lexists(opened.root / path_of("evidence", id))


def rate(root: Path, answers: task.Answers, how: WriteMode = AS_USUAL) -> WriteResult:
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
    return write(root, draft, f"rate {evidence}", how, subject=moved)


RATING = task.Task(
    name="rate",
    title="Rate an item",
    save="Rate it",
    lead="A later rating of an item that is already recorded.",
    help="Rate evidence that is already recorded; the rest of its file is unchanged.",
    asks=(
        which_item(lambda database, _: database.evidence),
        task.Question("ratings", kind="across", option="SCENARIO=CODE...", is_many=True),
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


def _retract(root: Path, answers: Answers, how: WriteMode) -> WriteResult:
    evidence, on = answers["evidence"], answers["date"]

    def draft(opened: OpenDatabase) -> list[FileChange]:
        before = opened.database.evidence[opened.evidence(evidence)].retracted
        if before:
            raise ScenError(f"{evidence} was retracted on {before.date}; nothing was written")
        value = {"date": on.isoformat(), "reason": answers["reason"]}
        return [edited(opened.snapshot, "evidence", evidence, [KeyEdit(("retracted",), value)])]

    words = effects_subject("retract", evidence, on)
    return write(root, draft, f"retract {evidence}", how, subject=words)


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
        PROSE("reason", "Reason for the retraction"),
        DATE,
    ),
    groups=(FormSection("", "evidence reason date"),),
    write=_retract,
    names=lambda answers: str(answers["evidence"]),
    reports="effects",
    field_of=lambda keys: str(keys[1]) if keys[:1] == ("retracted",) and len(keys) > 1 else "",
)
