"""Lines of cells under their names: padded, folded, and in colour where that is wanted."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from scenarios.render.document import Column
from scenarios.render.sparkline import BLANK, sparkline
from scenarios.render.writers.terminal_colour import painted
from scenarios.text import fold

GAP = 2


class Cell(NamedTuple):
    """Text of a cell, its tone, and the figures of a trend, of which the last are shown."""

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
    tabulate = _tabulate()
    shown = list(limits)
    rows = [_cut(line, limits, columns) for line in lines if not isinstance(line, str)]
    ends = [_cut(line, limits, columns) for line in foot]
    head = [Cell(names[n]) for n in shown]
    wide = [max(map(_width, cells)) for cells in zip(head, *rows, *ends, strict=True)]
    text = tabulate.tabulate(
        [[_painted(cell) for cell in row] for row in (*rows, *_rule(ends, wide), *ends)],
        [cell.text for cell in head],
        tablefmt="simple",
        preserve_whitespace=True,
        disable_numparse=True,
        colalign=[columns[n].align for n in shown],
    )
    printed = (line.rstrip() for line in text.split("\n"))
    yield from islice(printed, _height(head) + 1)
    cut = iter(rows)
    for line in lines:
        yield from (
            [fold(line, width)] if isinstance(line, str) else islice(printed, _height(next(cut)))
        )
    yield from printed


@cache
def _tabulate() -> Any:
    """Without wcwidth: where that is installed it is imported, for 28 ms, and not needed here."""
    sys.modules.setdefault("wcwidth", None)  # type: ignore[arg-type]
    import tabulate  # noqa: PLC0415 - 30 ms that JSON need not pay

    if sys.modules["wcwidth"] is None:
        del sys.modules["wcwidth"]
    tabulate.MIN_PADDING = 0
    tabulate.WIDE_CHARS_MODE = False  # as all else here is folded
    return tabulate


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


def _rule(foot: Sequence[Sequence[Cell]], wide: Sequence[int]) -> Iterator[list[Cell]]:
    """The rule over the foot: below each column but the first of which it says something."""
    if foot:
        speaks = [any(cell.text for cell in cells) for cells in zip(*foot, strict=True)]
        yield [Cell("-" * w if n and speaks[n] else "") for n, w in enumerate(wide)]


def _painted(cell: Cell) -> str:
    return "\n".join(painted(line, cell.tone) for line in cell.text.split("\n"))


def _width(cell: Cell) -> int:
    return max(map(len, cell.text.split("\n")))


def _height(row: Sequence[Cell]) -> int:
    return max(cell.text.count("\n") for cell in row) + 1
