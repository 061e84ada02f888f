"""Skill with its intervals: how much better than another forecaster, a row a pair."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scenarios.render.charts import marks, svg
from scenarios.render.charts.labels import SMALL, folded
from scenarios.render.charts.reliability import Look
from scenarios.render.charts.scale import Linear
from scenarios.render.charts.svg import NOWHERE, Drawing, Places
from scenarios.render.text import signed

WIDE, NARROW = 960, 340
_LABEL, _FIGURE = 250, 150
_ROW, _LINE = 25, 15
_EDGE = 16
"""Pixels from an end, within which a label of the axis would be cut off."""
_WORST = -1.0
"""Worst skill on the axis; worse values stand at the edge."""
_LADDER = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """1 − Brier ÷ the Brier of `against`, and its 90 % interval, which few questions have not."""

    forecaster: str
    against: str
    look: Look
    questions: int
    skill: float
    low: float | None = None
    high: float | None = None


class SkillRows(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs in the order in which they are drawn."""

    pairs: tuple[Pair, ...]


def draw(data: SkillRows, *, narrow: bool = False, places: Places = NOWHERE) -> Drawing:
    """A dot a pair with its interval: to the right of 0 it is better than the other."""
    figures = [p for pair in data.pairs for p in (pair.skill, pair.low, pair.high) if p is not None]
    low = max(min([*figures, 0.0]), _WORST)
    left, right = (8, NARROW - 8) if narrow else (_LABEL + 16, WIDE - _FIGURE - 16)
    scale = Linear(low=low - 0.05, high=max([*figures, 0.25]) + 0.05, start=left, end=right)
    wide = NARROW if narrow else WIDE
    body, y = [], 30.0
    for pair in data.pairs:
        drawn, tall = _row(pair, y, scale, places, narrow=narrow)
        body.append(drawn)
        y += tall
    foot = svg.text(scale.start, y + 16, "◂ worse", "f-muted small")
    foot += svg.text(scale.end, y + 16, "better ▸", "f-muted small end")
    return Drawing("".join([*_axis(scale, y), *body, foot]), (-2, 0, wide + 4, y + 24))


def _axis(scale: Linear, foot: float) -> Iterator[str]:
    for value in _LADDER:
        if scale.low <= value <= scale.high:
            x = scale.at(value)
            yield svg.path(svg.line([(x, 24), (x, foot)]), "s-ink" if value == 0 else "s-grid")
            label = signed(value, 2)
            fits = abs(x - scale.end) > _EDGE < abs(x - scale.start)
            if fits and (value % 0.5 == 0 or scale.high - scale.low < 1):
                yield svg.text(x, 16, label, "f-muted small middle")


def _row(pair: Pair, y: float, scale: Linear, places: Places, *, narrow: bool) -> tuple[str, float]:
    name = f"{pair.forecaster} against {pair.against}"
    figure = signed(pair.skill, 2)
    if pair.low is not None and pair.high is not None:
        figure += f" ({signed(pair.low, 2)} to {signed(pair.high, 2)})"
    room = NARROW if narrow else _LABEL
    lines = folded(name, room, 3, SMALL)
    label = [svg.text(0, y + 16 + n * _LINE, line, "f-ink small") for n, line in enumerate(lines)]
    if narrow:
        middle = y + len(lines) * _LINE + 32
        label.append(svg.text(0, middle - 14, f"{figure}, n = {pair.questions}", "f-muted small"))
        tall = middle - y + 14
    else:
        tall = max(_ROW, len(lines) * _LINE + 8)
        middle = y + 12
        label.append(svg.text(WIDE, middle + 4, figure, "f-ink small end"))
    parts = []
    if pair.low is not None and pair.high is not None:
        ends = [(scale.at(pair.low), middle), (scale.at(pair.high), middle)]
        parts.append(svg.path(svg.line(ends), f"s-{pair.look}", 2))
    about = f"{name}: {figure}, n = {pair.questions}"
    x = scale.at(pair.skill)
    parts.append(marks.now(x, middle, pair.look))
    return "".join(label) + svg.mark("".join(parts), about, "", places, svg.around(x, middle)), tall
