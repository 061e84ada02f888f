"""The figures of quantities on a day, and how far they moved since another."""

import datetime as dt
import math
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from scenarios.analysis.evidence.knowledge import last_open_day, resolved
from scenarios.analysis.forecasts import records_of, weights
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.quantities.distributions import (
    Distribution,
    PooledDistribution,
    quantile,
)
from scenarios.analysis.quantities.estimates import distribution, estimate_faults
from scenarios.analysis.quantities.figures import (
    EarlierIntervals,
    Interval,
    QuantityFigure,
    RowFigure,
    Shown,
)
from scenarios.analysis.quantities.ledger import (
    QuantityLedger,
    RowId,
    once_nothing_came,
    quantity_ledger,
)
from scenarios.model import Analyst, Database, EvidenceId, Resolution, Scenario, ScenarioId, SheetId
from scenarios.scales import jeffreys

STATED_LOWEST, STATED_HIGHEST = 0.0001, 0.9999
"""The bounds of a row's stated probability."""
_NOISE = 1e-6
"""Days: a quantile this little past the end of a day is that day."""


class StandingEstimate(NamedTuple):
    """One analyst's distribution that stands on a day, and the sheet that has it."""

    distribution: Distribution
    date: dt.date
    sheet: SheetId


class StatedQuantity(NamedTuple):
    """The team's distribution, and the estimates behind it by analyst."""

    distribution: Distribution
    estimates: dict[Analyst, StandingEstimate]


def last_day(database: Database, id: ScenarioId, as_of: date) -> date:
    """The day whose figures stand at `as_of`: of a date that came, at the latest its eve."""
    day, scenario = last_open_day(database, id, as_of), database.scenarios[id]
    end = resolved(database, id, as_of)
    if end and isinstance(end.value, str) and end.value != "later":
        day = max(min(day, date.fromisoformat(end.value) - timedelta(1)), scenario.opened)
    return day


def current_estimates(
    database: Database, id: ScenarioId, day: date
) -> dict[Analyst, StandingEstimate]:
    """Each analyst's latest estimate on a day, unless withdrawn or expired.

    One that its quantity cannot have is a fault of its sheet, and left out.
    """
    quantity = database.scenarios[id].quantity
    latest = dict[Analyst, SheetId]()
    for sheet_id in database.estimating.get(id, ()):
        if database.sheets[sheet_id].date <= day:
            latest[database.sheets[sheet_id].analyst] = sheet_id
    estimates = {}
    for analyst, sheet_id in sorted(latest.items()):
        sheet = database.sheets[sheet_id]
        quantiles = sheet.quantiles[id]
        if quantity is None or quantiles is None:
            continue
        if (day - sheet.date).days >= database.tracker.standing_days:
            continue
        if estimate_faults(quantity, quantiles, sheet.date):
            continue
        own = distribution(quantity, quantiles, sheet.date)
        estimates[analyst] = StandingEstimate(own, sheet.date, sheet_id)
    return estimates


def stated_quantity(database: Database, id: ScenarioId, day: date) -> StatedQuantity | None:
    """The team's distribution on a day: the weighted mean of the log odds at each value.

    Of a date it is that once nothing has happened by the day.
    """
    estimates = current_estimates(database, id, day)
    if not estimates:
        return None
    scenario, team = database.scenarios[id], database.tracker.team
    ages = {analyst: (day - estimate.date).days for analyst, estimate in estimates.items()}
    days_open = (day - scenario.opened).days
    own = weights(ages, days_open, team, records_of(database).on(day))
    several = [estimate.distribution for estimate in estimates.values()]
    pooled: Distribution = PooledDistribution(several, own, team.extremize)
    return StatedQuantity(once_nothing_came(pooled, scenario, day), estimates)


def interval(of: Distribution, scenario: Scenario) -> Interval:
    """The 80 % interval of a distribution and its median, as they are shown."""
    low, median, high = (shown(quantile(of, p), scenario) for p in (0.1, 0.5, 0.9))
    return Interval(median=median, low=low, high=high)


def shown(value: float, scenario: Scenario) -> Shown:
    """A number; of a date the first day by whose end it is reached, `later` past the horizon."""
    if scenario.quantity is None or scenario.quantity.kind == "number":
        return value
    day = math.ceil(value - _NOISE)
    return "later" if day > scenario.horizon.toordinal() else date.fromordinal(day).isoformat()


def row_probability(stated: Distribution, ledger: QuantityLedger, row: RowId) -> float:
    """The stated probability of a row, 0.0001 to 0.9999."""
    tails = stated.tails(ledger.rows[row])
    chance = tails[0] if ledger.is_date else tails[1]
    return min(max(chance, STATED_LOWEST), STATED_HIGHEST)


def movement(before: Distribution, after: Distribution, values: Sequence[float]) -> float:
    """The largest Jeffreys divergence, in bits, of {y ≤ x, y > x} over the values x."""

    def chance(of: Distribution, value: float) -> float:
        return min(max(of.tails(value)[0], STATED_LOWEST), STATED_HIGHEST)

    pairs = ((chance(before, value), chance(after, value)) for value in values)
    return max((jeffreys(*pair) for pair in pairs), default=0.0)


def new_evidence(ledger: QuantityLedger, database: Database, since: date) -> list[EvidenceId]:
    """The items recorded after a day that speak in a ledger, those that reach furthest first."""
    lines = sorted(ledger.lines, key=lambda line: (-line.height * line.share, line.named.id))
    items = (id for line in lines for id in line.evidence)
    return [id for id in items if database.evidence[id].recorded > since]


class QuantityView(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A quantity at both dates of a window; earlier values are None where it had not opened."""

    id: ScenarioId
    scenario: Scenario
    resolution: Resolution | None
    ledger: QuantityLedger
    ledger_before: QuantityLedger | None
    stated: StatedQuantity | None
    stated_before: StatedQuantity | None

    @cached_property
    def bits(self) -> float:
        """The larger movement of what is stated and what is implied."""
        values = [*self.ledger.rows.values(), *self.ledger.prior.knots]
        moves = []
        if self.ledger_before:
            moves.append(movement(self.ledger_before.implied, self.ledger.implied, values))
        if self.stated and self.stated_before:
            before, now = self.stated_before.distribution, self.stated.distribution
            moves.append(movement(before, now, values))
        return max(moves, default=0.0)

    @cached_property
    def figure(self) -> QuantityFigure:
        """Everything that is shown of it."""
        quantity, stated, before = self.scenario.quantity, self.stated, self.ledger_before
        stated_before = self.stated if self._only_time_passed else self.stated_before
        assert quantity is not None  # noqa: S101 - it is in `quantities`
        return QuantityFigure(
            kind=quantity.kind,
            unit=quantity.unit,
            stated=self._interval(stated),
            implied=interval(self.ledger.implied, self.scenario),
            thresholds=self._rows(self.ledger, stated),
            previous=EarlierIntervals(
                stated=self._interval(stated_before),
                implied=interval(before.implied, self.scenario) if before else None,
                thresholds=self._rows(before, stated_before) if before else (),
            ),
            analysts=len(stated.estimates) if stated else 0,
        )

    @property
    def _only_time_passed(self) -> bool:
        """True of a date whose forecasts are the same: that it moves on by itself is no news."""
        sheets = [
            {analyst: estimate.sheet for analyst, estimate in side.estimates.items()}
            for side in (self.stated, self.stated_before)
            if side
        ]
        is_date = self.scenario.quantity is not None and self.scenario.quantity.kind == "date"
        return is_date and len(sheets) > 1 and sheets[0] == sheets[1]

    def _rows(self, ledger: QuantityLedger, stated: StatedQuantity | None) -> tuple[RowFigure, ...]:
        rows = self.scenario.quantity.rows(self.id) if self.scenario.quantity else {}
        return tuple(
            RowFigure(
                id=row,
                threshold=value if isinstance(value, float) else value.isoformat(),
                stated=row_probability(stated.distribution, ledger, row) if stated else None,
                implied=ledger.chance(ledger.implied, row),
                outcome="did-not-occur"
                if isinstance(value, date) and value <= ledger.day
                else UNSET,
            )
            for row, value in rows.items()
        )

    def _interval(self, stated: StatedQuantity | None) -> Interval | None:
        return interval(stated.distribution, self.scenario) if stated else None


def quantity_views(
    odds: DailyLedgers, since: date, as_of: date, only: Collection[ScenarioId] | None = None
) -> Iterator[QuantityView]:
    """Every quantity that had opened and is not withheld, or these of them, at both dates."""
    database = odds.database
    for id, scenario in database.quantities.items():
        if only is not None and id not in only:
            continue
        if scenario.opened <= as_of and id not in database.withheld:
            yield quantity_view(odds, id, since, as_of)


def quantity_view(odds: DailyLedgers, id: ScenarioId, since: date, as_of: date) -> QuantityView:
    """A quantity that had opened, at both dates."""
    database, scenario = odds.database, odds.database.scenarios[id]
    items = [*odds.bearing((id,))]
    day, earlier = last_day(database, id, as_of), last_day(database, id, since)
    is_new = scenario.opened > since
    return QuantityView(
        id=id,
        scenario=scenario,
        resolution=resolved(database, id, as_of),
        ledger=quantity_ledger(database, id, day, items),
        ledger_before=None if is_new else quantity_ledger(database, id, earlier, items),
        stated=stated_quantity(database, id, day),
        stated_before=None if is_new else stated_quantity(database, id, earlier),
    )
