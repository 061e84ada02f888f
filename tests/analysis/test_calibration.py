from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.scores.calibration import (
    calibration,
    decomposition,
    wilson,
)
from scenarios.analysis.scores.daily_forecasts import Timeline
from tests.analysis.timelines import asked
from tests.records import near


def one_day(figure: float, happened: bool) -> Timeline:
    return asked(happened, desk=[(1, figure)])


# Calibration


def test_a_question_weighs_one_spread_over_the_days_on_which_a_figure_stood() -> None:
    long = asked(True, desk=[(2, None), (6, 0.15), (2, 0.85)])
    short = asked(False, desk=[(1, 0.15), (9, None)])
    wilsons = [(0.06453600552330709, 0.890752943565481), (0.061102900201641754, 1.0)]
    bins = [(0.1, 0.2, 1.75, 0.15, 3 / 7), (0.8, 0.9, 0.25, 0.85, 1.0)]
    assert [astuple(bin) for bin in calibration([long, short], "desk")] == [
        ("desk", *map(near, (*bin, *ends))) for bin, ends in zip(bins, wilsons, strict=True)
    ]


@pytest.mark.parametrize(
    ("figure", "low"),
    [
        *((edge / 10, edge / 10) for edge in range(10)),
        # only a rounding error below an edge counts as the edge
        (0.6 - 1e-9, 0.5),
        (1 - 0.4, 0.6),
        (1 - 0.7, 0.3),
        (0.7999999999999999, 0.8),
        (1.0, 0.9),
    ],
)
def test_a_bin_holds_its_lower_edge_and_the_last_one_too(figure: float, low: float) -> None:
    (found,) = calibration([one_day(figure, happened=True)], "desk")
    assert (found.low, found.high) == (low, round(low * 10 + 1) / 10)


def test_only_the_named_forecaster_is_judged() -> None:
    both = asked(True, {"prior": [(4, 0.9)]}, desk=[(4, 0.2)], other=[(4, 0.5)])
    assert [bin.low for bin in calibration([both], "prior")] == [0.9]
    assert calibration([both], "nobody") == ()
    assert decomposition([both], "nobody") == ()


def test_eight_of_ten_lie_between_49_and_94_percent() -> None:
    # Wilson 1927; the usual textbook values.
    assert wilson(0.8, 10) == (near(0.4901624715366418), near(0.9433178485456247))


@pytest.mark.parametrize("n", [0.1, 1, 7.5, 1000])
def test_a_band_holds_its_frequency_and_stays_within_zero_and_one(n: float) -> None:
    for frequency in (0.0, 0.3, 1.0):
        low, high = wilson(frequency, n)
        assert 0 <= low <= frequency + 1e-12
        assert frequency - 1e-12 <= high <= 1


# Murphy's parts


def test_murphys_parts_of_a_small_example() -> None:
    # Two at .2 (none happened), two at .8 (one happened): base rate 1/4, Brier .19.
    said = [(0.2, False), (0.2, False), (0.8, True), (0.8, False)]
    (found,) = decomposition([one_day(p, y) for p, y in said], "desk")
    parts = (near((2 * 0.04 + 2 * 0.09) / 4), near((2 / 16 + 2 / 16) / 4), 0.1875)
    assert astuple(found) == ("desk", *parts, near(0.0, abs=1e-15))


figures = st.floats(0.0001, 0.9999)
runs = st.lists(st.tuples(st.integers(1, 9), st.none() | figures), min_size=1, max_size=6)
questions = st.builds(asked, st.booleans(), desk=runs)


def brier(timelines: list[Timeline]) -> float:
    """The mean over questions of the Brier score averaged over the days, day by day."""
    scores = []
    for one in timelines:
        daily = [p for start, end, p in one.lines["desk"] for _ in range(end - start)]
        said = np.array([p for p in daily if p is not None])
        if said.size:
            scores.append(np.mean((said - (one.question.outcome == "occurred")) ** 2))
    return float(np.mean(scores))


def covered(timelines: list[Timeline]) -> bool:
    return any(p is not None for one in timelines for _, _, p in one.lines["desk"])


@given(st.lists(questions, min_size=1, max_size=12))
def test_the_parts_and_the_residual_sum_to_the_brier_score(timelines: list[Timeline]) -> None:
    assume(covered(timelines))
    (found,) = decomposition(timelines, "desk")
    parts = found.reliability - found.resolution + found.uncertainty
    assert parts + found.residual == near(brier(timelines), rel=0, abs=1e-12)


@given(
    st.lists(st.floats(0.001, 0.099), min_size=10, max_size=10),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 30), st.booleans()), min_size=1),
)
def test_murphys_identity_is_exact_where_bins_hold_equal_forecasts(
    inside: list[float], said: list[tuple[int, int, bool]]
) -> None:
    per_bin = [k / 10 + figure for k, figure in enumerate(inside)]
    timelines = [
        asked(happened, desk=[(days, per_bin[k]), (2, per_bin[9 - k])])
        for k, days, happened in said
    ]
    (found,) = decomposition(timelines, "desk")
    assert found.residual == near(0, abs=1e-15)
    parts = found.reliability - found.resolution + found.uncertainty
    assert parts == near(brier(timelines), rel=0, abs=1e-12)


@given(st.lists(questions, min_size=1, max_size=12))
def test_the_bins_hold_every_question_once(timelines: list[Timeline]) -> None:
    answered = [one for one in timelines if covered([one])]
    bins = calibration(timelines, "desk")
    assert sum(bin.n for bin in bins) == near(len(answered), rel=1e-12)
    happened = sum(one.question.outcome == "occurred" for one in answered)
    assert sum(bin.n * bin.frequency for bin in bins) == near(happened, rel=1e-12, abs=1e-12)
    assert [bin.low for bin in bins] == sorted({bin.low for bin in bins})
    for bin in bins:
        assert bin.low - 1e-15 <= bin.mean_forecast <= bin.high + 1e-15
