"""An exclusive set over time: the shares of its members, as an area that sums to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from scenarios.model import ScenarioId
from scenarios.render.charts.drawing import (
    PAINT,
    Drawing,
    Notes,
    Row,
    Spec,
    colour,
    draw,
    label,
    layer,
    layered,
    milliseconds,
    pixels,
    quantity,
    spread,
    time,
)
from scenarios.render.charts.palette import member
from scenarios.render.charts.trend import tail, ticks

LEFT, TOP, WIDTH, HEIGHT, RIGHT = 62, 16, 620, 190, 38
_AXIS = 30
_APART = 16
_LADDER = (0, 0.25, 0.5, 0.75, 1)


class Shares(msgspec.Struct, frozen=True):
    """What is implied of a set's members on a day: their figures, which sum to 1 but for bounds."""

    day: date
    figures: Mapping[ScenarioId, float]


def letter(number: int) -> str:
    """What a member goes by in the chart: A to Z, then AA."""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + tail)


def shares(days: Sequence[Shares], members: Sequence[ScenarioId]) -> Drawing:
    """Stacked in the order of the members, the first on top; letters at the right edge."""
    notes = Notes()
    first, last = days[0].day, days[-1].day
    end = tail(first, last)
    data = {
        "areas": _areas(days, members, end),
        "grid": [{"p": p, "key": notes.number(f"{p * 100:g}%")} for p in _LADDER],
        "days": [
            {"day": milliseconds(day), "key": notes.number(text)}
            for day, text in ticks(first, last)
        ],
        "ends": _ends(days[-1], members, notes),
    }
    parameters = {"first": milliseconds(first), "last": milliseconds(end), "low": 0, "high": 1}
    box = (-LEFT, -TOP, LEFT + WIDTH + RIGHT, TOP + HEIGHT + _AXIS)
    return draw(specification, data, parameters, box, notes)


def specification() -> Spec:
    """Areas between the sums of the shares below and with each member."""
    day = time("day")
    p = quantity("p", "low", "high")
    rule = {"type": "rule", "color": colour("grid")}
    area = {"type": "area", "interpolate": "step-after", "opacity": 1, "line": False}
    return layered(
        [
            layer(
                "areas",
                {**area, "stroke": colour("paper"), "strokeWidth": 1.5},
                x=day,
                y=p,
                y2={"field": "below"},
                fill=PAINT,
                detail={"field": "member", "type": "nominal"},
            ),
            layer("grid", rule, y=p, x={"value": -6}, x2={"value": 0}),
            label("grid", "muted", {"align": "right", "dy": 4}, x={"value": -10}, y=p),
            layer("days", rule, x=day, y={"value": HEIGHT}, y2={"value": HEIGHT + 5}),
            label("days", "muted", {"align": "center"}, x=day, y={"value": HEIGHT + 19}),
            label(
                "ends",
                "ink",
                {"align": "left", "dy": 4, "fontWeight": 700},
                x={"value": WIDTH + 8},
                **pixels("y"),
            ),
        ],
        WIDTH,
        HEIGHT,
        ("first", "last", "low", "high"),
    )


def _stack(one: Shares, members: Sequence[ScenarioId]) -> dict[ScenarioId, tuple[float, float]]:
    """Each member's lower and upper edge: the figures made to sum to 1 for the eye."""
    whole = sum(one.figures.values())
    upper, found = 1.0, {}
    for id in members:
        lower = max(0.0, upper - one.figures.get(id, 0.0) / whole)
        found[id] = lower, upper
        upper = lower
    return found


def _areas(days: Sequence[Shares], members: Sequence[ScenarioId], end: date) -> list[Row]:
    rows = []
    for one in [*days, msgspec.structs.replace(days[-1], day=end)]:
        for number, (id, (lower, upper)) in enumerate(_stack(one, members).items()):
            edges = {"p": upper, "below": lower, "paint": colour(member(number))}
            rows.append({"day": milliseconds(one.day), "member": id, **edges})
    return rows


def _ends(one: Shares, members: Sequence[ScenarioId], notes: Notes) -> list[Row]:
    edges = _stack(one, members)
    shown = [(n, id) for n, id in enumerate(members) if id in one.figures]
    middle = [HEIGHT * (1 - sum(edges[id]) / 2) for _, id in shown]
    return [
        {"y": y, "key": notes.number(letter(n))}
        for (n, _), y in zip(shown, spread(middle, _APART, HEIGHT), strict=True)
    ]
