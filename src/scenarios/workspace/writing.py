"""A change on its way to disk and git: drafted under the lock, checked, written, committed."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from scenarios.analysis.changes import records
from scenarios.analysis.evidence.knowledge import members
from scenarios.errors import NAMED, NotWritten, Problem, ScenError
from scenarios.model import Database, Evidence, Record, Scenario, ScenarioId, Sheet
from scenarios.paths import id_of, kind_of
from scenarios.progress import Progress, unwatched
from scenarios.scales import not_one
from scenarios.storage import disk, journal, state_folder, worktree
from scenarios.storage.attachments import AttachmentCopy, drop
from scenarios.storage.cache.files import ChangedMeanwhile, with_changes
from scenarios.storage.edits import FileChange, accept, new_problems
from scenarios.storage.git import commit_notes, committing
from scenarios.storage.git.commit_notes import CommitNote
from scenarios.storage.git.committing import noted as noted_in_git
from scenarios.storage.git.repository import Repository
from scenarios.storage.journal import CommandJournal
from scenarios.storage.loader import LoadResult, Read
from scenarios.storage.lock import lock, lock_file
from scenarios.storage.state_folder import FileBackup, StateEntry
from scenarios.text import did_you_mean
from scenarios.values import first_day
from scenarios.workspace.opened import OpenDatabase, from_here, open_folder
from scenarios.workspace.write_mode import AS_USUAL, WriteMode

_MANY = 20
"""From this number on, new or removed files are synced together."""


def take(
    root: Path,
    drafts: Sequence[FileChange],
    command: str,
    copy: AttachmentCopy | None = None,
    *,
    noted: bool,
    person: str = "",
    progress: Progress = unwatched,
) -> tuple[StateEntry | None, tuple[str, ...]]:
    """Write the drafts: new files first, then changes, then removals; note them for undo.

    A fault half way reverts the drafts before it. A kill leaves a journal of several files, from
    which the next command reverts them, and so does what cannot be reverted; until then no reader
    sees them. Returns the note, or the reason why there is none.
    """
    note: StateEntry | None = None
    remarks: tuple[str, ...] = ()
    done: list[FileChange] = []
    changes = _backups(drafts)
    if len(drafts) > 1:
        journal.begin(root, changes, command)
    is_whole = False
    try:
        if copy:
            copy.publish()
        if noted:
            note, remarks = _note(root, changes, command, copy, person)
        for draft in progress(_written(root, drafts), "writing", len(drafts)):
            done.append(draft)  # noqa: PERF402 - known too where the next one fails
        is_whole = True
    except BaseException as error:
        is_whole = _take_back(root, done, error)
        if note:
            note.forget()
        if copy:
            copy.withdraw()
        raise
    finally:
        if len(drafts) > 1 and is_whole:
            journal.end(root)
    return note, remarks


def take_merge(
    root: Path,
    drafts: Sequence[FileChange],
    command: str,
    commits: tuple[str, str],
    move_head: Callable[[], None],
) -> None:
    """Write the drafts of a merge, move HEAD from the first commit to the second, then all else.

    Until HEAD has moved no reader sees them, and a fault or a kill puts them back.
    """
    journal.begin(root, _backups(drafts), command, commits)
    try:
        for _ in _written(root, drafts):
            pass
        move_head()
    finally:
        take_back_half(root)


def _backups(drafts: Sequence[FileChange]) -> list[FileBackup]:
    digest_of = state_folder.digest_of
    return [FileBackup(path=d.path, before=d.old, after=digest_of(d.new)) for d in drafts]


def take_back_half(root: Path) -> tuple[str, ...]:
    """Put back the changes of a command killed between its files; return messages.

    Under the lock. A file that was changed since stays. A merge that HEAD has is finished instead.
    """
    command = journal.left(journal.place_of(root))
    if command is None:
        return ()
    drafts = half(root, command)
    for _ in _written(root, drafts):
        pass
    if command.commits:
        committing.finish(committing.repository(root), journal.place_of(root), *command.commits)
    is_whole = any(c.is_after(journal.content(root, c.path)) for c in command.changes)
    journal.end(root, kept=bool(drafts))
    with suppress(ScenError):
        note = state_folder.last_noted(root)
        if note and note.entry.changes == command.changes and not is_whole:
            note.forget()
    if not drafts:
        return ()
    names = ", ".join(from_here(root / draft.path) for draft in drafts[:NAMED])
    more = f" and {len(drafts) - NAMED:,} more" if drafts[NAMED:] else ""
    return (f"a command was killed between its files; put back as they were: {names}{more}",)


def half(root: Path, command: CommandJournal) -> list[FileChange]:
    """Drafts that put the files of a killed command back; none where it had changed all or none."""
    back = journal.half(root, command, partial(journal.content, root))
    return [FileChange(path, journal.content(root, path), before) for path, before in back.items()]


def _note(
    root: Path,
    changes: Sequence[FileBackup],
    command: str,
    copy: AttachmentCopy | None,
    person: str,
) -> tuple[StateEntry | None, tuple[str, ...]]:
    attached = copy.path if copy and copy.is_ours else None
    try:
        return state_folder.note_changes(root, changes, command, attached, person), ()
    except ScenError as error:
        return None, (f"this cannot be undone by scen undo: {error}",)


def _written(root: Path, drafts: Sequence[FileChange]) -> Iterator[FileChange]:
    """Write the drafts; yield each when done."""
    ordered = sorted(drafts, key=lambda draft: (draft.old is not None, draft.new is None))
    by_path = {draft.path: draft for draft in drafts}
    new = [(d.path, d.new) for d in ordered if d.old is None and d.new is not None]
    gone = [(d.path, d.old) for d in ordered if d.new is None and d.old is not None]
    new, gone = (files if len(files) >= _MANY else [] for files in (new, gone))
    together = {path for path, _ in (*new, *gone)}
    for path in worktree.create_all(root, new):
        yield by_path[path]
    for draft in ordered:
        if draft.path not in together:
            _put(root, draft)
            yield draft
    for path in worktree.remove_all(root, gone):
        yield by_path[path]


def _put(root: Path, draft: FileChange) -> None:
    if draft.new is None:
        worktree.remove(root, draft.path, draft.old or b"")
    elif draft.old is None:
        worktree.create(root, draft.path, draft.new)
    else:
        worktree.replace(root, draft.path, draft.old, draft.new)


def _take_back(root: Path, done: Sequence[FileChange], error: BaseException) -> bool:
    """Undo the first files of a step; note with the error what cannot be put back, if anything."""
    is_back = True
    for draft in reversed(done):
        try:
            _put(root, FileChange(draft.path, draft.new, draft.old))
        except ScenError as other:
            is_back = False
            if isinstance(error, ScenError):
                error.args = (_reason(error),)
            path = from_here(root / draft.path)
            error.add_note(f"{path} is changed, and could not be put back: {_reason(other)}")
    return is_back


def _reason(error: ScenError) -> str:
    """The text of a refusal without "nothing was written", which is not true."""
    return re.split(r"[;:] nothing was written", str(error))[0]


class PendingWrite(NamedTuple):
    """Files that are about to be written and can be committed."""

    repository: Repository
    paths: list[str]
    uncommitted: list[str]
    subject: str
    author: tuple[str, str] | None = None


class CommitResult(NamedTuple):
    """Result of a commit; no `oid` in a dry run, if nothing changed, or if git refused.

    `output` is that of git and its hooks; `also` are files whose earlier, uncommitted changes go
    into the commit too. `embedded` is a folder whose files form a repository of their own.
    """

    subject: str | None = None
    oid: str | None = None
    fault: ScenError | None = None
    output: str = ""
    also: tuple[str, ...] = ()
    embedded: Path | None = None


def check_commit(
    root: Path, paths: Sequence[str], subject: str, accepted: Sequence[str] = (), *, dry_run: bool
) -> PendingWrite:
    """Refuse files that could not be committed, before they are written.

    The files of `accepted` proposals are removed without committing their earlier changes.
    """
    folder = next(folder for folder in (root, *root.parents) if folder.is_dir())
    repository = committing.repository(folder)
    places = {path: (root / path).relative_to(folder).as_posix() for path in paths}
    inside = [*places.values()]
    committing.refuse(repository, inside)
    also = [shown_path for path, shown_path in places.items() if path not in accepted]
    uncommitted = committing.uncommitted(repository, also, dry_run=dry_run)
    return PendingWrite(repository, inside, uncommitted, subject)


def commit(pending: PendingWrite, note: CommitNote | None) -> CommitResult:
    """Commit the written files, without a note none; a refusal is returned, to be reported."""
    folder = pending.repository.folder
    also = tuple(from_here(folder / path) for path in pending.uncommitted)
    done = CommitResult(pending.subject, also=also, embedded=pending.repository.embedded)
    if note is None:
        return done
    try:
        new = committing.commit(pending.repository, note, pending.subject, pending.author)
    except ScenError as error:
        return done._replace(fault=error, also=())
    return done._replace(oid=new[0], output=new[1]) if new else CommitResult()


class WriteResult(NamedTuple):
    """A change that was written, or in a dry run would have been.

    `computed` has results of both states; `warnings` are new warnings of the database; `mended` are
    messages about a killed command, or that this one cannot be undone; `committed` is None if no
    commit was requested. `person` is the login of whoever made it on a team's server.
    """

    before: OpenDatabase
    after: LoadResult
    drafts: list[FileChange]
    dry_run: bool
    computed: dict[Any, Any]
    warnings: tuple[Problem, ...] = ()
    mended: tuple[str, ...] = ()
    committed: CommitResult | None = None
    attached: tuple[str, ...] = ()
    person: str = ""

    @property
    def opened(self) -> OpenDatabase:
        """The database with the change."""
        files = with_changes(self.before.snapshot, {draft.path: draft.new for draft in self.drafts})
        return self.before._replace(snapshot=files, loaded=self.after, problems=self.after.problems)

    @property
    def paths(self) -> list[str]:
        """The files, as typed from here: records, then a copy beside them."""
        files = (*(draft.path for draft in self.drafts), *self.attached)
        return [from_here(self.before.root / path) for path in files]

    @property
    def about(self) -> dict[str, Any]:
        """The keys that the results of all changes have."""
        done = self.committed
        commit = {"commit": done.oid, "subject": done.subject} if done else {}
        return {"paths": self.paths, "dry_run": self.dry_run, **commit}


def write(
    root: Path,
    draft: Callable[[OpenDatabase], Sequence[FileChange]],
    command: str,
    mode: WriteMode = AS_USUAL,
    *,
    subject: str | Callable[[WriteResult], str],
    edits: bool = True,
    noted: bool = True,
    copy: AttachmentCopy | None = None,
    stray: Callable[[Database], str | None] = lambda _: None,
    progress: Progress = unwatched,
) -> WriteResult:
    """Draft against a fresh reading, refuse new faults, write the change.

    `copy` is an attachment published with the first file, or not at all; `stray` names an
    attachment removed with the last. `command` is the name for undo.

    A change that `edits` an existing file, or several files, is read, checked and written under the
    database's lock, whole or not at all. A commit, with `subject`, is made under the lock too, of
    this change alone. Old content is `noted` first, for undo. Leftovers of a killed command, in git
    or among files, are mended first; a refusal carries the messages as its notes.
    """
    with locked(root, mode, edits=edits) as mended:
        # The files that were put back are not as the caller read them.
        is_as_read = not (edits or mode.commit or mended)
        followed = None if mended else _followed(mode)
        opened, proposed = _drafted(root, draft, mode, progress, followed, is_as_read=is_as_read)
        drafts = [draft for draft in proposed if draft.new != draft.old]
        refuse_future(opened.database, opened.read, drafts, mode.latest)
        after = accept(opened.snapshot, opened.loaded, drafts, opened.read, progress)
        if mode.agrees:
            mode.agrees(opened.database, after.database)
        warnings = tuple(new_problems(opened.problems, after.problems))
        gone = stray(after.database)
        attached = tuple(path for path in (copy and copy.path, gone) if path)
        written = WriteResult(
            opened, after, drafts, mode.dry_run, {}, warnings, mended, None, attached, mode.person
        )
        pending = None
        if mode.commit and proposed:
            text = subject if isinstance(subject, str) else subject(written)
            paths = [*(draft.path for draft in drafts or proposed), *attached]
            removed = [draft.path for draft in drafts if not draft.new]
            accepted = [path for path in removed if kind_of(path) == "proposal"]
            pending = check_commit(root, paths, text, accepted, dry_run=mode.dry_run)
            pending = pending._replace(author=mode.author)
            if not (drafts or pending.uncommitted):  # else a command before was killed in between
                pending = None
        note, done = None, CommitResult()
        held = noted_in_git(*pending[:2]) if pending and not mode.dry_run else nullcontext()
        with held as commit_note:
            if drafts and not mode.dry_run:
                note, remarks = take(
                    root, drafts, command, copy, noted=noted, person=mode.person, progress=progress
                )
                written = written._replace(mended=(*mended, *remarks))
                if gone:
                    drop(root, gone)
            if pending:
                done = commit(pending, commit_note)
        if note and done.oid:
            with suppress(ScenError):
                note.committed(done.oid)
        return written._replace(committed=done) if mode.commit else written


def _drafted(
    root: Path,
    draft: Callable[[OpenDatabase], Sequence[FileChange]],
    mode: WriteMode,
    progress: Progress,
    followed: OpenDatabase | None,
    *,
    is_as_read: bool,
) -> tuple[OpenDatabase, Sequence[FileChange]]:
    """A reading that is fresh enough, and what is drafted against it."""
    if not (mode.dry_run or followed):
        disk.clear(lock_file(root).parent)
        disk.clear(journal.place_of(root).parent)
        disk.clear_below(root)
        disk.clear(root.parent / "schema")  # where `init` writes too
    read: Read | OpenDatabase | None = followed or mode.read
    if isinstance(read, OpenDatabase) and not (followed or is_as_read):
        read = read.read
    opened = read if isinstance(read, OpenDatabase) else open_folder(root, read, progress)
    opened.refuse_without_tracker()
    opened.refuse_changed(mode.seen)
    with suppress(ChangedMeanwhile) if followed else nullcontext():
        drafts = draft(opened)
        if not followed or all(_is_on_disk(root, draft) for draft in drafts):
            return opened, drafts
    return _drafted(root, draft, mode, progress, None, is_as_read=False)


def _followed(mode: WriteMode) -> OpenDatabase | None:
    """The state that a team's server follows, if its tracker, which has the roles, is on disk.

    A walk of the folder would wait for the pages that are computed meanwhile once for each file,
    since each look at one lets another thread go on.
    """
    read = mode.read
    if mode.person and isinstance(read, OpenDatabase) and not read.half:
        with suppress(ChangedMeanwhile):
            tracker = FileChange("tracker.yaml", read.snapshot.get("tracker.yaml"), None)
            return read if _is_on_disk(read.root, tracker) else None
    return None


def _is_on_disk(root: Path, draft: FileChange) -> bool:
    """True if a file still has the content that a draft replaces."""
    try:
        return (root / draft.path).read_bytes() == draft.old
    except OSError:
        return draft.old is None


@contextmanager
def locked(root: Path, mode: WriteMode, *, edits: bool) -> Iterator[tuple[str, ...]]:
    """Hold the lock if a change needs it; yield messages about a killed command."""
    in_git = not mode.dry_run and commit_notes.is_left(root)
    in_files = not mode.dry_run and journal.place_of(root).exists()
    is_locked = in_git or in_files or ((edits or mode.commit) and not mode.dry_run)
    with lock(root) if is_locked else nullcontext():
        mended = (
            *(take_back_half(root) if in_files else ()),
            *(committing.mend(committing.repository(root)) if in_git else ()),
        )
        try:
            yield mended
        except ScenError as error:
            for text in mended:
                error.add_note(text)
            raise


def refuse_future(
    before: Database, read: Read, drafts: Sequence[FileChange], latest: date | None
) -> None:
    """Refuse records with new days after `latest`, if given."""
    if latest is None:
        return
    earlier_records = (records(before, kind_of(d.path)).get(id_of(d.path)) for d in drafts)
    had = {timestamp for record in earlier_records if record for timestamp in moments(record)}
    for draft in drafts:
        record = read(kind_of(draft.path), draft.path, draft.new)[0] if draft.new else None
        for timestamp in moments(record) if record else ():
            if timestamp not in had:
                refuse_day(*timestamp, latest)


def refuse_day(what: str, day: date, latest: date | None) -> None:
    """Refuse a day after `latest`."""
    if latest and day > latest:
        raise NotWritten(
            f"'{what}' is {day}, after today ({latest}): --future allows it, for what is planned"
        )


def new_analyst(database: Database, analyst: str) -> str | None:
    """Warning for an analyst not seen before in a database with others, or None.

    None too if the tracker declares its analysts, since others are refused.
    """
    if database.tracker.analysts:
        return None
    analysts = {sheet.analyst for sheet in database.sheets.values()}
    items = database.evidence
    if analyst in analysts or any(items[id].analyst == analyst for id in items):
        return None
    analysts |= {item.analyst for item in items.values() if item.analyst}
    if not analysts:
        return None
    hint = did_you_mean(analyst, sorted(analysts))
    return f"'{analyst}' has recorded nothing here before{f': {hint}' if hint else ''}"


def crowded_set(database: Database, id: ScenarioId) -> str | None:
    """Warning for a scenario whose set has priors that sum to more than 1, or None."""
    of = database.scenarios[id].set
    ids = members(database, of) if of else ()
    priors = {id: database.scenarios[id].prior.probability for id in ids}
    return not_one(f"the priors of {of}", priors) if sum(priors.values()) > 1 else None


def moments(record: Record) -> Iterator[tuple[str, date]]:
    """The days on which something happened, was known or was forecast; no due days."""
    if isinstance(record, Sheet):
        yield "date", record.date
    elif isinstance(record, Evidence):
        yield "recorded", record.recorded
        yield "observed", first_day(record.observed)
        if record.retracted:
            yield "retracted.date", record.retracted.date
    elif isinstance(record, Scenario):
        yield "opened", record.opened
        for key, indicator in record.indicators.items():
            yield f"indicators.{key}.added", indicator.added
        for number, clarification in enumerate(record.clarifications, start=1):
            yield f"clarifications.{number}.date", clarification.date
        if record.resolution:
            yield "resolution.recorded", record.resolution.recorded
            yield "resolution.date", record.resolution.date
