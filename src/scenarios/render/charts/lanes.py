"""Scenarios over time: the lanes of a set on one axis of days, or cells side by side."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scenarios.render import drawing, svg
from scenarios.render.charts import parts, scale
from scenarios.render.charts.parts import NARROW, WIDE, DayFigures, OutcomeMark, probabilities
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing
from scenarios.render.text import from_to, short_day

_GUTTER, _FIGURES = 270, 212
_LANE, _LINE, _BAR = 58, 16, 20
_GAP = 14


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


class Lanes(msgspec.Struct, frozen=True, kw_only=True):
    """The members in the order in which they are drawn.

    `shares` are what is implied of those that were in the set before and now, which sum to 1.
    The days from `since` to `as_of` are shaded; `about` says what they are, if no review.
    """

    since: date
    as_of: date
    members: tuple[SetMember, ...]
    shares: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    about: str = ""


@drawing.draw.register(Lanes)
def draw(data: Lanes, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The lanes one below the other, then the days, then the shares."""
    wide = NARROW if narrow else WIDE
    ends = (44, NARROW - 10) if narrow else (_GUTTER, WIDE - _FIGURES - 14)
    days = _days(data, *ends)
    names, height = parts.key(_key(data), wide)
    body, y = [names], height + 12.0
    top = y
    for member in data.members:
        drawn, y = (_narrow if narrow else _wide)(member, data, days, y, places)
        body.append(drawn)
        y += _GAP
    body.insert(0, "".join(parts.day_axis(days, wide, top, y, y + 15)))
    y += 22
    if data.shares:
        drawn, y = _shares(data, data.shares, y, narrow=narrow)
        body.append(drawn)
    return Drawing("".join(body), (-2, 0, wide + 4, y + 6))


def _days(data: Lanes, start: float, end: float) -> scale.DayScale:
    """Days from the first day of any member to the last known day, plus a margin."""
    points = [point.day for member in data.members for point in member.points]
    ends = [member.outcome.day if member.outcome else data.as_of for member in data.members]
    return scale.days_beyond(min(points), max(*points, *ends), start, end)


def _key(data: Lanes) -> Iterator[parts.Key]:
    ends = [member.points[-1] for member in data.members]
    if any(end.stated is not None for end in ends):
        yield parts.sample("stated"), "stated"
    if any(end.implied is not None for end in ends):
        yield parts.sample("implied"), "implied by the evidence"
    window = svg.path(svg.bar(-10, -6, 20, 12), "f-window s-grid")
    yield window, data.about or f"since {short_day(data.since)}"


def _wide(
    member: SetMember, data: Lanes, days: scale.DayScale, y: float, places: Places
) -> tuple[str, float]:
    title = scale.folded(f"{member.letter}. {member.title}", _GUTTER - 66, 4, bold=True)
    foot = y + max(_LANE, len(title) * _LINE + 4)
    drawn = parts.lines(0, y + 16, title, "f-ink bold", step=_LINE)
    body = svg.mark(drawn, "", member.anchor, places, (0, y, _GUTTER - 50, foot - y))
    for number, (name, figure) in enumerate(figures(member)):
        body += svg.text(WIDE, y + 16 + number * _LINE, figure, f"f-{name} small bold end")
    return body + _lane(member, data, days, _odds(member, data, y, foot)), foot


def _narrow(
    member: SetMember, data: Lanes, days: scale.DayScale, y: float, places: Places
) -> tuple[str, float]:
    title = scale.folded(f"{member.letter}. {member.title}", NARROW, 8, bold=True)
    drawn = parts.lines(0, y + 14, title, "f-ink bold", step=_LINE)
    hit = (0, y - 2, NARROW, max(len(title) * _LINE + 4, svg.TARGET))
    body = svg.mark(drawn, "", member.anchor, places, hit)
    y += len(title) * _LINE + 14
    *others, last = figures(member)
    for number, (name, figure) in enumerate(others):
        body += svg.text(0, y + number * _LINE, figure, f"f-{name} small bold")
    body += svg.text(NARROW, y, last[1], f"f-{last[0]} small bold end")
    y += max(len(others), 1) * _LINE - 6
    return body + _lane(member, data, days, _odds(member, data, y, y + _LANE)), y + _LANE


def figures(member: SetMember) -> Iterator[tuple[str, str]]:
    """The outcome, what is stated and what is implied, each with the name of its colour."""
    last = member.points[-1]
    if member.outcome:
        yield "ink", member.outcome.label
    if last.stated is not None:
        yield "stated", f"stated {from_to(member.stated_before, last.stated)}"
    if last.implied is not None:
        yield "implied", f"implied {from_to(member.implied_before, last.implied)}"


def _lane(member: SetMember, data: Lanes, days: scale.DayScale, odds: scale.LogOdds) -> str:
    foot, top = odds.start, odds.end
    left = days.at(max(data.since, days.first))
    body = svg.path(svg.bar(left, top, days.at(data.as_of) - left, foot - top), "f-window")
    body += "".join(parts.levels(odds, days))
    last = member.points[-1].day if member.outcome else days.last
    slopes = [member.decays] * (len(member.points) - 1)
    body += "".join(parts.courses(member.points, days, odds, last, slopes))
    return body + (parts.ending(member.outcome, days, top, foot) if member.outcome else "")


def _odds(member: SetMember, data: Lanes, top: float, foot: float) -> scale.LogOdds:
    """A member's own scale, as long as the longest of all: so all lanes are as fine."""
    scales = (scale.log_odds(probabilities(other.points), 0, 1) for other in data.members)
    longest = max(own.high - own.low for own in scales)
    return scale.log_odds(probabilities(member.points), foot, top, longest)


def _shares(
    data: Lanes, shares: Sequence[Sequence[float]], y: float, *, narrow: bool
) -> tuple[str, float]:
    left, wide = 92.0, NARROW if narrow else WIDE
    head = "implied shares, which sum to 100%"
    body = [svg.text(0 if narrow else left, y + 14, head, "f-muted small")]
    y += 22
    for day, figures in zip((data.since, data.as_of), shares, strict=True):
        body.append(svg.text(0, y + 14, short_day(day), "f-muted small"))
        x, whole = left, sum(figures) or 1.0
        for number, (member, share) in enumerate(zip(data.members, figures, strict=True)):
            across = share / whole * (wide - left - 2)
            look = "f-window s-ink" if number % 2 else "f-paper s-ink"
            if across > 0:
                body.append(svg.path(svg.bar(x, y, across, _BAR), look))
            if across > scale.width(member.letter, scale.SMALL, bold=True) + 4:
                middle = x + across / 2
                body.append(svg.text(middle, y + 14, member.letter, "f-ink small bold middle"))
            x += across
        y += _BAR + 6
    return "".join(body), y


_COLUMNS, _BETWEEN, _TALL = 3, 24, 100
_TITLE = 3
_LEAST = 6.0
"""Decibans of a scale at the least."""


class SmallMultiples(Lanes, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, from left to right and down.

    Around an `event`, as the day `since` is written, all have one scale, else each its own.
    """

    event: str = ""


@drawing.draw.register(SmallMultiples)
def draw_multiples(
    data: SmallMultiples, *, narrow: bool = False, places: Places = NOWHERE
) -> Drawing:
    """In columns; the cells of a row are as high as the highest of them."""
    wide = NARROW if narrow else WIDE
    columns = 1 if narrow else _COLUMNS if data.event else min(_COLUMNS, len(data.members))
    cell = (wide - (columns - 1) * _BETWEEN) / columns
    names, height = parts.key(_key(data), wide)
    body, y = [names], height + 10.0
    for start in range(0, len(data.members), columns):
        row = data.members[start : start + columns]
        titles = [scale.folded(member.title, cell, _TITLE, bold=True) for member in row]
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
    days = _days(data, 44, wide - 8)
    foot = above + _plot(data)
    together = data.members if data.event else (member,)
    shown = [p for other in together for p in probabilities(other.points)]
    body += _lane(member, data, days, scale.log_odds(shown, foot, above, _LEAST))
    if data.event:
        return body + _event(data, days, above, foot)
    body += svg.text(days.start, foot + 16, f"{days.first:%b %Y}", "f-muted small")
    return body + svg.text(days.end, foot + 16, f"{days.last:%b %Y}", "f-muted small end")


def _plot(data: SmallMultiples) -> int:
    """Height of the lines; on one scale for all they need more of it."""
    return _TALL if data.event else _LANE


def _event(data: SmallMultiples, days: scale.DayScale, top: float, foot: float) -> str:
    x, half = days.at(data.since), scale.width(data.event, scale.SMALL) / 2
    middle = min(max(x, days.start + half), days.end - half)
    line = svg.path(svg.line([(x, top), (x, foot)]), "s-muted", 1, "2 3")
    return line + svg.text(middle, foot + 19, data.event, "f-muted small middle")
