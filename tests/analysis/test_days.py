"""A ledger that is stepped from day to day, and from commit to commit, is the one made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import bearing, connected, known_on
from scenarios.analysis.history.provenance import CommitSnapshot, states
from scenarios.analysis.ledger.days import STEP, DailyLedgers
from scenarios.analysis.ledger.ledger import ledger_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.period.period import window
from scenarios.analysis.review.status import status
from scenarios.model import ConditionalPrior, Database, Dependence, Evidence, LazyEvidence, Tracker
from tests.analysis.story import Broken, Story, change
from tests.analysis.test_chronicle import stories
from tests.full import TIMES
from tests.random_databases import random_database
from tests.records import (
    database,
    databases,
    day,
    indicator,
    item,
    rated,
    resolution,
    retraction,
    scenario,
)

DAYS = (day(150), day(143), day(40), day(151), day(300))
ANY_DAYS = st.lists(st.integers(-70, 400).map(day), min_size=1, max_size=8)


def assert_as_alone(days: DailyLedgers, db: Database, on: Iterable[date]) -> None:
    """Each figure, each line and each step of the arithmetic, to the last bit."""
    for this in on:
        stepped, alone = days.odds_on(this), Odds(known_on(db, this))
        for id in db.scenarios:
            assert stepped.implied(id) == alone.implied(id)
            assert stepped.comparison(id) == alone.comparison(id)
            assert ledger_of(stepped, id) == ledger_of(alone, id)


@given(databases(linked=True), ANY_DAYS)
def test_a_day_after_any_other_has_the_ledger_that_it_has_alone(
    db: Database, on: list[date]
) -> None:
    assert_as_alone(DailyLedgers(db), db, on)


@pytest.mark.parametrize("seed", range(25 * TIMES))
@pytest.mark.parametrize("most", [None, 1])
def test_so_have_the_days_of_larger_databases_however_few_accounts_are_kept(
    seed: int, most: int | None
) -> None:
    db = random_database(seed)
    assert_as_alone(DailyLedgers(db, most=most), db, DAYS)


@pytest.mark.parametrize("seed", range(10 * TIMES))
@pytest.mark.parametrize("most", [None, 1])
def test_a_database_beside_another_has_the_ledgers_that_it_has_alone(
    seed: int, most: int | None
) -> None:
    db, chance = random_database(seed), Random(seed)  # noqa: S311 - no secret
    ids = chance.sample([*db.evidence], min(4, len(db.evidence)))
    instead: dict[str, Any] = dict.fromkeys(ids[:1])
    instead |= {id: replace(db.evidence[id], recorded=day(100), origin="x") for id in ids[1:]}
    instead["2022-03-01-new"] = item(day(60), ratings={min(db.scenarios): "CC"})
    kept = {id: item for id, item in {**db.evidence, **instead}.items() if item}
    other = replace(db, evidence=kept)
    days = DailyLedgers(db, most=most)
    assert_as_alone(days, db, DAYS[:2])
    beside = days.with_items(other, instead)
    assert_as_alone(beside, other, DAYS)
    assert_as_alone(days, db, DAYS)
    assert_as_alone(beside.with_items(db, {id: db.evidence.get(id) for id in instead}), db, DAYS)


def test_all_items_of_one_day_come_and_go_together() -> None:
    items = {f"e{n}": item(day(5), ratings={"s1": 1 + n / 1000}) for n in range(1000)}
    db = database(scenarios={"s1": scenario()}, evidence=items)
    assert_as_alone(DailyLedgers(db), db, [day(4), day(5), day(6), day(4), day(5)])


@pytest.mark.parametrize("on_a_day", [1, 100])
def test_days_far_apart_have_the_ledgers_that_they_have_alone(on_a_day: int) -> None:
    """The way from one to another leads by stages, which a change of an item makes invalid."""
    chance = Random(on_a_day)  # noqa: S311 - no secret
    items = {
        f"e{n:03}": item(
            day(n // on_a_day),
            ratings={"s1": chance.choice(("CC", "I", 1.5)), f"s{2 + n % 2}": "C"},
            origin=f"origin-{n % 90}",
            retracted=retraction(day(n + 200)) if n % 7 == 0 else None,
        )
        for n in range(20 * STEP)
    }
    indicators = {"first": indicator({"s1": "C"}, due=day(30), if_absent="I")}
    asked = {
        "s1": scenario(indicators=indicators),
        "s2": scenario(set="a"),
        "s3": scenario(set="a"),
    }
    db = database(scenarios=asked, evidence=items)
    days = DailyLedgers(db)
    on = [day(chance.randrange(20 * STEP // on_a_day + 10)) for _ in range(12)]
    assert_as_alone(days, db, [max(on), min(on), *on])
    changed = {"e300": replace(items["e300"], recorded=day(2), ratings={"s1": "II"})}
    days.follow(after := replace(db, evidence={**items, **changed}), changed)
    assert_as_alone(days, after, on[:4])


@given(stories(), ANY_DAYS)
def test_a_ledger_after_any_commit_is_that_of_the_records_after_it(
    story: Story, on: list[date]
) -> None:
    for revision, standing in states(story.revisions):
        assert_as_alone(standing.days, standing.database, on)
        standing.put(revision.changes)
        plain = replace(standing.database, evidence={**standing.database.evidence})
        assert_as_alone(standing.days, plain, on)


@given(databases(linked=True), st.data(), ANY_DAYS)
def test_ledgers_that_follow_changes_of_items_are_those_of_the_database_after_them(
    db: Database, data: st.DataObject, on: list[date]
) -> None:
    some = st.sets(st.sampled_from([*db.evidence, "none"]))
    gone, other = data.draw(some), data.draw(some)
    days = DailyLedgers(
        replace(db, evidence={id: e for id, e in db.evidence.items() if id not in gone})
    )
    for id in db.scenarios:
        days.odds_on(on[0]).implied(id)
    days.changed(date.min, date.max)
    left = {id: item for id, item in db.evidence.items() if id not in other}
    after = replace(db, evidence=left)
    days.follow(after, gone | other)
    assert_as_alone(days, after, on)
    span = min(on), max(on)
    assert [*days.changed(*span).items()] == [*DailyLedgers(after).changed(*span).items()]
    assert after.recorded == Counter(item.recorded for item in left.values())
    assert {id: {*ids} for id, ids in days.items.items() if ids} == {
        id: {*ids} for id, ids in bearing(after).items()
    }


@pytest.mark.parametrize("recorded", [0, 3, 4, 9])
def test_figures_of_the_days_before_an_item_remain_and_of_no_other_day(recorded: int) -> None:
    items = {f"e{n}": item(day(2 * n), ratings={"a": "C"}, origin=f"o{n}") for n in range(5)}
    db, on = database(scenarios={"a": scenario()}, evidence=items), [day(n) for n in range(11)]
    days = DailyLedgers(db)
    assert_as_alone(days, db, on)
    new = item(day(recorded), ratings={"a": "II"}, origin="new")
    for after in (replace(db, evidence={**items, "new": new}), db):
        days.follow(after, ["new"])
        assert_as_alone(days, after, on)


def test_ledgers_follow_an_item_whose_earlier_reading_comes_as_it_goes() -> None:
    earlier, later = item(day(1), ratings={"a": "C"}), item(day(2), supersedes=("e0",))
    db = database(scenarios={"a": scenario()}, evidence={"e1": later})
    days = DailyLedgers(db)
    after = replace(db, evidence={"e0": earlier})
    days.follow(after, ["e0", "e1"])
    assert_as_alone(days, after, [day(3)])
    assert days.items == bearing(after) == {"a": ["e0"]}


def retracted(db: Database) -> dict[str, Any]:
    return {"f": replace(db.evidence["f"], retracted=retraction(day(20)))}


def renamed(db: Database) -> dict[str, Any]:
    called = replace(db.scenarios["o"], formerly=("o",))
    linked = replace(db.scenarios["s"].prior, given={"p": ConditionalPrior(0.8, 0.2)})
    return {"o": None, "p": called, "s": replace(db.scenarios["s"], prior=linked)}


def rethemed(db: Database) -> dict[str, Any]:
    themes = {"e": replace(db.evidence["e"], theme="money")}
    return {"tracker": replace(db.tracker, themes={"money": "Money", "war": "War"}), **themes}


def ended(db: Database, id: str, outcome: str, on: int) -> dict[str, Any]:
    return {id: replace(db.scenarios[id], resolution=resolution(outcome, day(on)))}


CHANGES: dict[str, Callable[[Database], dict[str, Any]]] = {
    "yesterday's line is retracted": retracted,
    "an item is recorded for long ago": lambda _: {"x": item(day(1), ratings={"s": "II"})},
    "a member leaves its set in the middle": lambda db: ended(db, "a", "did-not-occur", 12),
    "the other end of a link occurs": lambda db: ended(db, "o", "occurred", 12),
    "the other end of a link is annulled": lambda db: ended(db, "o", "annulled", 12),
    "the other end of a link is renamed": renamed,
    "a theme is renamed": rethemed,
    "a convention is changed": lambda db: {"tracker": replace(db.tracker, rating_strength=0.5)},
    "an item moves to another day and scenario": lambda db: {
        "e": replace(db.evidence["e"], recorded=day(25), ratings={"a": "CC"})
    },
    "an item tells of an indicator no more": lambda db: {
        "g": replace(db.evidence["g"], indicators={})
    },
    "an indicator says something of another scenario": lambda db: {
        "s": replace(db.scenarios["s"], indicators={"sign": indicator({"o": "CC"})})
    },
    "two reports turn out to be of one origin": lambda db: {
        id: replace(db.evidence[id], origin="wire") for id in "ef"
    },
    "two reports of one origin turn out to be apart": lambda db: {
        id: replace(db.evidence[id], origin=None) for id in "hi"
    },
    "a file breaks": lambda _: {"e": Broken("evidence")},
    "every record is another": lambda db: {
        **{id: replace(s, horizon=day(300)) for id, s in db.scenarios.items()},
        **{id: replace(e, recorded=day(3)) for id, e in db.evidence.items()},
        "tracker": Tracker(sets={"k": "A set"}, evidence_dependence=1.0),
    },
}


@pytest.mark.parametrize("name", CHANGES)
def test_days_on_either_side_are_right_before_and_after(name: str) -> None:
    sign = indicator({"s": "C"}, due=day(15), if_absent="I")
    wire = {"origin": "news", "ratings": {"s": "CC"}}
    items = {
        **rated("s", "C", "I", theme="war"),
        "g": item(day(10), indicators={"s/sign": "emerging"}),
        "h": item(day(11), **wire),
        "i": item(day(13), **wire),
        "k": item(day(14), ratings={"a": "C", "b": "I"}),
    }
    db = database(
        Tracker(
            sets={"k": "A set"},
            themes={"war": "War", "money": "Money"},
            evidence_dependence=Dependence(0.6, 0.2),
        ),
        scenarios={
            "s": scenario(given={"o": ConditionalPrior(0.8, 0.2)}, indicators={"sign": sign}),
            "o": scenario(0.5, hazard="constant"),
            **{id: scenario(0.25, set="k") for id in "abcd"},
        },
        evidence=items,
    )
    standing = CommitSnapshot(db)
    on = [day(n) for n in (14, 19, 20, 11, 12, 13, 15, 16, 30, 2)]
    assert_as_alone(standing.days, db, on)
    records = {"tracker": db.tracker, **db.scenarios, **db.evidence}
    told = [change(id, records.get(id), new) for id, new in CHANGES[name](db).items()]
    standing.put(told)
    figures = [standing.days.odds_on(this).implied("s") for this in on]
    assert_as_alone(standing.days, standing.database, on)
    assert figures == [standing.days.odds_on(this).implied("s") for this in on]


@pytest.mark.parametrize("seed", range(25 * TIMES))
def test_a_part_of_a_database_has_the_rows_that_the_whole_has(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - the same parts every time
    db = random_database(seed)
    until = day(chance.randrange(20, 330))
    since = until - timedelta(days=7)
    for whole in status(window(db, since, until, banded=True)):
        ids = connected(db, whole.id)
        items = {one for other in ids for one in bearing(db).get(other, ())}
        part = {one: record for one, record in db.evidence.items() if one in items}
        around = Database(db.tracker, db.scenarios, part, db.sheets, db.sources)
        (row,) = status(window(around, since, until, banded=True, only={whole.id}))
        assert row == whole
        (row,) = status(window(around, since, until, only={whole.id}))
        assert row.shown.probability == whole.shown.probability


class Lazy(LazyEvidence):
    """Evidence of which the ids alone are at hand."""

    def __init__(self, database: Database) -> None:
        self.database, self.asked = database, list[tuple[str, ...]]()
        self.loaded = {id: item for id, item in database.evidence.items() if item.supersedes}

    def __getitem__(self, id: str) -> Evidence:
        return self.database.evidence[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.database.evidence)

    def __len__(self) -> int:
        return len(self.database.evidence)

    def bearing(self, _: Database, scenarios: Collection[str]) -> list[str]:
        self.asked.append(tuple(scenarios))
        every = bearing(self.database)
        return sorted({id for scenario in scenarios for id in every.get(scenario, ())})


@pytest.mark.parametrize("seed", range(5 * TIMES))
def test_the_items_of_a_scenario_are_looked_up_for_it_alone(seed: int) -> None:
    db = random_database(seed)
    lazy = Lazy(db)
    days, plain = DailyLedgers(replace(db, evidence=lazy)), DailyLedgers(db)
    for id in db.scenarios:
        assert days.odds_on(day(200)).implied(id) == plain.odds_on(day(200)).implied(id)
    assert {column for beside in lazy.asked for column in beside} == {*db.scenarios}
    assert days.items == {id: sorted(plain.items[id]) for id in db.scenarios if id in plain.items}
