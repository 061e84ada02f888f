"""The questions of a review by event: what we said over the last months, and the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from scenarios.render import drawing, svg
from scenarios.render.charts import parts
from scenarios.render.charts.draw import alone
from scenarios.render.charts.parts import LINE, NARROW, DayFigures
from scenarios.render.charts.scale import SMALL, DayScale, bounded, folded, log_odds, width
from scenarios.render.document import NOWHERE, Places, Text, plain
from scenarios.render.overview import Overview, OverviewGroup, OverviewRow
from scenarios.render.svg import Drawing, number
from scenarios.render.templating import macro

MEDIUM = 600
"""Pixels across the picture in a mail, or alone."""
_PAD = 0.11
"""Share of the height above 100% and below 0%."""
_STRETCHED = (0.001, 0.20)
"""Ends of the log odds of a row whose figures are small."""
_LEVELS, _SMALL_LEVELS = (0.0, 0.5, 1.0), (0.001, 0.01, 0.05, 0.20)
_PLOT, _DOT = 58, 5.0


class PlotBox(NamedTuple):
    """Where a row is plotted: left, top, width and height, in pixels or in shares of them."""

    left: float
    top: float
    width: float
    height: float
    unit: str = ""

    def x(self, share: float) -> str:
        return f"{number(self.left + self.width * share)}{self.unit}"

    def y(self, row: OverviewRow, probability: float) -> str:
        """The height of a figure on the scale of its row."""
        share = min(max(probability, 0.0), 1.0)
        if row.is_small:
            low, high = map(bounded, _STRETCHED)
            share = min(max((bounded(probability) - low) / (high - low), 0.0), 1.0)
        return f"{number(self.top + self.height * (1 - _PAD - share * (1 - 2 * _PAD)))}{self.unit}"


_Steps = Sequence[tuple[str, str]]
"""Places from left to right and the heights from there on."""


def _level(steps: _Steps, end: str) -> str:
    """The path from height to height, level between them, up to an end."""
    (left, height), *others = steps
    path, before = f"M{left},{height}", height
    for x, y in others:
        if y != before:
            path += f"H{x}V{y}"
            before = y
    return f"{path}H{end}"


def _fan(row: OverviewRow, data: Overview, box: PlotBox, end: str) -> str:
    """The range of the evidence from the lowest to the highest figure on each day."""
    at = [box.x(data.across(point.day)) for point in row.evidence]
    high = [box.y(row, point.high) for point in row.evidence]
    low = [box.y(row, point.low) for point in row.evidence]
    back, before = "", low[-1]
    for x, y in zip(reversed(at[1:]), reversed(low[:-1]), strict=True):
        if y != before:
            back += f"H{x}V{y}"
            before = y
    return f"{_level([*zip(at, high, strict=True)], end)}V{low[-1]}{back}H{at[0]}z"


def _lines(row: OverviewRow, data: Overview, box: PlotBox) -> Iterator[str]:
    """Yield the range of the evidence, the evidence, and what we say."""
    end = box.x(data.across(row.ended) if row.ended else 1.0)
    if row.evidence:
        yield svg.path(_fan(row, data, box, end), "fan")
        steps = [(box.x(data.across(p.day)), box.y(row, p.implied)) for p in row.evidence]
        yield svg.path(_level(steps, end), "s-implied", 1.4, "4 3")
    run: list[tuple[str, str]] = []
    for point in row.stated:
        x = box.x(data.across(point.day))
        if point.probability is not None:
            run.append((x, box.y(row, point.probability)))
        elif run:
            yield svg.path(_level(run, x), "s-stated", 2.4)
            run = []
    if run:
        yield svg.path(_level(run, end), "s-stated", 2.4)


def _ground(row: OverviewRow, data: Overview, box: PlotBox) -> Iterator[str]:
    """Yield the days of the window, and the levels with their figures at the right."""
    left, right = box.x(data.across(data.since)), box.x(1)
    top = f"{number(box.top)}{box.unit}"
    across = box.x(1 - data.across(data.since))
    size = f'width="{across}" height="{number(box.height)}{box.unit}"'
    yield f'<rect class="f-window" x="{left}" y="{top}" {size}/>'
    levels = [(p, f"{p * 100:g}" + "%" * (row.is_small or p == 1)) for p in _levels(row)]
    for level, label in row.levels or levels:
        y = box.y(row, level)
        yield _line(box.x(0), y, right, y, "s-grid", "2 4" if row.is_small else "")
        look = "f-stated" if row.is_small else "f-muted"
        yield f'<text x="{right}" y="{y}" dx="4" dy="4" class="{look} small">{label}</text>'


def _levels(row: OverviewRow) -> tuple[float, ...]:
    return _SMALL_LEVELS if row.is_small else _LEVELS


def _line(x1: str, y1: str, x2: str, y2: str, look: str, dash: str = "", wide: float = 1) -> str:
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    heavy = f' stroke-width="{number(wide)}"' if wide != 1 else ""
    return f'<line class="{look}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{heavy}{broken}/>'


def _dot(x: str, y: str, look: str, radius: float = _DOT) -> str:
    heavy = ' stroke-width="2"' if "paper" in look else ""
    return f'<circle class="{look}" cx="{x}" cy="{y}" r="{number(radius)}"{heavy}/>'


def _marks(row: OverviewRow, data: Overview, group: OverviewGroup, box: PlotBox) -> Iterator[str]:
    """Yield the events as uprights, and our figure at both dates."""
    top, foot = (f"{number(box.top + box.height * share)}{box.unit}" for share in (0, 1))
    for day in row.days:
        if data.since < day <= data.as_of:
            x = box.x(data.across(day))
            yield _line(x, top, x, foot, "s-event", "3 3")
    if group.day and data.since <= group.day <= data.as_of:
        x = box.x(data.across(group.day))
        yield _line(x, top, x, foot, "s-event", "", 1.6)
    now = box.x(data.across(data.as_of))
    for figure in row.others:
        yield _OF_AN_ANALYST.format(now, box.y(row, figure))
    look = "f-muted" if row.is_still else "f-stated"
    if row.ended:
        yield from _ending(row, row.ended, data, box)
    elif row.now is not None:
        if row.before is not None and not row.is_still:
            at = box.x(data.across(data.since))
            yield _dot(at, box.y(row, row.before), "f-paper s-stated")
        yield _dot(now, box.y(row, row.now), look, _DOT + 0.5)


_OF_AN_ANALYST = '<svg x="{}" y="{}" overflow="visible"><path class="s-stated" d="M-9,0h18"/></svg>'


def _ending(row: OverviewRow, ended: date, data: Overview, box: PlotBox) -> Iterator[str]:
    """Yield the last figure of a decided question, and the way from it to how it came out."""
    x = box.x(data.across(ended))
    end = {"occurred": 1.0, "did-not-occur": 0.0}.get(row.outcome or "")
    if row.levels:
        end = row.now
    if row.before is not None:
        y = box.y(row, row.before)
        if end is not None:
            yield _line(x, y, x, box.y(row, end), "s-stated", "", 2.4)
        yield _dot(x, y, "f-paper s-stated")
    if end is not None:
        yield _dot(x, box.y(row, end), "f-stated", _DOT + 1)


_LINES, _MARKS = PlotBox(0, 0, 1000, 100), PlotBox(0, 0, 100, 100, "%")
"""A plot on a page is as wide as there is room: lines are stretched, and marks are not."""


@drawing.page.register(Overview)
def on_page(data: Overview, read: Callable[[Text], Markup]) -> Markup:
    """The questions as text with a plot each, for any width; figures stand in the text."""

    def plot(row: OverviewRow, group: OverviewGroup) -> Markup:
        lines = "".join(_lines(row, data, _LINES))
        parts = chain(_ground(row, data, _MARKS), (lines and _STRETCHED_SVG.format(lines),))
        return Markup("".join((*parts, *_marks(row, data, group, _MARKS))))  # noqa: S704

    months = [(_MARKS.x(share), name) for share, name in data.months]
    left = _MARKS.x(data.across(data.since))
    return macro("overview.html", "overview")(data, read, plot, months, left)


class MailedOverview(msgspec.Struct, frozen=True):
    """The questions of a mail, and the addresses of the plot of each, in light and dark."""

    data: Overview
    plots: tuple[tuple[str, str], ...]


@drawing.in_mail.register(Overview)
def in_mail(data: Overview, attached: Callable[[str], str]) -> MailedOverview:
    """Attach a plot for each question, in both themes."""
    box, plots = PlotBox(0, 0, MEDIUM - _EDGE, _PLOT), list[tuple[str, str]]()
    for group in data.groups:
        for row in group.rows:
            shapes = chain(_ground(row, data, box), _lines(row, data, box))
            body = "".join((*shapes, *_marks(row, data, group, box)))
            panel = [("", Drawing(body, (0, -2, MEDIUM, _PLOT + 4)))]
            light, dark = (attached(alone(panel, "", "", dark=dark)) for dark in (False, True))
            plots.append((light, dark))
    return MailedOverview(data, tuple(plots))


@drawing.page.register(MailedOverview)
def on_mail(mailed: MailedOverview, read: Callable[[Text], Markup]) -> Markup:
    """The questions as text in tables, with a picture of each plot."""
    plots = iter(mailed.plots)
    return macro("mail.html", "overview")(mailed.data, read, lambda: next(plots), MEDIUM)


_STRETCHED_SVG = (
    '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" width="100%" height="100%">{}</svg>'
)


_EDGE, _HEAD = 40, 16
"""Pixels right of a plot for the figures of its levels, and of a letter of an event."""


@drawing.draw.register(Overview)
def draw(data: Overview, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The same as one picture, where there is no page: each text above its plot."""
    del places
    wide = NARROW if narrow else MEDIUM
    names, y = parts.key(_key(data), wide)
    body = [names]
    box = PlotBox(0, 0, wide - _EDGE, _PLOT)
    if data.rows:
        y += 16
        for x, month in data.months:
            body.append(svg.text(x * box.width, y, month, "f-muted small"))
        left = data.across(data.since) * box.width
        body.append(svg.text(left + 4, y, data.window, "f-muted small bold"))
    for group in data.groups:
        y, drawn = _event(group, y, wide)
        body.append(drawn)
        for row in group.rows:
            y, drawn = _question(row, y, wide)
            body.append(drawn)
            own = box._replace(top=y)
            shapes = chain(_ground(row, data, own), _lines(row, data, own))
            body += [*shapes, *_marks(row, data, group, own)]
            y += _PLOT + 6
    for name, text in data.folded:
        lines = folded(f"{name}: {plain(text)}", wide, 12, SMALL)
        body.append(parts.lines(0, y + 16, lines, "f-muted small"))
        y += len(lines) * LINE + 8
    return Drawing("".join(body), (-6, 0, wide + 12, y + 6))


def _key(data: Overview) -> Iterator[parts.Key]:
    fan = svg.path(svg.bar(-10, -6, 20, 12), "fan")
    shapes = {
        "stated": parts.sample("stated"),
        "both": _dot("-7", "0", "f-paper s-stated") + _dot("7", "0", "f-stated"),
        "analyst": svg.path("M-9,0H9", "s-stated"),
        "implied": fan + parts.sample("implied"),
        "event": _line("0", "-7", "0", "7", "s-event", "", 1.6),
        "further": _line("0", "-7", "0", "7", "s-event", "3 3"),
        "stretched": svg.path("M-10,0H10", "s-stated", 1, "2 4"),
    }
    return ((shapes[name], words) for name, words in data.key)


def _event(group: OverviewGroup, y: float, wide: float) -> tuple[float, str]:
    """The heading of an event."""
    text = " ".join(filter(None, (group.when, plain(group.title))))
    if not text:
        return y, ""
    lines = folded(text, wide, 4, _HEAD, bold=True)
    y += 26
    drawn = _line("0", f"{number(y - 20)}", f"{number(wide)}", f"{number(y - 20)}", "s-ink")
    drawn += parts.lines(0, y, lines, "f-ink bold head", step=20)
    y += (len(lines) - 1) * 20
    return y + 18, drawn + svg.text(0, y + 16, group.counts, "f-muted small")


def _question(row: OverviewRow, y: float, wide: float) -> tuple[float, str]:
    """The words and figures of a question, above its plot."""
    range_words = plain(row.range)
    figure = " → ".join(filter(None, row.figures))
    room = wide - max(width(figure, bold=True), width(range_words, SMALL)) - 16
    title = folded(plain(row.title), room, 4, bold=True)
    look = "f-ink" if row.ended else "f-muted" if row.is_still else "f-stated"
    drawn = parts.lines(0, y + 18, title, f"{'f-muted' if row.is_still else 'f-ink'} bold")
    drawn += svg.text(wide, y + 18, figure, f"{look} bold end")
    y += 18 + (len(title) - 1) * LINE
    word = ", ".join(filter(None, (row.word, row.about)))
    drawn += svg.text(0, y + LINE, word, "f-ink small")
    is_one_line = width(word, SMALL) + width(range_words, SMALL) + 8 <= wide
    y += LINE if is_one_line else 2 * LINE
    drawn += svg.text(wide, y, range_words, "f-implied small end")
    for text, colour in ((row.why, "f-muted"), *((each, "f-event") for each in row.also)):
        lines = folded(plain(text), wide, 5, SMALL) if text else []
        drawn += parts.lines(0, y + LINE, lines, f"{colour} small")
        y += len(lines) * LINE
    return y + 8, drawn


_WIDE, _HIGH, _SIDE = 140, 32, 5


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
    days = DayScale(first=first, last=last, start=_SIDE, end=_WIDE - _SIDE)
    odds = log_odds([p for p in figures if p is not None], _HIGH - _SIDE, _SIDE, 3)
    body = svg.path(parts.curve(data.points, name, days, odds), f"s-{name}", 2)
    if figures[-1] is not None:
        body += svg.circle(days.position(last), odds.position(figures[-1]), 3, f"f-{name}")
    return Drawing(body, (0, 0, _WIDE, _HIGH))
