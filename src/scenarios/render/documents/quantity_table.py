"""The table of quantities: the median, its interval and its change, each with the rows below it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from scenarios.analysis.quantities.figures import (
    Interval,
    QuantityFigure,
    in_words,
    median_change,
)
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.cells import Cell, StatusLine, left, right
from scenarios.render.quantity_cells import threshold_rows

Side = Literal["stated", "implied"]


def divided(lines: Sequence[StatusLine]) -> tuple[list[StatusLine], list[StatusLine]]:
    """The lines of questions with a yes or a no, and those of quantities."""
    binary = [line for line in lines if not line.row.quantity]
    return binary, [line for line in lines if line.row.quantity]


def table(lines: Sequence[StatusLine], since: date | None, *, is_titled: bool = False) -> doc.Table:
    """Table of open quantities, each with its rows below it; by id, or by title."""
    every = [StatusLine(line.row, line.flags) for line in lines]
    rows = [row for line in every for row in (line, *map(StatusLine, threshold_rows(line.row)))]
    units = {line.row.id: _unit(line.row.quantity) for line in every if line.row.quantity}

    def name(line: StatusLine) -> doc.Ref:
        label = line.row.title if is_titled or not line.row.quantity else ""
        return doc.Ref(line.row.id, "scenario", label, strong=line.has_moved)

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

    def median(line: StatusLine) -> doc.Text:
        figures = now(line)
        if line.row.quantity:
            return in_words(figures.median, figures) if figures else ""
        return cells.stated(line.row) if side == "stated" else cells.implied(line.row)

    def ends(line: StatusLine) -> str:
        figures = now(line)
        return (
            " to ".join(in_words(v, figures) for v in (figures.low, figures.high))
            if figures
            else ""
        )

    def change(line: StatusLine) -> doc.Text:
        if line.row.quantity:
            return median_change(now(line), getattr(line.row.quantity.previous, side))
        return cells.change(line.row.stated if side == "stated" else line.row.shown)

    yield right(side), median
    yield left("80%", f"{side}_80", drop=5 if side == "stated" else 6), ends
    yield right("change", f"{side}_change", meaning="move", drop=4), change
