"""Files and folders that are built beside their place and swapped in."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage import worktree
from scenarios.storage.disk import clear, try_lock

_AT_FDCWD, _EXCHANGE = -100, 2
_SWAP = 2
"""RENAME_SWAP of macOS's renamex_np."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path for a new file or folder; on success it replaces `path`, durably.

    Until then `path` is untouched, and its readers keep it open after. Leftovers of killed
    processes are removed.
    """
    above = path.parent
    with worktree.refusals(path):
        clear(above)
        if not os.path.lexists(path) and _aside(path).is_dir():
            _aside(path).rename(path)  # moved aside by a killed process, and never replaced
        room = above / f".scen-{os.urandom(8).hex()}.new"
        room.mkdir()
    claim = None if sys.platform == "win32" else os.open(room, os.O_RDONLY)
    try:
        if claim is not None:
            with suppress(OSError):  # where nothing can be locked nobody clears
                try_lock(claim)
        with worktree.refusals(path):
            yield room / path.name
            for folder, _, names in os.walk(room / path.name):
                for name in (*names, ""):
                    worktree.sync(Path(folder, name))
            worktree.sync(room / path.name)
            # Between two renames a reader, or a kill, would find no export
            # (test_a_kill_leaves_the_earlier_export_or_the_new_one).
            if not (os.path.lexists(path) and _exchanged(room / path.name, path)):
                _replace(room / path.name, path)
            worktree.sync(above)
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if claim is not None:
            os.close(claim)


def _replace(new: Path, path: Path) -> None:
    """Rename over `path`; an existing folder is moved aside first."""
    if not path.is_dir():
        new.replace(path)
        return
    path.rename(_aside(path))
    new.rename(path)
    shutil.rmtree(_aside(path), ignore_errors=True)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.scen-old")


def _exchanged(new: Path, path: Path) -> bool:
    """Swap two folders in one step, where the system can."""
    if sys.platform == "win32" or not path.is_dir():
        return False
    ours, other = os.fsencode(new), os.fsencode(path)
    with suppress(OSError, AttributeError):
        import ctypes  # noqa: PLC0415 - a result that replaces no folder needs none

        system = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(system.renamex_np(ours, other, _SWAP) == 0)
        return bool(system.renameat2(_AT_FDCWD, ours, _AT_FDCWD, other, _EXCHANGE) == 0)
    return False


def write(path: Path, data: bytes) -> None:
    """Write a document, over an existing one.

    A missing folder, a link, a non-file and YAML, which may be a record, are refused.
    """
    refuse_unfit(path)
    try:
        worktree.create(path.parent, path.name, data)
    except worktree.PathTaken:
        with worktree.refusals(path):
            old = path.read_bytes()
        worktree.replace(path.parent, path.name, old, data)


def write_folder(path: Path, files: Mapping[str, bytes], ending: str) -> None:
    """Write a folder of these files, in the place of one that holds files of this ending alone."""
    refuse_unfit(path, folder=True)
    with worktree.refusals(path):
        if path.is_dir() and any(file.suffix != ending for file in path.iterdir()):
            raise ScenError(f"{worktree.safe(path)}: has files that do not end in {ending}")
    with replacing(Path(os.path.abspath(path))) as new:  # noqa: PTH100 - follows no link
        new.mkdir()
        for name, data in files.items():
            worktree.create(new, name, data)


def refuse_unfit(path: Path, *, folder: bool = False) -> None:
    """Refuse a missing folder, a link, another kind of file, and YAML."""
    safe_path = worktree.safe(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        raise ScenError(f"{safe_path}: a YAML file may be a record: name the document another way")
    if not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise ScenError(
            f"{safe_path}: there is no folder {worktree.safe(path.parent)}; make it first"
        )
    if os.path.islink(path):  # noqa: PTH114
        target = worktree.safe(os.path.realpath(path))
        raise ScenError(f"{safe_path}: is a link to {target}; name that, or remove the link")
    is_kind = os.path.isdir if folder else os.path.isfile
    if os.path.lexists(path) and not is_kind(path):
        what = "folder" if folder else "regular file"
        raise ScenError(f"{safe_path}: exists and is not a {what}; name one")
