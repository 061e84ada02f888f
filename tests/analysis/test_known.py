"""What is known on a day, of outcomes and of a window of days."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.evidence.knowledge import (
    dependents,
    known_on,
    last_open_day,
    resolution,
    rivals,
    state,
)
from scenarios.analysis.period.period import ScenarioView, window
from scenarios.analysis.review.listing import accuracy
from scenarios.model import Resolution
from scenarios.scales import jeffreys
from tests.analysis.words import database_of
from tests.records import END, START, chances, day, near


def test_a_scenario_opens_and_falls_overdue_after_its_horizon() -> None:
    days = (date(2021, 12, 31), START, END, date(2023, 1, 1))
    states = [state(database_of("s1"), "s1", on) for on in days]
    assert states == ["unopened", "open", "open", "overdue"]


def test_an_outcome_is_known_from_the_day_on_which_it_was_recorded() -> None:
    db = database_of("s1 occurred=10/15")
    assert [state(db, "s1", day(n)) for n in (10, 14, 15)] == ["open", "open", "resolved"]
    assert [last_open_day(db, "s1", day(n)) for n in (14, 15, 99)] == [day(14), day(9), day(9)]
    late = database_of("s1 horizon=5 did-not-occur=9/15")
    assert last_open_day(late, "s1", day(15)) == day(5)
    assert last_open_day(database_of("s1 occurred=0"), "s1", END) == START


def test_when_one_member_occurs_the_others_did_not() -> None:
    db = database_of("a set=s occurred=5/7/e; b set=s; c set=s annulled=1; d")
    follows = Resolution("did-not-occur", day(5), day(7), "a occurred", ("e",))
    annulled = Resolution("annulled", day(1), day(1), "Basis.")
    assert [resolution(db, id) for id in "bcd"] == [follows, annulled, None]
    assert rivals(db, "a") == ("b", "c")
    # What is written later changes nothing; and where one did not occur the others may.
    later = database_of("a set=s occurred=5; b set=s did-not-occur=5/90")
    assert state(later, "b", day(50)) == "resolved"
    assert resolution(database_of("a set=s did-not-occur=5/90; b set=s"), "b") is None


def test_figures_hang_on_rivals_and_on_what_a_prior_is_given_however_far() -> None:
    linked = "trade given=rupture/.9/.1; arms given=trade/.9/.1; other given=gone/.9/.1"
    db = database_of(f"war; pact set=s given=war/.9/.1; rupture set=s; {linked}")
    assert dependents(db, {"war"}) == db.scenarios.keys() - {"other"}
    assert dependents(db, {"trade"}) == {"trade", "arms"}
    assert dependents(db, {"gone"}) == {"gone", "other"}
    assert dependents(db, set()) == set()


reports = st.builds(
    "@0 {} {} {} {} {} {}".format,
    st.sampled_from(["", "source=wire", "source=paper"]),
    st.sampled_from(["", "event=v", "event=w"]),
    st.sampled_from(["", "origin=o"]),
    st.sampled_from(["", "s1/x=observed", "s1/x=reversed"]),
    st.sampled_from(["", "corroborated_by=e0", "corroborated_by=e1,e3"]),
    st.sampled_from(["", "", "retracted=1"]),
)


@given(st.lists(reports, min_size=1, max_size=8))
def test_every_item_of_a_source_counts_once(told: list[str]) -> None:
    """Whatever accuracy.txt says became of it."""
    items = "; ".join(f"e{n} {words}" for n, words in enumerate(told))
    db = database_of(f"s1 occurred=2/2/e0; {items}")
    found = accuracy(known_on(db, day(30)))
    given_by = Counter(one.source for one in db.evidence.values() if one.source)
    assert {source: one.items for source, one in found.items()} == given_by
    for one in found.values():
        assert one.standing == one.items - one.retracted
        assert one.accurate == one.resolved + one.corroborated
        assert one.checked == one.accurate + one.contradicted + one.retracted <= one.items


# A window


def seen(told: str) -> ScenarioView:
    """Of one scenario, from the third day to the tenth."""
    return window(database_of(told), day(2), day(9)).views["s1"]


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
    view = seen("s1 opened=3 probability=.2")
    assert (view.implied_before, view.stated_before, view.implied_bits) == (None, None, 0.0)
    assert window(database_of("s1 opened=10"), day(2), day(9)).views == {}


def test_a_resolved_scenario_keeps_its_last_values() -> None:
    view = seen("s1 probability=.2 occurred=5/6; e @6 s1=CC; desk@1 s1=.3")
    assert view.stated
    assert (view.open, view.implied.probability) == (False, near(0.2))
    assert view.stated.probability == 0.3


@pytest.mark.parametrize(
    ("why", "explained"),
    [
        ("e @0 s1=N; desk@5 s1=.4", False),
        ("e @0 s1=N; desk@5 s1=.4 why=s1", True),
        ("e @0 s1=N; desk@5 s1=.4 evidence=s1/e", True),
        ("e @5 s1=N; desk@5 s1=.4", True),
    ],
)
def test_a_stated_move_wants_a_reason(why: str, explained: bool) -> None:
    view = seen(f"s1; desk@0 s1=.2; {why}")
    assert (view.moved, view.explained) == (True, explained)
    assert view.stated_bits == near(0.2 * (math.log2(2) - math.log2(0.6 / 0.8)))
    assert seen("s1").explained
