"""Undo of the last recording command of this checkout."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.storage.attachments import digest_of
from scenarios.storage.edits import Draft
from scenarios.storage.git import repository as git
from scenarios.storage.state import undo_journal
from scenarios.storage.state.undo_journal import Change, Noted
from scenarios.workspace.how import AS_USUAL, How
from scenarios.workspace.opened import Opened, from_here
from scenarios.workspace.writing import Written, write

_LONGEST = 100


def undo(root: Path, how: How = AS_USUAL) -> tuple[Written, str]:
    """Restore each file as it was before the last recording command; return that command.

    Refused if a file changed since, and if it was committed: then git reverts it, or a commit of
    its own undoes what the command had not committed. Of a killed command the written half is
    undone.
    """
    is_left = {note.entry.command for note in undo_journal.begun(root)} - {"undo"}
    if is_left and (written := _mended(root, how)).mended:
        return written, ""
    taken: list[Noted] = []

    def draft(opened: Opened) -> list[Draft]:
        note = _last(opened, forgets=not how.dry_run)
        if note.entry.commit:
            oid = note.entry.commit[:12]
            raise ScenError(f"{_told(note)} was committed as {oid}: git revert {oid}")
        for one in note.entry.changes:
            if not one.is_after(opened.snapshot.get(one.path)):
                place = from_here(opened.root / one.path)
                raise ScenError(
                    f"{place}: changed since {_told(note)}: nothing was"
                    f" written; {_instead(one.before)}"
                )
        if not how.commit:
            _refuse_committed(opened, note)
        taken.append(note)
        now = opened.snapshot
        return [Draft(one.path, now.get(one.path), one.before) for one in note.entry.changes]

    def words(written: Written) -> str:
        text = f"undo: {', '.join(draft.path.removesuffix('.yaml') for draft in written.drafts)}"
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"

    def stray(after: Database) -> str | None:
        return _stray(root, taken[-1], after)

    written = write(root, draft, "undo", how, subject=words, noted=False, stray=stray)
    if not how.dry_run:
        taken[-1].forget()
    return written, taken[-1].entry.command


def _mended(root: Path, how: How) -> Written:
    """Nothing written but what a killed command had left half done."""
    return write(root, lambda _: [], "undo", how._replace(commit=False), subject="", noted=False)


def _refuse_committed(opened: Opened, note: Noted) -> None:
    if later := _commit_with(opened, note):
        raise ScenError(
            f"{_told(note)} was committed meanwhile, in {later}: git revert {later} takes back"
            " all of that commit, scen undo --commit this command alone"
        )


def _stray(root: Path, note: Noted, after: Database) -> str | None:
    """The copy that the command made, if it is unchanged and unnamed."""
    copy = note.entry.copy
    if copy is None or digest_of(root / copy) != Path(copy).stem:
        return None
    named = (item.attachment.file for item in after.evidence.values() if item.attachment)
    return None if copy in named else copy


def _last(opened: Opened, *, forgets: bool) -> Noted:
    """The last command; one already taken back is reported and forgotten."""
    note = undo_journal.last(opened.root)
    if note is None:
        raise ScenError("nothing to undo: no recording command of this checkout is noted any more")
    changes = note.entry.changes
    if all(opened.snapshot.get(one.path) == one.before for one in changes):
        if forgets:
            note.forget()
        places = ", ".join(from_here(opened.root / one.path) for one in changes)
        raise ScenError(
            f"{places}: as before {_told(note)}, of which nothing is left to take back;"
            " scen undo once more takes back the command before it"
        )
    return note


def _told(note: Noted) -> str:
    return f"the last command ({note.entry.command})" if note.entry.command else "the last command"


def _commit_with(opened: Opened, note: Noted) -> str | None:
    """The last commit of a file that HEAD has as the command left it, and not an earlier one.

    What two commands changed to and fro is as HEAD had it before both.
    """
    try:
        repository = git.repository(opened.root)
        files, _ = git.snapshot(repository, git.commit_of(repository, "HEAD"), opened.snapshot)
    except ScenError:
        return None
    for one in note.entry.changes:
        is_there = one.is_after(files.get(one.path))
        is_older = one.after is not None and _was_so(opened.root, note, one)
        if is_there and not is_older and (oid := git.last_change(repository, one.path)):
            return oid[:12]
    return None


def _was_so(root: Path, note: Noted, change: Change) -> bool:
    """True if an earlier command found the file as this one left it."""
    while earlier := undo_journal.last(root, before=note.place):
        note = earlier
        for one in earlier.entry.changes:
            if one.path == change.path and change.is_after(one.before):
                return True
    return False


def _instead(before: bytes | None) -> str:
    return "edit it by hand" if before is not None else "scen remove takes a record away"
