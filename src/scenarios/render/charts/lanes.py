"""A set over time: a lane a member, on one axis of days and one scale, and the shares below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from scenarios.render.charts import scores, svg
from scenarios.render.charts.scale import SMALL, Days, folded, log_odds, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.charts.timeline import Figures, Outcome
from scenarios.render.text import from_to

WIDE, NARROW = 960, 340
_GUTTER, _FIGURES = 270, 212
LANE, _LINE, _BAR = 58, 16, 20
_GAP = 14


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One of the set: its course, and its figures at both dates."""

    letter: str
    title: str
    points: tuple[Figures, ...]
    decays: bool = False
    stated_before: float | None = None
    implied_before: float | None = None
    outcome: Outcome | None = None
    anchor: str = ""


class Lanes(msgspec.Struct, frozen=True, kw_only=True):
    """The members in the order in which they are drawn.

    `shares` are what is implied of those that were in the set before and now, which sum to 1.
    """

    since: date
    as_of: date
    members: tuple[Member, ...]
    shares: tuple[tuple[float, ...], tuple[float, ...]] | None = None


def draw(data: Lanes, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The lanes one below the other, then the days, then the shares."""
    wide = NARROW if narrow else WIDE
    ends = (44, NARROW - 10) if narrow else (_GUTTER, WIDE - _FIGURES - 14)
    days = days_of(data, *ends)
    names, height = svg.key(list(key(data)), wide, 12)
    body, y = [names], height + 12.0
    top = y
    for member in data.members:
        drawn, y = (_narrow if narrow else _wide)(member, data, days, y, places)
        body.append(drawn)
        y += _GAP
    body.insert(0, "".join(_axis(days, top, y, wide)))
    y += 22
    if data.shares:
        drawn, y = _shares(data, data.shares, y, wide, narrow=narrow)
        body.append(drawn)
    return Drawing("".join(body), (-2, 0, wide + 4, y + 6))


def days_of(data: Lanes, start: float, end: float) -> Days:
    """Days from the first day of any member to the last known day, plus a margin."""
    points = [point.day for member in data.members for point in member.points]
    ends = [member.outcome.day if member.outcome else data.as_of for member in data.members]
    first, last = min(points), max(*points, *ends)
    room = (date.max - last).days
    tail = timedelta(min(max(1, (last - first).days // 60), room))
    return Days(first=first, last=last + tail, start=start, end=end)


def key(data: Lanes) -> Iterator[svg.Key]:
    """Key of the lines and the band."""
    yield scores.sample("stated"), "stated"
    yield scores.sample("implied"), "implied by the evidence"
    since = f"since {data.since.day} {data.since:%b %Y}"
    yield svg.path(svg.bar(-10, -6, 20, 12), "f-window s-grid"), since


def _axis(days: Days, top: float, foot: float, wide: float) -> Iterator[str]:
    for day, label in days.ticks():
        x, half = days.at(day), width(label, SMALL) / 2
        yield svg.path(svg.line([(x, top), (x, foot)]), "s-grid")
        if half <= x <= wide - half:
            yield svg.text(x, foot + 15, label, "f-muted small middle")


def _wide(member: Member, data: Lanes, days: Days, y: float, places: Places) -> tuple[str, float]:
    lines = folded(f"{member.letter}. {member.title}", _GUTTER - 66, 4, bold=True)
    foot = y + max(LANE, len(lines) * _LINE + 4)
    drawn = "".join(
        svg.text(0, y + 16 + n * _LINE, line, "f-ink bold") for n, line in enumerate(lines)
    )
    parts = [svg.mark(drawn, "", member.anchor, places, (0, y, _GUTTER - 50, foot - y))]
    for number, (name, figure) in enumerate(figures(member)):
        look = f"f-{name} small bold end"
        parts.append(svg.text(WIDE, y + 16 + number * _LINE, figure, look))
    parts.append(lane(member, data, days, y, foot, _longest(data)))
    return "".join(parts), foot


def _narrow(member: Member, data: Lanes, days: Days, y: float, places: Places) -> tuple[str, float]:
    lines = folded(f"{member.letter}. {member.title}", NARROW, 8, bold=True)
    drawn = "".join(
        svg.text(0, y + 14 + n * _LINE, line, "f-ink bold") for n, line in enumerate(lines)
    )
    hit = (0, y - 2, NARROW, max(len(lines) * _LINE + 4, svg.TARGET))
    parts = [svg.mark(drawn, "", member.anchor, places, hit)]
    y += len(lines) * _LINE + 14
    *others, last = figures(member)
    for number, (name, figure) in enumerate(others):
        parts.append(svg.text(0, y + number * _LINE, figure, f"f-{name} small bold"))
    parts.append(svg.text(NARROW, y, last[1], f"f-{last[0]} small bold end"))
    y += max(len(others), 1) * _LINE - 6
    parts.append(lane(member, data, days, y, y + LANE, _longest(data)))
    return "".join(parts), y + LANE


def figures(member: Member) -> Iterator[tuple[str, str]]:
    """The outcome, what is stated and what is implied, each with the name of its colour."""
    last = member.points[-1]
    if member.outcome:
        yield "ink", member.outcome.told
    if last.stated is not None:
        yield "stated", f"stated {from_to(member.stated_before, last.stated)}"
    yield "implied", f"implied {from_to(member.implied_before, last.implied)}"


def lane(member: Member, data: Lanes, days: Days, top: float, foot: float, least: float) -> str:
    """Draw both lines of a member on a scale of its own, at least `least` decibans tall."""
    odds = log_odds(_every(member), foot, top, least)
    left = days.at(max(data.since, days.first))
    parts = [svg.path(svg.bar(left, top, days.at(data.as_of) - left, foot - top), "f-window")]
    for p, label in odds.ticks(room=SMALL):
        y = odds.at(p)
        parts.append(svg.path(svg.line([(days.start, y), (days.end, y)]), "s-grid"))
        parts.append(svg.text(days.start - 6, y + 4, label, "f-muted small end"))
    last = member.points[-1].day if member.outcome else days.last
    implied = [(point.day, point.implied) for point in member.points]
    slopes = [member.decays for _ in pairwise(implied)]
    path = scores.course(implied, slopes, last, days, odds)
    parts.append(svg.path(path, "s-implied", 2, "6 3"))
    stated = [(point.day, point.stated) for point in member.points]
    if path := scores.course(stated, [False] * len(slopes), last, days, odds):
        parts.append(svg.path(path, "s-stated", 2.5))
    if member.outcome:
        parts.append(scores.outcome(member.outcome.day, member.outcome.word, days, top, foot))
    return "".join(parts)


def _every(member: Member) -> list[float]:
    return [p for point in member.points for p in (point.stated, point.implied) if p is not None]


def _longest(data: Lanes) -> float:
    """Decibans of the longest scale: on one of the same length all lanes are as fine."""
    scales = (log_odds(_every(member), 0, 1) for member in data.members)
    return max(scale.high - scale.low for scale in scales)


def _shares(
    data: Lanes,
    shares: tuple[Sequence[float], Sequence[float]],
    y: float,
    wide: float,
    *,
    narrow: bool,
) -> tuple[str, float]:
    """Draw implied probabilities of the members as parts of a whole, before and now, by letter."""
    left = 92.0
    head = "implied shares, which sum to 100%"
    parts = [svg.text(0 if narrow else left, y + 14, head, "f-muted small")]
    y += 22
    for day, figures in zip((data.since, data.as_of), shares, strict=True):
        parts.append(svg.text(0, y + 14, f"{day.day} {day:%b %Y}", "f-muted small"))
        x, whole = left, sum(figures) or 1.0
        for number, (member, share) in enumerate(zip(data.members, figures, strict=True)):
            across = share / whole * (wide - left - 2)
            look = "f-window s-ink" if number % 2 else "f-paper s-ink"
            if across > 0:
                parts.append(svg.path(svg.bar(x, y, across, _BAR), look))
            if across > width(member.letter, SMALL, bold=True) + 4:
                middle = x + across / 2
                parts.append(svg.text(middle, y + 14, member.letter, "f-ink small bold middle"))
            x += across
        y += _BAR + 6
    return "".join(parts), y
