"""A picture that stands alone: drawings under their titles as one SVG, and a preview's card."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from scenarios.render import palette, svg
from scenarios.render.charts import parts
from scenarios.render.charts.parts import DayFigures
from scenarios.render.charts.scale import SMALL, DayScale, folded, log_odds
from scenarios.render.svg import Box, Drawing

_EDGE, _GAP = 20, 26
_HEAD, _LINE, _UNDER = 16, 21, 6
_LEAST = 200
"""Pixels of width for a title and a signature."""
_COLOUR = re.compile(r"var\(--([a-z0-9-]+)\)")


def alone(
    panels: Sequence[tuple[str, Drawing]],
    label: str,
    signature: str,
    *,
    dark: bool = False,
    size: tuple[int, int] | None = None,
) -> str:
    """Drawings under their titles, one below the other, as one SVG, of a size if one was asked for.

    Its colours follow the reader's scheme, unless they are to be `dark`.
    """
    drawing = _stacked(panels, signature)
    box = fitted(drawing.box, size)
    wide, high = size or (round(box[2]), round(box[3]))
    head = 'xmlns="http://www.w3.org/2000/svg" class="picture" role="img"'
    view = " ".join(map(svg.number, box))
    about = f"<desc>{svg.safe(signature)}</desc>" if signature else ""
    return f"""\
<svg {head} aria-label="{svg.safe(label)}" viewBox="{view}" width="{wide}" height="{high}">
{about}<style>{_rules(dark=dark)}</style>
{svg.path(svg.bar(*box), "f-paper")}
{drawing.body}
</svg>
"""


def _stacked(panels: Sequence[tuple[str, Drawing]], signature: str) -> Drawing:
    wide = max(_LEAST, *(drawing.box[2] for _, drawing in panels))
    body, y = [], 0.0
    for title, drawing in panels:
        for line in folded(title, wide, 9, _HEAD, bold=True) if title else ():
            y += _LINE
            body.append(svg.text(0, y - 5, line, "f-ink bold head"))
        y += _UNDER if title else 0
        left, top, _, height = drawing.box
        body.append(svg.moved(drawing.body, -left, y - top))
        y += height + _GAP
    y -= _GAP
    for line in folded(signature, wide, 4, SMALL) if signature else ():
        y += 18
        body.append(svg.text(0, y, line, "f-muted small"))
    edge = _EDGE if signature else 0
    return Drawing("".join(body), (-edge, -edge, wide + 2 * edge, y + 2 * edge))


def fitted(box: Box, size: tuple[int, int] | None) -> Box:
    """The box, made wider or higher on both sides so that it has the shape of the size."""
    if size is None:
        return box
    left, top, wide, high = box
    shape = size[0] / size[1]
    more_wide, more_high = max(high * shape - wide, 0), max(wide / shape - high, 0)
    return left - more_wide / 2, top - more_high / 2, wide + more_wide, high + more_high


def _rules(*, dark: bool) -> str:
    """Plain colours: what draws a picture alone need not know variables."""
    if dark:
        return _coloured(palette.DARK)
    return (
        f"{_coloured(palette.LIGHT)}@media(prefers-color-scheme:dark){{{_coloured(palette.DARK)}}}"
    )


def _coloured(scheme: Mapping[str, str]) -> str:
    return _COLOUR.sub(lambda match: scheme[match[1]], palette.drawing())


SIZE = (1200, 630)
"""Pixels, as those who show previews ask for."""
_WIDE, _HIGH = 400, 210
_CARD_EDGE, _CARD_HEAD, _CARD_LINE = 22, 16, 19
_ZOOM = 3.6
_LEFT, _TOP, _FOOT = 190, 96, 168
"""Where the course begins, and between which heights it runs."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a card, and the tracker's notice; `points` are drawn if there are any."""

    title: str
    figure: str
    look: Literal["stated", "implied", "ink"] = "ink"
    about: str
    signature: str
    notice: str = ""
    points: tuple[DayFigures, ...] = ()


def card(data: Card) -> str:
    """The card as one SVG, for light pages: those who show it know no reader's scheme."""
    return alone([("", _draw(data))], data.title, "", size=SIZE, dark=False)


def _draw(data: Card) -> Drawing:
    room = _WIDE - 2 * _CARD_EDGE
    body = [svg.path(svg.bar(0, 0, _WIDE, _HIGH), "f-paper")]
    y = 30.0
    for line in folded(data.title, room, 2, _CARD_HEAD, bold=True):
        body.append(svg.text(_CARD_EDGE, y, line, "f-ink bold head"))
        y += _CARD_LINE
    large = svg.text(0, 0, data.figure, f"f-{data.look} bold")
    notice = folded(data.notice, room, 3, SMALL) if data.notice else []
    foot = _FOOT - len(notice) * parts.LINE
    body.append(f'<g transform="translate({_CARD_EDGE},{foot - 22}) scale({_ZOOM})">{large}</g>')
    body.append(svg.text(_CARD_EDGE, foot, data.about, "f-muted small"))
    body.append(_curve(data.points, foot))
    signature = folded(data.signature, room, 1, SMALL)
    body.append(parts.lines(_CARD_EDGE, foot + 28, [*signature, *notice], "f-muted small"))
    return Drawing("".join(body), (0, 0, _WIDE, _HIGH))


def _curve(points: tuple[DayFigures, ...], foot: float) -> str:
    if not points:
        return ""
    first, last = points[0].day, points[-1].day
    days = DayScale(first=first, last=last, start=_LEFT, end=_WIDE - _CARD_EDGE)
    odds = log_odds(parts.probabilities(points), foot - 22, min(_TOP, foot - 62), 3)
    courses = {name: parts.curve(points, name, days, odds) for name in ("implied", "stated")}
    return "".join(svg.path(line, f"s-{name}", 2) for name, line in courses.items() if line)
