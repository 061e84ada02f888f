"""A change on its way to disk and git: drafted under the lock, checked, written, committed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import Problem, ScenError
from scenarios.storage import temporary, worktree
from scenarios.storage.edits import Draft, accept, new_problems
from scenarios.storage.git import begun
from scenarios.storage.loader import Loaded, Read
from scenarios.storage.lock import lock, lock_file
from scenarios.workspace import commit as committing
from scenarios.workspace.commit import Committed
from scenarios.workspace.opened import Opened, open_folder
from scenarios.workspace.place import from_here


class Written(NamedTuple):
    """What was written, or in a dry run would have been.

    `warnings` are what a check of the database says now and did not before; `mended`
    tells what a command that was killed had left in git; `committed` is None where no commit was
    asked for.
    """

    before: Opened
    after: Loaded
    drafts: list[Draft]
    dry_run: bool
    warnings: tuple[Problem, ...] = ()
    mended: tuple[str, ...] = ()
    committed: Committed | None = None

    @property
    def paths(self) -> list[str]:
        """The files, as one would type them from here."""
        return [from_here(self.before.root / draft.path) for draft in self.drafts]


def write(
    root: Path,
    draft: Callable[[Opened], Sequence[Draft]],
    *,
    edits: bool,
    dry_run: bool = False,
    commit: str | Callable[[Written], str] | None = None,
    read: Read | None = None,
) -> Written:
    """Draft against a fresh reading, refuse what has a new fault, write the rest.

    `read` may remember files that were read before; those that have changed are read again.

    An edit of an existing file is read, checked and written under the database's lock. `commit`
    is the subject of a commit, or makes it; that is made under the lock too: of this change alone.
    What a killed command had left in git is mended first; a refusal carries that as its notes.
    """
    is_left = not dry_run and begun.is_left(root)
    with lock(root) if is_left or ((edits or commit) and not dry_run) else nullcontext():
        mended = committing.mend(root) if is_left else ()
        try:
            written = _write(root, draft, dry_run=dry_run, commit=commit, read=read)
        except ScenError as error:
            for text in mended:
                error.add_note(text)
            raise
    return written._replace(mended=mended)


def _write(
    root: Path,
    draft: Callable[[Opened], Sequence[Draft]],
    *,
    dry_run: bool,
    commit: str | Callable[[Written], str] | None,
    read: Read | None,
) -> Written:
    if not dry_run:
        temporary.clear(lock_file(root).parent)
        temporary.clear_below(root)
        temporary.clear(root.parent / "schema")  # where `init` writes too
    opened = open_folder(root, read)
    opened.refuse_without_tracker()
    proposed = draft(opened)
    drafts = [d for d in proposed if d.new != d.old]
    after = accept(opened.snapshot, opened.loaded, drafts, opened.read)
    warnings = tuple(new_problems(opened.problems, after.problems))
    written = Written(opened, after, drafts, dry_run, warnings)
    pending = None
    if commit and proposed:
        subject = commit if isinstance(commit, str) else commit(written)
        paths = [d.path for d in drafts or proposed]
        pending = committing.check(root, paths, subject, dry_run=dry_run)
        if not (drafts or pending.uncommitted):  # else a command before was killed in between
            pending = None
    if not dry_run:
        _put(root, drafts)
    done = committing.commit(pending, dry_run=dry_run) if pending else Committed()
    return written._replace(committed=done) if commit else written


def _put(root: Path, drafts: Sequence[Draft]) -> None:
    """Write the files one after the other; an error says which of them came first."""
    for number, draft in enumerate(drafts):
        try:
            if draft.old is None:
                worktree.create(root, draft.path, draft.new)
            else:
                worktree.replace(root, draft.path, draft.old, draft.new)
        except worktree.Exists:
            raise
        except ScenError as error:
            if not number:
                raise
            first = ", ".join(from_here(root / done.path) for done in drafts[:number])
            raise ScenError(f"{error} (but {first}, which came first)") from None
