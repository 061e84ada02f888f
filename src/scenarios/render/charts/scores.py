"""Curves of calibration, reliability and skill."""

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from scenarios.analysis.scores.calibration import CalibrationBin, CorpStep
from scenarios.render import drawing, svg
from scenarios.render.charts import parts
from scenarios.render.charts.parts import LINE, NARROW, WIDE
from scenarios.render.charts.scale import SMALL, Linear, folded, width
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing
from scenarios.render.text import signed
from scenarios.scales import percent

Look = Literal["stated", "implied", "muted"]
_LOOKS: dict[str, Look] = {"implied": "implied", "prior": "muted"}
_LADDER = (0.0, 0.25, 0.5, 0.75, 1.0)
_At = Callable[[float, float], tuple[float, float]]
_COUNTS = 46
"""Pixels of the bars that say how much is in each bin."""


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """The bins of a forecaster with their Wilson bands, and the CORP curve."""

    forecaster: str
    bins: tuple[CalibrationBin, ...]
    curve: tuple[CorpStep, ...] = ()


def look_of(forecaster: str) -> Look:
    """Look of a forecaster: implied is orange, the prior grey, anybody's stated forecast blue."""
    return _LOOKS.get(forecaster, "stated")


@drawing.draw.register(Reliability)
def draw_reliability(
    data: Reliability, *, narrow: bool = False, places: Places = NOWHERE
) -> Drawing:
    """Draw forecasts from left to right, frequencies upward, and the number in each bin below."""
    side = 280.0 if narrow else 380.0
    left = 46.0
    key, height = parts.key(_key(data), left + side + 12)
    top = height + 24.0

    def point(forecast: float, came: float) -> tuple[float, float]:
        return left + forecast * side, top + (1 - came) * side

    body = [key, svg.text(0, top - 10, "came true", "f-muted small")]
    for p in _LADDER:
        cross = svg.line([point(p, 0), point(p, 1)]) + svg.line([point(0, p), point(1, p)])
        body.append(svg.path(cross, "s-grid"))
        x, y = point(p, p)
        body.append(svg.text(left - 8, y + 4, f"{p * 100:g}%", "f-muted small end"))
        body.append(svg.text(x, top + side + 18, f"{p * 100:g}%", "f-muted small middle"))
    body.append(svg.path(svg.line([point(0, 0), point(1, 1)]), "s-muted", 1.5, "4 4"))
    ends = [
        point(p, step.frequency)
        for step in data.curve
        for p in dict.fromkeys((step.low, step.high))
    ]
    if ends:
        body.append(svg.path(svg.line(ends), "s-ink", 1.5))
    body += [_bin(bin, point, look_of(data.forecaster), places) for bin in data.bins]
    foot = top + side + 24
    body += _counts(data, left, side, foot)
    foot += _COUNTS + 14
    body.append(svg.text(left + side, foot, "was said", "f-muted small end"))
    return Drawing("".join(body), (-2, 0, left + side + 24, foot + 6))


def _key(data: Reliability) -> Iterator[parts.Key]:
    yield parts.now(0, 0, look_of(data.forecaster)), f"{data.forecaster}, with its 95% band"
    yield svg.path("M-10,0H10", "s-muted", 1.5, "4 4"), "as often as was said"
    if data.curve:
        yield svg.path("M-10,4H0V-4H10", "s-ink", 1.5), "CORP, without bins"


def _bin(bin: CalibrationBin, point: _At, look: Look, places: Places) -> str:
    mean, came = bin.mean_forecast, bin.frequency
    x, y = point(mean, came)
    band = svg.path(
        svg.line([point(mean, p) for p in (bin.wilson_low, bin.wilson_high)]), f"s-{look}", 2
    )
    about = f"said {percent(mean)}, came {percent(came)}, n = {bin.n:.2f}"
    return svg.mark(band + parts.now(x, y, look), about, "", places, svg.around(x, y))


def _counts(data: Reliability, left: float, side: float, top: float) -> Iterator[str]:
    """A bar a bin, as tall as its share of the questions, with their number above it."""
    most = max((bin.n for bin in data.bins), default=1.0)
    foot = top + _COUNTS
    yield svg.text(0, foot, "n", "f-muted small")
    yield svg.path(svg.line([(left, foot), (left + side, foot)]), "s-muted")
    for bin in data.bins:
        tall = bin.n / most * (_COUNTS - 18)
        number = min(int(bin.mean_forecast * 10), 9)
        x = left + (number + 0.5) * side / 10
        yield svg.path(svg.bar(x - 8, foot - tall, 16, tall), f"f-{look_of(data.forecaster)}")
        label = f"{bin.n:.1f}".removesuffix(".0")
        label = label if width(label, SMALL) < side / 10 else f"{bin.n:.0f}"
        yield svg.text(x, foot - tall - 4, label, "f-muted small middle")


_LABEL, _FIGURE = 250, 150
_ROW = 25
_EDGE = 16
"""Pixels from an end, within which a label of the axis would be cut off."""
_WORST = -1.0
"""Worst skill on the axis; worse values stand at the edge."""
_SKILL_LADDER = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


class SkillInterval(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, and its 90 % interval, which few questions have not.

    Against nobody it is the Brier score itself.
    """

    forecaster: str
    against: str = ""
    questions: int
    skill: float
    low: float | None = None
    high: float | None = None


class SkillRows(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs to compare, or with `is_brier` the Brier scores of forecasters, 0 best."""

    pairs: tuple[SkillInterval, ...]
    is_brier: bool = False


@drawing.draw.register(SkillRows)
def draw_skill(data: SkillRows, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A dot a row with its interval: of a pair, to the right of 0 it is better than the other."""
    figures = [p for pair in data.pairs for p in (pair.skill, pair.low, pair.high) if p is not None]
    low = max(min([*figures, 0.0]), _WORST)
    left, right = (8, NARROW - 8) if narrow else (_LABEL + 16, WIDE - _FIGURE - 16)
    scale = Linear(low=low - 0.05, high=max([*figures, 0.25]) + 0.05, start=left, end=right)
    wide = NARROW if narrow else WIDE
    body, y = [], 30.0
    for pair in data.pairs:
        drawn, tall = _row(pair, y, scale, places, narrow=narrow)
        body.append(drawn)
        y += tall
    words = ("◂ better", "worse ▸") if data.is_brier else ("◂ worse", "better ▸")
    foot = svg.text(scale.start, y + 16, words[0], "f-muted small")
    foot += svg.text(scale.end, y + 16, words[1], "f-muted small end")
    return Drawing(
        "".join([*_axis(scale, y, is_brier=data.is_brier), *body, foot]), (-2, 0, wide + 4, y + 24)
    )


def _axis(scale: Linear, foot: float, *, is_brier: bool) -> Iterator[str]:
    for value in _SKILL_LADDER:
        if scale.low <= value <= scale.high:
            x = scale.position(value)
            yield svg.path(svg.line([(x, 24), (x, foot)]), "s-ink" if value == 0 else "s-grid")
            label = f"{value:g}" if is_brier else signed(value, 2)
            fits = abs(x - scale.end) > _EDGE < abs(x - scale.start)
            if fits and (value % 0.5 == 0 or scale.high - scale.low < 1):
                yield svg.text(x, 16, label, "f-muted small middle")


def _row(
    pair: SkillInterval, y: float, scale: Linear, places: Places, *, narrow: bool
) -> tuple[str, float]:
    name, look = pair.forecaster, look_of(pair.forecaster)
    name += f" against {pair.against}" if pair.against else ""
    skill, band = pair.skill, [end for end in (pair.low, pair.high) if end is not None]
    figure = signed(skill, 2) if pair.against else f"{skill:.3f}"
    if band:
        figure += f" ({' to '.join(signed(end, 2) for end in band)})"
    texts = folded(name, NARROW if narrow else _LABEL, 3, SMALL)
    label = parts.lines(0, y + 16, texts)
    if narrow:
        middle = y + len(texts) * LINE + 32
        label += svg.text(0, middle - 14, f"{figure}, n = {pair.questions}", "f-muted small")
        tall = middle - y + 14
    else:
        tall = max(_ROW, len(texts) * LINE + 8)
        middle = y + 12
        label += svg.text(WIDE, middle + 4, figure, "f-ink small end")
    interval = svg.line((scale.position(end), middle) for end in band)
    drawn = svg.path(interval, f"s-{look}", 2) if band else ""
    about = f"{name}: {figure}, n = {pair.questions}"
    x = scale.position(skill)
    drawn += parts.now(x, middle, look)
    return label + svg.mark(drawn, about, "", places, svg.around(x, middle)), tall
