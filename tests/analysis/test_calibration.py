from __future__ import annotations

import itertools
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.question_timelines import QuestionTimeline
from scenarios.analysis.scores import calibration as scores
from scenarios.analysis.scores.calibration import (
    CalibrationBin,
    CorpDecomposition,
    Decomposition,
    WeightedForecast,
    pool_adjacent_violators,
    wilson,
)
from tests.analysis.timelines import asked
from tests.lazily import lazily
from tests.records import near

np = lazily("numpy")


def calibration(timelines: list[QuestionTimeline[float]], name: str) -> list[CalibrationBin]:
    return [
        bin
        for of in scores.shares(timelines, name).values()
        for bin in scores.calibration(name, of)
    ]


def decomposition(timelines: list[QuestionTimeline[float]], name: str) -> list[Decomposition]:
    return [scores.decomposition(name, of) for of in scores.shares(timelines, name).values()]


def corp(timelines: list[QuestionTimeline[float]], name: str) -> list[CorpDecomposition]:
    return [scores.corp(name, of) for of in scores.shares(timelines, name).values()]


SMALL = [(0.1, 0), (0.2, 1), (0.3, 0), (0.4, 0), (0.6, 1), (0.8, 0), (0.9, 1)]


def one_day(*said: tuple[float, bool]) -> list[QuestionTimeline[float]]:
    return [asked(happened, desk=[(1, figure)]) for figure, happened in said]


def test_a_question_weighs_one_spread_over_the_days_on_which_a_figure_stood() -> None:
    long = asked(True, desk=[(2, None), (6, 0.15), (2, 0.85)])
    short = asked(False, desk=[(1, 0.15), (9, None)])
    bins = [
        (0.1, 0.2, 1.75, 0.15, 3 / 7, 0.06453600552330709, 0.890752943565481),
        (0.8, 0.9, 0.25, 0.85, 1.0, 0.061102900201641754, 1.0),
    ]
    found = [astuple(bin) for bin in calibration([long, short], "desk")]
    assert found == [("desk", *map(near, bin)) for bin in bins]
    (curve,) = corp([long, short], "desk")
    assert [astuple(step) for step in curve.curve] == [
        (0.15, 0.15, 1.75, near(3 / 7)),
        (0.85, 0.85, 0.25, 1.0),
    ]


def test_only_the_named_forecaster_is_judged() -> None:
    both = [asked(True, {"prior": [(4, 0.9)]}, desk=[(4, 0.2)], other=[(4, 0.5)])]
    assert [bin.low for bin in calibration(both, "prior")] == [0.9]
    assert not any(judged(both, "nobody") for judged in (calibration, decomposition, corp))


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
    (found,) = calibration(one_day((figure, True)), "desk")
    assert (found.low, found.high) == (low, round(low * 10 + 1) / 10)


def test_eight_of_ten_lie_between_49_and_94_percent() -> None:
    # Wilson 1927; the usual textbook values.
    assert wilson(0.8, 10) == (near(0.4901624715366418), near(0.9433178485456247))


@given(st.sampled_from([0.0, 1.0]) | st.floats(0, 1), st.floats(0.01, 1000))
def test_a_band_holds_its_frequency_and_stays_within_zero_and_one(
    frequency: float, n: float
) -> None:
    low, high = wilson(frequency, n)
    assert 0 <= low <= frequency + 1e-12
    assert frequency - 1e-12 <= high <= 1


def test_murphys_parts_of_a_small_example() -> None:
    # Two at .2 (none happened), two at .8 (one happened): base rate 1/4, Brier .19.
    said = one_day((0.2, False), (0.2, False), (0.8, True), (0.8, False))
    (found,) = decomposition(said, "desk")
    parts = (near((2 * 0.04 + 2 * 0.09) / 4), near((2 / 16 + 2 / 16) / 4), 0.1875)
    assert astuple(found) == ("desk", *parts, near(0.0, abs=1e-15))


def test_the_parts_of_corp_of_a_small_example() -> None:
    # The curve is 0 at .1, a third from .2 to .4, a half from .6 to .8 and 1 at .9; Brier 1.91 / 7,
    # recalibrated (3·2/9 + 2/4) / 7, and always 3/7 has 12/49.
    brier = (0.01 + 0.64 + 0.09 + 0.16 + 0.16 + 0.64 + 0.01) / 7
    recalibrated = (2 / 3 + 1 / 2) / 7
    (found,) = corp(one_day(*((p, bool(y)) for p, y in SMALL)), "desk")
    parts = (brier, brier - recalibrated, 12 / 49 - recalibrated, 12 / 49)
    assert astuple(found) == ("desk", *map(near, parts), found.curve)
    assert [step.frequency for step in found.curve] == near([0, 1 / 3, 1 / 2, 1])


twentieths = st.integers(1, 19).map(lambda k: k / 20)
weights = st.integers(1, 8).map(lambda eighths: eighths / 8)
happened = st.sampled_from([0.0, 1.0])
shares = st.builds(WeightedForecast, probability=twentieths, weight=weights, happened=happened)


@given(st.lists(shares, min_size=1, max_size=12))
def test_the_curve_rises_holds_every_forecast_once_and_no_monotone_fit_is_nearer(
    said: list[WeightedForecast],
) -> None:
    """Of every cut of the forecasts into runs with a mean each, the rising one with least error."""
    curve = pool_adjacent_violators(said)
    values = sorted({one.probability for one in said})
    assert all(a.frequency < b.frequency and a.high < b.low for a, b in itertools.pairwise(curve))
    steps = [[p for p in values if step.low <= p <= step.high] for step in curve]
    assert [p for held in steps for p in held] == values
    for step, held in zip(curve, steps, strict=True):
        weight = sum(one.weight for one in said if one.probability in held)
        assert (step.low, step.high, step.n) == (held[0], held[-1], near(weight))

    assume(len(values) <= 8)
    at = [[one for one in said if one.probability == p] for p in values]
    n = [sum(Fraction(one.weight) for one in own) for own in at]
    hits = [sum(Fraction(one.weight * one.happened) for one in own) for own in at]
    fits = []
    for size in range(len(values)):
        for cuts in itertools.combinations(range(1, len(values)), size):
            runs = [range(*ends) for ends in itertools.pairwise([0, *cuts, len(values)])]
            means = [sum(hits[k] for k in run) / sum(n[k] for k in run) for run in runs]
            fit = [mean for mean, run in zip(means, runs, strict=True) for _ in run]
            if fit == sorted(fit):
                error = sum(n[k] * (hits[k] / n[k] - fit[k]) ** 2 for k in range(len(values)))
                fits.append((error, fit))
    best = [float(mean) for mean in min(fits)[1]]
    fitted = [step.frequency for step, held in zip(curve, steps, strict=True) for _ in held]
    assert fitted == near(best, abs=1e-12)


def test_who_is_calibrated_has_no_miscalibration_and_one_figure_discriminates_nothing() -> None:
    said = [(0.2, n < 2) for n in range(10)] + [(0.75, n < 3) for n in range(4)]
    (found,) = corp(one_day(*said), "desk")
    assert found.miscalibration == 0
    assert [(s.low, s.frequency) for s in found.curve] == [(0.2, 0.2), (0.75, 0.75)]
    (same,) = corp(one_day(*((0.3, n < 5) for n in range(10))), "desk")
    assert astuple(same)[2:5] == (near(0.04), 0, 0.25)


figures = st.floats(0.0001, 0.9999)
runs = st.lists(st.tuples(st.integers(1, 9), st.none() | figures), min_size=1, max_size=6)
questions = st.builds(asked, st.booleans(), desk=runs)


@given(st.lists(questions, min_size=1, max_size=12))
def test_the_parts_sum_to_the_brier_score_and_the_bins_hold_every_question_once(
    timelines: list[QuestionTimeline[float]],
) -> None:
    exact = partial(near, rel=0, abs=1e-12)
    answered, scores = [], []
    for one in timelines:
        daily = [p for start, end, p in one.lines["desk"] for _ in range(end - start)]
        said = np.array([p for p in daily if p is not None])
        if said.size:
            answered.append(one.question.outcome == "occurred")
            scores.append(float(np.mean((said - answered[-1]) ** 2)))
    assume(scores)
    brier = exact(float(np.mean(scores)))
    (murphy,), (found,) = decomposition(timelines, "desk"), corp(timelines, "desk")
    parts = murphy.reliability - murphy.resolution + murphy.uncertainty
    assert parts + murphy.residual == brier
    assert found.brier == brier
    assert found.miscalibration - found.discrimination + found.uncertainty == brier
    assert found.uncertainty == exact(murphy.uncertainty)
    assert min(found.miscalibration, found.discrimination) >= 0

    bins = calibration(timelines, "desk")
    assert sum(bin.n for bin in bins) == exact(len(answered))
    assert sum(bin.n * bin.frequency for bin in bins) == exact(sum(answered))
    assert [bin.low for bin in bins] == sorted({bin.low for bin in bins})
    for bin in bins:
        assert bin.low - 1e-15 <= bin.mean_forecast <= bin.high + 1e-15


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
