"""A picture as PNG, by resvg."""

from __future__ import annotations

from functools import cache
from struct import pack
from typing import Any
from zlib import crc32

import resvg_py

from scenarios.errors import ScenError
from scenarios.render.charts import svg

NAMED = tuple(family.strip("'") for family in svg.FONTS.split(","))
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
    fonts: Any = {"skip_system_fonts": folders is not None, "font_dirs": list(folders or ())}
    fonts |= {"serif_family": fallback, "sans_serif_family": fallback}
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=zoom, **fonts))
