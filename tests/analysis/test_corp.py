from __future__ import annotations

import itertools
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import astuple

from scenarios.analysis.scores.calibration import Share, decomposition
from scenarios.analysis.scores.corp import corp, pool_adjacent_violators
from scenarios.analysis.scores.daily_forecasts import Timeline
from tests.analysis.timelines import asked
from tests.records import near


def share(probability: float, happened: float, weight: float = 1.0) -> Share:
    return Share(probability=probability, weight=weight, happened=happened)


# The curve


SMALL = [(0.1, 0), (0.2, 1), (0.3, 0), (0.4, 0), (0.6, 1), (0.8, 0), (0.9, 1)]


@pytest.mark.parametrize(
    ("said", "curve"),
    [
        # the yes at .2 comes down to a third, the one at .6 to a half
        (
            SMALL,
            [(0.1, 0.1, 1, 0), (0.2, 0.4, 3, 1 / 3), (0.6, 0.8, 2, 1 / 2), (0.9, 0.9, 1, 1)],
        ),
        # a pooled block is compared again: 4 and 3 become 3.5 each, then with 2 they are 3
        (
            [(0.1, 0.1), (0.2, 0.4), (0.3, 0.3), (0.4, 0.2), (0.5, 0.6)],
            [(0.1, 0.1, 1, 0.1), (0.2, 0.4, 3, 0.3), (0.5, 0.5, 1, 0.6)],
        ),
        # equal forecasts are one, and weights count
        (
            [(0.3, 1, 0.5), (0.3, 0, 1.5), (0.2, 1, 0.25), (0.2, 0, 0.75)],
            [(0.2, 0.3, 3, 0.25)],
        ),
    ],
)
def test_violators_are_pooled_by_hand(
    said: list[tuple[float, ...]], curve: list[tuple[float, ...]]
) -> None:
    steps = [astuple(step) for step in pool_adjacent_violators([share(*one) for one in said])]
    assert steps == [near(step) for step in curve]


weights = st.integers(1, 8).map(lambda eighths: eighths / 8)
shares = st.lists(
    st.builds(
        share, st.integers(1, 19).map(lambda k: k / 20), st.sampled_from([0.0, 1.0]), weights
    ),
    min_size=1,
    max_size=12,
)


@given(shares)
def test_the_curve_rises_and_holds_every_forecast_once(said: list[Share]) -> None:
    curve = pool_adjacent_violators(said)
    assert all(a.frequency < b.frequency and a.high < b.low for a, b in itertools.pairwise(curve))
    assert sum(step.n for step in curve) == near(sum(one.weight for one in said))
    for one in said:
        assert sum(step.low <= one.probability <= step.high for step in curve) == 1


def cuts(n: int) -> list[list[tuple[int, int]]]:
    """Every way to cut n values into runs."""
    found = []
    for inner in itertools.product([False, True], repeat=n - 1):
        edges = [0, *(k + 1 for k, cut in enumerate(inner) if cut), n]
        found.append(list(itertools.pairwise(edges)))
    return found


@given(shares)
def test_no_monotone_fit_is_nearer(said: list[Share]) -> None:
    """Of every cut of the forecasts into runs with a mean each, the rising one with least error."""
    values = sorted({one.probability for one in said})
    assume(len(values) <= 8)
    n = [sum(Fraction(s.weight) for s in said if s.probability == p) for p in values]
    y = [
        sum(Fraction(s.weight * s.happened) for s in said if s.probability == p) / n[k]
        for k, p in enumerate(values)
    ]
    best = None
    for runs in cuts(len(values)):
        means = [
            sum(n[k] * y[k] for k in range(*run)) / sum(n[k] for k in range(*run)) for run in runs
        ]
        if means != sorted(means):
            continue
        fit = [mean for mean, run in zip(means, runs, strict=True) for _ in range(*run)]
        error = sum(n[k] * (y[k] - fit[k]) ** 2 for k in range(len(values)))
        if best is None or error < best[0]:
            best = error, fit
    assert best is not None
    curve = pool_adjacent_violators(said)
    fitted = [next(s.frequency for s in curve if s.low <= p <= s.high) for p in values]
    assert fitted == near([float(value) for value in best[1]], abs=1e-12)


# The parts


def one_day(said: list[tuple[float, bool]]) -> list[Timeline]:
    return [asked(happened, desk=[(1, figure)]) for figure, happened in said]


def test_the_parts_of_a_small_example() -> None:
    # The curve is 0 at .1, a third from .2 to .4, a half from .6 to .8 and 1 at .9; Brier 1.91 / 7,
    # recalibrated (3·2/9 + 2/4) / 7, and always 3/7 has 12/49.
    brier = (0.01 + 0.64 + 0.09 + 0.16 + 0.16 + 0.64 + 0.01) / 7
    recalibrated = (2 / 3 + 1 / 2) / 7
    (found,) = corp(one_day([(p, bool(y)) for p, y in SMALL]), "desk")
    parts = (brier, brier - recalibrated, 12 / 49 - recalibrated, 12 / 49)
    assert astuple(found) == ("desk", *map(near, parts), found.curve)
    assert [step.frequency for step in found.curve] == near([0, 1 / 3, 1 / 2, 1])


def test_a_question_weighs_one_spread_over_the_days_on_which_a_figure_stood() -> None:
    long = asked(True, desk=[(2, None), (6, 0.15), (2, 0.85)])
    (found,) = corp([long, *one_day([(0.15, False)])], "desk")
    curve = [(s.low, s.n, s.frequency) for s in found.curve]
    assert curve == [(0.15, 1.75, near(3 / 7)), (0.85, 0.25, 1.0)]
    assert corp([long], "nobody") == ()


def test_who_is_calibrated_has_no_miscalibration() -> None:
    said = [(0.2, n < 2) for n in range(10)] + [(0.75, n < 3) for n in range(4)]
    (found,) = corp(one_day(said), "desk")
    assert found.miscalibration == 0
    assert [(s.low, s.frequency) for s in found.curve] == [(0.2, 0.2), (0.75, 0.75)]


def test_always_the_same_figure_discriminates_nothing() -> None:
    (found,) = corp(one_day([(0.3, n < 5) for n in range(10)]), "desk")
    assert (found.miscalibration, found.discrimination) == (near(0.04), 0)
    assert found.uncertainty == 0.25


figures = st.floats(0.0001, 0.9999)
runs = st.lists(st.tuples(st.integers(1, 9), st.none() | figures), min_size=1, max_size=6)
questions = st.builds(asked, st.booleans(), desk=runs)


@given(st.lists(questions, min_size=1, max_size=12))
def test_brier_is_miscalibration_less_discrimination_plus_uncertainty(
    timelines: list[Timeline],
) -> None:
    assume(any(p is not None for one in timelines for _, _, p in one.lines["desk"]))
    (found,), (murphy,) = corp(timelines, "desk"), decomposition(timelines, "desk")
    exact = partial(near, rel=0, abs=1e-12)
    parts = found.miscalibration - found.discrimination + found.uncertainty
    # The mean Brier score is the one that Murphy's parts and their residual add up to.
    whole = murphy.reliability - murphy.resolution + murphy.uncertainty + murphy.residual
    assert found.brier == exact(whole)
    assert found.brier == exact(parts)
    assert found.uncertainty == exact(murphy.uncertainty)
    assert min(found.miscalibration, found.discrimination) >= 0
