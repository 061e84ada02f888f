"""A scenario over time: stated and implied, evidence on the line, indicators below."""

from __future__ import annotations

from datetime import date, timedelta

from scenarios.analysis.period.trajectory import Course
from scenarios.model import Database
from scenarios.render.charts.drawing import (
    KEY,
    PAINT,
    POINTED,
    Drawing,
    Hint,
    Notes,
    Row,
    Spec,
    colour,
    cut,
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
from scenarios.render.text import percent

LEFT, TOP, WIDTH, HEIGHT, RIGHT = 58, 28, 590, 190, 72
AXIS, STEP = 32, 32
"""Pixels of the axis of days, and of each indicator's lane."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
"""The analysts' marks in the order of their names; all from the sixth on share the last."""
_BANDS = {"unobserved": 1, "reversed": 3, "emerging": 5, "observed": 11}
"""How high an indicator's band is: what colour would tell, shape tells."""
_RANGES = {
    (0.0, 0.1): 5,
    (0.0, 0.25): 5,
    (0.0, 0.5): 5,
    (0.9, 1.0): 5,
    (0.75, 1.0): 5,
    (0.5, 1.0): 5,
    (0.0, 1.0): 4,
}
"""The scales of probability, narrow ones first, and how many steps their labels make."""
_LABEL, _TIP, _REASON = 60, 84, 160
"""The longest texts, in characters."""
_MARKED = 24
"""Forecasts that are marked, the latest."""
_APART = 20
_TAIL = 60
"""One day is added for so many."""
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
"""Months between two labels of the axis."""
_MOST, _DAYS = 6, 60
"""Labels of the axis; days from which on they are months."""


def trend(
    course: Course, database: Database, since: date, anchor: str | None = None, named: int = 3
) -> Drawing:
    """The chart; evidence links to `anchor` and the day on the page, or nowhere.

    A mark names at most so many of its items.
    """
    first, last = course.points[0].day, course.points[-1].day
    end = tail(first, last)
    low, high = scale(course)
    notes = Notes()
    data = {
        "window": _window(since, first, end),
        "grid": [{"p": p, "key": notes.number(f"{p * 100:g}%")} for p in ladder(low, high)],
        "days": [
            {"day": milliseconds(day), "key": notes.number(text)}
            for day, text in ticks(first, last)
        ],
        "points": [
            {"day": milliseconds(day), "stated": p.stated, "implied": p.implied}
            for day, p in [*((p.day, p) for p in course.points), (end, course.points[-1])]
        ],
        "ends": _ends(course, low, high, notes),
        **_lanes(course, database, end, notes),
        "evidence": _evidence(course, database, anchor, named, notes),
        "forecasts": _forecasts(course, notes),
    }
    days = {"first": milliseconds(first), "last": milliseconds(end)}
    height = TOP + HEIGHT + AXIS + STEP * len(course.lanes)
    box = (-LEFT, -TOP, LEFT + WIDTH + RIGHT, height)
    return draw(specification, data, {**days, "low": low, "high": high}, box, notes)


def specification() -> Spec:
    """Layers from the ground up; `day` and `p` are on scales, all else is in pixels."""
    day = time("day")
    p = quantity("p", "low", "high")
    line = {"type": "line", "interpolate": "step-after"}
    implied = {**line, "color": colour("implied"), "strokeWidth": 2, "strokeDash": [6, 3]}
    stated = {**line, "color": colour("stated"), "strokeWidth": 2.5}
    tick = {"type": "tick", "orient": "vertical", "thickness": 3, "size": 16, **POINTED}
    point = {"type": "point", "filled": True, "size": 46, "strokeWidth": 1, **POINTED}
    ground = {"y": {"value": 0}, "y2": {"value": HEIGHT}}
    foot = {"y": {"value": HEIGHT}, "y2": {"value": HEIGHT + 5}}
    rule = {"type": "rule", "color": colour("grid")}
    band = {"type": "rect", "color": colour("seen")}
    shape = {"field": "shape", "type": "nominal", "scale": None}
    until = {"field": "until"}
    return layered(
        [
            layer("window", {"type": "rect", "color": colour("window")}, x=day, x2=until, **ground),
            layer("grid", rule, y=p, x={"value": 0}, x2={"value": WIDTH}),
            label("grid", "muted", {"align": "right", "dy": 4}, x={"value": -8}, y=p),
            layer("days", rule, x=day, **foot),
            label("days", "muted", {"align": "center"}, x=day, y={"value": HEIGHT + 19}),
            label("lanes", "ink", {"align": "left"}, **pixels("x", "y")),
            layer("bands", band, x=day, x2=until, **pixels("y", "y2")),
            layer("points", implied, x=day, y=quantity("implied", "low", "high")),
            layer("points", stated, x=day, y=quantity("stated", "low", "high")),
            layer(
                "forecasts",
                {**point, "color": colour("stated"), "stroke": colour("paper")},
                x=day,
                y=p,
                shape=shape,
                description=KEY,
            ),
            layer("evidence", {**tick, "color": colour("implied")}, x=day, y=p, description=KEY),
            label(
                "ends",
                "ink",
                {"align": "left", "dy": 4, "fontWeight": 700},
                x={"value": WIDTH + 8},
                color=PAINT,
                **pixels("y"),
            ),
        ],
        WIDTH,
        HEIGHT,
        ("first", "last", "low", "high"),
    )


def scale(course: Course) -> tuple[float, float]:
    """The narrowest of a few ranges that holds every figure."""
    figures = [p.implied for p in course.points]
    figures += [p.stated for p in course.points if p.stated is not None]
    figures += [f.probability for f in course.forecasts if f.probability is not None]
    for low, high in _RANGES:
        room = (high - low) / 25
        bottom, top = (low + room if low else 0), (high - room if high < 1 else 1)
        if bottom <= min(figures) and max(figures) <= top:
            return low, high
    return 0.0, 1.0


def tail(first: date, last: date) -> date:
    """The day with which a chart ends: a little later, so that the last step is seen."""
    return last + timedelta(days=max(1, (last - first).days // _TAIL))


def shapes(course: Course) -> list[tuple[str, str]]:
    """The analysts of a course by name, each with the shape of the marks."""
    names = sorted({entry.analyst for entry in course.forecasts})
    return [(name, SHAPES[min(n, len(SHAPES) - 1)]) for n, name in enumerate(names)]


def ladder(low: float, high: float) -> list[float]:
    """The labelled figures of a scale, all of them whole per cents."""
    steps = _RANGES[low, high]
    return [round(low + (high - low) * n / steps, 4) for n in range(steps + 1)]


def ticks(first: date, last: date) -> list[tuple[date, str]]:
    """First days of months at round distances, at most six; within two months single days."""
    length = (last - first).days
    if length < _DAYS:
        days = [first + timedelta(days=n) for n in range(0, length + 1, max(1, -(-length // 4)))]
        return [(day, f"{day.day} {day:%b %Y}") for day in days]
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= date(year, month, 1) <= last
    ]
    for step in _STEPS:
        chosen = [day for day in months if (day.year * 12 + day.month - 1) % step == 0]
        if len(chosen) <= _MOST:
            return [(day, f"{day:%Y}" if step % 12 == 0 else f"{day:%b %Y}") for day in chosen]
    return []


def _window(since: date, first: date, end: date) -> list[Row]:
    """The days under review, where the chart reaches them."""
    start = milliseconds(max(since, first))
    return [{"day": start, "until": milliseconds(end)}] if since < end else []


def _ends(course: Course, low: float, high: float, notes: Notes) -> list[Row]:
    """The last figures at the right edge, moved apart where they would cover one another."""
    end = course.points[-1]
    shown = [("implied", end.implied)]
    if end.stated is not None:
        shown.append(("stated", end.stated))
    shown.sort(key=lambda entry: entry[1], reverse=True)
    places = spread([(high - p) / (high - low) * HEIGHT for _, p in shown], _APART, HEIGHT)
    return [
        {"y": y, "key": notes.number(percent(p)), "paint": colour(name)}
        for y, (name, p) in zip(places, shown, strict=True)
    ]


def _lanes(course: Course, database: Database, end: date, notes: Notes) -> dict[str, list[Row]]:
    """Each indicator's last state and statement in words, and under them its states over time."""
    indicators = database.scenarios[course.scenario].indicators
    lanes, bands = [], []
    for number, lane in enumerate(course.lanes):
        top = HEIGHT + AXIS + STEP * number
        text = f"{lane.spans[-1].state}: {indicators[lane.indicator].statement}"
        lanes.append({"x": 0, "y": top + 11, "key": notes.number(cut(text, _LABEL))})
        for span in lane.spans:
            half = _BANDS[span.state] / 2
            until = end if span is lane.spans[-1] else span.end
            days = {"day": milliseconds(span.start), "until": milliseconds(until)}
            bands.append({**days, "y": top + 22 - half, "y2": top + 22 + half})
    return {"lanes": lanes, "bands": bands}


def _evidence(
    course: Course, database: Database, anchor: str | None, named: int, notes: Notes
) -> list[Row]:
    implied = {point.day: point.implied for point in course.points}
    rows = []
    for mark in course.marks:
        told = [database.evidence[id].summary for id in mark.evidence]
        more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
        short = f"{mark.day}: {cut(told[0], _TIP - len(more))}{more}"
        rest = [f"and {len(told) - named} more"] if len(told) > named else []
        lines = [f"{mark.day}:", *(cut(text, _REASON) for text in told[:named]), *rest]
        href = f"#{anchor}-{mark.day}" if anchor else None
        hint = Hint("\n".join(lines) if min(named, len(told)) > 1 else "", href, short)
        row = {"day": milliseconds(mark.day), "p": implied[mark.day], "key": notes.number(hint)}
        rows.append(row)
    return rows


def _forecasts(course: Course, notes: Notes) -> list[Row]:
    shape_of, rows = dict(shapes(course)), []
    first = course.points[0].day
    given = [f for f in course.forecasts if f.probability is not None and f.date >= first]
    for entry in given[-_MARKED:]:
        assert entry.probability is not None  # noqa: S101 - chosen so
        why = f": {cut(entry.rationale, _REASON)}" if entry.rationale else ""
        hint = Hint(f"{entry.date}, {entry.analyst}, {percent(entry.probability)}{why}")
        place = {"day": milliseconds(entry.date), "p": entry.probability}
        rows.append({**place, "shape": shape_of[entry.analyst], "key": notes.number(hint)})
    return rows
