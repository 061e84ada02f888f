"""What is compared after what was compared before is what would be compared anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import followed, known
from scenarios.analysis.ledger.odds import Comparison, Comparisons, columns
from scenarios.model import Database
from tests.records import database, databases, day, indicator, item, rated, scenario


def told(comparison: Comparison) -> dict[str, Any]:
    """All of a comparison, whatever the order of its lines and groups."""
    lines = {
        column: sorted(
            (repr(line.decibans), line.theme or "", [r.id for r in (*line.heard, *line.suppressed)])
            for line in nets
        )
        for column, nets in comparison.nets.items()
    }
    groups = sorted(sorted(row.id for row in group.rows) for group in comparison.groups)
    kept = msgspec.structs.replace(comparison, nets={}, groups=[])
    return {"lines": lines, "groups": [rows for rows in groups if rows], "kept": kept}


@given(databases(linked=True), st.integers(-30, 330), st.integers(0, 120), st.data())
def test_what_follows_from_the_day_before_is_what_is_compared_anew(
    later: Database, first: int, after: int, data: st.DataObject
) -> None:
    ids = sorted(later.evidence)
    missing = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    other = data.draw(st.sets(st.sampled_from(ids))) if ids else set()
    turned = {id: turn(later, id) for id in other}
    items = {id: turned.get(id, one) for id, one in later.evidence.items() if id not in missing}
    earlier = msgspec.structs.replace(later, evidence=items)
    was, on = known(earlier, day(first)), day(first) + timedelta(after)
    step = followed(was, later, on)
    assert step is not None
    before, fresh = Comparisons(was), Comparisons(known(later, on))
    now = Comparisons(step.known, before, step)
    for beside in {columns(was, id) for id in later.scenarios}:
        before.of(beside)
        assert told(now.of(beside)) == told(fresh.of(beside))
    assert {key: [*seen] for key, seen in step.known.firings.items()} == fresh.known.firings
    assert step.known.evidence == fresh.known.evidence
    assert step.known.weights == fresh.known.weights


def turn(base: Database, id: str) -> Any:
    """The same item, once judged the other way."""
    other = {"CC": "II", "C": "I", "I": "C", "II": "CC"}
    ratings = {s: other.get(str(r), "N") for s, r in base.evidence[id].ratings.items()}
    return msgspec.structs.replace(base.evidence[id], ratings=ratings)


def test_lines_that_no_change_touches_are_the_same_lines() -> None:
    asked = {"s1": scenario(indicators={"seen": indicator({"s1": "CC"})})}
    first = rated("s1", "C", "I")
    was = known(database(scenarios=asked, evidence=first), day(9))
    seen = item(indicators={"s1/seen": "observed"})
    more = {**first, "g": item(ratings={"s1": "II"}), "h": seen}
    step = followed(was, msgspec.structs.replace(was.database, evidence=more), day(12))
    before = Comparisons(was)
    lines = before.of(("s1",)).nets["s1"]
    assert step is not None
    after = Comparisons(step.known, before, step).of(("s1",)).nets["s1"]
    assert [line.strongest.id for line in after] == ["e", "f", "g", "s1/seen"]
    assert [old is new for old, new in zip(lines, after, strict=False)] == [True, True]


def test_of_many_comparisons_the_last_few_are_kept_and_others_are_made_anew() -> None:
    base = database(scenarios={"s1": scenario(), "s2": scenario()}, evidence=rated("s1", "C"))
    few = Comparisons(known(base, day(9)), most=1)
    first = few.of(("s1",))
    assert few.of(("s1",)) is first
    few.of(("s2",))
    assert few.made.keys() == {"s2"}
    assert few.of(("s1",)) == first
