"""The status table: one row a scenario."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from scenarios.analysis.period.trajectory import TrajectoryPoint
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.findings import RULES
from scenarios.analysis.rules.rule import Finding
from scenarios.model import ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import StatusLine, left, right
from scenarios.render.document import Document, Paragraph, Ref, Table, Text
from scenarios.render.documents import quantity_table

_TITLE = 20
Figures = tuple[float | None, ...]

_FLAGS = {rule.id: rule.flag for rule in RULES if rule.flag}


class Trends(NamedTuple):
    """The figures of each scenario on the same days, oldest first."""

    days: Sequence[date]
    figures: Mapping[ScenarioId, Figures]


def document(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    language: str,
    nothing: str,
    trends: Trends | None = None,
    *,
    since: date | None = None,
    ended: Mapping[ScenarioId, date] | None = None,
) -> Document:
    """The open scenarios, then the resolved ones in a table of their own, with the days they ended.

    All stand in one table where `ended` is None; `nothing` stands where there is no scenario.
    """
    if not rows:
        return (Paragraph(nothing),)
    if ended is None:
        return tables(rows, findings, language, trends, since=since)
    note = ("Changes are in points, since ", f"{since}", "; in brackets, the evidence that is new.")
    still = [row for row in rows if row.id not in ended]
    gone = [row for row in rows if row.id in ended]
    return (
        *tables(still, findings, language, trends, since=since, note=note),
        *([_resolved(gone, ended)] if gone else []),
    )


def lines_of(
    rows: Iterable[StatusRow], findings: Iterable[Finding], trends: Trends | None
) -> list[StatusLine]:
    """The rows with their flags, a word or two for each rule, and their trends."""
    flags: dict[ScenarioId, dict[str, None]] = {}
    for finding in findings:
        if flag := _FLAGS.get(finding.rule):
            flags.setdefault(finding.subject.partition("/")[0], {})[flag] = None
    figures = trends.figures if trends else {}
    return [StatusLine(row, [*flags.get(row.id, ())], figures.get(row.id, ())) for row in rows]


def tables(
    rows: Sequence[StatusRow],
    findings: Iterable[Finding],
    language: str,
    trends: Trends | None = None,
    *,
    since: date | None = None,
    sets: Mapping[SetId, str] | None = None,
    note: Text = "",
) -> tuple[Table, ...]:
    """One row a scenario, the members of a set together, with a trend each where there are some.

    Quantities have a table of their own.
    """
    binary, quantities = quantity_table.divided(lines_of(rows, findings, trends))
    columns = cells.status_cells(binary, language, trends.days if trends else ())
    return (
        *([replace(cells.by_set(binary, columns, sets or {}), note=note)] if binary else []),
        *([quantity_table.table(quantities, since)] if quantities else []),
    )


def _resolved(rows: Iterable[StatusRow], ended: Mapping[ScenarioId, date]) -> Table:
    """Outcomes, the latest first, with the last figures."""
    last = sorted(rows, key=lambda row: (-ended[row.id].toordinal(), row.set or "", row.id))
    columns: tuple[cells.Cell[StatusRow], ...] = (
        (left("resolved", "scenario"), lambda row: Ref(row.id, "scenario")),
        (left("outcome", meaning="attention"), lambda row: cells.outcome_words(row.outcome)),
        (left("on", drop=1), lambda row: str(ended[row.id])),
        (right("stated"), cells.stated),
        (right("implied"), cells.implied),
        (
            left("title", drop=2, least=_TITLE, cut=True, extra=True),
            lambda row: cells.one_line(row.title),
        ),
    )
    note = "On the day before the outcome, or at the horizon; the last forecasts: scen score"
    return cells.table(last, columns, note=note)


def figures(days: Iterable[date], trend: Iterable[TrajectoryPoint]) -> Figures:
    """The stated probabilities, or the implied ones where none was stated; None is a gap."""
    points = {point.day: point for point in trend}
    is_stated = any(point.stated is not None for point in points.values())
    values = (points.get(day) for day in days)
    return tuple(
        None if point is None else point.stated if is_stated else point.implied for point in values
    )
