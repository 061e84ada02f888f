"""Calibration and skill as pictures."""

from __future__ import annotations

from msgspec.structs import replace

from scenarios.analysis.scores.calibration import CalibrationBin, CorpDecomposition, CorpStep
from scenarios.analysis.scores.scoring import Score, score
from scenarios.analysis.scores.skill import Skill
from scenarios.render.document import Chart, plain
from scenarios.render.documents.score import calibration, skill
from scenarios.render.drawing import draw
from tests.records import database, day
from tests.render.drawings import elements, texts

EMPTY = score(database(), day(0))
PARTS = {"brier": 0.2, "miscalibration": 0.0, "discrimination": 0.0, "uncertainty": 0.2}


def scored() -> Score:
    figures = {"n": 2.5, "mean_forecast": 0.25, "frequency": 0.4}
    bounds = {"low": 0.2, "high": 0.3, "wilson_low": 0.1, "wilson_high": 0.8}
    curve = (
        CorpStep(low=0.0, high=0.5, n=3, frequency=0.25),
        CorpStep(low=0.75, high=0.75, n=1, frequency=1.0),
    )
    return replace(
        EMPTY,
        calibration=(CalibrationBin(forecaster="desk", **figures, **bounds),),
        corp=(CorpDecomposition(forecaster="desk", curve=curve, **PARTS),),
    )


def pair(forecaster: str, against: str, value: float | None, *ends: float) -> Skill:
    low, high = ends or (None, None)
    return Skill(
        forecaster=forecaster,
        against=against,
        alone=False,
        questions=9,
        independent=9,
        skill=value,
        low=low,
        high=high,
    )


def skilled(*pairs: Skill) -> Chart | None:
    return skill(replace(EMPTY, skill=pairs))


def test_a_bin_says_what_was_said_what_came_and_how_much_it_holds() -> None:
    chart = calibration(scored())
    assert chart
    made = draw(chart.drawing)
    assert [one.text for one in elements(made, "title")] == ["said 25%, came 40%, n = 2.50"]
    assert "2.5" in texts(made)
    assert chart.label == (
        "Calibration of desk: the largest of 1 bin said 25%, and 40% came true (n = 2.5)."
    )
    assert [
        [plain(cell) for cell in row] for row in chart.table.rows if isinstance(row, tuple)
    ] == [["20%–30%", "2.50", "25%", "40%", "10%–80%", "··===|==o========···"]]


def test_the_corp_curve_is_level_where_forecasts_are_pooled_and_joined_between() -> None:
    chart = calibration(scored())
    assert chart
    [_, path] = elements(draw(chart.drawing), "path", **{"class": "s-ink"})
    points = [tuple(map(float, at.split(","))) for at in path.get("d", "")[1:].split("L")]
    (x0, y0), (x1, y1), (x2, y2) = points
    assert (y0 - y1, x2 - x1, x1 - x0) == (0, (x1 - x0) / 2, 190)
    assert y1 - y2 == 285
    assert elements(draw(replace(chart.drawing, curve=())), "path", **{"class": "s-ink"}) == []


def test_skill_has_each_pair_once_with_its_interval_and_what_is_sure() -> None:
    chart = skilled(
        pair("implied", "prior", 0.2, 0.1, 0.3),
        pair("prior", "implied", -0.3, -0.5, -0.2),
        pair("desk", "implied", -0.1, -0.2, 0.1),
        pair("team", "implied", None),
        pair("desk", "first", 0.1),
    )
    assert chart
    assert [(one.forecaster, one.against) for one in chart.drawing.pairs] == [
        ("desk", "implied"),
        ("implied", "prior"),
        ("desk", "first"),
    ]
    assert len(chart.table.rows) == 5
    assert chart.label == ("Skill: desk against implied −0.10; at 90%, implied better than prior.")
    for narrow in (False, True):
        told = " ".join(texts(draw(chart.drawing, narrow=narrow)))
        assert "desk against first" in told
        assert "+0.20 (+0.10 to +0.30)" in told


def test_what_nobody_scored_is_not_drawn() -> None:
    assert (calibration(EMPTY), skill(EMPTY), skilled(pair("a", "prior", None))) == (None,) * 3
