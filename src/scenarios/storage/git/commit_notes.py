"""The note of a commit under way, and the locks that a killed one left."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from scenarios.errors import NotWritten, ScenError
from scenarios.storage.disk import try_lock
from scenarios.storage.git import process

_NOTE = "scen-commit-"
_LOCKS = (
    *("index.lock", "HEAD.lock", "AUTO_MERGE.lock", "packed-refs.lock"),
    "objects/maintenance.lock",
)
"""Locks of a commit, beside those of its index and branch."""


class CommitState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """HEAD before the commit, its paths from the top, and those new to git."""

    head: str | None
    paths: list[str]
    new: list[str]


class CommitNote(NamedTuple):
    """The descriptor that locks a note, and its content."""

    descriptor: int
    state: CommitState


def notes(git_dir: Path) -> list[Path]:
    """Notes of commits under way or killed."""
    return sorted(git_dir.glob(f"{_NOTE}*"))


def is_left(folder: Path) -> bool:
    """True if the repository has a note of a dead command; starts no git."""
    try:
        work_tree = process.find(folder)
    except process.GitRefused:
        return False
    return work_tree is not None and any(map(left, notes(work_tree.git_dir)))


@contextmanager
def noted(git_dir: Path, state: CommitState) -> Iterator[CommitNote]:
    """Keep a note from before files are written until their commit succeeds or is refused.

    git and its hooks inherit the descriptor: the lock outlives this program while they work. On
    Windows there is no file, nor a descriptor.
    """
    if sys.platform == "win32":
        # A note counts by its lock, and a file that is open cannot be removed there.
        yield CommitNote(-1, state)
        return
    file = git_dir / f"{_NOTE}{os.urandom(8).hex()}"
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise NotWritten(f"{file}: {error.strerror}") from None
    try:
        _lock(descriptor)
        os.write(descriptor, msgspec.json.encode(state))
        os.fsync(descriptor)
        try:
            yield CommitNote(descriptor, state)
        except ScenError:
            drop(file)
            raise
        drop(file)
    finally:
        os.close(descriptor)


def left(file: Path) -> CommitState | None:
    """The note of a killed command, once nothing of it runs; an incomplete note is dropped."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid != os.geteuid() or not _lock(descriptor):
            return None
        return msgspec.json.decode(file.read_bytes(), type=CommitState)
    except msgspec.DecodeError:
        drop(file)
        return None
    finally:
        os.close(descriptor)


def drop(file: Path) -> None:
    with suppress(FileNotFoundError):
        file.unlink()


def clear_locks(git_dir: Path, note: Path, top: Path) -> None:
    """Remove git's locks of a dead commit, by its note.

    That is, locks of this user, newer than the note, while no git works in this work tree. If
    processes cannot be listed, all stay.
    """
    shared = process.common(git_dir)
    if _is_git_at_work(top):
        return
    since = note.stat()
    locks = [folder / name for folder in {git_dir, shared} for name in _LOCKS]
    for folder in {git_dir, shared}:
        locks += [*folder.glob("next-index-*.lock"), *(folder / "refs").rglob("*.lock")]
    for lock in locks:
        with suppress(FileNotFoundError, PermissionError):
            info = lock.lstat()
            if info.st_uid == since.st_uid and info.st_mtime_ns >= since.st_mtime_ns:
                lock.unlink()


def _is_git_at_work(top: Path) -> bool:
    processes = list(Path("/proc").glob("[0-9]*/comm"))
    for comm in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            if comm.read_text(errors="replace").startswith("git"):
                try:
                    folder = (comm.parent / "cwd").readlink()
                except PermissionError:
                    return True
                if folder.is_relative_to(top):
                    return True
    return not processes


def _lock(descriptor: int) -> bool:
    """True if the lock was free; false where nothing can be locked."""
    try:
        try_lock(descriptor)
    except OSError:
        return False
    return True
