"""A document as GitHub-flavoured Markdown, in which each text means itself and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from scenarios.paths import path_of
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
    Link,
    Paragraph,
    Ref,
    Row,
    Span,
    Sum,
    Table,
    Term,
    Text,
    flat,
    plain,
    spans,
)
from scenarios.text import printable

_WORD = re.compile(r"[^\s`|<>\[\]\\]+")
_BEFORE, _AFTER = "\"'([“«", "\"')]”».,;:!?"
_ACTS = re.compile(r"//|www\.|@|[#!]\d|\bgh-\d|:[\w+-]+:|\S\.[^\W\d_]{2}", re.IGNORECASE)
"""Patterns that a code host turns into a link, mention, reference or picture after it has undone
every escape: addresses, @names, #1, !1, GH-1, :words:. It leaves code alone.
"""
_SIGN = re.compile(r"[\\`*_{}\[\]~|^$#!<>&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_LEADING = re.compile(r"\A([0-9]+(?=[.)]))?([-+=:.)])")
_BLANKS = re.compile(r"\s+")
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_AS_IT_IS = "%/:?#@!$&'*+,;=~"


def write(document: Document, root: str | None = None) -> str:
    """The blocks; records lead to their files where `root` is the path to the database."""
    parts = (_BLOCKS[type(block)](block, root) for block in flat(document))
    return "\n\n".join(part for part in parts if part)


def text(value: str) -> str:
    """The text in one line, for any place: a paragraph, a heading, a list, a link, a table cell.

    No `<` stands in it. What a code host would act on is shown as code.
    """
    line = _inline(" ".join(printable(value).split()))
    return _LEADING.sub(r"\1\\\2", line, count=1)


def link(label: str, address: str | None) -> str:
    """The label, leading to the address if that is one of the web: http or https."""
    if address is None or not _WEB.match(address):
        return text(label)
    return _link(label or address, quote(address, safe=_AS_IT_IS))


def file_link(label: str, path: str) -> str:
    """The label, leading to a file by its path from where the page lies."""
    return _link(label, quote(path, errors="surrogateescape"))


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()
) -> str:
    """A table of cells that are Markdown already; `right` names the columns of figures."""
    rules = ["---:" if n in right else "---" for n in range(len(headers))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headers, rules, *rows))


def _told(value: Text, root: str | None) -> str:
    """A text in one line, with its links."""
    text, run = "", ""
    for span in spans(value):
        own = plain(span) if isinstance(span, Figure) else _leading(span, root)
        if own:
            text, run = text + _inline(_BLANKS.sub(" ", printable(run))) + own, ""
        else:
            run += plain(span)
    whole = (text + _inline(_BLANKS.sub(" ", printable(run)))).strip()
    is_figure = isinstance(spans(value)[0], Figure)
    return whole if is_figure else _LEADING.sub(r"\1\\\2", whole, count=1)


def _leading(span: Span, root: str | None) -> str:
    if isinstance(span, Link):
        return link(span.label, span.address)
    if isinstance(span, Ref) and span.kind and root is not None:
        owner = span.id.partition("/")[0]
        return file_link(span.label or span.id, f"{root}/{path_of(span.kind, owner)}")
    return ""


def _heading(block: Heading, root: str | None) -> str:
    head = f"{'#' * block.level} {_told(block.text, root)}"
    return "\n\n".join([head, *(_told(line, root) for line in block.under)])


def _paragraph(block: Paragraph, root: str | None) -> str:
    lines = "\\\n".join(_told(line, root) for line in (block.text, *block.lines))
    return "> " + lines.replace("\n", "\n> ") if block.tone else lines


def _items(block: Items, root: str | None) -> str:
    return "\n".join(_rows(block.rows, "", root))


def _rows(rows: Iterable[Item], indent: str, root: str | None) -> Iterator[str]:
    for row in rows:
        words = (*_led(row.lead), *spans(row.text))
        yield f"{indent}- {_told(words, root)}"
        yield from _rows(row.under, indent + "  ", root)


def _led(lead: Text) -> Iterator[Span]:
    """Lead of an item, with its unit."""
    if lead:
        yield from spans(lead)
        yield " dB  " if isinstance(lead, Figure) and lead.unit == "dB" else "  "


def _facts(block: Facts, root: str | None) -> str:
    rows = (
        ((row.name, " ", *spans(row.text)), f": {_told(row.under, root)}" if row.under else "")
        for row in block.rows
    )
    return "\n".join(f"- {_told(row, root)}{why}" for row, why in rows)


def _table(block: Table, root: str | None) -> str:
    kept = [n for n, column in enumerate(block.columns) if not column.only]
    rows = [[_told(cells[n], root) for n in kept] for cells in _flat(block)]
    names = [text(block.columns[n].name) for n in kept]
    right = [n for n, at in enumerate(kept) if block.columns[at].align == "right"]
    if any(isinstance(row, Group) for row in block.rows):
        names.insert(1, text(block.by))
        right = [n + (n > 0) for n in right]
        for row, group in zip(rows, _groups(block), strict=True):
            row.insert(1, text(group))
    body = table(names, rows, right) if rows else _told(block.empty, root)
    parts = (_told(block.caption, root), body, _told(block.note, root))
    return "\n\n".join(part for part in parts if part)


def _flat(block: Table) -> Iterator[Row]:
    for row in block.rows:
        yield from row.rows if isinstance(row, Group) else (row,)
    yield from block.foot


def _groups(block: Table) -> Iterator[str]:
    for row in block.rows:
        yield from [row.name] * len(row.rows) if isinstance(row, Group) else [""]
    yield from [""] * len(block.foot)


def _sum(block: Sum, root: str | None) -> str:
    rows = [_term(term, root) for term in (*block.terms, block.total)]
    return table([block.total.worth.unit, "line", "why"], rows, right=(0,))


def _term(term: Term, root: str | None) -> list[str]:
    behind = [_told(text, root) for text in (term.why, *term.behind) if text]
    return [_told(term.worth, root), _told(term.name, root), "; ".join(behind)]


def _chart(block: Chart, root: str | None) -> str:
    return _table(block.table, root)


_BLOCKS: dict[type[Flat], Callable[[Any, str | None], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Facts: _facts,
    Table: _table,
    Sum: _sum,
    Chart: _chart,
}


def _inline(line: str) -> str:
    parts, end = [], 0
    for word in _WORD.finditer(line):
        parts += [_escaped(line[end : word.start()]), _word(word[0])]
        end = word.end()
    return "".join([*parts, _escaped(line[end:])])


def _word(word: str) -> str:
    if not _ACTS.search(word):
        return _escaped(word)
    core = word.lstrip(_BEFORE).rstrip(_AFTER)
    before, core, after = word.partition(core if _ACTS.search(core) else word)
    return f"{_escaped(before)}`{core}`{_escaped(after)}"


def _escaped(part: str) -> str:
    return _SIGN.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), part)


def _link(label: str, target: str) -> str:
    for sign in "&$":
        target = target.replace(sign, f"&#{ord(sign)};")
    return f"[{text(label)}]({target})"
