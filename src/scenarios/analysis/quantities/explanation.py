"""A quantity explained: its prior, what is stated and implied, its lines, and each of its rows."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import partial

import msgspec

from scenarios.analysis.evidence.knowledge import State, resolved, state
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.effects import EvidenceEffect, ratings_of
from scenarios.analysis.quantities.figures import Interval, QuantityFigure, outcome_of_row
from scenarios.analysis.quantities.ledger import QuantityLedger, once_nothing_came, quantity_ledger
from scenarios.analysis.quantities.view import (
    interval,
    last_day,
    quantity_view,
    row_probability,
    stated_quantity,
)
from scenarios.model import Database, EvidenceId, Outcome, ScenarioId, ThemeId
from scenarios.result import Result
from scenarios.values import RatedId, owner_of


class QuantityLineShown(msgspec.Struct, frozen=True, kw_only=True):
    """One witness: its height, the share of it that counts, and its counted decibans by row."""

    id: str
    theme: ThemeId | None
    height_decibans: float
    factor: float
    counted_decibans: dict[RatedId, float]
    evidence: tuple[EvidenceId, ...]
    suppressed: tuple[str, ...]


class QuantityExplanation(Result, frozen=True, kw_only=True):
    """A quantity on a day: its prior, what is stated and implied, its rows and its lines.

    Of a date each of the three is that once nothing has come by `ledger_day`.
    `outcome` is its value once it is known. Figures are None, and `withheld` is its path, where a
    file that cannot be read could change them.
    """

    notice: str | None
    scenario: ScenarioId
    as_of: date
    ledger_day: date
    state: State
    outcome: str | None
    prior: Interval
    quantity: QuantityFigure | None
    lines: tuple[QuantityLineShown, ...]
    withheld: str | None = None


def row_effects(
    before: Database, after: Database, evidence_id: EvidenceId, day: date
) -> tuple[EvidenceEffect, ...]:
    """Effects of an item on a day on each row that it rates, itself or by an indicator."""
    item, effects = after.evidence[evidence_id], list[EvidenceEffect]()
    for row, rating, via in ratings_of(after, item):
        id = owner_of(row)
        quantity = after.scenarios[id].quantity if id in after.quantities else None
        if quantity is None or row not in quantity.rows(id):
            continue
        of_row = partial(EvidenceEffect, scenario=row, rating=rating, via=via)
        if state(after, id, day) in ("resolved", "unopened"):
            none = of_row(
                weight=0.0,
                factor=None,
                counted_decibans=0.0,
                before=None,
                after=None,
                note="not open on that day",
            )
            effects.append(none)
            continue
        now, was = quantity_ledger(after, id, day), None
        if row in (before.scenarios[id].quantity or quantity).rows(id):
            was = quantity_ledger(before, id, day)
        name = via or evidence_id
        line = next((x for x in now.lines if name in {row.id for row in x.group.rows}), None)
        is_named = line is not None and line.named.id == name
        worth = line.steps[row] * line.share if line and is_named else 0.0
        why = "neutral: fits every outcome equally"
        if line and not is_named:
            why = f"same origin or event as {line.named.id}: one witness"
        effects.append(
            of_row(
                weight=line.named.weight if line and is_named else 0.0,
                factor=line.share if line else None,
                counted_decibans=worth,
                before=was.chance(was.implied, row) if was else None,
                after=now.chance(now.implied, row),
                note=None if is_named else why,
            )
        )
    return tuple(effects)


class RowOnDay(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a quantity on the last day on which it was open; its outcome once that is known."""

    ledger: QuantityLedger
    day: date
    outcome: Outcome | None
    stated: float | None
    analysts: int


def row_on(
    database: Database,
    row: ScenarioId,
    as_of: date,
    items: Collection[EvidenceId] | None = None,
) -> RowOnDay:
    """A row on a day; one whose day has passed without the event did not occur."""
    id = owner_of(row)
    scenario, end = database.scenarios[id], resolved(database, id, as_of)
    day = last_day(database, id, as_of)
    threshold = scenario.quantity.rows(id)[row] if scenario.quantity else 0.0
    shown = f"{threshold}" if isinstance(threshold, date) else threshold
    outcome = outcome_of_row(shown, end.ending if end else None)
    if isinstance(threshold, date) and threshold <= day:
        day = max(threshold - timedelta(1), scenario.opened)
        outcome = outcome or "did-not-occur"
    ledger = quantity_ledger(database, id, day, items)
    stated = stated_quantity(database, id, day)
    return RowOnDay(
        ledger=ledger,
        day=day,
        outcome=outcome,
        stated=row_probability(stated.distribution, ledger, row) if stated else None,
        analysts=len(stated.estimates) if stated else 0,
    )


def explain_quantity(database: Database, id: ScenarioId, as_of: date) -> QuantityExplanation:
    """Explain a quantity that had opened by a day."""
    end, path = resolved(database, id, as_of), database.withheld.get(id)
    view = quantity_view(DailyLedgers(database), id, as_of, as_of)
    lines, day = () if path else view.ledger.lines, last_day(database, id, as_of)
    return QuantityExplanation(
        notice=database.tracker.notice,
        scenario=id,
        as_of=as_of,
        ledger_day=day,
        state=state(database, id, as_of),
        outcome=end.ending if end else None,
        prior=interval(once_nothing_came(view.ledger.prior, view.scenario, day), view.scenario),
        quantity=None if path else view.figure,
        lines=tuple(
            QuantityLineShown(
                id=line.named.id,
                theme=line.group.theme,
                height_decibans=line.height,
                factor=line.share,
                counted_decibans={row: step * line.share for row, step in line.steps.items()},
                evidence=line.evidence,
                suppressed=tuple(row.id for row in line.group.rows if row is not line.named),
            )
            for line in sorted(lines, key=lambda line: (-line.height * line.share, line.named.id))
        ),
        withheld=path,
    )
