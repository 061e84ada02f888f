"""Parts that charts share: marks, keys, axes and courses."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from scenarios.render import svg
from scenarios.render.charts.scale import SMALL, DayScale, Linear, LogOdds, width
from scenarios.render.svg import number
from scenarios.render.text import short_day

WIDE, NARROW = 960, 340
"""Pixels across a picture on a desk and on a phone."""
LINE = 15
"""Pixels between the lines of a small text."""
RADIUS, BADGE = 4.5, 9
_CAP = 4
SHAPES = {
    "square": "m-4-4h8v8h-8z",
    "triangle": "m0-5.5 5.5 9.5h-11z",
    "diamond": "m0-6 5 6-5 6-5-6z",
    "wedge": "m-5.5-4h11l-5.5 9.5z",
    "cross": "m-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "star": "m0-6.5 1.6 4.5h4.7l-3.8 2.9 1.4 4.6-3.9-2.8-3.9 2.8 1.4-4.6-3.8-2.9h4.7z",
}
"""The analysts' marks in the order of their names; all from the sixth on share the last."""
Word = Literal["occurred", "did not occur", "annulled"]
WORDS: dict[str, Word] = {
    "occurred": "occurred",
    "did-not-occur": "did not occur",
    "annulled": "annulled",
}
Key = tuple[str, str]
"""A shape drawn around (0, 0), and its meaning."""


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Both probabilities on a day; None where nobody's forecast stood, or nothing is implied."""

    day: date
    stated: float | None
    implied: float | None


class OutcomeMark(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    word: Word

    @property
    def label(self) -> str:
        """`occurred 24 Feb 2022`."""
        return f"{self.word} {short_day(self.day)}"


class ForecastMark(msgspec.Struct, frozen=True, kw_only=True):
    """An analyst's forecast on its day: a probability, or the median of a quantity.

    `about` is the text that a pointer on the mark shows.
    """

    day: date
    analyst: str
    value: float
    about: str
    anchor: str = ""


def probabilities(points: Iterable[DayFigures]) -> list[float]:
    return [p for point in points for p in (point.stated, point.implied) if p is not None]


def now(x: float, y: float, look: str = "stated") -> str:
    """Mark of the stated probability."""
    return svg.circle(x, y, RADIUS, f"f-{look}")


def then(x: float, y: float) -> str:
    """Mark of the earlier stated probability."""
    return svg.circle(x, y, RADIUS - 0.7, "f-paper s-stated", 1.7)


def implied(x: float, y: float) -> str:
    """Mark of the implied probability: upright, so that it shows behind a dot."""
    return svg.path(svg.bar(x - 1.5, y - 8, 3, 16), "f-implied")


def analyst(x: float, y: float, shape: str) -> str:
    """Mark of one analyst's forecast."""
    return svg.path(f"M{number(x)} {number(y)}{SHAPES[shape]}", "f-stated s-paper")


def badge(x: float, y: float, figure: int) -> str:
    """A number that a text takes up elsewhere."""
    dot = svg.circle(x, y, BADGE, "f-ink")
    return dot + svg.text(x, y + 4, str(figure), "badge small bold middle")


def sample(name: str) -> str:
    """A short piece of the line, for a key."""
    heavy, dash = (2.5, "") if name == "stated" else (2.0, "6 3")
    return svg.path("M-10,0H10", f"s-{name}", heavy, dash)


def bracket(x: float, top: float, foot: float) -> str:
    """A band: a line with a cap at both ends."""
    left, right = number(x - _CAP), number(x + _CAP)
    high, low = number(top), number(foot)
    d = f"M{left},{high}H{right}M{number(x)},{high}V{low}M{left},{low}H{right}"
    return svg.path(d, "s-implied", 1.5)


def key(entries: Iterable[Key], room: float) -> tuple[str, float]:
    """The shapes beside one another in as many lines as they need, and their height."""
    parts, x, y = [], 0.0, 12
    for shape, label in entries:
        wide = 24 + width(label, SMALL)
        if x and x + wide > room:
            x, y = 0.0, y + 18
        parts.append(svg.moved(shape, x + 10, y - 4))
        parts.append(svg.text(x + 24, y, label, "f-muted small"))
        x += wide + 20
    return "".join(parts), y + 6


def lines(
    x: float,
    y: float,
    texts: Sequence[str],
    look: str = "f-ink small",
    whole: str = "",
    step: float = LINE,
) -> str:
    """Lines of a text from the baseline `y` down; where the last was cut, `whole` is its title."""
    title = whole if texts and texts[-1].endswith("…") else ""
    return "".join(svg.text(x, y + n * step, line, look, title) for n, line in enumerate(texts))


def centred(x: float, middle: float, texts: Sequence[str], look: str, whole: str) -> str:
    return lines(x, middle - (len(texts) - 1) * LINE / 2 + 4, texts, look, whole)


def day_axis(
    days: DayScale, wide: float, top: float, foot: float, baseline: float
) -> Iterator[str]:
    """The lines of the days, each with its label where that is not cut off."""
    for day, label in days.ticks():
        x, half = days.position(day), width(label, SMALL) / 2
        yield svg.path(svg.line([(x, top), (x, foot)]), "s-grid")
        if half <= x <= wide - half:
            yield svg.text(x, baseline, label, "f-muted small middle")


def levels(odds: LogOdds, days: DayScale) -> Iterator[str]:
    """The lines of the probabilities across the days, each with its label at the left."""
    for p, label in odds.ticks(room=SMALL):
        y = odds.position(p)
        yield svg.path(svg.line([(days.start, y), (days.end, y)]), "s-grid")
        yield svg.text(days.start - 6, y + 4, label, "f-muted small end")


def odds_axis(odds: LogOdds, top: float, foot: float, *baselines: float) -> Iterator[str]:
    """The upright lines of the probabilities, with their labels at each baseline."""
    ticks = [(odds.position(p), label) for p, label in odds.ticks()]
    yield svg.path("".join(svg.line([(x, top), (x, foot)]) for x, _ in ticks), "s-grid")
    for x, label in ticks:
        for y in baselines:
            yield svg.text(x, y, label, "f-muted small middle")


def curve(
    points: Sequence[Any],
    name: str,
    days: DayScale,
    odds: Linear,
    last: date | None = None,
    slopes: Sequence[bool] = (),
) -> str:
    """The path through the figures: level and then a step, or a slope; None is a gap.

    `slopes` has the way to each point from that before it; the path ends on the day `last`.
    """
    parts: list[str] = []
    before: float | None = None
    for point, slope in zip(points, (False, *(slopes or [False] * (len(points) - 1))), strict=True):
        x, p = number(days.position(point.day)), getattr(point, name)
        if before is not None and not (slope and p is not None):
            parts.append(f"H{x}")
        if p is not None:
            y = number(odds.position(p))
            if before is None:
                parts.append(f"M{x},{y}")
            elif slope:
                parts.append(f"L{x},{y}")
            elif p != before:
                parts.append(f"V{y}")
        before = p
    if before is not None:
        parts.append(f"H{number(days.position(last or points[-1].day))}")
    return "".join(parts)


def curves(
    points: Sequence[Any], days: DayScale, odds: Linear, last: date, slopes: Sequence[bool]
) -> Iterator[str]:
    """The implied figures, and the stated ones over them, in steps."""
    if path := curve(points, "implied", days, odds, last, slopes):
        yield svg.path(path, "s-implied", 2, "6 3")
    if path := curve(points, "stated", days, odds, last):
        yield svg.path(path, "s-stated", 2.5)


def ending(
    end: OutcomeMark,
    days: DayScale,
    top: float,
    foot: float,
    label: str = "",
    heights: Iterable[tuple[float, float]] = (),
) -> str:
    """The end of a question: above if it occurred, below if not, in the middle where it is void.

    Its label stands at that end of the line that is further from the `heights` of the courses, each
    up to an x.
    """
    x = days.position(end.day)
    y = {"occurred": top, "did not occur": foot}.get(end.word, (top + foot) / 2)
    line = svg.path(svg.line([(x, top), (x, foot)]), "s-ink", 1.5)
    if end.word == "annulled":
        cross = f"M{number(x - 5)},{number(y - 5)}l10,10m0,-10l-10,10"
        dot = svg.path(cross, "s-ink", 2.5)
    else:
        dot = svg.circle(x, y, 6, "f-ink" if end.word == "occurred" else "f-paper s-ink", 2)
    wide = width(label, bold=True)
    left = max(min(x - 10 - wide, days.end - wide), days.start)
    nearby = [height for until, height in heights if until > left]
    room = {
        y: min((abs(y - 4 - y_of_other) for y_of_other in nearby), default=0.0)
        for y in (foot - 8, top + 16)
    }
    baseline = max(room, key=room.__getitem__)
    return line + dot + svg.text(left, baseline, label, "f-ink bold")
