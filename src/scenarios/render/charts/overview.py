"""Every open scenario in one picture: where it stood, where it stands, what is implied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.render.charts import parts, svg
from scenarios.render.charts.parts import LINE, NARROW, WIDE, DayFigures
from scenarios.render.charts.scale import SMALL, DayScale, LogOdds, folded, log_odds, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import from_to, short_day
from scenarios.scales import percent, printed

_TITLE = 302
_FIGURES = 92
_IMPLIED = 58
_ROW = 24
_LINES = 7
"""Lines of a title; the longest title has 200 characters."""
_GAP = 9
_MANY = 24
"""Rows from which on the axis stands below them too."""


class OverviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario's stated and implied figures at both dates; `cause` is what moved it most."""

    title: str
    stated: float | None
    stated_before: float | None
    implied: float | None
    implied_before: float | None
    cause: str = ""
    anchor: str = ""

    @property
    def moved(self) -> bool:
        """True if the printed figure differs from the earlier one."""
        return _is_other(self.stated_before, self.stated) or (
            _is_other(self.implied_before, self.implied)
        )


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The scenarios in the order in which they are drawn, and how many are `folded` away."""

    since: date
    as_of: date
    rows: tuple[OverviewRow, ...]
    folded: int = 0


def draw(data: Overview, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A row a scenario, on one axis of log odds."""
    figures = [p for row in data.rows for p in (row.stated, row.stated_before, row.implied)]
    left, right = (6, NARROW - 6) if narrow else (_TITLE + 28, WIDE - _FIGURES - _IMPLIED - 16)
    scale = log_odds([p for p in figures if p is not None], left, right)
    wide = NARROW if narrow else WIDE
    key, height = parts.key(_key(data), wide)
    body, y = [], height + 24.0
    grid = y - 4
    if not narrow:
        body.append(svg.text(WIDE - _IMPLIED - 10, y - 8, "stated", "f-muted small end"))
        body.append(svg.text(WIDE, y - 8, "implied", "f-muted small end"))
    for row in data.rows:
        drawn, tall = (_narrow if narrow else _wide)(row, y, scale, places)
        body += drawn
        y += tall
    below = [y + 14] if len(data.rows) > _MANY else []
    axis = parts.odds_axis(scale, grid, y, grid - 6, *below)
    y += 18 if below else 0
    if data.folded:
        y += 18
        more = "" if narrow else ", that moved less, or not at all"
        body.append(svg.text(0, y - 2, f"and {data.folded} more{more}", "f-muted small"))
    return Drawing("".join([key, *axis, *body]), (-2, 0, wide + 4, y + 4))


def _key(data: Overview) -> Iterator[parts.Key]:
    yield parts.then(0, 0), f"stated on {short_day(data.since)}"
    yield parts.now(0, 0), f"on {short_day(data.as_of)}"
    if not all(row.moved for row in data.rows):
        yield parts.now(0, 0, "muted"), "unchanged"
    yield parts.implied(0, 0), "implied by the evidence"


def _wide(row: OverviewRow, y: float, scale: LogOdds, places: Places) -> tuple[list[str], float]:
    look = "f-ink bold" if row.moved else "f-muted"
    title = folded(row.title, _TITLE, _LINES, bold=row.moved)
    beside, cause_look, x = _beside(row, scale)
    under = []
    if row.moved and row.cause and not beside:
        under = folded(row.cause, scale.end - scale.start, 1, SMALL)
    tall = max(_ROW, len(title) * LINE + 4, len(beside) * LINE) + len(under) * LINE
    middle = y + (tall - len(under) * LINE) / 2
    drawn = parts.centred(0, middle, title, look, drop=4.5)
    body = [
        svg.path(f"M{_TITLE + 8},{svg.number(middle)}H{svg.number(scale.end)}", "s-grid", 1, "1 4"),
        svg.mark(drawn, "", row.anchor, places, (0, y, _TITLE, tall)),
        *_dumbbell(row, middle, scale),
        parts.centred(x, middle, beside, cause_look, row.cause, 4.5),
        parts.lines(scale.start, middle + LINE + 4.5, under, "f-muted small", row.cause),
        svg.text(WIDE - _IMPLIED - 10, middle + 4.5, _stated(row), f"{look} end"),
        svg.text(WIDE, middle + 4.5, _implied(row), "f-implied end"),
    ]
    return body, tall


def _beside(row: OverviewRow, scale: LogOdds) -> tuple[list[str], str, float]:
    """The cause in a few lines at the right of the marks or at their left; none for too long."""
    drawn = [scale.at(p) for p in (row.stated, row.stated_before, row.implied) if p is not None]
    if not drawn:
        return [], "", 0
    low, high = min(drawn) - _GAP, max(drawn) + _GAP
    after, before = scale.end - high, low - scale.start
    if not row.moved or not row.cause or max(after, before) * 2 < width(row.cause, SMALL):
        return [], "", 0
    if width(row.cause, SMALL) <= after or after >= before:
        return folded(row.cause, after, 3, SMALL), "f-muted small", high
    return folded(row.cause, before, 3, SMALL), "f-muted small end", low


def _narrow(row: OverviewRow, y: float, scale: LogOdds, places: Places) -> tuple[list[str], float]:
    look = "f-ink bold" if row.moved else "f-muted"
    stated = _stated(row)
    implied = f"implied {_implied(row)}" if row.stated is not None else ""
    room = NARROW - 12 - max(width(stated, bold=row.moved), width(implied, SMALL))
    title = folded(row.title, room, _LINES * 2, bold=row.moved)
    foot = y + max(len(title), 2) * LINE + 11
    drawn = parts.lines(0, y + 14, title, look)
    body = [
        svg.mark(drawn, "", row.anchor, places, (0, y, room, max(len(title) * LINE, 25))),
        svg.text(NARROW, y + 14, stated, f"{look} end"),
        svg.text(NARROW, y + 14 + LINE, implied, "f-implied small end"),
        svg.path(f"M0,{svg.number(foot)}H{NARROW}", "s-grid", 1, "1 4"),
        *_dumbbell(row, foot, scale),
    ]
    foot += 9
    if row.moved and row.cause:
        for line in folded(row.cause, NARROW, 2, SMALL):
            foot += LINE
            body.append(svg.text(0, foot - 4, line, "f-muted small", row.cause))
    return body, foot - y + 6


def _dumbbell(row: OverviewRow, y: float, scale: LogOdds) -> Iterator[str]:
    """From before to now; grey where that is read alike."""
    if row.implied is not None:
        yield parts.implied(scale.at(row.implied), y)
    if row.stated is None:
        before, now = row.implied_before, row.implied
        if before is not None and now is not None and _is_other(before, now):
            start, here = scale.at(before), scale.at(now)
            line = svg.path(svg.line([(start, y), (here, y)]), "s-implied", 2, "4 3")
            yield line + svg.path(svg.bar(start - 1.5, y - 5, 3, 10), "f-paper s-implied")
        return
    here = scale.at(row.stated)
    if row.stated_before is None or not _is_other(row.stated_before, row.stated):
        yield parts.now(here, y, "muted" if row.stated_before is not None else "stated")
        return
    start = scale.at(row.stated_before)
    yield svg.path(svg.line([(start, y), (here, y)]), "s-stated", 2.5)
    yield parts.then(start, y) + parts.now(here, y)


def _stated(row: OverviewRow) -> str:
    """`37 → 4%`; `20%` if both print alike; `new` without an earlier figure."""
    if row.stated is None:
        return "not stated"
    change = from_to(row.stated_before, row.stated)
    return change if row.stated_before is not None else f"{change}, new"


def _implied(row: OverviewRow) -> str:
    return "–" if row.implied is None else percent(row.implied)


def _is_other(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return False
    return printed(before) != printed(after)


_WIDE, _HIGH, _EDGE = 140, 32, 5


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """Stated figures, or implied figures where nothing was ever stated."""

    points: tuple[DayFigures, ...]


def draw_sparkline(data: Sparkline, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The line and its last figure as a dot; as wide on a phone."""
    del narrow, places
    is_stated = any(point.stated is not None for point in data.points)
    name = "stated" if is_stated else "implied"
    figures = [getattr(point, name) for point in data.points]
    first, last = data.points[0].day, data.points[-1].day
    days = DayScale(first=first, last=last, start=_EDGE, end=_WIDE - _EDGE)
    odds = log_odds([p for p in figures if p is not None], _HIGH - _EDGE, _EDGE, 3)
    body = svg.path(parts.course(data.points, name, days, odds), f"s-{name}", 2)
    if figures[-1] is not None:
        body += svg.circle(days.at(last), odds.at(figures[-1]), 3, f"f-{name}")
    return Drawing(body, (0, 0, _WIDE, _HIGH))
