"""A change on its way to disk and git: drafted under the lock, checked, written, committed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import NAMED, Problem, ScenError
from scenarios.model import Database
from scenarios.progress import Progress, unwatched
from scenarios.storage import temporary, worktree
from scenarios.storage.attachments import Copy, drop
from scenarios.storage.edits import Draft, accept, new_problems
from scenarios.storage.git import begun
from scenarios.storage.loader import Loaded, Read
from scenarios.storage.lock import lock, lock_file
from scenarios.storage.state import undo_journal
from scenarios.storage.state.undo_journal import Change, Noted
from scenarios.text import printable
from scenarios.workspace import commit as committing
from scenarios.workspace.commit import Committed
from scenarios.workspace.guards import refuse_future
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened, from_here, open_folder

is_left = undo_journal.is_begun
"""Whether a command that was killed may have changed some of its files and not the others."""
_MANY = 20
"""From so many files on that come, or go, they are made durable together."""


class Step:
    """A step that was taken; `remarks` say where it cannot be undone, and why."""

    def __init__(self, noted: Noted | None, remarks: tuple[str, ...]) -> None:
        self._noted, self.remarks = noted, remarks

    def was_committed(self, oid: str) -> None:
        """Note the commit: what is committed is taken back by git."""
        if self._noted:
            with suppress(ScenError):
                self._noted.done(oid)


def take(
    root: Path,
    drafts: Sequence[Draft],
    command: str,
    copy: str | None = None,
    *,
    noted: bool,
    progress: Progress = unwatched,
) -> Step:
    """Write the drafts: first what is new, then what changes, then what goes.

    A fault half way takes back what came before it. A kill leaves a note of what each file held,
    from which the next command takes it back.
    """
    is_noted = noted or len(drafts) > 1
    note, remarks = _noted(root, drafts, command, copy) if is_noted else (None, ())
    done: list[Draft] = []
    try:
        for draft in progress(_written(root, drafts), "writing", len(drafts)):
            done.append(draft)  # noqa: PERF402 - known too where the next one fails
    except BaseException as error:
        _take_back(root, done, error)
        if note:
            note.forget()
        raise
    if note and not noted:
        note.forget()
    elif note:
        note.done()
    return Step(note if noted else None, remarks)


def take_back_halves(root: Path) -> tuple[str, ...]:
    """Put back what a command changed that was killed between its files; under the lock.

    What is to be said of it. A file that somebody changed since is left as it is.
    """
    said: list[str] = []
    for note in undo_journal.begun(root):
        now = {change.path: _content(root / change.path) for change in note.entry.changes}
        changed = [one for one in note.entry.changes if one.is_after(now[one.path])]
        if len(changed) == len(now) and note.entry.command != "undo":  # which is not undone
            note.done()
            continue
        for _ in _written(root, [Draft(one.path, now[one.path], one.before) for one in changed]):
            pass
        note.forget()
        if changed:
            names = ", ".join(from_here(root / one.path) for one in changed[:NAMED])
            more = f" and {len(changed) - NAMED:,} more" if changed[NAMED:] else ""
            said.append(
                f"a command was killed between its files; put back as they were: {names}{more}"
            )
    return tuple(said)


def _noted(
    root: Path, drafts: Sequence[Draft], command: str, copy: str | None
) -> tuple[Noted | None, tuple[str, ...]]:
    changes = [
        Change(path=it.path, before=it.old, after=undo_journal.digest(it.new)) for it in drafts
    ]
    try:
        return undo_journal.note(root, changes, command, copy), ()
    except ScenError as error:
        return None, (f"this cannot be undone by scen undo: {error}",)


def _written(root: Path, drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Write the drafts, each told when it is done."""
    ordered = sorted(drafts, key=lambda it: (it.old is not None, it.new is None))
    new = {it.path: it for it in ordered if it.old is None and it.new is not None}
    if len(new) >= _MANY:
        for path in worktree.create_all(root, [(it.path, it.new or b"") for it in new.values()]):
            yield new[path]
        ordered = [it for it in ordered if it.path not in new]
    gone = {it.path: it for it in ordered if it.new is None and it.old is not None}
    last = gone if len(gone) >= _MANY else {}
    for draft in ordered:
        if draft.path not in last:
            _put(root, draft)
            yield draft
    for path in worktree.remove_all(root, [(it.path, it.old or b"") for it in last.values()]):
        yield last[path]


def _put(root: Path, draft: Draft) -> None:
    if draft.new is None:
        worktree.remove(root, draft.path, draft.old or b"")
    elif draft.old is None:
        worktree.create(root, draft.path, draft.new)
    else:
        worktree.replace(root, draft.path, draft.old, draft.new)


def _take_back(root: Path, done: Sequence[Draft], error: BaseException) -> None:
    """Undo the first files of a step; what cannot be put back is said with the error."""
    for draft in reversed(done):
        try:
            _put(root, Draft(draft.path, draft.new, draft.old))
        except ScenError as other:
            if isinstance(error, ScenError):
                error.args = (_reason(error),)
            place = from_here(root / draft.path)
            error.add_note(f"{place} is changed, and could not be put back: {_reason(other)}")


def _reason(error: ScenError) -> str:
    """The text of a refusal, without its word that nothing was written, which is not true."""
    return re.split(r"[;:] nothing was written", str(error))[0]


def _content(place: Path) -> bytes | None:
    return place.read_bytes() if place.is_file() else None


class Written(NamedTuple):
    """What was written, or in a dry run would have been.

    `warnings` are what a check of the database says now and did not before; `mended`
    tells what was done about a command that was killed, and that this one cannot be undone;
    `committed` is None where no commit was asked for.
    """

    before: Opened
    after: Loaded
    drafts: list[Draft]
    dry_run: bool
    warnings: tuple[Problem, ...] = ()
    mended: tuple[str, ...] = ()
    committed: Committed | None = None
    attached: tuple[str, ...] = ()

    @property
    def paths(self) -> list[str]:
        """The files, as one would type them from here: the records, then a copy beside them."""
        files = (*(draft.path for draft in self.drafts), *self.attached)
        return [from_here(self.before.root / path) for path in files]


def write(
    root: Path,
    draft: Callable[[Opened], Sequence[Draft]],
    command: str,
    how: How = AS_USUAL,
    *,
    subject: str | Callable[[Written], str],
    edits: bool = True,
    read: Read | None = None,
    noted: bool = True,
    copy: Copy | None = None,
    stray: Callable[[Database], str | None] = lambda _: None,
    progress: Progress = unwatched,
) -> Written:
    """Draft against a fresh reading, refuse what has a new fault, write the rest.

    `read` may remember files that were read before; those that have changed are read again.
    `copy` is an attachment that takes its place with the first of the files, or not at all; `stray`
    names one that goes with the last of them. `command` is how undo tells what it takes back.

    A change that `edits` an existing file, or is of several, is read, checked and written under the
    database's lock: all of them or none. `subject` is that of a commit, or makes it; a commit is
    made under the lock too: of this change alone. What was there is noted before, unless it is not
    to be, so that it can be taken back. What a killed command had left, in git or of its several
    files, is mended first; a refusal carries that as its notes.
    """
    with _locked(root, how, edits=edits) as mended:
        if not how.dry_run:
            temporary.clear(lock_file(root).parent)
            temporary.clear_below(root)
            temporary.clear(root.parent / "schema")  # where `init` writes too
        opened = open_folder(root, read, progress)
        opened.refuse_without_tracker()
        proposed = draft(opened)
        drafts = [d for d in proposed if d.new != d.old]
        refuse_future(opened.database, opened.read, drafts, how.latest)
        after = accept(opened.snapshot, opened.loaded, drafts, opened.read, progress)
        warnings = tuple(new_problems(opened.problems, after.problems))
        gone = stray(after.database)
        attached = tuple(path for path in (copy and copy.path, gone) if path)
        written = Written(opened, after, drafts, how.dry_run, warnings, mended, attached=attached)
        pending = None
        if how.commit and proposed:
            text = subject if isinstance(subject, str) else subject(written)
            paths = [*(d.path for d in drafts or proposed), *attached]
            pending = committing.check(root, paths, text, dry_run=how.dry_run)
            if not (drafts or pending.uncommitted):  # else a command before was killed in between
                pending = None
        step = None
        if drafts and not how.dry_run:
            step = _take(root, drafts, command, copy, noted=noted, progress=progress)
            written = written._replace(mended=(*mended, *step.remarks))
            if gone:
                drop(root, gone)
        done = committing.commit(pending, dry_run=how.dry_run) if pending else Committed()
        if step and done.oid:
            step.was_committed(done.oid)
        return written._replace(committed=done) if how.commit else written


@contextmanager
def _locked(root: Path, how: How, *, edits: bool) -> Iterator[tuple[str, ...]]:
    """Hold the lock where a change needs it; yield what was done about a killed command."""
    in_git, in_files = (not how.dry_run and left(root) for left in (begun.is_left, is_left))
    is_locked = in_git or in_files or ((edits or how.commit) and not how.dry_run)
    with lock(root) if is_locked else nullcontext():
        mended = (
            *(take_back_halves(root) if in_files else ()),
            *(committing.mend(root) if in_git else ()),
        )
        try:
            yield mended
        except ScenError as error:
            for text in mended:
                error.add_note(text)
            raise


def _take(
    root: Path,
    drafts: Sequence[Draft],
    command: str,
    copy: Copy | None,
    *,
    noted: bool,
    progress: Progress,
) -> Step:
    if copy is None:
        return take(root, drafts, command, noted=noted, progress=progress)
    copy.publish()
    try:
        made = copy.path if copy.is_ours else None
        return take(root, drafts, command, made, noted=noted)
    except BaseException:
        copy.withdraw()
        raise


def differences(written: Written) -> str:
    """The drafts as a unified diff, in which nothing acts."""
    lines: list[str] = []
    for path, draft in moved_or_changed(written):
        old = draft.old.decode("utf-8", "replace").splitlines() if draft.old is not None else []
        new = draft.new.decode("utf-8", "replace").splitlines() if draft.new is not None else []
        was, _, now = path.partition(" → ")
        name = was if draft.old is not None else "/dev/null"
        to = (now or was) if draft.new is not None else "/dev/null"
        lines += unified_diff(old, new, name, to, lineterm="")
    return "\n".join(printable(line) for line in lines)


def moved_or_changed(written: Written) -> list[tuple[str, Draft]]:
    """Each file with what becomes of it; one that gets another name stands once."""
    pairs = [*zip(written.paths, written.drafts, strict=False)]
    found: list[tuple[str, Draft]] = []
    for path, draft in pairs:
        before = found[-1][1] if found else None
        if before and before.new is None and draft.old is None:
            old, _ = found.pop()
            found.append((f"{old} → {path}", Draft(draft.path, before.old, draft.new)))
        else:
            found.append((path, draft))
    return found
