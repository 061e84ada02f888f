"""The elements of a drawing, each text in them escaped, its styles, and its pixels as PNG."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from struct import pack
from types import MappingProxyType
from typing import Any
from zlib import crc32

import msgspec

from scenarios.errors import ScenError
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


LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#1d2329",
    "muted": "#59636e",
    "grid": "#dde2e7",
    "window": "#f0f3f6",
    "stated": "#0068a3",
    "implied": "#b84d00",
    "seen": "#00795a",
    "for": "#2b7d3c",
    "against": "#8a3d94",
}
"""The hues are those of Okabe and Ito, darker where they are text."""
DARK: Mapping[str, str] = {
    "paper": "#14181c",
    "ink": "#e8ebee",
    "muted": "#a0aab4",
    "grid": "#333b43",
    "window": "#1f262d",
    "stated": "#5cb8ee",
    "implied": "#f0a13c",
    "seen": "#2fc096",
    "for": "#7fce8b",
    "against": "#d79be0",
}
TINTS, STRONGEST = 10, 45
"""Steps of a tint, a deciban each, and the share in per cent of the colour in the last one."""


def tint(decibans: float) -> str:
    """The class of a cell that is worth so much: `for-3`, `against-10`, or none."""
    step = min(round(abs(decibans)), TINTS)
    return f"{'for' if decibans > 0 else 'against'}-{step}" if step else ""


def tints() -> str:
    """The rules of the tints: so much of a colour on the ground that any text on it is read."""
    return "\n".join(
        f".{name}-{n}{{background:color-mix(in srgb,var(--{name}) {n * STRONGEST / TINTS:g}%,"
        "var(--paper))}"
        for name in ("for", "against")
        for n in range(1, TINTS + 1)
    )


def variables(scheme: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in scheme.items())


FONTS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans','DejaVu Sans',"
    "Arial,Helvetica,sans-serif"
)
_TEXT = f"""\
.picture text{{font-family:{FONTS};font-size:13px;font-variant-numeric:tabular-nums;\
stroke:var(--paper);stroke-width:3px;paint-order:stroke;stroke-linejoin:round}}
.picture path{{fill:none}}
.picture text.head{{font-size:16px}}
.picture text.badge{{fill:var(--paper);stroke:none}}
.picture .small{{font-size:12px}}
.picture .bold{{font-weight:700}}
.picture .end{{text-anchor:end}}
.picture .middle{{text-anchor:middle}}
.picture path.hit{{fill:transparent}}
"""
_PAGE = """\
.picture{display:block;max-width:100%;height:auto}
.picture:is(.medium,.narrow){display:none}
.picture.narrow{width:100%;max-width:30rem}
.picture .mark{cursor:pointer}
.picture .mark:focus{outline:none}
.picture .mark:is(:hover,:focus-visible) .hit{fill:var(--window);stroke:var(--ink);stroke-width:2px}
@media screen and (max-width:60rem){.picture.wide{display:none}.picture.narrow{display:block}}
@media screen and (min-width:37.5rem) and (max-width:60rem){\
.picture.medium{display:block;width:100%;max-width:50rem}.picture.medium+.narrow{display:none}}
"""


def page() -> str:
    """Styles of a page beyond the variables of its two schemes."""
    return f"{drawing()}\n{tints()}\n{_PAGE}"


def drawing() -> str:
    """Texts and colours of what is drawn, in the variables of a scheme."""
    colours = (
        f".picture .f-{name}{{fill:var(--{name})}}.picture .s-{name}{{stroke:var(--{name})}}\n"
        for name in LIGHT
    )
    return _TEXT + "".join(colours)


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
