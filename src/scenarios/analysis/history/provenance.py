"""When each record, date and forecast of a database was first committed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from scenarios.analysis.history.commits import Commit, RecordChange, Revision
from scenarios.analysis.history.renames import (
    Names,
    former,
    joined,
    name,
    of_today,
    other_name,
    renamed,
)
from scenarios.analysis.history.standing import States
from scenarios.model import (
    Clarification,
    Database,
    Evidence,
    Kind,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    SheetId,
    Tracker,
)

BACKDATED_DAYS = 3
"""A record may be committed so many days after its own date before it counts as backdated."""

Key = tuple[Kind, str]
Content = tuple[Any, ...]
Scenarios = dict[ScenarioId, Scenario]
_V = TypeVar("_V")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a scenario asks, and what was made clear about it so far."""

    question: str
    resolution_criteria: str
    horizon: date
    clarifications: tuple[Clarification, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The commit in which a sheet first spoke of a scenario, and what was asked then, if known."""

    number: int
    asked: Asked | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a commit changed itself, from what it last was, under whatever id."""

    number: int
    commit: Commit
    change: RecordChange


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """Every step of a database's history, oldest first, and where its content began.

    `commits` are those that changed records themselves, `stood` the scenarios before each of them.
    `born` has the number of the commit that first brought a record's file, `seen` that of the
    commit in which a date or a figure first stood. `aliases` leads from an id to the first one
    that the same record had.
    """

    database: Database
    commits: tuple[Commit, ...]
    stood: tuple[Scenarios, ...]
    steps: tuple[Step, ...]
    born: dict[Key, int]
    seen: dict[bytes, int]
    answers: dict[bytes, Answer]
    aliases: dict[str, str]
    days: int

    def since(self, *content: Any) -> int:
        """The commit in which a piece of content first stood."""
        return self.seen[self.name(*content)]

    def answered(self, sheet: SheetId, scenario: ScenarioId) -> Answer:
        """When a sheet first spoke of a scenario, and to what question."""
        return self.answers[self.name(sheet, scenario)]

    def came(self, step: Step) -> Commit:
        """The commit that first brought a record's file, whether it could be read or not."""
        return self.commits[self.born[step.change.kind, step.change.id]]

    def name(self, *content: Any) -> bytes:
        """One name for a piece of content, whatever its records were called at the time."""
        return name(content, self.aliases)

    def late(self, commit: Commit, day: date) -> int:
        """By how many days a commit came after `day`; 0 within the days that are allowed.

        Of a squash, the commits that it says it replaces count too; of the end of a shallow clone
        nothing can be told.
        """
        if commit.shallow:
            return 0
        behind = [(made - day).days for made in (commit.authored, *commit.squashed)]
        least = min((n for n in behind if n >= 0), default=0)
        return least if least > self.days else 0


def trail(revisions: Sequence[Revision], days: int = BACKDATED_DAYS) -> Trail:
    """Follow every record through the commits, to the database that stands at their end."""
    database = Database(Tracker())
    commits: list[Commit] = []
    stood: list[Scenarios] = []
    steps: list[Step] = []
    born: dict[Key, int] = {}
    aliases: dict[str, str] = {}
    past: dict[str, str] = {}
    contents: list[tuple[Content, int]] = []
    answers: list[tuple[Content, Answer]] = []
    for revision, scenarios, lost, database in _walked(revisions):
        if not revision.own:
            continue
        number = len(commits)
        commits.append(revision.commit)
        stood.append(stood[-1] if stood and stood[-1] == scenarios else scenarios)
        names = renamed(revision.own)
        aliases |= {new: other_name(old, aliases) for old, new in names.items()}
        past |= {old: one.id for one in revision.own for old in former(one.after)}
        for old, change in joined(revision.own, lost, names, past):
            before = born.get((change.kind, old), number)
            born.setdefault((change.kind, change.id), before)
            steps.append(Step(number=number, commit=revision.commit, change=change))
            contents += [(content, number) for content in _pieces(change.id, change.after)]
            answers += _answers(number, change, database.scenarios)
    sheets: dict[SheetId, Any] = {id: of_today(one, past) for id, one in database.sheets.items()}
    return Trail(
        database=msgspec.structs.replace(database, sheets=sheets),
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
    """The dates by which a record says when a part of it was written down: part, words, date."""
    if isinstance(record, Evidence):
        yield "recorded", f"recorded {record.recorded}", record.recorded
        if record.retracted:
            yield "retracted", f"retracted {record.retracted.date}", record.retracted.date
    elif isinstance(record, Sheet):
        for scenario in record.probabilities:
            yield scenario, f"date {record.date}", record.date
    elif isinstance(record, Scenario) and record.resolution:
        recorded = record.resolution.recorded
        yield "resolution", f"resolution, recorded {recorded}", recorded


def asked(scenario: Scenario) -> Asked:
    """The question, its criteria, its horizon, and what was made clear since."""
    return Asked(
        question=scenario.question,
        resolution_criteria=scenario.resolution_criteria,
        horizon=scenario.horizon,
        clarifications=scenario.clarifications,
    )


def _walked(
    revisions: Sequence[Revision],
) -> Iterator[tuple[Revision, Scenarios, dict[Key, Record], Database]]:
    """Each commit with the scenarios and what was lost before it, and the database after it."""
    states = States(revisions)
    for revision in revisions:
        standing = states.before(revision)
        scenarios, lost = {**standing.database.scenarios}, {**standing.lost}
        standing.put(revision.changes)
        states.keep(revision, standing)
        yield revision, scenarios, lost, standing.database


def _pieces(id: str, record: Record | None) -> Iterator[Content]:
    """The parts of a record of which it matters when they first stood."""
    for part, _, day in dated(record):
        yield "date", id, part, day
    if isinstance(record, Sheet):
        for scenario, figure in record.probabilities.items():
            yield "forecast", id, scenario, figure


def _answers(
    number: int, change: RecordChange, scenarios: Scenarios
) -> Iterator[tuple[Content, Answer]]:
    if isinstance(change.after, Sheet):
        for id in change.after.probabilities:
            scenario = scenarios.get(id)
            yield (
                (change.id, id),
                Answer(number=number, asked=asked(scenario) if scenario else None),
            )


def _first(found: Sequence[tuple[Content, _V]], names: Names) -> dict[bytes, _V]:
    values: dict[bytes, _V] = {}
    for content, value in found:
        values.setdefault(name(content, names), value)
    return values
