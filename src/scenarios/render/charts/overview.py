"""Every open scenario in one picture: where it stood, where it stands, what is implied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scenarios.render.charts import scores, svg
from scenarios.render.charts.scale import SMALL, Days, LogOdds, folded, log_odds, width
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.charts.timeline import Figures
from scenarios.render.text import from_to
from scenarios.scales import percent, printed

WIDE, NARROW = 960, 340
_TITLE = 302
_FIGURES = 92
_IMPLIED = 58
_LINE, _ROW = 15, 24
_LINES = 7
"""Lines of a title; the longest title has 200 characters."""
_GAP = 9
_MANY = 24
"""Rows from which on the axis stands below them too."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
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
    rows: tuple[Standing, ...]
    folded: int = 0


def draw(data: Overview, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A row a scenario, on one axis of log odds."""
    figures = [p for row in data.rows for p in (row.stated, row.stated_before, row.implied)]
    left, right = (6, NARROW - 6) if narrow else (_TITLE + 28, WIDE - _FIGURES - _IMPLIED - 16)
    scale = log_odds([p for p in figures if p is not None], left, right)
    key, height = svg.key(list(_key(data)), NARROW if narrow else WIDE, 12)
    body, y = [], height + 24.0
    grid = y - 4
    if not narrow:
        body += _heads(y - 8)
    for row in data.rows:
        parts, tall = (_narrow if narrow else _wide)(row, y, scale, places)
        body += parts
        y += tall
    axis = list(_axis(scale, grid, y, twice=len(data.rows) > _MANY))
    y += 18 if len(data.rows) > _MANY else 0
    if data.folded:
        y += 18
        body.append(svg.text(0, y - 2, _folded(data, narrow=narrow), "f-muted small"))
    box = (-2, 0, (NARROW if narrow else WIDE) + 4, y + 4)
    return Drawing("".join([key, *axis, *body]), box)


def _key(data: Overview) -> Iterator[svg.Key]:
    yield svg.then(0, 0), f"stated on {data.since.day} {data.since:%b %Y}"
    yield svg.now(0, 0), f"on {data.as_of.day} {data.as_of:%b %Y}"
    if not all(row.moved for row in data.rows):
        yield svg.now(0, 0, "muted"), "unchanged"
    yield svg.implied(0, 0), "implied by the evidence"


def _heads(y: float) -> list[str]:
    stated = svg.text(WIDE - _IMPLIED - 10, y, "stated", "f-muted small end")
    return [stated, svg.text(WIDE, y, "implied", "f-muted small end")]


def _axis(scale: LogOdds, top: float, foot: float, *, twice: bool) -> Iterator[str]:
    """The figures above, and `twice` below too."""
    ticks = [(scale.at(p), label) for p, label in scale.ticks()]
    yield svg.path("".join(svg.line([(x, top), (x, foot)]) for x, _ in ticks), "s-grid")
    for x, label in ticks:
        for y in (top - 6, foot + 14) if twice else (top - 6,):
            yield svg.text(x, y, label, "f-muted small middle")


def _wide(row: Standing, y: float, scale: LogOdds, places: Places) -> tuple[list[str], float]:
    bold = " bold" if row.moved else ""
    ink = "f-ink" if row.moved else "f-muted"
    lines = folded(row.title, _TITLE, _LINES, bold=row.moved)
    beside, look, x = _beside(row, scale)
    under = (
        []
        if beside or not (row.moved and row.cause)
        else folded(row.cause, scale.end - scale.start, 1, SMALL)
    )
    tall = max(_ROW, len(lines) * _LINE + 4, len(beside) * _LINE) + len(under) * _LINE
    middle = y + (tall - len(under) * _LINE) / 2
    parts = [
        svg.path(f"M{_TITLE + 8},{svg.number(middle)}H{svg.number(scale.end)}", "s-grid", 1, "1 4"),
        svg.mark(
            _stacked(0, middle, lines, ink + bold), "", row.anchor, places, (0, y, _TITLE, tall)
        ),
        *_dumbbell(row, middle, scale),
        _stacked(x, middle, beside, look, row.cause),
        _stacked(scale.start, middle + _LINE, under, "f-muted small", row.cause),
        svg.text(WIDE - _IMPLIED - 10, middle + 4.5, _stated(row), f"{ink}{bold} end"),
        svg.text(WIDE, middle + 4.5, _told(row.implied), "f-implied end"),
    ]
    return parts, tall


def _stacked(x: float, middle: float, lines: Sequence[str], look: str, whole: str = "") -> str:
    first = middle - (len(lines) - 1) * _LINE / 2 + 4.5
    shown = whole if lines and lines[-1].endswith("…") else ""
    return "".join(svg.text(x, first + n * _LINE, t, look, shown) for n, t in enumerate(lines))


def _beside(row: Standing, scale: LogOdds) -> tuple[list[str], str, float]:
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


def _narrow(row: Standing, y: float, scale: LogOdds, places: Places) -> tuple[list[str], float]:
    bold = " bold" if row.moved else ""
    ink = "f-ink" if row.moved else "f-muted"
    stated = _stated(row)
    implied = f"implied {_told(row.implied)}" if row.stated is not None else ""
    room = NARROW - 12 - max(width(stated, bold=row.moved), width(implied, SMALL))
    lines = folded(row.title, room, _LINES * 2, bold=row.moved)
    title = "".join(
        svg.text(0, y + 14 + n * _LINE, line, f"{ink}{bold}") for n, line in enumerate(lines)
    )
    foot = y + max(len(lines), 2) * _LINE + 11
    parts = [
        svg.mark(title, "", row.anchor, places, (0, y, room, max(len(lines) * _LINE, 25))),
        svg.text(NARROW, y + 14, stated, f"{ink}{bold} end"),
        svg.text(NARROW, y + 14 + _LINE, implied, "f-implied small end"),
        svg.path(f"M0,{svg.number(foot)}H{NARROW}", "s-grid", 1, "1 4"),
        *_dumbbell(row, foot, scale),
    ]
    foot += 9
    if row.moved and row.cause:
        for line in folded(row.cause, NARROW, 2, SMALL):
            foot += 15
            parts.append(svg.text(0, foot - 4, line, "f-muted small", row.cause))
    return parts, foot - y + 6


def _dumbbell(row: Standing, y: float, scale: LogOdds) -> Iterator[str]:
    """From before to now; grey where that is read alike."""
    if row.implied is not None:
        yield svg.implied(scale.at(row.implied), y)
    if row.stated is None:
        before, now = row.implied_before, row.implied
        if before is not None and now is not None and _is_other(before, now):
            start, here = scale.at(before), scale.at(now)
            line = svg.path(svg.line([(start, y), (here, y)]), "s-implied", 2, "4 3")
            yield line + svg.path(svg.bar(start - 1.5, y - 5, 3, 10), "f-paper s-implied")
        return
    here = scale.at(row.stated)
    if row.stated_before is None or not _is_other(row.stated_before, row.stated):
        yield svg.now(here, y, "muted" if row.stated_before is not None else "stated")
        return
    start = scale.at(row.stated_before)
    yield svg.path(svg.line([(start, y), (here, y)]), "s-stated", 2.5)
    yield svg.then(start, y) + svg.now(here, y)


def _stated(row: Standing) -> str:
    """`37 → 4%`; `20%` if both print alike; `new` without an earlier figure."""
    if row.stated is None:
        return "not stated"
    change = from_to(row.stated_before, row.stated)
    return change if row.stated_before is not None else f"{change}, new"


def _told(implied: float | None) -> str:
    return "–" if implied is None else percent(implied)


def _folded(data: Overview, *, narrow: bool) -> str:
    moved = "that moved less, or not at all"
    return f"and {data.folded} more" if narrow else f"and {data.folded} more, {moved}"


def _is_other(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return False
    return printed(before) != printed(after)


_WIDE, _HIGH, _EDGE = 140, 32, 5


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """Stated figures, or implied figures where nothing was ever stated."""

    points: tuple[Figures, ...]


def draw_sparkline(data: Sparkline, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The line and its last figure as a dot; as wide on a phone."""
    del narrow, places
    is_stated = any(point.stated is not None for point in data.points)
    name = "stated" if is_stated else "implied"
    points = [(p.day, p.stated if is_stated else p.implied) for p in data.points]
    figures = [p for _, p in points if p is not None]
    days = Days(first=points[0][0], last=points[-1][0], start=_EDGE, end=_WIDE - _EDGE)
    odds = log_odds(figures, _HIGH - _EDGE, _EDGE, 3)
    path = scores.course(points, [False] * (len(points) - 1), points[-1][0], days, odds)
    body = svg.path(path, f"s-{name}", 2)
    if points[-1][1] is not None:
        body += svg.circle(days.at(points[-1][0]), odds.at(points[-1][1]), 3, f"f-{name}")
    return Drawing(body, (0, 0, _WIDE, _HIGH))
