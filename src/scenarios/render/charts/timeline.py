"""A scenario over time: what is stated and implied, why, and what was seen, on one axis of days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from scenarios.render.charts import scores, svg
from scenarios.render.charts.scale import SMALL, Days, LogOdds, cut, folded, log_odds, spread, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import from_to, signed
from scenarios.scales import percent

State = Literal["unobserved", "emerging", "observed", "reversed"]
_LANE, _SWIMLANES_LINE = 24, 15
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
        y += _SWIMLANES_LINE
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
    tall = max(_LANE, len(lines) * _SWIMLANES_LINE + 6)
    middle = y + tall / 2
    first = middle - (len(lines) - 1) * _SWIMLANES_LINE / 2 + 4
    whole = swim.statement if lines[-1].endswith("…") else ""
    drawn = "".join(
        svg.text(0, first + n * _SWIMLANES_LINE, line, "f-ink small", whole)
        for n, line in enumerate(lines)
    )
    word = svg.text(days.end + 14, middle + 4, swim.stretches[-1].state, "f-muted small")
    return drawn + _bands(swim, days, middle) + word, y + tall


def _narrow(swim: Swim, days: Days, y: float) -> tuple[str, float]:
    room = days.end + 10
    state = f"{swim.stretches[-1].state}: "
    lines = folded(state + swim.statement, room, 3, SMALL)
    whole = swim.statement if lines[-1].endswith("…") else ""
    drawn = "".join(
        svg.text(0, y + 14 + n * _SWIMLANES_LINE, line, "f-ink small", whole)
        for n, line in enumerate(lines)
    )
    foot = y + len(lines) * _SWIMLANES_LINE + 12
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


Word = Literal["occurred", "did not occur", "annulled"]
WIDE, NARROW = 960, 340
_TALL, _SHORT = 220, 180
_TAIL = 60
"""One day is added for each such number of days, so that the last step shows."""
_APART = 17
_FLAGS = 24
"""Pixels above the plot, for the numbers of the steps."""
_AXIS = 28
_LINE = 16
_NUMBERED = 20
"""Pixels between the numbers of two steps."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Both probabilities on a day; None where nobody's forecast stood, or nothing is implied."""

    day: date
    stated: float | None
    implied: float | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One of the largest changes, and what made it; the figures are those that changed."""

    day: date
    stated: tuple[float, float] | None
    implied: tuple[float, float] | None
    told: str
    anchor: str = ""


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """Forecast of an analyst, with its reason."""

    day: date
    analyst: str
    probability: float
    rationale: str
    anchor: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Outcome and its date."""

    day: date
    word: Word

    @property
    def told(self) -> str:
        """`occurred 24 Feb 2022`."""
        return f"{self.word} {self.day.day} {self.day:%b %Y}"


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """`decays`: between its points the implied figure falls from day to day, and does not step."""

    title: str
    since: date
    points: tuple[Figures, ...]
    decays: bool = False
    band: tuple[float, float] | None = None
    outcome: Outcome | None = None
    steps: tuple[Step, ...] = ()
    seen: tuple[Seen, ...] = ()
    sayings: tuple[Saying, ...] = ()
    lanes: tuple[Swim, ...] = ()

    @property
    def analysts(self) -> list[str]:
        """Those who forecast, by name; each has a shape."""
        return sorted({saying.analyst for saying in self.sayings})


class Frame(NamedTuple):
    """Where the picture stands: the days from left to right, the figures from `foot` to `top`."""

    wide: float
    gutter: float
    days: Days
    odds: LogOdds
    top: float
    foot: float
    narrow: bool


def draw(data: Timeline, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The figures above, evidence and indicators below, the largest steps in words at the foot."""
    key, height = "", 6.0
    if narrow:
        key, height = svg.key(list(_key(data)), NARROW, 12)
    frame = _frame(data, height + _FLAGS, narrow=narrow)
    parts = [key or _beside(data), *_ground(data, frame)]
    y = frame.foot + _AXIS
    drawn, y = seen_lane(data.seen, frame.days, y, places, narrow=narrow)
    parts.append(drawn)
    drawn, y = lanes(data.lanes, frame.days, y, narrow=narrow)
    parts.append(drawn)
    parts.insert(1, "".join(_days(frame, y)))
    parts += [*_curves(data, frame), *_ends(data, frame)]
    parts += _sayings(data, frame, places)
    steps, y = _steps(data, frame, y + 10, places)
    parts += steps
    return Drawing("".join(parts), (-2, 0, frame.wide + 4, y + 4))


def _frame(data: Timeline, top: float, *, narrow: bool) -> Frame:
    first, last = data.points[0].day, data.points[-1].day
    last = max(last, data.outcome.day) if data.outcome else last
    room = (date.max - last).days
    end = last + timedelta(min(max(1, (last - first).days // _TAIL), room))
    wide, gutter = (NARROW, 44) if narrow else (WIDE, 262)
    right = wide - (12 if narrow else 134)
    foot = top + (_SHORT if narrow else _TALL)
    figures = [p for point in data.points for p in (point.stated, point.implied) if p is not None]
    figures += [saying.probability for saying in data.sayings] + list(data.band or ())
    return Frame(
        wide=wide,
        gutter=gutter,
        days=Days(first=first, last=end, start=gutter, end=right),
        odds=log_odds(figures, foot, top),
        top=top,
        foot=foot,
        narrow=narrow,
    )


def _key(data: Timeline) -> Iterator[svg.Key]:
    last = data.points[-1]
    stated = f" {percent(last.stated)}" if last.stated is not None else ", no longer"
    if any(point.stated is not None for point in data.points):
        yield scores.sample("stated"), f"stated{stated}"
    if last.implied is not None:
        yield scores.sample("implied"), f"implied {percent(last.implied)}"
    if data.band:
        low, high = map(percent, data.band)
        yield scores.bracket(0, -6, 6), f"band {low} to {high}"
    for name, shape in _shapes(data):
        yield svg.analyst(0, 0, shape), name


def _shapes(data: Timeline) -> Iterator[tuple[str, str]]:
    last = len(svg.SHAPES) - 1
    for number, name in enumerate(data.analysts):
        yield name, svg.SHAPES[min(number, last)]


def _beside(data: Timeline) -> str:
    """The key at the left, an entry a line."""
    entries = list(_key(data))
    most = _TALL // _LINE - 1
    if len(entries) > most:
        more = f"and {len(entries) - most + 1} more analysts"
        entries = [*entries[: most - 1], (svg.analyst(0, 0, svg.SHAPES[-1]), more)]
    rows = (
        svg.moved(shape, 12, 6 + _FLAGS + n * _LINE + 8)
        + svg.text(30, 6 + _FLAGS + n * _LINE + 12, cut(label, 170, SMALL), "f-muted small", label)
        for n, (shape, label) in enumerate(entries)
    )
    return "".join(rows)


def _ground(data: Timeline, frame: Frame) -> Iterator[str]:
    """The time under review, and the lines of the figures."""
    left, right = frame.days.at(data.since), frame.days.at(data.points[-1].day)
    if data.since < data.points[-1].day:
        yield svg.path(svg.bar(left, frame.top, right - left, frame.foot - frame.top), "f-window")
    for p, label in frame.odds.ticks(room=SMALL):
        y = frame.odds.at(p)
        yield svg.path(svg.line([(frame.days.start, y), (frame.days.end, y)]), "s-grid")
        yield svg.text(frame.days.start - 6, y + 4, label, "f-muted small end")


def _days(frame: Frame, foot: float) -> Iterator[str]:
    """The axis of days, whose lines run through all that stands below."""
    for day, label in frame.days.ticks():
        x, half = frame.days.at(day), width(label, SMALL) / 2
        yield svg.path(svg.line([(x, frame.foot), (x, foot)]), "s-grid")
        if half <= x <= frame.wide - half:
            yield svg.text(x, frame.foot + 19, label, "f-muted small middle")


def _curves(data: Timeline, frame: Frame) -> Iterator[str]:
    stated = [(point.day, point.stated) for point in data.points]
    implied = [(point.day, point.implied) for point in data.points]
    turns = {seen.day for seen in data.seen}
    last = max(data.points[-1].day, data.outcome.day) if data.outcome else frame.days.last
    slopes = [
        data.decays and not (after[0] in turns and (after[0] - before[0]).days > 1)
        for before, after in pairwise(implied)
    ]
    if path := scores.course(implied, slopes, last, frame.days, frame.odds):
        yield svg.path(path, "s-implied", 2, "6 3")
    if path := scores.course(stated, [False] * (len(stated) - 1), last, frame.days, frame.odds):
        yield svg.path(path, "s-stated", 2.5)


def _ends(data: Timeline, frame: Frame) -> Iterator[str]:
    """The last figures, the band around the implied one, and the outcome."""
    x = frame.days.end + 6
    if data.band:
        low, high = data.band
        yield scores.bracket(x, frame.odds.at(high), frame.odds.at(low))
    if not frame.narrow:
        last = data.points[-1]
        ends = ((last.implied, "implied"), (last.stated, "stated"))
        shown = sorted(((p, name) for p, name in ends if p is not None), reverse=True)
        at = spread([frame.odds.at(p) + 4 for p, _ in shown], _APART, frame.foot + 4)
        for y, (p, name) in zip(at, shown, strict=True):
            yield svg.text(x + 8, y, f"{percent(p)} {name}", f"f-{name} bold")
    if data.outcome:
        end = data.outcome
        yield scores.outcome(end.day, end.word, frame.days, frame.top, frame.foot, end.told)


def _sayings(data: Timeline, frame: Frame, places: Places) -> Iterator[str]:
    shapes = dict(_shapes(data))
    for saying in data.sayings:
        x, y = frame.days.at(saying.day), frame.odds.at(saying.probability)
        shape = svg.analyst(x, y, shapes[saying.analyst])
        if frame.narrow:  # the table has the words: a finger would touch several at once
            yield shape
            continue
        why = f": {saying.rationale}" if saying.rationale else ""
        about = f"{_day(saying.day)}, {saying.analyst}, {percent(saying.probability)}{why}"
        yield svg.mark(shape, about, saying.anchor, places, svg.around(x, y))


def _steps(data: Timeline, frame: Frame, y: float, places: Places) -> tuple[list[str], float]:
    """A number above each step, and by the number what changed because of what."""
    at = [frame.days.at(step.day) for step in data.steps]
    end = frame.wide - svg.BADGE
    flags = spread(at, _NUMBERED, end, svg.BADGE)
    parts = []
    for number, (step, x, flag) in enumerate(zip(data.steps, at, flags, strict=True), start=1):
        ends = [p for pair in (step.stated, step.implied) if pair for p in pair]
        foot = max(map(frame.odds.at, ends))
        top = frame.top - 12
        leader = svg.line([(flag, top), (x, frame.top), (x, foot)])
        parts.append(svg.path(leader, "s-muted", 1, "2 2") + svg.badge(flag, top, number))
    left = 0 if frame.narrow else frame.gutter
    for number, step in enumerate(data.steps, start=1):
        lines = folded(_says(step), frame.wide - left - 26, 4, SMALL)
        whole = _says(step) if lines[-1].endswith("…") else ""
        drawn = "".join(
            svg.text(left + 24, y + 15 + n * _LINE, line, "f-ink small", whole)
            for n, line in enumerate(lines)
        )
        drawn += svg.badge(left + 9, y + 11, number)
        tall = max(len(lines) * _LINE + 4, svg.TARGET)
        hit = (left, y - 2, frame.wide - left, tall)
        parts.append(svg.mark(drawn, "", step.anchor, places, hit))
        y += tall
    return parts, y


def _says(step: Step) -> str:
    """`24 Feb 2022: stated 37 → 4.0%, implied 45 → 12%: because of this`."""
    changes = (
        f"{name} {from_to(*pair)}"
        for name, pair in (("stated", step.stated), ("implied", step.implied))
        if pair
    )
    return f"{_day(step.day)}, {', '.join(changes)}: {step.told or 'no reason was given'}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
