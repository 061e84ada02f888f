from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.analysis.forecasts.stated import Given, Standing, Stated, standing, stated
from scenarios.analysis.forecasts.stated import given as forecasts_given
from scenarios.model import Database, Sheet, Tracker
from tests.records import START, chances, database, day, near, resolution, scenario, sheet


def sheets(*made: Sheet) -> Database:
    named = {f"{one.date}-{one.analyst}": one for one in made}
    return database(scenarios={"s1": scenario()}, sheets=named)


def test_the_latest_forecast_of_each_analyst_stands() -> None:
    db = sheets(
        sheet(day(1), {"s1": 0.2}),
        sheet(day(5), {"s1": 0.3}),
        sheet(day(9), {"s1": 0.9}),
        sheet(day(2), {"s1": 0.4}, analyst="other"),
    )
    assert standing(db, "s1", day(6)) == {
        "desk": Standing(probability=0.3, date=day(5), sheet=f"{day(5)}-desk"),
        "other": Standing(probability=0.4, date=day(2), sheet=f"{day(2)}-other"),
    }


def test_a_withdrawn_forecast_stands_no_longer() -> None:
    db = sheets(sheet(day(1), {"s1": 0.2}), sheet(day(5), {"s1": None}))
    assert stated(db, "s1", day(4)) == Stated(probability=0.2, analysts=("desk",), pooled=0.2)
    assert stated(db, "s1", day(5)) is None


def test_a_forecast_expires_after_its_days() -> None:
    made = sheet(START, {"s1": 0.2})
    db = database(
        Tracker(forecast_expires_days=30),
        scenarios={"s1": scenario()},
        sheets={f"{START}-desk": made},
    )
    assert standing(db, "s1", day(30))
    assert not standing(db, "s1", day(31))


def test_the_team_is_the_geometric_mean_of_odds() -> None:
    # Sevilla 2021: .05, .10 and .20 give .1019.
    db = sheets(
        *(sheet(START, {"s1": p}, analyst=a) for a, p in zip("abc", (0.05, 0.1, 0.2), strict=True))
    )
    assert stated(db, "s1", START) == Stated(
        probability=near(0.1019, abs=5e-5), analysts=("a", "b", "c"), pooled=near(0.1019, abs=5e-5)
    )


@given(st.lists(chances, min_size=1, max_size=5))
def test_a_team_lies_within_its_analysts(figures: list[float]) -> None:
    db = sheets(*(sheet(START, {"s1": p}, analyst=f"a{n}") for n, p in enumerate(figures)))
    team = stated(db, "s1", START)
    assert team is not None
    assert min(figures) - 1e-9 <= team.probability <= max(figures) + 1e-9
    assert len(team.analysts) == len(figures)


def in_a_set(figures: dict[str, float], **more: object) -> Database:
    members = {id: scenario(set="s") for id in "abc"} | more
    return database(scenarios=members, sheets={f"{START}-desk": sheet(START, dict(figures))})


def test_a_complete_set_is_normalised() -> None:
    db = in_a_set({"a": 0.5, "b": 0.5, "c": 0.25})
    assert stated(db, "c", START) == Stated(probability=near(0.2), analysts=("desk",), pooled=0.25)


def test_a_set_that_sums_to_one_is_left_as_stated() -> None:
    db = in_a_set({"a": 0.2, "b": 0.3, "c": 0.5})
    assert stated(db, "a", START) == Stated(probability=0.2, analysts=("desk",), pooled=0.2)


def test_a_set_with_a_gap_is_not_normalised() -> None:
    assert stated(in_a_set({"a": 0.5, "b": 0.9}), "a", START) == Stated(
        probability=0.5, analysts=("desk",), pooled=0.5
    )


def test_a_member_that_is_out_is_not_waited_for() -> None:
    out = scenario(set="s", resolution=resolution("did-not-occur", START))
    db = in_a_set({"a": 0.6, "b": 0.6}, c=out)
    assert stated(db, "a", START) == Stated(probability=near(0.5), analysts=("desk",), pooled=0.6)


def test_what_was_given_in_a_window_comes_oldest_first() -> None:
    late = sheet(day(5), {"s1": 0.3}, rationales={"s1": "Why."}, evidence={"s1": ("2022-01-01-e",)})
    db = sheets(late, sheet(day(1), {"s1": 0.2}), sheet(day(3), {}))
    assert forecasts_given(db, "s1", None, day(9)) == [
        Given(
            sheet=f"{day(1)}-desk",
            date=day(1),
            analyst="desk",
            probability=0.2,
            rationale=None,
            evidence=(),
        ),
        Given(
            sheet=f"{day(5)}-desk",
            date=day(5),
            analyst="desk",
            probability=0.3,
            rationale="Why.",
            evidence=("2022-01-01-e",),
        ),
    ]
    assert [g.date for g in forecasts_given(db, "s1", day(1), day(9))] == [day(5)]
