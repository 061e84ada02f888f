"""Curves of calibration, reliability and skill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from scenarios.render.charts import svg
from scenarios.render.charts.scale import SMALL, Days, Linear, LogOdds, folded, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import signed
from scenarios.scales import percent

Look = Literal["stated", "implied", "muted"]
_LADDER = (0.0, 0.25, 0.5, 0.75, 1.0)
_At = Callable[[float, float], tuple[float, float]]
_COUNTS = 46
"""Pixels of the bars that say how much is in each bin."""


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """`n` questions, or parts of them: their mean forecast, and how often they came true."""

    n: float
    said: float
    came: float
    low: float
    high: float


class Stair(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts from `low` to `high`, pooled (CORP), and how often they came true."""

    low: float
    high: float
    came: float


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """The bins of a forecaster with their Wilson bands, and the CORP curve."""

    forecaster: str
    look: Look
    bins: tuple[Bin, ...]
    curve: tuple[Stair, ...] = ()


def draw_reliability(
    data: Reliability, *, narrow: bool = False, places: Places = NOWHERE
) -> Drawing:
    """Draw forecasts from left to right, frequencies upward, and the number in each bin below."""
    side = 280.0 if narrow else 380.0
    left = 46.0
    key, height = svg.key(list(_key(data)), left + side + 12, 12)
    top = height + 24.0

    def at(forecast: float, came: float) -> tuple[float, float]:
        return left + forecast * side, top + (1 - came) * side

    parts = [key, svg.text(0, top - 10, "came true", "f-muted small")]
    for p in _LADDER:
        cross = svg.line([at(p, 0), at(p, 1)]) + svg.line([at(0, p), at(1, p)])
        parts.append(svg.path(cross, "s-grid"))
        x, y = at(p, p)
        parts.append(svg.text(left - 8, y + 4, f"{p * 100:g}%", "f-muted small end"))
        parts.append(svg.text(x, top + side + 18, f"{p * 100:g}%", "f-muted small middle"))
    parts.append(svg.path(svg.line([at(0, 0), at(1, 1)]), "s-muted", 1.5, "4 4"))
    ends = [at(forecast, s.came) for s in data.curve for forecast in dict.fromkeys((s.low, s.high))]
    if ends:
        parts.append(svg.path(svg.line(ends), "s-ink", 1.5))
    parts += [_bin(bin, at, data.look, places) for bin in data.bins]
    foot = top + side + 24
    parts += _counts(data, left, side, foot)
    foot += _COUNTS + 14
    parts.append(svg.text(left + side, foot, "was said", "f-muted small end"))
    return Drawing("".join(parts), (-2, 0, left + side + 24, foot + 6))


def _key(data: Reliability) -> Iterator[svg.Key]:
    yield svg.now(0, 0, data.look), f"{data.forecaster}, with its 95% band"
    yield svg.path("M-10,0H10", "s-muted", 1.5, "4 4"), "as often as was said"
    if data.curve:
        yield svg.path("M-10,4H0V-4H10", "s-ink", 1.5), "CORP, without bins"


def _bin(bin: Bin, at: _At, look: Look, places: Places) -> str:
    x, y = at(bin.said, bin.came)
    band = svg.path(svg.line([at(bin.said, bin.low), at(bin.said, bin.high)]), f"s-{look}", 2)
    about = f"said {percent(bin.said)}, came {percent(bin.came)}, n = {bin.n:.2f}"
    return svg.mark(band + svg.now(x, y, look), about, "", places, svg.around(x, y))


def _counts(data: Reliability, left: float, side: float, top: float) -> Iterator[str]:
    """A bar a bin, as tall as its share of the questions, with their number above it."""
    most = max((bin.n for bin in data.bins), default=1.0)
    foot = top + _COUNTS
    yield svg.text(0, foot, "n", "f-muted small")
    yield svg.path(svg.line([(left, foot), (left + side, foot)]), "s-muted")
    for bin in data.bins:
        tall = bin.n / most * (_COUNTS - 18)
        number = min(int(bin.said * 10), 9)
        x = left + (number + 0.5) * side / 10
        yield svg.path(svg.bar(x - 8, foot - tall, 16, tall), f"f-{data.look}")
        yield svg.text(x, foot - tall - 4, _number(bin.n, side / 10), "f-muted small middle")


def _number(n: float, room: float) -> str:
    label = f"{n:.1f}".removesuffix(".0")
    return label if width(label, SMALL) < room else f"{n:.0f}"


_DASH = {"stated": "", "implied": "6 3"}
_HEAVY = {"stated": 2.5, "implied": 2.0}
_CAP = 4


def sample(name: str) -> str:
    """A short piece of the line, for a key."""
    return svg.path("M-10,0H10", f"s-{name}", _HEAVY[name], _DASH[name])


def course(
    points: Sequence[tuple[date, float | None]],
    slopes: Sequence[bool],
    last: date,
    days: Days,
    odds: LogOdds,
) -> str:
    """The path through the figures: level and then a step, or a slope; None is a gap.

    `slopes` has the way to each point from that before it.
    """
    parts: list[str] = []
    before: float | None = None
    for (day, p), slope in zip(points, (False, *slopes), strict=True):
        x = svg.number(days.at(day))
        if before is not None and not (slope and p is not None):
            parts.append(f"H{x}")
        if p is not None:
            y = svg.number(odds.at(p))
            if before is None:
                parts.append(f"M{x},{y}")
            elif slope:
                parts.append(f"L{x},{y}")
            elif p != before:
                parts.append(f"V{y}")
        before = p
    if before is not None:
        parts.append(f"H{svg.number(days.at(last))}")
    return "".join(parts)


def bracket(x: float, top: float, foot: float) -> str:
    """A band: a line with a cap at both ends."""
    left, right = svg.number(x - _CAP), svg.number(x + _CAP)
    high, low = svg.number(top), svg.number(foot)
    d = f"M{left},{high}H{right}M{svg.number(x)},{high}V{low}M{left},{low}H{right}"
    return svg.path(d, "s-implied", 1.5)


def outcome(day: date, word: str, days: Days, top: float, foot: float, label: str = "") -> str:
    """The end of a question: above if it occurred, below if not, in the middle where it is void.

    What is `told` stands beside it.
    """
    x = days.at(day)
    y = {"occurred": top, "did not occur": foot}.get(word, (top + foot) / 2)
    end = svg.path(svg.line([(x, top), (x, foot)]), "s-ink", 1.5)
    if word == "annulled":
        a, b = svg.number(x - 5), svg.number(y - 5)
        dot = svg.path(f"M{a},{b}l10,10m0,-10l-10,10", "s-ink", 2.5)
    else:
        dot = svg.circle(x, y, 6, "f-ink" if word == "occurred" else "f-paper s-ink", 2)
    wide = width(label, bold=True)
    left = max(min(x - 10 - wide, days.end - wide), days.start)
    return end + dot + svg.text(left, y + (16 if word == "occurred" else -8), label, "f-ink bold")


WIDE, NARROW = 960, 340
_LABEL, _FIGURE = 250, 150
_ROW, _LINE = 25, 15
_EDGE = 16
"""Pixels from an end, within which a label of the axis would be cut off."""
_WORST = -1.0
"""Worst skill on the axis; worse values stand at the edge."""
_SKILL_LADDER = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, and its 90 % interval, which few questions have not."""

    forecaster: str
    against: str
    look: Look
    questions: int
    skill: float
    low: float | None = None
    high: float | None = None


class SkillRows(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs in the order in which they are drawn."""

    pairs: tuple[Pair, ...]


def draw_skill(data: SkillRows, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A dot a pair with its interval: to the right of 0 it is better than the other."""
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
    foot = svg.text(scale.start, y + 16, "◂ worse", "f-muted small")
    foot += svg.text(scale.end, y + 16, "better ▸", "f-muted small end")
    return Drawing("".join([*_axis(scale, y), *body, foot]), (-2, 0, wide + 4, y + 24))


def _axis(scale: Linear, foot: float) -> Iterator[str]:
    for value in _SKILL_LADDER:
        if scale.low <= value <= scale.high:
            x = scale.at(value)
            yield svg.path(svg.line([(x, 24), (x, foot)]), "s-ink" if value == 0 else "s-grid")
            label = signed(value, 2)
            fits = abs(x - scale.end) > _EDGE < abs(x - scale.start)
            if fits and (value % 0.5 == 0 or scale.high - scale.low < 1):
                yield svg.text(x, 16, label, "f-muted small middle")


def _row(pair: Pair, y: float, scale: Linear, places: Places, *, narrow: bool) -> tuple[str, float]:
    name = f"{pair.forecaster} against {pair.against}"
    figure = signed(pair.skill, 2)
    if pair.low is not None and pair.high is not None:
        figure += f" ({signed(pair.low, 2)} to {signed(pair.high, 2)})"
    room = NARROW if narrow else _LABEL
    lines = folded(name, room, 3, SMALL)
    label = [svg.text(0, y + 16 + n * _LINE, line, "f-ink small") for n, line in enumerate(lines)]
    if narrow:
        middle = y + len(lines) * _LINE + 32
        label.append(svg.text(0, middle - 14, f"{figure}, n = {pair.questions}", "f-muted small"))
        tall = middle - y + 14
    else:
        tall = max(_ROW, len(lines) * _LINE + 8)
        middle = y + 12
        label.append(svg.text(WIDE, middle + 4, figure, "f-ink small end"))
    parts = []
    if pair.low is not None and pair.high is not None:
        ends = [(scale.at(pair.low), middle), (scale.at(pair.high), middle)]
        parts.append(svg.path(svg.line(ends), f"s-{pair.look}", 2))
    about = f"{name}: {figure}, n = {pair.questions}"
    x = scale.at(pair.skill)
    parts.append(svg.now(x, middle, pair.look))
    return "".join(label) + svg.mark("".join(parts), about, "", places, svg.around(x, middle)), tall
