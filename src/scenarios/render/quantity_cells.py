"""Cells of a quantity: its intervals, and its rows as those of scenarios."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from msgspec import UNSET
from msgspec.structs import replace

from scenarios.analysis.quantities.figures import from_to, outcome_of_row, row_name
from scenarios.analysis.review.status import ImpliedFigure, StatedFigure, StatusRow
from scenarios.model import Database
from scenarios.scales import MOVED_BITS


def threshold_rows(row: StatusRow) -> Iterator[StatusRow]:
    """The rows of a quantity as scenarios, `over 240 billion dollars`."""
    figures = row.quantity
    before = {each.id: each for each in figures.previous.thresholds} if figures else {}
    for each in figures.thresholds if figures else ():
        was = before.get(each.id)
        stated = StatedFigure(
            probability=each.stated or 0.0, previous=was.stated if was else None, analysts=1
        )
        yield replace(
            row,
            id=each.id,
            title=row_name(each.threshold, figures.unit if figures else None),
            stated=stated if each.stated is not None else None,
            implied=ImpliedFigure(
                probability=each.implied, previous=was.implied if was else None, low=None, high=None
            ),
            movement_bits=None,
            evidence=None,
            indicators=None,
            outcome=outcome_of_row(each.threshold, row.outcome),
            quantity=UNSET,
        )


def ended_after(row: StatusRow, database: Database, day: date) -> bool:
    """True if the outcome of a question entered the record after a day."""
    end = database.scenarios[row.id].resolution
    return end is not None and end.recorded > day


def has_moved(row: StatusRow) -> bool:
    """True if a row is that of a quantity whose figures moved, that is new or first forecast."""
    if not row.quantity:
        return False
    before = row.quantity.previous
    is_first = row.quantity.stated is not None and before.stated is None
    return is_first or before.implied is None or (row.movement_bits or 0.0) >= MOVED_BITS


def interval(row: StatusRow, side: Literal["stated", "implied"]) -> str | None:
    """`242 (222 to 267), from 240`; None where a row has no quantity, or nothing stands."""
    if not row.quantity or (now := getattr(row.quantity, side)) is None:
        return None
    return from_to(now, getattr(row.quantity.previous, side))
