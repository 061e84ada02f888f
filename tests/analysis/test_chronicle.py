"""Commits as data, replayed: the database before and after each, branches apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scenarios.analysis.changes import Commit
from scenarios.analysis.evidence import knowledge
from scenarios.analysis.evidence.knowledge import latest_day
from scenarios.analysis.history.provenance import CommitSnapshot, states
from scenarios.model import ConditionalPrior, Prior, Source, Tracker
from tests.analysis.story import KINDS, Broken, Story, change, held
from tests.analysis.words import story_of
from tests.records import databases, day, item, resolution, scenario, sheet


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
    standing = CommitSnapshot()
    told: list[date | None] = [standing.latest]
    opened = scenario(opened=day(1))
    for one in (
        Tracker(),
        Source(name="A", reliability="B"),
        opened,
        sheet(day(5), {}),
        item(day(3)),
    ):
        standing.put([change("x", None, one)])
        told.append(standing.latest)
    assert told == [None, None, None, day(1), day(5), day(5)]
    ended = structs.replace(opened, resolution=resolution("occurred", day(8)))
    standing.put([change("x", opened, ended), change("y", Broken("source"), Broken("source"))])
    assert standing.latest == day(8)


def test_what_went_or_broke_is_remembered_until_it_is_back() -> None:
    kept, gone, broken = item(day(1)), item(day(2)), item(day(3))
    standing = CommitSnapshot()
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
    records: dict[str, list[Any]] = {
        "paper": [Source(name="A paper", reliability="A"), Source(name="A paper", reliability="D")]
    }
    for one in (draw(databases()), draw(databases())):
        expires = draw(st.sampled_from([None, 2, 40]))
        tracker = structs.replace(one.tracker, forecast_expires_days=expires)
        sourced = {
            f"{id}-sourced": structs.replace(it, reliability=None, source="paper")
            for id, it in one.evidence.items()
        }
        prior = Prior(0.3, "B.", given={draw(st.sampled_from("ab")): ConditionalPrior(0.5, 0.1)})
        linked = {"alone": structs.replace(one.scenarios["alone"], prior=prior)}
        # Each asks its own question: two that ask the same are one that was renamed.
        asked = {id: structs.replace(it, title=id) for id, it in one.scenarios.items()}
        linked = {id: structs.replace(it, title=id) for id, it in linked.items()}
        for folder in (asked, linked, one.evidence, sourced, {"tracker": tracker}):
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


def replay(story: Story) -> None:
    """Every commit stands on its own tree, with what a database is asked for kept up to date."""
    for revision, standing in states(story.revisions):
        parents = revision.commit.parents
        assert standing.database == held(story.trees[parents[0]] if parents else {})
        standing.put(revision.changes)
        expected = held(story.trees[revision.commit.id])
        assert standing.database == expected
        assert standing.latest == latest_day(expected)
        items = knowledge.bearing(expected)
        for id in expected.scenarios:
            assert {*standing.bearing.get(id, ())} == {*items.get(id, ())}
            assert standing.database.speaking.get(id, ()) == expected.speaking.get(id, ())
            assert standing.database.speakers.get(id, []) == expected.speakers.get(id, [])


@given(stories())
def test_any_story_replays(story: Story) -> None:
    replay(story)


def test_an_indicator_makes_older_items_bear_on_more_scenarios() -> None:
    replay(story_of("0: a; b; 2022-01-01-x @0 a/talks=observed", "1: a talks:b/CC", "2: a -"))
    replay(
        story_of("0: a; 2022-01-01-x @0 a=C", "1: b talks:a/C; 2022-01-01-x @0 b/talks=observed")
    )
