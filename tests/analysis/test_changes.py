from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import known
from scenarios.analysis.ledger.ledger import ledger
from scenarios.analysis.ledger.ledger_changes import (
    LedgerChange,
    LineChange,
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
    scenario,
)

HALF = Tracker(evidence_dependence=0.5)


def change(db: Database, before: int, after: int, id: str = "s1") -> LedgerChange:
    then, now = known(db, day(before)), known(db, day(after))
    reasons = Reasons(new=touched(now, then), gone=touched(then, now))
    return compare(ledger(then, id), ledger(now, id), reasons)


def alone(evidence: dict[str, Any], tracker: Tracker = HALF, **keys: Any) -> Database:
    return database(tracker, scenarios={"s1": scenario(**keys)}, evidence=evidence)


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
    db = alone({"2022-01-05-e": item(day(4), ratings={"s1": "C"})})
    (came,) = change(db, 0, 9).lines_added
    assert came == LineChange(
        id="2022-01-05-e",
        kind="direct",
        theme=None,
        before=0.0,
        after=5.0,
        cause="new evidence",
        evidence=("2022-01-05-e",),
    )


def test_a_retraction_is_a_line_that_went_and_less_overlap_for_the_others() -> None:
    wrong = item(ratings={"s1": "CC"}, retracted=retraction(day(5)))
    db = alone({"2022-01-01-e": wrong, "2022-01-01-f": item(ratings={"s1": "C"})})
    moved = change(db, 4, 9)
    assert moved.lines_removed == (
        LineChange(
            id="2022-01-01-e",
            kind="direct",
            theme=None,
            before=near(5 / 1.5 + 5),
            after=0.0,
            cause="retraction",
            evidence=("2022-01-01-e",),
        ),
    )
    (up,) = moved.lines_changed
    assert (up.cause, up.before, up.after) == ("overlap", near(5 / 1.5), 5.0)


def test_a_stronger_report_of_one_event_is_a_new_witness() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, event="v"),
        "2022-01-05-f": item(day(4), ratings={"s1": "CC"}, event="v"),
    }
    (line,) = change(alone(evidence), 0, 9).lines_changed
    assert (line.id, line.before, line.after) == ("2022-01-05-f", 5.0, 10.0)
    assert line.cause == "new witness"


def test_the_retraction_of_the_stronger_witness_leaves_the_weaker() -> None:
    evidence = {
        "2022-01-01-e": item(ratings={"s1": "C"}, event="v"),
        "2022-01-01-f": item(ratings={"s1": "CC"}, event="v", retracted=retraction(day(5))),
    }
    (line,) = change(alone(evidence), 0, 9).lines_changed
    assert (line.id, line.cause) == ("2022-01-01-e", "retraction")


def test_a_reversed_indicator_is_a_reversal() -> None:
    evidence = {
        "2022-01-01-e": item(indicators={"s1/x": "observed"}),
        "2022-01-05-f": item(day(4), indicators={"s1/x": "reversed"}, reliability="F"),
    }
    db = alone(evidence, indicators={"x": indicator({"s1": "CC"})})
    (line,) = change(db, 0, 9).lines_removed
    assert (line.cause, line.before, line.after) == ("reversal", 10.0, 0.0)


def test_an_absence_comes_with_time_and_goes_with_evidence() -> None:
    watched = {"x": indicator({"s1": "CC"}, due=day(5), if_absent="I")}
    seen = {"2022-01-10-e": item(day(9), indicators={"s1/x": "emerging"})}
    (came,) = change(alone(seen, indicators=watched), 0, 6).lines_added
    assert (came.kind, came.cause, came.after) == ("absence", "time", -5.0)
    db = alone(seen, Tracker(), indicators=watched)
    (less,) = change(db, 6, 20).lines_changed
    assert (less.kind, less.cause, less.after) == ("absence", "new evidence", -2.5)


def test_a_rival_that_leaves_changes_no_line() -> None:
    out = resolution("did-not-occur", day(5))
    db = database(
        scenarios={
            "a": scenario(0.3, set="s"),
            "b": scenario(0.3, set="s", resolution=out),
            "c": scenario(0.4, set="s"),
        },
        evidence={"2022-01-01-e": item(ratings={"a": "CC", "b": "C"})},
    )
    for id in "ac":
        moved = change(db, 0, 9, id)
        assert moved.lines == ()
        assert moved.rivals > 0


def test_the_strongest_change_is_read_first() -> None:
    evidence = {
        "2022-01-05-e": item(day(4), ratings={"s1": "C"}),
        "2022-01-05-f": item(day(4), ratings={"s1": "II"}),
    }
    assert [line.id for line in change(alone(evidence), 0, 9).lines] == [
        "2022-01-05-f",
        "2022-01-05-e",
    ]
