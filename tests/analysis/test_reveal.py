from __future__ import annotations

from typing import Any

from msgspec.structs import astuple

from scenarios.analysis.review.feedback import Figure, SetSum, reveal, stating, sums
from scenarios.model import Sheet, Tracker
from tests.records import (
    database,
    day,
    near,
    rated,
    resolution,
    scenario,
    sheet,
    sheets,
)

NOW = day(20)


def figure(probability: float, analysts: int) -> Figure:
    return Figure(probability=near(probability), analysts=analysts)


def revealed(p: float | None, *said: Sheet, **records: Any) -> tuple[Any, ...]:
    """Of the desk's answer: before, after, the others, the team, what is implied, and the gap."""
    before = database(scenarios={"s1": scenario(0.5)}, sheets=sheets(*said), **records)
    (found,) = reveal(before, stating(before, "desk", NOW, {"s1": p}), "desk", NOW, ["s1"])
    return astuple(found)


def by(analyst: str, p: float) -> Sheet:
    return sheet(day(3), {"s1": p}, analyst=analyst)


def test_an_answer_is_in_the_days_sheet_beside_what_that_holds_already() -> None:
    own = {"2022-01-21-desk": sheet(NOW, {"s1": 0.1, "s2": 0.2})}
    db = database(scenarios={"s1": scenario(), "s2": scenario()}, sheets=own)
    changed = {"2022-01-21-desk": sheet(NOW, {"s1": 0.1, "s2": None})}
    assert stating(db, "desk", NOW, {"s2": None}).sheets == changed
    new = {"2022-01-21-ann": sheet(NOW, {"s2": 0.7}, analyst="ann")}
    assert stating(db, "ann", NOW, {"s2": 0.7}).sheets == {**own, **new}


def test_the_others_stand_apart_from_the_team_that_the_answer_is_part_of() -> None:
    said = (by("desk", 0.3), by("ann", 0.5), by("bo", 100 / 101))
    found = revealed(10 / 11, *said, evidence=rated("s1", "CC"))
    others, team = figure(10 / 11, 2), figure(10 / 11, 3)
    assert found == ("s1", 0.3, 10 / 11, others, team, near(10 / 11), near(0.0))


def test_one_analyst_is_no_team_and_a_withdrawal_leaves_the_others_as_the_team() -> None:
    assert revealed(0.5) == ("s1", None, 0.5, None, None, 0.5, 0.0)
    others = figure(0.8, 1)
    found = revealed(None, by("desk", 0.3), by("ann", 0.8))
    assert found == ("s1", 0.3, None, others, others, 0.5, None)


def test_the_figures_of_a_complete_set_are_added_up_and_put_right() -> None:
    gone = resolution("did-not-occur", day(9))
    sets = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "c1": "c", "c2": "c"}
    scenarios = {
        id: scenario(set=name, resolution=gone if id in ("a3", "c2") else None)
        for id, name in sets.items()
    }
    tracker = Tracker(sets={"a": "A", "b": "B", "c": "C"})
    db = database(tracker, scenarios=scenarios | {"alone": scenario()})
    figures = {"a1": 0.4, "a2": 0.8, "b1": 0.3, "c1": 0.7, "alone": 0.5}
    after = stating(db, "desk", NOW, figures)
    a, b, c = sums(after, "desk", NOW, ["b1", "a1", "a2", "alone", "c1"])
    assert (a.set, a.figures, a.members) == ("a", {"a1": 0.4, "a2": 0.8}, 2)
    assert (a.total, a.nearest) == (near(1.2), near({"a1": 0.3, "a2": 0.7}))
    assert b == SetSum(set="b", figures={"b1": 0.3}, members=2, nearest=None)
    assert c == SetSum(set="c", figures={"c1": 0.7}, members=1, nearest=None)


def test_a_sum_within_rounding_is_left_alone() -> None:
    db = database(
        Tracker(sets={"a": "A"}), scenarios={id: scenario(set="a") for id in ("a1", "a2")}
    )
    for second, is_off in ((0.7, False), (0.701, False), (0.699, False), (0.7011, True)):
        (found,) = sums(stating(db, "desk", NOW, {"a1": 0.3, "a2": second}), "desk", NOW, ["a1"])
        assert (found.nearest is not None) == is_off
