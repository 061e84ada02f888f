"""A document as one plain page of HTML that needs nothing from elsewhere and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
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
    Folded,
    Group,
    Heading,
    Item,
    Items,
    Jump,
    Link,
    Paragraph,
    Ref,
    Row,
    Span,
    Sum,
    Table,
    Term,
    Text,
    plain,
    spans,
)
from scenarios.render.text import MINUS
from scenarios.text import printable

Places = Collection[str]
"""The scenarios that a page has at `#s-` and their id."""
_ADDRESS = re.compile(r"https?://[^\s\\<>\"'`{|}^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)


def write(document: Document) -> str:
    """The whole page; each text is escaped, and what acts is spelled out."""
    heads = [plain(block.text) for block in document if isinstance(block, Heading)]
    rules = style()
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
{blocks(document)}
</main>
</body>
</html>"""


def blocks(document: Iterable[Block], places: Places = frozenset()) -> str:
    """The blocks alone; what is told of a scenario that has a place on the page leads to it."""
    return "\n".join(_BLOCKS[type(block)](block, places) for block in document)


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


def _told(text: Text, places: Places) -> str:
    return "".join(_span(span, places) for span in spans(text))


def _span(span: Span, places: Places) -> str:
    if isinstance(span, Figure):
        return _figure(span)
    read = f"<bdi>{_safe(plain(span))}</bdi>"
    if isinstance(span, Link) and (leads := address(span.address)):
        return f'<a href="{escape(leads)}" rel="noopener noreferrer">{read}</a>'
    if isinstance(span, Jump):
        return f'<a href="#{escape(span.anchor)}">{read}</a>'
    if isinstance(span, Ref) and span.kind == "scenario":
        owner = span.id.partition("/")[0]
        return f'<a href="#s-{escape(owner)}">{read}</a>' if owner in places else read
    return read


def _figure(figure: Figure) -> str:
    """A figure as it is read, with the exact one behind it."""
    read = plain(figure)
    if figure.value is None:
        return read
    way = {"+": "up", MINUS: "down"}.get(read[0]) if figure.unit == "points" else None
    kind = f' class="{way}"' if way else ""
    return f'<data value="{figure.value!r}"{kind}>{read}</data>'


def _heading(block: Heading, places: Places) -> str:
    name = f' id="{block.anchor}-h"' if block.anchor else ""
    head = f"<h{block.level}{name}>{_told(block.text, places)}</h{block.level}>"
    return "\n".join([head, *(f"<p>{_told(line, places)}</p>" for line in block.under)])


def _paragraph(block: Paragraph, places: Places) -> str:
    tone = f' class="{block.tone}"' if block.tone else ""
    told = "<br>".join(_told(line, places) for line in (block.text, *block.lines))
    return f"<p{tone}>{told}</p>"


def _folded(block: Folded, places: Places) -> str:
    head = block.heading
    name = f' id="{head.anchor}"' if head.anchor else ""
    under = Paragraph(head.under[0], head.under[1:]) if head.under else None
    inside = blocks((*([under] if under else []), *block.blocks), places)
    return f"<details{name}><summary>{_told(head.text, places)}</summary>{inside}</details>"


def _items(block: Items, places: Places) -> str:
    return _list(block.rows, places)


def _list(rows: Iterable[Item], places: Places) -> str:
    return f'<ul class="plain">{"".join(_item(row, places) for row in rows)}</ul>'


def _item(row: Item, places: Places) -> str:
    lead = f"{_with_unit(row.lead, places)} " if row.lead else ""
    under = _list(row.under, places) if row.under else ""
    return f"<li>{lead}{_told(row.text, places)}{under}</li>"


def _with_unit(text: Text, places: Places) -> str:
    unit = " dB" if isinstance(text, Figure) and text.unit == "dB" else ""
    return f"{_told(text, places)}{unit}"


def _facts(block: Facts, places: Places) -> str:
    rows = (
        f"<dt>{_safe(row.name)}</dt><dd>{_told(row.text, places)}</dd>"
        + (f"<dd>{_told(row.under, places)}</dd>" if row.under else "")
        for row in block.rows
    )
    return f"<dl>{''.join(rows)}</dl>"


def _table(table: Table, places: Places) -> str:
    if not table.rows:
        return f"<p>{_told(table.empty, places)}</p>" if table.empty else ""
    caption = f"<caption>{_told(table.caption, places)}</caption>" if table.caption else ""
    label = _safe(plain(table.caption) or f"By {table.columns[0].name}")
    names = (f'<th scope="col"{_n(c)}>{_safe(c.name)}</th>' for c in table.columns if _shown(c))
    foot = "".join(_row(table, row, places) for row in table.foot)
    note = f"<p>{_told(table.note, places)}</p>" if table.note else ""
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>{caption}'
        f"<thead><tr>{''.join(names)}</tr></thead><tbody>{''.join(_rows(table, places))}</tbody>"
        f"{f'<tfoot>{foot}</tfoot>' if foot else ''}</table></div>{note}"
    )


def _rows(table: Table, places: Places) -> Iterator[str]:
    columns = sum(map(_shown, table.columns))
    anchors = table.anchors or ("",) * len(table.rows)
    for row, anchor in zip(table.rows, anchors, strict=True):
        if isinstance(row, Group):
            told = _told(": ".join(filter(None, (row.name, row.about))), places)
            name = f'<th colspan="{columns}" scope="rowgroup">{told}</th>'
            yield f'</tbody><tbody><tr class="group">{name}</tr>'
            yield from (_row(table, cells, places) for cells in row.rows)
            yield "</tbody><tbody>"
        else:
            yield _row(table, row, places, anchor)


def _row(table: Table, cells: Row, places: Places, anchor: str = "") -> str:
    pairs = [(c, cell) for c, cell in zip(table.columns, cells, strict=True) if _shown(c)]
    (_, head), *others = pairs
    rest = "".join(f"<td{_n(column)}>{_told(cell, places)}</td>" for column, cell in others)
    name = f' id="{escape(anchor)}"' if anchor else ""
    return f'<tr{name}><th scope="row">{_told(head, places)}</th>{rest}</tr>'


def _shown(column: Column) -> bool:
    return not column.only


def _n(column: Column) -> str:
    return ' class="n"' if column.align == "right" else ""


def _sum(block: Sum, places: Places) -> str:
    terms = "".join(_term(term, "", places) for term in block.terms)
    total = _term(block.total, ' class="sum"', places)
    return f'<dl class="causes">{terms}{total}</dl>'


def _term(term: Term, kind: str, places: Places) -> str:
    told = ": ".join(_told(text, places) for text in (term.name, term.why) if text)
    behind = "".join(f"<br>{_told(text, places)}" for text in term.behind)
    return f"<div{kind}><dt>{_with_unit(term.worth, places)}</dt><dd>{told}{behind}</dd></div>"


def _chart(block: Chart, places: Places) -> str:
    return _table(block.table, places)


_BLOCKS: dict[type[Block], Callable[[Any, Places], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Facts: _facts,
    Table: _table,
    Sum: _sum,
    Chart: _chart,
    Folded: _folded,
}
