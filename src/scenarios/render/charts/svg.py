"""The elements of a drawing, each text in them escaped: what is inside an SVG, and its box."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from types import MappingProxyType

import msgspec

from scenarios.text import printable

Places = Mapping[str, str]
"""Where an anchor is found: of a section, of a scenario (`s-ID`) or of evidence (`e-ID`).

A mark leads to one of them, and to nothing else.
"""
NOWHERE: Places = MappingProxyType({})
Box = tuple[float, float, float, float]
"""Left, top, width and height."""
TARGET = 25
"""Pixels of what is touched."""
_NO_XML = re.compile("[\ufffe\uffff]")


class Drawing(msgspec.Struct, frozen=True):
    """Content of an SVG, and the box that it fills."""

    body: str
    box: Box


def safe(text: str) -> str:
    """A text of a file, in which nothing acts."""
    return escape(printable(_NO_XML.sub("", text)))


def number(place: float) -> str:
    """To a tenth of a pixel."""
    shown = f"{place:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def text(x: float, y: float, label: str, look: str = "f-ink", whole: str = "") -> str:
    """A line of text, if there is any; `whole` is what it was cut from."""
    more = f"<title>{safe(whole)}</title>" if whole and whole != label else ""
    line = safe(" ".join(label.split()))
    if not line:
        return ""
    return f'<text x="{number(x)}" y="{number(y)}" class="{look}">{more}{line}</text>'


def path(d: str, look: str, width: float = 1, dash: str = "") -> str:
    """A line or an area."""
    heavy = f' stroke-width="{number(width)}"' if width != 1 else ""
    broken = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path class="{look}" d="{d}"{heavy}{broken}/>'


def line(points: Iterable[tuple[float, float]]) -> str:
    """The path through these points."""
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points)


def bar(x: float, y: float, width: float, height: float) -> str:
    """The path around a rectangle."""
    across, down = number(width), number(height)
    return f"M{number(x)},{number(y)}h{across}v{down}h-{across}z"


def circle(x: float, y: float, radius: float, look: str, width: float = 1) -> str:
    """A dot, or a ring."""
    heavy = f' stroke-width="{number(width)}"' if width != 1 else ""
    place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
    return f'<circle class="{look}" {place}{heavy}/>'


def moved(body: str, x: float, y: float) -> str:
    """The same elsewhere."""
    return f'<g transform="translate({number(x)},{number(y)})">{body}</g>'


def mark(body: str, about: str, anchor: str, places: Places, hit: Box | None = None) -> str:
    """Mark with a tooltip, a link where the page has its anchor."""
    more = f"<title>{safe(about)}</title>" if about else ""
    touched = f'<path class="hit" d="{bar(*hit)}"/>' if hit else ""
    if leads := places.get(anchor):
        return f'<a class="mark" href="{safe(leads)}">{more}{touched}{body}</a>'
    return f'<g class="point">{more}{touched}{body}</g>' if more else body


def around(x: float, y: float) -> Box:
    """Area of a mark that reacts to the pointer."""
    return x - TARGET / 2, y - TARGET / 2, TARGET, TARGET
