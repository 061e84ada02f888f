"""No command does work that grows faster than the records, in the shapes in which it might."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import pairwise, product
from typing import Any

import pytest
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.history.commit_log import KnownFigures, history
from scenarios.analysis.history.provenance import CommitSnapshot
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import effects
from scenarios.analysis.period.period import Window, window
from scenarios.analysis.period.probability_shifts import shifts
from scenarios.analysis.period.trajectory import curves, trends
from scenarios.analysis.review.ach import matrix
from scenarios.analysis.review.agenda import agenda
from scenarios.analysis.review.explanation import explain
from scenarios.analysis.review.review import review
from scenarios.analysis.review.signs import signs, unseen
from scenarios.analysis.review.status import status
from scenarios.analysis.rules.consistency import check
from scenarios.analysis.rules.rule import LoadedRecords
from scenarios.analysis.scores.scoring import score
from scenarios.model import (
    ConditionalPrior,
    Database,
    Dependence,
    Evidence,
    Kind,
    Scenario,
    Tracker,
)
from tests.analysis.story import Story, change
from tests.full import FULL
from tests.records import database, day, indicator, item, resolution, scenario, sheet, sheets

SIZES = (1000, 2000, 4000, 8000) if FULL else (120, 240)
MOST = 2.4
"""Sorting takes n·log n; a square would take 4 times as much."""
BROKEN: dict[Kind, dict[str, str]] = {
    "tracker": {},
    "scenario": {},
    "evidence": {},
    "forecasts": {},
    "source": {},
}
TODAY, CODES = day(300), ("CC", "I", "C", "II", 0.4)
TRACKER = Tracker(
    evidence_dependence=Dependence(0.4, 0.2),
    themes={f"t{n}": "A theme" for n in range(20)},
    sets={"k": "A set"},
)


def told(
    size: int, of: Callable[[int], dict[str, Any]] = lambda _: {}, days: int = 300
) -> dict[str, Evidence]:
    """So many items over so many days on one scenario, each with keys of its own."""
    found = {}
    for n in range(size):
        keys = {"ratings": {"s0": CODES[n % len(CODES)]}, "theme": f"t{n % 20}"} | of(n)
        told_of = item(day(n * days // size), **keys)
        summary = f"Report {n}a {n}b {n}c"  # alike ones are in test_alike
        found[f"{told_of.recorded}-e{n}"] = replace(told_of, summary=summary)
    return found


def desk(evidence: dict[str, Evidence], **scenarios: Scenario) -> Database:
    said = sheets(sheet(day(3), dict.fromkeys(scenarios, 0.01)))
    return database(TRACKER, scenarios=scenarios, evidence=evidence, sheets=said)


def one(size: int, **keys: Any) -> Database:
    """All items share these keys."""
    return desk(told(size, lambda _: keys), s0=scenario())


def chain(size: int, link: Callable[[str], dict[str, Any]]) -> Database:
    following = {f"s{n}": link(f"s{n + 1}") if n + 1 < size else {} for n in range(size)}
    return desk(told(50), **{id: scenario(**keys) for id, keys in following.items()})


def members(size: int) -> Database:
    made = {f"s{n}": scenario(1 / size, set="k") for n in range(size)}
    return desk(told(50, lambda _: {"ratings": {"s0": "CC", "s1": "I"}}), **made)


def indicators(size: int) -> Database:
    watched = {
        f"i{n}": indicator({"s0": "C"}, due=day(n % 300), if_absent="I") for n in range(size)
    }
    fired = told(size, lambda n: {"ratings": {}, "indicators": {f"s0/i{n}": "emerging"}})
    return desk(fired, s0=scenario(indicators=watched))


def sheets_of(size: int) -> Database:
    said = sheets(*(sheet(day(n % 250), {"s0": 0.4}, analyst=f"a{n // 250}") for n in range(size)))
    ended = scenario(resolution=resolution("occurred", day(280)))
    return replace(desk(told(50), s0=ended), sheets=said)


SHAPES: dict[str, Callable[[int], Database]] = {
    "many themes": one,
    "one origin": lambda size: one(size, origin="o"),
    "one event": lambda size: one(size, event="v"),
    "one address": lambda size: one(size, url="https://example.org/"),
    "one day": lambda size: desk(told(size, days=1), s0=scenario()),
    "pairs": lambda size: desk(told(size, lambda n: {"origin": f"o{n // 2}"}), s0=scenario()),
    "members of a set": members,
    "indicators of a scenario": indicators,
    "a chain of implies": lambda size: chain(size, lambda other: {"implies": (other,)}),
    "a chain of links": lambda size: chain(
        size, lambda other: {"given": {other: ConditionalPrior(0.6, 0.4)}}
    ),
    "sheets": sheets_of,
}


def without_last(db: Database) -> Database:
    return replace(db, evidence=dict([*db.evidence.items()][:-1]))


def would_change(looked: Window) -> object:
    return signs(looked, unseen(looked))


ASKED: dict[str, Callable[[Database], object]] = {
    "check": lambda db: [*check(LoadedRecords(db, BROKEN, db.evidence))],
    "status": lambda db: status(window(db, day(293), TODAY)),
    "report": lambda db: review(window(db, day(293), TODAY, banded=True)),
    "report --brief": lambda db: would_change(window(db, day(293), TODAY)),
    "explain": lambda db: explain(db, "s0", TODAY),
    "explain --sweep": lambda db: explain(db, "s0", TODAY, swept=True),
    "score": lambda db: score(db, TODAY),
    "review": lambda db: agenda(db, "desk", TODAY),
    "matrix": lambda db: matrix(known_on(db, TODAY), tuple(db.scenarios)[:4]),
    "add-evidence": lambda db: effects(without_last(db), db, [*db.evidence][-1], TODAY),
    "diff": lambda db: shifts(without_last(db), db, TODAY),
}
"""What the commands ask of a database."""
SQUARE = {("members of a set", "report")}
"""The prior of each member adds a term to the band of every other."""
CASES = [case for case in product(SHAPES, ASKED) if case not in SQUARE]


def work(run: Callable[[], object]) -> int:
    """How many lines were run, each turn of a loop one more."""
    count = 0

    def line(*_: Any) -> Any:
        nonlocal count
        count += 1
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(("shape", "command"), CASES)
def test_twice_the_records_are_twice_the_work(shape: str, command: str) -> None:
    databases = [SHAPES[shape](size) for size in SIZES]
    done = [work(partial(ASKED[command], db)) for db in databases]
    assert max(more / less for less, more in pairwise(done)) < MOST, done


def daily(size: int, **keys: Any) -> Database:
    """One item a day on a scenario that another one's prior, and a set, hang on."""
    items = told(size, lambda n: {"indicators": {"s0/i": "emerging"}} if n == 9 else {}, days=size)
    link: dict[str, Any] = {"given": {"s0": ConditionalPrior(0.6, 0.4)}}
    members = {f"m{n}": scenario(0.25, set="k", **link) for n in range(4)}
    watched = {"i": indicator({"s0": "C"}, due=day(20), if_absent="I")}
    first = scenario(indicators=watched, **keys)
    return desk(items, s0=first, alone=scenario(**link), **members)


def one_day_more(size: int) -> int:
    db = daily(size, hazard="constant")
    odds, before, after = DailyLedgers(db), day(size - 2), day(size - 1)

    def figures(on: date) -> list[float]:
        return [odds.odds_on(on).implied(id) for id in db.scenarios]

    figures(before)
    return work(partial(figures, after))


def one_item_more(size: int) -> int:
    """An item of the first day, after all others: the past is another from there."""
    standing, late = CommitSnapshot(daily(size)), day(size)
    before = {id: standing.days.odds_on(late).implied(id) for id in standing.database.scenarios}
    new = change("2022-01-01-late", None, item(day(0), ratings={"s0": "CC"}))

    def put() -> None:
        standing.put([new])
        after = {id: standing.days.odds_on(late).implied(id) for id in before}
        assert after["alone"] != before["alone"]

    return work(put)


def one_item_instead(size: int) -> int:
    """Ledgers as they were before an item was judged anew."""
    db = daily(size)
    days, late, id = DailyLedgers(db), day(size), min(db.evidence)
    now = {scenario: days.odds_on(late).implied(scenario) for scenario in db.scenarios}
    item_before = replace(db.evidence[id], ratings={"s0": "II"})
    before = replace(db, evidence={**db.evidence, id: item_before})

    def look_back() -> None:
        odds = days.with_items(before, {id: item_before}).odds_on(late)
        assert odds.implied("alone") != now["alone"]
        assert [odds.implied(scenario) for scenario in db.scenarios]

    return work(look_back)


def one_week_more(size: int) -> int:
    """Ledgers of a week beside those of the week before, as a site has them."""
    db = daily(size)
    first = window(db, day(size - 14), day(size - 7))
    assert first.views.keys() == db.scenarios.keys()
    assert window(db, day(size - 14), day(size - 7), odds=first.odds).odds is first.odds
    return work(lambda: [first.odds.odds_on(day(size)).totals(id) for id in db.scenarios])


def one_window_more(size: int) -> int:
    """The items between two days, as a story asks for them."""
    db = daily(size)
    first = window(db, day(0), day(7))
    last = window(db, day(size - 8), day(size - 1), odds=first.odds)
    assert [len(known.evidence) for known in first.between] == [0, 7]

    def look() -> None:
        before, now = last.between
        assert (len(before.evidence), len(now.evidence)) == (0, 7)

    return work(look)


MORE = (one_day_more, one_item_more, one_item_instead, one_week_more, one_window_more)


@pytest.mark.parametrize("more", MORE)
def test_one_more_costs_what_changed_however_much_there_is(more: Callable[[int], int]) -> None:
    less, much = more(SIZES[0]), more(SIZES[-1])
    assert much < 1.2 * less, (less, much)


def commits(size: int) -> Story:
    """A commit for each item."""
    db = daily(size)
    story = Story()
    story.commit(0, {"tracker": db.tracker, **db.scenarios})
    for number, (id, one_more) in enumerate(db.evidence.items(), 1):
        story.commit(number, {id: one_more})
    return story


OVER_TIME: dict[str, Callable[[Any], object]] = {
    "trend": lambda db: trends(db, {id: [day(n) for n in range(300)] for id in db.scenarios}),
    "courses": lambda db: curves(window(db, day(290), day(300)), [*db.scenarios], 1000),
    "scores": lambda db: score(db, day(363)),
}
"""What asks for figures on more than one day."""


@pytest.mark.parametrize("asked", OVER_TIME)
def test_figures_over_time_take_as_much_more_work_as_there_are_changes(asked: str) -> None:
    ended = {"resolution": resolution("occurred", day(362))}
    databases = [daily(size, **ended) for size in (75, 150, 300)]
    done = [work(partial(OVER_TIME[asked], db)) for db in databases]
    assert max(more / less for less, more in pairwise(done)) < MOST, done


def test_twice_the_commits_are_twice_the_work() -> None:
    stories = [commits(size).revisions for size in SIZES[:2]]
    less, more = (work(partial(history, revisions)) for revisions in stories)
    assert more < MOST * less, (less, more)


def test_a_commit_more_costs_its_own_figures_where_those_before_are_kept() -> None:
    """Keeping up with the records of the commits before is left, a tenth of their figures."""
    revisions, kept = commits(SIZES[1]).revisions, KnownFigures()
    every = work(partial(history, revisions[:-1], cached_figures=kept))
    assert 4 * work(partial(history, revisions, cached_figures=kept)) < every
    assert len(kept) == len(revisions)
