from __future__ import annotations

from datetime import date
from typing import Any

import pytest

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


def ended(**keys: object) -> Database:
    return database(scenarios={"s1": scenario(**keys)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2021, 12, 31), "unopened"),
        (START, "open"),
        (END, "open"),
        (date(2023, 1, 1), "overdue"),
    ],
)
def test_a_scenario_opens_and_falls_overdue_after_its_horizon(on: date, expected: str) -> None:
    assert state(ended(), "s1", on) == expected


def test_an_outcome_is_known_from_the_day_on_which_it_was_recorded() -> None:
    db = ended(resolution=resolved("occurred", day(10), day(15)))
    assert [state(db, "s1", day(n)) for n in (10, 14, 15)] == ["open", "open", "resolved"]
    assert [last_open_day(db, "s1", day(n)) for n in (14, 15, 99)] == [day(14)] * 3


def test_resolved_on_its_opening_day_it_was_open_for_that_day() -> None:
    db = ended(resolution=resolved("occurred", START))
    assert last_open_day(db, "s1", END) == START


def test_when_one_member_occurs_the_others_did_not() -> None:
    its = resolved("occurred", day(5), day(7), evidence=("2022-01-01-e",))
    db = database(
        scenarios={
            "a": scenario(set="s", resolution=its),
            "b": scenario(set="s"),
            "c": scenario(set="s", resolution=resolved("annulled", day(1))),
            "d": scenario(),
        }
    )
    follows = Resolution("did-not-occur", day(5), day(7), "a occurred", ("2022-01-01-e",))
    assert resolution(db, "b") == follows
    assert resolution(db, "c") == resolved("annulled", day(1))
    assert resolution(db, "d") is None
    assert rivals(db, "a") == ("b", "c")


def test_what_follows_from_a_rival_stands_before_what_is_written_later() -> None:
    db = database(
        scenarios={
            "a": scenario(set="s", resolution=resolved("occurred", day(5))),
            "b": scenario(set="s", resolution=resolved("did-not-occur", day(5), day(90))),
        }
    )
    assert state(db, "b", day(50)) == "resolved"


def test_while_no_member_occurred_the_others_stay_open() -> None:
    db = database(
        scenarios={
            "a": scenario(set="s", resolution=resolved("did-not-occur", day(5))),
            "b": scenario(set="s"),
        }
    )
    assert resolution(db, "b") is None


def test_figures_hang_on_rivals_and_on_what_a_prior_is_given_however_far() -> None:
    def linked(other: str, **keys: Any) -> Scenario:
        return scenario(given={other: Given(0.9, 0.1)}, **keys)

    db = database(
        scenarios={
            "war": scenario(),
            "pact": linked("war", set="s"),
            "rupture": scenario(set="s"),
            "trade": linked("rupture"),
            "arms": linked("trade"),
            "elsewhere": linked("gone"),
        }
    )
    assert dependents(db, {"war"}) == {"war", "pact", "rupture", "trade", "arms"}
    assert dependents(db, {"trade"}) == {"trade", "arms"}
    assert dependents(db, {"gone"}) == {"gone", "elsewhere"}
    assert dependents(db, set()) == set()
