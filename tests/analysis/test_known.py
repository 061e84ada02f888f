"""What is known on a day, of outcomes and of a window of days."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from scenarios.analysis.evidence.knowledge import (
    dependents,
    last_open_day,
    resolution,
    rivals,
    state,
)
from scenarios.analysis.period.period import View, window
from scenarios.model import Database, Given, Resolution, Scenario
from scenarios.scales import jeffreys
from tests.records import END, START, chances, database, day, item, near, scenario, sheet, sheets
from tests.records import resolution as resolved


def asked(**keys: Any) -> Database:
    return database(scenarios={"s1": scenario(**keys)})


def test_a_scenario_opens_and_falls_overdue_after_its_horizon() -> None:
    days = (date(2021, 12, 31), START, END, date(2023, 1, 1))
    assert [state(asked(), "s1", on) for on in days] == ["unopened", "open", "open", "overdue"]


def test_an_outcome_is_known_from_the_day_on_which_it_was_recorded() -> None:
    db = asked(resolution=resolved("occurred", day(10), day(15)))
    assert [state(db, "s1", day(n)) for n in (10, 14, 15)] == ["open", "open", "resolved"]
    assert [last_open_day(db, "s1", day(n)) for n in (14, 15, 99)] == [day(14)] * 3
    at_once = asked(resolution=resolved("occurred", START))
    assert last_open_day(at_once, "s1", END) == START


def test_when_one_member_occurs_the_others_did_not() -> None:
    annulled = resolved("annulled", day(1))
    won = resolved("occurred", day(5), day(7), evidence=("e",))
    members = {"a": scenario(set="s", resolution=won), "b": scenario(set="s")}
    members |= {"c": scenario(set="s", resolution=annulled), "d": scenario()}
    db = database(scenarios=members)
    follows = Resolution("did-not-occur", day(5), day(7), "a occurred", ("e",))
    assert [resolution(db, id) for id in "bcd"] == [follows, annulled, None]
    assert rivals(db, "a") == ("b", "c")
    # What is written later changes nothing; and where one did not occur the others may.
    out = resolved("did-not-occur", day(5), day(90))
    members["b"] = scenario(set="s", resolution=out)
    assert state(database(scenarios=members), "b", day(50)) == "resolved"
    members = {"a": scenario(set="s", resolution=out), "b": scenario(set="s")}
    assert resolution(database(scenarios=members), "b") is None


def test_figures_hang_on_rivals_and_on_what_a_prior_is_given_however_far() -> None:
    def linked(other: str, **keys: Any) -> Scenario:
        return scenario(given={other: Given(0.9, 0.1)}, **keys)

    scenarios = {"war": scenario(), "pact": linked("war", set="s"), "rupture": scenario(set="s")}
    scenarios |= {"trade": linked("rupture"), "arms": linked("trade"), "other": linked("gone")}
    db = database(scenarios=scenarios)
    assert dependents(db, {"war"}) == scenarios.keys() - {"other"}
    assert dependents(db, {"trade"}) == {"trade", "arms"}
    assert dependents(db, {"gone"}) == {"gone", "other"}
    assert dependents(db, set()) == set()


# A window


def seen(*said: Any, evidence: Any = None, **keys: Any) -> View | None:
    """Of one scenario, from the third day to the tenth."""
    asked = {"s1": scenario(0.2, **keys)}
    db = database(scenarios=asked, evidence=evidence or {}, sheets=sheets(*said))
    return window(db, day(2), day(9)).views.get("s1")


def test_a_move_in_the_tail_outranks_one_in_the_middle() -> None:
    # As Metaculus orders movers; 0.02 → 0.07 is 0.09415 bits.
    moves = [jeffreys(*move) for move in ((0.02, 0.07), (0.10, 0.15), (0.50, 0.55))]
    assert moves == near([0.0941, 0.0334, 0.0145], abs=5e-5)
    assert jeffreys(None, 0.5) == jeffreys(0.5, None) == 0


@given(chances, chances)
def test_movement_is_symmetric_and_never_negative(p: float, q: float) -> None:
    assert jeffreys(p, q) >= jeffreys(p, p) == 0
    assert jeffreys(p, q) == near(jeffreys(q, p))


def test_a_scenario_that_opened_inside_the_window_has_nothing_before() -> None:
    view = seen(opened=day(3))
    assert view
    assert (view.before, view.stated_before, view.implied_bits) == (None, None, 0.0)
    assert seen(opened=day(10)) is None


def test_a_resolved_scenario_keeps_its_last_values() -> None:
    late = {"e": item(day(6), ratings={"s1": "CC"})}
    ended = resolved("occurred", day(5), day(6))
    view = seen(sheet(day(1), {"s1": 0.3}), evidence=late, resolution=ended)
    assert view
    assert view.stated
    assert (view.open, view.now.implied.probability) == (False, near(0.2))
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
def test_a_stated_move_wants_a_reason(keys: Any, recorded: date, explained: bool) -> None:
    said = (sheet(START, {"s1": 0.2}), sheet(day(5), {"s1": 0.4}, **keys))
    view = seen(*said, evidence={"e": item(recorded, ratings={"s1": "N"})})
    assert view
    assert (view.moved, view.explained) == (True, explained)
    assert view.stated_bits == near(0.2 * (math.log2(2) - math.log2(0.6 / 0.8)))
    unsaid = seen()
    assert unsaid
    assert unsaid.explained
