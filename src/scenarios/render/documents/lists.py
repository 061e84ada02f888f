"""The lists of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from scenarios.analysis.review.listing import (
    Accuracy,
    EvidenceRow,
    ForecastRow,
    IndicatorRow,
    SourceRow,
)
from scenarios.analysis.review.status import StatusRow
from scenarios.render.document import Column, Document, Figure, Group, Paragraph, Ref, Row, Table

_NARROWEST, _NARROWEST_NAME = 24, 12


def scenarios(rows: Sequence[StatusRow], *, every: bool = False) -> Document:
    """Id, state, horizon, title: the figures are those of `status`."""
    cells: Iterable[Row] = (
        (
            Ref(row.id, "scenario"),
            (row.outcome or row.state).replace("-", " "),
            f"{row.horizon or ''}",
            row.title,
        )
        for row in rows
    )
    columns = (
        Column(name="scenario"),
        Column(name="state", meaning="state"),
        Column(name="horizon"),
        _last("title", every=every),
    )
    return (_list(columns, cells),)


def indicators(
    rows: Sequence[IndicatorRow], *, every: bool = False, by_value: bool = False
) -> Document:
    """Under each scenario its indicators: state, since, due, diagnosticity, statement.

    Where the order is another one, each has its scenario before it. `by_value`, the value by which
    they are ordered stays on the narrowest terminal.
    """
    parts = [(id, list(own)) for id, own in groupby(rows, key=lambda row: row.scenario)]
    is_grouped = len(parts) == len({id for id, _ in parts})
    groups = (Group(id, tuple(_indicator(row, row.indicator) for row in own)) for id, own in parts)
    columns = (
        Column(name="indicator"),
        Column(name="state", meaning="state"),
        Column(name="since", drop=2),
        Column(name="due", drop=3),
        Column(name="value, bits", key="value", align="right", drop=0 if by_value else 1),
        Column(name="dB", key="diagnosticity", align="right"),
        Column(name="unique", only="csv"),
        Column(name="statement", least=_NARROWEST, drop=4, cut=not every),
    )
    table = Table(
        columns=columns,
        rows=tuple(groups) if is_grouped else tuple(_indicator(row) for row in rows),
        by="scenario",
        note="dB is diagnosticity; * where the indicator points to one scenario alone.",
        empty="none",
    )
    return (table,)


def _indicator(row: IndicatorRow, label: str = "") -> Row:
    return (
        Ref(f"{row.scenario}/{row.indicator}", None, label),
        row.state,
        row.since or "",
        str(row.due or ""),
        Figure(row.value, "bits") if row.value is not None else "",
        Figure(row.diagnosticity, digits=0, mark="*" if row.unique else ""),
        "unique" if row.unique else "",
        row.statement,
    )


def evidence(rows: Sequence[EvidenceRow], *, every: bool = False) -> Document:
    """Recorded, id, grade, summary."""
    cells: Iterable[Row] = (
        (
            str(row.recorded),
            Ref(row.id, "evidence"),
            row.grade if row.counts else f"{row.grade} retracted",
            row.summary,
        )
        for row in rows
    )
    columns = (
        Column(name="recorded", drop=1),
        Column(name="evidence"),
        Column(name="grade", meaning="grade"),
        _last("summary", every=every),
    )
    return (_list(columns, cells),)


def forecasts(rows: Sequence[ForecastRow], *, every: bool = False) -> Document:
    """Date, analyst, scenario, probability, rationale."""
    cells: Iterable[Row] = (
        (
            str(row.date),
            row.analyst,
            Ref(row.scenario, "scenario"),
            "withdrawn" if row.probability is None else Figure(row.probability, "p"),
            row.rationale or "",
        )
        for row in rows
    )
    columns = (
        Column(name="date"),
        Column(name="analyst", drop=int(len({row.analyst for row in rows}) == 1)),
        Column(name="scenario"),
        Column(name="stated", align="right"),
        _last("rationale", every=every),
    )
    return (_list(columns, cells),)


def sources(rows: Sequence[SourceRow], *, every: bool = False) -> Document:
    """Id, reliability, items, accurate of checked, and what counted on resolved scenarios."""
    cells: Iterable[Row] = (
        (
            Ref(row.id, "source"),
            row.reliability,
            Figure(row.items),
            _accurate(row.accuracy) if row.accuracy.checked else "",
            Figure(row.accuracy.checked),
            Figure(row.on_resolved.items),
            Figure(row.on_resolved.toward_decibans, digits=1) if row.on_resolved.items else "",
            Figure(row.on_resolved.against_decibans, digits=1) if row.on_resolved.items else "",
            row.name,
        )
        for row in rows
    )
    columns = (
        Column(name="source"),
        Column(name="A–F", key="reliability", meaning="grade"),
        Column(name="items", align="right"),
        Column(name="accurate", align="right"),
        Column(name="checked", only="csv"),
        Column(name="resolved", align="right", drop=1),
        Column(name="toward", key="toward_decibans", align="right"),
        Column(name="against", key="against_decibans", align="right"),
    )
    held = (
        "Accurate: of the items that were checked, those that a resolution or an independent item "
        "bears out; the others were retracted or contradicted. Blank where none was checked."
    )
    pointed = (
        "Toward and against: the decibans that items on scenarios resolved by then counted "
        "toward what happened and against it. An accurate report can point against what happens. "
        "Few items prove little."
    )
    table = _list((*columns, _last("name", _NARROWEST_NAME, every=every)), cells)
    return (table, Paragraph(held), Paragraph(pointed))


def _accurate(accuracy: Accuracy) -> Figure:
    return Figure(accuracy.accurate, mark=f" of {accuracy.checked}")


def _last(name: str, least: int = _NARROWEST, *, every: bool) -> Column:
    """A text that is cut to one line, unless `every` word is wanted."""
    return Column(name=name, least=least, cut=not every)


def _list(columns: tuple[Column, ...], rows: Iterable[Row]) -> Table:
    return Table(columns=columns, rows=tuple(rows), empty="none")


DOCUMENTS: dict[str, Callable[..., Document]] = {
    "scenarios": scenarios,
    "indicators": indicators,
    "evidence": evidence,
    "forecasts": forecasts,
    "sources": sources,
}
"""What makes the document of each kind of record."""
