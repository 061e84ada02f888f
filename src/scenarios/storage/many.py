"""Many files that come or go at once: durable together, for one at a time waits for the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from scenarios.storage import worktree
from scenarios.storage.temporary import clear, temporary

_AT_ONCE = 100
"""As many files are open together."""
_syncs_all = hasattr(os, "sync")


def create(root: Path, files: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Write new files, in order; each path when its file has its name, durable with its batch.

    Raises Exists where something is there, as `worktree.create` does.
    """
    folders: dict[str, Path] = {}
    for name in {path.rpartition("/")[0] for path, _ in files}:
        place = root / name
        with worktree.refusals(place):
            folders[name] = worktree.inside(root, place)
            worktree.make_folders(folders[name])
            clear(folders[name])
    for start in range(0, len(files), _AT_ONCE):
        yield from _batch(root, files[start : start + _AT_ONCE], folders)


def remove(root: Path, files: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Remove files that still hold what is told of each; each path when its file is gone."""
    folders: set[Path] = set()
    try:
        for path, old in files:
            worktree.remove(root, path, old, durable=False)
            folders.add((root / path).parent)
            yield path
    finally:
        for folder in folders:
            worktree.sync(folder)


def _batch(
    root: Path, files: Sequence[tuple[str, bytes]], folders: Mapping[str, Path]
) -> Iterator[str]:
    with ExitStack() as open_files:
        ready = []
        for path, data in files:
            folder, _, name = path.rpartition("/")
            with worktree.refusals(root / path):
                made = temporary(folders[folder], data, durable=not _syncs_all, clears=False)
                ready.append((path, open_files.enter_context(made), folders[folder] / name))
        if _syncs_all:
            os.sync()
        for path, written, target in ready:
            with worktree.refusals(target):
                worktree.publish(written, target)
            yield path
        for place in {target.parent for _, _, target in ready}:
            worktree.sync(place)
