"""A document as one plain page of HTML that needs nothing from elsewhere and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import msgspec

from scenarios.render import document as doc
from scenarios.render.charts import svg
from scenarios.render.charts.draw import picture
from scenarios.render.charts.svg import NOWHERE, Places
from scenarios.render.document import Document, Figure, Text, grouped, plain, spans
from scenarios.render.templating import fill
from scenarios.render.text import on_screen
from scenarios.text import printable


class IndexEntry(msgspec.Struct, frozen=True):
    """A line of the index: what it is called, where it leads, a figure, and what is below it."""

    name: str
    href: str
    figure: str = ""
    under: tuple[IndexEntry, ...] = ()


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a page around its content, as trusted HTML.

    The style is read from the address of a `stylesheet`, or else stands in the page. `rules` are
    further styles, read from `rules_at` where that is given; `script` is the one that may run.
    Attributes of the content are in `main`. A page that `is_served` has its policy in the headers.
    """

    head: str = ""
    top: str = ""
    stylesheet: str = ""
    rules: str = ""
    rules_at: str = ""
    script: str = ""
    main: str = ""
    is_served: bool = False


ALONE = Around()
"""A page that needs nothing from elsewhere and runs nothing."""


def whole(
    title: str,
    content: str,
    index: Sequence[IndexEntry] = (),
    skips: Sequence[IndexEntry] = (),
    foot: str = "",
    around: Around = ALONE,
) -> str:
    """Write a page that loads nothing and runs nothing, except what `around` allows."""
    return fill(
        "page.html",
        title=title,
        content=content,
        index=index,
        skips=skips,
        foot=foot,
        around=around,
        policy=_policy(around),
        styles=_inner(around),
    )


def _policy(around: Around) -> str:
    """Content security policy of a page: its styles, and the script that it is made with."""
    own = " ".join(f"'sha256-{digest(rules)}'" for rules in _inner(around))
    # Firefox takes no file for the same origin: a page that is opened as one names the scheme.
    elsewhere = "'self' file: " if around.stylesheet else ""
    script = f"script-src 'sha256-{digest(around.script)}'; " if around.script else ""
    # The mark of a site stands beside its style.
    images = f"img-src {elsewhere.rstrip()}; " if elsewhere else ""
    styles = f"style-src {elsewhere}{own}".rstrip()
    return f"default-src 'none'; {styles}; {images}{script}base-uri 'none'; form-action 'none'"


def _inner(around: Around) -> list[str]:
    return [rules for rules in ("" if around.stylesheet else style(), around.rules) if rules]


def safe(text: str) -> str:
    """A text in which nothing acts."""
    return escape(printable(text))


@cache
def style() -> str:
    """The style sheet: colours of both schemes, then the rules."""
    rules = files("scenarios.render").joinpath("templates/page.css").read_text(encoding="utf-8")
    light, dark = svg.variables(svg.LIGHT), svg.variables(svg.DARK)
    schemes = f":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    paper = f"@media print{{:root{{{light}}}}}\n"
    return f"\n{schemes}{paper}{svg.page()}{rules}\n"


def digest(rules: str) -> str:
    """By which a page's policy knows its own style."""
    return base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()


_ADDRESS = re.compile(r"https?://[^\s\\<>\"'`{|}^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)
_ANCHORS = {"scenario": "s", "evidence": "e"}
_DAY = re.compile(r"\d{4}(-\d\d){1,2}")
_SECTION, _PART = 2, 3
_AROUND = {
    _SECTION: ("section", "<div>", "</div></section>"),
    _PART: ("article", "", "</article>"),
}
"""HTML around a heading of each level, and around what follows it."""
_FEW = 4


def write(document: Document) -> str:
    """The whole page; each text is escaped, and what acts is spelled out."""
    heads = [plain(block.text) for block in document if isinstance(block, doc.Heading)]
    return whole(heads[0] if heads else "scen", sections(document))


def sections(document: Iterable[doc.Block], places: Places = NOWHERE) -> str:
    """The blocks, with what stands under a heading around it."""
    parts: list[str] = []
    open_sections: list[tuple[int, str]] = []

    def close(level: int) -> None:
        while open_sections and open_sections[-1][0] >= level:
            parts.append(open_sections.pop()[1])

    for block in document:
        if isinstance(block, doc.Heading) and block.level in (_SECTION, _PART):
            close(block.level)
            begin, between, end = _AROUND[block.level]
            parts += [f"<{begin}{_id(block.anchor)}>", _heading(block, places), between]
            open_sections.append((block.level, end))
            continue
        if isinstance(block, doc.Folded):
            close(block.heading.level)
        parts.append(_BLOCKS[type(block)](block, places))
    close(_SECTION)
    return "\n".join(parts)


def blocks(document: Iterable[doc.Block], places: Places = NOWHERE) -> str:
    """Write the blocks alone; a mention of a record links to its place."""
    return "\n".join(_BLOCKS[type(block)](block, places) for block in document)


def address(url: str | None) -> str | None:
    """The url, if it may be a link: http or https, without blanks, quotes or what acts."""
    if url and _ADDRESS.fullmatch(url) and printable(url) == url:
        return url
    return None


def anchor(kind: str, id: str) -> str:
    """Key under which the place of a record, or of the record it is part of, is known."""
    return f"{_ANCHORS.get(kind, kind)}-{id.partition('/')[0]}"


def _id(anchor: str) -> str:
    return f' id="{escape(anchor)}"' if anchor else ""


def _text(text: Text, places: Places) -> str:
    return "".join(_span(span, places) for span in spans(text) if span != "")


def _span(span: doc.Span, places: Places) -> str:
    if isinstance(span, Figure):
        return _figure(span)
    if isinstance(span, doc.Tinted):
        return _span(span.text, places)
    read = f"<bdi>{safe(on_screen(plain(span)))}</bdi>"
    if isinstance(span, doc.Link) and (leads := address(span.address)):
        return f'<a href="{escape(leads)}" rel="noopener noreferrer">{read}</a>'
    if isinstance(span, doc.Jump):
        leads = places.get(span.anchor, f"#{span.anchor}")
        return f'<a href="{escape(leads)}">{read}</a>'
    if isinstance(span, doc.Ref) and span.kind:
        leads = places.get(anchor(span.kind, span.id))
        return f'<a href="{escape(leads)}">{read}</a>' if leads else read
    return read


def _figure(figure: Figure) -> str:
    """Figure as printed, with the exact value behind it."""
    read = plain(figure)
    return read if figure.value is None else f'<data value="{figure.value!r}">{read}</data>'


def _heading(block: doc.Heading, places: Places) -> str:
    head = f"<h{block.level}>{_text(block.text, places)}</h{block.level}>"
    return "\n".join([head, *(f"<p>{_text(line, places)}</p>" for line in block.under)])


def _paragraph(block: doc.Paragraph, places: Places) -> str:
    tone = f' class="{block.tone}"' if block.tone else ""
    lines = "<br>".join(_text(line, places) for line in (block.text, *block.lines))
    return f"<p{tone}>{lines}</p>"


def _folded(block: doc.Folded, places: Places) -> str:
    """Its place is inside, since only then does a link to it open it."""
    head = block.heading
    under = "".join(f" <span>{_text(line, places)}</span>" for line in head.under)
    tag = f"h{head.level}"
    return (
        f"<details><summary><{tag}>{_text(head.text, places)}</{tag}>{under}</summary>"
        f"<div{_id(head.anchor)}>{blocks(block.blocks, places)}</div></details>"
    )


def _list(rows: Iterable[doc.Item], places: Places) -> str:
    return f'<ul class="plain">{"".join(_item(row, places) for row in rows)}</ul>'


def _item(row: doc.Item, places: Places) -> str:
    lead = f"{_with_unit(row.lead, places)} " if row.lead else ""
    under = _list(row.under, places) if row.under else ""
    return f"<li{_id(row.anchor)}>{lead}{_text(row.text, places)}{under}</li>"


def _with_unit(text: Text, places: Places) -> str:
    unit = " dB" if isinstance(text, Figure) and text.unit == "dB" else ""
    return f"{_text(text, places)}{unit}"


def _facts(block: doc.Facts, places: Places) -> str:
    rows = ""
    for row in block.rows:
        name = row.name.lower()
        mark = f' class="{name}"' if name in ("stated", "implied") else ""
        rows += f"<div><dt{mark}>{safe(row.name)}</dt><dd>{_text(row.text, places)}</dd>"
        rows += (f"<dd>{_text(row.under, places)}</dd>" if row.under else "") + "</div>"
    return f'<dl class="facts">{rows}</dl>'


def _table(table: doc.Table, places: Places) -> str:
    if not table.rows:
        return f"<p>{_text(table.empty, places)}</p>" if table.empty else ""
    caption = f"<caption>{_text(table.caption, places)}</caption>" if table.caption else ""
    label = safe(plain(table.caption) or f"By {table.columns[0].name}")
    names = (f'<th scope="col"{_n(c)}>{safe(c.name)}</th>' for c in table.columns if not c.only)
    foot = "".join(_row(table, row, places) for row in table.foot)
    many = ' class="many"' if _many(table) else ""
    cells = (cell for _, row in grouped(table) for cell in row)
    tinted = " tinted" if any(isinstance(cell, doc.Tinted) for cell in cells) else ""
    note = f"<p>{_text(table.note, places)}</p>" if table.note else ""
    return (
        f'<div class="scroll{tinted}" role="group" aria-label="{label}" tabindex="0">'
        f"<table{many}>{caption}"
        f"<thead><tr>{''.join(names)}</tr></thead><tbody>{''.join(_rows(table, places))}</tbody>"
        f"{f'<tfoot>{foot}</tfoot>' if foot else ''}</table></div>{note}"
    )


def _rows(table: doc.Table, places: Places) -> Iterator[str]:
    columns = sum(not column.only for column in table.columns)
    none = ("",) * len(table.rows)
    rows = zip(table.rows, table.anchors or none, table.words or none, strict=True)
    for row, anchor, words in rows:
        if isinstance(row, doc.Group):
            head = _text(": ".join(filter(None, (row.name, row.about))), places)
            name = f'<th colspan="{columns}" scope="rowgroup">{head}</th>'
            yield f'</tbody><tbody><tr class="group">{name}</tr>'
            yield from (_row(table, cells, places) for cells in row.rows)
            yield "</tbody><tbody>"
        else:
            data = f' data-is="{escape(words)}"' if words else ""
            yield _row(table, row, places, _id(anchor) + data)


def _row(table: doc.Table, cells: doc.Row, places: Places, name: str = "") -> str:
    head, *others = (
        (column, cell) for column, cell in zip(table.columns, cells, strict=True) if not column.only
    )
    rest = ""
    for column, cell in others:
        of = f' data-of="{safe(column.name)}"' if _many(table) else ""
        rest += f"<td{_n(column, cell)}{of}>{_text(cell, places)}</td>"
    return f'<tr{name}><th scope="row">{_text(head[1], places)}</th>{rest}</tr>'


def _many(table: doc.Table) -> bool:
    """True for more columns than fit on a phone, where each cell then has its column's name."""
    return sum(not column.only for column in table.columns) > _FEW


def _n(column: doc.Column, cell: Text = "") -> str:
    """Figures to the right, and grounds; a cell of words may have no figures."""
    if isinstance(cell, doc.Tinted):
        return f' class="{svg.tint(cell.decibans) or "even"}"'
    if isinstance(cell, str) and _DAY.fullmatch(cell):
        return ' class="day"'
    return ' class="n"' if column.align == "right" else ""


def _sum(block: doc.Sum, places: Places) -> str:
    terms = "".join(_term(term, "", places) for term in block.terms)
    total = _term(block.total, ' class="sum"', places)
    return f'<dl class="causes">{terms}{total}</dl>'


def _term(term: doc.Term, kind: str, places: Places) -> str:
    words = ": ".join(_text(text, places) for text in (term.name, term.why) if text)
    behind = "".join(f"<br>{_text(text, places)}" for text in term.behind)
    return f"<div{kind}><dt>{_with_unit(term.worth, places)}</dt><dd>{words}{behind}</dd></div>"


def _chart(block: doc.Chart, places: Places) -> str:
    """The drawing, with its table folded behind it; the table alone where nothing is drawn."""
    table = _table(block.table, places)
    if block.drawing is None:
        return table
    rows = {anchor: f"#{anchor}" for anchor in block.table.anchors}
    both: Places = ChainMap(rows, places)  # type: ignore[arg-type]
    drawn = picture(block.drawing, block.label, both)
    return (
        f"<figure>{drawn}<figcaption>{safe(block.label)}</figcaption>"
        f"<details><summary>As a table</summary>{table}</details></figure>"
    )


_BLOCKS: dict[type[doc.Block], Callable[[Any, Places], str]] = {
    doc.Heading: _heading,
    doc.Paragraph: _paragraph,
    doc.Items: lambda block, places: _list(block.rows, places),
    doc.Facts: _facts,
    doc.Table: _table,
    doc.Sum: _sum,
    doc.Chart: _chart,
    doc.Folded: _folded,
}
