from __future__ import annotations

import math

from msgspec.structs import astuple

from scenarios.analysis.period.period import window
from scenarios.analysis.review.status import (
    StatedFigure,
    status,
)
from scenarios.model import Tracker
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


def test_one_row_says_where_a_scenario_stands() -> None:
    evidence = {
        "e": item(ratings={"s1": "N"}),
        "f": item(day(4), indicators={"s1/x": "observed"}),
        "g": item(day(5), indicators={"s1/y": "emerging"}, origin="f"),
    }
    watched = {id: indicator({"s1": "CC"}) for id in "xyz"}
    db = database(
        scenarios={"s1": scenario(0.5, indicators=watched)},
        evidence=evidence,
        sheets=sheets(sheet(START, {"s1": 0.5})),
    )
    (row,) = status(window(db, day(2), day(9)))
    assert (row.id, row.title, row.set, row.state, row.horizon) == (
        "s1",
        "Title",
        None,
        "open",
        END,
    )
    assert row.stated == StatedFigure(probability=0.5, previous=0.5, analysts=1)
    assert astuple(row.implied) == (near(10 / 11), 0.5, None, None)
    assert row.movement_bits == near(9 / 22 * math.log2(10))  # 1/2 to 10/11
    assert row.gap_decibans == near(-10.0)
    assert astuple(row.evidence) == (3, 2)
    assert astuple(row.indicators) == (1, 1, 3)
    assert (row.last_evidence, row.outcome) == (day(5), None)


def test_without_evidence_or_forecast_there_is_nothing_to_compare() -> None:
    db = database(scenarios={"s1": scenario(0.3, opened=day(5))})
    (row,) = status(window(db, day(2), day(9)))
    assert (row.stated, row.gap_decibans, row.last_evidence) == (None, None, None)
    assert row.implied.previous is None


def test_the_largest_movement_comes_first_and_sets_stand_together() -> None:
    scenarios = {id: scenario(p, set="b") for id, p in (("b1", 0.5), ("b2", 0.3), ("b3", 0.2))}
    scenarios = {"quick": scenario(), **scenarios, "asleep": scenario()}
    evidence = {"e": item(day(4), ratings={"b1": "CC", "quick": "C"})}
    db = database(Tracker(sets={"b": "B"}), scenarios=scenarios, evidence=evidence)
    rows = status(window(db, day(2), day(9)))
    assert [row.id for row in rows] == ["b1", "b2", "b3", "quick", "asleep"]


def test_what_is_resolved_comes_last() -> None:
    moved = {"e": item(day(4), ratings={"done": "CC"})}
    done = scenario(resolution=resolution("occurred", day(6)))
    db = database(scenarios={"done": done, "open": scenario()}, evidence=moved)
    rows = [(row.id, row.state, row.outcome) for row in status(window(db, day(2), day(9)))]
    assert rows == [("open", "open", None), ("done", "resolved", "occurred")]
