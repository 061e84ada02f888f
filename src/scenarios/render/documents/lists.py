"""The lists and single records as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scenarios.analysis.review.listing import EvidenceRow, ForecastRow, IndicatorRow, SourceRow
from scenarios.analysis.review.status import StatusRow
from scenarios.render.text import fold, percent, table


def scenarios_table(rows: Sequence[StatusRow], width: int) -> str:
    """Id, state, horizon, title: the figures are those of `status`."""
    cells = [
        [row.id, (row.outcome or row.state).replace("-", " "), row.horizon, row.title]
        for row in rows
    ]
    return _fitted(cells, ["scenario", "state", "horizon", "title"], width)


def indicators_table(rows: Sequence[IndicatorRow], width: int) -> str:
    """Scenario/indicator, state, since, due, diagnosticity (and unique to one), statement."""
    cells = [
        [
            f"{row.scenario}/{row.indicator}",
            row.state,
            row.since or "",
            row.due or "",
            f"{row.diagnosticity:.0f}" + (" unique" if row.unique else ""),
            row.statement,
        ]
        for row in rows
    ]
    headers = ["indicator", "state", "since", "due", "diagnosticity dB", "statement"]
    return _fitted(cells, headers, width, right=(4,))


def evidence_table(rows: Sequence[EvidenceRow], width: int) -> str:
    """Recorded, id, grade, summary."""
    cells = [
        [
            row.recorded,
            row.id,
            row.grade if row.counts else f"{row.grade} retracted",
            row.summary,
        ]
        for row in rows
    ]
    return _fitted(cells, ["recorded", "evidence", "grade", "summary"], width)


def forecasts_table(rows: Sequence[ForecastRow], width: int) -> str:
    """Date, analyst, scenario, probability, rationale."""
    cells = [
        [
            row.date,
            row.analyst,
            row.scenario,
            "withdrawn" if row.probability is None else percent(row.probability),
            row.rationale or "",
        ]
        for row in rows
    ]
    headers = ["date", "analyst", "scenario", "stated", "rationale"]
    return _fitted(cells, headers, width, right=(3,))


def sources_table(rows: Sequence[SourceRow], width: int) -> str:
    """Id, reliability, items, and over what was resolved: items, decibans right and wrong."""
    cells = [
        [
            row.id,
            row.reliability,
            row.items,
            row.on_resolved.items,
            f"{row.on_resolved.right_decibans:.1f}" if row.on_resolved.items else "",
            f"{row.on_resolved.wrong_decibans:.1f}" if row.on_resolved.items else "",
            row.name,
        ]
        for row in rows
    ]
    headers = ["source", "", "items", "resolved", "right dB", "wrong dB", "name"]
    note = (
        "Items on scenarios resolved by then, and how many decibans they counted toward what "
        "happened and against it. Few items prove little."
    )
    made = _fitted(cells, headers, width, right=(2, 3, 4, 5), narrowest=12)
    return made + "\n\n" + fold(note, width)


def record_text(head: str, record: dict[str, Any], width: int) -> str:
    """Every key of a record that holds something, long texts folded."""
    return "\n".join([head, "", *_entries(record, width, "")])


def _entries(record: dict[str, Any], width: int, indent: str) -> Iterator[str]:
    for key, value in record.items():
        if value in (None, [], {}, ()):
            continue
        if isinstance(value, dict):
            yield fold(f"{key}:", width, indent)
            yield from _entries(value, width, indent + "  ")
        elif isinstance(value, list | tuple):
            yield fold(f"{key}:", width, indent)
            for one in value:
                if isinstance(one, dict):
                    yield from _entries(one, width, indent + "  ")
                else:
                    yield fold(str(one), width, indent + "    ", indent + "  - ")
        else:
            yield fold(f"{key}: {value}", width, indent + "  ", indent)


def _fitted(
    cells: list[list[Any]],
    headers: list[str],
    width: int,
    right: Sequence[int] = (),
    narrowest: int = 24,
) -> str:
    """A table whose last column folds so that the whole fits."""
    if not cells:
        return "none"
    widest = [max(len(str(line[n])) for line in [headers, *cells]) for n in range(len(headers))]
    spare = width - sum(widest[:-1]) - 2 * (len(headers) - 1)
    if spare < narrowest:
        return _stacked(cells, headers, width)
    return table(cells, headers, right, [None] * (len(headers) - 1) + [spare])


def _stacked(cells: list[list[Any]], headers: list[str], width: int) -> str:
    """Where a table would be too wide: what it is, its columns by name, the last one below."""
    lines = []
    for first, *middle, last in cells:
        named = [f"{h} {cell}" for h, cell in zip(headers[1:], middle, strict=False) if str(cell)]
        lines.append(fold(f"{first}: {', '.join(named)}", width, "    ", ""))
        if str(last):
            lines.append(fold(str(last), width, "    "))
    return "\n".join(lines)
