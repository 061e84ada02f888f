"""A quantity over time: the evidence's 80 % interval as a fan, ours as lines, on one axis."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec

from scenarios.render import drawing, svg
from scenarios.render.charts import parts, scale
from scenarios.render.charts.parts import NARROW, SHAPES, WIDE, ForecastMark
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing
from scenarios.render.text import short_day

_TALL, _AXIS, _APART = 260, 24, 15
_ENDS = 170
"""Pixels right of a wide plot, for the last figures."""
_LINES: tuple[tuple[Any, ...], ...] = (
    ("stated_low", "s-stated", 1),
    ("stated_high", "s-stated", 1),
    ("implied", "s-implied", 2, "6 3"),
    ("stated", "s-stated", 2.5),
)


class FanDay(msgspec.Struct, frozen=True, kw_only=True):
    """Medians on a day, with p10 and p90; a day is its ordinal. None where nobody states one."""

    day: date
    low: float
    implied: float
    high: float
    stated_low: float | None = None
    stated: float | None = None
    stated_high: float | None = None


class QuantityFan(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity over time; `decays`: it changes from day to day, and not in steps.

    `latest` is the horizon of a date, beyond which a value is `later`; `ends` are the last figures
    of the evidence and of ours in words, `end` is the value with its day, once it is known.
    """

    title: str
    since: date
    days: tuple[FanDay, ...]
    ends: tuple[str, str]
    thresholds: tuple[float, ...] = ()
    is_log: bool = False
    latest: date | None = None
    decays: bool = False
    estimates: tuple[ForecastMark, ...] = ()
    value: float | None = None
    ended: date | None = None
    end: str = ""


class ValueScale(scale.Linear, frozen=True, kw_only=True):
    """Values along pixels, by their logarithm where the scale is `is_log`."""

    is_log: bool
    latest: date | None

    def position(self, value: float) -> float:
        """The place of a value; of one outside that of the edge."""
        places = [self.low, self.high, value]
        if self.is_log:
            places = [math.log(max(place, 1e-300)) for place in places]
        low, high, place = places
        share = min(max((place - low) / (high - low), 0.0), 1.0)
        return self.start + share * (self.end - self.start)

    def label(self, value: float) -> str:
        if self.latest is None:
            return f"{value:,.10g}"
        day = date.fromordinal(round(value))
        return "later" if day == self.latest else short_day(day)

    def ticks(self) -> Iterator[float]:
        """Yield round values from low to high, of a date first days of months."""
        if self.latest:
            low, high = (date.fromordinal(round(value)) for value in (self.low, self.high))
            room = 3.0 * abs(self.end - self.start)
            days = scale.DayScale(first=low, last=high, start=0, end=room).ticks()
            yield from (float(day.toordinal()) for day, _ in days)
            return
        if self.is_log and self.high > 10 * self.low:
            for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))):
                yield from (n * 10.0**power for n in (1, 2, 5))
            return
        rough = (self.high - self.low) / 5
        unit = 10.0 ** math.floor(math.log10(rough))
        step = unit * next(n for n in (1, 2, 5, 10) if n * unit >= rough)
        first = math.ceil(self.low / step)
        yield from (
            (first + n) * step for n in range(math.floor(self.high / step + 1e-9) - first + 1)
        )


def value_scale(data: QuantityFan, foot: float, top: float) -> ValueScale:
    """A scale that holds every figure, the thresholds and the value."""
    several = [data.value, *data.thresholds, *(estimate.value for estimate in data.estimates)]
    for day in data.days:
        several += [day.low, day.high, day.stated_low, day.stated_high]
    values = [value for value in several if value is not None]
    low, high = min(values), max(values)
    more = 0.0 if data.is_log else (high - low or abs(high) or 1.0) * 0.04
    low, high = low - more, high + more
    if data.is_log and low == high:
        low, high = low / 2, high * 2
    if data.latest:
        low, high = max(low, 1.0), min(high, float(data.latest.toordinal()))
    return ValueScale(
        low=low, high=high, start=foot, end=top, is_log=data.is_log, latest=data.latest
    )


@drawing.draw.register(QuantityFan)
def draw(data: QuantityFan, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The key above; thresholds at the left, the last figures at the right where there is room."""
    wide = NARROW if narrow else WIDE
    names = sorted({estimate.analyst for estimate in data.estimates})
    shapes = dict(zip(names, [*SHAPES, *[[*SHAPES][-1]] * len(names)], strict=False))
    key, y = parts.key(_key(data, shapes), wide)
    top, foot = y + 10, y + 10 + _TALL
    values, last = value_scale(data, foot, top), data.days[-1].day
    last = max(last, data.ended) if data.ended else last
    gutter = 92 if narrow else 130
    days = scale.days_beyond(data.days[0].day, last, gutter, wide - (12 if narrow else _ENDS))
    slopes = [data.decays] * (len(data.days) - 1)
    left, until = days.position(data.since), days.position(data.days[-1].day)
    body = [key, *parts.day_axis(days, wide, foot, foot, foot + 17)]
    body.append(svg.path(svg.bar(left, top, max(until - left, 0), _TALL), "f-window"))
    body += _levels(data, values, days)
    body.append(svg.path(_band(data, values, days), "fan"))
    for name, *look in _LINES:
        if path := parts.curve(data.days, name, days, values, data.ended or days.last, slopes):
            body.append(svg.path(path, *look))
    for estimate in data.estimates:
        x, height = days.position(estimate.day), values.position(estimate.value)
        shape = parts.analyst(x, height, shapes[estimate.analyst])
        hit = svg.around(x, height)
        body.append(
            shape if narrow else svg.mark(shape, estimate.about, estimate.anchor, places, hit)
        )
    body += _ending(data, values, days)
    if not narrow:
        body += _ends(data, values, days.end + 8)
    return Drawing("".join(body), (-2, 0, wide + 4, foot + _AXIS))


def _key(data: QuantityFan, shapes: dict[str, str]) -> Iterator[parts.Key]:
    evidence, ours = data.ends
    sample = svg.path(svg.bar(-10, -6, 20, 12), "fan") + parts.sample("implied")
    yield sample, f"the evidence {evidence}"
    if ours:
        edges = svg.path("M-10,-5H10M-10,5H10", "s-stated")
        yield edges + parts.sample("stated"), f"what we say {ours}"
    for name, shape in shapes.items():
        yield parts.analyst(0, 0, shape), name


def _levels(data: QuantityFan, values: ValueScale, days: scale.DayScale) -> Iterator[str]:
    """Yield the thresholds with their values, and round values where there is room."""
    high = [values.high] if data.latest and values.high >= data.latest.toordinal() else []
    firm = [*((value, True) for value in data.thresholds), *((value, False) for value in high)]
    every = [*firm, *((value, False) for value in values.ticks())]
    spans = [(values.position(v), values.position(v) + _APART) for v, _ in every]
    for (value, is_threshold), has_room in zip(every, scale.apart(spans), strict=True):
        y, look = values.position(value), "s-ink" if is_threshold else "s-grid"
        is_inside = values.low <= value <= values.high
        if is_threshold or (has_room and is_inside):
            dash = "2 4" if is_threshold else ""
            yield svg.path(svg.line([(days.start, y), (days.end, y)]), look, 1, dash)
        if has_room and is_inside:
            text = "f-ink small bold end" if is_threshold else "f-muted small end"
            label = scale.cut(values.label(value), days.start - 6, scale.SMALL, bold=is_threshold)
            yield svg.text(days.start - 6, y + 4, label, text, values.label(value))


def _band(data: QuantityFan, values: ValueScale, days: scale.DayScale) -> str:
    """The area between p10 and p90 of the evidence."""

    def edge(name: str) -> Sequence[tuple[float, float]]:
        at = [(days.position(day.day), values.position(getattr(day, name))) for day in data.days]
        at.append((days.position(data.ended or days.last), at[-1][1]))
        if data.decays:
            return at
        return [place for (x, y), (then, _) in pairwise(at) for place in ((x, y), (then, y))]

    return svg.line([*edge("high"), *reversed(edge("low"))]) + "z"


def _ends(data: QuantityFan, values: ValueScale, x: float) -> Iterator[str]:
    """Yield the last figures beside their medians."""
    last, (evidence, ours) = data.days[-1], data.ends
    figures = [(values.position(last.implied), "evidence", evidence, "implied")]
    if last.stated is not None:
        figures.append((values.position(last.stated), "we say", ours, "stated"))
    figures.sort()
    heights = scale.spread([y for y, *_ in figures], 34, values.start - 16, values.end)
    for height, (_, who, words, look) in zip(heights, figures, strict=True):
        median, _, rest = words.partition(" (")
        yield svg.text(x, height + 4, f"{median} {who}", f"f-{look} bold")
        yield svg.text(x, height + 19, rest.removesuffix(")"), f"f-{look} small")


def _ending(data: QuantityFan, values: ValueScale, days: scale.DayScale) -> Iterator[str]:
    """Yield the value as a line with its dot, and the day on which it was known."""
    if not data.ended:
        return
    x, last = days.position(data.ended), values.position(data.days[-1].implied)
    yield svg.path(svg.line([(x, values.end), (x, values.start)]), "s-ink", 1.5)
    if data.value is not None:
        y = values.position(data.value)
        yield svg.path(svg.line([(days.start, y), (x, y)]), "s-ink", 1.5)
        yield svg.circle(x, y, 6, "f-ink")
    end = scale.cut(data.end, days.end - days.start, bold=True)
    wide = scale.width(end, bold=True)
    left = max(min(x - 10 - wide, days.end - wide), days.start)
    is_low = last > (values.start + values.end) / 2
    yield svg.text(
        left, values.end + 16 if is_low else values.start - 8, end, "f-ink bold", data.end
    )


class DensityCurve(msgspec.Struct, frozen=True, kw_only=True):
    """Values with the probability near each, and thresholds with what is said of them."""

    points: tuple[tuple[float, float], ...]
    thresholds: tuple[tuple[float, str], ...] = ()


_HILL = 90


@drawing.draw.register(DensityCurve)
def draw_density(data: DensityCurve, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A hill over the values, and below it a line of words for each threshold; always narrow."""
    del narrow, places
    low, high = data.points[0][0], data.points[-1][0]
    top = max(height for _, height in data.points)
    across = scale.Linear(low=low, high=high, start=4, end=NARROW - 4)
    up = scale.Linear(low=0, high=top, start=_HILL, end=4)
    hill = [(across.position(value), up.position(height)) for value, height in data.points]
    body = [svg.path(svg.line([(4, _HILL), *hill, (NARROW - 4, _HILL)]), "s-stated", 2)]
    y = _HILL + 16.0
    for value, words in data.thresholds:
        if low < value < high:
            x = across.position(value)
            body.append(svg.path(svg.line([(x, 4), (x, _HILL)]), "s-ink", 1, "2 4"))
        body.append(svg.text(0, y, words, "f-muted small"))
        y += parts.LINE
    return Drawing("".join(body), (0, 0, NARROW, y))
