"""A commit that was begun, noted in the git directory until it is over: what a kill left of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from scenarios.errors import ScenError
from scenarios.storage.git import process

_NAME = "scen-commit-"
_LOCKS = (
    "index.lock",
    "HEAD.lock",
    "AUTO_MERGE.lock",
    "packed-refs.lock",
    "objects/maintenance.lock",
)
"""What a commit locks, beside its index and its branch."""


class Begun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The commit before it, the paths from the top, and those that git did not know."""

    head: str | None
    paths: list[str]
    new: list[str]


def notes(git_dir: Path) -> list[Path]:
    """The notes of commits that are under way, and of those that were killed."""
    return sorted(git_dir.glob(f"{_NAME}*"))


def is_left(folder: Path) -> bool:
    """Whether a folder's repository has a note of a dead command: no git is started for that."""
    try:
        found = process.find(folder)
    except process.Refused:
        return False
    return found is not None and any(map(left, notes(found.git_dir)))


@contextmanager
def noted(git_dir: Path, begun: Begun) -> Iterator[int]:
    """Keep a note until the commit is made or refused; give the descriptor that locks it.

    git and its hooks are to inherit that: the lock outlives this program while they are at work.
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
    """The note of a command that was killed, and of which nothing is at work any more.

    A note that was not written to its end is dropped: nothing was begun then.
    """
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
    """The commit is over."""
    with suppress(FileNotFoundError):
        file.unlink()


def clear_locks(note: Path, top: Path) -> None:
    """Take away git's locks of a commit that is dead, by its note.

    A lock that was made since the note by this user, while no git is at work in this work tree, is
    that of a dead one. Where processes cannot be listed, or one of git is there, all stay.
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
            found = lock.lstat()
            if found.st_uid == since.st_uid and found.st_mtime_ns >= since.st_mtime_ns:
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
    """Whether nobody else has it; where nothing can be locked, somebody may."""
    try:
        import fcntl  # noqa: PLC0415 - Windows has none

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
