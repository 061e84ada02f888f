"""What a commit changed in records, and what the figures were after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import last_open_day, latest_day
from scenarios.analysis.forecasts.stated import stated
from scenarios.analysis.history.commit_log import SHOWN, Entry, Figures, history
from scenarios.analysis.history.commits import Revision
from scenarios.analysis.history.record_diff import Differences, FieldChange, Rename
from scenarios.analysis.ledger.neighbourhood import bearing, implied_on, near, speaking
from scenarios.model import Database, Given, ScenarioId, Source, Tracker
from scenarios.scales import MOVED_BITS, jeffreys
from tests.analysis.test_chronicle import Broken, Story, held, stories
from tests.records import WEIGHTS, day, indicator, item, resolution, scenario, sheet
from tests.records import near as about

VISIT, DENIAL, SHEET = "2022-01-03-visit", "2022-01-05-denial", "2022-01-04-desk"


def desk() -> Story:
    """A question alone, a pair of rivals, and a commit each for an item, a sheet, an outcome."""
    story = Story()
    rivals = {"war": scenario(0.4, set="s"), "peace": scenario(0.6, set="s")}
    tracker = Tracker(sets={"s": "A set"})
    story.commit(1, {"tracker": tracker, "trade": scenario(), **rivals})
    story.commit(2, {VISIT: item(day(2), ratings={"trade": "C"})})
    story.commit(3, {SHEET: sheet(day(3), {"trade": 0.6, "war": 0.3})})
    story.commit(4, {DENIAL: item(day(4), ratings={"war": "CC", "peace": "I"})})
    story.commit(5, {"trade": scenario(resolution=resolution("occurred", day(5)))})
    return story


def share(odds: float) -> Any:
    return about(odds / (1 + odds))


def numbers(entries: tuple[Entry, ...]) -> list[int]:
    return [int(entry.commit.id) for entry in entries]


def figures(entry: Entry) -> list[tuple[str, float | None, float | None]]:
    return [(one.scenario, one.stated, one.implied) for one in entry.figures]


def test_each_commit_is_told_newest_first_with_the_records_that_it_changed() -> None:
    told = history(desk().revisions)
    assert (numbers(told.entries), told.earlier) == ([4, 3, 2, 1, 0], 0)
    outcome = msgspec.to_builtins(resolution("occurred", day(5)))
    changes = [[astuple(c)[:5] for c in entry.what.changed] for entry in told.entries]
    assert changes == [
        [("trade", "resolution", None, outcome, "scenario")],
        *([], [], []),
        [("tracker", "sets.s", None, "A set", "tracker")],
    ]
    start = tuple(("scenario", id) for id in ("peace", "trade", "war"))
    added = [entry.what.added for entry in told.entries[1:]]
    assert added == [
        (("evidence", DENIAL),),
        (("forecasts", SHEET),),
        (("evidence", VISIT),),
        start,
    ]
    assert [entry.as_of for entry in told.entries] == [day(5), day(4), day(3), day(2), day(0)]


def test_the_figures_are_those_of_the_scenarios_that_moved() -> None:
    ended, denial, said, visit, start = history(desk().revisions).entries
    assert figures(visit) == [("trade", None, share(10**0.5))]
    odds = 10**1.5 * 0.4 / 0.6
    assert sorted(figures(denial)) == [("peace", None, share(1 / odds)), ("war", 0.3, share(odds))]
    assert [len(one.figures) for one in (ended, said, start)] == [0, 0, 0]
    assert denial.figures[0].movement_bits == about(jeffreys(0.4, odds / (1 + odds)))


def test_what_moves_a_scenario_moves_those_that_depend_on_it() -> None:
    story = Story()
    pact = scenario(0.3, given={"war": Given(0.5, 0.1)})
    story.commit(1, {"war": scenario(0.5), "pact": pact})
    story.commit(2, {VISIT: item(day(2), ratings={"war": "CC"})})
    odds = 10 / 11
    moved = [("war", None, about(odds)), ("pact", None, about(0.5 * odds + 0.1 * (1 - odds)))]
    assert figures(history(story.revisions).entries[0]) == moved


def test_only_the_scenarios_that_moved_most_are_told_and_none_that_hardly_moved() -> None:
    story = Story()
    story.commit(1, {id: scenario() for id in "abcdef"})
    ratings = {id: 2.0 + number for number, id in enumerate("abcde")}
    story.commit(2, {VISIT: item(day(2), ratings=ratings)})
    story.commit(3, {DENIAL: item(day(2), ratings={"a": 1.02, "f": 1.2})})
    last, first = history(story.revisions).entries[:2]
    assert [one.scenario for one in first.figures] == ["e", "d", "c"]
    assert len(first.figures) == SHOWN
    assert [one.scenario for one in last.figures] == ["f"]
    [a] = history(story.revisions, "a").entries[0].figures
    assert 0 < a.movement_bits < MOVED_BITS


def test_a_scenario_s_history_has_whatever_moves_it_and_its_figures_after_each() -> None:
    story = desk()
    story.commit(6, {"paper": Source("A paper", "B")})
    told = history(story.revisions, "war")
    assert (numbers(told.entries), told.earlier) == ([3, 2, 0], 0)
    implied = [share(10**1.5 * 0.4 / 0.6), about(0.4), about(0.4)]
    stated = [0.3, 0.3, None]
    expected = [[("war", *both)] for both in zip(stated, implied, strict=True)]
    assert [figures(entry) for entry in told.entries] == expected
    # of the first commit the rival too, and not what has nothing to do with it
    assert told.entries[-1].what.added == (("scenario", "peace"), ("scenario", "war"))


def test_what_an_item_fires_and_who_says_it_belong_to_a_scenario_s_history() -> None:
    story = Story()
    talks = {"talks": indicator({"war": "CC"})}
    story.commit(1, {"war": scenario(), "trade": scenario(indicators=talks)})
    fired = item(day(2), source="wire", indicators={"trade/talks": "observed"})
    story.commit(2, {VISIT: fired, "wire": Source("A wire", "B")})
    story.commit(3, {"trade": scenario(indicators={"talks": indicator({"war": "C"})})})
    story.commit(4, {"wire": Source("A wire", "D"), "paper": Source("A paper", "A")})
    told = history(story.revisions, "war")
    assert numbers(told.entries) == [3, 2, 1, 0]
    assert told.entries[0].what.changed == (
        FieldChange(record="wire", field="reliability", before="B", after="D", kind="source"),
    )
    assert told.entries[1].what.changed[0].field == "indicators.talks.ratings.war"


def test_a_source_that_is_graded_anew_moves_what_it_told_where_grades_count() -> None:
    story = Story()
    told = item(day(2), source="wire", credibility=1, ratings={"war": "CC"})
    story.commit(1, {"war": scenario(0.5), VISIT: told, "wire": Source("A wire", "A")})
    story.commit(2, {"wire": Source("A wire", "C")})
    story.commit(3, {"tracker": Tracker(grade_weights=WEIGHTS)})
    story.commit(4, {"wire": Source("A wire", "A")})
    graded = 10 ** WEIGHTS.reliability["C"]
    moved = [figures(entry) for entry in history(story.revisions).entries[:3]]
    assert moved == [[("war", None, share(10))], [("war", None, share(graded))], []]


def test_a_scenario_that_came_or_went_is_in_its_own_history() -> None:
    story = desk()
    story.commit(6, {"war": None})
    gone, *_, came = history(story.revisions, "war").entries
    assert figures(gone) + figures(came) == [("war", None, None), ("war", None, about(0.4))]
    assert gone.what.removed == (("scenario", "war"),)


def test_an_item_s_history_has_its_own_changes_and_what_they_moved() -> None:
    story = desk()
    story.commit(6, {VISIT: item(day(2), ratings={"trade": "CC", "gone": "C", "war": "N"})})
    story.commit(7, {VISIT: None})
    told = history(story.revisions, VISIT)
    assert numbers(told.entries) == [6, 5, 1]
    removed, rated, added = told.entries
    assert [one.scenario for one in added.figures] == ["trade"]
    moved = [(one.scenario, one.movement_bits > 0) for one in rated.figures]
    assert moved == [("trade", True), ("peace", False), ("war", False)]
    assert (removed.what.removed, added.what.added) == ((("evidence", VISIT),),) * 2
    assert len(rated.what.changed) == 3


def test_since_a_day_and_at_most_so_many() -> None:
    revisions = desk().revisions
    assert numbers(history(revisions, since=day(4)).entries) == [4, 3]
    told = history(revisions, limit=2)
    assert (numbers(told.entries), told.earlier) == ([4, 3], 3)
    assert told.entries == history(revisions).entries[:2]
    told = history(revisions, "war", since=day(2), limit=1)
    assert (numbers(told.entries), told.earlier) == ([3], 2)


def test_no_commits_make_no_history() -> None:
    assert history([]).entries == ()
    empty = Story()
    empty.commit(1, {})
    assert history(empty.revisions).entries == ()
    empty.commit(2, {"paper": Source("A paper", "B")})
    [entry] = history(empty.revisions).entries
    assert (entry.as_of, entry.figures) == (None, ())


def test_a_merge_tells_what_it_did_itself_and_what_that_moved() -> None:
    """What it merged, an item against the war, moves the war by more than its own item does."""
    story = desk()
    start = story.revisions[-1].commit.id
    against, own = item(day(6), ratings={"war": 0.01}), item(day(8), ratings={"war": 3.0})
    side = story.commit(6, {"2022-01-07-side": against}, start)
    main = story.commit(7, {"2022-01-08-main": item(day(7))}, start)
    story.commit(8, {"2022-01-07-side": against, "2022-01-09-own": own}, main, side)
    merge = history(story.revisions).entries[0]
    assert merge.what == Differences(added=(("evidence", "2022-01-09-own"),))
    now = 0.4 / 0.6 * 10**1.5 * 0.01 * 3
    implied = now / (1 + now)
    was = now / 3 / (1 + now / 3)
    assert merge.figures[0].implied in (about(implied), about(1 - implied))
    assert merge.figures[0].movement_bits == about(jeffreys(was, implied))
    story.commit(9, {"2022-01-07-side": against}, main, side)
    assert history(story.revisions).entries[0].commit.id == merge.commit.id
    assert history(story.revisions, "war").entries[0].commit.id == merge.commit.id


def test_a_rename_and_what_cannot_be_read() -> None:
    story = desk()
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


def moved(before: Database, after: Database) -> tuple[Figures, ...]:
    on = latest_day(after)
    told = []
    for id in sorted({*before.scenarios, *after.scenarios}):
        old, new = pair(before, id, on), pair(after, id, on)
        bits = max(jeffreys(was, now) for was, now in zip(old, new, strict=True))
        if bits >= MOVED_BITS:
            told.append(Figures(scenario=id, stated=new[0], implied=new[1], movement_bits=bits))
    return tuple(sorted(told, key=lambda one: (-one.movement_bits, one.scenario))[:SHOWN])


def pair(database: Database, id: ScenarioId, on: date | None) -> tuple[float | None, float | None]:
    if on is None or id not in database.scenarios or database.scenarios[id].opened > on:
        return None, None
    last = last_open_day(database, id, on)
    figure = stated(database, id, last)
    return figure.probability if figure else None, implied_on(database, {id: [last]})[id][0]


@given(stories())
def test_the_figures_are_those_of_the_whole_databases_to_the_last_digit(story: Story) -> None:
    plainly = [moved(*sides(story, it)) for it in reversed(story.revisions) if it.own]
    assert [entry.figures for entry in history(story.revisions).entries] == plainly


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
            assert (figure.stated, figure.implied) == pair(after, id, latest_day(after))


def around(database: Database, id: str) -> Database | None:
    if id not in database.scenarios:
        return None
    return near(database, id, bearing(database), speaking(database))
