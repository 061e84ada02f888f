"""Figures kept up to date are what they would be anew, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scenarios.analysis.history import incremental
from scenarios.analysis.history.commits import Standing
from scenarios.analysis.history.incremental import Running
from scenarios.analysis.history.incremental_totals import Tally
from scenarios.analysis.ledger.neighbourhood import implied_on
from scenarios.model import Database, Evidence, Source, Tracker
from tests.analysis.test_chronicle import Broken, change
from tests.analysis.test_history import pair
from tests.records import (
    CODES,
    WEIGHTS,
    day,
    indicator,
    item,
    resolution,
    retraction,
    scenario,
    sheet,
)

TALKS = indicator({"alone": "CC", "a": "C"}, due=day(30), if_absent="II")
SCENARIOS = {
    "alone": scenario(0.3, hazard="constant", indicators={"talks": TALKS}),
    "a": scenario(0.5, set="s", indicators={"visit": indicator({"b": 3.0, "c": "I"})}),
    "b": scenario(0.3, set="s"),
    "c": scenario(0.2, set="s", includes=("x3",)),
}


class Desk:
    """A database, and its figures, kept up to date and compared with those of it as it stands."""

    def __init__(self, **records: Any) -> None:
        self.standing, self.running, self.records = Standing(), Running(), dict[str, Any]()
        tracker = Tracker(evidence_dependence=0.4, sets={"s": "S"})
        self.put(**{"tracker": tracker, **SCENARIOS, **records})

    def put(self, **records: Any) -> None:
        changes = [
            change(id, self.records.get(id), one)
            for id, one in records.items()
            if self.records.get(id) is not one
        ]
        self.records = {**self.records, **records}
        self.standing.put(changes)
        self.running.take(self.standing, changes)
        self.hold()

    def hold(self) -> None:
        """Each scenario's figures are those of the whole database."""
        database, on = self.standing.database, self.standing.latest
        for id in ("alone", "a", "b", "c", "d"):
            assert self.running.pair(self.standing, id, on) == pair(database, id, on), id


def visited(number: int, **keys: Any) -> Evidence:
    return item(day(number), **keys)


@pytest.fixture
def tallies(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    """The columns of each tally that was made anew."""
    made: list[Sequence[str]] = []

    def counted(database: Database, family: Any, columns: Any, on: Any) -> Tally:
        made.append(columns)
        return Tally(database, family, columns, on)

    monkeypatch.setattr(incremental, "Tally", counted)
    return made


ALONE, SET = ("alone",), ("a", "b", "c")


def test_an_item_that_comes_changes_or_goes_takes_no_new_tally(tallies: list[Any]) -> None:
    desk = Desk()
    desk.put(x1=visited(1, ratings={"alone": "C"}), x2=visited(1, ratings={"a": "C", "b": "II"}))
    desk.put(x1=visited(1, ratings={"alone": "II"}), x2=None)
    desk.put(x1=visited(1, ratings={"alone": "C"}, retracted=retraction(day(2))))
    desk.put(x1=Broken("evidence"), x3=visited(3, ratings={"alone": "N", "c": 9.0}))
    assert sorted(tallies) == [SET, ALONE]


def test_an_indicator_that_is_seen_again_takes_no_new_tally(tallies: list[Any]) -> None:
    desk = Desk()
    desk.put(x1=visited(1, indicators={"alone/talks": "emerging", "a/visit": "observed"}))
    desk.put(x2=visited(2, indicators={"alone/talks": "observed", "a/gone": "observed"}))
    desk.put(x4=visited(4, indicators={"alone/talks": "reversed", "nowhere/x": "observed"}))
    assert sorted(tallies) == [SET, ALONE]


def test_groups_that_join_part_or_are_tied_otherwise_take_a_new_one(tallies: list[Any]) -> None:
    def told(origin: str, event: str | None = None) -> Evidence:
        return visited(1, ratings={"alone": "C"}, origin=origin, event=event)

    desk = Desk(x1=told("o1"), x2=told("o2", "v"))
    made = len(tallies)
    desk.put(x3=told("o1", "v"))
    assert tallies[made:] == [ALONE]
    desk.put(x3=None)
    assert tallies[made:] == [ALONE] * 2
    desk.put(x2=told("o3", "v"))
    assert tallies[made:] == [ALONE] * 3
    desk.put(x4=told("o3"), x5=told("o4"))
    desk.put(x4=None)
    desk.put(x6=told("o3"), x7=told("o3"))
    assert tallies[made:] == [ALONE] * 3


def test_an_absence_that_ends_is_gone_and_one_that_begins_is_there(tallies: list[Any]) -> None:
    desk = Desk(x1=visited(10, ratings={"alone": "C"}))
    desk.put(x2=visited(30, ratings={"alone": "C"}))
    assert sorted(tallies) == [SET, ALONE]
    desk.put(x3=visited(31, ratings={"alone": "I"}))  # a day past `due`
    assert sorted(tallies) == [SET, ALONE, ALONE]
    desk.put(x4=visited(32, indicators={"alone/talks": "observed"}))
    desk.put(x5=visited(33, indicators={"alone/talks": "reversed"}))
    assert sorted(tallies) == [SET, ALONE, ALONE]


def test_time_runs_backwards_where_the_newest_record_goes(tallies: list[Any]) -> None:
    desk = Desk(x1=visited(40, ratings={"alone": "C"}))
    desk.put(x1=visited(5, ratings={"alone": "C"}))
    desk.put(x1=None)
    assert tallies.count(ALONE) == 3
    desk.put(x2=visited(1, indicators={"alone/talks": "observed"}))
    desk.put(x2=None)
    assert tallies.count(ALONE) == 4


def test_figures_of_an_earlier_day_are_those_of_that_day() -> None:
    desk = Desk(x1=visited(40, ratings={"alone": "C"}), y=sheet(day(20), {"alone": 0.6}))
    for number in (5, 20, 39, 40):
        told = desk.running.pair(desk.standing, "alone", day(number))
        assert told == pair(desk.standing.database, "alone", day(number))


def test_a_question_that_is_closed_hears_nothing_more(tallies: list[Any]) -> None:
    ended = resolution("did-not-occur", day(8))
    desk = Desk(
        alone=structs.replace(SCENARIOS["alone"], resolution=ended),
        b=structs.replace(SCENARIOS["b"], resolution=ended),
    )
    assert sorted(tallies, key=len) == [ALONE, ("a", "c"), SET]
    desk.put(x1=visited(9, ratings={"alone": "C", "a": "C", "b": "C", "c": "I"}))
    desk.put(x2=visited(3, ratings={"alone": "C", "a": "C", "b": "C", "c": "I"}))
    assert len(tallies) == 3
    desk.put(b=SCENARIOS["b"], a=None)
    desk.put(c=structs.replace(SCENARIOS["c"], set=None))
    desk.put(d=scenario(0.4, set="s"), c=None)
    desk.put(b=structs.replace(SCENARIOS["b"], resolution=ended), d=None)


def test_a_member_may_go_in_the_commit_that_brings_an_item_about_its_rivals() -> None:
    desk = Desk()
    desk.put(x1=visited(1, ratings={"a": "C", "b": "I"}), b=None)
    desk.put(x2=visited(2, ratings={"a": "C", "c": "I"}), b=SCENARIOS["b"])


def test_conventions_and_sources_change_all_that_rests_on_them(tallies: list[Any]) -> None:
    sourced = visited(1, source="wire", ratings={"alone": "CC"})
    desk = Desk(wire=Source("A wire", "B"), x1=sourced)
    made = len(tallies)
    desk.put(wire=Source("A wire", "D"))
    assert tallies[made:] == []  # grades are shown, not applied
    desk.put(tracker=Tracker(grade_weights=WEIGHTS, sets={"s": "S"}))
    desk.put(wire=Source("A wire", "A"))
    assert sorted(tallies[made:]) == [SET, ALONE, ALONE]
    desk.put(wire=None, tracker=None)


def test_a_forecast_stands_until_it_is_changed_withdrawn_or_expired() -> None:
    desk = Desk(y1=sheet(day(1), {"a": 0.2, "b": 0.3}))
    desk.put(y2=sheet(day(2), {"c": 0.6, "alone": 0.1}), y3=sheet(day(2), {"a": 0.4}, analyst="x"))
    desk.put(y1=sheet(day(1), {"a": 0.2, "b": 0.4}), y2=sheet(day(2), {"c": None}))
    expires = Tracker(forecast_expires_days=10, sets={"s": "S"})
    desk.put(tracker=expires)
    for number in (8, 12, 14):
        desk.put(x1=visited(number))
    desk.put(y1=None, y2=Broken("forecasts"))
    desk.put(a=structs.replace(SCENARIOS["a"], resolution=resolution("occurred", day(15))))
    desk.put(y4=sheet(day(16), {"a": 0.9, "b": 0.1}))


@st.composite
def puts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Items, few of them alone in origin or event, that come, change and go one by one."""
    found = []
    for _ in range(draw(st.integers(1, 14))):
        rated = st.dictionaries(st.sampled_from(["alone", *"abc"]), st.sampled_from([*CODES, 0.3]))
        fired = st.dictionaries(
            st.sampled_from(["alone/talks", "a/visit"]),
            st.sampled_from(["observed", "emerging", "reversed"]),
        )
        one = item(
            day(draw(st.integers(0, 40))),
            origin=draw(st.sampled_from([None, "o1", "o2", "o3"])),
            event=draw(st.sampled_from([None, None, "v1", "v2"])),
            ratings=draw(rated),
            indicators=draw(fired),
            retracted=draw(st.sampled_from([None, None, None, retraction(day(20))])),
        )
        id = draw(st.sampled_from([f"x{number}" for number in range(8)]))
        found.append({id: draw(st.sampled_from([one, one, one, None]))})
    return found


@given(puts(), st.sampled_from([None, "b", "c"]))
def test_any_items_one_by_one(told: list[dict[str, Any]], ended: str | None) -> None:
    desk = Desk()
    if ended:
        outcome = resolution("did-not-occur", day(25))
        desk.put(**{ended: structs.replace(SCENARIOS[ended], resolution=outcome)})
    for records in told:
        desk.put(**records)


def test_the_figure_of_a_day_is_the_ledger_s() -> None:
    desk = Desk(x1=visited(1, ratings={"alone": "C"}))
    told = desk.running.pair(desk.standing, "alone", day(1))
    assert told == (None, implied_on(desk.standing.database, "alone", [day(1)])[0])
    assert desk.running.pair(desk.standing, "nowhere", day(1)) == (None, None)
    assert desk.running.pair(desk.standing, "alone", None) == (None, None)
