"""The course of a quantity over time: its distributions, stated and implied, day by day."""

from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import days_of
from scenarios.analysis.forecasts import SheetForecast
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.odds import changes_daily
from scenarios.analysis.period.trajectory import EvidenceByDay, Trajectory, TrajectoryPoint, evenly
from scenarios.analysis.quantities.ledger import QuantityLedger, quantity_ledger
from scenarios.analysis.quantities.view import (
    StandingEstimate,
    StatedQuantity,
    last_day,
    row_probability,
    stated_quantity,
)
from scenarios.model import Database, ScenarioId


class CoursePoint(NamedTuple):
    """The ledger of a quantity on a day, and what the team states; None where nobody does."""

    day: date
    ledger: QuantityLedger
    stated: StatedQuantity | None

    def of_row(self, row: ScenarioId) -> TrajectoryPoint:
        """Both probabilities of a row."""
        of, stated = self.ledger, self.stated
        return TrajectoryPoint(
            day=self.day,
            stated=row_probability(stated.distribution, of, row) if stated else None,
            implied=of.chance(of.implied, row),
        )


class QuantityCourse(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity from the day on which it opened to its last open day, at most the day asked.

    `estimates` are those that ever stood, oldest first.
    """

    scenario: ScenarioId
    points: tuple[CoursePoint, ...]
    entered: EvidenceByDay
    estimates: tuple[StandingEstimate, ...]

    def of_row(self, row: ScenarioId, until: date, database: Database) -> Trajectory:
        """The course of one of its rows up to a day, as that of a question with a yes or a no."""
        points = tuple(point.of_row(row) for point in self.points if point.day <= until)
        threshold, forecasts = self.points[0].ledger, list[SheetForecast]()
        for estimate in self.estimates:
            sheet = database.sheets[estimate.sheet]
            forecasts.append(
                SheetForecast(
                    sheet=estimate.sheet,
                    date=estimate.date,
                    analyst=sheet.analyst,
                    probability=row_probability(estimate.distribution, threshold, row),
                    rationale=sheet.rationales.get(self.scenario),
                    evidence=sheet.evidence.get(self.scenario, ()),
                )
            )
        return Trajectory(
            scenario=row,
            points=points,
            entered={day: ids for day, ids in self.entered.items() if day <= until},
            states={},
            forecasts=tuple(f for f in forecasts if f.date <= until),
        )


def quantity_course(odds: DailyLedgers, id: ScenarioId, as_of: date, most: int) -> QuantityCourse:
    """The course of a quantity on the days on which one of its figures changed.

    Of days on which the evidence changed at most `most` are drawn, evenly chosen; of what changes
    with time alone others between them.
    """
    database, scenario = odds.database, odds.database.scenarios[id]
    items, stands = [*odds.bearing((id,))], database.tracker.standing_days
    first, last = scenario.opened, last_day(database, id, as_of)
    sheets = [database.sheets[sheet].date for sheet in database.estimating.get(id, ())]
    ends = (day.toordinal() + stands for day in sheets)
    said = {*sheets, *(date.fromordinal(day) for day in ends if day <= last.toordinal())}
    changes = {day for item in items for day in days_of(database.evidence[item])}
    due = (indicator.due for indicator in scenario.indicators.values())
    changes |= {day + timedelta(1) for day in due if day and day < last}
    ordered = sorted(day for day in changes if first < day <= last)
    seen = {*ordered[-1 :: -max(-(-len(ordered) // most), 1)]}
    days = {first, last, *(day for day in said if first <= day <= last), *seen}
    if changes_daily(database, id):
        days |= {day - timedelta(1) for day in days if day > first}
        days |= {*evenly(first, last, most // 2)}
    points = tuple(
        CoursePoint(
            day, quantity_ledger(database, id, day, items), stated_quantity(database, id, day)
        )
        for day in sorted(days)
    )
    estimates = {
        e.sheet: e for point in points if point.stated for e in point.stated.estimates.values()
    }
    entered, before = EvidenceByDay(), date.min
    for point in points:
        own = [i for i in items if before < database.evidence[i].recorded <= point.day]
        if own:
            entered[point.day] = tuple(own)
        before = point.day
    return QuantityCourse(
        scenario=id,
        points=points,
        entered=entered,
        estimates=tuple(sorted(estimates.values(), key=lambda e: (e.date, e.sheet))),
    )
