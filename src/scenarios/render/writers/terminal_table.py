"""A table as text: which columns fit, how narrow they get, and what it is where none fits."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import NamedTuple

from scenarios.render.document import (
    BLANK,
    Column,
    Group,
    Table,
    Text,
    Trend,
    move,
    plain,
)
from scenarios.render.text import MINUS
from scenarios.text import counted, fold, printable

WIDE = 110
"""From this many columns on the page has room for what is extra."""
_GAP = 2
_EMPTY = "\0"
"""Keeps an empty line, which is left out beside one that is folded; no text has it."""
MOVES = "±"
"""The name of a column of moves, which are coloured."""
_UP, _DOWN, _PLAIN = "\x1b[36m", "\x1b[35m", "\x1b[39m"
_RULE = re.compile("-+")


class _Grid(NamedTuple):
    """What is read in each column, by line, under the columns' names; the foot stands apart."""

    columns: Sequence[Column]
    names: list[str]
    lines: list[list[str]]
    foot: list[list[str]]

    def widths(self) -> list[int]:
        every = (self.names, *self.lines, *self.foot)
        return [max(map(len, cells)) for cells in zip(*every, strict=True)]


def draw(table: Table, width: int, *, colour: bool) -> Iterator[str]:
    """The table, or a paragraph a row where it does not fit, with its caption and its note."""
    if table.caption:
        yield fold(plain(table.caption), width)
    if not table.rows:
        if table.empty:
            yield fold(plain(table.empty), width)
        return
    grid = _grid(table)
    if table.narrow and _fitting(grid, width) is None:
        yield from draw(table.narrow, width, colour=colour)
        return
    legends = any(column.legend for column in grid.columns)
    limits = _fitting(grid, width, firm=legends)
    if limits is None and legends:
        yield from _legend(grid, width)
        yield ""
        grid = _numbered(grid)
        limits = _fitting(grid, width)
    if limits is None:
        yield from _stacked(grid, width)
    else:
        yield from _laid_out(table, grid, limits, width, colour=colour)
    if table.note:
        yield fold(plain(table.note), width)


def _grid(table: Table) -> _Grid:
    kept = [n for n, column in enumerate(table.columns) if column.only != "csv"]
    columns = [table.columns[n] for n in kept]
    lines: list[list[str]] = []
    above = ""
    for row in table.rows:
        name = row.name if isinstance(row, Group) else ""
        if lines and (name or above):
            lines.append([""] * len(kept))
        above = name
        if isinstance(row, Group):
            lines.append([f"{_cell(name)}:", *[""] * (len(kept) - 1)])
        rows = row.rows if isinstance(row, Group) else (row,)
        lines += [[_cell(cells[n]) for n in kept] for cells in rows]
    foot = [[_cell(cells[n]) for n in kept] for cells in table.foot]
    return _Grid(columns, [_cell(column.name) for column in columns], lines, foot)


def _cell(text: Text) -> str:
    return printable(plain(text)).replace("\n", " ")


def _fitting(grid: _Grid, width: int, *, firm: bool = False) -> dict[int, int] | None:
    """The columns that fit and their widths; None where what must stay is too wide.

    The last of those that may be narrowed is, before any is left out; if `firm` only one that may
    be left out too. What was left out for another one that followed comes back where it fits.
    """
    columns, wide = grid.columns, grid.widths()
    kept = {n: wide[n] for n, c in enumerate(columns) if width >= WIDE or not c.extra}

    def narrowed() -> int | None:
        soft = [n for n in kept if columns[n].least and (columns[n].drop or not firm)]
        return max(soft, default=None)

    def over() -> int:
        n = narrowed()
        spare = max(kept[n] - columns[n].least, 0) if n is not None else 0
        return sum(kept.values()) + _GAP * (len(kept) - 1) - spare - width

    gone = []
    for n in sorted((n for n in kept if columns[n].drop), key=lambda n: columns[n].drop):
        excess = over()
        if excess <= 0:
            break
        if n != narrowed() and 0 < columns[n].least <= kept[n] - excess:
            kept[n] -= excess
            break
        gone.append(n)
        del kept[n]
    if over() > 0:
        return None
    for n in reversed(gone):
        kept[n] = wide[n]
        if over() > 0:
            del kept[n]
    last = narrowed()
    if last is not None:
        excess = sum(kept.values()) + _GAP * (len(kept) - 1) - width
        kept[last] -= max(excess, 0)
    return dict(sorted(kept.items()))


def _legend(grid: _Grid, width: int) -> Iterator[str]:
    named = [(name, column) for name, column in _named(grid) if column.legend]
    pad = len(str(len(named)))
    for number, (name, column) in enumerate(named, start=1):
        text = f"{name}: {plain(column.legend)}"
        yield fold(text, width, " " * (pad + 2), f"{number:>{pad}}  ")


def _numbered(grid: _Grid) -> _Grid:
    """Numbers instead of the names that have a legend."""
    numbers = count(1)
    names = [str(next(numbers)) if c.legend else name for name, c in _named(grid)]
    return grid._replace(names=names)


def _named(grid: _Grid) -> Iterator[tuple[str, Column]]:
    return zip(grid.names, grid.columns, strict=True)


def _laid_out(
    table: Table, grid: _Grid, limits: Mapping[int, int], width: int, *, colour: bool
) -> Iterator[str]:
    import tabulate  # noqa: PLC0415 - 30 ms that JSON need not pay

    tabulate.MIN_PADDING = 0
    columns, shown = grid.columns, list(limits)
    lines = [
        [_clipped(line[n], limits[n], columns[n]) for n in shown]
        for line in (*grid.lines, *_foot(grid, limits), *grid.foot)
    ]
    made = tabulate.tabulate(
        [line if any(line) else [_EMPTY] for line in lines],
        [grid.names[n] for n in shown],
        tablefmt="simple",
        disable_numparse=True,
        colalign=[columns[n].align for n in shown],
    )
    text = [line.replace(_EMPTY, "").rstrip() for line in made.split("\n")]
    yield from _finished(table, text, grid, limits, colour=colour)
    for n in shown:
        if about := _about(columns[n].days[-limits[n] :]) if columns[n].days else columns[n].about:
            yield ""
            yield fold(plain(about), width)


def _clipped(cell: str, limit: int, column: Column) -> str:
    if column.days:
        return cell[-limit:]
    if len(cell) <= limit:
        return cell
    return cell[: limit - 1] + "…" if column.cut else "\n".join(textwrap.wrap(cell, limit))


def _foot(grid: _Grid, limits: Mapping[int, int]) -> Iterator[list[str]]:
    """The rule over the foot: below each column but the first of which it says something."""
    if grid.foot:
        speaks = [any(cells) for cells in zip(*grid.foot, strict=True)]
        wide = [limits.get(n, 0) for n in range(len(speaks))]
        yield ["-" * wide[n] if n and speaks[n] else "" for n in range(len(speaks))]


def _finished(
    table: Table, text: Sequence[str], grid: _Grid, limits: Mapping[int, int], *, colour: bool
) -> Iterator[str]:
    """The lines with the gaps of trends blank, and in colour what goes up and down."""
    head, rule, *rest = text
    trends = {n for n in limits if grid.columns[n].days}
    signed = {n for n in limits if grid.columns[n].name == MOVES} if colour else set()
    if not trends and not signed:
        yield from text
        return
    moves = _moves(table, limits) if colour else {}
    places = [found.span() for found in _RULE.finditer(rule)]
    yield from (head, rule)
    for line in rest:
        cells = [line[start:end] for start, end in places]
        name = cells[0].strip()
        for place, n in enumerate(limits):
            if n in trends:
                cells[place] = _painted(cells[place].replace(BLANK, " "), moves.get(name, ""))
            elif n in signed:
                cells[place] = _painted(cells[place], cells[place].strip())
        yield "  ".join(cells).rstrip()


def _moves(table: Table, limits: Mapping[int, int]) -> dict[str, str]:
    """By the first cell of each row the way that its trend goes, from first to last, in points."""
    found = {}
    columns = [column for column in table.columns if column.only != "csv"]
    for row in table.rows:
        for cells in row.rows if isinstance(row, Group) else (row,):
            kept = [text for text, c in zip(cells, table.columns, strict=True) if c.only != "csv"]
            for n in limits:
                if columns[n].days and isinstance(trend := kept[n], Trend):
                    found[_cell(kept[0])] = direction(trend.values[-limits[n] :])
    return found


def direction(values: Iterable[float | None]) -> str:
    """The move from the first figure to the last, in points."""
    stood = [value for value in values if value is not None]
    return plain(move(stood[0], stood[-1])) if stood else ""


def _painted(text: str, move: str) -> str:
    code = {"+": _UP, MINUS: _DOWN}.get(move[:1])
    return f"{code}{text}{_PLAIN}" if code else text


def _about(days: Sequence[date]) -> str:
    return (
        f"trend: the last {counted(len(days), 'review')}, {days[0]} to {days[-1]}, "
        "from ▁ 0% to █ 100%: what was stated, or implied where nobody stated anything; "
        "blank where neither stood."
    )


def _stacked(grid: _Grid, width: int) -> Iterator[str]:
    """A paragraph a line: its first cell, the others by name, below it what may be long."""
    kept = [n for n, column in enumerate(grid.columns) if n and not column.drop]
    below = [n for n in kept[-1:] if grid.columns[n].least]
    if " " in grid.names[0]:  # it says more than what its cells are
        yield fold(grid.names[0], width)
    for line in (*grid.lines, *([[""] * len(grid.names)] if grid.foot else []), *grid.foot):
        told = [_labelled(grid, n, line[n]) for n in kept if line[n] and n not in below]
        head = ": ".join(part for part in (line[0].removesuffix(":"), ", ".join(told)) if part)
        yield fold(head if told else line[0], width, "    ", "")
        yield from (fold(line[n], width, "    ") for n in below if line[n])


def _labelled(grid: _Grid, n: int, cell: str) -> str:
    """A cell with its column's name, which is its key where that is a sign."""
    column, name = grid.columns[n], grid.names[n]
    if column.legend:
        return f"{name}={cell}"
    if not any(map(str.isalnum, name)):
        name = column.key.replace("_", " ")
    return f"{name} {cell}".strip()
