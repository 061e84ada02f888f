"""The tables of a document as CSV (RFC 4180); where it has none, its lists, facts and sums.

Figures are numbers, blanks empty. Of several each stands under its heading, after a blank line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scenarios.render.document import (
    Chart,
    Document,
    Facts,
    Figure,
    Flat,
    Group,
    Heading,
    Item,
    Items,
    Ref,
    Sum,
    Table,
    Term,
    Text,
    Tinted,
    flat,
    plain,
)
from scenarios.text import printable

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""A spreadsheet may run a cell that begins so: with a sign, or what it takes for one."""
Cells = Sequence[Text | None]


def write(document: Document) -> str:
    """Every table, or else every block that has rows."""
    heading: Text = ""
    tables: list[tuple[Text, list[Cells]]] = []
    blocks = tuple(flat(document))
    kinds = (Table, Chart) if any(isinstance(b, Table | Chart) for b in blocks) else tuple(_ROWS)
    for block in blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, kinds):
            caption = block.caption if isinstance(block, Table) else ""
            tables.append((caption or heading, list(_ROWS[type(block)](block))))
            heading = ""
    several = len(tables) > 1
    return "\n".join(_text(rows, title if several else "") for title, rows in tables)[:-1]


def _text(rows: Iterable[Cells], title: Text) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if title:
        lines.writerow([_cell(title)])
    lines.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(text: Text | None) -> float | str | None:
    """A text that a spreadsheet would run is led by an apostrophe; a number stays one."""
    if isinstance(text, Tinted):
        text = text.text
    if isinstance(text, Figure):
        value = text.value
        return round(value, 6) + 0.0 if isinstance(value, float) else value
    if not text:
        return None
    shown = text.id if isinstance(text, Ref) else plain(text)
    return printable("'" + shown if _FORMULA.match(shown) else shown)


def _table(table: Table) -> Iterator[Cells]:
    kept = [n for n, column in enumerate(table.columns) if column.only != "terminal"]
    names = [column.key or column.name for column in table.columns]
    by = [table.by] if any(isinstance(row, Group) for row in table.rows) else []
    first, *others = (names[n] for n in kept)
    yield [first, *by, *others]
    for row in (*table.rows, *table.foot):
        group = row.name if isinstance(row, Group) else ""
        for cells in row.rows if isinstance(row, Group) else (row,):
            kept_cells = [cells[n] for n in kept]
            yield [kept_cells[0], group, *kept_cells[1:]] if by else kept_cells


def _sum(block: Sum) -> Iterator[Cells]:
    yield ["decibans" if block.total.worth.unit == "dB" else block.total.worth.unit, "line", "why"]
    yield from map(_term, (*block.terms, block.total))


def _term(term: Term) -> Cells:
    behind = [plain(text) for text in term.behind]
    return [term.worth, term.name, "; ".join(filter(None, [plain(term.why), *behind]))]


def _items(block: Items) -> Iterator[Cells]:
    yield ["level", "lead", "text"] if any(row.lead for row in block.rows) else ["level", "text"]
    yield from _rows(block.rows, 1, leads=any(row.lead for row in block.rows))


def _rows(rows: Iterable[Item], level: int, *, leads: bool) -> Iterator[Cells]:
    for row in rows:
        lead = [row.lead] if leads else []
        yield [Figure(level), *lead, row.text]
        yield from _rows(row.under, level + 1, leads=leads)


def _facts(block: Facts) -> Iterator[Cells]:
    yield ["name", "text", "why"]
    yield from ([row.name, row.text, row.under] for row in block.rows)


def _chart(block: Chart) -> Iterator[Cells]:
    return _table(block.table)


_ROWS: dict[type[Flat], Callable[[Any], Iterator[Cells]]] = {
    Table: _table,
    Chart: _chart,
    Sum: _sum,
    Items: _items,
    Facts: _facts,
}
