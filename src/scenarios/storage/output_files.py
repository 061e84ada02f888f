"""Files and folders that are built beside their place and swapped in."""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.disk import clear, try_lock

_AT_FDCWD, _EXCHANGE = -100, 2
_SWAP = 2
"""RENAME_SWAP of macOS's renamex_np."""


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """Yield a path for a new file or folder; on success it replaces `place`, durably.

    Until then `place` is untouched, and its readers keep it open after. Leftovers of killed
    processes are removed.
    """
    above = place.parent
    with worktree.refusals(place):
        clear(above)
        if not os.path.lexists(place) and _aside(place).is_dir():
            _aside(place).rename(place)  # moved aside by a killed process, and never replaced
        room = above / f".scen-{os.urandom(8).hex()}.new"
        room.mkdir()
    claim = None if sys.platform == "win32" else os.open(room, os.O_RDONLY)
    try:
        if claim is not None:
            with suppress(OSError):  # where nothing can be locked nobody clears
                try_lock(claim)
        with worktree.refusals(place):
            yield room / place.name
            for folder, _, names in os.walk(room / place.name):
                for name in (*names, ""):
                    worktree.sync(Path(folder, name))
            worktree.sync(room / place.name)
            # Between two renames a reader, or a kill, would find no export
            # (test_a_kill_leaves_the_earlier_export_or_the_new_one).
            if not (os.path.lexists(place) and _exchanged(room / place.name, place)):
                _replace(room / place.name, place)
            worktree.sync(above)
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if claim is not None:
            os.close(claim)


def _replace(new: Path, place: Path) -> None:
    """Rename over `place`; an existing folder is moved aside first."""
    if not place.is_dir():
        new.replace(place)
        return
    place.rename(_aside(place))
    new.rename(place)
    shutil.rmtree(_aside(place), ignore_errors=True)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.scen-old")


def _exchanged(new: Path, place: Path) -> bool:
    """Swap two folders in one step, where the system can."""
    if not place.is_dir():
        return False
    ours, other = os.fsencode(new), os.fsencode(place)
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(ours, other, _SWAP) == 0)
        return bool(system.renameat2(_AT_FDCWD, ours, _AT_FDCWD, other, _EXCHANGE) == 0)
    return False


def write(place: Path, data: bytes) -> None:
    """Write a document, over an existing one.

    A missing folder, a link, a non-file and YAML, which may be a record, are refused.
    """
    refuse_unfit(place)
    try:
        worktree.create(place.parent, place.name, data)
    except worktree.PathTaken:
        with worktree.refusals(place):
            old = place.read_bytes()
        worktree.replace(place.parent, place.name, old, data)


def refuse_unfit(place: Path, *, folder: bool = False) -> None:
    """Refuse a missing folder, a link, another kind of file, and YAML."""
    shown = worktree.safe(place)
    if place.suffix.lower() in (".yaml", ".yml"):
        raise ScenError(f"{shown}: a YAML file may be a record: name the document another way")
    if not os.path.isdir(place.parent):  # noqa: PTH112 - never raises
        raise ScenError(f"{shown}: there is no folder {worktree.safe(place.parent)}; make it first")
    if os.path.islink(place):  # noqa: PTH114
        target = worktree.safe(os.path.realpath(place))
        raise ScenError(f"{shown}: is a link to {target}; name that, or remove the link")
    is_kind = os.path.isdir if folder else os.path.isfile
    if os.path.lexists(place) and not is_kind(place):
        what = "folder" if folder else "regular file"
        raise ScenError(f"{shown}: exists and is not a {what}; name one")
