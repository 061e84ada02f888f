"""What a drawing holds, read back: its texts and where they stand, its marks and its links."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

from scenarios.render.charts.scale import BASE, SMALL, width
from scenarios.render.svg import Drawing


class Label(NamedTuple):
    """A text in the box that it takes, by the widths that drawings reckon with."""

    told: str
    left: float
    right: float
    top: float
    foot: float


def elements(drawing: Drawing, tag: str = "", **wanted: str) -> list[ET.Element]:
    """All of one name, or all; those with an attribute."""
    every = ET.fromstring(f"<svg>{drawing.body}</svg>").iter(tag or None)  # noqa: S314 - ours
    return [one for one in every if wanted.items() <= one.attrib.items()]


def texts(drawing: Drawing) -> list[str]:
    return [_told(one) for one in elements(drawing, "text")]


def labels(drawing: Drawing) -> list[Label]:
    """The texts with their boxes; what is moved is moved."""
    return list(_labels(ET.fromstring(f"<svg>{drawing.body}</svg>"), 0, 0))  # noqa: S314 - ours


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    """The labels of which one covers another."""
    return [
        (one.told, other.told)
        for one, other in combinations(labels(drawing), 2)
        if min(one.right, other.right) - max(one.left, other.left) > 1
        and min(one.foot, other.foot) - max(one.top, other.top) > 1
    ]


def outside(drawing: Drawing) -> list[str]:
    """The labels that are not whole inside the box."""
    left, top, wide, high = drawing.box
    return [
        label.told
        for label in labels(drawing)
        if label.left < left
        or label.right > left + wide
        or label.top < top
        or label.foot > top + high
    ]


def _labels(node: ET.Element, x: float, y: float) -> list[Label]:
    if node.tag == "g" and (move := node.get("transform")):
        across, down = move.removeprefix("translate(").removesuffix(")").split(",")
        x, y = x + float(across), y + float(down)
    if node.tag == "text":
        return [_label(node, x + float(node.get("x", 0)), y + float(node.get("y", 0)))]
    return [label for child in node for label in _labels(child, x, y)]


def _label(node: ET.Element, x: float, y: float) -> Label:
    look = node.get("class", "").split()
    size = SMALL if "small" in look else BASE
    wide = width(_told(node), size, bold="bold" in look)
    left = x - wide if "end" in look else x - wide / 2 if "middle" in look else x
    return Label(_told(node), left, left + wide, y - 0.78 * size, y + 0.2 * size)


def _told(node: ET.Element) -> str:
    """The text without what its title says of it."""
    return (node.text or "") + "".join(child.tail or "" for child in node)
