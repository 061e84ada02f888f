"""Pictures that stand alone: titles, colours of their own, and a signature."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from scenarios.render.charts import palette, style, svg
from scenarios.render.charts.labels import SMALL, folded
from scenarios.render.charts.svg import Box, Drawing

_EDGE, _GAP = 20, 26
_HEAD, _LINE, _UNDER = 16, 21, 6
_LEAST = 200
"""Pixels of width for a title and a signature."""
_COLOUR = re.compile(r"var\(--([a-z0-9-]+)\)")


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing under its title."""

    title: str
    drawing: Drawing


def alone(
    panels: Sequence[Panel],
    label: str,
    signature: str,
    *,
    dark: bool = False,
    size: tuple[int, int] | None = None,
) -> str:
    """The panels one below the other as one SVG, of a size if one was asked for.

    Its colours follow the reader's scheme, unless they are to be `dark`.
    """
    wide = max(_LEAST, *(panel.drawing.box[2] for panel in panels))
    parts, y = [], 0.0
    for panel in panels:
        for line in folded(panel.title, wide, 9, _HEAD, bold=True) if panel.title else ():
            y += _LINE
            parts.append(svg.text(0, y - 5, line, "f-ink bold head"))
        y += _UNDER if panel.title else 0
        left, top, _, height = panel.drawing.box
        parts.append(svg.moved(panel.drawing.body, -left, y - top))
        y += height + _GAP
    y -= _GAP
    for line in folded(signature, wide, 4, SMALL) if signature else ():
        y += 18
        parts.append(svg.text(0, y, line, "f-muted small"))
    edge = _EDGE if signature else 0
    box = fitted((-edge, -edge, wide + 2 * edge, y + 2 * edge), size)
    return _document("".join(parts), box, label, signature, size, dark=dark)


def fitted(box: Box, size: tuple[int, int] | None) -> Box:
    """The box, made wider or higher on both sides so that it has the shape of the size."""
    if size is None:
        return box
    left, top, wide, high = box
    shape = size[0] / size[1]
    more_wide, more_high = max(high * shape - wide, 0), max(wide / shape - high, 0)
    return left - more_wide / 2, top - more_high / 2, wide + more_wide, high + more_high


def _document(
    body: str,
    box: Box,
    label: str,
    signature: str,
    size: tuple[int, int] | None,
    *,
    dark: bool,
) -> str:
    wide, high = size or (round(box[2]), round(box[3]))
    head = 'xmlns="http://www.w3.org/2000/svg" class="picture" role="img"'
    view = " ".join(map(svg.number, box))
    about = f"<desc>{svg.safe(signature)}</desc>" if signature else ""
    return f"""\
<svg {head} aria-label="{svg.safe(label)}" viewBox="{view}" width="{wide}" height="{high}">
{about}<style>{_rules(dark=dark)}</style>
{svg.path(svg.bar(*box), "f-paper")}
{body}
</svg>
"""


def _rules(*, dark: bool) -> str:
    """Plain colours: what draws a picture alone need not know variables."""
    if dark:
        return _coloured(palette.DARK)
    return (
        f"{_coloured(palette.LIGHT)}@media(prefers-color-scheme:dark){{{_coloured(palette.DARK)}}}"
    )


def _coloured(scheme: Mapping[str, str]) -> str:
    return _COLOUR.sub(lambda match: scheme[match[1]], style.drawing())
