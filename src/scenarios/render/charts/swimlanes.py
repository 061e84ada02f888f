"""Lanes below an axis of days: one for evidence, and one for each indicator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from scenarios.render.charts import svg
from scenarios.render.charts.labels import SMALL, folded
from scenarios.render.charts.scale import Days
from scenarios.render.charts.svg import NOWHERE, Places
from scenarios.render.text import signed

State = Literal["unobserved", "emerging", "observed", "reversed"]
_LANE, _LINE = 24, 15
_EVIDENCE, _TALLEST = 44, 17
_LEAST = 5
"""Pixels of a state that began on the last day."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Items that entered the record on a day, and by how much the implied figure changed on it.

    `more` of them are not named.
    """

    day: date
    items: tuple[str, ...]
    decibans: float
    more: int = 0
    anchor: str = ""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A state from one day to another."""

    state: State
    start: date
    end: date


class Swim(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's states, oldest first, without a gap, and the day on which it is due."""

    statement: str
    stretches: tuple[Stretch, ...]
    due: date | None = None


def seen_lane(
    seen: Sequence[Seen], days: Days, y: float, places: Places, *, narrow: bool
) -> tuple[str, float]:
    """The evidence: upwards what spoke for it, downwards what spoke against it.

    On a phone a finger would touch several at once: there the table has the words.
    """
    if not seen:
        return "", y
    if narrow:
        y += _LINE
        head = svg.text(0, y, "evidence, up for and down against", "f-muted small")
    else:
        head = svg.text(0, y + _EVIDENCE / 2 - 2, "evidence:", "f-ink small")
        head += svg.text(0, y + _EVIDENCE / 2 + 13, "up for it, down against it", "f-muted small")
    middle = y + _EVIDENCE / 2
    parts = [head, svg.path(svg.line([(days.start, middle), (days.end, middle)]), "s-muted")]
    for swim in seen:
        shape = _bar(days.at(swim.day), middle, swim.decibans)
        hit = svg.around(days.at(swim.day), middle)
        parts.append(shape if narrow else svg.mark(shape, says(swim), swim.anchor, places, hit))
    return "".join(parts), y + _EVIDENCE


def says(seen: Seen) -> str:
    """The items of a day in words."""
    more = [f"and {seen.more} more"] if seen.more else []
    return "\n".join([f"{_day(seen.day)}, {signed(seen.decibans)} dB", *seen.items, *more])


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _bar(x: float, middle: float, decibans: float) -> str:
    """An arrow as long as the root of its worth; a dot for what changed nothing."""
    if signed(decibans) == "0":
        return svg.circle(x, middle, 2.5, "f-ink")
    tall = min(5 + 3.5 * math.sqrt(abs(decibans)), _TALLEST)
    way = -1 if decibans > 0 else 1
    tip = middle + way * tall
    shaft = svg.line([(x, middle), (x, tip)])
    head = f"M{svg.number(x - 3)},{svg.number(tip - way * 4)}h6l-3,{way * 4}z"
    return svg.path(shaft + head, "f-ink s-ink", 2)


def lanes(swims: Sequence[Swim], days: Days, y: float, *, narrow: bool) -> tuple[str, float]:
    """The indicators; what colour would tell, shape and the word at the end tell."""
    parts = []
    for swim in swims:
        drawn, y = (_narrow if narrow else _wide)(swim, days, y)
        parts.append(drawn)
    return "".join(parts), y


def _wide(swim: Swim, days: Days, y: float) -> tuple[str, float]:
    lines = folded(swim.statement, days.start - 20, 3, SMALL)
    tall = max(_LANE, len(lines) * _LINE + 6)
    middle = y + tall / 2
    first = middle - (len(lines) - 1) * _LINE / 2 + 4
    whole = swim.statement if lines[-1].endswith("…") else ""
    drawn = "".join(
        svg.text(0, first + n * _LINE, line, "f-ink small", whole) for n, line in enumerate(lines)
    )
    word = svg.text(days.end + 14, middle + 4, swim.stretches[-1].state, "f-muted small")
    return drawn + _bands(swim, days, middle) + word, y + tall


def _narrow(swim: Swim, days: Days, y: float) -> tuple[str, float]:
    room = days.end + 10
    state = f"{swim.stretches[-1].state}: "
    lines = folded(state + swim.statement, room, 3, SMALL)
    whole = swim.statement if lines[-1].endswith("…") else ""
    drawn = "".join(
        svg.text(0, y + 14 + n * _LINE, line, "f-ink small", whole) for n, line in enumerate(lines)
    )
    foot = y + len(lines) * _LINE + 12
    return drawn + _bands(swim, days, foot), foot + 10


def _bands(swim: Swim, days: Days, middle: float) -> str:
    drawn = "".join(_stretch(stretch, days, middle) for stretch in swim.stretches)
    if swim.due and days.first <= swim.due <= days.last:
        x = days.at(swim.due)
        due = svg.path(svg.line([(x, middle - 9), (x, middle + 9)]), "s-ink", 1.5)
        drawn += svg.mark(due, f"due {_day(swim.due)}", "", NOWHERE)
    return drawn


def _stretch(stretch: Stretch, days: Days, middle: float) -> str:
    """Thin where nothing was seen, hollow where it emerges, full where it was seen."""
    left = days.at(stretch.start)
    right = max(days.at(stretch.end), left + _LEAST)
    level = svg.line([(left, middle), (right, middle)])
    if stretch.state == "unobserved":
        return svg.path(level, "s-seen", 1)
    if stretch.state == "reversed":
        return svg.path(level, "s-seen", 3, "3 3")
    if stretch.state == "emerging":
        return svg.path(svg.bar(left, middle - 3, right - left, 6), "f-paper s-seen", 1.5)
    return svg.path(svg.bar(left, middle - 6, right - left, 12), "f-seen")
