"""A reliability diagram: how often it happened against how likely it was said to be."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.analysis.scores.calibration import CalibrationBin
from scenarios.analysis.scores.corp import CorpStep
from scenarios.render.charts.drawing import (
    KEY,
    POINTED,
    Drawing,
    Hint,
    Notes,
    Row,
    Spec,
    colour,
    draw,
    label,
    layer,
    layered,
    quantity,
)
from scenarios.render.text import percent

LEFT, TOP, SIDE, RIGHT, _AXIS = 50, 14, 280, 26, 30
_LADDER = (0, 0.25, 0.5, 0.75, 1)


def reliability(bins: Sequence[CalibrationBin], curve: Sequence[CorpStep] = ()) -> Drawing:
    """A point a bin with its Wilson band, and the CORP curve, level where forecasts are pooled.

    On the diagonal what was said came true as often.
    """
    notes = Notes()
    data: dict[str, list[Row]] = {
        "grid": [{"p": p, "key": notes.number(f"{p * 100:g}%")} for p in _LADDER],
        "diagonal": [{"said": 0, "came": 0}, {"said": 1, "came": 1}],
        "curve": [{"said": said, "came": step.frequency} for step in curve for said in _ends(step)],
        "bins": [
            {
                "said": one.mean_forecast,
                "came": one.frequency,
                "low": one.wilson_low,
                "high": one.wilson_high,
                "key": notes.number(Hint(_tells(one))),
            }
            for one in bins
        ],
    }
    box = (-LEFT, -TOP, LEFT + SIDE + RIGHT, TOP + SIDE + _AXIS)
    return draw(specification, data, {"none": 0, "whole": 1}, box, notes)


def specification() -> Spec:
    """What was said from left to right, what came from below."""
    said, came = quantity("said", "none", "whole"), quantity("came", "none", "whole")
    at_x, at_y = quantity("p", "none", "whole"), quantity("p", "none", "whole")
    rule = {"type": "rule", "color": colour("grid")}
    point = {"type": "point", "filled": True, "size": 80, "color": colour("stated"), **POINTED}
    band = {"type": "rule", "color": colour("stated"), "strokeWidth": 2}
    diagonal = {"type": "line", "color": colour("muted"), "strokeDash": [4, 4], "strokeWidth": 1.5}
    steps = {"type": "line", "color": colour("seen"), "strokeWidth": 2}
    return layered(
        [
            layer("grid", rule, y=at_y, x={"value": 0}, x2={"value": SIDE}),
            layer("grid", rule, x=at_x, y={"value": 0}, y2={"value": SIDE}),
            label("grid", "muted", {"align": "right", "dy": 4}, x={"value": -8}, y=at_y),
            label("grid", "muted", {"align": "center"}, x=at_x, y={"value": SIDE + 18}),
            layer("diagonal", diagonal, x=said, y=came),
            layer("curve", steps, x=said, y=came),
            layer("bins", band, x=said, y=quantity("low", "none", "whole"), y2={"field": "high"}),
            layer("bins", point, x=said, y=came, description=KEY),
        ],
        SIDE,
        SIDE,
        ("none", "whole"),
    )


def _ends(step: CorpStep) -> tuple[float, ...]:
    return (step.low,) if step.low == step.high else (step.low, step.high)


def _tells(one: CalibrationBin) -> str:
    return f"said {percent(one.mean_forecast)}, came {percent(one.frequency)}, n = {one.n:.2f}"
