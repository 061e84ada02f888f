"""What only a terminal is shown: figures over time as a sparkline, and colour by direction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from scenarios.analysis.period.trend import Point
from scenarios.model import ScenarioId
from scenarios.render.text import MINUS, points

Figures = tuple[float | None, ...]

_BARS = "▁▂▃▄▅▆▇█"
_BLANK = "·"
"""Stands for a gap until a table is laid out, which takes blanks off its cells."""
_UP, _DOWN, _PLAIN = "\x1b[36m", "\x1b[35m", "\x1b[39m"
_RULE = re.compile("-+")


class Screen(NamedTuple):
    """The figures of each scenario on the same days, oldest first, and whether to colour."""

    days: Sequence[date]
    figures: Mapping[ScenarioId, Figures]
    colour: bool


def figures(days: Iterable[date], trend: Iterable[Point]) -> Figures:
    """The stated probabilities, or the implied ones where none was stated; None is a gap."""
    known = {point.day: point for point in trend}
    is_stated = any(point.stated is not None for point in known.values())
    found = (known.get(day) for day in days)
    return tuple(None if p is None else p.stated if is_stated else p.implied for p in found)


def sparkline(figures: Iterable[float | None]) -> str:
    """A bar a figure, each an eighth of what lies between 0 and 1; a dot where there is none."""
    top = len(_BARS) - 1
    bars = (_BLANK if f is None else _BARS[min(int(f * len(_BARS)), top)] for f in figures)
    return "".join(bars)


def finished(
    table: str, signed: Iterable[int], trend: int, moves: Mapping[str, str], *, colour: bool
) -> str:
    """The table with the gaps of its sparklines blank, and in colour what goes up and down.

    `signed` and `trend` are its columns of signed figures and of sparklines; `moves` says by the
    first column which way a sparkline goes.
    """
    head, rule, *lines = table.split("\n")
    spans = [found.span() for found in _RULE.finditer(rule)]
    made = [head, rule]
    for line in lines:
        cells = [line[start:end] for start, end in spans]
        told = moves.get(cells[0].strip(), "") if colour else ""
        cells[trend] = _painted(cells[trend].replace(_BLANK, " "), told)
        for n in signed if colour else ():
            cells[n] = _painted(cells[n], cells[n].strip())
        made.append("  ".join(cells).rstrip())
    return "\n".join(made)


def direction(figures: Iterable[float | None]) -> str:
    """The move from the first figure to the last, in points."""
    stood = [figure for figure in figures if figure is not None]
    return points(stood[0], stood[-1]) if stood else ""


def _painted(text: str, move: str) -> str:
    code = {"+": _UP, MINUS: _DOWN}.get(move[:1])
    return f"{code}{text}{_PLAIN}" if code else text
