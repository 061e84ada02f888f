"""Saved copies of evidence files, kept beside the records under their SHA-256."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

from scenarios.errors import ScenError
from scenarios.paths import ATTACHMENTS
from scenarios.storage.disk import UNFOLLOWED, open_file, temporary
from scenarios.storage.worktree import make_folders, publish, refusals, safe, sync

LARGEST = 100 << 20
"""The most bytes of a copy: no git host takes more."""
_CHUNK = 1 << 20
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")
_COPY = re.compile(rf"[0-9a-f]{{64}}({_ENDING.pattern})?")


class AttachmentCopy:
    """A file read whole; its copy is put in place when the record is written."""

    def __init__(self, root: Path, path: str, digest: str, copied: Path | None) -> None:
        self.path, self.digest = path, digest
        self.is_ours = False
        self._target, self._copied = root / path, copied

    def publish(self) -> None:
        """Put the copy in its place, unless the same is there."""
        if self._copied is None or digest_of(self._target) == self.digest:
            return
        with refusals(self._target):
            publish(self._copied, self._target)
            self.is_ours = True
            sync(self._target.parent)

    def withdraw(self) -> None:
        """Remove the copy after the record was not written."""
        if self.is_ours:
            self._target.unlink(missing_ok=True)


@contextmanager
def copied(root: Path, source: Path, *, dry_run: bool = False) -> Iterator[AttachmentCopy]:
    """A file's copy before it has its name; a dry run only reads it."""
    with _opened(source) as file:
        if dry_run:
            digest = _digest(source, file, None)
            yield AttachmentCopy(root, _path(source, digest), digest, None)
            return
        folder = root / ATTACHMENTS
        with refusals(folder):
            if folder.is_symlink():
                raise ScenError(f"{safe(folder)} is a link; nothing was written")
            make_folders(folder)
            try:
                with temporary(folder, b"") as path:
                    with path.open("wb") as copy:
                        digest = _digest(source, file, copy)
                        copy.flush()
                        os.fsync(copy.fileno())
                    yield AttachmentCopy(root, _path(source, digest), digest, path)
            finally:
                with suppress(OSError):
                    folder.rmdir()  # where nothing is in it


def drop(root: Path, path: str) -> None:
    """Remove a copy, and its folder once empty."""
    file = root / path
    with refusals(file):
        file.unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()


def digest_of(path: Path) -> str | None:
    """The SHA-256 of a file; None if it cannot be read."""
    try:
        with open_file(path) as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def copies(root: Path) -> list[str]:
    """The paths of saved copies in a database: files named by a SHA-256."""
    names = (path.name for path in (root / ATTACHMENTS).glob("*") if path.is_file())
    return [f"{ATTACHMENTS}/{name}" for name in sorted(names) if _COPY.fullmatch(name)]


def refuse_no_file(source: Path | None) -> None:
    """Refuse a file that cannot be attached."""
    with _opened(source) if source else nullcontext():
        pass


def _path(source: Path, digest: str) -> str:
    ending = source.suffix.lower()
    return f"{ATTACHMENTS}/{digest}{ending if _ENDING.fullmatch(ending) else ''}"


@contextmanager
def _opened(source: Path) -> Iterator[IO[bytes]]:
    try:
        if source.is_symlink():
            raise ScenError(f"{safe(source)} is a link: name the file itself; nothing was written")
        descriptor = os.open(source, os.O_RDONLY | UNFOLLOWED)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenError(f"{safe(source)}: {reason}; nothing was written") from None
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        what = "is a folder" if stat.S_ISDIR(info.st_mode) else "is no file"
        raise ScenError(f"{safe(source)} {what}: name a file; nothing was written")
    with os.fdopen(descriptor, "rb") as file:
        if info.st_size > LARGEST:
            raise _too_large(source)
        yield file


def _digest(source: Path, file: IO[bytes], copy: IO[bytes] | None) -> str:
    """The SHA-256 of a file, which is also written to `copy`."""
    digest, size = sha256(), 0
    while True:
        try:
            chunk = file.read(_CHUNK)
        except OSError as error:
            raise ScenError(f"{safe(source)}: {error.strerror}; nothing was written") from None
        if not chunk:
            return digest.hexdigest()
        size += len(chunk)
        if size > LARGEST:
            raise _too_large(source)
        digest.update(chunk)
        if copy:
            copy.write(chunk)


def _too_large(source: Path) -> ScenError:
    limit = f"{LARGEST >> 20} MiB, the largest that is kept"
    return ScenError(f"{safe(source)} is larger than {limit}; nothing was written")
