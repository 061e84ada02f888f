"""A document as text for a terminal: what fits its width is decided here, and only here."""

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import count, islice
from typing import Any, NamedTuple

from scenarios.render import document as doc
from scenarios.render.document import flat, move, plain, sparkline
from scenarios.render.text import MINUS
from scenarios.text import counted, fold, printable

_UP, _DOWN, _ATTENTION, _STRONG, _WEAK = "36", "35", "31", "1", "2"
_ENDS = {_STRONG: "22", _WEAK: "22"}
_STATES = {
    **dict.fromkeys(("observed", "absent", "occurred", "occur", "annulled"), _STRONG),
    **dict.fromkeys(("emerging", "overdue"), _ATTENTION),
}
_RATINGS = {"C": _UP, "CC": _UP, "I": _DOWN, "II": _DOWN, "N": _WEAK}
_OUTCOMES = ("occurred", "did not occur", "annulled")
_DOUBTFUL = frozenset("DEF456")
_STRIP = "strip"
_STRIP_PARTS = re.compile("·+|[○●][─×|]*[○●]")


def painted(text: str, tone: str) -> str:
    """The text in a tone, and what follows it as before."""
    return f"\x1b[{tone}m{text}\x1b[{_ENDS.get(tone, '39')}m" if tone and text else text


def sign_tone(text: str) -> str:
    """Up or down, by the sign that leads a figure; what did not move stands back."""
    return {"+": _UP, MINUS: _DOWN, "0": _WEAK}.get(text[:1], "")


def tone(text: doc.Text, meaning: doc.Meaning) -> str:
    """Paint a cell by the meaning of its column; plain where it says nothing special."""
    printed = plain(text) if meaning else ""
    if not printed or meaning == "strip":
        return printed and _STRIP
    if meaning == "move":
        return sign_tone(printed)
    if meaning == "grade":
        return _WEAK if _DOUBTFUL & set(printed[:2]) or "retracted" in printed else ""
    if meaning == "state":
        return _STATES.get(printed.split()[-1], "")
    if meaning == "rating":
        return _DOWN if printed.endswith("*") else _RATINGS.get(printed, "")
    return _STRONG if printed.startswith(_OUTCOMES) else _ATTENTION


GAP = 2


class TextCell(NamedTuple):
    """The text of a cell, its tone, and the figures of a trend, of which the last are shown."""

    text: str
    tone: str = ""
    trend: tuple[float | None, ...] = ()


Line = list[TextCell] | str
"""A line of cells, or a text across all of them."""


class TextGrid(NamedTuple):
    """Cells of each line by column, under the names of the columns; the foot is separate."""

    columns: Sequence[doc.Column]
    names: list[str]
    lines: list[Line]
    foot: list[list[TextCell]]
    is_coloured: bool

    def widths(self) -> list[int]:
        cells = [line for line in self.lines if not isinstance(line, str)]
        every = [[len(cell.text) for cell in line] for line in (*cells, *self.foot)]
        heads = [max(map(len, name.split("\n"))) for name in self.names]
        return [max(column) for column in zip(heads, *every, strict=True)]


def _lay_out(grid: TextGrid, limits: Mapping[int, int], width: int) -> Iterator[str]:
    """The columns of `limits`, none wider than that, a rule below their names and over the foot."""
    columns = [(n, limit, grid.columns[n]) for n, limit in limits.items()]

    def clipped(line: Sequence[TextCell]) -> list[TextCell]:
        return [_clipped(line[n], limit, column) for n, limit, column in columns]

    rows = [clipped(line) for line in grid.lines if not isinstance(line, str)]
    ends = [clipped(line) for line in grid.foot]
    head = [TextCell(grid.names[n]) for n in limits]
    wide = [
        max(len(line) for cell in cells for line in cell.text.split("\n"))
        for cells in zip(head, *rows, *ends, strict=True)
    ]
    text = _tabulate().tabulate(
        [[_painted(cell) for cell in row] for row in (*rows, *_rule(ends, wide), *ends)],
        [cell.text for cell in head],
        tablefmt="simple",
        preserve_whitespace=True,
        disable_numparse=True,
        colalign=[column.align for _, _, column in columns],
    )
    printed = (line.rstrip() for line in text.split("\n"))
    yield from islice(printed, _height(head) + 1)
    cut = iter(rows)
    for line in grid.lines:
        if isinstance(line, str):
            yield from _heavy(fold(line, width), colour=grid.is_coloured)
        else:
            yield from islice(printed, _height(next(cut)))
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


def _clipped(cell: TextCell, limit: int, column: doc.Column) -> TextCell:
    if cell.trend:
        return cell._replace(text=sparkline(cell.trend[-limit:]).replace(doc.BLANK, " ").rstrip())
    if len(cell.text) <= limit:
        return cell
    if column.cut:
        return cell._replace(text=cell.text[: limit - 1] + "…")
    return cell._replace(text="\n".join(textwrap.wrap(cell.text, limit)))


def _rule(foot: Sequence[Sequence[TextCell]], wide: Sequence[int]) -> Iterator[list[TextCell]]:
    """The rule over the foot: below each column but the first of which it says something."""
    if foot:
        speaks = [any(cell.text for cell in cells) for cells in zip(*foot, strict=True)]
        yield [TextCell("-" * w if n and speaks[n] else "") for n, w in enumerate(wide)]


def _heavy(text: str, *, colour: bool) -> Iterator[str]:
    return (painted(line, _STRONG if colour else "") for line in text.split("\n"))


def _painted(cell: TextCell) -> str:
    if cell.tone == _STRIP:  # the way of a figure has more ink than the axis that it lies on
        return _STRIP_PARTS.sub(
            lambda match: painted(match[0], _WEAK if match[0][0] == "·" else _STRONG), cell.text
        )
    return "\n".join(painted(line, cell.tone) for line in cell.text.split("\n"))


def _height(row: Sequence[TextCell]) -> int:
    return max(cell.text.count("\n") for cell in row) + 1


WIDE = 110
"""From this many columns on the page has room for what is extra."""


def draw(table: doc.Table, width: int, *, colour: bool) -> Iterator[str]:
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
        numbers, named = count(1), zip(grid.names, grid.columns, strict=True)
        names = [str(next(numbers)) if column.legend else name for name, column in named]
        grid = grid._replace(names=names)
        limits = _fitting(grid, width)
    if limits is None:
        yield from _stacked(grid, width)
    else:
        yield from _lay_out(grid, limits, width)
        yield from _abouts(grid, limits, width)
    if table.note:
        yield fold(plain(table.note), width)


def _grid(table: doc.Table, *, colour: bool) -> TextGrid:
    indexes = [n for n, column in enumerate(table.columns) if column.only != "csv"]

    def cells(row: doc.Row) -> list[TextCell]:
        return [_cell(row[n], table.columns[n], colour=colour) for n in indexes]

    lines: list[Line] = []
    above = ""
    for row in table.rows:
        name = row.name if isinstance(row, doc.Group) else ""
        if lines and (name or above):
            lines.append("")
        above = name
        if isinstance(row, doc.Group):
            lines.append(_text(f"{name}: {row.about}".rstrip()))
        lines += map(cells, row.rows if isinstance(row, doc.Group) else (row,))
    columns = [table.columns[n] for n in indexes]
    names, foot = [_text(column.name) for column in columns], [*map(cells, table.foot)]
    return TextGrid(columns, names, lines, foot, colour)


def _text(text: doc.Text) -> str:
    return printable(plain(text)).replace("\n", " ")


def _cell(text: doc.Text, column: doc.Column, *, colour: bool) -> TextCell:
    if isinstance(text, doc.Trend):
        tone_name = sign_tone(direction(text.values)) if colour else ""
        return TextCell(_text(text), tone_name, text.values)
    is_strong = isinstance(text, doc.Ref) and text.strong
    own = _STRONG if is_strong else tone(text, column.meaning)
    return TextCell(_text(text), own if colour else "")


def direction(values: Sequence[float | None]) -> str:
    """The move from the first figure to the last, in points."""
    stood = [value for value in values if value is not None]
    return plain(move(stood[0], stood[-1])) if stood else ""


def _compact(grid: TextGrid, width: int) -> TextGrid:
    """Names in several lines, where all that is wanted does not fit beside one another."""
    wide = grid.widths()
    widths = [w for w, c in zip(wide, grid.columns, strict=True) if width >= WIDE or not c.extra]
    if sum(widths) + GAP * (len(widths) - 1) <= width:
        return grid
    cells = grid._replace(names=[""] * len(wide)).widths()
    return grid._replace(
        names=[
            folded(name, least) if not column.legend and not column.days else name
            for name, least, column in zip(grid.names, cells, grid.columns, strict=True)
        ]
    )


def _fitting(grid: TextGrid, width: int, *, firm: bool = False) -> dict[int, int] | None:
    """Columns that fit, with their widths; None if the firm columns are too wide.

    The last column that may be narrowed is narrowed before any is dropped, with `firm` only if it
    may be dropped too; then, where it may not be dropped, the first column. A column dropped for a
    later one comes back where it fits.
    """
    columns, wide = grid.columns, grid.widths()
    widths = {n: wide[n] for n, c in enumerate(columns) if width >= WIDE or not c.extra}

    def narrowed() -> int:
        soft = [n for n in widths if columns[n].least and (columns[n].drop or not firm)]
        return max(soft, default=-1)

    def over() -> int:
        ends = {narrowed(), -1 if firm or columns[narrowed()].drop else 0} & widths.keys()
        return _excess(widths, width) - sum(_spare(columns[n], widths[n]) for n in ends)

    gone = []
    for n in sorted((n for n in widths if columns[n].drop), key=lambda n: columns[n].drop):
        excess = over()
        if excess <= 0:
            break
        if n != narrowed() and 0 < columns[n].least <= widths[n] - excess:
            widths[n] -= excess
            break
        gone.append(n)
        del widths[n]
    if over() > 0:
        return None
    for n in reversed(gone):
        widths[n] = wide[n]
        if over() > 0:
            del widths[n]
    # An id of 60 letters would otherwise cost the other columns.
    for n in sorted({narrowed(), 0} & widths.keys(), reverse=True):
        widths[n] -= min(max(_excess(widths, width), 0), _spare(columns[n], widths[n]))
    return dict(sorted(widths.items()))


def _excess(widths: Mapping[int, int], width: int) -> int:
    """Letters by which columns are wider than a screen."""
    return sum(widths.values()) + GAP * (len(widths) - 1) - width


def _spare(column: doc.Column, wide: int) -> int:
    """Letters by which a column may be narrowed."""
    return max(wide - column.least, 0) if column.least else 0


def _legend(grid: TextGrid, width: int) -> Iterator[str]:
    named = [pair for pair in zip(grid.names, grid.columns, strict=True) if pair[1].legend]
    pad = len(str(len(named)))
    for number, (name, column) in enumerate(named, start=1):
        text = f"{name}: {plain(column.legend)}"
        yield fold(text, width, " " * (pad + 2), f"{number:>{pad}}  ")


def _abouts(grid: TextGrid, limits: Mapping[int, int], width: int) -> Iterator[str]:
    limited_columns = ((grid.columns[n], limit) for n, limit in limits.items())
    abouts = (_about(c.days[-limit:]) if c.days else plain(c.about) for c, limit in limited_columns)
    folded_words = [fold(about, width) for about in abouts if about]
    yield from ["", *folded_words] if folded_words else []


def _about(days: Sequence[date]) -> str:
    return (
        f"trend: the last {counted(len(days), 'review')}, {days[0]} to {days[-1]}, of what was "
        "stated, or implied where nobody stated anything, in log odds: from ▁ to █ is the row's "
        f"own range, or {doc.LEAST_RANGE_DB:g} dB where that is less; blank where neither stood."
    )


def _stacked(grid: TextGrid, width: int) -> Iterator[str]:
    """A paragraph a line: its first cell, the others by name, below it what may be long."""
    indexes = [n for n, column in enumerate(grid.columns) if n and not column.drop]
    below = [n for n in indexes[-1:] if grid.columns[n].least]
    if " " in grid.names[0]:  # it says more than what its cells are
        yield fold(grid.names[0], width)
    for line in (*grid.lines, *([""] if grid.foot else []), *grid.foot):
        if isinstance(line, str):
            yield fold(line, width)
            continue
        labels = [
            _labelled(grid, n, line[n].text) for n in indexes if line[n].text and n not in below
        ]
        head = ": ".join(text for text in (line[0].text, ", ".join(labels)) if text)
        yield fold(head if labels else line[0].text, width, "    ", "")
        yield from (fold(line[n].text, width, "    ") for n in below if line[n].text)


def _labelled(grid: TextGrid, n: int, cell: str) -> str:
    """A cell with its column's name, which is its key where that is a sign."""
    column, name = grid.columns[n], " ".join(grid.names[n].split())
    if column.legend:
        return f"{name}={cell}"
    if not any(map(str.isalnum, name)):
        name = column.key.replace("_", " ")
    return f"{name} {cell}".strip()


_LEADING = re.compile(rf"(?<=  )[+{MINUS}][0-9.]+ dB(?=  )")
_LEAD = 6
"""Columns of a figure that leads an item, and of one in a sum."""
_WORTH = 15
_ROOM = 32
"""Fewest columns for text under an item; with fewer it begins further to the left."""


def write(document: doc.Document, width: int = 80, *, colour: bool = False) -> str:
    """The blocks one below the other, a blank line between those that do not belong together."""
    output = ""
    before: doc.Flat | None = None
    for block in flat(document):
        text = "\n".join(_lines(block, width, colour=colour))
        if text:
            is_headed = isinstance(before, doc.Heading) and before.level > 1
            is_joined = is_headed and not isinstance(block, doc.Heading)
            is_joined = is_joined or (isinstance(before, doc.Facts) and isinstance(block, doc.Sum))
            output += ("" if before is None else "\n" if is_joined else "\n\n") + text
            before = block
    return output


def _lines(block: doc.Flat, width: int, *, colour: bool) -> Iterable[str]:
    if isinstance(block, doc.Table):
        return draw(block, width, colour=colour)
    if isinstance(block, doc.Heading):
        return _heading(block, width, colour=colour)
    lines = _DRAWN[type(block)](block, width)
    return map(_coloured, lines) if colour and isinstance(block, doc.Items | doc.Sum) else lines


def _coloured(text: str) -> str:
    """The decibans that lead a text, by their sign."""
    return _LEADING.sub(lambda match: painted(match[0], sign_tone(match[0])), text, count=1)


def _heading(block: doc.Heading, width: int, *, colour: bool) -> Iterator[str]:
    text = fold(plain(block.text), width)
    yield from _heavy(text, colour=colour)
    if block.level == 2:  # noqa: PLR2004 - a section
        yield "-" * max(map(len, text.split("\n")))
    yield from (fold(plain(line), width) for line in block.under)


def _paragraph(block: doc.Paragraph, width: int) -> Iterator[str]:
    return (fold(plain(text), width) for text in (block.text, *block.lines))


def _rows(rows: Sequence[doc.Item], width: int, indent: str) -> Iterator[str]:
    """Each item hangs below its lead, and what stands under it begins there."""
    widest = max((len(plain(row.lead)) for row in rows), default=0)
    for row in rows:
        first, hang = indent + ("- " if row.bullet else ""), indent + "  "
        if row.lead:
            lead = printable(plain(row.lead)).ljust(widest)
            lead = _worth(row.lead, _LEAD) if isinstance(row.lead, doc.Figure) else lead
            first = f"{indent}{lead}  "
            hang = " " * len(first)
        yield fold(plain(row.text), width, hang, first)
        yield from _rows(row.under, width, hang if len(hang) + _ROOM <= width else "  ")


def _worth(figure: doc.Figure, columns: int) -> str:
    unit = f" {figure.unit}" if figure.unit == "dB" else ""
    return f"{plain(figure):>{columns}}{unit}"


def _facts(block: doc.Facts, width: int) -> Iterator[str]:
    widest = max(len(row.name) for row in block.rows)
    hang = " " * (widest + 4)
    for row in block.rows:
        yield fold(plain(row.text), width, hang, f"  {row.name:<{widest}}  ")
        if row.under:
            yield fold(plain(row.under), width, hang)


def _sum(block: doc.Sum, width: int) -> Iterator[str]:
    for term in (*block.terms, block.total):
        lead = f"{_worth(term.worth, _WORTH)}  "
        hang = " " * (len(lead) + 1)
        words = ": ".join(text for text in (plain(term.name), plain(term.why)) if text)
        yield fold(words, width, hang, lead)
        yield from (fold(plain(text), width, hang) for text in term.behind)


_DRAWN: dict[type[doc.Flat], Callable[[Any, int], Iterable[str]]] = {
    doc.Paragraph: _paragraph,
    doc.Items: lambda block, width: _rows(block.rows, width, ""),
    doc.Facts: _facts,
    doc.Sum: _sum,
}
