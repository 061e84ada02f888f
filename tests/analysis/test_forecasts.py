from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.forecasts.stated import Standing, Stated, standing, stated
from scenarios.analysis.forecasts.stated import given as forecasts_given
from scenarios.model import Database, Resolution, Sheet, Tracker
from tests.records import (
    START,
    chances,
    database,
    day,
    near,
    resolution,
    scenario,
    sheet,
    sheets,
)


def team(*made: Sheet, tracker: Tracker | None = None) -> Database:
    return database(tracker, scenarios={"s1": scenario()}, sheets=sheets(*made))


def test_the_latest_forecast_of_each_analyst_stands() -> None:
    said = [sheet(day(n), {"s1": p}) for n, p in ((1, 0.2), (5, 0.3), (9, 0.9))]
    db = team(*said, sheet(day(2), {"s1": 0.4}, analyst="other"))
    assert standing(db, "s1", day(6)) == {
        "desk": Standing(probability=0.3, date=day(5), sheet=f"{day(5)}-desk"),
        "other": Standing(probability=0.4, date=day(2), sheet=f"{day(2)}-other"),
    }


def test_a_withdrawn_forecast_stands_no_longer() -> None:
    db = team(sheet(day(1), {"s1": 0.2}), sheet(day(5), {"s1": None}))
    assert stated(db, "s1", day(4)) == Stated(probability=0.2, analysts=("desk",), pooled=0.2)
    assert stated(db, "s1", day(5)) is None


def test_a_forecast_expires_after_its_days() -> None:
    db = team(sheet(START, {"s1": 0.2}), tracker=Tracker(forecast_expires_days=30))
    assert [bool(standing(db, "s1", day(n))) for n in (30, 31)] == [True, False]


def test_the_team_is_the_geometric_mean_of_odds() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    figures = zip("abc", (0.05, 0.1, 0.2), strict=True)
    made = stated(team(*(sheet(START, {"s1": p}, analyst=a) for a, p in figures)), "s1", START)
    pool = near(0.1019, abs=5e-5)
    assert made == Stated(probability=pool, analysts=("a", "b", "c"), pooled=pool)


@given(st.lists(chances, min_size=1, max_size=5))
def test_a_team_lies_within_its_analysts(figures: list[float]) -> None:
    db = team(*(sheet(START, {"s1": p}, analyst=f"a{n}") for n, p in enumerate(figures)))
    made = stated(db, "s1", START)
    assert made is not None
    assert min(figures) - 1e-9 <= made.probability <= max(figures) + 1e-9
    assert len(made.analysts) == len(figures)


OUT = resolution("did-not-occur", START)


@pytest.mark.parametrize(
    ("figures", "out", "stands"),
    [
        ({"a": 0.25, "b": 0.5, "c": 0.5}, None, 0.2),
        ({"a": 0.2, "b": 0.3, "c": 0.5}, None, 0.2),
        ({"a": 0.5, "b": 0.9}, None, 0.5),  # c is waited for
        ({"a": 0.6, "b": 0.6}, OUT, 0.5),  # where it is out, it is not
    ],
)
def test_a_complete_set_is_normalised(
    figures: dict[str, Any], out: Resolution | None, stands: float
) -> None:
    members = {id: scenario(set="s", resolution=out if id == "c" else None) for id in "abc"}
    db = database(scenarios=members, sheets=sheets(sheet(START, figures)))
    pooled = figures["a"]
    expected = Stated(probability=near(stands), analysts=("desk",), pooled=pooled)
    assert stated(db, "a", START) == expected


def test_what_was_given_in_a_window_comes_oldest_first() -> None:
    late = sheet(day(5), {"s1": 0.3}, rationales={"s1": "Why."}, evidence={"s1": ("e",)})
    db = team(late, sheet(day(1), {"s1": 0.2}), sheet(day(3), {}))
    assert [astuple(g) for g in forecasts_given(db, "s1", None, day(9))] == [
        (f"{day(1)}-desk", day(1), "desk", 0.2, None, ()),
        (f"{day(5)}-desk", day(5), "desk", 0.3, "Why.", ("e",)),
    ]
    assert [g.date for g in forecasts_given(db, "s1", day(1), day(9))] == [day(5)]
