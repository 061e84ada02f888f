"""The row `rivals` of a ledger, split by what moved the other members of the set."""

from __future__ import annotations

import math
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known_on
from scenarios.analysis.ledger.ledger import ledger_of, rival_lines
from scenarios.analysis.ledger.odds import Odds, left
from scenarios.model import Database
from tests.random_databases import END, START, random_database
from tests.records import database, day, item, near, resolution, scenario


def parts(db: Database, id: str) -> list[tuple[str, float]]:
    lines = rival_lines(Odds(known_on(db, day(30))), id)
    return [(line.id, line.counted_decibans) for line in lines]


def three(prior: float = 0.2, **ends: int) -> Database:
    members = {
        id: scenario(
            p,
            set="s",
            resolution=resolution("did-not-occur", day(ends[id])) if id in ends else None,
        )
        for id, p in (("a", prior), ("b", 0.5), ("c", 0.3))
    }
    evidence = {
        "first": item(day(2), ratings={"b": "CC"}),
        "same-day": item(day(9), ratings={"c": "C"}),
        "own": item(day(9), ratings={"a": "CC"}),
    }
    return database(scenarios={**members, "alone": scenario(0.5)}, evidence=evidence)


@given(st.integers(0, 3000), st.integers(0, (END - START).days))
def test_the_parts_sum_to_the_row(seed: int, after: int) -> None:
    db = random_database(seed)
    odds = Odds(known_on(db, START + timedelta(after)))
    for id, each in db.scenarios.items():
        others = {*odds.comparison(id).columns} - {id}
        lines = rival_lines(odds, id)
        is_last = others <= left(db, odds.comparison(id).columns, odds.day).keys()
        assert not (lines and is_last)
        assert not (lines and each.set is None)
        if not is_last:
            row = ledger_of(odds, id).counted("rivals")
            assert abs(math.fsum(line.counted_decibans for line in lines) - row) <= 1e-9


def test_each_line_is_a_part_in_the_order_of_its_day_and_what_is_its_own_is_none() -> None:
    first, second = 10 * math.log10(53 / 8), 10 * math.log10((50 + 3 * 10**0.5) / 53)
    assert parts(three(), "a") == [("first", near(-first)), ("same-day", near(-second))]
    assert parts(three(), "alone") == []


def test_outcomes_and_priors_that_do_not_sum_to_one_are_parts_and_the_last_member_has_none() -> (
    None
):
    assert parts(three(0.3), "a")[0] == ("prior", near(10 * math.log10(0.7 / 0.8)))
    gone = 10 * math.log10((50 + 3 * 10**0.5) / 50)
    assert parts(three(c=20), "a")[-1] == ("c", near(gone))
    assert parts(three(b=20, c=20), "a") == []


def test_of_one_day_the_line_with_the_largest_effect_alone_comes_first() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.2), ("b", 0.5), ("c", 0.3))}
    evidence = {
        "e": item(day(2), ratings={"c": "C"}),
        "f": item(day(2), ratings={"b": "C"}),
        "g": item(day(1), ratings={"c": 1.1}),
    }
    assert [id for id, _ in parts(database(scenarios=members, evidence=evidence), "a")] == [
        *("g", "f", "e")
    ]
