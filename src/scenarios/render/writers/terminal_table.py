"""A table as text: which columns fit, how narrow they get, and what it is where none fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import NamedTuple

from scenarios.render.document import (
    Column,
    Group,
    Row,
    Table,
    Text,
    Trend,
    move,
    plain,
)
from scenarios.render.sparkline import LEAST_RANGE_DB
from scenarios.render.writers.terminal_colour import sign_tone, tone
from scenarios.render.writers.terminal_layout import GAP, Cell, Line, folded, lay_out
from scenarios.text import counted, fold, printable

WIDE = 110
"""From this many columns on the page has room for what is extra."""


class _Grid(NamedTuple):
    """Cells of each line by column, under the names of the columns; the foot is separate."""

    columns: Sequence[Column]
    names: list[str]
    lines: list[Line]
    foot: list[list[Cell]]

    def widths(self) -> list[int]:
        cells = [line for line in self.lines if not isinstance(line, str)]
        every = [[len(cell.text) for cell in line] for line in (*cells, *self.foot)]
        heads = [max(map(len, name.split("\n"))) for name in self.names]
        return [max(column) for column in zip(heads, *every, strict=True)]


def draw(table: Table, width: int, *, colour: bool) -> Iterator[str]:
    """The table, or a paragraph a row where it does not fit, with its caption and its note."""
    if table.caption:
        yield fold(plain(table.caption), width)
    if not table.rows:
        if table.empty:
            yield fold(plain(table.empty), width)
        return
    grid = _compact(_grid(table, colour=colour), width)
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
        yield from lay_out(grid.columns, grid.names, grid.lines, grid.foot, limits, width)
        yield from _abouts(grid, limits, width)
    if table.note:
        yield fold(plain(table.note), width)


def _grid(table: Table, *, colour: bool) -> _Grid:
    kept = [n for n, column in enumerate(table.columns) if column.only != "csv"]

    def cells(row: Row) -> list[Cell]:
        return [_cell(row[n], table.columns[n], colour=colour) for n in kept]

    lines: list[Line] = []
    above = ""
    for row in table.rows:
        name = row.name if isinstance(row, Group) else ""
        if lines and (name or above):
            lines.append("")
        above = name
        if isinstance(row, Group):
            lines.append(_text(f"{name}: {row.about}".rstrip()))
        lines += map(cells, row.rows if isinstance(row, Group) else (row,))
    columns = [table.columns[n] for n in kept]
    return _Grid(columns, [_text(c.name) for c in columns], lines, [*map(cells, table.foot)])


def _text(text: Text) -> str:
    return printable(plain(text)).replace("\n", " ")


def _cell(text: Text, column: Column, *, colour: bool) -> Cell:
    if isinstance(text, Trend):
        way = sign_tone(direction(text.values)) if colour else ""
        return Cell(_text(text), way, text.values)
    return Cell(_text(text), tone(text, column.meaning) if colour else "")


def direction(values: Sequence[float | None]) -> str:
    """The move from the first figure to the last, in points."""
    stood = [value for value in values if value is not None]
    return plain(move(stood[0], stood[-1])) if stood else ""


def _compact(grid: _Grid, width: int) -> _Grid:
    """Names in several lines, where all that is wanted does not fit beside one another."""
    wide = grid.widths()
    kept = [w for w, c in zip(wide, grid.columns, strict=True) if width >= WIDE or not c.extra]
    if sum(kept) + GAP * (len(kept) - 1) <= width:
        return grid
    cells = grid._replace(names=[""] * len(wide)).widths()
    return grid._replace(
        names=[
            folded(name, least) if not column.legend and not column.days else name
            for name, least, column in zip(grid.names, cells, grid.columns, strict=True)
        ]
    )


def _fitting(grid: _Grid, width: int, *, firm: bool = False) -> dict[int, int] | None:
    """Columns that fit, with their widths; None if the firm columns are too wide.

    The last column that may be narrowed is narrowed before any is dropped; with `firm` only if it
    may be dropped too. A column dropped for a later one comes back where it fits.
    """
    columns, wide = grid.columns, grid.widths()
    kept = {n: wide[n] for n, c in enumerate(columns) if width >= WIDE or not c.extra}

    def narrowed() -> int | None:
        soft = [n for n in kept if columns[n].least and (columns[n].drop or not firm)]
        return max(soft, default=None)

    def over() -> int:
        n = narrowed()
        spare = max(kept[n] - columns[n].least, 0) if n is not None else 0
        return sum(kept.values()) + GAP * (len(kept) - 1) - spare - width

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
        excess = sum(kept.values()) + GAP * (len(kept) - 1) - width
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


def _abouts(grid: _Grid, limits: Mapping[int, int], width: int) -> Iterator[str]:
    """Explanations of the columns that need words."""
    shown = ((grid.columns[n], limit) for n, limit in limits.items())
    abouts = (_about(c.days[-limit:]) if c.days else plain(c.about) for c, limit in shown)
    folded_words = [fold(about, width) for about in abouts if about]
    yield from ["", *folded_words] if folded_words else []


def _about(days: Sequence[date]) -> str:
    return (
        f"trend: the last {counted(len(days), 'review')}, {days[0]} to {days[-1]}, of what was "
        "stated, or implied where nobody stated anything, in log odds: from ▁ to █ is the row's "
        f"own range, or {LEAST_RANGE_DB:g} dB where that is less; blank where neither stood."
    )


def _stacked(grid: _Grid, width: int) -> Iterator[str]:
    """A paragraph a line: its first cell, the others by name, below it what may be long."""
    kept = [n for n, column in enumerate(grid.columns) if n and not column.drop]
    below = [n for n in kept[-1:] if grid.columns[n].least]
    if " " in grid.names[0]:  # it says more than what its cells are
        yield fold(grid.names[0], width)
    for line in (*grid.lines, *([""] if grid.foot else []), *grid.foot):
        if isinstance(line, str):
            yield fold(line, width)
            continue
        labels = [_labelled(grid, n, line[n].text) for n in kept if line[n].text and n not in below]
        head = ": ".join(part for part in (line[0].text, ", ".join(labels)) if part)
        yield fold(head if labels else line[0].text, width, "    ", "")
        yield from (fold(line[n].text, width, "    ") for n in below if line[n].text)


def _labelled(grid: _Grid, n: int, cell: str) -> str:
    """A cell with its column's name, which is its key where that is a sign."""
    column, name = grid.columns[n], " ".join(grid.names[n].split())
    if column.legend:
        return f"{name}={cell}"
    if not any(map(str.isalnum, name)):
        name = column.key.replace("_", " ")
    return f"{name} {cell}".strip()
