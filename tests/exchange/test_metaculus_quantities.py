"""Numeric and date questions of Metaculus: the quantiles of a CDF, priors, values, and the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.exchange.arrivals import ImportFile
from scenarios.extensions.sites.metaculus_quantities import MetaculusRange, range_of, value_of
from scenarios.model import NONE_STATED
from tests.exchange.foreign import DATA, arrived, by_id, told, zipped

FOLDER = DATA / "metaculus_quantities"
QUESTIONS = (FOLDER / "question_data.csv").read_text()
FORECASTS = (FOLDER / "forecast_data.csv").read_text()
DAY = dt.date(2026, 1, 6)


def download(*changes: tuple[str, str]) -> ImportFile:
    """The contents of the download, with each of its texts replaced by another."""
    questions, forecasts = QUESTIONS, FORECASTS
    for old, new in changes:
        assert old in questions + forecasts
        questions, forecasts = questions.replace(old, new), forecasts.replace(old, new)
    files = {"question_data.csv": questions, "forecast_data.csv": forecasts}
    return arrived("metaculus", zipped(files))


def stated(found: ImportFile, question: str) -> list[tuple[str, str, Any]]:
    return [
        (each.analyst, f"{each.timestamp:%Y-%m-%d}", each.quantiles)
        for each in found.forecasts
        if not isinstance(each.scenario, str) and each.scenario.id == question
    ]


def test_a_cdf_becomes_those_of_five_quantiles_that_lie_inside_the_range() -> None:
    found = arrived("metaculus", FOLDER)
    assert told(found) == []
    assert stated(found, "601") == [
        ("recency-weighted", "2026-01-06", {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}),
        (
            "forecaster-1",
            "2026-01-06",
            {"p5": 12.5, "p25": 32.5, "p50": 45, "p75": 62.5, "p95": 95.83333},
        ),
        ("forecaster-1", "2026-01-08", None),  # it ended, and no other followed
    ]
    assert found.left_out == {"forecasts with fewer than two quantiles in the range": 1}


def test_a_forecast_without_two_quantiles_in_the_range_is_no_withdrawal() -> None:
    assert [name for name, *_ in stated(download(), "601")].count("forecaster-2") == 0


def test_the_prior_is_the_first_forecast_of_the_aggregate_and_else_even_and_nobodys() -> None:
    found = by_id(arrived("metaculus", FOLDER))
    assert found["601"].assumed["prior"] == {
        "quantiles": {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95},
        "basis": "The first forecast of recency_weighted at Metaculus, of 2026-01-06",
    }
    assert found["602"].assumed["prior"]["basis"] == NONE_STATED
    assert found["602"].assumed["prior"]["quantiles"]["p50"] == 100
    assert "prior" not in found["601"].record  # a later download does not compare it


def test_a_zero_point_makes_a_log_scale_where_every_value_is_over_0() -> None:
    found = by_id(arrived("metaculus", FOLDER))
    assert found["601"].record["quantity"] == {"kind": "number"}
    assert found["602"].record["quantity"] == {"kind": "number", "scale": "log"}
    places = ["-10", "-9", "0", "90", "990"]
    below_zero = range_of("number", "-10", "990", places)
    assert below_zero is not None
    assert below_zero.quantity == {"kind": "number"}
    assert below_zero.quantiles((0, 0.25, 0.5, 0.75, 1), DAY)["p75"] == 90


def test_a_number_resolves_to_its_value_and_outside_the_range_stays_open() -> None:
    assert by_id(download())["602"].record["resolution"] == {
        "value": 640.5,
        "date": dt.date(2026, 4, 1),
        "recorded": dt.date(2026, 4, 1),
        "basis": "Resolved as 640.5 at Metaculus;"
        " see https://www.metaculus.com/questions/990702/example/",
    }
    outside = download((",640.5,", ",above_upper_bound,"))
    assert "resolution" not in by_id(outside)["602"].record
    words = "1 question resolved outside the range, where there is no value: open here (602)"
    assert words in outside.remarks
    assert by_id(download((",640.5,", ",annulled,")))["602"].record["resolution"]["outcome"] == (
        "annulled"
    )


def test_a_date_runs_to_the_end_of_its_range_and_its_quantiles_are_days_to_come() -> None:
    found = arrived("metaculus", FOLDER)
    record = by_id(found)["603"].record
    assert record["quantity"] == {"kind": "date"}
    assert record["horizon"] == dt.date(2026, 12, 31)
    assert record["resolution"]["value"] == "2026-05-19"
    assert stated(found, "603") == [
        (
            "recency-weighted",
            "2026-01-06",
            {"p5": "2026-01-20", "p25": "2026-03-21", "p50": "2026-07-04"},
        ),
        (
            "forecaster-1",
            "2026-04-20",
            {"p50": "2026-05-05", "p75": "2026-06-11", "p95": "2026-10-02"},
        ),
    ]


def test_a_date_after_its_range_is_later_even_where_that_is_known_on_the_last_day() -> None:
    known = ("2026-05-20 09:00:00+00:00", "2026-12-31 00:00:00+00:00")
    record = by_id(download(("2026-05-19T16:30:00+00:00", "above_upper_bound"), known))[
        "603"
    ].record
    assert record["resolution"]["value"] == "later"
    assert (record["resolution"]["date"], record["horizon"]) == (
        dt.date(2026, 12, 31),
        dt.date(2026, 12, 30),
    )


def test_a_date_that_came_before_it_opened_is_left_out_and_named() -> None:
    found = download(("2026-05-19T16:30:00+00:00", "2026-01-05T01:00:00+00:00"))
    assert "603" not in by_id(found)
    assert found.left_out["date questions whose event came before they opened"] == 1
    assert found.left_out["forecasts of questions left out"] == 2
    assert found.remarks[0] == (
        "left out: 'When will the report be published?' (date whose event came before they opened)"
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[0.0, 0.1, 0.6, 0.9, 0.96]", "[0.0, 0.6, 0.1, 0.9]", "it is no list of probabilities"),
        ("[0.0, 0.1, 0.6, 0.9, 0.96]", "[0.0]", "it is no list of probabilities that rise"),
        ("[0.0, 0.1, 0.6, 0.9, 0.96]", "[0.0, 1.5]", "is not a probability from 0 to 1"),
        ("[0.0, 0.1, 0.6, 0.9, 0.96]", "[0.0, None, 1.0]", "it is no list of probabilities"),
        ("[0.0, 0.1, 0.6, 0.9, 0.96]", "0.5", "is not a list of probabilities"),
        (",640.5,", ",many,", "'many' is no number"),
        (",640.5,", ",1e999,", "'1e999' is no number"),
        ("2026-05-19T16:30:00+00:00", "2026-02-30", "'2026-02-30' is no day"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(old: str, new: str, why: str) -> None:
    (line,) = told(download((old, new)))
    assert why in line


@pytest.mark.parametrize(
    ("low", "high"), [("", "100.0"), ("0.0", "nan"), ("100.0", "0.0"), ("2026", "100.0")]
)
def test_a_question_without_a_range_is_left_out_and_named(low: str, high: str) -> None:
    found = download(("numeric,0.0,False,100.0", f"numeric,{low},False,{high}"))
    assert "601" not in by_id(found)
    assert found.left_out["numeric questions without a range"] == 1


@given(
    st.lists(st.integers(1, 1000), min_size=2, max_size=20),
    st.floats(-1e6, 1e6),
    st.floats(0.1, 1e6),
)
def test_the_cdf_at_each_quantile_is_its_probability(
    steps: list[int], low: float, width: float
) -> None:
    sums = [sum(steps[:n]) / sum(steps) for n in range(len(steps) + 1)]
    scale = MetaculusRange("number", (low, low + width), is_log=False)
    for name, value in scale.quantiles(sums, DAY).items():
        place = (float(value) - low) / width * len(steps)
        n = min(max(int(place), 0), len(steps) - 1)
        chance = sums[n] + (place - n) * (sums[n + 1] - sums[n])
        slack = 1e-5 + 1e-6 * (abs(low) + width) / width * len(steps)  # it is kept to seven digits
        assert chance == pytest.approx(float(name[1:]) / 100, abs=slack)


def test_a_value_is_never_after_it_was_known() -> None:
    known, last = dt.date(2026, 5, 20), dt.date(2026, 12, 31)
    assert value_of("date", "2026-05-21T00:30:00+00:00", known, last) == "2026-05-20"
