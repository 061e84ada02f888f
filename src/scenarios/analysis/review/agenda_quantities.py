"""An analyst's interval of a quantity, with the others', the team's and the implied one."""

from datetime import date

import msgspec

from scenarios.analysis.quantities.figures import Interval
from scenarios.analysis.quantities.ledger import quantity_ledger
from scenarios.analysis.quantities.view import (
    StandingEstimate,
    StatedQuantity,
    current_estimates,
    interval,
    stated_quantity,
)
from scenarios.model import Analyst, Database, ScenarioId


class IntervalComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The intervals of a quantity: the analyst's before and now, the others', the team's."""

    before: Interval | None
    after: Interval | None
    others: Interval | None
    team: Interval | None
    implied: Interval


def interval_comparison(
    before: Database, after: Database, analyst: Analyst, on: date, id: ScenarioId
) -> IntervalComparison:
    """The intervals to show once the analyst has answered: `after` has the answer."""
    scenario = after.scenarios[id]
    own, was = (current_estimates(side, id, on).get(analyst) for side in (after, before))
    sheets = {name: sheet for name, sheet in after.sheets.items() if sheet.analyst != analyst}
    others = stated_quantity(msgspec.structs.replace(after, sheets=sheets), id, on)
    team = stated_quantity(after, id, on) if others else None

    def shown(of: StandingEstimate | StatedQuantity | None) -> Interval | None:
        return interval(of.distribution, scenario) if of else None

    return IntervalComparison(
        before=shown(was),
        after=shown(own),
        others=shown(others),
        team=shown(team),
        implied=interval(quantity_ledger(after, id, on).implied, scenario),
    )
