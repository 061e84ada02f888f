"""The odds ledger as a waterfall: from prior to implied, on a scale of log odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from scenarios.analysis.ledger.ledger import Ledger, Line
from scenarios.model import Database
from scenarios.render.charts.drawing import (
    PAINT,
    Drawing,
    Notes,
    Row,
    Spec,
    colour,
    cut,
    draw,
    label,
    layer,
    layered,
    pixels,
    quantity,
)
from scenarios.render.documents.ledger_changes import STEPS
from scenarios.render.text import percent, signed
from scenarios.scales import decibans
from scenarios.text import counted

LEFT, TOP, WIDTH, RIGHT = 16, 30, 662, 42
STEP = 38
LISTED = 10
"""At most so many lines are drawn and listed one by one, the strongest; the others in one sum."""
SMALL = 0.05
"""Decibans below which a line is one of the others."""
_MARKS = (0.5, 0.1, 0.9, 0.01, 0.99, 0.001, 0.999, 0.25, 0.75, 0.05, 0.95)
_FIVES = tuple(n / 100 for n in range(5, 100, 5))
_ONES = tuple(n / 100 for n in range(1, 100))
_ROOM = 1.5
"""Decibans left free on either side."""
_NARROW = 80
"""Pixels between two labels of the scale."""
_EDGE = 10
"""Pixels from the edge, within which half a label would be cut off on a phone."""
_LABEL = 62


class Rung(msgspec.Struct, frozen=True):
    """One step of the ledger: a line, or the sum of the `lines` that are not listed."""

    lines: tuple[Line, ...]
    counted_decibans: float
    sum_decibans: float

    @property
    def line(self) -> Line | None:
        """The line, where it is only one."""
        return self.lines[0] if len(self.lines) == 1 else None


def rungs(book: Ledger) -> tuple[Rung, ...]:
    """The ledger's rows in their order; the weak and the uncounted in one, behind the others."""
    evidence = [line for line in book.lines if line.kind not in STEPS]
    steps = [line for line in book.lines if line.kind in STEPS]
    first = [(line,) for line in steps if line.kind in ("given", "time")]
    strong = sum(abs(line.counted_decibans) >= SMALL for line in evidence)
    listed = min(strong, LISTED)
    parts: list[tuple[Line, ...]] = [*first, *((line,) for line in evidence[:listed])]
    if evidence[listed:]:
        parts.append(tuple(evidence[listed:]))
    found, running = [], book.prior.decibans
    for part in [*parts, *((line,) for line in steps[len(first) :])]:
        worth = sum(line.counted_decibans for line in part)
        running += worth
        found.append(Rung(part, worth, running))
    return tuple(found)


def says(rung: Rung, database: Database) -> str:
    """A step in words."""
    line = rung.line
    if line is None:
        return counted(len(rung.lines), "smaller line")
    if line.kind in STEPS:
        return STEPS[line.kind].format(line.id)
    if line.kind in ("direct", "in-prior"):
        summary = database.evidence[line.id].summary
        return f"in the prior: {summary}" if line.kind == "in-prior" else summary
    scenario, _, indicator = line.id.partition("/")
    statement = database.scenarios[scenario].indicators[indicator].statement
    return f"not seen when due: {statement}" if line.kind == "absence" else statement


def waterfall(book: Ledger, stated: float | None, database: Database) -> Drawing:
    """A bar for each step, the prior above and the implied and stated figures below."""
    steps = rungs(book)
    sums = [book.prior.decibans, *(step.sum_decibans for step in steps)]
    reach = [*sums, *([decibans(stated)] if stated is not None else [])]
    low, high = min(reach) - _ROOM, max(reach) + _ROOM
    notes = Notes()
    texts = [
        f"prior {percent(book.prior.probability)}",
        *(f"{signed(s.counted_decibans)} dB  {says(s, database)}" for s in steps),
        f"implied {percent(book.implied.probability)}",
    ]
    points = [(0, book.prior.decibans, "muted"), (len(steps) + 1, sums[-1], "implied")]
    if stated is not None:
        texts.append(f"stated {percent(stated)}")
        points.append((len(steps) + 2, decibans(stated), "stated"))
    foot = STEP * len(texts) + 4
    data = {
        "scale": list(_scale(low, high, foot, notes)),
        "labels": [
            {"x": 0, "y": STEP * n + 15, "key": notes.number(cut(text, _LABEL))}
            for n, text in enumerate(texts)
        ],
        "bars": list(_bars(sums)),
        "links": [
            {"db": db, "y": STEP * n + 28, "y2": STEP * (n + 1) + 28} for n, db in enumerate(sums)
        ],
        "points": [{"db": db, "y": STEP * n + 28, "paint": colour(name)} for n, db, name in points],
    }
    box = (-LEFT, -TOP, LEFT + WIDTH + RIGHT, TOP + foot)
    return draw(specification, data, {"low": low, "high": high}, box, notes)


def specification() -> Spec:
    """Log odds from left to right, a row a step downwards."""
    db = quantity("db", "low", "high")
    rule = {"type": "rule", "color": colour("grid")}
    bar = {"type": "rect"}
    point = {"type": "point", "filled": True, "shape": "diamond", "size": 110, "opacity": 1}
    return layered(
        [
            layer("scale", rule, x=db, y={"value": 0}, **pixels("y2")),
            label("scale", "muted", {"align": "center"}, x=db, y={"value": -8}),
            layer(
                "links",
                {**rule, "color": colour("muted"), "strokeDash": [2, 2]},
                x=db,
                **pixels("y", "y2"),
            ),
            layer("bars", bar, x=db, x2={"field": "to"}, color=PAINT, **pixels("y", "y2")),
            layer("points", point, x=db, color=PAINT, **pixels("y")),
            label("labels", "ink", {"align": "left"}, **pixels("x", "y")),
        ],
        WIDTH,
        STEP,
        ("low", "high"),
    )


def _scale(low: float, high: float, foot: int, notes: Notes) -> Iterator[Row]:
    """Probabilities at their log odds: round ones first, finer ones where there is room left."""
    chosen: list[float] = []
    for p in (*_MARKS, *_FIVES, *_ONES):
        place = _place(p, low, high)
        if _EDGE <= place <= WIDTH - _EDGE and all(
            abs(place - _place(q, low, high)) >= _NARROW for q in chosen
        ):
            chosen.append(p)
    for p in sorted(chosen):
        yield {"db": decibans(p), "y2": foot, "key": notes.number(f"{p * 100:g}%")}


def _place(p: float, low: float, high: float) -> float:
    return (decibans(p) - low) / (high - low) * WIDTH


def _bars(sums: Sequence[float]) -> Iterator[Row]:
    for number, (before, after) in enumerate(pairwise(sums), start=1):
        paint = colour("for" if after >= before else "against")
        top = STEP * number + 22
        yield {"db": before, "to": after, "y": top, "y2": top + 12, "paint": paint}
