"""Scenarios over time, side by side: each in a cell, and of a set the shares above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate, groupby
from typing import NamedTuple

import msgspec

from scenarios.render import drawing, svg
from scenarios.render.charts import parts, scale
from scenarios.render.charts.parts import LINE, NARROW, WIDE, DayFigures, OutcomeMark, probabilities
from scenarios.render.document import NOWHERE, Places
from scenarios.render.palette import SHADES
from scenarios.render.svg import Drawing
from scenarios.render.text import from_to, short_day
from scenarios.scales import percent

_COLUMNS, _BETWEEN, _LINE = 3, 24, 16
_AXIS, _PLOT, _TALL = 44, 58, 100
"""Pixels left of the lines; their height, and that around an event, on one scale for all."""
_TITLE = 3
_LEAST = 6.0
"""Decibans of a scale at the least."""
_AREA, _LETTER, _LABELS, _NAMES = 150, 30, 62, 310
"""Pixels of areas: their height, of a letter in one, of labels beside it, and those with names."""


class SetMember(msgspec.Struct, frozen=True, kw_only=True):
    """One of the set: its course, and its figures at both dates."""

    letter: str
    title: str
    points: tuple[DayFigures, ...]
    decays: bool = False
    stated_before: float | None = None
    implied_before: float | None = None
    outcome: OutcomeMark | None = None
    anchor: str = ""


class SmallMultiples(msgspec.Struct, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, from left to right and down.

    The days from `since` to `as_of` are shaded; `about` says what they are, if no review. Around an
    `event`, as the day `since` is written, all have one scale, else each its own.
    """

    since: date
    as_of: date
    members: tuple[SetMember, ...]
    about: str = ""
    event: str = ""
    is_set: bool = False
    columns: int = _COLUMNS

    @property
    def medium(self) -> SmallMultiples:
        """Two columns, for pages between a phone's and a desk's."""
        return msgspec.structs.replace(self, columns=2)


def _days(data: SmallMultiples, start: float, end: float) -> scale.DayScale:
    """Days from the first day of any member to the last known day, plus a margin."""
    points = [point.day for member in data.members for point in member.points]
    ends = [member.outcome.day if member.outcome else data.as_of for member in data.members]
    return scale.days_beyond(min(points), max(*points, *ends), start, end)


def _key(data: SmallMultiples) -> Iterator[parts.Key]:
    ends = [member.points[-1] for member in data.members]
    if any(end.stated is not None for end in ends):
        yield parts.sample("stated"), "what we say"
    if any(end.implied is not None for end in ends):
        yield parts.sample("implied"), "the evidence"
    window = svg.path(svg.bar(-10, -6, 20, 12), "f-window s-grid")
    yield window, data.about or f"since {short_day(data.since)}"


def figures(member: SetMember) -> Iterator[tuple[str, str]]:
    """The outcome, what is stated and what is implied, each with the name of its colour."""
    last = member.points[-1]
    if member.outcome:
        yield "ink", member.outcome.label
    if last.stated is not None:
        we = "we said" if member.outcome else "we say"
        yield "stated", f"{we} {from_to(member.stated_before, last.stated)}"
    if last.implied is not None:
        yield "implied", f"evidence {from_to(member.implied_before, last.implied)}"


def _course(
    member: SetMember, data: SmallMultiples, days: scale.DayScale, odds: scale.LogOdds
) -> str:
    foot, top = odds.start, odds.end
    left = days.position(max(data.since, days.first))
    body = svg.path(svg.bar(left, top, days.position(data.as_of) - left, foot - top), "f-window")
    body += "".join(parts.levels(odds, days))
    last = member.points[-1].day if member.outcome else days.last
    slopes = [member.decays] * (len(member.points) - 1)
    body += "".join(parts.curves(member.points, days, odds, last, slopes))
    return body + (parts.ending(member.outcome, days, top, foot) if member.outcome else "")


class ShareSpan(NamedTuple):
    """The sums of the shares of a set's members, from 0 to 1, between two places of the days.

    Empty where a member has no figure.
    """

    start: float
    end: float
    sums: tuple[float, ...]


def share_spans(
    members: Sequence[SetMember], name: str, days: scale.DayScale
) -> Sequence[ShareSpan]:
    """The shares by one of both figures from day to day; a member that is decided leaves them."""
    changes: dict[date, dict[int, float | None]] = {}
    for place, member in enumerate(members):
        end = member.outcome if member.outcome and member.outcome.word != "annulled" else None
        for point in member.points:
            if end is None or point.day < end.day:
                changes.setdefault(point.day, {})[place] = getattr(point, name)
        if end:
            changes.setdefault(end.day, {})[place] = float(end.word == "occurred")
    spans = list[ShareSpan]()
    figures: dict[int, float | None] = dict.fromkeys(range(len(members)), 0.0)
    for day, until in zip(sorted(changes), [*sorted(changes)[1:], days.last], strict=True):
        figures |= changes[day]
        known = [figure for figure in figures.values() if figure is not None]
        whole = sum(known) if len(known) == len(members) else 0.0
        sums = tuple(accumulate((p / whole for p in known), initial=0.0)) if whole else ()
        spans.append(ShareSpan(days.position(day), days.position(until), sums))
    return spans


def _shares(data: SmallMultiples, wide: float) -> tuple[list[str], float]:
    """The areas, the first member's above, with their labels; nothing where one stands alone."""
    is_named = wide >= WIDE
    days = _days(data, _AXIS, wide - (_NAMES if is_named else _LABELS))
    spans, look, said = share_spans(data.members, "stated", days), "stated", "what we say"
    if not spans[-1].sums:  # not every figure stands today
        spans, look = share_spans(data.members, "implied", days), "implied"
        said = "what the evidence says"
    known = [span for span in spans if span.sums]
    if not known or len(data.members) == 1:
        return [], 0.0
    top, tall = 24.0, max(_AREA, len(data.members) * LINE)
    head = "Shares of 100%"
    body = [svg.text(0, 14, head, "f-ink bold")]
    body.append(svg.text(scale.width(head, bold=True) + 8, 14, said, "f-muted small"))
    body += parts.day_axis(days, wide, top, top + tall, top + tall + 15)
    for share in (0, 0.5, 1):
        y = top + (1 - share) * tall + 4
        body.append(svg.text(days.start - 6, y, percent(share), "f-muted small end"))
    for place in range(len(data.members)):
        outline = "".join(
            _outline([*run], place, top, tall)
            for is_known, run in groupby(spans, key=lambda span: bool(span.sums))
            if is_known
        )
        body.append(svg.path(outline, f"f-{look} s-ink shade-{place % len(SHADES)}"))
        low, high = known[0].sums[place : place + 2]
        if (high - low) * tall > scale.SMALL and days.end - known[0].start > _LETTER:
            y = top + (low + high) / 2 * tall + 4
            letter = data.members[place].letter
            body.append(svg.text(known[0].start + 6, y, letter, "f-ink small bold"))
    ends = zip(data.members, known[-1].sums, known[-1].sums[1:], strict=False)
    now = [(member, low, high) for member, low, high in ends if high > low]
    middles = [top + (low + high) / 2 * tall + 4 for _, low, high in now]
    heights = scale.spread(middles, LINE, top + tall - 2, top + 10)
    for y, (member, low, high) in zip(heights, now, strict=True):
        label = f"{member.letter} {percent(high - low)}{f' {member.title}' if is_named else ''}"
        label = scale.cut(label, wide - days.end - 8, scale.SMALL, bold=True)
        body.append(svg.text(days.end + 8, y, label, "f-ink small bold"))
    return body, top + tall + 30


def _outline(run: Sequence[ShareSpan], place: int, top: float, tall: float) -> str:
    """The path along the upper edge of a member's area and back along the lower one."""

    def y(share: float) -> str:
        return svg.number(top + share * tall)

    path = f"M{svg.number(run[0].start)},{y(run[0].sums[place])}"
    path += "".join(f"V{y(span.sums[place])}H{svg.number(span.end)}" for span in run)
    back = (f"V{y(span.sums[place + 1])}H{svg.number(span.start)}" for span in reversed(run))
    return f"{path}{''.join(back)}z"


@drawing.draw.register(SmallMultiples)
def draw(data: SmallMultiples, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The shares of a set; then columns, in which the cells of a row are as high as the highest."""
    wide = NARROW if narrow else WIDE * data.columns / _COLUMNS
    columns = 1 if narrow else data.columns if data.event else min(data.columns, len(data.members))
    cell = (wide - (columns - 1) * _BETWEEN) / columns
    body, y = _shares(data, wide) if data.is_set else ([], 0.0)
    names, height = parts.key(_key(data), wide)
    body, y = [*body, svg.moved(names, 0, y)], y + height + 10
    for start in range(0, len(data.members), columns):
        row = data.members[start : start + columns]
        called = [f"{m.letter}. {m.title}" if data.is_set else m.title for m in row]
        titles = [scale.folded(name, cell, _TITLE, bold=True) for name in called]
        tall = max(map(len, titles)) * _LINE
        most = max(len(list(figures(member))) for member in row)
        above = tall + max(most - 1, 1) * _LINE + 10
        for number, (member, title) in enumerate(zip(row, titles, strict=True)):
            drawn = _cell(member, title, data, (cell, tall, above), places)
            body.append(svg.moved(drawn, number * (cell + _BETWEEN), y))
        y += above + _plot(data) + 42
    return Drawing("".join(body), (-2, 0, wide + 4, y - 10))


def _cell(
    member: SetMember,
    title: list[str],
    data: SmallMultiples,
    box: tuple[float, float, float],
    places: Places,
) -> str:
    """A member in a cell: its width, the height of its title, and where its lines begin."""
    wide, tall, above = box
    drawn = parts.lines(0, 14, title, "f-ink bold", member.title, _LINE)
    body = svg.mark(drawn, "", member.anchor, places, (0, 0, wide, max(tall, svg.TARGET)))
    *others, last = figures(member)
    for number, (name, figure) in enumerate(others):
        y = tall + 14 + number * _LINE
        body += svg.text(0, y, figure, f"f-{name} small bold")
    body += svg.text(wide, tall + 14, last[1], f"f-{last[0]} small bold end")
    days = _days(data, _AXIS, wide - 8)
    foot = above + _plot(data)
    together = data.members if data.event else (member,)
    values = [p for other in together for p in probabilities(other.points)]
    body += _course(member, data, days, scale.log_odds(values, foot, above, _LEAST))
    if data.event:
        return body + _event(data, days, above, foot)
    body += svg.text(days.start, foot + 16, f"{days.first:%b %Y}", "f-muted small")
    return body + svg.text(days.end, foot + 16, f"{days.last:%b %Y}", "f-muted small end")


def _plot(data: SmallMultiples) -> int:
    """Height of the lines; on one scale for all they need more of it."""
    return _TALL if data.event else _PLOT


def _event(data: SmallMultiples, days: scale.DayScale, top: float, foot: float) -> str:
    x, half = days.position(data.since), scale.width(data.event, scale.SMALL) / 2
    middle = min(max(x, days.start + half), days.end - half)
    line = svg.path(svg.line([(x, top), (x, foot)]), "s-muted", 1, "2 3")
    return line + svg.text(middle, foot + 19, data.event, "f-muted small middle")
