"""The folder of a site: new files are written whole beside the old, then renamed.

A full disk is met before any file changes: renaming takes no room. After a kill each file is whole,
old or new, and the next run goes on. The folder may come from a clone: no link below it is
followed, and its mark only says which site files may be removed.
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from scenarios.errors import ScenError
from scenarios.storage.disk import UNFOLLOWED, open_file
from scenarios.storage.lock import hold
from scenarios.storage.worktree import safe

MARK, _NEW, _LOCK = ".scen-site.json", ".scen-new", ".scen-lock"
_OURS = frozenset({MARK, _NEW, _LOCK})
_NAMED, _SHOWN = 3, 80
_PATIENCE = 5.0
"""Seconds to wait for another run."""
_MOST_BYTES = 32 << 20  # of a mark: that of half a million files is smaller
_FOLDER = UNFOLLOWED | getattr(os, "O_DIRECTORY", 0)
_APART = str.maketrans("/", "!")


class SiteFolder:
    """A folder locked for one run; `top` and `new`, for new files, are descriptors."""

    def __init__(self, top: int, new: int, safe_path: str, named: frozenset[str]) -> None:
        self._top, self._new, self._shown, self._named = top, new, safe_path, named

    def content(self, path: str, most: int) -> bytes | None:
        """The bytes of a regular file of the site, or `most` + 1 of them; None without one."""
        with suppress(OSError), self._above(path) as (folder, name):
            return _read(folder, name, most)
        return None

    def put(self, path: str, data: bytes) -> None:
        """Keep a file apart until `publish`."""
        flags = UNFOLLOWED | os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(path.translate(_APART), flags, 0o666, dir_fd=self._new)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)

    def publish(self, paths: Collection[str], names: Collection[str]) -> list[str]:
        """Rename the files that were put; return the removed ones.

        Files in the mark that are not among the `names` of the site are removed. Both sets are
        marked first, for a run after a crash. A file that no mark names is nobody's to replace.
        """
        for path in paths:  # a link or a file in the way is met before any file is changed
            with self._above(path, make=True) as (folder, name):
                if path not in self._named and _is_file(name, folder):
                    raise ScenError(
                        f"{self._shown}/{path}: is not named in {MARK}, so it is not replaced; "
                        "nothing was changed: move it away, or name another folder"
                    )
        self._mark({*self._named, *names})
        try:
            for path in paths:
                with self._above(path) as (folder, name):
                    self._move(path, folder, name)
            removed = [path for path in sorted(self._named.difference(names)) if self._remove(path)]
            self._mark(names)
        except OSError as error:
            words = "some files are new, the others as they were: mend that and run scen site again"
            raise ScenError(f"{self._shown}: {error.strerror}; {words}") from error
        return removed

    @contextmanager
    def _above(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open a file's folder, level by level and through no link; yield it and the name."""
        *folders, name = path.split("/")
        folder = os.dup(self._top)
        try:
            for segment in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(segment, dir_fd=folder)
                above, folder = folder, os.open(segment, _FOLDER, dir_fd=folder)
                os.close(above)
            yield folder, name
        except OSError as error:
            raise OSError(error.errno, f"{path}: {error.strerror}") from error
        finally:
            os.close(folder)

    def _mark(self, names: Collection[str]) -> None:
        self.put(MARK, msgspec.json.encode(sorted(names)))
        self._move(MARK, self._top, MARK)

    def _move(self, path: str, folder: int, name: str) -> None:
        os.rename(path.translate(_APART), name, src_dir_fd=self._new, dst_dir_fd=folder)

    def _remove(self, path: str) -> bool:
        """Remove a file and the folders left empty; False if there is none."""
        try:
            with self._above(path) as (folder, name):
                if not _is_file(name, folder):
                    return False
                os.unlink(name, dir_fd=folder)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                raise
            return False
        with suppress(OSError):
            while path := path.rpartition("/")[0]:
                with self._above(path) as (folder, name):
                    os.rmdir(name, dir_fd=folder)
        return True


@contextmanager
def opened(path: Path, root: Path, has_place: Callable[[str], bool]) -> Iterator[SiteFolder]:
    """The folder of a site, created if missing; unpublished files are dropped.

    Refused are a folder with other content and no mark, a mark with a path that no site has, a
    file, a link, and a folder inside the database at `root`.
    """
    safe_path, real = safe(path), Path(os.path.realpath(path))
    if real.is_relative_to(os.path.realpath(root)):
        raise ScenError(f"{safe_path}: lies in the database: name a folder outside of it")
    above, below = (path.parent, path.name) if path.is_absolute() else ("", path)
    if f"{real}" != os.path.normpath(os.path.join(os.path.realpath(above), below)):  # noqa: PTH118
        raise ScenError(f"{safe_path}: a link leads to {safe(real)}: name that")
    if os.open not in os.supports_dir_fd:
        raise ScenError(f"{safe_path}: cannot be written safely on this system: use Linux or macOS")
    try:
        real.mkdir(parents=True, exist_ok=True)
        top = os.open(real, _FOLDER)
    except FileExistsError:
        raise ScenError(f"{safe_path}: is not a folder; name one") from None
    except OSError as error:
        raise ScenError(f"{safe_path}: {error.strerror}; nothing was written") from error
    try:
        with hold(real / _LOCK, _PATIENCE, what=real):
            named = _named(top, safe_path, has_place)
            with suppress(FileNotFoundError):  # to open a pipe would wait for ever
                if not stat.S_ISDIR(os.stat(_NEW, dir_fd=top, follow_symlinks=False).st_mode):
                    raise ScenError(f"{safe_path}/{_NEW}: is not a folder; remove it")
            shutil.rmtree(_NEW, ignore_errors=True, dir_fd=top)
            os.mkdir(_NEW, 0o700, dir_fd=top)
            new = os.open(_NEW, _FOLDER, dir_fd=top)
            try:
                yield SiteFolder(top, new, safe_path, named)
            finally:
                os.close(new)
                shutil.rmtree(_NEW, ignore_errors=True, dir_fd=top)
    except OSError as error:
        raise ScenError(f"{safe_path}: {error.strerror}; the site is as it was") from error
    finally:
        os.close(top)


def _named(top: int, safe_path: str, has_place: Callable[[str], bool]) -> frozenset[str]:
    """The files that a mark names; none if it cannot be read."""
    others = sorted({*os.listdir(top)} - _OURS)
    try:
        mark = _read(top, MARK, _MOST_BYTES) or b""
        names = frozenset(msgspec.json.decode(mark, type=list[str] | dict[str, msgspec.Raw]))
    except FileNotFoundError:
        if not others:
            return frozenset()
        listed = ", ".join((*others[:_NAMED], *(["…"] if others[_NAMED:] else [])))
        raise ScenError(
            f"{safe_path}: is not empty, and no site of an earlier run (it holds {safe(listed)}): "
            "name an empty folder, or one that is not there"
        ) from None
    except (OSError, ValueError, RecursionError):
        return frozenset()
    if wrong := sorted(name for name in names if not has_place(name)):
        raise ScenError(
            f"{safe_path}/{MARK}: has {wrong[0][:_SHOWN]!a}, which is no file of a site of this "
            "version of scen; nothing was changed: name another folder"
        )
    return names


def _is_file(name: str, folder: int) -> bool:
    with suppress(FileNotFoundError):
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    return False


def _read(folder: int, name: str, most: int) -> bytes | None:
    """The bytes of a regular file, at most `most` + 1 of them."""
    with open_file(name, folder) as file:
        return file.read(most + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
