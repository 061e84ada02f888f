"""The status tables: one row a scenario; and quantities, each with its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from msgspec.structs import replace

from scenarios.analysis.period.trajectory import TrajectoryPoint
from scenarios.analysis.quantities.figures import Interval, QuantityFigure, in_words, median_change
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.findings import RULES
from scenarios.analysis.rules.rule import Finding
from scenarios.model import ScenarioId, SetId
from scenarios.render import cells
from scenarios.render.cells import Cell, StatusLine, left, right
from scenarios.render.document import Document, Paragraph, Ref, Table, Text
from scenarios.render.quantity_cells import threshold_rows

_TITLE = 20
Figures = tuple[float | None, ...]
Side = Literal["stated", "implied"]

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
    binary, quantities = divided(lines_of(rows, findings, trends))
    columns = cells.status_cells(binary, language, trends.days if trends else ())
    return (
        *([replace(cells.by_set(binary, columns, sets or {}), note=note)] if binary else []),
        *([quantity_table(quantities, since)] if quantities else []),
    )


def divided(lines: Sequence[StatusLine]) -> tuple[list[StatusLine], list[StatusLine]]:
    """The lines of questions with a yes or a no, and those of quantities."""
    binary = [line for line in lines if not line.row.quantity]
    return binary, [line for line in lines if line.row.quantity]


def quantity_table(
    lines: Sequence[StatusLine], since: date | None, *, is_titled: bool = False
) -> Table:
    """Table of open quantities, each with its rows below it; by id, or by title."""
    every = [StatusLine(line.row, line.flags) for line in lines]
    rows = [row for line in every for row in (line, *map(StatusLine, threshold_rows(line.row)))]
    units = {line.row.id: _unit(line.row.quantity) for line in every if line.row.quantity}

    def name(line: StatusLine) -> Ref:
        label = line.row.title if is_titled or not line.row.quantity else ""
        return Ref(line.row.id, "scenario", label, strong=line.has_moved)

    columns: list[Cell[StatusLine]] = [(left("how many, by when", "scenario", least=24), name)]
    columns += [(left("unit", drop=2), lambda line: units.get(line.row.id, ""))]
    columns += [*_figures("stated"), *_figures("implied")]
    columns += [
        (left("flags", meaning="attention"), lambda line: line.flagged * bool(line.row.quantity))
    ]
    note = "80%: from what it stays under with 10% to what it stays under with 90%."
    note += f" Changes since {since}, of rows in points." * bool(since)
    return cells.table(rows, columns, note=note)


def _unit(figure: QuantityFigure) -> str:
    return figure.unit or ("day" if figure.kind == "date" else "")


def _figures(side: Side) -> Iterator[Cell[StatusLine]]:
    """Yield the columns of one side: the median, its interval, and the change of the median."""

    def now(line: StatusLine) -> Interval | None:
        return getattr(line.row.quantity, side) if line.row.quantity else None

    def median(line: StatusLine) -> Text:
        figures = now(line)
        if line.row.quantity:
            return in_words(figures.median, figures) if figures else ""
        if line.row.outcome:
            return cells.outcome_words(line.row.outcome) if side == "stated" else ""
        return cells.stated(line.row) if side == "stated" else cells.implied(line.row)

    def ends(line: StatusLine) -> str:
        figures = now(line)
        return (
            " to ".join(in_words(v, figures) for v in (figures.low, figures.high))
            if figures
            else ""
        )

    def change(line: StatusLine) -> Text:
        if line.row.quantity:
            return median_change(now(line), getattr(line.row.quantity.previous, side))
        if line.row.outcome:
            return ""
        return cells.change(line.row.stated if side == "stated" else line.row.shown)

    yield right(side), median
    yield left(f"{side} 80%", f"{side}_80", drop=5 if side == "stated" else 6), ends
    yield right("change", f"{side}_change", meaning="move", drop=4), change


def _resolved(rows: Iterable[StatusRow], ended: Mapping[ScenarioId, date]) -> Table:
    """Outcomes, the latest first, with the last figures."""
    last = sorted(rows, key=lambda row: (-ended[row.id].toordinal(), row.set or "", row.id))
    columns: tuple[cells.Cell[StatusRow], ...] = (
        (left("resolved", "scenario", least=cells.ID), lambda row: Ref(row.id, "scenario")),
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
