"""When each record, rating and forecast of a database was first committed, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from scenarios.analysis.chronicle import Commit, RecordChange, Revision, Standing, States
from scenarios.analysis.differences import differences
from scenarios.model import (
    Database,
    Evidence,
    Indicator,
    Kind,
    Record,
    Scenario,
    ScenarioId,
    Sheet,
    Tracker,
)

BACKDATED_DAYS = 3
"""A record may be committed so many days after its own date before it counts as backdated."""

Key = tuple[Kind, str]


class Step(msgspec.Struct, frozen=True):
    """A record that a commit changed itself, and the scenarios as they stood before it.

    A record that only got another id is no step.
    """

    number: int
    commit: Commit
    change: RecordChange
    scenarios: dict[ScenarioId, Scenario]


class Trail(msgspec.Struct, frozen=True):
    """Every step of a database's history, oldest first, and where its present content began.

    `born` has the number of the commit that first brought a record, under its present id;
    `seen` that of the commit in which a piece of content (an indicator's ratings, a forecast's
    figure, a question) first stood, so that merges, reverts and cherry-picks are no news.
    """

    database: Database
    commits: tuple[Commit, ...]
    steps: tuple[Step, ...]
    born: dict[Key, int]
    seen: dict[bytes, int]
    days: int

    def first(self, number: int, *content: Any) -> bool:
        """Whether a piece of content had not stood before this commit."""
        return self.seen[_name(content)] == number

    def since(self, *content: Any) -> int:
        """The commit in which a piece of content first stood."""
        return self.seen[_name(content)]

    def late(self, commit: Commit, day: date) -> int:
        """By how many days a commit came after `day`; 0 within the days that are allowed.

        Of a squash, the commits that it says it replaces count too.
        """
        behind = [(made - day).days for made in (commit.authored, *commit.squashed)]
        least = min((n for n in behind if n >= 0), default=0)
        return least if least > self.days else 0


def trail(revisions: Sequence[Revision], days: int = BACKDATED_DAYS) -> Trail:
    """Follow every record through the commits, to the database that stands at their end."""
    database = Database(Tracker())
    born: dict[Key, int] = {}
    seen: dict[bytes, int] = {}
    steps: list[Step] = []
    states = States(revisions)
    for number, revision in enumerate(revisions):
        standing = states.before(revision)
        scenarios = dict(standing.database.scenarios)
        standing.put(revision.changes)
        states.keep(revision, standing)
        database = standing.database
        named = _renamed(revision.own)
        for change in revision.own:
            key = (change.kind, change.id)
            if key in named:
                born[key] = born.get(named[key], number)
            elif key not in named.values():
                born.setdefault(key, number)
                steps.append(Step(number, revision.commit, change, scenarios))
            for content in pieces(change.id, change.after):
                seen.setdefault(_name(content), number)
    commits = tuple(revision.commit for revision in revisions)
    return Trail(database, commits, tuple(steps), born, seen, days)


def pieces(id: str, record: Record | None) -> Iterator[tuple[Any, ...]]:
    """The parts of a record of which it matters when they first stood."""
    if isinstance(record, Scenario):
        yield "question", id, asked(record)
        for key, indicator in record.indicators.items():
            yield "watched", id, key
            yield "indicator", id, key, judged(indicator)
    elif isinstance(record, Sheet):
        for scenario, figure in record.probabilities.items():
            yield "spoke", id, scenario
            yield "forecast", id, scenario, figure
    elif isinstance(record, Evidence):
        for scenario, rating in record.ratings.items():
            yield "rating", id, scenario, rating


def asked(scenario: Scenario) -> tuple[Any, ...]:
    """What is asked: the question, its criteria, its horizon, and what was made clear since."""
    return (
        scenario.question,
        scenario.resolution_criteria,
        scenario.horizon,
        scenario.clarifications,
    )


def judged(indicator: Indicator) -> tuple[Any, ...]:
    """What was fixed beforehand: the ratings, and the worth of its absence."""
    return indicator.ratings, indicator.if_absent


def _renamed(own: Sequence[RecordChange]) -> dict[Key, Key]:
    """Of the records that came in a commit, those that only got another id, with the old one."""
    before, after = Standing(), Standing()
    before.put(RecordChange(c.kind, c.id, None, c.before) for c in own if c.before)
    after.put(RecordChange(c.kind, c.id, None, c.after) for c in own if c.after)
    found = differences(before.database, after.database).renamed
    return {(one.kind, one.to): (one.kind, one.from_) for one in found}


def _name(content: tuple[Any, ...]) -> bytes:
    return msgspec.json.encode(content, order="deterministic")
