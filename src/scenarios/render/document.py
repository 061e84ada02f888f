"""Documents: the headings, paragraphs, lists, tables, sums and charts of every result.

It has no width, no colour and no mark-up: a writer adds them. A text is one span or several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import msgspec

from scenarios.model import Database, Kind
from scenarios.render.text import MINUS, signed
from scenarios.scales import HIGHEST, decibans, has_moved, held, pair_digits, percent

Places = Mapping[str, str]
"""Where an anchor is found: of a section, of a scenario (`s-ID`) or of evidence (`e-ID`).

A mark of a chart leads to one of them, and to nothing else.
"""
NOWHERE: Places = MappingProxyType({})
BLANK = "·"
"""Stands for a gap in a trend."""
BARS = "▁▂▃▄▅▆▇█"
_TINY = 1e-9
"""Added before rounding, so that figures that do not move stay on one level."""
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
        first, last = sorted((_position(before), _position(now)))
        cells[first : last + 1] = "─" * (last + 1 - first)
    if implied is not None:
        cells[_position(implied)] = "×"
    if before is not None:
        cells[_position(before)] = "○"
    cells[_position(now)] = "●"
    return "".join(cells)


def _position(probability: float) -> int:
    share = decibans(held(probability)) / decibans(HIGHEST)
    return round((share + 1) / 2 * (_CELLS - 1))


Unit = Literal["p", "dB", "points", "bits", "number", "ratio"]
"""`dB` and `points` are read with their sign, a `ratio` with as many digits as count."""
Meaning = Literal["", "move", "attention", "state", "grade", "rating", "strip"]
"""The kind of a column's cells, by which a writer may colour them."""
_LARGE = 9.95
"""Points from which a move is printed without a decimal."""
_DIGITS: dict[Unit, int] = {"dB": 1, "bits": 3, "number": 0}


class Figure(msgspec.Struct, frozen=True):
    """A number, how it is read, and a mark behind it; None where there is none to tell."""

    value: float | None
    unit: Unit = "number"
    digits: int | None = None
    mark: str = ""


class Ref(msgspec.Struct, frozen=True):
    """A reference by id, shown by its label; `kind` is set for a record or a part of one.

    A `strong` one leads a row that stands out.
    """

    id: str
    kind: Kind | None = None
    label: str = ""
    strong: bool = False


class Link(msgspec.Struct, frozen=True):
    """A label that leads to an address, if that is one of the web.

    Where there are pages of items, one of the item with an `id` leads to that.
    """

    label: str
    address: str | None
    id: str = ""


class AnchorLink(msgspec.Struct, frozen=True):
    """A label that leads to a section of the same document, by its anchor."""

    label: str
    anchor: str


class Trend(msgspec.Struct, frozen=True):
    """Probabilities on the days of its column, oldest first; None is a gap."""

    values: tuple[float | None, ...]


class ShadedCell(msgspec.Struct, frozen=True):
    """A text on a ground that is the deeper the more decibans it is worth."""

    text: str | Figure
    decibans: float


Span = str | Figure | Ref | Link | AnchorLink | Trend | ShadedCell
Text = Span | tuple[Span, ...]


class Heading(msgspec.Struct, frozen=True):
    """A heading of the document (1), of a section (2) or of a part (3, 4), with lines under it.

    `anchor` names a section that a page leads to; `asks` that which explains its words.
    """

    level: Literal[1, 2, 3, 4]
    text: Text
    under: tuple[Text, ...] = ()
    anchor: str = ""
    asks: str = ""


class Paragraph(msgspec.Struct, frozen=True):
    """Text; each further part begins a new line. A toned one is set apart from what is around.

    Of a `lead` that is the first part; a `kicker` stands above a heading.
    """

    text: Text
    lines: tuple[Text, ...] = ()
    tone: Literal["", "lead", "kicker", "notice", "attention", "quote", "file"] = ""


class Item(msgspec.Struct, frozen=True):
    """An entry of a list, with what leads it and what stands under it; a page leads to `anchor`."""

    text: Text
    under: tuple[Item, ...] = ()
    lead: Text = ""
    bullet: bool = False
    anchor: str = ""


class Items(msgspec.Struct, frozen=True):
    """A list, whose rows nest."""

    rows: tuple[Item, ...]


class Fact(msgspec.Struct, frozen=True):
    name: str
    text: Text
    under: Text = ""


class Facts(msgspec.Struct, frozen=True):
    rows: tuple[Fact, ...]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a table, and how it gives way where that is wider than the page.

    The one with the lowest `drop` is left out first; 0 always stays. One with a `least` may be
    narrowed to that width, folded or, if `cut`, cut. `extra` ones want a wide page. Names that have
    a `legend` may give way to numbers. `key` is the name for programs, `about` says below
    the table how to read a column.
    """

    name: str
    key: str = ""
    align: Literal["left", "right"] = "left"
    drop: int = 0
    least: int = 0
    cut: bool = False
    extra: bool = False
    legend: Text = ""
    only: Literal["", "terminal", "csv"] = ""
    about: Text = ""
    days: tuple[date, ...] = ()
    meaning: Meaning = ""


Row = tuple[Text, ...]


class Group(msgspec.Struct, frozen=True):
    """Rows that belong together, under their name; `about` says more, where there is room."""

    name: str
    rows: tuple[Row, ...]
    about: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, in groups or not, over those of the foot; `by` names what groups them.

    `caption` stands above, `note` below, `empty` in its place where there are no rows. `narrow`
    says the same in fewer columns, where it is wider than the page. `anchors` name the rows of a
    table without groups, one each, so that the marks of a picture lead to them. `words` are what a
    page can choose those rows by.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row | Group, ...]
    foot: tuple[Row, ...] = ()
    by: str = "group"
    caption: Text = ""
    note: Text = ""
    empty: Text = ""
    narrow: Table | None = None
    anchors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class SumTerm(msgspec.Struct, frozen=True):
    """A part of a sum: what it is worth, what it is, why, and what stands behind it."""

    worth: Figure
    name: Text
    why: Text = ""
    behind: tuple[Text, ...] = ()


class Sum(msgspec.Struct, frozen=True):
    terms: tuple[SumTerm, ...]
    total: SumTerm


class Chart(msgspec.Struct, frozen=True):
    """Typed data that a page draws; the table says the same, where nothing is drawn."""

    label: str
    drawing: Any
    table: Table


class CollapsedSection(msgspec.Struct, frozen=True):
    """Blocks that a page keeps closed under their heading until a reader opens them."""

    heading: Heading
    blocks: tuple[Block, ...]


Flat = Heading | Paragraph | Items | Facts | Table | Sum
Block = Flat | Chart | CollapsedSection
Document = tuple[Block, ...]


def flat(document: Iterable[Block]) -> Iterator[Flat]:
    """The blocks of a document where nothing can be folded and nothing is drawn."""
    for block in document:
        if isinstance(block, CollapsedSection):
            yield block.heading
            yield from flat(block.blocks)
        else:
            yield block.table if isinstance(block, Chart) else block


def grouped(table: Table) -> Iterator[tuple[Group | None, Row]]:
    """Each row of a table and of its foot, with its group."""
    for row in (*table.rows, *table.foot):
        if isinstance(row, Group):
            yield from ((row, cells) for cells in row.rows)
        else:
            yield None, row


def spans(text: Text) -> tuple[Span, ...]:
    return text if isinstance(text, tuple) else (text,)


def plain(text: Text) -> str:
    """Return a text as it is read; nothing in it is escaped."""
    return "".join(map(_read, text)) if isinstance(text, tuple) else _read(text)


def move(before: float | None, after: float) -> Text:
    """A change in points; empty without an earlier figure."""
    return Figure((after - before) * 100, "points") if before is not None else ""


def change_of(before: float, after: float) -> Text:
    """A probability before and after, and the change in points.

    Two that print alike are printed once; "unchanged" moved by no printed point.
    """
    change = move(before, after)
    if plain(change) == "0":
        return Figure(after, "p"), ", unchanged"
    places = pair_digits(before, after)
    step = (Figure(before, "p", places), " → ") if has_moved(before, after) else ()
    return *step, Figure(after, "p", places), ", ", *spans(change), " points"


def section(
    text: Text, rows: Iterable[Item], level: Literal[2, 3] = 2, **heading: Any
) -> Iterator[Flat]:
    """Yield a list under its heading; nothing where it has no entry."""
    if entries := tuple(rows):
        yield Heading(level, text, **heading)
        yield Items(entries)


def lines(*texts: Text) -> Paragraph:
    return Paragraph(texts[0], texts[1:])


def _read(span: Span) -> str:
    if isinstance(span, str):
        return span
    if isinstance(span, Figure):
        return _figure(span) + span.mark
    if isinstance(span, Ref):
        return span.label or span.id
    if isinstance(span, ShadedCell):
        return _read(span.text)
    return span.label if isinstance(span, Link | AnchorLink) else sparkline(span.values)


def _figure(figure: Figure) -> str:
    value, unit, digits = figure.value, figure.unit, figure.digits
    if value is None:
        return "–"
    if unit == "p":
        return percent(value, digits)
    if unit == "ratio":
        return f"{value:g}" if digits is None else f"{float(f'{value:.{digits}g}'):g}"
    if unit == "points":
        return signed(value, 0 if abs(value) >= _LARGE else 1)
    digits = _DIGITS[unit] if digits is None else digits
    if unit == "dB":
        return signed(value, digits)
    text = f"{value:.{digits}f}".replace("-", MINUS)
    return text if text.strip(f"{MINUS}0.") else text.removeprefix(MINUS)


Part = TypeVar("Part")


def titled(node: Part, database: Database) -> Part:
    """A document, or a part of one, with the title of what each reference names by its id."""
    if isinstance(node, Ref):
        label = node.label or node.id
        title = _title(node, database) if node.id in label else ""
        return msgspec.structs.replace(node, label=label.replace(node.id, title)) if title else node
    if isinstance(node, tuple):
        items = [titled(item, database) for item in node]
        same = all(new is old for new, old in zip(items, node, strict=True))
        return node if same else tuple(items)  # type: ignore[return-value]
    if isinstance(node, msgspec.Struct):
        fields = {name: getattr(node, name) for name in node.__struct_fields__}
        changed = {n: new for n, old in fields.items() if (new := titled(old, database)) is not old}
        return msgspec.structs.replace(node, **changed) if changed else node
    return node


def _title(ref: Ref, database: Database) -> str:
    owner, _, indicator = ref.id.partition("/")
    if ref.kind is None and ref.id in database.tracker.sets:
        return database.tracker.sets[ref.id]
    if ref.kind in (None, "evidence") and ref.id in database.evidence:
        return database.evidence[ref.id].summary
    if ref.kind == "source" and ref.id in database.sources:
        return database.sources[ref.id].name
    if ref.kind != "source" and owner in database.scenarios:
        scenario = database.scenarios[owner]
        if not indicator:
            return scenario.title
        return scenario.indicators[indicator].statement if indicator in scenario.indicators else ""
    return ""
