"""The questions in one picture: what was decided, where each stood and stands, and the evidence."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import NamedTuple, Self

import msgspec
from msgspec.structs import replace

from scenarios.render import drawing, svg
from scenarios.render.charts import parts
from scenarios.render.charts.parts import LINE, NARROW, WIDE, DayFigures, OutcomeMark
from scenarios.render.charts.scale import SMALL, DayScale, LogOdds, folded, log_odds, width
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing, number
from scenarios.render.text import from_to, short_day
from scenarios.scales import has_moved

MEDIUM = 660
"""Pixels across the picture on a tablet: that for a desk, with less room for titles and axis."""
_TITLE_SHARE = 0.35
_FIGURES, _GAP = 100, 20
_LINES = 7
"""Lines of a title; the longest title has 200 characters."""
_CAUSE_LINES = 4
_ROW = 24
_TRACK = 12
"""Pixels from what we say down to what the evidence says."""
_MANY = 24
"""Rows from which on the axis stands below them too."""
_DECIDED, _MOVED = "Decided", "Moved"
_SCALE = "log-odds scale"
_SCALE_WORDS = f"{_SCALE}: from 1% to 2% is as far as from 33% to 50%"


class OverviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a question at both dates, stated and implied; `cause` is what moved it most.

    Of one with an `outcome` they are the last figures. One that is `large` stands out.
    """

    title: str
    stated: float | None
    stated_before: float | None
    implied: float | None
    implied_before: float | None
    cause: str = ""
    anchor: str = ""
    outcome: OutcomeMark | None = None
    large: bool = False

    @property
    def moved(self) -> bool:
        """True if a printed figure differs from the earlier one."""
        return has_moved(self.stated_before, self.stated) or self.evidence_moved

    @property
    def evidence_moved(self) -> bool:
        """True if the printed implied figure differs from the earlier one."""
        return has_moved(self.implied_before, self.implied)

    @property
    def look(self) -> str:
        """Colour and weight of its words."""
        weight = " bold" if self.large or self.outcome else ""
        return f"f-{'ink' if self.moved or self.outcome else 'muted'}{weight}"


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The questions in the order in which they are drawn, and words for the `rest`."""

    since: date
    as_of: date
    rows: tuple[OverviewRow, ...]
    rest: str = ""
    is_medium: bool = False

    @property
    def medium(self) -> Self:
        """The same for a tablet."""
        return replace(self, is_medium=True)


class OverviewLayout(NamedTuple):
    """Width of the titles, the axis, and the right edges of both columns of figures."""

    title: float
    scale: LogOdds
    stated: float
    implied: float


@drawing.draw.register(Overview)
def draw(data: Overview, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A row a question, on one axis of log odds, for a desk, a tablet or a phone."""
    wide = NARROW if narrow else MEDIUM if data.is_medium else WIDE
    columns = _columns(data, wide)
    key, y = parts.key(_key(data, wide), wide)
    body: list[str] = []
    y += 24
    axis_top = y - 8
    is_decided = any(row.outcome for row in data.rows)
    section = ""
    for row in data.rows:
        name = _DECIDED if row.outcome else _MOVED if row.moved and is_decided else "-"
        if name != section:
            y += 24 if section or (is_decided and wide == NARROW) else 0
            body += _head(name.strip("-"), y - 8, columns)
            section = name
        drawn, tall = (_narrow if wide == NARROW else _wide)(row, y, columns, places)
        body += drawn
        y += tall
    below = [y + 14] if len(data.rows) > _MANY else []
    axis = parts.odds_axis(columns.scale, axis_top + 4, y, axis_top, *below)
    y += 18 if below else 0
    if data.rest:
        rest = folded(data.rest, wide, 2, SMALL)
        body.append(parts.lines(0, y + 16, rest, "f-muted small"))
        y += 18 + (len(rest) - 1) * LINE
    return Drawing("".join([key, *axis, *body]), (-2, 0, wide + 4, y + 4))


def _columns(data: Overview, wide: float) -> OverviewLayout:
    figures = [
        p
        for row in data.rows
        for p in (row.stated, row.stated_before, row.implied, row.implied_before)
    ]
    title, left, right = wide * _TITLE_SHARE, 12.0, wide - 12
    if wide != NARROW:
        left, right = title + _GAP, wide - 2 * _FIGURES - _GAP
    scale = log_odds([p for p in figures if p is not None], left, right)
    return OverviewLayout(title, scale, wide - _FIGURES, wide)


def _key(data: Overview, wide: float) -> Iterator[parts.Key]:
    rows = data.rows
    if any(has_moved(row.stated_before, row.stated) for row in rows):
        yield parts.then(0, 0), f"we said, {short_day(data.since)}"
    elif any(row.outcome and row.stated is not None for row in rows):
        yield parts.then(0, 0), "we said last"
    current = [row for row in rows if row.stated is not None and not row.outcome]
    still = [row for row in current if row.stated_before is not None]
    still = [row for row in still if not has_moved(row.stated_before, row.stated)]
    if len(still) < len(current):
        yield parts.now(0, 0), f"we say, {short_day(data.as_of)}"
    if still:
        yield parts.now(0, 0, "muted"), "we say, unchanged"
    if any(row.evidence_moved for row in rows):
        yield _evidence(-7, 7, 0), "the evidence, then and now"
    elif any(row.implied is not None for row in rows):
        yield _evidence(None, 0, 0), "the evidence"
    if any(row.outcome for row in rows):
        yield _arrow(-9, 9, 0), "how it came out"
    yield "", _SCALE if wide == NARROW else _SCALE_WORDS


def _head(name: str, y: float, columns: OverviewLayout) -> Iterator[str]:
    yield svg.text(0, y, name, "f-muted small bold")
    if columns.implied == NARROW:
        return
    stated = "we said" if name == _DECIDED else "we say"
    yield svg.text(columns.stated, y, stated, "f-muted small end")
    yield svg.text(columns.implied, y, "the evidence", "f-muted small end")


def fitting(rows: Sequence[OverviewRow], room: float) -> int:
    """How many of the rows fit into a picture for a desk of so many pixels, one at the least."""
    heights = accumulate(_lines(row, WIDE * _TITLE_SHARE)[2] for row in rows)
    return max(1, sum(height <= room for height in heights))


def _lines(row: OverviewRow, room: float) -> tuple[list[str], list[str], float]:
    """The lines of the title and of the cause, and the height of the row on a desk."""
    title = folded(row.title, room, _LINES, bold="bold" in row.look)
    cause = _cause_lines(row, room)
    track = _TRACK if row.evidence_moved else 0
    return title, cause, max(_ROW + track, (len(title) + len(cause)) * LINE + 8)


def _wide(
    row: OverviewRow, y: float, columns: OverviewLayout, places: Places
) -> tuple[list[str], float]:
    title, cause, tall = _lines(row, columns.title)
    first = y + 12.5
    drawn = parts.lines(0, first, title, row.look)
    axis = f"M{number(columns.scale.start)},{number(first - 4.5)}H{number(columns.scale.end)}"
    return [
        svg.path(axis, "s-grid", 1, "1 4"),
        svg.mark(drawn, "", row.anchor, places, (0, y - 3, columns.title, max(tall, svg.TARGET))),
        parts.lines(0, first + len(title) * LINE, cause, *_cause(row)),
        *_marks(row, first - 4.5, columns.scale),
        svg.text(columns.stated, first, _stated(row), f"{row.look} end"),
        svg.text(columns.implied, first, from_to(row.implied_before, row.implied), _IMPLIED),
    ], tall


_IMPLIED = "f-implied end"


def _narrow(
    row: OverviewRow, y: float, columns: OverviewLayout, places: Places
) -> tuple[list[str], float]:
    said = "" if row.stated is None else "we said " if row.outcome else "we say "
    stated = f"{said}{_stated(row)}"
    implied = f"evidence {from_to(row.implied_before, row.implied)}"
    is_bold = "bold" in row.look
    room = NARROW - 12 - max(width(stated, bold=is_bold), width(implied, SMALL))
    title = folded(row.title, room, _LINES * 2, bold=is_bold)
    foot = y + max(len(title), 2) * LINE + 11
    hit = (0, y, room, max(len(title) * LINE, svg.TARGET))
    cause = _cause_lines(row, NARROW)
    track = _TRACK if row.evidence_moved else 0
    under = foot + track + 9
    body = [
        svg.mark(parts.lines(0, y + 14, title, row.look), "", row.anchor, places, hit),
        svg.text(NARROW, y + 14, stated, f"{row.look} end"),
        svg.text(NARROW, y + 14 + LINE, implied, f"{_IMPLIED} small"),
        svg.path(f"M0,{number(foot)}H{NARROW}", "s-grid", 1, "1 4"),
        *_marks(row, foot, columns.scale),
        parts.lines(0, under + LINE - 4, cause, *_cause(row)),
    ]
    return body, under + len(cause) * LINE - y + 6


def _cause(row: OverviewRow) -> tuple[str, str]:
    if row.outcome:
        return "f-ink small bold", row.outcome.label
    return "f-muted small", row.cause if row.moved else ""


def _cause_lines(row: OverviewRow, room: float) -> list[str]:
    look, text = _cause(row)
    return folded(text, room, _CAUSE_LINES, SMALL, bold="bold" in look) if text else []


def _marks(row: OverviewRow, y: float, scale: LogOdds) -> Iterator[str]:
    """Yield what we say from before to now, and what the evidence says, below it if it moved."""
    if row.implied is not None:
        implied = scale.at(row.implied)
        if row.evidence_moved and row.implied_before is not None:
            yield _evidence(scale.at(row.implied_before), implied, y + _TRACK)
        else:
            yield _evidence(None, implied, y)
    figure = row.implied if row.stated is None else row.stated
    if row.outcome:
        edge = {"occurred": scale.end, "did not occur": scale.start}.get(row.outcome.word)
        if edge is not None and figure is not None:
            yield _arrow(scale.at(figure), edge, y)
        yield parts.then(scale.at(row.stated), y) if row.stated is not None else ""
    elif row.stated is not None:
        here = scale.at(row.stated)
        if row.stated_before is None or not has_moved(row.stated_before, row.stated):
            yield parts.now(here, y, "stated" if row.stated_before is None else "muted")
            return
        start = scale.at(row.stated_before)
        yield svg.path(svg.line([(start, y), (here, y)]), "s-stated", 2.5)
        yield parts.then(start, y) + parts.now(here, y)


def _evidence(before: float | None, now: float, y: float) -> str:
    """A tall bar for now, a short one for before, and a line between them."""
    bar = svg.path(svg.bar(now - 1.5, y - 6, 3, 12), "f-implied")
    if before is None:
        return bar
    line = svg.path(svg.line([(before, y), (now, y)]), "s-implied", 1.5)
    return line + svg.path(svg.bar(before - 1, y - 3.5, 2, 7), "f-implied") + bar


def _arrow(start: float, end: float, y: float) -> str:
    """A dotted line to where an outcome lies."""
    back = -5 if end > start else 5
    tip = svg.line([(end + back, y - 4), (end, y), (end + back, y + 4)])
    return svg.path(svg.line([(start, y), (end, y)]), "s-ink", 1.5, "2 3") + svg.path(
        tip, "s-ink", 1.5
    )


def _stated(row: OverviewRow) -> str:
    """`37 → 4%`; `20%` if both print alike; `new` without any earlier figure."""
    if row.stated is None:
        return "not stated"
    is_new = row.stated_before is None and not row.outcome
    return from_to(row.stated_before, row.stated) + (", new" if is_new else "")


_WIDE, _HIGH, _EDGE = 140, 32, 5


class Sparkline(msgspec.Struct, frozen=True, kw_only=True):
    """Stated figures, or implied figures where nothing was ever stated."""

    points: tuple[DayFigures, ...]


@drawing.draw.register(Sparkline)
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
