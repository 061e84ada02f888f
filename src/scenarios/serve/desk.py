"""A database as it is now, or as a revision had it, for many readers at once."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.files import Files
from scenarios.storage.git import repository as git
from scenarios.storage.git.revisions import Named, newest
from scenarios.workspace.opened import Opened, open_folder, open_revision

_REVISIONS = 4
"""So many other states are kept at hand."""
_OFFERED = 100


class Seen(NamedTuple):
    """A state of the database: its name, which another state does not have, and what is in it.

    `remark` says what keeps it from being read or written as it is now; `offered` are the newest
    commits that changed it.
    """

    opened: Opened
    name: str
    remark: str
    offered: tuple[Named, ...]


class Desk:
    """The live workspace: what was read last, and anew when the files have changed."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root, self.read_only = root, read_only
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Opened] = OrderedDict()
        self._now = self._read(None)

    @property
    def now(self) -> Seen:
        """The files as they were when they were looked at last."""
        return self._now

    def refresh(self) -> Seen:
        """Look at the files; what has not changed is not read again."""
        with self._lock:
            self._now = self._read(self._now)
            return self._now

    def at(self, revision: str | None) -> Seen:
        """The files as they are, or as a revision had them."""
        if revision is None:
            return self._now
        repository = git.repository(self.root)
        commit = git.commit_of(repository, revision)
        with self._lock:
            found = self._kept.get(commit)
            if found is None:
                here = self._now.opened
                found = open_revision(self.root, repository, commit, here.snapshot, here.read)
                self._kept[commit] = found
                while len(self._kept) > _REVISIONS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(commit)
        return self._now._replace(opened=found, name=f"{commit} {self._now.name}")

    def _read(self, before: Seen | None) -> Seen:
        if before and not (self.root / "tracker.yaml").is_file():
            lost = f"{worktree.safe(self.root)} holds no tracker.yaml any more"
            return before._replace(remark=f"{lost}: what it held before is shown.")
        opened = open_folder(self.root, before.opened.read if before else None)
        offered = self._offered(before.offered if before else ())
        name = f"{_state(opened)} {offered[0].id if offered else ''}"
        if before and _state(before.opened) == _state(opened):
            opened = before.opened  # with all that was made of it
        return Seen(opened, name, self._unwritable(), offered)

    def _offered(self, before: tuple[Named, ...]) -> tuple[Named, ...]:
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


def _state(opened: Opened) -> str:
    files = opened.snapshot
    assert isinstance(files, Files)  # noqa: S101 - a folder, and no revision
    return files.state().hex()
