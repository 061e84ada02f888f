"""The last recording command of this checkout, taken back."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import undo_journal
from scenarios.storage.edits import Draft
from scenarios.storage.undo_journal import Noted
from scenarios.workspace import steps
from scenarios.workspace.opened import Opened
from scenarios.workspace.place import from_here
from scenarios.workspace.writing import Written, write

_LONGEST = 100


def undo(root: Path, *, dry_run: bool = False, commit: bool = False) -> Written:
    """Give each file back what it held before the last recording command; then the one before that.

    Refused where a file is not as that command left it, and where it was committed: then git
    takes it back. Of a command that was killed half way it is enough that its half is taken back.
    """
    if steps.is_left(root):
        written = write(root, lambda _: [], edits=True, dry_run=dry_run, noted=False)
        if written.mended:
            return written
    taken: list[Noted] = []

    def draft(opened: Opened) -> list[Draft]:
        note = _last(opened, forgets=not dry_run)
        if note.entry.commit:
            oid = note.entry.commit[:12]
            raise ScenError(f"the last command was committed as {oid}: git revert {oid}")
        for one in note.entry.changes:
            if not one.is_after(opened.snapshot.get(one.path)):
                place = from_here(opened.root / one.path)
                raise ScenError(
                    f"{place}: changed since the command that would be undone: nothing was"
                    f" written; {_instead(one.before)}"
                )
        taken.append(note)
        now = opened.snapshot
        return [Draft(one.path, now.get(one.path), one.before) for one in note.entry.changes]

    def words(written: Written) -> str:
        text = f"undo: {', '.join(draft.path.removesuffix('.yaml') for draft in written.drafts)}"
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    made = words if commit else None
    written = write(root, draft, edits=True, dry_run=dry_run, commit=made, noted=False)
    if not dry_run:
        taken[-1].forget()
    return written


def _last(opened: Opened, *, forgets: bool) -> Noted:
    """The last command that changed something; one that was killed before it did is forgotten."""
    seen = None
    while note := undo_journal.last(opened.root, before=seen):
        files = opened.snapshot
        if note.entry.commit or any(files.get(it.path) != it.before for it in note.entry.changes):
            return note
        seen = note.place
        if forgets:
            note.forget()
    raise ScenError("nothing to undo: no recording command of this checkout is noted any more")


def _instead(before: bytes | None) -> str:
    return "edit it by hand" if before is not None else "scen remove takes a record away"
