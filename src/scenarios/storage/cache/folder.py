"""The user's cache folder: what is derived from a database, kept beside nobody's records.

A file of it is believed only if it is ours, whole, and of this very program. It may be removed at
any time, and one that cannot be read or written changes nothing but the time that a command takes.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec
import yaml

import scenarios
from scenarios.storage.temporary import temporary

_DIGEST = 16
_FLAGS = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC")
)


class Cache:
    """The files of one database, each one whole or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """What was written under a name, if nothing has changed it since."""
        try:
            with open(self.folder / name, "rb", opener=lambda at, _: os.open(at, _FLAGS)) as file:
                if not _is_ours(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                head = file.read(2 * _DIGEST)
                data = file.read()
        except OSError:
            return None
        return data if head == program() + digest(data) else None

    def write(self, name: str, data: bytes) -> None:
        """Replace a file; nothing happens where that cannot be."""
        with suppress(OSError):
            home = self.folder.parents[1]
            home.mkdir(mode=0o700, exist_ok=True)  # not more: a home that is not there stays so
            if not _made(self.folder.parent) or not _made(self.folder):
                return
            whole = b"".join((program(), digest(data), data))
            with temporary(self.folder, whole, 0o600, durable=False) as written:
                written.replace(self.folder / name)


def cache_of(root: Path) -> Cache | None:
    """The cache of a database, by its real path; None where SCEN_CACHE is 0, or no folder is ours.

    It lies in XDG_CACHE_HOME, where that is an absolute path as its specification wants;
    LOCALAPPDATA on Windows; else ~/.cache.
    """
    if os.environ.get("SCEN_CACHE") == "0":
        return None
    given = os.environ.get("XDG_CACHE_HOME", "")
    local = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
    try:
        base = Path(given) if Path(given).is_absolute() else Path(local or "~/.cache")
        folder = base.expanduser() / "scen" / _name(root)
    except RuntimeError:  # nobody's home
        return None
    for part in (folder.parent, folder):
        with suppress(OSError):
            if not _is_ours(part.lstat(), stat.S_ISDIR):
                return None
    return Cache(folder)


def digest(data: bytes) -> bytes:
    """What two contents have in common only if they are the same."""
    return blake2b(data, digest_size=_DIGEST).digest()


def _name(root: Path) -> str:
    return digest(os.fsencode(os.path.realpath(root))).hex()


def _made(folder: Path) -> bool:
    """Make a folder for its owner alone, where there is none; whether it is ours."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return _is_ours(folder.lstat(), stat.S_ISDIR)


def _is_ours(info: os.stat_result, kind: object) -> bool:
    """Whether nobody else can have written it; a symlink is of no kind that is asked for."""
    assert callable(kind)  # noqa: S101
    if os.name == "nt":
        return bool(kind(info.st_mode))
    return bool(kind(info.st_mode)) and info.st_uid == os.geteuid() and not info.st_mode & 0o077


@cache
def program() -> bytes:
    """The program that wrote a file: another one may read, judge or count otherwise."""
    files = sorted(_files(Path(scenarios.__path__[0])))
    return digest(repr((sys.version, msgspec.__version__, yaml.__version__, files)).encode())


def _files(folder: Path) -> list[tuple[str, int, int]]:
    """The program's own files, as an installer or an editor left them."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and entry.name != "__pycache__":
                found += _files(Path(entry.path))
            elif entry.name.endswith((".py", ".json")):
                info = entry.stat()
                found.append((entry.path, info.st_size, info.st_mtime_ns))
    return found
