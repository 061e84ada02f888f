"""The lists of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from scenarios.analysis.evidence.accuracy import Accuracy
from scenarios.analysis.review.listing import EvidenceRow, ForecastRow, IndicatorRow, SourceRow
from scenarios.analysis.review.status import StatusRow
from scenarios.render.document import Column, Document, Figure, Paragraph, Ref, Row, Table

_NARROWEST, _NARROWEST_NAME = 24, 12


def scenarios(rows: Sequence[StatusRow]) -> Document:
    """Id, state, horizon, title: the figures are those of `status`."""
    cells: Iterable[Row] = (
        (
            Ref(row.id, "scenario"),
            (row.outcome or row.state).replace("-", " "),
            str(row.horizon),
            row.title,
        )
        for row in rows
    )
    columns = (Column(name="scenario"), Column(name="state"), Column(name="horizon"))
    return (_list((*columns, _last("title")), cells),)


def indicators(rows: Sequence[IndicatorRow]) -> Document:
    """Scenario/indicator, state, since, due, diagnosticity (and unique to one), statement."""
    cells: Iterable[Row] = (
        (
            Ref(f"{row.scenario}/{row.indicator}"),
            row.state,
            row.since or "",
            str(row.due or ""),
            Figure(row.value, "bits") if row.value is not None else "",
            Figure(row.diagnosticity, digits=0, mark=" unique" if row.unique else ""),
            "unique" if row.unique else "",
            row.statement,
        )
        for row in rows
    )
    columns = (
        Column(name="indicator"),
        Column(name="state"),
        Column(name="since"),
        Column(name="due"),
        Column(name="value, bits", key="value", align="right", drop=1),
        Column(name="diagnosticity dB", key="diagnosticity", align="right"),
        Column(name="unique", only="csv"),
    )
    return (_list((*columns, _last("statement")), cells),)


def evidence(rows: Sequence[EvidenceRow]) -> Document:
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
    columns = (Column(name="recorded"), Column(name="evidence"), Column(name="grade"))
    return (_list((*columns, _last("summary")), cells),)


def forecasts(rows: Sequence[ForecastRow]) -> Document:
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
        Column(name="analyst"),
        Column(name="scenario"),
        Column(name="stated", align="right"),
    )
    return (_list((*columns, _last("rationale")), cells),)


def sources(rows: Sequence[SourceRow]) -> Document:
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
        Column(name="", key="reliability"),
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
    table = _list((*columns, _last("name", _NARROWEST_NAME)), cells)
    return (table, Paragraph(held), Paragraph(pointed))


def _accurate(accuracy: Accuracy) -> Figure:
    return Figure(accuracy.accurate, mark=f" of {accuracy.checked}")


def _last(name: str, least: int = _NARROWEST) -> Column:
    return Column(name=name, least=least)


def _list(columns: tuple[Column, ...], rows: Iterable[Row]) -> Table:
    return Table(columns=columns, rows=tuple(rows), empty="none")


DOCUMENTS: dict[str, Callable[[Any], Document]] = {
    "scenarios": scenarios,
    "indicators": indicators,
    "evidence": evidence,
    "forecasts": forecasts,
    "sources": sources,
}
"""What makes the document of each kind of record."""
