"""A reliability diagram: how often it happened against how likely it was said to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from scenarios.render.charts import marks, svg
from scenarios.render.charts.labels import SMALL, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import percent

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


def draw(data: Reliability, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """Draw forecasts from left to right, frequencies upward, and the number in each bin below."""
    side = 280.0 if narrow else 380.0
    left = 46.0
    key, height = marks.key(list(_key(data)), left + side + 12, 12)
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


def _key(data: Reliability) -> Iterator[marks.Key]:
    yield marks.now(0, 0, data.look), f"{data.forecaster}, with its 95% band"
    yield svg.path("M-10,0H10", "s-muted", 1.5, "4 4"), "as often as was said"
    if data.curve:
        yield svg.path("M-10,4H0V-4H10", "s-ink", 1.5), "CORP, without bins"


def _bin(bin: Bin, at: _At, look: Look, places: Places) -> str:
    x, y = at(bin.said, bin.came)
    band = svg.path(svg.line([at(bin.said, bin.low), at(bin.said, bin.high)]), f"s-{look}", 2)
    about = f"said {percent(bin.said)}, came {percent(bin.came)}, n = {bin.n:.2f}"
    return svg.mark(band + marks.now(x, y, look), about, "", places, svg.around(x, y))


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
