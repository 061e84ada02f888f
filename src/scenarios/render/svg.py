"""The elements of a drawing, each text in them escaped, and its pixels as PNG."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from struct import pack
from typing import Any
from zlib import crc32

import msgspec

from scenarios.errors import ScenError
from scenarios.render.document import Places
from scenarios.render.palette import FONTS
from scenarios.text import printable

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
TARGET = 25
"""Pixels of what is touched."""
_NO_XML = re.compile("[\ufffe\uffff]")


class Drawing(msgspec.Struct, frozen=True):
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
    heavy = f' stroke-width="{number(width)}"' if width != 1 else ""
    place = f'cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"'
    return f'<circle class="{look}" {place}{heavy}/>'


def moved(body: str, x: float, y: float) -> str:
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


NAMED = tuple(family.strip("'") for family in FONTS.split(","))
FALLBACKS = ("Noto Sans", "Liberation Serif", "DejaVu Serif", "Times New Roman")
"""The families that a picture asks for, and those that are tried where none of them is there."""
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">'
    '<text y="14" font-size="14" font-family="\'{}\'">M</text></svg>'
)
_END_OF_HEADER = 33
Folders = tuple[str, ...] | None


def png(drawn: str, zoom: float, folders: Folders = None) -> bytes:
    """The SVG in pixels, which names the face of its texts; `folders` replace the system's fonts.

    Refused where no face draws a letter, since the texts would be missing.
    """
    name = face(folders)
    data = _pixels(drawn, name, folders, zoom)
    font_entry = b"tEXtFont\0" + name.encode("latin-1")
    chunk = pack(">I", len(font_entry) - 4) + font_entry + pack(">I", crc32(font_entry))
    return data[:_END_OF_HEADER] + chunk + data[_END_OF_HEADER:]


@cache
def face(folders: Folders = None) -> str:
    """The family that texts are drawn in: the first one of which a letter leaves a mark."""
    blank = _pixels(_PROBE.format(""), "", ())
    for family in (*NAMED, *FALLBACKS):
        if _pixels(_PROBE.format(family), "", folders) != blank:
            return family
    raise ScenError(
        "no font was found to write with: install one (fonts-dejavu, Liberation) or write .svg"
    )


def _pixels(drawn: str, fallback: str, folders: Folders, zoom: float | None = None) -> bytes:
    import resvg_py  # noqa: PLC0415 - an extra

    fonts: Any = {"skip_system_fonts": folders is not None, "font_dirs": list(folders or ())}
    fonts |= {"serif_family": fallback, "sans_serif_family": fallback}
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=zoom, **fonts))
