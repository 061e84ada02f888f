from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.ledger_changes import LedgerChange, Reasons, compare, touched
from scenarios.model import Database, Tracker
from tests.records import (
    database,
    databases,
    day,
    indicator,
    item,
    resolution,
    retraction,
    row,
    scenario,
)


def change(db: Database, before: int, after: int, id: str = "s1") -> LedgerChange:
    then, now = known(db, day(before)), known(db, day(after))
    reasons = Reasons(new=touched(now, then), gone=touched(then, now))
    return compare(ledger(then, id), ledger(now, id), reasons)


def alone(dependence: float = 0.5, **told: Any) -> Database:
    """A scenario, its indicator x, and items."""
    tracker = Tracker(evidence_dependence=dependence)
    watched = {"x": indicator({"s1": "CC"}, due=told.pop("due", None), if_absent="I")}
    scenarios = {"s1": scenario(indicators=watched)}
    return database(tracker, scenarios=scenarios, evidence=told)


def seen(rating: str, on: int = 0, **keys: Any) -> Any:
    return item(day(on), ratings={"s1": rating}, **keys)


def fires(state: str, on: int = 0) -> Any:
    return item(day(on), indicators={"s1/x": state})


@given(databases(linked=True), st.integers(0, 364))
def test_nothing_changes_between_a_day_and_itself(db: Database, on: int) -> None:
    for id in db.scenarios:
        assert change(db, on, on, id) == LedgerChange()


BOTH = alone(0, e=seen("C", 4), f=seen("II", 4))
GONE = alone(e=seen("CC", retracted=retraction(day(5))), f=seen("C"))
STRONGER = alone(e=seen("C", event="v"), f=seen("CC", 4, event="v", retracted=retraction(day(12))))
REVERSED = alone(e=fires("observed"), f=fires("reversed", 4))
ABSENT = alone(0, due=day(5), e=fires("emerging", 9))


@pytest.mark.parametrize(
    ("db", "before", "after", "changes"),
    [
        (alone(e=seen("C", 4)), 0, 9, ["+ e new evidence 0 to 5"]),
        (BOTH, 0, 9, ["+ f new evidence 0 to -10", "+ e new evidence 0 to 5"]),
        # a retraction takes a line, and leaves less overlap for the others
        (GONE, 4, 9, ["- e retraction 8.33333 to 0", "~ f overlap 3.33333 to 5"]),
        # a stronger report of one event is a new witness until its retraction
        (STRONGER, 0, 9, ["~ f new witness 5 to 10"]),
        (STRONGER, 9, 20, ["~ e retraction 10 to 5"]),
        (REVERSED, 0, 9, ["- s1/x reversal 10 to 0"]),
        # an absence comes with time and goes with evidence
        (ABSENT, 0, 6, ["+ s1/x time 0 to -5"]),
        (ABSENT, 6, 20, ["+ s1/x new evidence 0 to 5", "~ s1/x new evidence -5 to -2.5"]),
    ],
)
def test_each_line_that_differs_has_its_cause_and_the_strongest_change_is_read_first(
    db: Database, before: int, after: int, changes: list[str]
) -> None:
    moved = change(db, before, after)
    signs = {"+": moved.lines_added, "-": moved.lines_removed, "~": moved.lines_changed}
    sign = {id(line): sign for sign, lines in signs.items() for line in lines}
    assert changes == [
        f"{sign[id(o)]} {o.id} {o.cause} {o.before:g} to {o.after:g}" for o in moved.lines
    ]


def test_a_line_that_came_tells_its_items() -> None:
    [line] = change(alone(e=item(day(4), ratings={"s1": "C"}, theme="t")), 0, 9).lines
    assert astuple(line) == ("e", "direct", "t", 0.0, 5.0, "new evidence", ("e",))


def test_a_rival_that_leaves_changes_no_line() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.3), ("c", 0.4))}
    members["b"] = scenario(0.3, set="s", resolution=resolution("did-not-occur", day(5)))
    db = database(scenarios=members, evidence={"e": row("CC C")})
    for id in "ac":
        moved = change(db, 0, 9, id)
        assert moved.lines == ()
        assert moved.rivals > 0
