"""Scores of quantities: the rows that are listed, and the CRPS of those whose value counts."""

from collections.abc import Iterable, Iterator, Sequence

from scenarios.analysis.question_scores import QuestionScore
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, left, right


def listed(rows: Iterable[QuestionScore], early: bool) -> list[QuestionScore]:
    """The rows that a table of questions has; an early date is scored so far alone."""
    return [row for row in rows if row.early is early and not (early and row.quantity)]


def crps(rows: Sequence[QuestionScore]) -> Iterator[doc.Table]:
    """Yield the CRPS of each forecaster on the quantities whose value counts, if there are any."""
    counted = [row for row in rows if isinstance(row.crps, float) and not row.early]
    columns: tuple[Cell[QuestionScore], ...] = (
        (left("CRPS by question"), lambda row: doc.Ref(row.scenario, "scenario")),
        (right("value"), lambda row: row.ending),
        (left("forecaster"), lambda row: row.forecaster),
        (right("CRPS"), lambda row: doc.Figure(row.crps or None, digits=2)),
    )
    note = (
        "CRPS is in the unit of the quantity, or in days; 0 is best. Its Brier score is the mean "
    )
    note += "over all thresholds, each as often as the prior expects values there."
    yield from [cells.table(counted, columns, note=note)] if counted else []
