"""A declared chart filled with data, as SVG that takes its colours from classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import msgspec
import vl_convert

from scenarios.render.charts import palette
from scenarios.text import printable

Spec = Mapping[str, Any]
Row = dict[str, Any]
Box = tuple[int, int, int, int]
"""Left, top, width and height."""
_VEGA_LITE = "6.4"
_LONG = re.compile(r"-?\d+\.\d{2,}")
_MOVE = re.compile(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A")
_POINT = re.compile(r"([ML])([-\d.]+),([-\d.]+)")


class Hint(msgspec.Struct, frozen=True):
    """What a mark says when it is pointed at, and the place on the page that tells more.

    `short` is shown above the chart; without a `title` it is the mark's name too.
    """

    title: str
    href: str | None = None
    short: str = ""


class Drawing(msgspec.Struct, frozen=True):
    """What is inside an SVG, and the box that it fills."""

    body: str
    box: Box


class Notes:
    """The texts of a chart. It is drawn with their numbers: Vega would measure each of them."""

    def __init__(self) -> None:
        self.every: list[str | Hint] = []

    def number(self, text: str | Hint) -> str:
        """The number that stands for a label, or for the hint of a mark."""
        self.every.append(text)
        return str(len(self.every) - 1)


def draw(
    spec: Callable[[], Spec],
    data: Mapping[str, Sequence[Row]],
    parameters: Mapping[str, float],
    box: Box,
    notes: Notes,
) -> Drawing:
    """The chart of a specification, with its texts where their numbers are."""
    chart = msgspec.json.decode(_compiled(spec))
    for table in chart["data"]:
        if table["name"] in data:
            table["values"] = data[table["name"]]
    for signal in chart["signals"]:
        signal["value"] = parameters.get(signal["name"], signal["value"])
    drawn = vl_convert.vega_to_svg(msgspec.json.encode(chart).decode())
    root = fromstring(drawn)  # noqa: S314 - our own drawing
    shapes = _merged(_plain(root, notes.every))
    body = "".join(tostring(shape, encoding="unicode") for shape in shapes)
    return Drawing(body, box)


def layered(
    layers: Sequence[Spec], width: int, height: int, parameters: Sequence[str] = ()
) -> Spec:
    """A chart without axes of its own: what they would show is data like all else."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "padding": 0,
        "background": None,
        "autosize": {"type": "none"},
        "config": {"view": {"stroke": None}, "aria": False},
        "params": [{"name": name, "value": 0} for name in parameters],
        "datasets": {layer["data"]["name"]: [] for layer in layers},
        "layer": layers,
    }


def layer(data: str, mark: Mapping[str, Any], **encoding: Any) -> Spec:
    """Marks for the rows of one table."""
    return {"data": {"name": data}, "mark": mark, "encoding": encoding}


def label(data: str, paint: str, mark: Mapping[str, Any], **encoding: Any) -> Spec:
    """The texts whose numbers the rows of one table have; how large they are a style sheet says."""
    drawn = {"type": "text", "aria": True, "fontSize": 0, "baseline": "alphabetic"}
    look = {**drawn, "color": colour(paint), **mark}
    return layer(data, look, text={"value": "."}, description=KEY, **encoding)


def quantity(field: str, low: str, high: str) -> dict[str, Any]:
    """A field on a scale whose two ends are parameters."""
    ends = {"domainMin": {"expr": low}, "domainMax": {"expr": high}}
    scale = {"zero": False, "nice": False, **ends}
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


def time(field: str) -> dict[str, Any]:
    """A day, from the parameter `first` to the parameter `last`."""
    scaled = quantity(field, "first", "last")
    return {**scaled, "type": "temporal", "scale": {**scaled["scale"], "type": "utc"}}


def pixels(*channels: str) -> dict[str, Any]:
    """Channels whose fields are places in pixels."""
    return {
        channel: {"field": channel, "type": "quantitative", "scale": None} for channel in channels
    }


KEY = {"field": "key"}
PAINT = {"field": "paint", "type": "nominal", "scale": None}
POINTED = {"aria": True, "opacity": 1}
"""A mark that has a hint."""


def colour(name: str) -> str:
    """What stands for a colour in a specification."""
    return palette.LIGHT[name]


def milliseconds(day: date) -> int:
    """A day as the specifications take it: from 1970 on, in UTC."""
    return (day - date(1970, 1, 1)).days * 86_400_000


def cut(text: str, length: int) -> str:
    """The text, or so much of it that it has this length with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def spread(places: Sequence[float], apart: float, end: float) -> list[float]:
    """Ascending places moved as little as makes each `apart` from the next, none beyond `end`."""
    blocks: list[tuple[float, int]] = []  # of places that touch: the sum of them, and how many
    for number, place in enumerate(places):
        total, count = place - number * apart, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    level = [total / count for total, count in blocks for _ in range(count)]
    limit = end - (len(level) - 1) * apart
    return [min(place, limit) + number * apart for number, place in enumerate(level)]


@cache
def _compiled(spec: Callable[[], Spec]) -> bytes:
    """The specification in Vega's terms: 7 ms that each further chart of its kind is spared."""
    return msgspec.json.encode(vl_convert.vegalite_to_vega(dict(spec()), vl_version=_VEGA_LITE))


def _plain(node: Element, notes: Sequence[str | Hint]) -> list[Element]:
    """The shapes and texts of a drawing without its groups, fonts and roles."""
    tag = node.tag.rpartition("}")[2]
    if tag in ("svg", "g"):
        return [plain for child in node for plain in _plain(child, notes)]
    if node.get("class") in ("background", "foreground"):
        return []
    key = node.get("aria-label")
    note = notes[int(key)] if key else None
    if isinstance(note, str):
        return [_text(node, note)]
    shape = _shape(tag, node)
    return [shape if note is None else _hinted(shape, note)]


def _text(node: Element, label: str) -> Element:
    x, y = _moved(node)
    text = Element("text", {"x": _short(x), "y": _short(y), "class": _classes(node)})
    text.text = printable(label)
    return text


def _shape(tag: str, node: Element) -> Element:
    """A path in few words: rules are paths too, circles are circles."""
    x, y = _moved(node)
    path = node.get("d", "")
    if tag == "line":
        across, down = float(node.get("x2", 0)), float(node.get("y2", 0))
        path = f"M{_short(x)},{_short(y)}l{_short(across)},{_short(down)}"
        shape = Element("path", {"d": path})
    elif circle := _CIRCLE.match(path):
        radius = _short(float(circle[1]))
        shape = Element("circle", {"cx": _short(x), "cy": _short(y), "r": radius})
    else:
        path = _LONG.sub(lambda found: _short(float(found[0])), path)
        shape = Element("path", {"d": _stepped(path)})
        if x or y:
            shape.set("transform", f"translate({_short(x)},{_short(y)})")
    for name in ("stroke-width", "stroke-dasharray"):
        if node.get(name, "1") != "1":
            shape.set(name, node.attrib[name])
    shape.set("class", _classes(node))
    return shape


def _merged(shapes: Sequence[Element]) -> list[Element]:
    """Shapes that follow one another and look the same as one."""
    found: list[Element] = []
    for shape in shapes:
        looks = {name: value for name, value in shape.items() if name != "d"}
        last = {name: value for name, value in found[-1].items() if name != "d"} if found else {}
        if shape.tag == "path" == (found and found[-1].tag) and looks == last:
            found[-1].set("d", found[-1].attrib["d"] + shape.attrib["d"])
        else:
            found.append(shape)
    return found


def _classes(node: Element) -> str:
    """The colours by their names; where a text begins, and how heavy it is."""
    names = [
        f"{letter}-{palette.NAMES[node.attrib[paint]]}"
        for letter, paint in (("f", "fill"), ("s", "stroke"))
        if node.attrib.get(paint) in palette.NAMES
    ]
    names += {"end": ["end"], "middle": ["middle"]}.get(node.get("text-anchor", ""), [])
    return " ".join([*names, "bold"] if node.get("font-weight") == "700" else names)


def _moved(node: Element) -> tuple[float, float]:
    found = _MOVE.fullmatch(node.get("transform", ""))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _stepped(path: str) -> str:
    """The path with its level and upright lines in fewer words."""
    at = ("", "")

    def shorter(found: re.Match[str]) -> str:
        nonlocal at
        (x, y), at = at, (found[2], found[3])
        if found[1] == "M":
            return found[0]
        across = "" if x == found[2] else f"H{found[2]}"
        down = "" if y == found[3] else f"V{found[3]}"
        return found[0] if across and down else across + down

    return _POINT.sub(shorter, path)


def _short(place: float) -> str:
    """To a tenth of a pixel."""
    return f"{place:.1f}".removesuffix(".0")


def _hinted(shape: Element, hint: Hint) -> Element:
    name = "point" if hint.href is None else "mark"
    around = Element("g" if hint.href is None else "a", {"class": name})
    if hint.href is not None:
        around.set("href", hint.href)
    if hint.title:
        SubElement(around, "title").text = printable(hint.title)
    around.append(shape)
    if hint.short:
        tip = SubElement(around, "text", {"class": "tip", "y": "-12"})
        tip.text = printable(hint.short)
    return around
