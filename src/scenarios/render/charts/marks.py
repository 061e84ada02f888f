"""The shapes that mean the same in every picture, and the key that names them."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.render.charts import svg
from scenarios.render.charts.labels import SMALL, width

RADIUS, BADGE = 4.5, 9
SHAPES = ("square", "triangle", "diamond", "wedge", "cross", "star")
"""The analysts' marks in the order of their names; all from the sixth on share the last."""
_PATHS = {
    "square": "m-4-4h8v8h-8z",
    "triangle": "m0-5.5 5.5 9.5h-11z",
    "diamond": "m0-6 5 6-5 6-5-6z",
    "wedge": "m-5.5-4h11l-5.5 9.5z",
    "cross": "m-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    "star": "m0-6.5 1.6 4.5h4.7l-3.8 2.9 1.4 4.6-3.9-2.8-3.9 2.8 1.4-4.6-3.8-2.9h4.7z",
}
Key = tuple[str, str]
"""A shape drawn around (0, 0), and what it means."""
_BEFORE, _BETWEEN, _LINE = 12, 20, 18


def now(x: float, y: float, look: str = "stated") -> str:
    """Mark of the stated probability."""
    return svg.circle(x, y, RADIUS, f"f-{look}")


def then(x: float, y: float, look: str = "stated") -> str:
    """Mark of the earlier stated probability."""
    return svg.circle(x, y, RADIUS - 0.7, f"f-paper s-{look}", 1.7)


def implied(x: float, y: float) -> str:
    """Mark of the implied probability: upright, so that it shows behind a dot."""
    return svg.path(svg.bar(x - 1.5, y - 8, 3, 16), "f-implied")


def analyst(x: float, y: float, shape: str) -> str:
    """Mark of one analyst's forecast."""
    start = f"M{svg.number(x)} {svg.number(y)}"
    return svg.path(start + _PATHS[shape], "f-stated s-paper")


def badge(x: float, y: float, figure: int) -> str:
    """A number that a text takes up elsewhere."""
    return svg.circle(x, y, BADGE, "f-ink") + svg.text(
        x, y + 4, str(figure), "badge small bold middle"
    )


def key(entries: Sequence[Key], room: float, top: float) -> tuple[str, float]:
    """The shapes beside one another in as many lines as they need, and their height."""
    parts, x, y = [], 0.0, top
    for shape, label in entries:
        wide = 2 * _BEFORE + width(label, SMALL)
        if x and x + wide > room:
            x, y = 0.0, y + _LINE
        parts.append(svg.moved(shape, x + _BEFORE - 2, y - 4))
        parts.append(svg.text(x + 2 * _BEFORE, y, label, "f-muted small"))
        x += wide + _BETWEEN
    return "".join(parts), y - top + _LINE
