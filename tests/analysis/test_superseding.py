"""A later reading of the same quantity stands in for the earlier ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing, known_on, superseders
from scenarios.analysis.history.audit import audit
from scenarios.analysis.history.provenance import CommitSnapshot, states, trail
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import effects
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.period.period import window
from scenarios.analysis.period.probability_shifts import shifts
from scenarios.analysis.review.ach import matrix
from scenarios.analysis.review.causes import CauseFinder
from scenarios.analysis.review.explanation import SupersededItem, explain
from scenarios.analysis.review.listing import ListFilter, accuracy, evidence
from scenarios.analysis.review.moves import moves
from scenarios.analysis.review.restated import restated
from scenarios.analysis.rules.duplicates import earlier_reading
from scenarios.model import Database, Evidence, Tracker
from scenarios.scales import decibans, probability
from tests.analysis.story import Story, change, held
from tests.random_databases import databases, random_database
from tests.records import database, day, indicator, item, near, retraction, scenario


def readings(**later: Any) -> Database:
    """Storage at 90 % on day 1 (CC), at 60 % on day 3 (C), at 20 % on day 5 (II)."""
    items = {
        "a": item(day(1), ratings={"s1": "CC"}),
        "b": item(day(3), ratings={"s1": "C"}, supersedes=("a",), **later.get("b", {})),
        "c": item(day(5), ratings={"s1": "II"}, supersedes=("b",), **later.get("c", {})),
    }
    return database(scenarios={"s1": scenario()}, evidence=items)


def implied(db: Database, on: int) -> Any:
    return near(decibans(Odds(known_on(db, day(on))).implied("s1")))


def test_while_the_newest_is_known_the_earlier_count_as_if_not_known() -> None:
    assert [implied(readings(), on) for on in (0, 1, 3, 5, 9)] == [0, 10, 5, -10, -10]


def test_one_that_is_retracted_in_the_middle_passes_the_chain_on() -> None:
    db = readings(b={"retracted": retraction(day(7))})
    assert [implied(db, on) for on in (4, 6, 7)] == [5, -10, -10]


def test_only_the_retraction_of_the_newest_gives_back_what_it_replaced() -> None:
    db = readings(c={"retracted": retraction(day(7))})
    assert [implied(db, on) for on in (6, 7)] == [-10, 5]
    both = readings(b={"retracted": retraction(day(6))}, c={"retracted": retraction(day(7))})
    assert [implied(both, on) for on in (6, 7)] == [-10, 10]


def test_an_item_that_rates_nothing_replaces_what_does_and_is_said_to_bear_on_it() -> None:
    items = {
        "a": item(day(1), ratings={"s1": "CC"}),
        "b": item(day(3), supersedes=("a",)),
    }
    db = database(scenarios={"s1": scenario()}, evidence=items)
    assert bearing(db) == {"s1": ["a", "b"]}
    assert [implied(db, on) for on in (2, 3)] == [10, 0]
    told = explain(db, "s1", day(3))
    assert told.superseded == (SupersededItem(id="a", by="b"),)
    assert told.lines == ()
    assert explain(db, "s1", day(2)).superseded == ()


def test_what_replaced_items_on_another_question_is_not_told_of_this_one() -> None:
    rows = {
        "a": item(day(1), ratings={"s2": "CC"}),
        "b": item(day(3), ratings={"s1": "C", "s2": "C"}, supersedes=("a",)),
        "c": item(day(4), ratings={"s1": "C"}),
    }
    db = database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=rows)
    apart = replace(db, evidence=rows | {"b": replace(rows["b"], ratings={"s2": "C"})})
    assert [explain(apart, id, day(5)).superseded for id in ("s1", "s2")] == [
        (),
        (SupersededItem(id="a", by="b"),),
    ]


def test_an_indicator_that_a_superseded_item_raised_is_no_longer_seen() -> None:
    scenarios = {"s1": scenario(indicators={"low": indicator({"s1": "C"})})}
    items = {
        "a": item(day(1), indicators={"s1/low": "observed"}),
        "b": item(day(3), supersedes=("a",)),
    }
    db = database(scenarios=scenarios, evidence=items)
    assert [implied(db, on) for on in (2, 3)] == [5, 0]
    days = DailyLedgers(db)
    assert [near(decibans(days.odds_on(day(on)).implied("s1"))) for on in (3, 2, 3)] == [0, 5, 0]


@pytest.mark.parametrize("names", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b"}])
def test_of_a_circle_itself_or_a_later_item_nothing_is_replaced(names: dict[str, str]) -> None:
    items = {
        id: item(day(n), ratings={"s1": "C"}, supersedes=tuple(filter(None, [names.get(id)])))
        for n, id in enumerate("ab", 1)
    }
    db = database(scenarios={"s1": scenario()}, evidence=items)
    assert superseders(db) == {}
    assert implied(db, 9) == 10


@given(databases(linked=True), st.data(), st.integers(0, 364))
def test_superseding_equals_removing(db: Database, data: st.DataObject, on: int) -> None:
    ids = sorted(db.evidence, key=lambda i: (db.evidence[i].recorded, i))
    plain = {id: replace(db.evidence[id], supersedes=()) for id in ids}
    gone = set[str]()
    if len(ids) > 1:
        *earlier, last = ids
        gone = set(data.draw(st.lists(st.sampled_from(earlier), unique=True)))
        plain[last] = replace(plain[last], retracted=None, supersedes=tuple(sorted(gone)))
        if plain[last].recorded > day(on):
            gone = set()
    included = {
        id: replace(s, prior=replace(s.prior, includes=())) for id, s in db.scenarios.items()
    }
    whole = replace(db, scenarios=included, evidence=plain)
    left = {id: replace(plain[id], supersedes=()) for id in ids if id not in gone}
    odds, alone = (
        Odds(known_on(replace(whole, evidence=items), day(on))) for items in (plain, left)
    )
    assert [odds.implied(id) for id in db.scenarios] == [alone.implied(id) for id in db.scenarios]


@pytest.mark.parametrize("seed", range(20))
def test_each_day_reached_from_another_is_as_computed_alone(seed: int) -> None:
    db = random_database(seed)
    days = DailyLedgers(db)
    for on in (300, 45, 200, 45, 120):
        alone, reached = Odds(known_on(db, day(on))), days.odds_on(day(on))
        assert [reached.implied(id) for id in db.scenarios] == [
            alone.implied(id) for id in db.scenarios
        ]


@pytest.mark.parametrize("seed", range(20))
def test_a_longer_record_changes_no_past_figure(seed: int) -> None:
    db = random_database(seed)
    short = replace(db, evidence={i: e for i, e in db.evidence.items() if e.recorded <= day(150)})
    then = [Odds(known_on(record, day(150))) for record in (db, short)]
    first, second = ([odds.implied(id) for id in db.scenarios] for odds in then)
    assert first == second


@pytest.mark.parametrize("seed", range(12))
def test_a_record_that_grew_commit_by_commit_has_the_figures_of_the_whole(seed: int) -> None:
    whole = random_database(seed)
    snapshot = CommitSnapshot(replace(whole, evidence={}))
    for id in whole.scenarios:  # so that accounts stand, and are followed
        snapshot.days.odds_on(day(200)).implied(id)
    for id, record in whole.evidence.items():
        snapshot.put([change(id, None, record)])
    for id in whole.scenarios:
        assert snapshot.days.odds_on(day(200)).implied(id) == Odds(
            known_on(whole, day(200))
        ).implied(id)
    gone = [id for id in whole.evidence if superseders(whole).get(id)]
    snapshot.put([change(id, whole.evidence[id], None) for id in gone])
    rest = replace(whole, evidence={i: e for i, e in whole.evidence.items() if i not in gone})
    odds = Odds(known_on(rest, day(200)))
    for id in whole.scenarios:
        assert snapshot.days.odds_on(day(200)).implied(id) == odds.implied(id)


def test_a_record_follows_an_earlier_reading_that_comes_after_the_later_one() -> None:
    later = item(day(3), ratings={"s1": "C"}, supersedes=("a",))
    scenarios = {"s1": scenario(), "s2": scenario()}
    base = database(scenarios=scenarios, evidence={"b": later})
    snapshot = CommitSnapshot(base)
    for id in scenarios:
        snapshot.days.odds_on(day(9)).implied(id)
    earlier = item(day(1), ratings={"s2": "CC"})
    snapshot.put([change("a", None, earlier)])
    whole = replace(base, evidence={"a": earlier, "b": later})
    assert {id: {*ids} for id, ids in snapshot.bearing.items()} == {"s1": {"b"}, "s2": {"a", "b"}}
    for id in scenarios:
        on = known_on(whole, day(9))
        assert snapshot.days.odds_on(day(9)).implied(id) == Odds(on).implied(id)


def test_the_new_reading_is_the_cause_and_what_it_replaced_is_called_superseded() -> None:
    db = readings()
    [cause] = CauseFinder(DailyLedgers(db)).of("s1", day(4), day(5))
    assert (cause.kind, cause.subjects, cause.decibans) == ("event", ("c",), near(-15))
    seen = window(db, day(4), day(5))
    [moved] = moves(seen, seen.views.values())
    assert [(line.id, line.cause) for line in moved.lines_added] == [("c", "new evidence")]
    assert [(line.id, line.cause) for line in moved.lines_removed] == [("b", "superseded")]


def test_a_line_that_returns_is_named_after_the_retraction_of_what_replaced_it() -> None:
    db = readings(c={"retracted": retraction(day(7))})
    seen = window(db, day(6), day(7))
    [moved] = moves(seen, seen.views.values())
    assert [(line.id, line.cause) for line in moved.lines_added] == [("b", "retraction")]
    assert [(line.id, line.cause) for line in moved.lines_removed] == [("c", "retraction")]
    [cause] = CauseFinder(DailyLedgers(db)).of("s1", day(6), day(7))
    assert (cause.kind, cause.decibans) == ("retraction", near(15))


def test_a_line_that_returns_with_a_record_less_or_a_judgement_is_named_after_that() -> None:
    now = readings()
    items = [replace(now.evidence["c"], supersedes=()), None]
    named = []
    for item_now in items:
        rest = {id: item for id, item in now.evidence.items() if id != "c"}
        other = replace(now, evidence=rest | ({"c": item_now} if item_now else {}))
        [shift] = shifts(now, other, day(9))
        named += [(line.id, line.cause) for line in shift.lines if line.id == "b"]
    assert named == [("b", "new judgement"), ("b", "removal")]


def test_two_readings_of_a_day_are_causes_that_sum_to_its_move() -> None:
    items = {
        "a": item(day(1), ratings={"s1": "CC"}),
        "b": item(day(3), ratings={"s1": "C"}, supersedes=("a",)),
        "c": item(day(3), ratings={"s1": "II"}, supersedes=("b",)),
        "d": item(day(3), ratings={"s1": "C"}),
    }
    db = database(scenarios={"s1": scenario()}, evidence=items)
    causes = CauseFinder(DailyLedgers(db)).of("s1", day(2), day(3))
    assert {cause.kind for cause in causes} == {"event"}
    assert sum(cause.decibans for cause in causes) == near(-5 - 10)


def test_a_list_has_the_superseded_with_who_replaced_them_and_the_matrix_has_them_not() -> None:
    known = known_on(readings(), day(9))
    rows = {row.id: (row.counts, row.superseded_by) for row in evidence(known, ListFilter())}
    assert rows == {"a": (False, "c"), "b": (False, "c"), "c": (True, None)}
    assert [row.id for row in matrix(known, ("s1",)).rows] == ["c"]


def branches(b: tuple[str, ...], c: tuple[str, ...], *, later: bool) -> Story:
    """Two branches from a reading `a`, on which b and c supersede these, and their merge."""
    story, asked = Story(), {"s1": scenario()}
    first = {"a": item(day(1), ratings={"s1": "CC"})}
    of_b, of_c = item(day(3), ratings={"s1": "C"}), item(day(3), ratings={"s1": "II"})
    begun = {"b": of_b, "c": of_c} if later else {}
    start = story.commit(1, {**asked, **first, **begun})
    left = story.commit(3, {"b": replace(of_b, supersedes=b)}, start)
    story.commit(3, {"c": replace(of_c, supersedes=c)}, start)
    right = story.revisions[-1].commit.id
    merged = {"b": story.trees[left]["b"], "c": story.trees[right]["c"]}
    story.commit(4, merged, left, right)
    return story


@pytest.mark.parametrize(
    ("b", "c", "later", "before", "after"),
    [
        # Both replace the same: it counts no longer, and both do.
        (("a",), ("a",), False, 5, -5),
        # Each replaces the other: what each branch had is a circle together, and replaces nothing.
        (("c",), ("b",), True, 15, 5),
        # The circle replaces a, which is not in it.
        (("a", "c"), ("b",), True, 5, -5),
    ],
)
def test_a_merge_of_branches_that_supersede_has_the_figures_of_all_files(
    b: tuple[str, ...], c: tuple[str, ...], later: bool, before: float, after: float
) -> None:
    story = branches(b, c, later=later)
    figures = []
    for revision, snapshot in states(story.revisions):
        snapshot.put(revision.changes)
        db = held(story.trees[revision.commit.id])
        figures.append(snapshot.days.odds_on(day(9)).implied("s1"))
        assert figures[-1] == Odds(known_on(db, day(9))).implied("s1")
        assert superseders(snapshot.database) == superseders(db)
    assert [decibans(figure) for figure in (figures[1], figures[-1])] == [near(before), near(after)]


def test_a_changed_supersedes_restates_what_the_replaced_item_bears_on_and_is_in_the_audit() -> (
    None
):
    items = {
        "a": item(day(1), ratings={"s1": "CC"}),
        "b": item(day(2), ratings={"s2": "C"}),
    }
    then = database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=items)
    now = replace(then, evidence={**items, "b": replace(items["b"], supersedes=("a",))})
    [row], _ = restated(then, now, now, day(5))
    assert (row.scenario, row.implied) == ("s1", Shift(from_=near(probability(10)), to=0.5))
    assert [(change.record, change.field) for change in row.because] == [("b", "supersedes")]
    story = Story()
    story.commit(2, {**then.scenarios, **items})
    story.commit(4, {"b": now.evidence["b"]})
    [found] = audit(trail(story.revisions)).findings
    assert (found.rule, found.message) == (
        "judged-anew",
        "supersedes nothing → a for s2, after it was committed",
    )


def test_a_superseded_item_was_not_wrong() -> None:
    db = readings()
    sourced = {id: replace(item, source="agency") for id, item in db.evidence.items()}
    told = accuracy(known_on(replace(db, evidence=sourced), day(9)))["agency"]
    assert (told.items, told.standing, told.retracted) == (3, 3, 0)


def test_the_last_reading_of_the_source_with_a_like_summary_is_offered() -> None:
    def read(n: int, text: str, **keys: Any) -> Evidence:
        return replace(item(day(n), source="agency", **keys), summary=text)

    items = {
        "a": read(1, "Gas storage stands at 90 per cent"),
        "b": read(20, "Gas storage stands at 60 per cent", supersedes=("a",)),
        "x": read(30, "A minister resigns over a gas contract"),
    }
    db = database(Tracker(), evidence=items)
    asked = ("Gas storage stands at 20 per cent", "agency", "2022-03-01", "2022-03-01")
    assert earlier_reading(db, *asked) == "b"
    assert earlier_reading(db, asked[0], "other", *asked[2:]) is None
    assert earlier_reading(db, asked[0], None, *asked[2:]) is None
    assert earlier_reading(db, *asked[:2], "2022-01-21", "2022-03-01") is None  # of the same day


def test_what_a_reading_did_says_what_it_stands_in_place_of() -> None:
    after = readings()
    before = replace(after, evidence={id: after.evidence[id] for id in "ab"})
    [effect] = effects(before, after, "c", day(5))
    assert (effect.counted_decibans, effect.note) == (-10, "in place of b, no longer counted")
    neutral = replace(after.evidence["c"], ratings={"s1": "N"})
    now = replace(after, evidence={**after.evidence, "c": neutral})
    [effect] = effects(before, now, "c", day(5))
    why = "neutral: fits every outcome equally; in place of b, no longer counted"
    assert (effect.before, effect.note) == (near(probability(5)), why)
    first = replace(after, evidence={"a": after.evidence["a"]})
    [alone] = effects(replace(after, evidence={}), first, "a", day(5))
    assert alone.note is None
