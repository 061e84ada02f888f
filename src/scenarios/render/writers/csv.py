"""The tables of a document as CSV (RFC 4180); where it has none, its lists, facts and sums.

Figures are numbers, blanks empty. Of several each stands under its heading, after a blank line.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scenarios.render import document as doc
from scenarios.render.document import Document, Figure, Text, flat, grouped, plain
from scenarios.text import printable

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""A spreadsheet may run a cell that begins so: with a sign, or what it takes for one."""
Cells = Sequence[Text | None]


def write(document: Document) -> str:
    """Write every table, or else every block that has rows."""
    heading: Text = ""
    tables: list[tuple[Text, list[Cells]]] = []
    blocks = tuple(flat(document))
    kinds = (doc.Table,) if any(isinstance(b, doc.Table) for b in blocks) else tuple(_ROWS)
    for block in blocks:
        if isinstance(block, doc.Heading):
            heading = block.text
        elif isinstance(block, kinds):
            caption = block.caption if isinstance(block, doc.Table) else ""
            tables.append((caption or heading, list(_ROWS[type(block)](block))))
            heading = ""
    several = len(tables) > 1
    return "\n".join(_text(rows, title if several else "") for title, rows in tables)[:-1]


def records(document: Document) -> list[dict[str, float | str | None]]:
    """Return the rows of the first table, or else of the first block that has rows, by column."""
    blocks = sorted(flat(document), key=lambda block: not isinstance(block, doc.Table))
    head, *rows = next((_ROWS[type(b)](b) for b in blocks if type(b) in _ROWS), iter(((),)))
    names = [plain(name or "") for name in head]
    return [dict(zip(names, (_cell(c, quoted=False) for c in row), strict=True)) for row in rows]


def _text(rows: Iterable[Cells], title: Text) -> str:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if title:
        lines.writerow([_cell(title)])
    lines.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(text: Text | None, *, quoted: bool = True) -> float | str | None:
    """A number stays one; if `quoted`, an apostrophe leads a text that a spreadsheet would run."""
    if isinstance(text, doc.ShadedCell):
        text = text.text
    if isinstance(text, Figure):
        value = text.value
        return round(value, 6) + 0.0 if isinstance(value, float) else value
    if not text:
        return None
    content = text.id if isinstance(text, doc.Ref) else plain(text)
    return printable("'" + content if quoted and _FORMULA.match(content) else content)


def _table(table: doc.Table) -> Iterator[Cells]:
    indexes = [n for n, column in enumerate(table.columns) if column.only != "terminal"]
    names = [column.key or column.name for column in table.columns]
    by = [table.by] if any(isinstance(row, doc.Group) for row in table.rows) else []
    first, *others = (names[n] for n in indexes)
    yield [first, *by, *others]
    for group, row in grouped(table):
        cells = [row[n] for n in indexes]
        yield [cells[0], group.name if group else "", *cells[1:]] if by else cells


def _sum(block: doc.Sum) -> Iterator[Cells]:
    yield ["decibans" if block.total.worth.unit == "dB" else block.total.worth.unit, "line", "why"]
    for term in (*block.terms, block.total):
        reasons = [plain(text) for text in (term.why, *term.behind)]
        yield [term.worth, term.name, "; ".join(filter(None, reasons))]


def _items(block: doc.Items) -> Iterator[Cells]:
    leads = any(row.lead for row in block.rows)
    yield ["level", "lead", "text"] if leads else ["level", "text"]
    yield from _rows(block.rows, 1, leads=leads)


def _rows(rows: Iterable[doc.Item], level: int, *, leads: bool) -> Iterator[Cells]:
    for row in rows:
        lead = [row.lead] if leads else []
        yield [Figure(level), *lead, row.text]
        yield from _rows(row.under, level + 1, leads=leads)


def _facts(block: doc.Facts) -> Iterator[Cells]:
    yield ["name", "text", "why"]
    yield from ([row.name, row.text, row.under] for row in block.rows)


_ROWS: dict[type[doc.Flat], Callable[[Any], Iterator[Cells]]] = {
    doc.Table: _table,
    doc.Sum: _sum,
    doc.Items: _items,
    doc.Facts: _facts,
}
