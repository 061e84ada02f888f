"""Commits as data, from what each does to the records, and files that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.analysis.changes import Commit, RecordChange, Revision
from scenarios.model import Database, Evidence, Kind, Scenario, Sheet, Source, Tracker
from tests.records import day

KINDS: dict[type, Kind] = {
    Tracker: "tracker",
    Scenario: "scenario",
    Evidence: "evidence",
    Sheet: "forecasts",
    Source: "source",
}


class Broken:
    """A file that cannot be read."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


class Story:
    """Revisions as git would tell them, from what each commit does to the records by id."""

    def __init__(self) -> None:
        self.revisions: list[Revision] = []
        self.trees: dict[str, dict[str, Any]] = {}

    def commit(self, on: int, records: Mapping[str, Any], *parents: str, **keys: Any) -> str:
        """A commit on a day that puts these records; None removes one. It follows the last one."""
        if not parents and self.revisions:
            parents = (self.revisions[-1].commit.id,)
        id = f"{len(self.revisions):040d}"
        before = self.trees[parents[0]] if parents else {}
        after = {id: one for id, one in {**before, **records}.items() if one is not None}
        self.trees[id] = after
        keys = {"author": "Ann", "committed": day(on), "subject": "S", **keys}
        commit = Commit(id=id, parents=parents, authored=day(on), **keys)
        changes = [
            change(id, before.get(id), after.get(id))
            for id in sorted({*before, *after})
            if before.get(id) is not after.get(id)
        ]
        trees = [self.trees[parent] for parent in parents]
        own = [c for c in changes if all(it.get(c.id) is not after.get(c.id) for it in trees)]
        done = {"changes": tuple(changes), "own": tuple(own)}
        broken = sum(not one.readable for one in own)
        self.revisions.append(Revision(commit=commit, **done, left_out=broken))
        return id


def change(id: str, before: Any, after: Any) -> RecordChange:
    some = before or after
    kind = some.kind if isinstance(some, Broken) else KINDS[type(some)]
    was, now = (None if isinstance(one, Broken) else one for one in (before, after))
    is_readable = not isinstance(after, Broken)
    return RecordChange(kind=kind, id=id, before=was, after=now, readable=is_readable)


def held(tree: Mapping[str, Any]) -> Database:
    """The database of the records that can be read."""

    def of(kind: type) -> dict[str, Any]:
        return {id: one for id, one in tree.items() if isinstance(one, kind)}

    tracker = next(iter(of(Tracker).values()), Tracker())
    return Database(tracker, of(Scenario), of(Evidence), of(Sheet), of(Source))
