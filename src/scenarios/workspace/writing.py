"""A change on its way to disk and git: drafted under the lock, checked, written, committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.model import Database
from scenarios.progress import Progress, unwatched
from scenarios.storage import temporary
from scenarios.storage.attachments import Copy, drop
from scenarios.storage.edits import Draft, accept, new_problems
from scenarios.storage.git import begun
from scenarios.storage.loader import Loaded, Read
from scenarios.storage.lock import lock, lock_file
from scenarios.workspace import commit as committing
from scenarios.workspace import steps
from scenarios.workspace.commit import Committed
from scenarios.workspace.guards import refuse_future
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened, open_folder
from scenarios.workspace.place import from_here


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
    in_git, in_files = (not how.dry_run and left(root) for left in (begun.is_left, steps.is_left))
    is_locked = in_git or in_files or ((edits or how.commit) and not how.dry_run)
    with lock(root) if is_locked else nullcontext():
        mended = (
            *(steps.take_back_halves(root) if in_files else ()),
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
) -> steps.Step:
    if copy is None:
        return steps.take(root, drafts, command, noted=noted, progress=progress)
    copy.publish()
    try:
        made = copy.path if copy.is_ours else None
        return steps.take(root, drafts, command, made, noted=noted)
    except BaseException:
        copy.withdraw()
        raise
