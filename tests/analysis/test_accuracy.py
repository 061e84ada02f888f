"""A source is judged by what became of its reports, not by what they pointed to.

What is told of `wire` in accuracy.txt is told in the words of tests/analysis/words.py.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from scenarios.analysis.evidence.accuracy import accuracy
from scenarios.analysis.evidence.knowledge import known
from scenarios.model import Database
from tests.analysis.test_chronicle import held
from tests.analysis.words import Records, judged, stories_of, write
from tests.records import database, day, item, resolution, retraction, scenario

TOLD = stories_of("accuracy.txt")


def found(_: str, records: Records, on: int) -> list[str]:
    """How many items of each source are what."""
    made = accuracy(known(held(records), day(on)))
    counts = {source: asdict(of).items() for source, of in sorted(made.items())}
    return [f"{id}: {', '.join(f'{name} {n}' for name, n in of if n)}" for id, of in counts.items()]


@pytest.mark.parametrize("lines", TOLD, ids=[lines[0].rstrip(".") for lines in TOLD])
def test_a_source_is_judged_as_its_cases_say(lines: list[str]) -> None:
    assert judged(lines, found) == lines


def test_the_cases_are_written_anew_where_that_is_asked(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("renew"):
        write("accuracy.txt", (judged(lines, found) for lines in TOLD))


RAISED, REVERSED = {"s1/x": "observed"}, {"s1/x": "reversed"}


@st.composite
def reports(draw: st.DrawFn) -> Database:
    names = [f"e{n}" for n in range(draw(st.integers(1, 8)))]
    evidence = {
        name: item(
            source=draw(st.sampled_from([None, "wire", "paper"])),
            event=draw(st.sampled_from([None, "v", "w"])),
            origin=draw(st.sampled_from([None, "o"])),
            indicators=draw(st.sampled_from([{}, RAISED, REVERSED])),
            corroborated_by=tuple(draw(st.lists(st.sampled_from(names), max_size=2))),
            retracted=draw(st.sampled_from([None, None, retraction(day(1))])),
        )
        for name in names
    }
    ended = scenario(resolution=resolution("occurred", day(2), evidence=tuple(names[:1])))
    return database(scenarios={"s1": ended}, evidence=evidence)


@given(reports())
def test_every_item_of_a_source_counts_once(db: Database) -> None:
    found = accuracy(known(db, day(30)))
    given_by = [one.source for one in db.evidence.values() if one.source]
    assert {source: one.items for source, one in found.items()} == {
        source: given_by.count(source) for source in set(given_by)
    }
    for one in found.values():
        assert one.standing == one.items - one.retracted
        assert one.accurate == one.resolved + one.corroborated
        assert one.checked == one.accurate + one.contradicted + one.retracted <= one.items
