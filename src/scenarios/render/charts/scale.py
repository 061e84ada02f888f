"""From figures and days to places: log odds and time."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, compress

import msgspec

from scenarios.render.text import short_day
from scenarios.scales import decibans
from scenarios.text import printable

_WIDTHS = {
    **dict.fromkeys("ijlI'|.,:;! ·", 0.34),
    **dict.fromkeys('ftr()[]-/"J', 0.43),
    **dict.fromkeys("mwMW%@…—→&+=<>−", 0.93),
}
"""In ems; a little more than a letter of DejaVu Sans, the widest of the usual fonts, takes."""
_SMALL, _LARGE, _DIGIT, _WIDE = 0.63, 0.73, 0.64, 1.1
_CJK = 0x2E80
"""From this code point on a letter is as wide as high."""
_BOLD = 1.13
BASE, SMALL = 13, 12
"""The sizes of text, in pixels."""


def width(text: str, size: float = BASE, *, bold: bool = False) -> float:
    """Width of a text in pixels, approximately."""
    return sum(map(_ems, text)) * size * (_BOLD if bold else 1)


def cut(text: str, room: float, size: float = BASE, *, bold: bool = False) -> str:
    """The text, or so much of it that it fits with an ellipsis."""
    if width(text, size, bold=bold) <= room:
        return text
    left = room - width("…", size, bold=bold)
    return text[: _fitting(text, left, size, bold=bold)].rstrip(" ,;:–-") + "…"


def _fitting(text: str, room: float, size: float, *, bold: bool) -> int:
    scale = size * (_BOLD if bold else 1)
    return sum(end <= room for end in accumulate(_ems(letter) * scale for letter in text))


def folded(
    text: str, room: float, most: int, size: float = BASE, *, bold: bool = False
) -> list[str]:
    """Fold a text into at most `most` lines that fit; cut the last line.

    A word that is wider than a line is broken where the line ends.
    """
    lines: list[list[str]] = [[]]
    blank, used = width(" ", size, bold=bold), 0.0
    words = text.split()[::-1]
    while words:
        word = words.pop()
        across = width(word, size, bold=bold)
        if lines[-1] and used + blank + across > room and len(lines) < most:
            lines.append([])
        if not lines[-1] and across > room and word[1:] and len(lines) < most:
            end = max(1, _fitting(word, room, size, bold=bold))
            lines[-1].append(word[:end])
            lines.append([])
            words.append(word[end:])
            continue
        used = used + blank + across if lines[-1] else across
        lines[-1].append(word)
    return [cut(" ".join(line), room, size, bold=bold) for line in lines]


def spread(
    places: Sequence[float], apart: float, end: float, start: float = -math.inf
) -> list[float]:
    """Ascending places moved as little as makes each `apart` from the next, from start to end."""
    blocks: list[tuple[float, int]] = []  # of places that touch: the sum of them, and how many
    for number, height in enumerate(places):
        total, count = height - number * apart, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    level = [total / count for total, count in blocks for _ in range(count)]
    limit = end - (len(level) - 1) * apart
    return [min(max(height, start), limit) + number * apart for number, height in enumerate(level)]


def apart(wanted: Iterable[tuple[float, float]], gap: float = 0) -> list[bool]:
    """True for each span that has room beside the more important spans before it."""
    spans: list[tuple[float, float]] = []
    chosen = []
    for low, high in wanted:
        free = all(high + gap <= left or right + gap <= low for left, right in spans)
        chosen.append(free)
        if free:
            spans.append((low, high))
    return chosen


@cache
def _ems(letter: str) -> float:
    """Width of a letter, or of its escape where it is invisible."""
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    spelled = printable(letter)
    if spelled != letter:
        return sum(map(_ems, spelled))
    if ord(letter) >= _CJK:
        return _WIDE
    return _DIGIT if letter.isdigit() else _LARGE if letter.isupper() else _SMALL


_NEVER, _EVER = 0.0005, 0.9995
"""Beyond these a figure stands at the edge."""
_ROUND = (
    *(0.5, 0.1, 0.9, 0.01, 0.99, 0.25, 0.75, 0.05, 0.95, 0.02, 0.98, 0.001, 0.999),
    *(0.005, 0.995, 0.002, 0.998),
)
_FIVES = tuple(n / 100 for n in range(5, 100, 5))
_FINER = (
    *(n / 100 for n in range(1, 100)),
    *(n / 1000 for n in (*range(1, 50), *range(951, 1000))),
)
_LEAST, _PAD = 9.0, 1.2
"""Decibans from end to end at the least, and those left free on either side."""
_FEWEST = 3
"""Labels of an axis, one fewer of an upright one; where round figures are fewer, fives join."""
_BESIDE = 14
"""Pixels between two labels of an axis."""
_OUTSIDE = 8
"""Pixels by which a label may stand out from its axis."""
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
"""Months between two labels of the axis."""
_DAYS = 60
"""Days from which on an axis has months."""


def _between(value: float, low: float, high: float, start: float, end: float) -> float:
    share = min(max((value - low) / (high - low), 0), 1)
    return start + share * (end - start)


class Linear(msgspec.Struct, frozen=True, kw_only=True):
    """Figures from `low` to `high` along pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def position(self, value: float) -> float:
        """Where a figure stands; what is outside stands at the edge."""
        return _between(value, self.low, self.high, self.start, self.end)


class LogOdds(Linear, frozen=True, kw_only=True):
    """Probabilities from `low` to `high`, in decibans, along pixels from `start` to `end`."""

    def position(self, p: float) -> float:
        return _between(bounded(p), self.low, self.high, self.start, self.end)

    def ticks(self, room: float | None = None) -> list[tuple[float, str]]:
        """Round probabilities inside the scale with their labels, finer ones where there is room.

        `room` is the length of a label along the axis, if it differs from the label's width.
        """
        fewest = _FEWEST if room is None else _FEWEST - 1
        chosen: list[float] = []
        for finer in ((), _FIVES, (*_FIVES, *_FINER)):
            if len(chosen) < fewest:
                chosen = self._apart(dict.fromkeys((*_ROUND, *finer)), room)
        return [(p, label(p)) for p in sorted(chosen)]

    def _apart(self, wanted: Iterable[float], room: float | None) -> list[float]:
        inside = [p for p in wanted if self.low <= decibans(p) <= self.high]
        spans = []
        for p in inside:
            half = (width(label(p), SMALL) if room is None else room) / 2
            spans.append((self.position(p) - half, self.position(p) + half))
        low, high = sorted((self.start, self.end))
        fits = [low - _OUTSIDE <= first and last <= high + _OUTSIDE for first, last in spans]
        spans, inside = list(compress(spans, fits)), list(compress(inside, fits))
        return [p for p, fits in zip(inside, apart(spans, _BESIDE), strict=True) if fits]


def log_odds(figures: Iterable[float], start: float, end: float, least: float = _LEAST) -> LogOdds:
    """A scale that holds these probabilities."""
    worth = [bounded(p) for p in figures] or [0.0]
    low, high = min(worth) - _PAD, max(worth) + _PAD
    more = max(0.0, least - (high - low)) / 2
    return LogOdds(low=low - more, high=high + more, start=start, end=end)


def bounded(p: float) -> float:
    """Decibans of a probability, which may be 0 or 1."""
    return decibans(min(max(p, _NEVER), _EVER))


def label(p: float) -> str:
    """A probability on an axis: `5%`, `0.1%`."""
    return f"{p * 100:.6g}%"


class DayScale(msgspec.Struct, frozen=True, kw_only=True):
    """Days from `first` to `last`, along pixels from `start` to `end`."""

    first: date
    last: date
    start: float
    end: float

    def position(self, day: date) -> float:
        """Where a day stands; what is outside stands at the edge."""
        length = max((self.last - self.first).days, 1)
        return _between((day - self.first).days, 0, length, self.start, self.end)

    def ticks(self) -> list[tuple[date, str]]:
        """First days of months at round distances, or of years; within two months single days."""
        most = max(2, int((self.end - self.start) // 78))
        length = (self.last - self.first).days
        if length < _DAYS:
            step = max(1, -(-length // max(most - 1, 1)))
            days = [self.first + timedelta(n) for n in range(0, length + 1, step)]
            return [(day, short_day(day)) for day in days][:most]
        months = [
            date(year, month, 1)
            for year in range(self.first.year, self.last.year + 1)
            for month in range(1, 13)
            if self.first <= date(year, month, 1) <= self.last
        ]
        for step in _STEPS:
            chosen = [day for day in months if (day.year * 12 + day.month - 1) % step == 0]
            if len(chosen) <= most:
                return [(d, f"{d:%Y}" if step % 12 == 0 else f"{d:%b %Y}") for d in chosen]
        return []


def days_beyond(first: date, last: date, start: float, end: float) -> DayScale:
    """Days with a margin of a sixtieth, so that a step on the last of them shows."""
    margin = min(max(1, (last - first).days // 60), (date.max - last).days)
    return DayScale(first=first, last=last + timedelta(margin), start=start, end=end)
