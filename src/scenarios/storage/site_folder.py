"""The folder of a site: what is new is made whole beside the old, and takes its place at the end.

A full disk is met while the new files lie apart; giving them their names takes no room. A process
that is killed meanwhile leaves each file whole, the old one or the new, and the next run goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scenarios.errors import ScenError
from scenarios.storage.lock import hold
from scenarios.storage.worktree import safe

MARK, _NEW, _LOCK = ".scen-site.json", ".scen-new", ".scen-lock"
_OURS = frozenset({MARK, _NEW, _LOCK})
_NAMED = 3
_PATIENCE = 5.0
"""Seconds to wait for another run."""


class SiteFolder:
    """A folder that is locked for one run."""

    def __init__(self, place: Path) -> None:
        self.place, self._new = place, place / _NEW

    @property
    def mark(self) -> bytes:
        """What the last run noted of its files; nothing where none ran to its end."""
        try:
            return (self.place / MARK).read_bytes()
        except FileNotFoundError:
            return b""

    def data(self, path: str) -> bytes:
        """What a published file holds."""
        return (self.place / path).read_bytes()

    def size(self, path: str) -> int | None:
        """How large a file of the site is; None where it is not there."""
        try:
            return os.stat(self.place / path).st_size  # noqa: PTH116 - ten thousand of them
        except OSError:
            return None

    def put(self, path: str, data: bytes) -> None:
        """Keep a file apart until all are there."""
        target = self._new / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def publish(
        self, paths: Collection[str], gone: Collection[str], begun: bytes, mark: bytes
    ) -> None:
        """Give the files that were put their names, and remove those that are gone.

        `begun` is noted first: what it does not vouch for is made again by a run after a crash.
        """
        for name in {path.rpartition("/")[0] for path in paths}:
            (self.place / name).mkdir(parents=True, exist_ok=True)
        self.put(_LAST, mark)
        self.note(begun)
        for path in paths:
            (self._new / path).replace(self.place / path)
        for path in gone:
            with suppress(FileNotFoundError):
                (self.place / path).unlink()
            self._without_empty(path)
        (self._new / _LAST).replace(self.place / MARK)

    def note(self, mark: bytes) -> None:
        """Mark the folder as a site's."""
        self.put(MARK, mark)
        (self._new / MARK).replace(self.place / MARK)

    def _without_empty(self, path: str) -> None:
        folder = (self.place / path).parent
        while folder != self.place:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


_LAST = f"{MARK}.last"


@contextmanager
def opened(place: Path, root: Path) -> Iterator[SiteFolder]:
    """The folder of a site, made where it is missing; what was put and not published is dropped.

    Refused is one that is not empty and holds no mark of an earlier run, a file, a link to one, and
    a folder inside the database at `root`.
    """
    shown = safe(place)
    real = Path(os.path.realpath(place))
    if real.is_relative_to(os.path.realpath(root)):
        raise ScenError(f"{shown}: lies in the database: name a folder outside of it")
    try:
        real.mkdir(parents=True, exist_ok=True)
        held = {entry.name for entry in os.scandir(real)}
    except FileExistsError:
        raise ScenError(f"{shown}: is not a folder; name one") from None
    except OSError as error:
        raise ScenError(f"{shown}: {error.strerror}; nothing was written") from error
    if MARK not in held and held - _OURS:
        others = sorted(held - _OURS)
        named = ", ".join((*others[:_NAMED], *(["…"] if others[_NAMED:] else [])))
        raise ScenError(
            f"{shown}: is not empty, and no site of an earlier run (it holds {safe(named)}): "
            "name an empty folder, or one that is not there"
        )
    with hold(real / _LOCK, _PATIENCE, what=real):
        folder = SiteFolder(real)
        try:
            shutil.rmtree(real / _NEW, ignore_errors=True)
            (real / _NEW).mkdir()
            if MARK not in held:
                folder.note(b"{}")
            yield folder
        except OSError as error:
            raise ScenError(f"{shown}: {error.strerror}; the site is as it was") from error
        finally:
            shutil.rmtree(real / _NEW, ignore_errors=True)
