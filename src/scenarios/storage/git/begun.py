"""A note of a commit under way, kept in the git directory until it is over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from scenarios.errors import ScenError
from scenarios.storage.git import process
from scenarios.storage.opening import try_lock

_NAME = "scen-commit-"
_LOCKS = (
    "index.lock",
    "HEAD.lock",
    "AUTO_MERGE.lock",
    "packed-refs.lock",
    "objects/maintenance.lock",
)
"""Locks of a commit, beside those of its index and branch."""


class Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """HEAD before the commit, its paths from the top, and those new to git."""

    head: str | None
    paths: list[str]
    new: list[str]


def notes(git_dir: Path) -> list[Path]:
    """Notes of commits under way or killed."""
    return sorted(git_dir.glob(f"{_NAME}*"))


def is_left(folder: Path) -> bool:
    """True if the repository has a note of a dead command; starts no git."""
    try:
        place = process.find(folder)
    except process.Refused:
        return False
    return place is not None and any(map(left, notes(place.git_dir)))


@contextmanager
def noted(git_dir: Path, begun: Begun) -> Iterator[int]:
    """Keep a note until the commit is made or refused; yield the descriptor that locks it.

    git and its hooks inherit the descriptor: the lock outlives this program while they work.
    """
    file = git_dir / f"{_NAME}{os.urandom(8).hex()}"
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ScenError(f"written, not committed: {file}: {error.strerror}") from None
    try:
        _lock(descriptor)
        os.write(descriptor, msgspec.json.encode(begun))
        os.fsync(descriptor)
        try:
            yield descriptor
        except ScenError:
            drop(file)
            raise
        drop(file)
    finally:
        os.close(descriptor)


def left(file: Path) -> Begun | None:
    """The note of a killed command, once nothing of it runs; an incomplete note is dropped."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid != os.geteuid() or not _lock(descriptor):
            return None
        return msgspec.json.decode(file.read_bytes(), type=Begun)
    except msgspec.DecodeError:
        drop(file)
        return None
    finally:
        os.close(descriptor)


def drop(file: Path) -> None:
    with suppress(FileNotFoundError):
        file.unlink()


def clear_locks(note: Path, top: Path) -> None:
    """Remove git's locks of a dead commit, by its note.

    That is, locks of this user, newer than the note, while no git works in this work tree. If
    processes cannot be listed, all stay.
    """
    git_dir = note.parent
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
