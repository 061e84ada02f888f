from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.ledger_changes import (
    LedgerChange,
    Reasons,
    compare,
    touched,
)
from scenarios.model import Database, Tracker
from tests.records import (
    database,
    databases,
    day,
    indicator,
    item,
    near,
    resolution,
    retraction,
    row,
    scenario,
)

HALF = Tracker(evidence_dependence=0.5)


def change(db: Database, before: int, after: int, id: str = "s1") -> LedgerChange:
    then, now = known(db, day(before)), known(db, day(after))
    reasons = Reasons(new=touched(now, then), gone=touched(then, now))
    return compare(ledger(then, id), ledger(now, id), reasons)


def alone(evidence: dict[str, Any], tracker: Tracker = HALF, **keys: Any) -> Database:
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence)


def told(db: Database, before: int = 0, after: int = 9) -> list[tuple[str, str, float, float]]:
    """Each line that changed: its id and cause, and its decibans before and after."""
    lines = change(db, before, after).lines
    return [(line.id, line.cause, line.before, line.after) for line in lines]


def seen(rating: str, on: int = 0, **keys: Any) -> Any:
    return item(day(on), ratings={"s1": rating}, **keys)


@given(databases(), st.integers(0, 364))
def test_nothing_changes_between_a_day_and_itself(db: Database, on: int) -> None:
    for id in db.scenarios:
        assert change(db, on, on, id) == LedgerChange()


@given(databases(), st.integers(0, 364), st.integers(0, 364))
def test_the_rows_of_a_move_add_up_to_the_move(db: Database, one: int, other: int) -> None:
    before, after = sorted((one, other))
    for id in db.scenarios:
        moved = change(db, before, after, id)
        rows = sum(line.after - line.before for line in moved.lines)
        then, now = (ledger(known(db, day(n)), id).implied.decibans for n in (before, after))
        total = rows + moved.given + moved.time + moved.rivals + moved.bound
        assert total == near(now - then, abs=1e-6)


def test_new_evidence_is_a_line_that_came() -> None:
    moved = change(alone({"e": seen("C", 4)}), 0, 9)
    line = ("e", "direct", None, 0.0, 5.0, "new evidence", ("e",))
    assert [astuple(one) for one in moved.lines_added] == [line]
    assert moved.lines_added == moved.lines


def test_a_retraction_is_a_line_that_went_and_less_overlap_for_the_others() -> None:
    db = alone({"e": seen("CC", retracted=retraction(day(5))), "f": seen("C")})
    moved = change(db, 4, 9)
    (gone,), (up,) = moved.lines_removed, moved.lines_changed
    worth = near(5 / 1.5 + 5)
    assert astuple(gone) == ("e", "direct", None, worth, 0.0, "retraction", ("e",))
    assert (up.cause, up.before, up.after) == ("overlap", near(5 / 1.5), 5.0)


def test_a_stronger_report_of_one_event_is_a_new_witness_until_its_retraction() -> None:
    weak, strong = seen("C", event="v"), seen("CC", 4, event="v", retracted=retraction(day(12)))
    db = alone({"e": weak, "f": strong})
    assert told(db) == [("f", "new witness", 5.0, 10.0)]
    assert told(db, 9, 20) == [("e", "retraction", 10.0, 5.0)]


def test_a_reversed_indicator_is_a_reversal() -> None:
    evidence = {
        "e": item(indicators={"s1/x": "observed"}),
        "f": item(day(4), indicators={"s1/x": "reversed"}, reliability="F"),
    }
    db = alone(evidence, indicators={"x": indicator({"s1": "CC"})})
    assert told(db) == [("s1/x", "reversal", 10.0, 0.0)]
    assert len(change(db, 0, 9).lines_removed) == 1


def test_an_absence_comes_with_time_and_goes_with_evidence() -> None:
    watched = {"x": indicator({"s1": "CC"}, due=day(5), if_absent="I")}
    db = alone({"e": item(day(9), indicators={"s1/x": "emerging"})}, Tracker(), indicators=watched)
    assert told(db, 0, 6) == [("s1/x", "time", 0.0, -5.0)]
    (less,) = change(db, 6, 20).lines_changed
    assert (less.kind, less.cause, less.after) == ("absence", "new evidence", -2.5)


def test_a_rival_that_leaves_changes_no_line() -> None:
    members = {id: scenario(p, set="s") for id, p in (("a", 0.3), ("c", 0.4))}
    members["b"] = scenario(0.3, set="s", resolution=resolution("did-not-occur", day(5)))
    db = database(scenarios=members, evidence={"e": row("CC C")})
    for id in "ac":
        moved = change(db, 0, 9, id)
        assert moved.lines == ()
        assert moved.rivals > 0


def test_the_strongest_change_is_read_first() -> None:
    db = alone({"e": seen("C", 4), "f": seen("II", 4)})
    assert [line.id for line in change(db, 0, 9).lines] == ["f", "e"]
