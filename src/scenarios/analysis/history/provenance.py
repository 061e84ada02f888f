"""When each record, date and forecast of a database was first committed, and by whom."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from scenarios.analysis.changes import (
    Commit,
    Key,
    Names,
    RecordChange,
    Revision,
    former,
    joined,
    name,
    other_name,
    records,
    renamed,
    scenarios_about,
)
from scenarios.analysis.evidence.knowledge import (
    borne,
    connected,
    days_of,
    dependents,
    latest_day,
    resolution,
    superseders,
)
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.rules.rule import LoadedRecords, under_todays_ids
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
)
from scenarios.paths import path_of
from scenarios.values import indicator_key

_DATED: tuple[Kind, ...] = ("evidence", "scenario", "forecasts")


def states(revisions: Sequence[Revision]) -> Iterator[tuple[Revision, CommitSnapshot]]:
    """Each commit, oldest first, with the database before it; branches are kept apart.

    The caller puts the changes of the commit into that database before it asks for the next.
    """
    waiting = Counter(parent for revision in revisions for parent in revision.commit.parents[:1])
    after: dict[str, CommitSnapshot] = {}
    for revision in revisions:
        snapshot = CommitSnapshot()
        for parent in revision.commit.parents[:1]:
            waiting[parent] -= 1
            snapshot = after[parent].copy() if waiting[parent] else after.pop(parent)
        yield revision, snapshot
        if waiting[revision.commit.id]:
            after[revision.commit.id] = snapshot


class CommitSnapshot:
    """The database after a commit, with look-ups; `lost` has the last content of gone records."""

    def __init__(self, database: Database | None = None) -> None:
        start = database or Database(Tracker(), {}, {}, {}, {})
        self.database = Database(
            start.tracker,
            {**start.scenarios},
            {**start.evidence},
            {**start.sheets},
            {**start.sources},
        )
        self.latest = latest_day(self.database)
        self.lost: dict[tuple[Kind, str], Record] = {}
        self.unreadable: set[tuple[Kind, str]] = set()
        self.bearing: dict[ScenarioId, dict[EvidenceId, None]] = {}
        self._superseding = set[EvidenceId]()
        for id, item in self.database.evidence.items():
            self._bear(id, item)
        self.days = DailyLedgers(self.database, self.bearing)

    def copy(self) -> CommitSnapshot:
        """A copy of the state that can be changed separately."""
        copy = CommitSnapshot(self.database)
        copy.lost = {**self.lost}
        copy.unreadable = {*self.unreadable}
        return copy

    def near(self, changes: Iterable[RecordChange], ids: Iterable[ScenarioId]) -> set[Key]:
        """The changed records that can now move a figure of these scenarios.

        Their items, sheets and sources, the connected scenarios, and those whose indicators fire.
        """
        scenarios = self.database.scenarios
        about = {c for id in ids if id in scenarios for c in connected(self.database, id)}
        items = {id for column in about for id in self.bearing.get(column, ())}
        evidence = [self.database.evidence[id] for id in items]
        fired = {indicator_key(text)[0] for item in evidence for text in item.indicators}
        weighs = about and self.database.tracker.team.record
        ended = {id for id in scenarios if resolution(self.database, id)} if weighs else set()
        asked = {id for id in about if scenarios[id].quantity}
        estimates = self.database.sheets.items() if asked else ()
        near: dict[Kind, set[str]] = {
            "tracker": {"tracker"} if about else set(),
            "evidence": items,
            "scenario": about | ended | fired,
            "source": {item.source for item in evidence if item.source},
            "forecasts": {s for c in about | ended for s in self.database.speaking.get(c, ())}
            | {id for id, sheet in estimates if asked & sheet.quantiles.keys()},
        }
        keys = ((change.kind, change.id) for change in changes)
        return {
            (kind, id)
            for kind, id in keys
            if id in near[kind] and id in records(self.database, kind)
        }

    def withheld(self) -> dict[ScenarioId, str]:
        """Scenarios whose figures an unreadable file could change by its last content; its path."""
        paths: dict[ScenarioId, str] = {}
        for kind, id in sorted(self.unreadable):
            last = self.lost.get((kind, id))
            about = (
                {id, *scenarios_about(self.database, id, last)} if last else self.database.scenarios
            )
            if kind in ("scenario", "tracker"):
                about = self.database.scenarios if kind == "tracker" else about
                paths |= dict.fromkeys(dependents(self.database, about), path_of(kind, id))
        return paths

    def touched(self, changes: Iterable[RecordChange]) -> set[ScenarioId]:
        """The scenarios that changed records bear on, and their dependents."""
        touched: set[ScenarioId] = set()
        for change in changes:
            for record in (change.before, change.after):
                touched.update(scenarios_about(self.database, change.id, record))
        return dependents(self.database, touched)

    def put(self, changes: Iterable[RecordChange]) -> None:
        done = list(changes)
        if not done:
            return
        self.latest = self.latest_with(done)
        self.unreadable -= {(change.kind, change.id) for change in done}
        self.unreadable |= {(change.kind, change.id) for change in done if not change.readable}
        others = [change for change in done if change.kind not in {"evidence", "forecasts"}]
        self._forget(others)
        scenarios = [change.id for change in done if change.kind == "scenario"]
        firing = {item for id in scenarios for item in self.bearing.get(id, ())}
        if scenarios or any(change.kind == "evidence" for change in done):
            firing |= self._superseding
        # Another indicator, or another item that it supersedes, may make it bear on others.
        for id in firing & self.database.evidence.keys():
            self._bear_no_longer(id, self.database.evidence[id])
        for change in sorted(done, key=lambda change: change.kind != "scenario"):
            self._put(change)
        for id in firing & self.database.evidence.keys():
            self._bear(id, self.database.evidence[id])
        if any(change.kind == "forecasts" for change in done):
            vars(self.database).pop("analyst_records", None)
            vars(self.database).pop("speakers", None)
        if scenarios:  # the sets and links that the database keeps are those of before
            self._replace()
        self._forget(others)
        for change in done:
            if change.kind == "evidence":
                self.days.put(change.id, change.before, change.after)

    def latest_with(self, changes: Sequence[RecordChange]) -> date | None:
        """The newest day after these changes: `latest_day` of the database with them."""
        days = list(_days(change.after for change in changes))
        gone = max(_days(change.before for change in changes), default=date.min)
        if self.latest and gone < self.latest:
            return max(self.latest, *days) if days else self.latest
        changed = {(change.kind, change.id) for change in changes}
        for kind in _DATED:
            there = records(self.database, kind).items()
            days += _days(record for id, record in there if (kind, id) not in changed)
        return max(days, default=None)

    def _forget(self, changes: Sequence[RecordChange]) -> None:
        if changes:
            self.days.forget(self.database, self.touched(changes))

    def _put(self, change: RecordChange) -> None:
        before, after, id = change.before, change.after, change.id
        folder: Any = records(self.database, change.kind)
        self.lost.pop((change.kind, id), None)
        if before and after is None:
            self.lost[change.kind, id] = before
        if isinstance(before, Evidence):
            self._bear_no_longer(id, before)
        # Looked up before the sheet is there: else it would be among them already.
        speaking = self.database.speaking if change.kind == "forecasts" else {}
        if isinstance(was := folder.get(id), Sheet):  # under the ids of its day
            for scenario in was.probabilities:
                sheets = speaking[scenario]
                speaking[scenario] = tuple(other for other in sheets if other != id)
        if change.kind == "tracker":
            self._replace(tracker=after if isinstance(after, Tracker) else Tracker())
        elif after is None:
            folder.pop(id, None)
        else:
            folder[id] = after
        if isinstance(after, Evidence):
            self._bear(id, after)
        if isinstance(after, Sheet):
            for scenario in after.probabilities:
                sheets = speaking.get(scenario, ())
                index = bisect(sheets, self._dated(id), key=self._dated)
                speaking[scenario] = (*sheets[:index], id, *sheets[index:])

    def _dated(self, id: SheetId) -> tuple[date, SheetId]:
        return self.database.sheets[id].date, id

    def _replace(self, **keys: Any) -> None:
        """Replace the database by a copy without cached look-ups of its scenarios."""
        same = {"speaking": self.database.speaking, "superseders": superseders(self.database)}
        self.database = msgspec.structs.replace(self.database, **keys)
        vars(self.database).update(same)  # which are kept up to date here

    def _bear(self, id: EvidenceId, item: Evidence) -> None:
        if item.supersedes:  # even what is not there: it may come
            self._superseding.add(id)
            vars(self.database).pop("superseders", None)
        for scenario in borne(self.database, item):
            self.bearing.setdefault(scenario, {})[id] = None

    def _bear_no_longer(self, id: EvidenceId, item: Evidence) -> None:
        if item.supersedes:
            self._superseding.discard(id)
            vars(self.database).pop("superseders", None)
        for scenario in borne(self.database, item):
            self.bearing.get(scenario, {}).pop(id, None)


def _days(records: Iterable[Record | None]) -> Iterator[date]:
    dated = (record for record in records if isinstance(record, Evidence | Scenario | Sheet))
    return (day for record in dated for day in days_of(record))


BACKDATED_DAYS = 3
"""Days between a record's own date and its commit before it counts as backdated."""

Content = tuple[Any, ...]
Scenarios = dict[ScenarioId, Scenario]
_V = TypeVar("_V")


Answered = tuple[int, Scenario | None]
"""The commit in which a sheet first forecast a scenario, and the scenario then, if known."""


class RecordVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a commit changed itself, from its last content under any id.

    `replaced` are former ids by which it named others, each with the id of today.
    """

    number: int
    commit: Commit
    change: RecordChange
    replaced: Names


class VersionHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Every step of a database's history, oldest first, and where its content began.

    `commits` are those that changed records themselves, `stood` the scenarios before each of them.
    `born` has the number of the commit that first brought a record's file, `seen` that of the
    commit in which a date or a figure first stood. `aliases` leads from an id to the first one
    that the same record had.
    """

    database: Database
    commits: tuple[Commit, ...]
    stood: tuple[Scenarios, ...]
    steps: tuple[RecordVersion, ...]
    born: dict[Key, int]
    seen: dict[bytes, int]
    answers: dict[bytes, Answered]
    aliases: dict[str, str]
    days: int

    def since(self, *content: Any) -> int:
        """The commit in which a piece of content first stood."""
        return self.seen[self.name(*content)]

    def came(self, step: RecordVersion) -> Commit:
        """The commit that first brought a record's file, whether it could be read or not."""
        return self.commits[self.born[step.change.kind, step.change.id]]

    def name(self, *content: Any) -> bytes:
        """Name of a piece of content that is stable under renames of its records."""
        return name(content, self.aliases)

    def late(self, commit: Commit, day: date) -> int:
        """Days from `day` to a commit or the nearest that it replaces; 0 if allowed or shallow."""
        if commit.shallow:
            return 0
        behind = [(day_of - day).days for day_of in (commit.authored, *commit.squashed)]
        least = min((n for n in behind if n >= 0), default=0)
        return least if least > self.days else 0


def trail(revisions: Sequence[Revision], days: int = BACKDATED_DAYS) -> VersionHistory:
    """Follow every record through the commits, to the database that stands at their end."""
    database = Database(Tracker())
    commits: list[Commit] = []
    stood: list[Scenarios] = []
    steps: list[RecordVersion] = []
    born: dict[Key, int] = {}
    aliases: dict[str, str] = {}
    past: dict[str, str] = {}
    contents: list[tuple[Content, int]] = []
    answers: list[tuple[Content, Answered]] = []
    for revision, snapshot in states(revisions):
        scenarios, lost = {**snapshot.database.scenarios}, {**snapshot.lost}
        snapshot.put(revision.changes)
        database = snapshot.database
        if not revision.own:
            continue
        number = len(commits)
        commits.append(revision.commit)
        stood.append(stood[-1] if stood and stood[-1] == scenarios else scenarios)
        names = renamed(revision.own)
        aliases |= {new: other_name(old, aliases) for old, new in names.items()}
        past |= {old: change.id for change in revision.own for old in former(change.after)}
        for old, change, replaced in joined(revision.own, lost, names, past):
            before = born.get((change.kind, old), number)
            born.setdefault((change.kind, change.id), before)
            steps.append(
                RecordVersion(
                    number=number, commit=revision.commit, change=change, replaced=replaced
                )
            )
            contents += [(content, number) for content in _pieces(change.id, change.after)]
            forecast = change.after.figures if isinstance(change.after, Sheet) else ()
            answers += [((change.id, s), (number, database.scenarios.get(s))) for s in forecast]
    nothing: dict[Kind, dict[str, str]] = {"scenario": {}, "evidence": {}, "source": {}}
    return VersionHistory(
        database=under_todays_ids(LoadedRecords(database, nothing, database.evidence)).database,
        commits=tuple(commits),
        stood=tuple(stood),
        steps=tuple(steps),
        born=born,
        seen=_first(contents, aliases),
        answers=_first(answers, aliases),
        aliases=aliases,
        days=days,
    )


def dated(record: Record | None) -> Iterator[tuple[str, str, date]]:
    """Dates on which a record says that its parts were written down: part, words, date."""
    if isinstance(record, Evidence):
        yield "recorded", f"recorded {record.recorded}", record.recorded
        if record.retracted:
            yield "retracted", f"retracted {record.retracted.date}", record.retracted.date
    elif isinstance(record, Sheet):
        for scenario in record.figures:
            yield scenario, f"date {record.date}", record.date
    elif isinstance(record, Scenario) and record.resolution:
        recorded = record.resolution.recorded
        yield "resolution", f"resolution, recorded {recorded}", recorded


def _pieces(id: str, record: Record | None) -> Iterator[Content]:
    """Dates and figures of a record: content whose first commit matters."""
    for key, _, day in dated(record):
        yield "date", id, key, day
    if isinstance(record, Sheet):
        for scenario, figure in record.figures.items():
            yield "forecast", id, scenario, figure


def _first(pairs: Sequence[tuple[Content, _V]], names: Names) -> dict[bytes, _V]:
    values: dict[bytes, _V] = {}
    for content, value in pairs:
        values.setdefault(name(content, names), value)
    return values
