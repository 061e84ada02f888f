from __future__ import annotations

import math

import pytest
from hypothesis import given

from scenarios.analysis.period.period import window
from scenarios.model import Database, Tracker
from scenarios.scales import jeffreys
from tests.records import START, chances, database, day, item, near, resolution, scenario, sheet


@pytest.mark.parametrize(
    ("before", "after", "bits"), [(0.10, 0.15, 0.0334), (0.50, 0.55, 0.0145), (0.02, 0.07, 0.0941)]
)
def test_a_move_in_the_tail_outranks_one_in_the_middle(
    before: float, after: float, bits: float
) -> None:
    # As Metaculus orders movers; 0.02 → 0.07 is 0.09415 bits.
    assert jeffreys(before, after) == near(bits, abs=5e-5)


@given(chances, chances)
def test_movement_is_symmetric_and_never_negative(p: float, q: float) -> None:
    assert jeffreys(p, q) >= 0
    assert jeffreys(p, q) == near(jeffreys(q, p))
    assert jeffreys(p, p) == 0


def test_without_a_figure_there_is_no_movement() -> None:
    assert jeffreys(None, 0.5) == jeffreys(0.5, None) == 0


def test_a_scenario_that_opened_inside_the_window_has_nothing_before() -> None:
    db = database(scenarios={"s1": scenario(0.2, opened=day(3))})
    view = window(db, day(2), day(9)).views["s1"]
    assert (view.before, view.stated_before, view.implied_bits) == (None, None, 0.0)


def test_a_scenario_that_has_not_opened_is_not_shown() -> None:
    assert window(database(scenarios={"s1": scenario(opened=day(10))}), day(2), day(9)).views == {}


def test_a_resolved_scenario_keeps_its_last_values() -> None:
    db = database(
        scenarios={"s1": scenario(0.2, resolution=resolution("occurred", day(5), day(6)))},
        evidence={"2022-01-07-e": item(day(6), ratings={"s1": "CC"})},
        sheets={f"{day(1)}-desk": sheet(day(1), {"s1": 0.3})},
    )
    view = window(db, day(2), day(9)).views["s1"]
    assert not view.open
    assert view.now.implied.probability == near(0.2)
    assert view.stated is not None
    assert view.stated.probability == 0.3


def stated_move(
    rationale: str | None = None, *, cited: bool = False, new: bool = False
) -> Database:
    moved = sheet(
        day(5),
        {"s1": 0.4},
        rationales={"s1": rationale} if rationale else {},
        evidence={"s1": ("2022-01-01-e",)} if cited else {},
    )
    fresh = item(day(5) if new else START, ratings={"s1": "N"})
    return database(
        Tracker(),
        scenarios={"s1": scenario(0.2)},
        evidence={"2022-01-01-e": fresh},
        sheets={f"{START}-desk": sheet(START, {"s1": 0.2}), f"{day(5)}-desk": moved},
    )


@pytest.mark.parametrize(
    ("db", "explained"),
    [
        (stated_move(), False),
        (stated_move("A treaty was signed."), True),
        (stated_move(cited=True), True),
        (stated_move(new=True), True),
    ],
)
def test_a_stated_move_wants_a_reason(db: Database, explained: bool) -> None:
    view = window(db, day(2), day(9)).views["s1"]
    assert view.moved
    assert view.explained is explained
    assert view.stated_bits == near(0.2 * (math.log2(2) - math.log2(0.6 / 0.8)))


def test_what_did_not_move_needs_no_reason() -> None:
    assert window(database(scenarios={"s1": scenario()}), day(2), day(9)).views["s1"].explained
