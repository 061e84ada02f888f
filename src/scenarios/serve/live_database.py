"""The database as it is now or at a revision, and the notices of its changes."""

import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from watchfiles import Change, awatch
from watchfiles.main import FileChange

from scenarios.errors import ScenError
from scenarios.model import ScenarioId
from scenarios.serve.sized_cache import SizedCache
from scenarios.storage import lock, worktree
from scenarios.storage.cache.files import CachedFiles, digest_of
from scenarios.storage.cache.memory import RecordCache
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import ListedCommit, newest
from scenarios.workspace.followed_ledgers import changed_items
from scenarios.workspace.opened import OpenDatabase, open_folder, open_revision
from scenarios.workspace.writing import WriteResult

_REVISIONS = 4
"""Revisions that are kept."""
_OFFERED = 100
_FRESH = 64
"""Most files that the server wrote and has not read back; beyond it the folder is read."""
Writing = Callable[[OpenDatabase], WriteResult | None]


class DatabaseVersion(NamedTuple):
    """A state of the database: its number among those seen, a name of its own, and what is in it.

    `remark` is the reason why it cannot be read or written; `offered` are the newest commits that
    changed it. `view` names what is left out for the person who asks; `tip` is the commit up to
    which git is shown, '' for none.
    """

    number: int
    opened: OpenDatabase
    name: str
    remark: str
    offered: tuple[ListedCommit, ...]
    view: str = ""
    tip: str = "HEAD"


class SeenDatabase(Protocol):
    """The live database as the person who asks may see it.

    While it `is_blind` the figures that others gave in the period are left out. A question
    `is_late` where the person would give a figure after those of the others were shown.
    """

    root: Path
    read_only: bool

    @property
    def is_blind(self) -> bool: ...
    @property
    def latest(self) -> DatabaseVersion: ...
    def refresh(self) -> DatabaseVersion: ...
    def look(self) -> DatabaseVersion: ...
    def version_at(self, revision: str, seen: DatabaseVersion) -> DatabaseVersion: ...
    def write(self, change: Writing) -> WriteResult | None: ...
    def shown(self, written: WriteResult) -> WriteResult: ...
    def opened(self, full: OpenDatabase) -> OpenDatabase: ...
    def is_late(self, id: ScenarioId) -> bool: ...
    def edits(self, path: str | None) -> list[str]: ...
    def finish(self) -> None: ...


class LiveDatabase:
    """The live workspace in its latest state; while it `is_watched` a watcher reads the files.

    Its owner sees all of it.
    """

    is_blind = False

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        self.root, self.read_only, self.is_watched = root, read_only, False
        # `_writing` is taken before `_lock`: a write looks while it holds `_writing`, and a look
        # that took it would wait for ever (test_what_another_changed_during_a_write_is_not_lost).
        self._lock, self._looks, self._writing = threading.Lock(), 0, threading.Lock()
        self._changes: deque[tuple[Writing, Future[WriteResult | None]]] = deque()
        self._cached = SizedCache[OpenDatabase](_REVISIONS, lambda _: 1)
        self.latest = self._read(None)

    def refresh(self) -> DatabaseVersion:
        """The latest state; the files are read first unless they are watched."""
        return self.latest if self.is_watched else self.look()

    def look(self) -> DatabaseVersion:
        """Read the files that changed.

        Callers that wait for another's look share the next one.
        """
        # Read before the lock: a look under way may have passed the changed file already, so only
        # one that begins later will do
        # (test_those_who_wait_while_another_looks_share_the_next_look).
        looks = self._looks
        with self._lock:
            if self._looks > looks:
                return self.latest
            self._looks += 1
            before, seen = self.latest, self._read(self.latest)
            is_same = (seen.name, seen.remark) == (before.name, before.remark)
            self.latest = seen if is_same else seen._replace(number=before.number + 1)
            return self.latest

    def look_after(self, changed: Collection[tuple[object, str]]) -> DatabaseVersion:
        """Look, unless the latest state has each changed file already, as after a write."""
        # The notice of our own write waits until its state is the latest; it would else read the
        # folder for what is known already (23a5c681).
        with self._writing:
            # The removed lock is the only notice that a half has ended, and no file of the state:
            # test_an_editor_and_a_server_have_the_state_before_and_the_server_says_so.
            is_whole = not self.latest.opened.half
            is_known = is_whole and changed and all(self._knows(path) for _, path in changed)
        return self.latest if is_known else self.look()

    def has_tip(self) -> bool:
        """True if the latest state has the last commit, as after a write that was committed."""
        offered, half = self.latest.offered, self.latest.opened.half
        return bool(offered) and not half and self._offered(offered) is offered

    def _knows(self, address: str) -> bool:
        files, path = _files(self.latest.opened), os.path.relpath(address, self.root)
        with suppress(OSError):
            data = Path(address).read_bytes()
            return path in files and files.digest(path) == digest_of(path, data)
        return path not in files and not os.path.lexists(address)

    def write(self, change: Writing) -> WriteResult | None:
        """Write a change to the latest state, together with the changes queued before it.

        The state after the last of them becomes the latest; the folder is read only after a commit
        or if files were changed from outside.
        """
        own = Future[WriteResult | None]()
        # Queued before the lock is taken: whoever holds it writes all that wait, in one turn
        # (test_writes_that_wait_are_checked_one_upon_the_other_and_the_folder_is_not_looked_at).
        self._changes.append((change, own))
        with self._writing:
            if not own.done():
                self._write_all()
        return own.result()

    def shown(self, written: WriteResult) -> WriteResult:
        """A change as its owner may see it."""
        return written

    def opened(self, full: OpenDatabase) -> OpenDatabase:
        """A state as its owner may see it."""
        return full

    def is_late(self, id: ScenarioId) -> bool:
        """False: a figure of the owner needs no such remark."""
        del id
        return False

    def edits(self, path: str | None) -> list[str]:
        """Return nobody: the owner is alone."""
        del path
        return []

    def finish(self) -> None:
        """End a sitting, which opens nothing here."""

    def _write_all(self) -> None:
        seen, done = None, list[WriteResult]()
        for _ in range(len(self._changes)):
            change, asked = self._changes.popleft()
            try:
                seen = seen or self.refresh()
                written = change(done[-1].opened if done else seen.opened)
                done += [written] if written else []
                asked.set_result(written)
            except BaseException as error:  # noqa: BLE001 - raised where it was asked for
                asked.set_exception(error)
        if not (seen and done and self._take(seen, done)):
            self.look()

    def _take(self, seen: DatabaseVersion, done: Sequence[WriteResult]) -> bool:
        """True if the state after these writes could become the latest."""
        opened = done[-1].opened
        files = _files(opened)
        # A link that leads nowhere has no bytes in the state, so that only a look can find its
        # fault (test_a_file_that_cannot_be_opened_is_still_told_of_after_a_write).
        is_lost = any(fault.path not in files for fault in seen.opened.problems)
        # A hook may have changed files; those of a team are not run.
        is_hooked = any(written.committed and not written.person for written in done)
        with self._lock:
            is_other = is_lost or is_hooked or self.latest.number != seen.number
            if is_other or len(files.fresh()) > _FRESH:
                return False
            changed_items(seen.opened, opened)
            last = done[-1].committed
            offered = self._offered(seen.offered, (last and last.oid) or "")
            name = f"{files.state().hex()} {offered[0].id if offered else ''}"
            self.latest = seen._replace(
                number=seen.number + 1, opened=opened, name=name, offered=offered
            )
            return True

    def version_at(self, revision: str, seen: DatabaseVersion) -> DatabaseVersion:
        """The state of a revision, numbered like `seen`."""
        repository = git.repository(self.root)
        commit = git.commit_of(repository, revision)
        with self._lock:
            if (opened := self._cached.get(commit)) is None:
                here = seen.opened
                opened = open_revision(self.root, repository, commit, {**here.snapshot}, here.read)
                self._cached.put(commit, opened)
            return seen._replace(opened=opened, name=f"{commit} {seen.name}")

    def _read(self, before: DatabaseVersion | None) -> DatabaseVersion:
        if before and not (self.root / "tracker.yaml").is_file():
            lost = f"{worktree.safe(self.root)} no longer holds a tracker.yaml"
            return before._replace(remark=f"{lost}: the last state is shown.")
        opened = open_folder(self.root, before.opened.read if before else None)
        offered = self._offered(before.offered if before else ())
        state = _files(opened).state().hex()
        if isinstance(opened.read, RecordCache):
            opened.read.lasts = True
        name = f"{state} {offered[0].id if offered else ''}"
        is_known = before and before.name.partition(" ")[0] == state
        if before and is_known and _files(before.opened).fresh() == _files(opened).fresh():
            is_same = before.opened.half == opened.half
            opened = before.opened if is_same else before.opened._replace(half=opened.half)
        elif before:
            changed_items(before.opened, opened)
        remark = opened.half or self._unwritable()
        return DatabaseVersion(before.number if before else 1, opened, name, remark, offered)

    def _offered(self, before: tuple[ListedCommit, ...], tip: str = "") -> tuple[ListedCommit, ...]:
        """The newest commits up to `tip`, by default HEAD, given those of the state before."""
        try:
            repository = git.repository(self.root)
            tip = tip or git.commit_of(repository, "HEAD")
            return before if before and before[0].id == tip else newest(repository, tip, _OFFERED)
        except ScenError:  # no repository, no git, no commit
            return ()

    def _unwritable(self) -> str:
        if self.read_only or os.access(self.root, os.W_OK):
            return ""
        return f"{worktree.safe(self.root)} cannot be written to: nothing can be recorded."


def _files(opened: OpenDatabase) -> CachedFiles:
    assert isinstance(opened.snapshot, CachedFiles)  # noqa: S101 - a folder, and no revision
    return opened.snapshot


_QUIET_MS, _POLL_MS = 50, 3000
"""Milliseconds without a further change after which files are read, and between reads without a
notice, since network file systems send none."""
_AWAY = 0.5
_BEAT = 15.0
"""Seconds between comments, by which a closed page is noticed."""
_STREAMS = 4
"""Most event streams of one person."""


class ChangeNotifier:
    """Notifies listeners of new states; closing it ends all streams."""

    def __init__(self, live_database: LiveDatabase) -> None:
        self.desk, self._latest = live_database, live_database.latest.number
        self._open: set[MemoryObjectSendStream[None]] = set()
        self._streams: dict[str, list[MemoryObjectSendStream[None]]] = {}
        self._closing = anyio.Event()

    async def watch(self) -> None:
        """Look at the files whenever something has changed below the folder, until closed."""
        self.desk.is_watched = True
        while not self._closing.is_set():
            if not self.desk.root.is_dir():
                await self._look()
                with anyio.move_on_after(_AWAY):
                    await self._closing.wait()
                continue
            async for changed in self._changes(self.desk.root):
                await self._look(changed)
                if not self.desk.root.is_dir():
                    break

    async def watch_commits(self) -> None:
        """Look at the files whenever git has changed its index, its last step."""
        try:
            folder = git.repository(self.desk.root).git_dir
        except ScenError:
            return
        async for changed in self._changes(folder, recursive=False):
            if changed:  # without notices `watch` looks anyway
                run = anyio.to_thread.run_sync  # git is asked, for which no other request waits
                if not await run(self.desk.has_tip, abandon_on_cancel=True):
                    await self._look()

    def _changes(self, folder: Path, *, recursive: bool = True) -> AsyncIterator[set[FileChange]]:
        return awatch(
            folder,
            # The lock goes last, after the journal, which lies where nobody looks.
            watch_filter=lambda c, path: c == Change.deleted or not path.endswith(lock.NAME),
            debounce=_QUIET_MS,
            step=_QUIET_MS,
            rust_timeout=_POLL_MS,
            yield_on_timeout=True,
            recursive=recursive,
            stop_event=self._closing,
        )

    async def _look(self, changed: Collection[FileChange] = ()) -> None:
        look = self.desk.look_after  # in a thread, for which the end does not wait
        seen = await anyio.to_thread.run_sync(look, changed, abandon_on_cancel=True)
        if seen.number > self._latest:
            self._latest = seen.number
            self.ring()

    def ring(self) -> None:
        """Wake every stream; signals that were not taken yet are merged."""
        for send in tuple(self._open):
            try:
                send.send_nowait(None)
            except anyio.WouldBlock:
                continue
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                self._open.discard(send)

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for send in tuple(self._open):
            send.close()
        self._open.clear()

    async def listen(self, number: Callable[[], int], login: str = "") -> AsyncIterator[str]:
        """Yield the number of the current state and of each later one as server-sent events.

        Of a person's streams the newest four stay open; those of the owner, without a login, all.
        """
        send, receive = anyio.create_memory_object_stream[None](1)
        self._open.add(send)
        own = self._streams.setdefault(login, [])
        own.append(send)
        for oldest in own[:-_STREAMS] if login else ():
            oldest.close()
            own.remove(oldest)
        before = 0
        try:
            while not self._closing.is_set():
                now = await anyio.to_thread.run_sync(number, abandon_on_cancel=True)
                event = f"retry: 500\nevent: state\ndata: {now}\n\n"
                yield event if now != before else ": still here\n\n"
                before = now
                with anyio.move_on_after(_BEAT):
                    try:
                        await receive.receive()
                    except anyio.EndOfStream:
                        return
        finally:
            self._open.discard(send)
            if send in own:
                own.remove(send)
            receive.close()
