"""Lines over time, with what stands at their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scenarios.render.charts import svg
from scenarios.render.charts.labels import width
from scenarios.render.charts.scale import Days, LogOdds

_DASH = {"stated": "", "implied": "6 3"}
_HEAVY = {"stated": 2.5, "implied": 2.0}
_CAP = 4


def sample(name: str) -> str:
    """A short piece of the line, for a key."""
    return svg.path("M-10,0H10", f"s-{name}", _HEAVY[name], _DASH[name])


def course(
    points: Sequence[tuple[date, float | None]],
    slopes: Sequence[bool],
    last: date,
    days: Days,
    odds: LogOdds,
) -> str:
    """The path through the figures: level and then a step, or a slope; None is a gap.

    `slopes` has the way to each point from that before it.
    """
    parts: list[str] = []
    before: float | None = None
    for (day, p), slope in zip(points, (False, *slopes), strict=True):
        x = svg.number(days.at(day))
        if before is not None and not (slope and p is not None):
            parts.append(f"H{x}")
        if p is not None:
            y = svg.number(odds.at(p))
            if before is None:
                parts.append(f"M{x},{y}")
            elif slope:
                parts.append(f"L{x},{y}")
            elif p != before:
                parts.append(f"V{y}")
        before = p
    if before is not None:
        parts.append(f"H{svg.number(days.at(last))}")
    return "".join(parts)


def bracket(x: float, top: float, foot: float) -> str:
    """A band: a line with a cap at both ends."""
    left, right = svg.number(x - _CAP), svg.number(x + _CAP)
    high, low = svg.number(top), svg.number(foot)
    d = f"M{left},{high}H{right}M{svg.number(x)},{high}V{low}M{left},{low}H{right}"
    return svg.path(d, "s-implied", 1.5)


def outcome(day: date, word: str, days: Days, top: float, foot: float, label: str = "") -> str:
    """The end of a question: above if it occurred, below if not, in the middle where it is void.

    What is `told` stands beside it.
    """
    x = days.at(day)
    y = {"occurred": top, "did not occur": foot}.get(word, (top + foot) / 2)
    end = svg.path(svg.line([(x, top), (x, foot)]), "s-ink", 1.5)
    if word == "annulled":
        a, b = svg.number(x - 5), svg.number(y - 5)
        dot = svg.path(f"M{a},{b}l10,10m0,-10l-10,10", "s-ink", 2.5)
    else:
        dot = svg.circle(x, y, 6, "f-ink" if word == "occurred" else "f-paper s-ink", 2)
    wide = width(label, bold=True)
    left = max(min(x - 10 - wide, days.end - wide), days.start)
    return end + dot + svg.text(left, y + (16 if word == "occurred" else -8), label, "f-ink bold")
