"""Files and folders that are made beside their place and swapped in."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree

if sys.platform != "win32":
    import fcntl

_NAME = re.compile(r"\.scen-[0-9a-f]{16}\.new")
_AT_FDCWD, _EXCHANGE = -100, 2
_SWAP = 2
"""Of macOS: renamex_np's RENAME_SWAP."""


@contextmanager
def beside(place: Path) -> Iterator[Path]:
    """Where to make what is to stand at `place`; it does, durably, when the block is through.

    What stood there is whole until then, and open for those who read it after that too. What a
    killed process made is removed by the next that makes something here.
    """
    above = place.parent
    with worktree.refusals(place):
        _clear(above)
        _take_back(place)
        room = above / f".scen-{os.urandom(8).hex()}.new"
        room.mkdir()
    claim = _claimed(room)
    try:
        with worktree.refusals(place):
            yield room / place.name
            _make_durable(room / place.name)
            if not (os.path.lexists(place) and _exchanged(room / place.name, place)):
                _replace(room / place.name, place)
            worktree.sync(above)
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if claim is not None:
            os.close(claim)


def _replace(new: Path, place: Path) -> None:
    """Rename over what is there; a folder that is there makes way first, for a moment."""
    if not place.is_dir():
        new.replace(place)
        return
    place.rename(_aside(place))
    new.rename(place)
    shutil.rmtree(_aside(place), ignore_errors=True)


def _take_back(place: Path) -> None:
    """What made way, and whose successor did not come."""
    if not os.path.lexists(place) and _aside(place).is_dir():
        _aside(place).rename(place)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.scen-old")


def _exchanged(new: Path, place: Path) -> bool:
    """Swap two names at once, where the system can; a file needs no swap."""
    if not place.is_dir():
        return False
    one, other = os.fsencode(new), os.fsencode(place)
    with suppress(OSError, AttributeError):
        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(one, other, _SWAP) == 0)
        return bool(system.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _EXCHANGE) == 0)
    return False


def _make_durable(made: Path) -> None:
    for folder, _, names in os.walk(made):
        for name in names:
            worktree.sync(Path(folder, name))
        worktree.sync(Path(folder))
    worktree.sync(made)


def _claimed(room: Path) -> int | None:
    """A lock on the room, by which others see that somebody works in it."""
    if sys.platform == "win32":
        return None
    descriptor = os.open(room, os.O_RDONLY)
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _clear(folder: Path) -> None:
    """Remove the rooms in which nobody works any more; none where there are no locks."""
    if sys.platform == "win32":
        return
    for entry in os.scandir(folder):
        if not _NAME.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
            continue
        with suppress(OSError):
            descriptor = os.open(entry.path, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry.path, ignore_errors=True)
            finally:
                os.close(descriptor)


def write(place: Path, data: bytes) -> None:
    """Write a document, over one that is there already.

    Refused are a folder that is missing, a link, what is no file, and YAML, which may be a record.
    """
    refuse_unfit(place)
    try:
        worktree.create(place.parent, place.name, data)
    except worktree.Exists:
        worktree.replace(place.parent, place.name, _content(place), data)


def refuse_unfit(place: Path, *, folder: bool = False) -> None:
    """What cannot be written to: a missing folder, a link, what is another kind of thing, YAML."""
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


def _content(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        shown = worktree.safe(place)
        raise ScenError(f"{shown}: {error.strerror}; nothing was written") from error
