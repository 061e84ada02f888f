"""Commits as data, replayed: the database before and after each, branches apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.commits import Commit, RecordChange, Revision, Standing, States
from scenarios.analysis.ledger import neighbourhood
from scenarios.model import Database, Evidence, Given, Kind, Prior, Scenario, Sheet, Source, Tracker
from tests.records import databases, day, item, resolution, scenario, sheet

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


def test_a_commit_is_as_old_as_the_first_of_those_that_it_replaces() -> None:
    told: dict[str, Any] = {
        "id": "1",
        "parents": (),
        "author": "Ann",
        "committed": day(9),
        "subject": "S",
    }
    plain = Commit(authored=day(5), **told)
    assert plain.earliest == day(5)
    assert structs.replace(plain, squashed=(day(7), day(2))).earliest == day(2)


def test_the_latest_day_is_of_whatever_has_one() -> None:
    standing = Standing()
    told: list[date | None] = [standing.latest]
    opened = scenario(opened=day(1))
    for one in (Tracker(), Source("A", "B"), opened, sheet(day(5), {}), item(day(3))):
        standing.put([change("x", None, one)])
        told.append(standing.latest)
    assert told == [None, None, None, day(1), day(5), day(5)]
    ended = structs.replace(opened, resolution=resolution("occurred", day(8)))
    standing.put([change("x", opened, ended), change("y", Broken("source"), Broken("source"))])
    assert standing.latest == day(8)


def test_what_went_or_broke_is_remembered_until_it_is_back() -> None:
    kept, gone, broken = item(day(1)), item(day(2)), item(day(3))
    standing = Standing()
    standing.put(change(id, None, one) for id, one in {"k": kept, "g": gone, "b": broken}.items())
    standing.put([change("g", gone, None), change("b", broken, Broken("evidence"))])
    assert standing.lost == {("evidence", "g"): gone, ("evidence", "b"): broken}
    copy = standing.copy()
    copy.put([change("b", Broken("evidence"), kept), change("k", kept, None)])
    assert copy.lost == {("evidence", "g"): gone, ("evidence", "k"): kept}
    assert standing.lost == {("evidence", "g"): gone, ("evidence", "b"): broken}
    assert standing.database.evidence == {"k": kept}


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Commits that each put, break and remove records of two random databases, with branches."""
    records: dict[str, list[Any]] = {"paper": [Source("A paper", "A"), Source("A paper", "D")]}
    for one in (draw(databases()), draw(databases())):
        expires = draw(st.sampled_from([None, 2, 40]))
        tracker = structs.replace(one.tracker, forecast_expires_days=expires)
        sourced = {
            f"{id}-sourced": structs.replace(it, reliability=None, source="paper")
            for id, it in one.evidence.items()
        }
        prior = Prior(0.3, "B.", given={draw(st.sampled_from("ab")): Given(0.5, 0.1)})
        linked = {"alone": structs.replace(one.scenarios["alone"], prior=prior)}
        for folder in (one.scenarios, linked, one.evidence, sourced, {"tracker": tracker}):
            for id, found in folder.items():
                records.setdefault(id, []).append(found)
    chances = st.dictionaries(
        st.sampled_from(["alone", *"abcd"]), st.sampled_from([0.4, 0.7, None])
    )
    for n in range(3):
        records[f"2022-01-0{n + 1}-desk"] = [sheet(day(n), draw(chances)) for _ in range(2)]
    states = {id: [None, *of, Broken(KINDS[type(of[0])])] for id, of in records.items()}
    states["tracker"].pop()
    story = Story()
    for number in range(draw(st.integers(1, 8))):
        ids = draw(st.lists(st.sampled_from(sorted(states)), unique=True, max_size=6))
        put = {id: draw(st.sampled_from(states[id])) for id in ids}
        earlier = st.sampled_from([one.commit.id for one in story.revisions[-3:]] or [""])
        parents = draw(st.lists(earlier, max_size=2, unique=True)) if number else []
        merged = {id: one for it in parents[1:] for id, one in story.trees[it].items()}
        story.commit(number, {**merged, **put}, *parents)
    return story


@given(stories())
def test_any_story_replays(story: Story) -> None:
    """Every commit stands on its own tree, with what a database is asked for kept up to date."""
    states = States(story.revisions)
    for revision in story.revisions:
        standing = states.before(revision)
        parents = revision.commit.parents
        assert standing.database == held(story.trees[parents[0]] if parents else {})
        standing.put(revision.changes)
        expected = held(story.trees[revision.commit.id])
        assert standing.database == expected
        assert standing.latest == latest_day(expected)
        bearing = neighbourhood.bearing(expected), neighbourhood.speaking(expected)
        for kept, whole in zip((standing.bearing, standing.speaking), bearing, strict=True):
            for id in expected.scenarios:
                assert {*kept.get(id, ())} == {*whole.get(id, ())}
        states.keep(revision, standing)
