from __future__ import annotations

import math

from scenarios.analysis.period.period import window
from scenarios.analysis.review.status import (
    EvidenceCount,
    ImpliedFigure,
    IndicatorCount,
    StatedFigure,
    StatusRow,
    status,
)
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
)


def order(db: Database) -> list[str]:
    return [row.id for row in status(window(db, day(2), day(9)))]


def test_one_row_says_where_a_scenario_stands() -> None:
    db = database(
        scenarios={
            "s1": scenario(
                0.5,
                indicators={
                    "x": indicator({"s1": "CC"}),
                    "y": indicator({"s1": "CC"}),
                    "z": indicator({"s1": "CC"}),
                },
            )
        },
        evidence={
            "2022-01-01-e": item(ratings={"s1": "N"}),
            "2022-01-05-f": item(day(4), indicators={"s1/x": "observed"}),
            "2022-01-06-g": item(day(5), indicators={"s1/y": "emerging"}, origin="2022-01-05-f"),
        },
        sheets={f"{START}-desk": sheet(START, {"s1": 0.5})},
    )
    (row,) = status(window(db, day(2), day(9)))
    assert row.movement_bits == near(9 / 22 * math.log2(10))  # 1/2 to 10/11
    assert row == StatusRow(
        id="s1",
        title="Title",
        set=None,
        state="open",
        horizon=END,
        stated=StatedFigure(probability=0.5, previous=0.5, analysts=1),
        implied=ImpliedFigure(
            probability=row.implied.probability, previous=0.5, low=None, high=None
        ),
        gap_decibans=row.gap_decibans,
        movement_bits=row.movement_bits,
        evidence=EvidenceCount(total=3, new=2),
        indicators=IndicatorCount(observed=1, emerging=1, total=3),
        last_evidence=day(5),
        outcome=None,
    )
    assert row.gap_decibans is not None
    assert round(row.gap_decibans, 6) == -10.0


def test_without_evidence_or_forecast_there_is_nothing_to_compare() -> None:
    db = database(scenarios={"s1": scenario(0.3, opened=day(5))})
    (row,) = status(window(db, day(2), day(9)))
    assert (row.stated, row.gap_decibans, row.last_evidence) == (None, None, None)
    assert row.implied.previous is None


def test_the_largest_movement_comes_first_and_sets_stand_together() -> None:
    evidence = {"2022-01-05-e": item(day(4), ratings={"b1": "CC", "quick": "C"})}
    db = database(
        Tracker(sets={"b": "B"}),
        scenarios={
            "quick": scenario(),
            "b1": scenario(0.5, set="b"),
            "b2": scenario(0.3, set="b"),
            "b3": scenario(0.2, set="b"),
            "asleep": scenario(),
        },
        evidence=evidence,
    )
    assert order(db) == ["b1", "b2", "b3", "quick", "asleep"]


def test_what_is_resolved_comes_last() -> None:
    moved = {"2022-01-05-e": item(day(4), ratings={"done": "CC"})}
    done = scenario(resolution=resolution("occurred", day(6)))
    db = database(scenarios={"done": done, "open": scenario()}, evidence=moved)
    rows = status(window(db, day(2), day(9)))
    assert [(row.id, row.state, row.outcome) for row in rows] == [
        ("open", "open", None),
        ("done", "resolved", "occurred"),
    ]
