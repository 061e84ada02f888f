"""Probabilities in a line of text, in log odds: a trend of bars, a strip from last time to now."""

from __future__ import annotations

from scenarios.scales import HIGHEST, decibans, held

BLANK = "·"
"""Stands for a gap in a trend."""
BARS = "▁▂▃▄▅▆▇█"
_TINY = 1e-9
"""What does not move stands on one level, however its odds are rounded."""
LEAST_RANGE_DB = 10.0
"""A row that moves by less is not drawn as if it moved by more: a bar is 1.25 dB or more."""


def sparkline(values: tuple[float | None, ...]) -> str:
    """A bar a figure, each an eighth of their own range in log odds; a dot where there is none.

    On one scale for all rows a bar would be worth 7.5 dB, which few rows move by in a quarter.
    """
    odds = [None if value is None else decibans(held(value)) for value in values]
    stood = [db for db in odds if db is not None]
    if not stood:
        return BLANK * len(values)
    span = max(max(stood) - min(stood), LEAST_RANGE_DB)
    low, top = (max(stood) + min(stood) - span) / 2, len(BARS) - 1
    steps = (None if db is None else round((db - low) / span * top + _TINY) for db in odds)
    return "".join(BLANK if step is None else BARS[step] for step in steps)


_CELLS = 25
"""Of a strip: each 2.5 dB, from 0.1 % to 99.9 %, beyond which no implied probability lies."""
AXIS = "0.1%·······50%······99.9%"
"""The axis of a strip, as the name of its column."""


def strip(before: float | None, now: float, implied: float | None = None) -> str:
    """Last time and now on that axis, `····○──●····|·····×······`; × is what is implied."""
    cells = ["·"] * _CELLS
    cells[_CELLS // 2] = "|"
    if before is not None:
        first, last = sorted((_place(before), _place(now)))
        cells[first : last + 1] = "─" * (last + 1 - first)
    if implied is not None:
        cells[_place(implied)] = "×"
    if before is not None:
        cells[_place(before)] = "○"
    cells[_place(now)] = "●"
    return "".join(cells)


def _place(probability: float) -> int:
    share = decibans(held(probability)) / decibans(HIGHEST)
    return round((share + 1) / 2 * (_CELLS - 1))
