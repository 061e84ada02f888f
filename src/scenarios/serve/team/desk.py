"""The desk of a team: who is here, and the database as each of them may see it."""

import logging
import threading
import time
from contextlib import suppress
from datetime import date
from functools import partial
from typing import NamedTuple

import anyio

from scenarios.errors import ScenError
from scenarios.model import Analyst, Database, ScenarioId
from scenarios.serve.live_database import DatabaseVersion, LiveDatabase, Writing
from scenarios.serve.person import Person, member
from scenarios.serve.team import blind
from scenarios.serve.team.week import Periods, given, has_sat, period_start
from scenarios.storage.git import committing
from scenarios.storage.git import repository as git
from scenarios.storage.git.repository import newest
from scenarios.workspace import pushing
from scenarios.workspace.followed_ledgers import changed_items
from scenarios.workspace.input import typed_in
from scenarios.workspace.opened import OpenDatabase
from scenarios.workspace.writing import WriteResult

_HERE, _EDITING, _PUSH_EVERY = 300.0, 600.0, 60.0
"""Seconds for which a person is here after a request, and edits a record after a keystroke; between
two looks at a remote."""
Viewer = tuple[Analyst | None, bool, bool]
"""Whose sheets of the period are seen; whether all are; whether it is an editor."""


class _SeenVersion(NamedTuple):
    """The state that a viewer has, made of the full state of a number on a day."""

    of: tuple[int, date, str]
    seen: DatabaseVersion


class TeamDesk:
    """The state that the people of one server share."""

    def __init__(
        self,
        live: LiveDatabase,
        periods: Periods,
        *,
        readers: bool = False,
        remote: str | None = None,
    ) -> None:
        self.live, self.periods, self._readers, self.remote = live, periods, readers, remote
        self.written = threading.Event()
        self.push_fault = ""
        self._uncommitted: dict[str, str] = {}
        self._looked = 0
        self._lock = threading.Lock()
        self._seen: dict[Viewer, _SeenVersion] = {}
        self._sat: dict[Analyst, tuple[tuple[int, date], bool]] = {}
        self._here: dict[str, float] = {}
        self._editing: dict[str, dict[str, tuple[str, float]]] = {}

    def member(self, login: str) -> Person | None:
        """The person of a login by the tracker as it is now."""
        tracker = self.live.latest.opened.database.tracker
        if person := member(tracker, login, readers=self._readers):
            self._here[person.login] = time.monotonic()
        return person

    def of(self, person: Person) -> "PersonalDatabase":
        """The database as a person may see it now."""
        return PersonalDatabase(self, person)

    def is_here(self, person: Person) -> bool:
        """True if a person asked for anything in the last minutes."""
        return time.monotonic() - self._here.get(person.login, -_HERE) < _HERE

    def edits(self, person: Person, path: str) -> list[str]:
        """Note that a person edits a file; the names of the others who do."""
        now = time.monotonic()
        with self._lock:
            editing = self._editing.setdefault(path, {})
            editing[person.login] = person.name, now
            others = [other for login, other in editing.items() if login != person.login]
            return sorted(name for name, at in others if now - at < _EDITING)

    def note(self, written: WriteResult) -> None:
        """Note that nobody edits the written files any more, and whether they are in git."""
        fault = written.committed.fault if written.committed else None
        with self._lock:
            for draft in written.drafts:
                self._editing.pop(draft.path, None)
                self._uncommitted.pop(draft.path, None)
                if fault:
                    self._uncommitted[draft.path] = f"{fault}"

    def note_uncommitted(self) -> None:
        """Note the records that are not in git as the server starts."""
        with suppress(ScenError):
            repository = committing.repository(self.live.root)
            paths = committing.uncommitted(repository, [*self.live.latest.opened.snapshot])
            names = ", ".join(paths)
            fault = f"{names}: written, not committed; git add and git commit commit it."
            self._uncommitted = dict.fromkeys(paths, fault)

    def _forget_committed(self) -> None:
        """Forget the faults of files that somebody has committed since."""
        with self._lock, suppress(ScenError):
            repository = committing.repository(self.live.root)
            left = committing.uncommitted(repository, [*self._uncommitted])
            self._uncommitted = {path: self._uncommitted[path] for path in left}

    def push(self, remote: str) -> None:
        """Take what the remote has, if nothing stands against it, and push what it lacks."""
        try:
            turn = pushing.push(self.live.root, remote, self.live.latest.opened.read)
            self.push_fault = f"Not pushed: {turn.stopped}. {turn.mend}" if turn.stopped else ""
            if turn.taken:
                self.live.look()
        except Exception as error:  # which would end the server, for one turn that failed
            logging.getLogger(__name__).exception("pushing failed")
            self.push_fault = f"Not pushed: {type(error).__name__}, which the server's log explains"

    async def keep_pushed(self, remote: str) -> None:
        """Push after each write, and look at the remote every minute, until cancelled."""
        run = partial(anyio.to_thread.run_sync, abandon_on_cancel=True)
        while True:
            self.written.clear()
            await run(self.push, remote)
            await run(self.written.wait, _PUSH_EVERY)

    @property
    def trouble(self) -> str:
        """The fault that an editor has to mend: a commit or a push that git refused."""
        return " ".join([*dict.fromkeys(self._uncommitted.values()), self.push_fault]).strip()

    def start(self, database: Database, today: date) -> date:
        """The first day of the period of a day."""
        return period_start(today, database.tracker.review_every_days)

    def sees_all(self, person: Person, full: DatabaseVersion, today: date) -> bool:
        """True for an analyst who has finished the sitting, and for all once it was opened."""
        database, id = full.opened.database, person.analyst
        start = self.start(database, today)
        notes = self.periods.notes(start)
        if notes.opened or (id in notes.finished):
            return True
        if id is None or not person.may("analyst"):
            return False
        key = full.number, today
        if self._sat.get(id, (None,))[0] != key:
            self._sat[id] = key, has_sat(database, id, start, today)
        return self._sat[id][1]

    def version(self, person: Person, full: DatabaseVersion) -> DatabaseVersion:
        """The state as a person may see it, with a number that its changes alone raise."""
        today = typed_in.today()
        sees_all = self.sees_all(person, full, today)
        whose = person.analyst if person.may("analyst") and not sees_all else None
        start = self.start(full.opened.database, today)
        if whose and not given(full.opened.database, whose, start):
            whose = None  # all who have given nothing yet see the same
        viewer = whose, sees_all, person.role == "editor"
        if self._uncommitted and self._looked != full.number:
            self._looked = full.number
            self._forget_committed()
        of = full.number, today, self.trouble
        with self._lock:
            before = self._seen.get(viewer)
            if before is None or before.of != of:
                seen = self._made(viewer, full, before.seen if before else None, today)
                before = self._seen[viewer] = _SeenVersion(of, seen)
        return before.seen

    def _made(
        self, viewer: Viewer, full: DatabaseVersion, before: DatabaseVersion | None, today: date
    ) -> DatabaseVersion:
        whose, sees_all, is_editor = viewer
        since = self.start(full.opened.database, today)
        seen = full._replace(view=repr(viewer))
        if not sees_all:
            opened = blind.blind(full.opened, whose, since)
            tip, offered = "", full.offered[:0]
            try:
                repository = blind.pinned(git.repository(self.live.root), since, today)
                if repository:
                    pin = repository.tip  # mostly an id already, which git need not be asked for
                    tip = git.commit_of(repository, "HEAD") if pin == "HEAD" else pin
                    same = before and before.tip == tip
                    offered = before.offered if same and before else newest(repository, tip, 100)
            except ScenError:  # no repository, no git, no commit
                tip = ""
            state = opened.snapshot.state().hex() if hasattr(opened.snapshot, "state") else ""
            name = f"{state} {tip}"
            if before and before.name == name:
                opened = before.opened._replace(half=opened.half)
            elif before:
                changed_items(before.opened, opened)
            seen = seen._replace(opened=opened, name=name, offered=offered, tip=tip)
        if is_editor and self.trouble:
            seen = seen._replace(remark=" ".join(filter(None, (seen.remark, self.trouble))))
        if before is None:
            return seen._replace(number=1)
        is_same = (before.name, before.remark) == (seen.name, seen.remark)
        return seen._replace(number=before.number + (not is_same))


class PersonalDatabase:
    """The live database as one person may see it."""

    def __init__(self, desk: TeamDesk, person: Person) -> None:
        self._desk, self._person, self._live = desk, person, desk.live
        self.root, self.read_only = self._live.root, self._live.read_only

    @property
    def is_watched(self) -> bool:
        """True while a watcher reads the files."""
        return self._live.is_watched

    @property
    def latest(self) -> DatabaseVersion:
        """The latest state."""
        return self._desk.version(self._person, self._live.latest)

    def refresh(self) -> DatabaseVersion:
        """The latest state; the files are read first unless they are watched."""
        return self._desk.version(self._person, self._live.refresh())

    def look(self) -> DatabaseVersion:
        """Read the files that changed."""
        return self._desk.version(self._person, self._live.look())

    @property
    def is_blind(self) -> bool:
        """True while the figures of others are hidden."""
        return not self._desk.sees_all(self._person, self._live.latest, typed_in.today())

    def version_at(self, revision: str, seen: DatabaseVersion) -> DatabaseVersion:
        """The state of a revision, of which a blind person has those before the hidden sheets."""
        if not self.is_blind:
            return self._live.version_at(revision, seen)
        repository = git.repository(self.root)
        if not seen.tip:
            raise ScenError("no earlier revision is shown before the sitting")
        commit = blind.commit_shown(repository._replace(tip=seen.tip), revision)
        return self._live.version_at(commit, seen)

    def write(self, change: Writing) -> WriteResult | None:
        """Write a change to the latest state of all."""
        try:
            written = self._live.write(change)
        finally:
            self._desk.written.set()
        if written:
            self._desk.note(written)
        return written

    def shown(self, written: WriteResult) -> WriteResult:
        """A change as the person may see it."""
        if not self.is_blind:
            return written
        return blind.blind_result(written, self._whose, self._since)

    def opened(self, full: OpenDatabase) -> OpenDatabase:
        """A state as the person may see it."""
        return blind.blind(full, self._whose, self._since) if self.is_blind else full

    def is_late(self, id: ScenarioId) -> bool:
        """True if a figure on a question would follow those of the others, which are seen."""
        database, who = self._live.latest.opened.database, self._person.analyst
        return not self.is_blind and bool(who) and id not in given(database, who or "", self._since)

    def edits(self, path: str | None) -> list[str]:
        """Note that the person edits a file; the names of the others who do."""
        return self._desk.edits(self._person, path) if path else []

    def finish(self) -> None:
        """Note that the person has finished the sitting of the period."""
        if self._person.analyst:
            self._desk.periods.finish(self._since, self._person.analyst)

    @property
    def _whose(self) -> Analyst | None:
        return self._person.analyst if self._person.may("analyst") else None

    @property
    def _since(self) -> date:
        return self._desk.start(self._live.latest.opened.database, typed_in.today())
