"""The database after each commit, with what bears on each scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.evidence.knowledge import latest_day, latest_of
from scenarios.analysis.history.commits import RecordChange, Revision
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

_DATED: tuple[Kind, ...] = ("evidence", "scenario", "forecasts")


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
                return self._after[parent].copy()
            return self._after.pop(parent)
        return Standing()

    def keep(self, revision: Revision, standing: Standing) -> None:
        """Keep what stood after a commit for those that follow it."""
        if self._waiting[revision.commit.id]:
            self._after[revision.commit.id] = standing


class Standing:
    """The database after a commit, kept up to date, with what bears on each scenario.

    `lost` has the last content of the records that are gone, or can no longer be read.
    """

    def __init__(self, database: Database | None = None) -> None:
        one = database or Database(Tracker(), {}, {}, {}, {})
        self.database = Database(
            one.tracker, {**one.scenarios}, {**one.evidence}, {**one.sheets}, {**one.sources}
        )
        self.latest = latest_day(self.database)
        self.lost: dict[tuple[Kind, str], Record] = {}
        self.bearing: dict[ScenarioId, dict[EvidenceId, None]] = {}
        self.speaking: dict[ScenarioId, dict[SheetId, None]] = {}
        for id, item in self.database.evidence.items():
            self._bear(id, item)
        for id, sheet in self.database.sheets.items():
            self._speak(id, sheet)

    def copy(self) -> Standing:
        """The same database, to be changed apart from this one."""
        made = Standing(self.database)
        made.lost = {**self.lost}
        return made

    def put(self, changes: Iterable[RecordChange]) -> None:
        """Take over what a commit changed."""
        made = list(changes)
        self.latest = self.latest_with(made)
        scenarios = [one.id for one in made if one.kind == "scenario"]
        firing = {item for id in scenarios for item in self.bearing.get(id, ())}
        for id in firing:  # another indicator may make it bear on other scenarios
            self._bear_no_longer(id, self.database.evidence[id])
        for change in sorted(made, key=lambda one: one.kind != "scenario"):
            self._put(change)
        for id in firing & self.database.evidence.keys():
            self._bear(id, self.database.evidence[id])
        self.database = msgspec.structs.replace(self.database)  # what it has found is of before

    def latest_with(self, changes: Sequence[RecordChange]) -> date | None:
        """The newest day once these changes are made: `latest_day` of the database after them."""
        days = list(_days(change.after for change in changes))
        gone = max(_days(change.before for change in changes), default=date.min)
        if self.latest and gone < self.latest:
            return max(self.latest, *days) if days else self.latest
        changed = {(change.kind, change.id) for change in changes}
        for kind in _DATED:
            there = _folder(self.database, kind).items()
            days += _days(one for id, one in there if (kind, id) not in changed)
        return max(days, default=None)

    def _put(self, change: RecordChange) -> None:
        before, after, id = change.before, change.after, change.id
        self.lost.pop((change.kind, id), None)
        if before and after is None:
            self.lost[change.kind, id] = before
        if isinstance(before, Evidence):
            self._bear_no_longer(id, before)
        if isinstance(before, Sheet):
            for scenario in before.probabilities:
                self.speaking[scenario].pop(id, None)
        if change.kind == "tracker":
            tracker = after if isinstance(after, Tracker) else Tracker()
            self.database = msgspec.structs.replace(self.database, tracker=tracker)
        elif after is None:
            _folder(self.database, change.kind).pop(id, None)
        else:
            _folder(self.database, change.kind)[id] = after
        if isinstance(after, Evidence):
            self._bear(id, after)
        if isinstance(after, Sheet):
            self._speak(id, after)

    def _bear(self, id: EvidenceId, item: Evidence) -> None:
        for scenario in borne(self.database, item):
            self.bearing.setdefault(scenario, {})[id] = None

    def _bear_no_longer(self, id: EvidenceId, item: Evidence) -> None:
        for scenario in borne(self.database, item):
            self.bearing.get(scenario, {}).pop(id, None)

    def _speak(self, id: SheetId, sheet: Sheet) -> None:
        for scenario in sheet.probabilities:
            self.speaking.setdefault(scenario, {})[id] = None


def borne(database: Database, item: Evidence) -> frozenset[ScenarioId]:
    """The scenarios that an item rates, there or not, and those whose indicators it fires."""
    found = set(item.ratings)
    for text in item.indicators:
        owner, key = indicator_key(text)
        found.add(owner)
        scenario = database.scenarios.get(owner)
        if scenario and key in scenario.indicators:
            found |= scenario.indicators[key].ratings.keys()
    return frozenset(found)


def _days(records: Iterable[Record | None]) -> Iterator[date]:
    return (latest_of(one) for one in records if isinstance(one, Evidence | Scenario | Sheet))


def _folder(database: Database, kind: Kind) -> dict[str, Any]:
    folders: dict[Kind, dict[str, Any]] = {
        "scenario": database.scenarios,
        "evidence": database.evidence,
        "forecasts": database.sheets,
        "source": database.sources,
    }
    return folders[kind]
