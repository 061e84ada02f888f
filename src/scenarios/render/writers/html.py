"""A document as one plain page of HTML that needs nothing from elsewhere and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from importlib.resources import files
from typing import Any

from scenarios.render.charts import palette
from scenarios.render.document import (
    Block,
    Chart,
    Column,
    Document,
    Facts,
    Figure,
    Group,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Row,
    Span,
    Sum,
    Table,
    Term,
    Text,
    plain,
    spans,
)
from scenarios.text import printable

_ADDRESS = re.compile(r"https?://[^\s\\<>\"'`{|}^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)


def write(document: Document) -> str:
    """The whole page; each text is escaped, and what acts is spelled out."""
    heads = [plain(block.text) for block in document if isinstance(block, Heading)]
    rules = style()
    body = "\n".join(_BLOCKS[type(block)](block) for block in document)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'sha256-{digest(rules)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{_safe(heads[0] if heads else "scen")}</title>
<style>{rules}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>"""


def style() -> str:
    """The style sheet: colours of both schemes, then the rules."""
    rules = files("scenarios.render").joinpath("templates/page.css").read_text(encoding="utf-8")
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    schemes = f":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    paper = f"@media print{{:root{{{light}}}}}\n"
    return f"\n{schemes}{paper}{rules}{palette.classes()}\n"


def digest(rules: str) -> str:
    """By which a page's policy knows its own style."""
    return base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()


def address(url: str | None) -> str | None:
    """The url, if it may be a link: http or https, without blanks, quotes or what acts."""
    if url and _ADDRESS.fullmatch(url) and printable(url) == url:
        return url
    return None


def _safe(text: str) -> str:
    return escape(printable(text))


def _told(text: Text) -> str:
    return "".join(map(_span, spans(text)))


def _span(span: Span) -> str:
    if isinstance(span, Figure):
        if span.value is None:
            return plain(span)
        return f'<data value="{span.value!r}">{plain(span)}</data>'
    read = f"<bdi>{_safe(plain(span))}</bdi>"
    if isinstance(span, Link) and (leads := address(span.address)):
        return f'<a href="{escape(leads)}" rel="noreferrer">{read}</a>'
    return read


def _heading(block: Heading) -> str:
    head = f"<h{block.level}>{_told(block.text)}</h{block.level}>"
    return "\n".join([head, *(f"<p>{_told(line)}</p>" for line in block.under)])


def _paragraph(block: Paragraph) -> str:
    return f"<p>{'<br>'.join(map(_told, (block.text, *block.lines)))}</p>"


def _items(block: Items) -> str:
    return _list(block.rows)


def _list(rows: Iterable[Item]) -> str:
    return f'<ul class="plain">{"".join(map(_item, rows))}</ul>'


def _item(row: Item) -> str:
    lead = f"{_with_unit(row.lead)} " if row.lead else ""
    return f"<li>{lead}{_told(row.text)}{_list(row.under) if row.under else ''}</li>"


def _with_unit(text: Text) -> str:
    unit = " dB" if isinstance(text, Figure) and text.unit == "dB" else ""
    return f"{_told(text)}{unit}"


def _facts(block: Facts) -> str:
    rows = (
        f"<dt>{_safe(row.name)}</dt><dd>{_told(row.text)}</dd>"
        + (f"<dd>{_told(row.under)}</dd>" if row.under else "")
        for row in block.rows
    )
    return f"<dl>{''.join(rows)}</dl>"


def _table(table: Table) -> str:
    if not table.rows:
        return f"<p>{_told(table.empty)}</p>" if table.empty else ""
    caption = f"<caption>{_told(table.caption)}</caption>" if table.caption else ""
    names = (f'<th scope="col"{_n(c)}>{_safe(c.name)}</th>' for c in table.columns if _shown(c))
    foot = "".join(_row(table, row) for row in table.foot)
    note = f"<p>{_told(table.note)}</p>" if table.note else ""
    return (
        f'<div class="scroll"><table>{caption}<thead><tr>{"".join(names)}</tr></thead>'
        f"<tbody>{''.join(_rows(table))}</tbody>{f'<tfoot>{foot}</tfoot>' if foot else ''}"
        f"</table></div>{note}"
    )


def _rows(table: Table) -> Iterator[str]:
    columns = sum(map(_shown, table.columns))
    for row in table.rows:
        if isinstance(row, Group):
            name = f'<th colspan="{columns}" scope="rowgroup">{_told(row.name)}</th>'
            yield f'</tbody><tbody><tr class="group">{name}</tr>'
            yield from (_row(table, cells) for cells in row.rows)
            yield "</tbody><tbody>"
        else:
            yield _row(table, row)


def _row(table: Table, cells: Row) -> str:
    pairs = [(c, cell) for c, cell in zip(table.columns, cells, strict=True) if _shown(c)]
    (_, head), *others = pairs
    rest = "".join(f"<td{_n(column)}>{_told(cell)}</td>" for column, cell in others)
    return f'<tr><th scope="row">{_told(head)}</th>{rest}</tr>'


def _shown(column: Column) -> bool:
    return not column.only


def _n(column: Column) -> str:
    return ' class="n"' if column.align == "right" else ""


def _sum(block: Sum) -> str:
    terms = "".join(_term(term, "") for term in block.terms)
    total = _term(block.total, ' class="sum"')
    return f'<dl class="causes">{terms}{total}</dl>'


def _term(term: Term, kind: str) -> str:
    told = ": ".join(_told(text) for text in (term.name, term.why) if text)
    behind = "".join(f"<br>{_told(text)}" for text in term.behind)
    return f"<div{kind}><dt>{_with_unit(term.worth)}</dt><dd>{told}{behind}</dd></div>"


def _chart(block: Chart) -> str:
    return _table(block.table)


_BLOCKS: dict[type[Block], Callable[[Any], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Facts: _facts,
    Table: _table,
    Sum: _sum,
    Chart: _chart,
}
