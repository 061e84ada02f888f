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
from scenarios.model import Database, Evidence, Kind, Scenario, Sheet, Source, Tracker
from tests.records import databases, day, indicator, item, resolution, scenario, sheet

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
        told = {"author": "Ann", "committed": day(on), "subject": "S", **keys}
        commit = Commit(id=id, parents=parents, authored=day(on), **told)
        changes = [
            change(id, before.get(id), after.get(id))
            for id in sorted({*before, *after})
            if before.get(id) is not after.get(id)
        ]
        own = [
            one
            for one in changes
            if all(self.trees[parent].get(one.id) is not after.get(one.id) for parent in parents)
        ]
        left_out = sum(not one.readable for one in own)
        self.revisions.append(
            Revision(commit=commit, changes=tuple(changes), own=tuple(own), left_out=left_out)
        )
        return id


def change(id: str, before: Any, after: Any) -> RecordChange:
    kinds = [
        one.kind if isinstance(one, Broken) else KINDS[type(one)] for one in (before, after) if one
    ]
    was, now = (None if isinstance(one, Broken) else one for one in (before, after))
    return RecordChange(
        kind=kinds[0], id=id, before=was, after=now, readable=not isinstance(after, Broken)
    )


def held(tree: Mapping[str, Any]) -> Database:
    """The database of the records that can be read."""

    def of(kind: type) -> dict[str, Any]:
        return {id: one for id, one in tree.items() if isinstance(one, kind)}

    tracker = next(iter(of(Tracker).values()), Tracker())
    return Database(tracker, of(Scenario), of(Evidence), of(Sheet), of(Source))


def replay(story: Story) -> None:
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
        for id in expected.scenarios:
            assert {*standing.bearing.get(id, ())} == {*neighbourhood.bearing(expected).get(id, ())}
            assert {*standing.speaking.get(id, ())} == {
                *neighbourhood.speaking(expected).get(id, ())
            }
        states.keep(revision, standing)


def test_a_commit_is_as_old_as_the_first_of_those_that_it_replaces() -> None:
    plain = Commit(id="1", parents=(), author="Ann", authored=day(5), committed=day(9), subject="S")
    assert plain.earliest == day(5)
    assert Commit(
        id="1",
        parents=(),
        author="Ann",
        authored=day(5),
        committed=day(9),
        subject="S",
        squashed=(day(7), day(2)),
    ).earliest == day(2)


def test_a_record_comes_changes_breaks_is_mended_and_goes() -> None:
    story = Story()
    story.commit(0, {"tracker": Tracker(title="T"), "a": scenario()})
    story.commit(1, {"2022-01-02-x": item(day(1), ratings={"a": "C"})})
    story.commit(2, {"2022-01-02-x": item(day(1), ratings={"b": "C"}), "b": scenario()})
    story.commit(
        3, {"2022-01-02-x": Broken("evidence"), "2022-01-04-desk": sheet(day(3), {"a": 0.5})}
    )
    story.commit(4, {"2022-01-02-x": item(day(4), ratings={"a": "I"}), "b": None})
    story.commit(5, {"2022-01-04-desk": sheet(day(3), {"b": 0.5}), "s": Source("A paper", "B")})
    story.commit(6, {"2022-01-04-desk": None, "tracker": None, "s": None})
    replay(story)
    assert [one.left_out for one in story.revisions] == [0, 0, 0, 1, 0, 0, 0]


def test_an_indicator_makes_older_items_bear_on_more_scenarios() -> None:
    story = Story()
    talks = {"a/talks": "observed"}
    story.commit(0, {"a": scenario(), "b": scenario(), "2022-01-01-x": item(indicators=talks)})
    story.commit(1, {"a": scenario(indicators={"talks": indicator({"b": "CC"})})})
    story.commit(2, {"a": None})
    replay(story)


def test_branches_are_kept_apart_until_they_are_merged() -> None:
    story = Story()
    start = story.commit(0, {"a": scenario()})
    left = story.commit(1, {"2022-01-02-left": item(day(1), ratings={"a": "C"})}, start)
    right = story.commit(2, {"2022-01-03-right": item(day(2), ratings={"a": "I"})}, start)
    also = story.commit(3, {"2022-01-04-also": item(day(3))}, right)
    merge = story.commit(4, story.trees[also], left, also)
    story.commit(5, {"2022-01-02-left": None}, merge)
    story.commit(6, {}, also)
    replay(story)
    assert [len(one.own) for one in story.revisions] == [1, 1, 1, 1, 0, 1, 0]


def test_the_latest_day_is_of_whatever_has_one() -> None:
    standing = Standing()
    assert standing.latest is None
    told: list[date | None] = []
    for after in (
        Tracker(),
        Source("A", "B"),
        scenario(opened=day(1)),
        sheet(day(5), {}),
        item(day(3)),
    ):
        standing.put([change("x", None, after)])
        told.append(standing.latest)
    assert told == [None, None, day(1), day(5), day(5)]
    ended = scenario(opened=day(1), resolution=resolution("occurred", day(8)))
    standing.put(
        [RecordChange(kind="scenario", id="x", before=scenario(opened=day(1)), after=ended)]
    )
    assert standing.latest == day(8)
    standing.put([RecordChange(kind="source", id="y", before=None, after=None, readable=False)])
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
    """Commits that each put and remove records of two random databases, with branches."""
    records: dict[str, list[Any]] = {"paper": [Source("A paper", "A"), Source("A paper", "D")]}
    for one in (draw(databases()), draw(databases())):
        expires = draw(st.sampled_from([None, 2, 40]))
        tracker = structs.replace(one.tracker, forecast_expires_days=expires)
        sourced = {
            f"{id}-sourced": structs.replace(it, reliability=None, source="paper")
            for id, it in one.evidence.items()
        }
        for folder in (one.scenarios, one.evidence, sourced, {"tracker": tracker}):
            for id, found in folder.items():
                records.setdefault(id, []).append(found)
    chances = st.dictionaries(
        st.sampled_from(["alone", *"abcd"]), st.sampled_from([0.4, 0.7, None])
    )
    for number in range(3):
        records[f"2022-01-0{number + 1}-desk"] = [
            sheet(day(number), draw(chances)) for _ in range(2)
        ]
    story = Story()
    for number in range(draw(st.integers(1, 8))):
        ids = draw(st.lists(st.sampled_from(sorted(records)), unique=True, max_size=6))
        put = {id: draw(st.sampled_from([None, *records[id]])) for id in ids}
        earlier = [one.commit.id for one in story.revisions[-3:]]
        parents = (
            draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        )
        merged = {id: one for it in parents[1:] for id, one in story.trees[it].items()}
        story.commit(number, {**merged, **put}, *parents)
    return story


@given(stories())
def test_any_story_replays(story: Story) -> None:
    replay(story)
