"""The database as it is now, or as a revision had it, for many readers at once."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.model import EvidenceId
from scenarios.storage import worktree
from scenarios.storage.cache.files import CachedEvidence, CachedFiles
from scenarios.storage.cache.memory import Memory
from scenarios.storage.git import repository as git
from scenarios.storage.git.revisions import ListedCommit, newest
from scenarios.workspace.opened import Opened, open_folder, open_revision

_REVISIONS = 4
"""Revisions that are kept."""
_OFFERED = 100


class DeskState(NamedTuple):
    """A state of the database: its number among those seen, a name of its own, and what is in it.

    `remark` says what keeps it from being read or written as it is now; `offered` are the newest
    commits that changed it.
    """

    number: int
    opened: Opened
    name: str
    remark: str
    offered: tuple[ListedCommit, ...]


class Desk:
    """The live workspace in its latest state; while it `is_watched` others look at the files."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root, self.read_only, self.is_watched = root, read_only, False
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Opened] = OrderedDict()
        self.latest = self._read(None)

    def refresh(self) -> DeskState:
        """The latest state; where nobody watches the files, they are looked at first."""
        return self.latest if self.is_watched else self.look()

    def look(self) -> DeskState:
        """Look at the files; what has not changed is not read again."""
        with self._lock:
            seen = self._read(self.latest)
            if (seen.name, seen.remark) != (self.latest.name, self.latest.remark):
                self.latest = seen._replace(number=self.latest.number + 1)
            return self.latest

    def git_folder(self) -> Path | None:
        """Where git keeps what it knows of the database; None where it knows nothing."""
        try:
            return git.repository(self.root).git_dir
        except ScenError:
            return None

    def at(self, revision: str, seen: DeskState) -> DeskState:
        """The files as a revision had them, beside a state."""
        repository = git.repository(self.root)
        commit = git.commit_of(repository, revision)
        with self._lock:
            if commit not in self._kept:
                here = seen.opened
                opened = open_revision(self.root, repository, commit, {**here.snapshot}, here.read)
                self._kept[commit] = opened
                while len(self._kept) > _REVISIONS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(commit)
            return seen._replace(opened=self._kept[commit], name=f"{commit} {seen.name}")

    def _read(self, before: DeskState | None) -> DeskState:
        if before and not (self.root / "tracker.yaml").is_file():
            lost = f"{worktree.safe(self.root)} holds no tracker.yaml any more"
            return before._replace(remark=f"{lost}: what it held before is shown.")
        opened = open_folder(self.root, before.opened.read if before else None)
        offered = self._offered(before.offered if before else ())
        state = _state(opened)
        if isinstance(opened.read, Memory):
            opened.read.lasts = True
        name = f"{state} {offered[0].id if offered else ''}"
        if before and before.name.partition(" ")[0] == state:
            opened = before.opened  # with all that was made of it
        elif before:
            changed_items(before.opened, opened)
        return DeskState(before.number if before else 1, opened, name, self._unwritable(), offered)

    def _offered(self, before: tuple[ListedCommit, ...]) -> tuple[ListedCommit, ...]:
        try:
            repository = git.repository(self.root)
            tip = git.commit_of(repository, "HEAD")
            return before if before and before[0].id == tip else newest(repository, tip, _OFFERED)
        except ScenError:  # no repository, no git, no commit
            return ()

    def _unwritable(self) -> str:
        if self.read_only or os.access(self.root, os.W_OK):
            return ""
        return f"{worktree.safe(self.root)} cannot be written to: nothing can be recorded."


def changed_items(before: Opened, after: Opened) -> Collection[EvidenceId] | None:
    """The items that differ; None where other records than sheets do too."""
    old, new = before.database.evidence, after.database.evidence
    if not (isinstance(old, CachedEvidence) and isinstance(new, CachedEvidence)):
        return None
    changed = new.take(old)
    return changed if old.files.beside("sources") == new.files.beside("sources") else None


def _state(opened: Opened) -> str:
    files = opened.snapshot
    assert isinstance(files, CachedFiles)  # noqa: S101 - a folder, and no revision
    return files.state().hex()
