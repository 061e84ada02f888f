"""A change of one file or of several, as one step: all of it or nothing, and noted beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from scenarios.errors import NAMED, ScenError
from scenarios.progress import Progress, unwatched
from scenarios.storage import many, worktree
from scenarios.storage.edits import Draft
from scenarios.storage.state import undo_journal
from scenarios.storage.state.undo_journal import Change, Noted
from scenarios.workspace.place import from_here

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
        for path in many.create(root, [(it.path, it.new or b"") for it in new.values()]):
            yield new[path]
        ordered = [it for it in ordered if it.path not in new]
    gone = {it.path: it for it in ordered if it.new is None and it.old is not None}
    last = gone if len(gone) >= _MANY else {}
    for draft in ordered:
        if draft.path not in last:
            _put(root, draft)
            yield draft
    for path in many.remove(root, [(it.path, it.old or b"") for it in last.values()]):
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
