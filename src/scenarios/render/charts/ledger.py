"""The odds ledger: from the prior to what is implied, a bar a line, on an axis of log odds."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from scenarios.render import drawing, svg
from scenarios.render.charts import parts
from scenarios.render.charts.parts import LINE, NARROW, WIDE
from scenarios.render.charts.scale import SMALL, LogOdds, bounded, folded, log_odds, width
from scenarios.render.document import NOWHERE, Places
from scenarios.render.svg import Drawing
from scenarios.render.text import signed
from scenarios.scales import percent, probability

_LABEL, _FIGURE = 420, 78
_ROW = 23
_BAR, _INDENT = 11, 14
_LINES = 3


class LedgerBar(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger, or the sum of several, in decibans."""

    label: str
    decibans: float
    anchor: str = ""


class BarGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Bars that belong together; a name of "" has no heading."""

    name: str
    bars: tuple[LedgerBar, ...]


class LedgerBars(msgspec.Struct, frozen=True, kw_only=True):
    """`prior` + Σ of the bars = `implied`, in log odds."""

    title: str
    prior: float
    themes: tuple[BarGroup, ...]
    implied: float
    stated: float | None = None


class WaterfallRow(NamedTuple):
    """A bar from one sum to another, or a mark at one; a heading has neither."""

    label: str
    figure: str
    before: float | None = None
    after: float | None = None
    mark: str = ""
    anchor: str = ""
    indent: int = 0


@drawing.draw.register(LedgerBars)
def draw(data: LedgerBars, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """The rows from the prior down to what is implied, and what is stated beside it."""
    rows = list(_rows(data))
    sums = [probability(db) for row in rows for db in (row.before, row.after) if db is not None]
    wide = NARROW if narrow else WIDE
    left, right = (8, NARROW - 8) if narrow else (_LABEL + 16, WIDE - _FIGURE - 8)
    scale = log_odds(sums, left, right)
    body, links, y, last = [], [], 24.0, None
    for row in rows:
        drawn, middle, tall = (_narrow if narrow else _wide)(row, y, scale, places)
        body.append(drawn)
        if row.after is not None:
            if last is not None and row.before is not None and row.mark != "stated":
                x = _x(row.before, scale)
                links.append(svg.line([(x, last), (x, middle)]))
            last = middle
        y += tall
    between = svg.path("".join(links), "s-muted", 1, "2 2")
    return Drawing(
        "".join([*parts.odds_axis(scale, 22, y, 14), between, *body]), (-2, 0, wide + 4, y + 4)
    )


def _rows(data: LedgerBars) -> Iterator[WaterfallRow]:
    running = bounded(data.prior)
    yield WaterfallRow("starting chance", percent(data.prior), running, running, "prior")
    for theme in data.themes:
        if theme.name:
            yield WaterfallRow(theme.name, f"{signed(sum(bar.decibans for bar in theme.bars))} dB")
        indent = _INDENT if theme.name else 0
        for bar in theme.bars:
            before, running = running, running + bar.decibans
            worth = f"{signed(bar.decibans)} dB"
            yield WaterfallRow(bar.label, worth, before, running, "", bar.anchor, indent)
    end = bounded(data.implied)
    yield WaterfallRow("evidence", percent(data.implied), end, end, "implied")
    if data.stated is not None:
        x = bounded(data.stated)
        yield WaterfallRow("we say", percent(data.stated), x, x, "stated")


def _wide(row: WaterfallRow, y: float, scale: LogOdds, places: Places) -> tuple[str, float, float]:
    look = _look(row)
    texts = folded(row.label, _LABEL - row.indent, _LINES, SMALL, bold="bold" in look)
    tall = max(_ROW, len(texts) * LINE + 7)
    middle = y + tall / 2
    drawn = parts.centred(row.indent, middle, texts, look, row.label)
    drawn = svg.mark(drawn, "", row.anchor, places, (0, y, _LABEL, max(tall, svg.TARGET)))
    figure = svg.text(WIDE, middle + 4, row.figure, f"{look} end")
    return drawn + _drawn(row, middle, scale) + figure, middle, tall


def _narrow(
    row: WaterfallRow, y: float, scale: LogOdds, places: Places
) -> tuple[str, float, float]:
    look = _look(row)
    room = NARROW - width(row.figure, SMALL, bold="bold" in look) - 10
    texts = folded(row.label, room, _LINES + 1, SMALL, bold="bold" in look)
    foot = y + len(texts) * LINE
    drawn = parts.lines(0, y + 13, texts, look, row.label)
    drawn = svg.mark(drawn, "", row.anchor, places, (0, y, room, max(foot - y, svg.TARGET)))
    drawn += svg.text(NARROW, y + 13, row.figure, f"{look} end")
    if row.after is None:
        return drawn, foot, foot - y + 4
    middle = foot + _BAR / 2 + 3
    return drawn + _drawn(row, middle, scale), middle, middle - y + 12


def _look(row: WaterfallRow) -> str:
    if row.mark:
        return f"f-{row.mark if row.mark != 'prior' else 'ink'} small bold"
    return "f-ink small" if row.before is not None else "f-muted small bold"


def _drawn(row: WaterfallRow, middle: float, scale: LogOdds) -> str:
    """Full to the right for what speaks for it, hollow to the left for what speaks against it."""
    if row.before is None or row.after is None:
        return ""
    left, right = sorted((_x(row.before, scale), _x(row.after, scale)))
    if row.mark == "stated":
        return parts.now(left, middle)
    if row.mark == "implied":
        return parts.implied(left, middle)
    if row.mark:
        return svg.path(svg.line([(left, middle - 8), (left, middle + 8)]), "s-ink", 2)
    box = svg.bar(left, middle - _BAR / 2, max(right - left, 1), _BAR)
    if row.after >= row.before:
        return svg.path(box, "f-for s-for")
    return svg.path(box, "f-paper s-against", 1.5)


def _x(db: float, scale: LogOdds) -> float:
    return scale.position(probability(db))
