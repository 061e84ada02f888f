"""Lines of cells under their names: padded, folded, and in colour where that is wanted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from scenarios.render.document import Column
from scenarios.render.sparkline import BLANK, sparkline
from scenarios.render.writers.terminal_colour import painted
from scenarios.text import fold

GAP = 2


class Cell(NamedTuple):
    """What is read in a place, its tone, and a trend's figures, of which the last are shown."""

    text: str
    tone: str = ""
    trend: tuple[float | None, ...] = ()


Line = list[Cell] | str
"""A line of cells, or a text across all of them."""


def lay_out(
    columns: Sequence[Column],
    names: Sequence[str],
    lines: Sequence[Line],
    foot: Sequence[Sequence[Cell]],
    limits: Mapping[int, int],
    width: int,
) -> Iterator[str]:
    """The columns of `limits`, none wider than that, a rule below their names and over the foot."""
    shown = list(limits)
    head = [Cell(names[n]) for n in shown]
    body = [line if isinstance(line, str) else _cut(line, limits, columns) for line in lines]
    ends = [_cut(line, limits, columns) for line in foot]
    every = [head, *(line for line in body if not isinstance(line, str)), *ends]
    wide = [max(map(_width, cells)) for cells in zip(*every, strict=True)]
    right = [columns[n].align == "right" for n in shown]
    yield from _line(head, wide, right)
    yield "  ".join("-" * columns for columns in wide)
    for line in body:
        yield from [fold(line, width)] if isinstance(line, str) else _line(line, wide, right)
    if ends:
        speaks = [any(cell.text for cell in cells) for cells in zip(*ends, strict=True)]
        rule = ["-" * w if n and speaks[n] else "" for n, w in enumerate(wide)]
        yield from _line([Cell(text) for text in rule], wide, right)
    for line in ends:
        yield from _line(line, wide, right)


def folded(name: str, cells: int) -> str:
    """A column's name in as few lines as make it no wider than its cells, if words allow that."""
    return "\n".join(textwrap.wrap(name, max(cells, *map(len, name.split() or [""]), 1)))


def _cut(line: Sequence[Cell], limits: Mapping[int, int], columns: Sequence[Column]) -> list[Cell]:
    return [_clipped(line[n], limit, columns[n]) for n, limit in limits.items()]


def _clipped(cell: Cell, limit: int, column: Column) -> Cell:
    if cell.trend:
        return cell._replace(text=sparkline(cell.trend[-limit:]).replace(BLANK, " ").rstrip())
    if len(cell.text) <= limit:
        return cell
    cut = column.cut
    return cell._replace(
        text=cell.text[: limit - 1] + "…" if cut else "\n".join(textwrap.wrap(cell.text, limit))
    )


def _width(cell: Cell) -> int:
    return max(map(len, cell.text.split("\n")))


def _line(cells: Sequence[Cell], wide: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    """A line of cells, and as many more as the tallest of them has."""
    for row in zip_longest(*(cell.text.split("\n") for cell in cells), fillvalue=""):
        made = ""
        for cell, text, columns, is_right in zip(cells, row, wide, right, strict=True):
            room, told = " " * (columns - len(text)), painted(text, cell.tone)
            made += (room + told if is_right else told + room) + " " * GAP
        yield made.rstrip()
