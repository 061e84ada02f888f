from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from scenarios.analysis.period.period import window
from scenarios.scales import jeffreys
from tests.records import (
    START,
    chances,
    database,
    day,
    item,
    near,
    resolution,
    scenario,
    sheet,
    sheets,
)


def test_a_move_in_the_tail_outranks_one_in_the_middle() -> None:
    # As Metaculus orders movers; 0.02 → 0.07 is 0.09415 bits.
    moves = [jeffreys(*move) for move in ((0.02, 0.07), (0.10, 0.15), (0.50, 0.55))]
    assert moves == near([0.0941, 0.0334, 0.0145], abs=5e-5)
    assert jeffreys(None, 0.5) == jeffreys(0.5, None) == 0


@given(chances, chances)
def test_movement_is_symmetric_and_never_negative(p: float, q: float) -> None:
    assert jeffreys(p, q) >= 0
    assert jeffreys(p, q) == near(jeffreys(q, p))
    assert jeffreys(p, p) == 0


def test_a_scenario_that_opened_inside_the_window_has_nothing_before() -> None:
    view = window(database(scenarios={"s1": scenario(0.2, opened=day(3))}), day(2), day(9)).views[
        "s1"
    ]
    assert (view.before, view.stated_before, view.implied_bits) == (None, None, 0.0)
    assert window(database(scenarios={"s1": scenario(opened=day(10))}), day(2), day(9)).views == {}


def test_a_resolved_scenario_keeps_its_last_values() -> None:
    ended = scenario(0.2, resolution=resolution("occurred", day(5), day(6)))
    late, said = item(day(6), ratings={"s1": "CC"}), sheets(sheet(day(1), {"s1": 0.3}))
    db = database(scenarios={"s1": ended}, evidence={"e": late}, sheets=said)
    view = window(db, day(2), day(9)).views["s1"]
    assert (view.open, view.now.implied.probability) == (False, near(0.2))
    assert view.stated is not None
    assert view.stated.probability == 0.3


@pytest.mark.parametrize(
    ("keys", "recorded", "explained"),
    [
        ({}, START, False),
        ({"rationales": {"s1": "A treaty was signed."}}, START, True),
        ({"evidence": {"s1": ("e",)}}, START, True),
        ({}, day(5), True),
    ],
)
def test_a_stated_move_wants_a_reason(
    keys: dict[str, Any], recorded: date, explained: bool
) -> None:
    said = sheets(sheet(START, {"s1": 0.2}), sheet(day(5), {"s1": 0.4}, **keys))
    fresh = {"e": item(recorded, ratings={"s1": "N"})}
    db = database(scenarios={"s1": scenario(0.2)}, evidence=fresh, sheets=said)
    view = window(db, day(2), day(9)).views["s1"]
    assert (view.moved, view.explained) == (True, explained)
    assert view.stated_bits == near(0.2 * (math.log2(2) - math.log2(0.6 / 0.8)))
    assert window(database(scenarios={"s1": scenario()}), day(2), day(9)).views["s1"].explained
