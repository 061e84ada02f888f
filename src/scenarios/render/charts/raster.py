"""A picture as PNG, by resvg."""

from __future__ import annotations

import resvg_py

from scenarios.errors import ScenError
from scenarios.render.charts import style

_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">'
    '<text y="14" font-size="14" font-family="{}">{}</text></svg>'
)


def png(drawn: str, zoom: float) -> bytes:
    """The SVG in pixels; refused where no font is found, since its texts would be missing."""
    inked, silent = (resvg_py.svg_to_bytes(svg_string=_PROBE.format(style.FONTS, t)) for t in "M ")
    if inked == silent:
        raise ScenError(
            "no font was found to write with: install one (fonts-dejavu, Liberation) or write .svg"
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=zoom))
