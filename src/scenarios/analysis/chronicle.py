"""A database's commits, as data: who changed which record when, and the database after each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.known import bears_on, latest_day, latest_of
from scenarios.model import (
    Database,
    Evidence,
    EvidenceId,
    Kind,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    SheetId,
    Tracker,
    indicator_key,
)


class Commit(msgspec.Struct, frozen=True):
    """A commit as git tells it; `authored` is the author's own date, which can be set.

    `squashed` are the days of the commits that its message says it replaces.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    authored: date
    committed: date
    subject: str
    squashed: tuple[date, ...] = ()
    shallow: bool = False


class RecordChange(msgspec.Struct, frozen=True):
    """A record before and after a commit; None where its file was not there, or not readable."""

    kind: Kind
    id: str
    before: Record | None
    after: Record | None
    readable: bool = True


class Revision(msgspec.Struct, frozen=True):
    """A commit that changed records.

    `changes` lead from the first parent to it; `own` are those that no parent had, so that a
    merge is not taken for the author of what it merges.
    """

    commit: Commit
    changes: tuple[RecordChange, ...]
    own: tuple[RecordChange, ...]
    left_out: int = 0


class States:
    """The database before each of some revisions, oldest first; branches are kept apart."""

    def __init__(self, revisions: Iterable[Revision]) -> None:
        self._waiting = Counter(parent for one in revisions for parent in one.commit.parents[:1])
        self._after: dict[str, Standing] = {}

    def before(self, revision: Revision) -> Standing:
        """The database that a commit changed: its own to change, and to hand to `keep`."""
        for parent in revision.commit.parents[:1]:
            self._waiting[parent] -= 1
            if self._waiting[parent]:
                return Standing(self._after[parent].database)
            return self._after.pop(parent)
        return Standing()

    def keep(self, revision: Revision, standing: Standing) -> None:
        """Keep what stood after a commit for those that follow it."""
        if self._waiting[revision.commit.id]:
            self._after[revision.commit.id] = standing


class Standing:
    """The database after a commit, kept up to date, with what bears on each scenario."""

    def __init__(self, database: Database | None = None) -> None:
        one = database or Database(Tracker(), {}, {}, {}, {})
        self.database = Database(
            one.tracker, {**one.scenarios}, {**one.evidence}, {**one.sheets}, {**one.sources}
        )
        self._bearing: dict[ScenarioId, dict[EvidenceId, None]] | None = None
        self._latest: date | None = None
        self.speaking: dict[ScenarioId, dict[SheetId, None]] = {}
        for id, sheet in self.database.sheets.items():
            self._speak(id, sheet)

    def put(self, changes: Iterable[RecordChange]) -> None:
        """Take over what a commit changed."""
        changed = list(changes)
        for change in changed:
            self._put(change)
        if any(change.kind == "scenario" for change in changed):
            self._bearing = None  # another indicator may make old items bear on other scenarios

    @property
    def latest(self) -> date | None:
        """`latest_day` of the database."""
        if self._latest is None:
            self._latest = latest_day(self.database)
        return self._latest

    @property
    def bearing(self) -> dict[ScenarioId, dict[EvidenceId, None]]:
        """The items that bear on each scenario, in no order."""
        if self._bearing is None:
            self._bearing = {}
            for id, item in self.database.evidence.items():
                self._bear(id, item)
        return self._bearing

    def _put(self, change: RecordChange) -> None:
        before, after, id = change.before, change.after, change.id
        self._latest = None if before else self._latest and max(self._latest, _latest(after))
        if isinstance(before, Evidence) and self._bearing is not None:
            for scenario in borne(self.database, before):
                self._bearing.get(scenario, {}).pop(id, None)
        if isinstance(before, Sheet):
            for scenario in before.probabilities:
                self.speaking.get(scenario, {}).pop(id, None)
        if change.kind == "tracker":
            tracker = after if isinstance(after, Tracker) else Tracker()
            self.database = msgspec.structs.replace(self.database, tracker=tracker)
        elif after is None:
            _folder(self.database, change.kind).pop(id, None)
        else:
            _folder(self.database, change.kind)[id] = after
        if isinstance(after, Evidence) and self._bearing is not None:
            self._bear(id, after)
        if isinstance(after, Sheet):
            self._speak(id, after)

    def _bear(self, id: EvidenceId, item: Evidence) -> None:
        assert self._bearing is not None  # noqa: S101 - asked by those who made it
        for scenario in borne(self.database, item):
            self._bearing.setdefault(scenario, {})[id] = None

    def _speak(self, id: SheetId, sheet: Sheet) -> None:
        for scenario in sheet.probabilities:
            self.speaking.setdefault(scenario, {})[id] = None


def _latest(record: Record | None) -> date:
    return latest_of(record) if isinstance(record, Evidence | Scenario | Sheet) else date.min


def borne(database: Database, item: Evidence) -> frozenset[ScenarioId]:
    """The scenarios that an item bears on, and those whose indicators it fires."""
    return bears_on(database, item) | {indicator_key(text)[0] for text in item.indicators}


def _folder(database: Database, kind: Kind) -> dict[str, Any]:
    folders: dict[Kind, dict[str, Any]] = {
        "scenario": database.scenarios,
        "evidence": database.evidence,
        "forecasts": database.sheets,
        "source": database.sources,
    }
    return folders[kind]
