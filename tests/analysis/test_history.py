"""What a commit changed in records, and what the figures were after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.changes import Differences, Rename, Revision
from scenarios.analysis.evidence.knowledge import (
    bearing,
    dependents,
    known_on,
    last_open_day,
    latest_day,
    members,
    near,
)
from scenarios.analysis.forecasts import stated
from scenarios.analysis.history.commit_log import (
    SHOWN,
    CommitFigures,
    HistoryEntry,
    KnownFigures,
    history,
)
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import Database, Scenario, ScenarioId
from scenarios.scales import MOVED_BITS, jeffreys
from tests.analysis.story import Broken, Story, held
from tests.analysis.test_chronicle import stories
from tests.analysis.words import story_of
from tests.records import WEIGHTS, day, resolution
from tests.records import near as about

VISIT, DENIAL, SHEET = "2022-01-03-visit", "2022-01-05-denial", "2022-01-04-desk"


DESK = (
    "1: tracker; trade; war set=s probability=.4; peace set=s probability=.6",
    f"2: {VISIT} @2 trade=C",
    f"3: {SHEET} desk@3 trade=.6 war=.3",
    f"4: {DENIAL} @4 war=CC peace=I",
    "5 as=desk: trade occurred=5",
)
"""A question alone, a pair of rivals, and a commit each for an item, a sheet, an outcome."""


NOTHING = (None, None)


def share(odds: float) -> Any:
    return about(odds / (1 + odds))


def numbers(entries: tuple[HistoryEntry, ...]) -> list[int]:
    return [int(entry.commit.id) for entry in entries]


def figures(entry: HistoryEntry) -> list[tuple[str, float | None, float | None]]:
    return [(one.scenario, one.stated, one.implied) for one in entry.figures]


def test_each_commit_is_told_newest_first_with_its_records_and_what_moved() -> None:
    told = history(story_of(*DESK).revisions)
    ended, denial, said, visit, start = told.entries
    assert (numbers(told.entries), told.earlier) == ([4, 3, 2, 1, 0], 0)
    outcome = msgspec.to_builtins(resolution("occurred", day(5)))
    changed = [[astuple(c)[:5] for c in entry.what.changed] for entry in (ended, start)]
    assert changed[0] == [("trade", "resolution", None, outcome, "scenario")]
    assert changed[1] == [("tracker", "sets.s", None, "A set", "tracker")]
    records = [{("evidence", DENIAL)}, {("forecasts", SHEET)}, {("evidence", VISIT)}]
    records.append({("scenario", id) for id in ("peace", "trade", "war")})
    assert [{*one.what.added} for one in (denial, said, visit, start)] == records
    assert [entry.as_of for entry in told.entries] == [day(5), day(4), day(3), day(2), day(0)]

    odds = 10**1.5 * 0.4 / 0.6
    assert figures(visit) == [("trade", None, share(10**0.5))]
    assert sorted(figures(denial)) == [("peace", None, share(1 / odds)), ("war", 0.3, share(odds))]
    assert figures(ended) == figures(said) == figures(start) == []
    assert denial.figures[0].movement_bits == about(jeffreys(0.4, odds / (1 + odds)))


def test_only_the_scenarios_that_moved_most_are_told_and_none_that_hardly_moved() -> None:
    most = f"2: {VISIT} @2 a=2 b=3 c=4 d=5 e=6"
    revisions = story_of("1: a; b; c; d; e; f", most, f"3: {DENIAL} @2 a=1.02 f=1.2").revisions
    last, first = history(revisions).entries[:2]
    assert [one.scenario for one in first.figures] == ["e", "d", "c"]
    assert [one.scenario for one in last.figures] == ["f"]
    [a] = history(revisions, "a").entries[0].figures
    assert 0 < a.movement_bits < MOVED_BITS


def test_a_scenario_s_history_has_its_rivals_and_what_an_item_fires_and_who_says_it() -> None:
    story = story_of(
        "1: war; trade talks:war/CC; other",
        f"2: {VISIT} @2 source=wire trade/talks=observed; wire source=B",
        "3: trade talks:war/C",
        "4: wire source=D; paper source=A",
    )
    told = history(story.revisions, "war").entries
    assert numbers(told) == [3, 2, 1, 0]
    changes = [[astuple(change)[:5] for change in entry.what.changed] for entry in told]
    rating = ("trade", "indicators.talks.ratings.war", "CC", "C", "scenario")
    assert changes == [[("wire", "reliability", "B", "D", "source")], [rating], [], []]
    gone, *_, came = history(story_of(*DESK, "6: war -").revisions, "war").entries
    assert figures(gone) + figures(came) == [("war", None, None), ("war", None, about(0.4))]
    assert gone.what.removed == (("scenario", "war"),)
    assert came.what.added == (("scenario", "peace"), ("scenario", "war"))


def test_a_source_that_is_graded_anew_moves_what_it_told_where_grades_count() -> None:
    told = f"1: war; {VISIT} @2 source=wire credibility=1 war=CC; wire source=A"
    story = story_of(told, "2: wire source=C", "3: tracker weights", "4: wire source=A")
    graded = 10 ** WEIGHTS.reliability["C"]
    moved = [figures(entry) for entry in history(story.revisions).entries[:3]]
    assert moved == [[("war", None, share(10))], [("war", None, share(graded))], []]


def test_an_item_s_history_has_its_own_changes_and_what_they_moved() -> None:
    story = story_of(*DESK, f"6: {VISIT} @2 trade=CC gone=C war=N", f"7: {VISIT} -")
    told = history(story.revisions, VISIT)
    assert numbers(told.entries) == [6, 5, 1]
    removed, rated, added = told.entries
    assert [one.scenario for one in added.figures] == ["trade"]
    moved = [(one.scenario, one.movement_bits > 0) for one in rated.figures]
    assert moved == [("trade", True), ("peace", False), ("war", False)]
    assert (removed.what.removed, added.what.added) == ((("evidence", VISIT),),) * 2
    assert len(rated.what.changed) == 3


def test_since_a_day_and_at_most_so_many() -> None:
    def of(subject: str | None = None, **keys: Any) -> tuple[list[int], int]:
        told = history(story_of(*DESK).revisions, subject, **keys)
        return numbers(told.entries), told.earlier

    assert of(since=day(4)) == of(limit=2) == ([4, 3], 3)
    assert of("war", since=day(2), limit=1) == ([3], 2)


def test_no_commits_make_no_history() -> None:
    assert history([]).entries == ()
    [entry] = history(story_of("1:", "2: paper source=B").revisions).entries
    assert (numbers((entry,)), entry.as_of, entry.figures) == ([1], None, ())


def test_a_merge_tells_what_it_did_itself_and_what_that_moved() -> None:
    """What it merged, an item against the war, moves the war by more than its own item does."""
    against = "2022-01-07-side @6 war=.01"
    story = story_of(
        *DESK,
        f"6 as=side: {against}",
        "7 as=main after=desk: 2022-01-08-main @7",
        f"8 after=main,side: {against}; 2022-01-09-own @8 war=3",
        f"9 after=main,side: {against}",  # does nothing itself
    )
    told = history(story.revisions, "war").entries[0]
    assert numbers((told, history(story.revisions).entries[0])) == [7, 7]
    assert told.what == Differences(added=(("evidence", "2022-01-09-own"),))
    was = 0.4 / 0.6 * 10**1.5 * 0.01
    assert figures(told) == [("war", 0.3, share(was * 3))]
    moved = jeffreys(was / (1 + was), was * 3 / (1 + was * 3))
    assert told.figures[0].movement_bits == about(moved)


def test_a_rename_and_what_cannot_be_read() -> None:
    story = story_of(*DESK)
    visit = story.trees[story.revisions[-1].commit.id][VISIT]
    story.commit(6, {VISIT: None, "2022-01-03-a-visit": visit, DENIAL: Broken("evidence")})
    entry = history(story.revisions).entries[0]
    assert entry.what.renamed == (Rename(from_=VISIT, to="2022-01-03-a-visit", kind="evidence"),)
    assert (entry.left_out, entry.what.removed) == (1, (("evidence", DENIAL),))


def sides(story: Story, revision: Revision) -> tuple[Database, Database]:
    """The database after a commit, and what it would be without the commit's own changes."""
    after = story.trees[revision.commit.id]
    before = {**after}
    for change in revision.own:
        before.pop(change.id, None)
        if change.before is not None:
            before[change.id] = change.before
    return held(before), held(after)


def last_read(story: Story, id: str, at: str) -> Scenario | None:
    """What a broken file held just before it broke; None where nobody knows."""
    broken = story.trees[at][id]
    commits = {revision.commit.id: revision.commit for revision in story.revisions}
    while commits[at].parents:
        at = commits[at].parents[0]
        if story.trees[at].get(id) is not broken:
            break
    last = story.trees[at].get(id)
    return last if isinstance(last, Scenario) else None


def withheld(story: Story, revision: Revision) -> tuple[set[ScenarioId], set[ScenarioId]]:
    """The scenarios that a broken file could change, before and after a commit."""
    at, own = revision.commit.id, {change.id for change in revision.own}
    above = revision.commit.parents[0] if revision.commit.parents else at
    sides_ = [{id: above if id in own else at for id in (*own, *story.trees[at])}]
    sides_ += [dict.fromkeys(story.trees[at], at)]
    found: list[set[ScenarioId]] = []
    for database, places in zip(sides(story, revision), sides_, strict=True):
        ids: set[ScenarioId] = set()
        for id, place in places.items():
            value = story.trees[place].get(id)
            if not isinstance(value, Broken) or value.kind != "scenario":
                continue
            last = last_read(story, id, place)
            rated = {o for i in last.indicators.values() for o in i.ratings} if last else set()
            rivals = members(database, last.set) if last and last.set else ()
            ids |= {id, *rated, *rivals} if last else {*database.scenarios}
        found.append(dependents(database, ids))
    return found[0], found[1]


def moved(story: Story, revision: Revision) -> tuple[CommitFigures, ...]:
    before, after = sides(story, revision)
    hidden_before, hidden = withheld(story, revision)
    on = latest_day(after)
    told = []
    for id in sorted({*before.scenarios, *after.scenarios}):
        old = NOTHING if id in hidden_before else pair(before, id, on)
        new = NOTHING if id in hidden else pair(after, id, on)
        bits = max(jeffreys(was, now) for was, now in zip(old, new, strict=True))
        if bits >= MOVED_BITS:
            told.append(
                CommitFigures(scenario=id, stated=new[0], implied=new[1], movement_bits=bits)
            )
    return tuple(sorted(told, key=lambda one: (-one.movement_bits, one.scenario))[:SHOWN])


def around(database: Database, id: str) -> Database | None:
    known = id in database.scenarios
    return near(database, id, bearing(database), database.speaking) if known else None


def pair(database: Database, id: ScenarioId, on: date | None) -> tuple[float | None, float | None]:
    if on is None or id not in database.scenarios or database.scenarios[id].opened > on:
        return None, None
    last = last_open_day(database, id, on)
    figure = stated(database, id, last)
    return figure.probability if figure else None, Odds(known_on(database, last)).implied(id)


@given(stories())
def test_the_figures_are_those_of_the_whole_databases_to_the_last_digit(story: Story) -> None:
    plainly = [moved(story, it) for it in reversed(story.revisions) if it.own]
    assert [entry.figures for entry in history(story.revisions).entries] == plainly


@given(stories(), st.integers(0, 8))
def test_figures_that_are_kept_are_those_computed(story: Story, number: int) -> None:
    kept: KnownFigures = {}
    for revisions in (story.revisions[:number], story.revisions):
        assert history(revisions, cached_figures=kept) == history(revisions)
    computed = {**kept}
    assert history(story.revisions, cached_figures=kept) == history(story.revisions)
    assert history(story.revisions, "alone", cached_figures=kept) == history(
        story.revisions, "alone"
    )
    assert kept == computed


@given(stories(), st.sampled_from(["alone", "a", "b"]))
def test_so_are_those_of_a_scenario_s_own_history(story: Story, id: str) -> None:
    told = {entry.commit.id: entry for entry in history(story.revisions, id).entries}
    for revision in story.revisions:
        before, after = sides(story, revision)
        is_other = around(before, id) != around(after, id)
        is_own = any(change.id == id for change in revision.own)
        assert (revision.commit.id in told) == (is_other or is_own)
        if revision.commit.id in told and (id in after.scenarios or id in before.scenarios):
            [figure] = told[revision.commit.id].figures
            hidden = id in withheld(story, revision)[1]
            told_pair = NOTHING if hidden else pair(after, id, latest_day(after))
            assert (figure.stated, figure.implied) == told_pair
