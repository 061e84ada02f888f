"""A quantity explained: prior, stated and implied, its rows and what the lines say at each."""

from collections.abc import Iterator

from scenarios.analysis.quantities.explanation import (
    QuantityExplanation,
    QuantityLineShown,
    explain_quantity,
)
from scenarios.analysis.quantities.figures import Interval, RowFigure, in_words, row_name
from scenarios.model import Database, ScenarioId
from scenarios.model.quantity import shortest
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, p, right
from scenarios.render.document import lines

explained = explain_quantity
_NARROWEST = 24


def document(result: QuantityExplanation, database: Database) -> doc.Document:
    """The three intervals, the rows by the ids that one rates and explains, and the lines."""
    scenario = database.scenarios[result.scenario]
    title = doc.Ref(result.scenario, "scenario"), f": {scenario.title}, as of {result.as_of}"
    unit = scenario.quantity.unit if scenario.quantity else None
    ended = f"Resolved: {cells.outcome_words(result.outcome)} {unit or ''}".rstrip()
    stood = f"{ended}. The figures as they stood on {result.ledger_day}."
    top: doc.Document = (
        doc.Heading(1, title, (stood,) if result.outcome else ()),
        *cells.notice(result.notice),
        doc.Paragraph(scenario.question),
    )
    if result.quantity is None:
        return (*top, doc.Paragraph(cells.withheld_figures(result.withheld)))
    named = {
        "prior": result.prior,
        "implied": result.quantity.implied,
        "stated": result.quantity.stated,
    }
    rows = [(name, shown) for name, shown in named.items() if shown]
    side = "by" if result.quantity.kind == "date" else "under"
    columns: tuple[Cell[tuple[str, Interval]], ...] = (
        (left(unit or "day"), lambda row: row[0]),
        (right(f"10% {side}", "low"), lambda row: in_words(row[1].low, row[1])),
        (right("even", "median"), lambda row: in_words(row[1].median, row[1])),
        (right(f"90% {side}", "high"), lambda row: in_words(row[1].high, row[1])),
    )
    analysts = result.quantity.analysts
    note = f"Stated by {analysts} analysts, the mean of their log odds." if analysts > 1 else ""
    return (
        *top,
        cells.table(rows, columns, note=note),
        *_rows(result, unit),
        lines(("Prior: ", scenario.prior.basis)),
        *_lines(result, database),
    )


def _rows(result: QuantityExplanation, unit: str | None) -> Iterator[doc.Block]:
    """Yield the table of the rows; each is rated, and explained, by its id."""
    columns: tuple[Cell[RowFigure], ...] = (
        (left("row"), lambda row: doc.Ref(row.id, "scenario")),
        (left("what"), lambda row: row_name(row.threshold, unit)),
        (right("stated"), lambda row: cells.outcome_words(row.outcome or "") or p(row.stated)),
        (right("implied"), lambda row: "" if row.outcome else p(row.implied)),
    )
    if result.quantity and result.quantity.thresholds:
        note = "Each row has a ledger: scen explain ROW"
        yield cells.table(result.quantity.thresholds, columns, note=note)


def _lines(result: QuantityExplanation, database: Database) -> Iterator[doc.Block]:
    """Yield the lines, the highest first, with what each counts at each threshold."""
    rows = database.scenarios[result.scenario].quantity
    thresholds = rows.rows(result.scenario) if rows else {}

    def counted(row: ScenarioId) -> Cell[QuantityLineShown]:
        name = shortest(thresholds[row])
        return (
            right(name, row, meaning="move"),
            lambda line: (
                doc.Figure(line.counted_decibans[row], "dB") if line.counted_decibans[row] else ""
            ),
        )

    columns: tuple[Cell[QuantityLineShown], ...] = (
        (left("line", least=_NARROWEST), lambda line: doc.Ref(line.id)),
        (right("height, dB", "height"), lambda line: doc.Figure(line.height_decibans, "dB")),
        (right("factor"), lambda line: doc.Figure(line.factor, digits=2)),
        *map(counted, thresholds),
    )
    if result.lines:
        note = "Below each threshold what the line counts there, in decibans."
        yield cells.table(result.lines, columns, note=note)
