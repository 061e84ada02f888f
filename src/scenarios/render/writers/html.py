"""A document as one plain page of HTML that loads and runs nothing, and as a mail."""

import base64
import hashlib
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache, partial
from html import escape
from importlib.resources import files
from itertools import groupby

import msgspec
from markupsafe import Markup

from scenarios.model import Database, Kind
from scenarios.paths import file_address, path_of
from scenarios.render import document as doc
from scenarios.render import palette
from scenarios.render.document import NOWHERE, Document, Figure, Places, Text, grouped, plain
from scenarios.render.drawing import page, picture
from scenarios.render.templating import fill, macro
from scenarios.render.text import on_screen, short_day
from scenarios.text import printable


class PageFrame(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a page around its content, as trusted HTML.

    The style is read from the address of a `stylesheet`, or else stands in the page. `rules` are
    further styles, read from `rules_at` where that is given; `script` is the one that may run.
    Attributes of the content are in `main`. A page that `is_served`, or is in a mail, has no
    policy of its own.
    """

    head: str = ""
    top: str = ""
    stylesheet: str = ""
    rules: str = ""
    rules_at: str = ""
    script: str = ""
    main: str = ""
    is_served: bool = False


ALONE = PageFrame()


def whole(title: str, content: str, foot: str = "", around: PageFrame = ALONE) -> str:
    """Write a page that loads nothing and runs nothing, except what `around` allows."""
    return fill(
        "page.html",
        title=title,
        content=content,
        foot=foot,
        around=around,
        policy=_policy(around),
        styles=_inner(around),
    )


def _policy(around: PageFrame) -> str:
    own = " ".join(f"'sha256-{digest(rules)}'" for rules in _inner(around))
    # Firefox takes no file for the same origin: a page that is opened as one names the scheme.
    elsewhere = "'self' file: " if around.stylesheet else ""
    script = f"script-src 'sha256-{digest(around.script)}'; " if around.script else ""
    # The mark of a site stands beside its style; from a disk, Firefox does without.
    images = "img-src 'self'; " if elsewhere else ""
    styles = f"style-src {elsewhere}{own}".rstrip()
    return f"default-src 'none'; {styles}; {images}{script}base-uri 'none'; form-action 'none'"


def _inner(around: PageFrame) -> list[str]:
    return [rules for rules in ("" if around.stylesheet else style(), around.rules) if rules]


def safe(text: str) -> str:
    """A text in which nothing acts."""
    return escape(printable(text))


@cache
def style() -> str:
    """The style sheet: colours of both schemes, then the rules."""
    rules = files("scenarios.render").joinpath("templates/page.css").read_text(encoding="utf-8")
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    schemes = f":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    paper = f"@media print{{:root{{{light}}}}}\n"
    return f"\n{schemes}{paper}{palette.page()}{rules}\n"


def digest(rules: str) -> str:
    """By which a page's policy knows its own style."""
    return base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()


_ADDRESS = re.compile(r"https?://[^\s\\<>\"'`{|}^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)
_ANCHORS = {"scenario": "s", "evidence": "e"}
_DAY = re.compile(r"\d{4}(-\d\d){1,2}")
_SECTIONS = (2, 3)
"""Levels of the headings that have what follows them around it."""
_FEW = 4


def write(document: Document) -> str:
    """The whole page; each text is escaped, and what acts is spelled out."""
    heads = [plain(block.text) for block in document if isinstance(block, doc.Heading)]
    return whole(heads[0] if heads else "scen", sections(document))


def sections(document: Iterable[doc.Block], places: Places = NOWHERE) -> Markup:
    """The blocks, with what stands under a heading around it."""
    parts: list[Markup] = []
    rest, index = list(document), 0
    while index < len(rest):
        head, index = rest[index], index + 1
        if isinstance(head, doc.Heading) and head.level in _SECTIONS:
            ends = (n for n in range(index, len(rest)) if _level(rest[n]) <= head.level)
            end = next(ends, len(rest))
            inside = sections(rest[index:end], places)
            parts.append(_macro("section")(head, partial(_text, places), inside))
            index = end
        else:
            parts.append(_block(head, places))
    return Markup("\n").join(parts)


def _level(block: doc.Block) -> int:
    """Level of a heading that ends a section; of any other block, more than any."""
    head = block.heading if isinstance(block, doc.CollapsedSection) else block
    is_end = isinstance(head, doc.Heading) and (block is not head or head.level in _SECTIONS)
    return head.level if isinstance(head, doc.Heading) and is_end else len(_SECTIONS) + 3


def blocks(document: Iterable[doc.Block], places: Places = NOWHERE) -> Markup:
    """Write the blocks alone; a mention of a record links to its place."""
    return Markup("\n").join(_block(block, places) for block in document)


def address(url: str | None) -> str | None:
    """The url, if it may be a link: http or https, without blanks, quotes or what acts."""
    if url and _ADDRESS.fullmatch(url) and printable(url) == url:
        return url
    return None


def anchor(kind: str, id: str) -> str:
    """Key under which the place of a record, or of the record it is part of, is known."""
    return f"{_ANCHORS.get(kind, kind)}-{id.partition('/')[0]}"


_macro = partial(macro, "blocks.html")


def _block(block: doc.Block, places: Places) -> Markup:
    read = partial(_text, places)
    if isinstance(block, doc.Table):
        text = _macro("table")(block, read, PageStyle(block, read))
    elif isinstance(block, doc.CollapsedSection):
        text = _macro("folded")(block, read, blocks(block.blocks, places))
    elif isinstance(block, doc.Chart):
        rows = {anchor: f"#{anchor}" for anchor in block.table.anchors}
        both: Places = ChainMap(rows, places)  # type: ignore[arg-type]
        if whole := page(block.drawing, read):
            return whole
        drawn = picture(block.drawing, block.label, both) if block.drawing is not None else ""
        text = _macro("chart")(block, drawn, _block(block.table, places))
    else:
        text = _macro(type(block).__name__.lower())(block, read)
    return text.strip()


def _text(places: Places, text: Text, unit: bool = False) -> Markup:
    """HTML of a text, with the `unit` of a figure in decibans if it is wanted."""
    if isinstance(text, tuple):
        read = "".join([_span(span, places) for span in text if span != ""])
    else:
        read = _span(text, places) if text != "" else ""
        read += " dB" if unit and isinstance(text, Figure) and text.unit == "dB" else ""
    return Markup(read)  # noqa: S704 - each part is escaped


def _span(span: doc.Span, places: Places) -> str:
    if isinstance(span, str):
        return _isolated(span)
    if isinstance(span, Figure):
        read = plain(span)
        return read if span.value is None else _form("figure") % (repr(span.value), read)
    if isinstance(span, doc.ShadedCell):
        return _span(span.text, places)
    words, leads = _isolated(plain(span)), None
    if isinstance(span, doc.Ref) and span.kind:
        leads = places.get(anchor(span.kind, span.id))
    elif isinstance(span, doc.AnchorLink):
        leads = places.get(span.anchor, f"#{span.anchor}")
    elif isinstance(span, doc.Link):
        leads = places.get(anchor("evidence", span.id))
        if leads is None and (outside := address(span.address)):
            return _form("outside_link") % (safe(outside), words)
    return _form("link") % (safe(leads), words) if leads else words


_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def _isolated(text: str) -> str:
    """A text that turns nothing around it: by itself where letters run from right to left.

    Other texts are no element of their own, so that a sentence is read in one go.
    """
    words = safe(on_screen(text))
    return _form("isolated") % words if _RIGHT_TO_LEFT.search(text) else words


@cache
def _form(name: str) -> str:
    return str(_macro(name))


_Cell = tuple[Markup, Markup]
"""Attributes and text."""
_Row = tuple[list[_Cell], str, str]
"""Cells, anchor, and the words by which the row is chosen."""


class PageStyle:
    def __init__(self, table: doc.Table, read: Callable[[Text], Markup]) -> None:
        self._table, self._read = table, read
        self._made: dict[tuple[str, str], Markup] = {}
        self._shown = [(n, column) for n, column in enumerate(table.columns) if not column.only]
        self.columns = [column for _, column in self._shown]
        self.abouts = [column.about for column in self.columns if column.about]
        self.label = plain(table.caption) or f"By {table.columns[0].name}"
        self.is_many = len(self.columns) > _FEW
        """True for more columns than fit on a phone, where each cell then has its column's name."""
        cells = (cell for _, row in grouped(table) for cell in row)
        self.is_tinted = any(isinstance(cell, doc.ShadedCell) for cell in cells)

    def parts(self) -> Iterator[tuple[str, Markup | None, Iterable[_Row]]]:
        """Yield the rows of each group under its name, those of none, and those of the foot."""
        none = ("",) * len(self._table.rows)
        anchors, words = self._table.anchors or none, self._table.words or none
        rows = zip(self._table.rows, anchors, words, strict=True)
        for group, blocks in groupby(
            rows, lambda row: row[0] if isinstance(row[0], doc.Group) else None
        ):
            if isinstance(group, doc.Group):
                name = ": ".join(filter(None, (group.name, group.about)))
                yield "tbody", self._read(name), ((self._cells(row), "", "") for row in group.rows)
            else:
                own = ((row, id, of) for row, id, of in blocks if isinstance(row, tuple))
                yield "tbody", None, ((self._cells(row), id, of) for row, id, of in own)
        if self._table.foot:
            yield "tfoot", None, ((self._cells(row), "", "") for row in self._table.foot)

    def _cells(self, row: doc.Row) -> list[_Cell]:
        read = self._read
        return [(self._attributes(column, row[n]), read(row[n])) for n, column in self._shown]

    def _attributes(self, column: doc.Column, cell: Text) -> Markup:
        key = _kind(column, cell), column.name if self.is_many else ""
        if key not in self._made:
            self._made[key] = _macro("cell")(*key)
        return self._made[key]


def _kind(column: doc.Column, cell: Text) -> str:
    """Class of a cell: figures to the right, and grounds; words may have no figures."""
    if isinstance(cell, doc.ShadedCell):
        return palette.tint(cell.decibans) or "even"
    if isinstance(cell, str) and _DAY.fullmatch(cell):
        return "day"
    return "n" if column.align == "right" else ""


class Origin(msgspec.Struct, frozen=True):
    """Which state of the database a page was made from, where git knows it."""

    as_of: date
    program: str
    revision: str | None = None
    clean: bool | None = None


def page_html(
    title: str,
    document: Document,
    origin: Origin,
    places: Places = NOWHERE,
    around: PageFrame = ALONE,
) -> str:
    """The whole page; mentions of records lead to their `places`."""
    content = macro("review.html", "sheets")(sections(document, places))
    foot = macro("review.html", "foot")(origin, short_day(origin.as_of))
    return whole(title, content, foot, around)


def whence(origin: Origin) -> str:
    """Which revision a page is of, as HTML."""
    return str(macro("review.html", "whence")(origin)).strip()


def file_places(database: Database) -> Places:
    """The address of each record's file, where the tracker names its repository."""
    records: dict[Kind, Iterable[str]] = {
        "scenario": database.scenarios,
        "source": database.sources,
    }
    return {
        anchor(kind, id): file_address(database.tracker, path_of(kind, id))
        for kind, ids in records.items()
        for id in ids
        if database.tracker.repository
    }
