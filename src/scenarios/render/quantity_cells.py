"""Cells of a quantity: its intervals, and its rows as those of scenarios."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import UNSET
from msgspec.structs import replace

from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.quantities.figures import from_to, outcome_of_row, row_name
from scenarios.analysis.quantities.ledger import quantity_ledger
from scenarios.analysis.quantities.view import last_day, new_evidence
from scenarios.analysis.review.status import ImpliedFigure, StatedFigure, StatusRow
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId
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
            outcome=outcome_of_row(each.threshold, row.outcome) or each.outcome or None,
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


def news(rows: Iterable[StatusRow], database: Database, since: date) -> list[StatusRow]:
    """The quantities whose value became known in the window, then those that moved, most first."""
    own = [row for row in rows if row.quantity]
    own.sort(key=lambda row: (-(row.movement_bits or 0.0), row.id))
    ended = (row for row in own if row.outcome and ended_after(row, database, since))
    return [*ended, *(row for row in own if row.outcome is None and has_moved(row))]


def headlines(row: StatusRow, title: str) -> Sequence[str]:
    """`Trade in 2024: we say 240 (229 to 253), the evidence 242 (222 to 267)`, and shorter ones."""
    if row.outcome and row.quantity:
        value, unit = row.outcome, row.quantity.unit
        before = row.quantity.stated or row.quantity.implied
        last = f"{'we' if row.quantity.stated else 'the evidence'} had said {before}"
        whole = f"{title}: {value} {unit}" if unit else f"{title}: {value}"
        return f"{whole}; {last}", f"{title}: {value}; {last}", whole
    stated, evidence = interval(row, "stated"), f"the evidence {interval(row, 'implied')}"
    if stated is None:
        return f"{title}: {evidence}", title
    return f"{title}: we say {stated}, {evidence}", f"{title}: we say {stated}", title


def reason(database: Database, id: ScenarioId, since: date, until: date) -> tuple[Analyst, str]:
    """The latest analyst who gave a reason in a window, and it; empty without one."""
    for sheet_id in reversed(database.estimating.get(id, ())):
        sheet = database.sheets[sheet_id]
        if since < sheet.date <= until and (why := sheet.rationales.get(id)):
            return sheet.analyst, why
    return "", ""


def moved_by(database: Database, id: ScenarioId, since: date, until: date) -> list[EvidenceId]:
    """The items of a window that speak in the ledger, those that reach furthest first."""
    items = [*DailyLedgers(database).bearing((id,))]
    ledger = quantity_ledger(database, id, last_day(database, id, until), items)
    return new_evidence(ledger, database, since)
