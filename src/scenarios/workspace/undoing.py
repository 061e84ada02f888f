"""Undo of the last recording command of this checkout."""

from collections import ChainMap
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from scenarios.errors import ScenError
from scenarios.model import Database
from scenarios.paths import kind_of
from scenarios.storage import journal, state_folder
from scenarios.storage.attachments import digest_of
from scenarios.storage.edits import FileChange
from scenarios.storage.git import repository as git
from scenarios.storage.proposals import waiting
from scenarios.storage.state_folder import FileBackup, StateEntry
from scenarios.workspace.opened import OpenDatabase, from_here
from scenarios.workspace.write_mode import AS_USUAL, WriteMode
from scenarios.workspace.writing import WriteResult, half, write

_LONGEST = 100


def undo(root: Path, mode: WriteMode = AS_USUAL) -> tuple[WriteResult, str]:
    """Restore each file as it was before the last recording command; return that command.

    With a person in the mode, their last command, committed or not. Refused if a file changed
    since, and if it was committed, unless a new commit undoes it. The written half of a killed
    command is undone first, in a dry run too.
    """
    unfinished = journal.left(journal.place_of(root))
    if unfinished and unfinished.command != "undo":  # nothing is written but what mends it
        back = half(root, unfinished) if mode.dry_run else []
        alone = mode._replace(commit=False)
        written = write(root, lambda _: back, "undo", alone, subject="", noted=False)
        if written.mended or written.drafts:
            return written, ""
    entries: list[StateEntry] = []

    def draft(opened: OpenDatabase) -> list[FileChange]:
        now: Mapping[str, bytes] = ChainMap(waiting(root).files, cast("Any", opened.snapshot))
        note = _last(root, now, mode)
        if not (mode.commit or mode.person) and (
            oid := note.entry.commit or _commit_with(opened, note)
        ):
            raise ScenError(
                f"{_name(note)} is committed, in {oid[:12]}: scen undo --commit takes it back in a"
                f" new commit; git revert {oid[:12]} takes back all of that commit"
            )
        entries.append(note)
        return [
            FileChange(change.path, now.get(change.path), change.before)
            for change in note.entry.changes
        ]

    def stray(after: Database) -> str | None:
        return _stray(root, entries[-1], after)

    written = write(root, draft, "undo", mode, subject=_subject, noted=False, stray=stray)
    if not mode.dry_run:
        entries[-1].forget()
    return written, entries[-1].entry.command


def _refuse_changed(
    root: Path, now: Mapping[str, bytes | None], note: StateEntry, later: Collection[str]
) -> None:
    for change in note.entry.changes:
        if change.path in later or not change.is_after(now.get(change.path)):
            shown_path, is_new = from_here(root / change.path), change.before is None
            instead = "scen remove takes a record away" if is_new else "edit it by hand"
            raise ScenError(
                f"{shown_path}: changed since {_name(note)}: nothing was written; {instead}"
            )


def _subject(written: WriteResult) -> str:
    text = f"undo: {', '.join(draft.path.removesuffix('.yaml') for draft in written.drafts)}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _stray(root: Path, note: StateEntry, after: Database) -> str | None:
    """The copy that the command added, if it is unchanged and unnamed."""
    copy = note.entry.copy
    if copy is None or digest_of(root / copy) != Path(copy).stem:
        return None
    named = (item.attachment.file for item in after.evidence.values() if item.attachment)
    return None if copy in named else copy


def _last(root: Path, now: Mapping[str, bytes | None], mode: WriteMode) -> StateEntry:
    """The last command, of a person if one is given; an undone one is reported and forgotten."""
    later: set[str] = set()  # two writes of others, to and fro, leave a file as it was
    for note in state_folder.all_noted(root):
        changes = note.entry.changes
        if mode.person in ("", note.entry.person):
            break
        if any(now.get(change.path) != change.before for change in changes):
            later.update(change.path for change in changes)
    else:
        words = "nothing to undo here"
        if not any(path.endswith(".yaml") for path in now if path != "tracker.yaml"):
            folders = f"{from_here(root)} and {from_here(root.parent / 'schema')}"
            words += f"; there is no record yet: deleting {folders} takes scen init back"
        raise ScenError(words)
    if all(now.get(change.path) == change.before for change in changes):
        if not mode.dry_run:
            note.forget()
        places = ", ".join(from_here(root / change.path) for change in changes)
        raise ScenError(
            f"{places}: already as before {_name(note)}: nothing is left to undo;"
            " run scen undo again for the command before it"
        )
    _refuse_changed(root, now, note, later)
    return note


def _name(note: StateEntry) -> str:
    return f"the last command ({note.entry.command})" if note.entry.command else "the last command"


def _commit_with(opened: OpenDatabase, note: StateEntry) -> str | None:
    """The last commit of a file that HEAD has as the command left it, and no earlier command did.

    A file that two commands changed to and fro is in HEAD as it was before both.
    """
    try:
        repository = git.repository(opened.root)
        tip = git.commit_of(repository, "HEAD")
        files, _ = git.snapshot(repository, tip, opened.snapshot)
    except ScenError:
        return None
    for change in note.entry.changes:
        data = files.get(change.path)
        if kind_of(change.path) == "proposal":  # which no snapshot has
            data = git.content(repository, tip, change.path) or None
        is_there = change.is_after(data)
        is_older = change.after is not None and _was_so(opened.root, note, change)
        if is_there and not is_older and (oid := git.last_change(repository, change.path)):
            return oid
    return None


def _was_so(root: Path, note: StateEntry, change: FileBackup) -> bool:
    """True if the file was in this state before an earlier command too."""
    return any(
        earlier.place < note.place and before.path == change.path and change.is_after(before.before)
        for earlier in state_folder.all_noted(root)
        for before in earlier.entry.changes
    )
