"""A scenario over time: what is stated and implied, why, and what was seen, on one axis of days."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise, zip_longest
from typing import NamedTuple

import msgspec

from scenarios.analysis.period.trajectory import StatePeriod
from scenarios.render import drawing, svg
from scenarios.render.charts import parts, scale
from scenarios.render.charts.parts import (
    LINE,
    NARROW,
    SHAPES,
    WIDE,
    DayFigures,
    ForecastMark,
    OutcomeMark,
)
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing
from scenarios.render.text import from_to, short_day, signed
from scenarios.scales import percent

_LANE = 24
_EVIDENCE, _TALLEST = 44, 17
_LAST = [*SHAPES][-1]
_LEAST = 5
"""Pixels of a state that began on the last day."""


class DayEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Items that entered the record on a day, and by how much the implied figure changed on it.

    `more` of them are not named.
    """

    day: date
    items: tuple[str, ...]
    decibans: float
    more: int = 0
    anchor: str = ""


class IndicatorLane(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator's states, oldest first, without a gap, and the day on which it is due."""

    statement: str
    periods: tuple[StatePeriod, ...]
    due: date | None = None


def seen_lane(
    seen: Sequence[DayEvidence], days: scale.DayScale, y: float, places: Places, *, narrow: bool
) -> tuple[str, float]:
    """The evidence: upwards what spoke for it, downwards what spoke against it.

    On a phone a finger would touch several at once: there the table has the words.
    """
    if not seen:
        return "", y
    if narrow:
        y += LINE
        body = svg.text(0, y, "reports, up for and down against", "f-muted small")
    else:
        body = svg.text(0, y + _EVIDENCE / 2 - 2, "reports:", "f-ink small")
        body += svg.text(0, y + _EVIDENCE / 2 + 13, "up for it, down against it", "f-muted small")
    middle = y + _EVIDENCE / 2
    body += svg.path(svg.line([(days.start, middle), (days.end, middle)]), "s-muted")
    for day in seen:
        x = days.position(day.day)
        shape = _bar(x, middle, day.decibans)
        hit = svg.around(x, middle)
        body += shape if narrow else svg.mark(shape, says(day), day.anchor, places, hit)
    return body, y + _EVIDENCE


def says(seen: DayEvidence) -> str:
    more = [f"and {seen.more} more"] if seen.more else []
    way = "for it" if seen.decibans > 0 else "against it"
    head = f"{short_day(seen.day)}: {'no change' if signed(seen.decibans) == '0' else way}"
    return "\n".join([head, *seen.items, *more])


def _bar(x: float, middle: float, decibans: float) -> str:
    """An arrow as long as the root of its worth; a dot for what changed nothing."""
    if signed(decibans) == "0":
        return svg.circle(x, middle, 2.5, "f-ink")
    tall = min(5 + 3.5 * math.sqrt(abs(decibans)), _TALLEST)
    sign = -1 if decibans > 0 else 1
    tip = middle + sign * tall
    shaft = svg.line([(x, middle), (x, tip)])
    head = f"M{svg.number(x - 3)},{svg.number(tip - sign * 4)}h6l-3,{sign * 4}z"
    return svg.path(shaft + head, "f-ink s-ink", 2)


def _swimlane(
    lane: IndicatorLane, days: scale.DayScale, y: float, *, narrow: bool
) -> tuple[str, float]:
    """An indicator; what colour would tell, shape and its last state in words tell."""
    state = lane.periods[-1].state
    if narrow:
        texts = scale.folded(f"{state}: {lane.statement}", days.end + 10, 3, scale.SMALL)
        body = parts.lines(0, y + 14, texts, whole=lane.statement)
        middle = y + len(texts) * LINE + 12
        foot = middle + 10
    else:
        texts = scale.folded(lane.statement, days.start - 20, 3, scale.SMALL)
        foot = y + max(_LANE, len(texts) * LINE + 6)
        middle = (y + foot) / 2
        body = parts.centred(0, middle, texts, "f-ink small", lane.statement)
    body += "".join(_period(period, days, middle) for period in lane.periods)
    if lane.due and days.first <= lane.due <= days.last:
        x = days.position(lane.due)
        due = svg.path(svg.line([(x, middle - 9), (x, middle + 9)]), "s-ink", 1.5)
        body += svg.mark(due, f"due {short_day(lane.due)}", "", NOWHERE)
    if not narrow:
        body += svg.text(days.end + 14, middle + 4, state, "f-muted small")
    return body, foot


def _period(period: StatePeriod, days: scale.DayScale, middle: float) -> str:
    """Thin where nothing was seen, hollow where it emerges, full where it was seen."""
    left = days.position(period.start)
    right = max(days.position(period.end), left + _LEAST)
    level = svg.line([(left, middle), (right, middle)])
    if period.state == "unobserved":
        return svg.path(level, "s-seen", 1)
    if period.state == "reversed":
        return svg.path(level, "s-seen", 3, "3 3")
    if period.state == "emerging":
        return svg.path(svg.bar(left, middle - 3, right - left, 6), "f-paper s-seen", 1.5)
    return svg.path(svg.bar(left, middle - 6, right - left, 12), "f-seen")


_TALL, _SHORT = 220, 180
_APART, _BETWEEN = 17, 20
"""Pixels between two last figures, and between the numbers of two changes."""
_FLAGS = 24
"""Pixels above the plot, for the numbers of the steps."""
_AXIS = 28
_LINE = 16


class LargeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One of the largest changes, and what made it; the figures are those that changed."""

    day: date
    stated: tuple[float, float] | None
    implied: tuple[float, float] | None
    cause: str
    anchor: str = ""


class ScenarioTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """`decays`: between its points the implied figure falls from day to day, and does not step."""

    title: str
    since: date
    points: tuple[DayFigures, ...]
    decays: bool = False
    band: tuple[float, float] | None = None
    outcome: OutcomeMark | None = None
    steps: tuple[LargeChange, ...] = ()
    seen: tuple[DayEvidence, ...] = ()
    sayings: tuple[ForecastMark, ...] = ()
    lanes: tuple[IndicatorLane, ...] = ()

    @property
    def analysts(self) -> list[str]:
        """Those who forecast, by name; each has a shape."""
        return sorted({forecast.analyst for forecast in self.sayings})


class PlotArea(NamedTuple):
    """Where the picture stands: the days from left to right, the figures from `foot` to `top`."""

    wide: float
    gutter: float
    days: scale.DayScale
    odds: scale.LogOdds
    top: float
    foot: float
    narrow: bool


@drawing.draw.register(ScenarioTimeline)
def draw(data: ScenarioTimeline, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The figures above, evidence and indicators below, the largest steps in words at the foot."""
    key, height = parts.key(_key(data), NARROW) if narrow else (_key_at_the_left(data), 6.0)
    frame = _frame(data, height + _FLAGS, narrow=narrow)
    drawn, y = seen_lane(data.seen, frame.days, frame.foot + _AXIS, places, narrow=narrow)
    below = [drawn]
    for lane in data.lanes:
        drawn, y = _swimlane(lane, frame.days, y, narrow=narrow)
        below.append(drawn)
    body = [
        key,
        *parts.day_axis(frame.days, frame.wide, frame.foot, y, frame.foot + 19),
        *_ground(data, frame),
        *below,
        *_curves(data, frame),
        *_ends(data, frame),
        *_sayings(data, frame, places),
    ]
    body += _flags(data, frame)
    notes, y = _notes(data, frame, y + 10, places)
    return Drawing("".join([*body, notes]), (-2, 0, frame.wide + 4, y + 4))


def _frame(data: ScenarioTimeline, top: float, *, narrow: bool) -> PlotArea:
    last = data.points[-1].day
    last = max(last, data.outcome.day) if data.outcome else last
    wide, gutter = (NARROW, 44) if narrow else (WIDE, 262)
    foot = top + (_SHORT if narrow else _TALL)
    figures = parts.probabilities(data.points)
    figures += [forecast.value for forecast in data.sayings] + list(data.band or ())
    return PlotArea(
        wide=wide,
        gutter=gutter,
        days=scale.days_beyond(data.points[0].day, last, gutter, wide - (12 if narrow else 160)),
        odds=scale.log_odds(figures, foot, top),
        top=top,
        foot=foot,
        narrow=narrow,
    )


def _key(data: ScenarioTimeline) -> Iterator[parts.Key]:
    last = data.points[-1]
    stated = f" {percent(last.stated)}" if last.stated is not None else ", no longer"
    if any(point.stated is not None for point in data.points):
        yield parts.sample("stated"), f"what we say{stated}"
    if last.implied is not None:
        yield parts.sample("implied"), f"the evidence {percent(last.implied)}"
    low, high = map(percent, data.band or (0, 0))
    if low != high:
        yield parts.bracket(0, -6, 6), f"its range {low} to {high}"
    for name, shape in _shapes(data).items():
        yield parts.analyst(0, 0, shape), name


def _shapes(data: ScenarioTimeline) -> dict[str, str]:
    return dict(zip_longest(data.analysts, [*SHAPES][: len(data.analysts)], fillvalue=_LAST))


def _key_at_the_left(data: ScenarioTimeline) -> str:
    """The key at the left, an entry a line."""
    entries = list(_key(data))
    most = _TALL // _LINE - 1
    if len(entries) > most:
        more = f"and {len(entries) - most + 1} more analysts"
        entries = [*entries[: most - 1], (parts.analyst(0, 0, _LAST), more)]
    drawn = ""
    for n, (shape, label) in enumerate(entries):
        y, text = _FLAGS + n * _LINE + 14, scale.cut(label, 170, scale.SMALL)
        drawn += svg.moved(shape, 12, y) + svg.text(30, y + 4, text, "f-muted small", label)
    return drawn


def _ground(data: ScenarioTimeline, frame: PlotArea) -> Iterator[str]:
    left, right = frame.days.position(data.since), frame.days.position(data.points[-1].day)
    if data.since < data.points[-1].day:
        yield svg.path(svg.bar(left, frame.top, right - left, frame.foot - frame.top), "f-window")
    yield from parts.levels(frame.odds, frame.days)


def _curves(data: ScenarioTimeline, frame: PlotArea) -> Iterator[str]:
    turns = {seen.day for seen in data.seen}
    last = max(data.points[-1].day, data.outcome.day) if data.outcome else frame.days.last
    slopes = [
        data.decays and not (after.day in turns and (after.day - before.day).days > 1)
        for before, after in pairwise(data.points)
    ]
    return parts.curves(data.points, frame.days, frame.odds, last, slopes)


def _ends(data: ScenarioTimeline, frame: PlotArea) -> Iterator[str]:
    x = frame.days.end + 6
    if data.band:
        low, high = data.band
        yield parts.bracket(x, frame.odds.position(high), frame.odds.position(low))
    if not frame.narrow:
        last = data.points[-1]
        ends = ((last.implied, "implied"), (last.stated, "stated"))
        figures = sorted(((p, name) for p, name in ends if p is not None), reverse=True)
        heights = scale.spread(
            [frame.odds.position(p) + 4 for p, _ in figures], _APART, frame.foot + 4
        )
        for y, (p, name) in zip(heights, figures, strict=True):
            words = {"stated": "we say", "implied": "evidence"}[name]
            yield svg.text(x + 8, y, f"{from_to(None, p)} {words}", f"f-{name} bold")
    if data.outcome:
        label = data.outcome.label
        until = [*(frame.days.position(point.day) for point in data.points[1:]), frame.days.end]
        courses = [
            (x, frame.odds.position(p))
            for x, point in zip(until, data.points, strict=True)
            for p in (point.stated, point.implied)
            if p is not None
        ]
        yield parts.ending(data.outcome, frame.days, frame.top, frame.foot, label, courses)


def _sayings(data: ScenarioTimeline, frame: PlotArea, places: Places) -> Iterator[str]:
    shapes = _shapes(data)
    for forecast in data.sayings:
        x, y = frame.days.position(forecast.day), frame.odds.position(forecast.value)
        shape = parts.analyst(x, y, shapes[forecast.analyst])
        if frame.narrow:  # the table has the words: a finger would touch several at once
            yield shape
            continue
        yield svg.mark(shape, forecast.about, forecast.anchor, places, svg.around(x, y))


def _flags(data: ScenarioTimeline, frame: PlotArea) -> Iterator[str]:
    """A number above each of the largest changes, and a leader from it to its lowest figure."""
    top, columns = frame.top - 12, [frame.days.position(step.day) for step in data.steps]
    flags = scale.spread(columns, _BETWEEN, frame.wide - parts.BADGE, parts.BADGE)
    for number, (step, x, flag) in enumerate(zip(data.steps, columns, flags, strict=True), 1):
        foot = max(
            frame.odds.position(p) for pair in (step.stated, step.implied) if pair for p in pair
        )
        leader = svg.line([(flag, top), (x, frame.top), (x, foot)])
        yield svg.path(leader, "s-muted", 1, "2 2") + parts.badge(flag, top, number)


def _notes(data: ScenarioTimeline, frame: PlotArea, y: float, places: Places) -> tuple[str, float]:
    left, body = 0 if frame.narrow else frame.gutter, ""
    for number, step in enumerate(data.steps, 1):
        texts = scale.folded(_says(step), frame.wide - left - 26, 4, scale.SMALL)
        drawn = parts.lines(left + 24, y + 15, texts, whole=_says(step), step=_LINE)
        drawn += parts.badge(left + 9, y + 11, number)
        tall = max(len(texts) * _LINE + 4, svg.TARGET)
        body += svg.mark(drawn, "", step.anchor, places, (left, y - 2, frame.wide - left, tall))
        y += tall
    return body, y


def _says(step: LargeChange) -> str:
    """`24 Feb 2022, we 37 → 4.0%, evidence 45 → 12%: because of this`."""
    changes = (
        f"{name} {from_to(*pair)}"
        for name, pair in (("we", step.stated), ("evidence", step.implied))
        if pair
    )
    cause = step.cause or "no reason given"
    return f"{short_day(step.day)}, {', '.join(changes)}: {cause}"
