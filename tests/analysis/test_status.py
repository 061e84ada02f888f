from __future__ import annotations

import math

from msgspec.structs import astuple

from scenarios.analysis.period.period import window
from scenarios.analysis.review.status import StatusRow, status
from scenarios.model import Database, Tracker
from tests.records import (
    END,
    START,
    database,
    day,
    indicator,
    item,
    near,
    resolution,
    scenario,
    sheet,
    sheets,
)


def week(db: Database) -> tuple[StatusRow, ...]:
    return status(window(db, day(2), day(9)))


def test_one_row_says_where_a_scenario_stands() -> None:
    evidence = {
        "e": item(ratings={"s1": "N"}),
        "f": item(day(4), indicators={"s1/x": "observed"}),
        "g": item(day(5), indicators={"s1/y": "emerging"}, origin="f"),
    }
    scenarios = {"s1": scenario(indicators={id: indicator({"s1": "CC"}) for id in "xyz"})}
    said = sheets(sheet(START, {"s1": 0.5}))
    [row] = week(database(scenarios=scenarios, evidence=evidence, sheets=said))
    assert astuple(row)[:5] == ("s1", "Title", None, "open", END)
    assert row.stated
    assert (astuple(row.stated), astuple(row.implied)) == (
        (0.5, 0.5, 1),
        (near(10 / 11), 0.5, None, None),
    )
    moved = near(9 / 22 * math.log2(10))  # 1/2 to 10/11
    assert (row.gap_decibans, row.movement_bits) == (near(-10.0), moved)
    assert (astuple(row.evidence), astuple(row.indicators)) == ((3, 2), (1, 1, 3))
    assert (row.last_evidence, row.outcome) == (day(5), None)


def test_without_evidence_or_forecast_there_is_nothing_to_compare() -> None:
    [row] = week(database(scenarios={"s1": scenario(opened=day(5))}))
    assert (row.stated, row.gap_decibans, row.last_evidence) == (None, None, None)
    assert row.implied.previous is None


def test_the_largest_movement_comes_first_sets_stand_together_and_what_is_resolved_last() -> None:
    scenarios = {id: scenario(p, set="b") for id, p in (("b1", 0.5), ("b2", 0.3), ("b3", 0.2))}
    done = scenario(resolution=resolution("occurred", day(6)))
    scenarios = {"done": done, "quick": scenario(), **scenarios, "asleep": scenario()}
    evidence = {"e": item(day(4), ratings={"b1": "CC", "quick": "C", "done": "CC"})}
    rows = week(database(Tracker(sets={"b": "B"}), scenarios=scenarios, evidence=evidence))
    assert [row.id for row in rows] == ["b1", "b2", "b3", "quick", "asleep", "done"]
    assert [(row.state, row.outcome) for row in rows[4:]] == [
        ("open", None),
        ("resolved", "occurred"),
    ]
