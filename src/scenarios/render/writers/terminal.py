"""A document as text for a terminal: what fits its width is decided here, and only here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scenarios.render.document import (
    Chart,
    Document,
    Facts,
    Figure,
    Flat,
    Heading,
    Item,
    Items,
    Paragraph,
    Sum,
    Table,
    Term,
    Text,
    flat,
    plain,
)
from scenarios.render.text import MINUS
from scenarios.render.writers.terminal_colour import painted, sign_tone
from scenarios.render.writers.terminal_table import draw
from scenarios.text import fold, printable

_LEADING = re.compile(rf"(?<=  )[+{MINUS}][0-9.]+ dB(?=  )")
_LEAD = 6
"""Columns of a figure that leads an item, and of one in a sum."""
_WORTH = 15
_ROOM = 32
"""Fewest columns for text under an item; with fewer it begins further to the left."""


def write(document: Document, width: int = 80, *, colour: bool = False) -> str:
    """The blocks one below the other, a blank line between those that do not belong together."""
    output = ""
    before: Flat | None = None
    for block in flat(document):
        text = "\n".join(_lines(block, width, colour=colour))
        if text:
            output += ("" if before is None else "\n" if _joined(before, block) else "\n\n") + text
            before = block
    return output


def _joined(above: Flat, below: Flat) -> bool:
    if isinstance(above, Heading):
        return above.level > 1 and not isinstance(below, Heading)
    return isinstance(above, Facts) and isinstance(below, Sum)


def _lines(block: Flat, width: int, *, colour: bool) -> Iterable[str]:
    if isinstance(block, Table | Chart):
        table = block.table if isinstance(block, Chart) else block
        return draw(table, width, colour=colour)
    lines = _DRAWN[type(block)](block, width)
    return map(_coloured, lines) if colour and isinstance(block, Items | Sum) else lines


def _coloured(text: str) -> str:
    """The decibans that lead a text, by their sign."""
    return _LEADING.sub(lambda match: painted(match[0], sign_tone(match[0])), text, count=1)


def _heading(block: Heading, width: int) -> Iterator[str]:
    text = fold(plain(block.text), width)
    yield text
    if block.level == 2:  # noqa: PLR2004 - a section
        yield "-" * max(map(len, text.split("\n")))
    yield from (fold(plain(line), width) for line in block.under)


def _paragraph(block: Paragraph, width: int) -> Iterator[str]:
    return (fold(plain(text), width) for text in (block.text, *block.lines))


def _items(block: Items, width: int) -> Iterator[str]:
    return _rows(block.rows, width, "")


def _rows(rows: Sequence[Item], width: int, indent: str) -> Iterator[str]:
    """Each item hangs below its lead, and what stands under it begins there."""
    widest = max((len(plain(row.lead)) for row in rows), default=0)
    for row in rows:
        first, hang = indent + ("- " if row.bullet else ""), indent + "  "
        if row.lead:
            first = f"{indent}{_lead(row.lead, widest)}  "
            hang = " " * len(first)
        yield fold(plain(row.text), width, hang, first)
        yield from _rows(row.under, width, hang if len(hang) + _ROOM <= width else "  ")


def _lead(lead: Text, widest: int) -> str:
    if isinstance(lead, Figure):
        return _worth(lead, _LEAD)
    return printable(plain(lead)).ljust(widest)


def _worth(figure: Figure, columns: int) -> str:
    unit = f" {figure.unit}" if figure.unit == "dB" else ""
    return f"{plain(figure):>{columns}}{unit}"


def _facts(block: Facts, width: int) -> Iterator[str]:
    widest = max(len(row.name) for row in block.rows)
    hang = " " * (widest + 4)
    for row in block.rows:
        yield fold(plain(row.text), width, hang, f"  {row.name:<{widest}}  ")
        if row.under:
            yield fold(plain(row.under), width, hang)


def _sum(block: Sum, width: int) -> Iterator[str]:
    for term in (*block.terms, block.total):
        lead = f"{_worth(term.worth, _WORTH)}  "
        hang = " " * (len(lead) + 1)
        yield fold(_told(term), width, hang, lead)
        yield from (fold(plain(text), width, hang) for text in term.behind)


def _told(term: Term) -> str:
    return ": ".join(part for part in (plain(term.name), plain(term.why)) if part)


_DRAWN: dict[type[Flat], Callable[[Any, int], Iterable[str]]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Facts: _facts,
    Sum: _sum,
}
