"""What one format shows all show, and nothing in it acts or is wider than the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.render.document import (
    AnchorLink,
    Chart,
    CollapsedSection,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Group,
    Heading,
    Item,
    Items,
    Link,
    Paragraph,
    Ref,
    Row,
    Sum,
    SumTerm,
    Table,
    Text,
    plain,
)
from scenarios.render.writers import WRITERS, terminal, writer
from scenarios.text import printable
from tests.full import TIMES
from tests.hostile import ACTS, TEXTS
from tests.render.gfm import Rendered

ATTRIBUTES = {
    *("class", "scope", "colspan", "value", "href", "rel", "role", "aria-label", "tabindex"),
    *("id", "data-of"),
}
"""Every attribute that a plain page has."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

words = st.text("abcdefghij", min_size=1, max_size=8)
phrases = st.lists(words, min_size=1, max_size=9).map(" ".join)
figures = st.builds(
    Figure,
    st.one_of(st.none(), st.integers(-99, 99), st.floats(-2, 2)),
    st.sampled_from(["p", "dB", "points", "bits", "number", "ratio"]),
)


def several(one: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[Any]:
    return st.lists(one, min_size=least, max_size=most).map(tuple)


@st.composite
def tables(draw: st.DrawFn, texts: st.SearchStrategy[Text]) -> Table:
    n = draw(st.integers(1, 5))
    columns = [
        Column(
            name=draw(words),
            align=draw(st.sampled_from(["left", "right"])),
            drop=draw(st.integers(0, 3)) if at else 0,
            least=draw(st.sampled_from([0, 0, 12])),
            cut=draw(st.booleans()),
            legend=draw(st.sampled_from(["", "", "what it is"])),
        )
        for at in range(n)
    ]
    row = st.tuples(*[texts] * n)
    rows = draw(several(st.one_of(row, st.builds(Group, words, several(row, 1, 2))), 0, 4))
    foot = draw(several(row, 0, 1))
    return Table(columns=tuple(columns), rows=rows, foot=foot, caption="A caption")


def documents(texts: st.SearchStrategy[Text]) -> st.SearchStrategy[Document]:
    """Of every kind of block, with these texts."""
    items = st.recursive(
        st.builds(Item, texts, bullet=st.booleans()),
        lambda under: st.builds(Item, texts, several(under, 0, 2), figures),
        max_leaves=4,
    )
    terms = st.builds(SumTerm, figures, texts, texts, several(texts, 0, 2))
    flat = st.one_of(
        st.builds(Heading, st.sampled_from([1, 2, 3]), texts),
        st.builds(
            Paragraph, texts, several(texts, 0, 2), st.sampled_from(["", "notice", "attention"])
        ),
        st.builds(Items, several(items, 0, 3)),
        st.builds(Facts, several(st.builds(Fact, words, texts), 1, 3)),
        tables(texts),
        st.builds(Chart, st.just("A chart"), st.none(), tables(texts)),
        st.builds(Sum, several(terms, 0, 3), terms),
    )
    heads = st.builds(Heading, st.just(2), texts, several(texts, 0, 2))
    return several(st.one_of(flat, st.builds(CollapsedSection, heads, several(flat, 0, 2))), 1, 4)


strings = st.one_of(phrases, st.sampled_from(TEXTS))
parts = st.one_of(
    strings,
    figures,
    st.builds(Ref, words, st.just("evidence"), st.one_of(st.just(""), phrases)),
    st.builds(AnchorLink, strings, st.sampled_from(["moved", "findings"])),
    st.builds(Link, strings, st.sampled_from([None, "https://example.org/", "javascript:x"])),
)
hostile = st.one_of(parts, several(parts, 1, 3))


class Page(HTMLParser):
    """The tags, attributes and text of the body of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.told: list[str] = []
        self.feed(page.partition("<body>")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        self.told.append(data)


def read(form: str, made: str) -> str:
    """What is read of a document in a format, without a blank or a gap."""
    if form == "markdown":
        made = Rendered(made).text
    elif form == "html":
        made = "".join(Page(made).told)
    return bare(made)


def bare(text: str) -> str:
    return "".join(printable(text).split())


def every_text(part: Any) -> Iterator[Text]:
    """All that a block, or what stands in it, says, but for what may be left out."""
    match part:
        case str() | Figure() | Ref() | Link() | AnchorLink():
            yield part
        case Paragraph():
            yield from every_text((part.text, *part.lines))
        case Heading():
            yield from every_text((part.text, *part.under))
        case Chart():
            yield from every_text(part.table)
        case Table():
            yield from every_text(tuple(flat(part) if part.rows else ()))
        case tuple():
            yield from chain.from_iterable(map(every_text, part))
        case msgspec.Struct():
            yield from every_text(msgspec.structs.astuple(part))


def flat(table: Table) -> list[Row]:
    rows: list[Row] = []
    for row in table.rows:
        rows += row.rows if isinstance(row, Group) else (row,)
    return [*rows, *table.foot]


EVERY_TEXT_ABOVE: Document = tuple(
    block
    for text in TEXTS
    for block in (
        Table(columns=(Column(name="c"),), rows=(Group(text, (("x",),)),), caption=text),
        Items((Item("x", lead=text),)),
    )
)


@settings(max_examples=60 * TIMES)
@given(documents(hostile))
@example(EVERY_TEXT_ABOVE)
def test_what_one_format_shows_all_show_and_no_text_acts_in_any(document: Document) -> None:
    made = {form: writer(form)(document) for form in WRITERS}
    roomy = {**made, "table": terminal.write(document, 100_000)}
    for form in ("table", "markdown", "html"):
        shown = read(form, roomy[form])
        for text in every_text(document):
            assert bare(plain(text)) in shown, (form, text)
    assert not [form for form, text in made.items() if ACTS.search(text)]
    page, rendered = Page(made["html"]), Rendered(made["markdown"])
    assert page.tags.isdisjoint({"script", "img", "svg", "style", "iframe", "form", "meta"})
    assert page.attributes <= ATTRIBUTES
    assert page.links | {*rendered.links} <= {"https://example.org/", "#moved", "#findings"}
    assert "<" not in made["markdown"]
    for cell in chain.from_iterable(csv.reader(io.StringIO(made["csv"]))):
        assert not cell.lstrip().startswith(FORMULA) or re.fullmatch(r"-?[0-9.e-]+", cell)


@given(tables(hostile))
def test_csv_has_each_cell_of_a_table_as_its_value(table: Table) -> None:
    rows = [*csv.reader(io.StringIO(writer("csv")((table,))))]
    assert rows[0][0] == table.columns[0].name
    grouped = any(isinstance(row, Group) for row in table.rows)
    for told, row in zip(rows[1:], flat(table), strict=True):
        for cell, text in zip([told[0], *told[1 + grouped :]], row, strict=True):
            if isinstance(text, Figure):
                assert (float(cell) if cell else None) == (
                    None if text.value is None else pytest.approx(text.value, abs=1e-6)
                )
            else:
                want = text.id if isinstance(text, Ref) else plain(text)
                assert bare(cell.removeprefix("'")) == bare(want.removeprefix("'"))


WORTH = Figure(-10.0, "dB")
DEEP = Item("a", lead=WORTH, under=(Item("b", lead=WORTH, under=(Item("c ddddd eeeee fffffff"),)),))


@given(documents(st.one_of(phrases, figures)), st.integers(41, 150))
@example((Items((DEEP,)),), 41)
def test_nothing_is_wider_than_the_terminal(document: Document, width: int) -> None:
    made = terminal.write(document, width)
    assert max(map(len, made.split("\n"))) <= width


def test_columns_give_way_in_their_order_and_then_rows_are_paragraphs() -> None:
    columns = (
        Column(name="scenario"),
        Column(name="flags", least=6),
        Column(name="title", least=10, cut=True, drop=1),
        Column(name="±", key="change", align="right"),
    )
    row = ("pact", "stale due", "A formal military pact", Figure(-12.0, "points"))
    for width, at, told in (
        (80, 0, ["scenario  flags      title                     ±"]),
        (46, 2, ["pact      stale due  A formal military p…  −12"]),
        (30, 0, ["scenario  flags        ±"]),
        (22, 2, ["pact      stale  −12", "          due"]),
        (20, 0, ["pact: flags stale due,", "    change −12"]),
    ):
        made = terminal.write((Table(columns=columns, rows=(row,)),), width).split("\n")
        assert made[at : at + len(told)] == told
    assert terminal.write((Table(columns=columns, rows=(), empty="None yet."),)) == "None yet."


def test_a_named_row_of_a_table_is_a_place_of_a_page() -> None:
    table = Table(columns=(Column(name="day"),), rows=(("1",), ("2",)), anchors=("d-1", "d-2"))
    assert '<tr id="d-2"><th scope="row">' in writer("html")((table,))


@pytest.mark.parametrize(("columns", "named"), [(4, 0), (5, 4)])
def test_on_a_phone_four_columns_stand_beside_one_another(columns: int, named: int) -> None:
    names = "abcde"[:columns]
    table = Table(columns=tuple(Column(name=name) for name in names), rows=(tuple(names),))
    assert writer("html")((table,)).count(" data-of=") == named
