"""A document as GitHub-flavoured Markdown, in which each text means itself and nothing else."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from scenarios.paths import path_of
from scenarios.render import document as doc
from scenarios.render.document import Document, Figure, Text, flat, grouped, plain, spans
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
_UNQUOTED = "%/:?#@!$&'*+,;=~"


def write(document: Document, root: str | None = None) -> str:
    """The blocks; records lead to their files where `root` is the path to the database."""
    parts = (_BLOCKS[type(block)](block, root) for block in flat(document))
    return "\n\n".join(paragraph for paragraph in parts if paragraph)


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
    return _link(label or address, quote(address, safe=_UNQUOTED))


def file_link(label: str, path: str) -> str:
    """The label, leading to a file by its path from where the page lies."""
    return _link(label, quote(path, errors="surrogateescape"))


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[int] = ()
) -> str:
    """A table of cells that are Markdown already; `right` names the columns of figures."""
    rules = ["---:" if n in right else "---" for n in range(len(headers))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (headers, rules, *rows))


def _spans(value: Text, root: str | None) -> str:
    text, run = "", ""
    for span in spans(value):
        own = plain(span) if isinstance(span, Figure) else _leading(span, root)
        if own:
            text, run = text + _inline(_BLANKS.sub(" ", printable(run))) + own, ""
        else:
            run += plain(span)
    whole = (text + _inline(_BLANKS.sub(" ", printable(run)))).strip()
    is_figure = isinstance(spans(value or "")[0], Figure)
    return whole if is_figure else _LEADING.sub(r"\1\\\2", whole, count=1)


def _leading(span: doc.Span, root: str | None) -> str:
    if isinstance(span, doc.Link):
        return link(span.label, span.address)
    if isinstance(span, doc.Ref) and span.kind and root is not None:
        owner = span.id.partition("/")[0]
        return file_link(span.label or span.id, f"{root}/{path_of(span.kind, owner)}")
    return ""


def _heading(block: doc.Heading, root: str | None) -> str:
    head = f"{'#' * block.level} {_spans(block.text, root)}"
    return "\n\n".join([head, *(_spans(line, root) for line in block.under)])


def _paragraph(block: doc.Paragraph, root: str | None) -> str:
    lines = "\\\n".join(_spans(line, root) for line in (block.text, *block.lines))
    return "> " + lines.replace("\n", "\n> ") if block.tone else lines


def _rows(rows: Iterable[doc.Item], indent: str, root: str | None) -> Iterator[str]:
    for row in rows:
        unit = " dB  " if isinstance(row.lead, Figure) and row.lead.unit == "dB" else "  "
        lead = (*spans(row.lead), unit) if row.lead else ()
        yield f"{indent}- {_spans((*lead, *spans(row.text)), root)}"
        yield from _rows(row.under, indent + "  ", root)


def _facts(block: doc.Facts, root: str | None) -> str:
    rows = (
        ((row.name, " ", *spans(row.text)), f": {_spans(row.under, root)}" if row.under else "")
        for row in block.rows
    )
    return "\n".join(f"- {_spans(row, root)}{why}" for row, why in rows)


def _table(block: doc.Table, root: str | None) -> str:
    indexes = [n for n, column in enumerate(block.columns) if not column.only]
    rows = [[_spans(cells[n], root) for n in indexes] for _, cells in grouped(block)]
    names = [text(block.columns[n].name) for n in indexes]
    right = [n for n, index in enumerate(indexes) if block.columns[index].align == "right"]
    if any(isinstance(row, doc.Group) for row in block.rows):
        names.insert(1, text(block.by))
        right = [n + (n > 0) for n in right]
        for row, (group, _) in zip(rows, grouped(block), strict=True):
            row.insert(1, text(group.name if group else ""))
    body = table(names, rows, right) if rows else _spans(block.empty, root)
    parts = (_spans(block.caption, root), body, _spans(block.note, root))
    return "\n\n".join(paragraph for paragraph in parts if paragraph)


def _sum(block: doc.Sum, root: str | None) -> str:
    rows = []
    for term in (*block.terms, block.total):
        reasons = [_spans(text, root) for text in (term.why, *term.behind) if text]
        rows.append([_spans(term.worth, root), _spans(term.name, root), "; ".join(reasons)])
    return table([block.total.worth.unit, "line", "why"], rows, right=(0,))


_BLOCKS: dict[type[doc.Flat], Callable[[Any, str | None], str]] = {
    doc.Heading: _heading,
    doc.Paragraph: _paragraph,
    doc.Items: lambda block, root: "\n".join(_rows(block.rows, "", root)),
    doc.Facts: _facts,
    doc.Table: _table,
    doc.Sum: _sum,
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


def _escaped(segment: str) -> str:
    return _SIGN.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), segment)


def _link(label: str, target: str) -> str:
    for sign in "&$":
        target = target.replace(sign, f"&#{ord(sign)};")
    return f"[{text(label)}]({target})"
