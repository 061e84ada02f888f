"""What git wrote, made durable: of itself it syncs no folder, and no index of a partial commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from scenarios.storage.git.directory import common
from scenarios.storage.worktree import sync

SYNCED = ("-c", "core.fsync=committed,index")
"""Options with which git syncs the objects, references and index that it writes."""


def settle(git_dir: Path) -> None:
    """Make the names of what was committed durable, and the index that stands then."""
    sync(git_dir / "index")
    for folder in _folders(git_dir, common(git_dir)):
        sync(folder)


def _folders(git_dir: Path, shared: Path) -> Iterator[Path]:
    """Where a commit adds or renames files, deepest first."""
    for top in (shared / "objects", shared / "refs" / "heads", shared / "logs"):
        for folder, _, _ in os.walk(top, topdown=False):
            yield Path(folder)
    yield from {shared / "refs", shared, git_dir}
