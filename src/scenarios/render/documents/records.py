"""Records as lists, in full, as hits of a search, and as the rows of a query."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import Any

from scenarios.analysis.changes import figure_words
from scenarios.analysis.review.listing import (
    EvidenceRow,
    ForecastRow,
    IndicatorRow,
    QuantityForecastRow,
    SourceRow,
)
from scenarios.analysis.review.search import SearchHit, SearchResult
from scenarios.analysis.review.status import StatusRow
from scenarios.extensions import Extensions
from scenarios.model import Kind
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right

_NARROWEST, _NARROWEST_NAME = 24, 12
_APART = "Exported for a day too far from that of the others to be ranked"
_QUERY_LEAST = 16
"""Characters to which a column of texts may be narrowed."""
_KINDS: dict[str, Kind] = {
    "scenario": "scenario",
    "evidence": "evidence",
    "forecast": "forecasts",
    "source": "source",
}
_PLACES = 3
"""Places of a hit that are shown where none has all words."""


def scenarios(rows: Sequence[StatusRow], *, every: bool = False) -> doc.Document:
    """Id, state, horizon, title: the figures are those of `status`."""
    columns: tuple[Cell[StatusRow], ...] = (
        (left("scenario"), lambda row: doc.Ref(row.id, "scenario")),
        (left("state", meaning="state"), cells.state),
        (left("horizon"), lambda row: f"{row.horizon or ''}"),
        (_last("title", every=every), lambda row: row.title),
    )
    return (cells.table(rows, columns, empty="none"),)


def indicators(
    rows: Sequence[IndicatorRow], *, every: bool = False, by_value: bool = False
) -> doc.Document:
    """Under each scenario its indicators: state, since, due, diagnosticity, statement.

    In another order each stands with its scenario before it. `by_value`, the value by which they
    are ordered stays on the narrowest terminal.
    """
    parts = [(id, list(own)) for id, own in groupby(rows, key=lambda row: row.scenario)]
    is_grouped = len(parts) == len({id for id, _ in parts})
    columns: tuple[Cell[IndicatorRow], ...] = (
        (
            left("indicator"),
            lambda row: doc.Ref(
                f"{row.scenario}/{row.indicator}", None, row.indicator if is_grouped else ""
            ),
        ),
        (left("state", meaning="state"), lambda row: row.state),
        (left("since", drop=2), lambda row: row.since or ""),
        (left("due", drop=3), lambda row: str(row.due or "")),
        (
            right("value, bits", "value", drop=0 if by_value else 1),
            lambda row: "" if row.value is None else doc.Figure(row.value, "bits"),
        ),
        (
            right("dB", "diagnosticity"),
            lambda row: doc.Figure(row.diagnosticity, digits=0, mark="*" if row.unique else ""),
        ),
        (left("unique", only="csv"), lambda row: "unique" if row.unique else ""),
        (left("statement", least=_NARROWEST, drop=4, cut=not every), lambda row: row.statement),
    )
    note = "dB is diagnosticity; * where the indicator points to one scenario alone."
    groups = [(id, own, "") for id, own in parts] if is_grouped else [("", rows, "")]
    return (cells.grouped(groups, columns, by="scenario", note=note, empty="none"),)


def _why_not(row: EvidenceRow) -> str:
    if row.superseded_by:
        return " superseded"
    return "" if row.counts else " retracted"


def evidence(rows: Sequence[EvidenceRow], *, every: bool = False) -> doc.Document:
    columns: tuple[Cell[EvidenceRow], ...] = (
        (left("recorded", drop=1), lambda row: str(row.recorded)),
        (left("evidence"), lambda row: doc.Ref(row.id, "evidence")),
        (left("grade", meaning="grade"), lambda row: row.grade + _why_not(row)),
        (_last("summary", every=every), lambda row: row.summary),
    )
    return (cells.table(rows, columns, empty="none"),)


def forecasts(rows: Sequence[ForecastRow], *, every: bool = False) -> doc.Document:
    is_single = len({row.analyst for row in rows}) == 1
    columns: tuple[Cell[ForecastRow], ...] = (
        (left("date"), lambda row: str(row.date)),
        (left("analyst", drop=int(is_single)), lambda row: row.analyst),
        (left("scenario"), lambda row: doc.Ref(row.scenario, "scenario")),
        (right("stated"), lambda row: p(row.probability) if row.probability else _quantiles(row)),
        (_last("rationale", every=every), lambda row: row.rationale or ""),
    )
    return (cells.table(rows, columns, empty="none"),)


def _quantiles(row: ForecastRow) -> str:
    """The quantiles of a quantity; `withdrawn` without any."""
    if isinstance(row, QuantityForecastRow) and row.quantiles:
        return figure_words(row.quantiles)
    return "withdrawn"


def sources(rows: Sequence[SourceRow], *, every: bool = False) -> doc.Document:
    """The table of sources, and how to read it."""
    return (source_table(rows, every=every), *map(doc.Paragraph, SOURCES))


def source_table(
    rows: Sequence[SourceRow], *, every: bool = False, named: bool = True
) -> doc.Table:
    """Id, reliability, items, accurate of checked, and what counted on resolved scenarios.

    Without a column of names they stand in place of the ids.
    """

    def counted(row: SourceRow, direction: str) -> doc.Text:
        resolved = row.on_resolved
        return (
            doc.Figure(getattr(resolved, f"{direction}_decibans"), digits=1)
            if resolved.items
            else ""
        )

    columns: list[Cell[SourceRow]] = [
        (left("source"), lambda row: doc.Ref(row.id, "source", "" if named else row.name)),
        (left("A–F", "reliability", meaning="grade"), lambda row: row.reliability),
        (right("items"), lambda row: doc.Figure(row.items)),
        (
            right("accurate"),
            lambda row: (
                doc.Figure(row.accuracy.accurate, mark=f" of {row.accuracy.checked}")
                if row.accuracy.checked
                else ""
            ),
        ),
        (left("checked", only="csv"), lambda row: doc.Figure(row.accuracy.checked)),
        (right("resolved", drop=1), lambda row: doc.Figure(row.on_resolved.items)),
        (right("toward", "toward_decibans"), lambda row: counted(row, "toward")),
        (right("against", "against_decibans"), lambda row: counted(row, "against")),
    ]
    if named:
        columns.append((_last("name", _NARROWEST_NAME, every=every), lambda row: row.name))
    return cells.table(rows, columns, empty="none")


SOURCES = (
    (
        "Accurate: of the items that were checked, those that a resolution or an independent item "
        "bears out; the others were retracted or contradicted. Blank where none was checked."
    ),
    (
        "Toward and against: the decibans (3 double the odds) that items on scenarios resolved by "
        "then counted toward what happened and against it. An accurate report can point against "
        "what happens. Few items prove little."
    ),
)


def _last(name: str, least: int = _NARROWEST, *, every: bool) -> doc.Column:
    """Column of a text that is cut to one line, unless `every` word is wanted."""
    return left(name, least=least, cut=not every)


DOCUMENTS: dict[str, Callable[..., doc.Document]] = {
    "scenarios": scenarios,
    "indicators": indicators,
    "evidence": evidence,
    "forecasts": forecasts,
    "sources": sources,
}


def extensions(result: Extensions) -> doc.Document:
    """A row for each extension and each program, with what it adds or why it is left out."""
    rows = []
    for each in result.extensions:
        adds = "; ".join(f"{hook}: {', '.join(names)}" for hook, names in each.adds.items())
        rows.append((each.name, each.package, f"left out: {each.fault}" if each.fault else adds))
    rows += [(f"scen-{name}", path, f"command: {name}") for name, path in result.programs.items()]
    columns = left("Extension"), left("From"), left("Adds", least=20)
    return (doc.Table(columns=columns, rows=tuple(rows), empty="No extension is installed."),)


def record(records: Mapping[str, Mapping[str, Any]]) -> doc.Document:
    """Records under their names, with every key that holds something."""
    blocks: list[doc.Block] = []
    for name, keys in records.items():
        blocks += [doc.Heading(1, name), doc.Items(tuple(_entries(keys)))]
    return tuple(blocks)


def _entries(record: Mapping[str, Any]) -> Iterator[doc.Item]:
    for key, value in record.items():
        if value in (None, [], {}, ()):
            continue
        if isinstance(value, dict | list | tuple):
            yield doc.Item(f"{key}:", tuple(_parts(value)))
        else:
            yield doc.Item(f"{key}: {value}")


def _parts(value: Any) -> Iterator[doc.Item]:
    if isinstance(value, dict):
        yield from _entries(value)
        return
    for item in value:
        yield from _entries(item) if isinstance(item, dict) else (doc.Item(str(item), bullet=True),)


def hits(result: SearchResult, *, every: bool = False, titled: bool = False) -> doc.Document:
    """The hits with their places, with `every` all of each; `titled` by title and without files."""
    if not result.hits:
        return (doc.Paragraph(f"Nothing holds {' and '.join(result.words)}."),)
    rows = doc.Items(
        tuple(_hit(hit, len(result.words), every=every, titled=titled) for hit in result.hits)
    )
    if left := result.total - len(result.hits):
        more = f"and {left:,} more: --all shows them; --kind, --since, --source or --tag narrow it"
        return rows, doc.Paragraph(more)
    return (rows,)


def _hit(hit: SearchHit, words: int, *, every: bool, titled: bool) -> doc.Item:
    most = 1 if len(hit.places[0].words) == words else _PLACES
    places = hit.places if every else hit.places[:most]
    title = cells.one_line(hit.title)
    of: list[doc.Span] = [f", {hit.what}", *((" of ", f"{hit.day}") if hit.day else ())]
    if title and not titled and all(match.text != title for match in places):
        of.append(f": {title}")
    if titled:
        under = [match.text for match in places if match.text != title]
    else:
        under = [f"{hit.path}:{match.line}: {match.key}: {match.text}" for match in places]
    return doc.Item(
        (doc.Ref(hit.id, _KINDS.get(hit.what), title if titled else ""), *of),
        tuple(map(doc.Item, under)),
    )


def query_table(
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    units: Mapping[str, doc.Unit] = MappingProxyType({}),
    dropped: Sequence[str] = (),
    *,
    ranked: bool = False,
) -> doc.Document:
    """The answer to a query: numbers to the right, with six digits; a blank is null.

    Columns of `units` are figures; a narrow page leaves out those `dropped`, in order. Of
    `ranked` rows those whose last column is false stand in a table of their own.
    """
    columns = []
    for index, name in enumerate(names):
        cells = [row[index] for row in rows]
        is_wide = any(len(f"{cell}") > _QUERY_LEAST for cell in cells)
        types = {type(cell) for cell in cells if cell is not None}
        is_numeric = types and types <= {int, float}
        align, least = (right, 0) if is_numeric else (left, is_wide and _QUERY_LEAST)
        drop = dropped.index(name) + 1 if name in dropped else 0
        columns.append(align(name, name, least=least, drop=drop))

    def table(rows: Iterable[Sequence[Any]], **more: Any) -> doc.Table:
        kept = columns[:-1] if ranked else columns
        texts = (tuple(map(_cell, row, (units.get(column.key) for column in kept))) for row in rows)
        return doc.Table(columns=tuple(kept), rows=tuple(texts), **more)

    apart = [row for row in rows if not row[-1]] if ranked else []
    first = table((row for row in rows if row not in apart), empty="no rows")
    return (first, table(apart, caption=_APART)) if apart else (first,)


def _cell(value: Any, unit: doc.Unit | None) -> doc.Text:
    return doc.Figure(value, unit) if unit else _value(value)


def _value(value: Any) -> doc.Text:
    if value is None:
        return ""
    if type(value) is int:
        return doc.Figure(value, digits=0)
    if type(value) is float:
        return doc.Figure(value, "ratio", 6)
    if isinstance(value, str | date):
        return f"{value}"
    return json.dumps(value, ensure_ascii=False)
