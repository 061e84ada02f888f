from __future__ import annotations

from datetime import date
from typing import Any

from scenarios.analysis.evidence.knowledge import (
    dependents,
    last_open_day,
    resolution,
    rivals,
    state,
)
from scenarios.model import Database, Given, Resolution, Scenario
from tests.records import END, START, database, day, scenario
from tests.records import resolution as resolved


def ended(**keys: Any) -> Database:
    return database(scenarios={"s1": scenario(**keys)})


def test_a_scenario_opens_and_falls_overdue_after_its_horizon() -> None:
    days = (date(2021, 12, 31), START, END, date(2023, 1, 1))
    assert [state(ended(), "s1", on) for on in days] == ["unopened", "open", "open", "overdue"]


def test_an_outcome_is_known_from_the_day_on_which_it_was_recorded() -> None:
    db = ended(resolution=resolved("occurred", day(10), day(15)))
    assert [state(db, "s1", day(n)) for n in (10, 14, 15)] == ["open", "open", "resolved"]
    assert [last_open_day(db, "s1", day(n)) for n in (14, 15, 99)] == [day(14)] * 3
    at_once = ended(resolution=resolved("occurred", START))
    assert last_open_day(at_once, "s1", END) == START


def test_when_one_member_occurs_the_others_did_not() -> None:
    annulled = resolved("annulled", day(1))
    scenarios = {
        "a": scenario(set="s", resolution=resolved("occurred", day(5), day(7), evidence=("e",))),
        "b": scenario(set="s"),
        "c": scenario(set="s", resolution=annulled),
        "d": scenario(),
    }
    db = database(scenarios=scenarios)
    follows = Resolution("did-not-occur", day(5), day(7), "a occurred", ("e",))
    assert [resolution(db, id) for id in "bcd"] == [follows, annulled, None]
    assert rivals(db, "a") == ("b", "c")


def test_what_follows_from_a_rival_stands_before_what_is_written_later() -> None:
    won, out = resolved("occurred", day(5)), resolved("did-not-occur", day(5), day(90))
    scenarios = {"a": scenario(set="s", resolution=won), "b": scenario(set="s", resolution=out)}
    assert state(database(scenarios=scenarios), "b", day(50)) == "resolved"
    scenarios = {"a": scenario(set="s", resolution=out), "b": scenario(set="s")}
    assert resolution(database(scenarios=scenarios), "b") is None


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
