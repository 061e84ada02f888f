"""What an analyst may see once the answers are given: others, team, evidence, sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial

import msgspec

from scenarios.analysis.evidence.indicator_state import reading
from scenarios.analysis.evidence.knowledge import contending, known
from scenarios.analysis.forecasts.stated import pooled, standing, stated
from scenarios.analysis.ledger.ledger import implied_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import Analyst, Database, ScenarioId, SetId, Sheet, indicator_key
from scenarios.scales import TOLERANCE, decibans, nearest_sum_to_one


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A probability, and how many analysts stand behind it."""

    probability: float
    analysts: int


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    """An analyst's figure beside the others', the team's with it, and the implied one.

    `team` is None where nobody else has a standing forecast: one analyst is no team.
    """

    scenario: ScenarioId
    before: float | None
    after: float | None
    others: Figure | None
    team: Figure | None
    implied: float
    gap_decibans: float | None


class SetSum(msgspec.Struct, frozen=True, kw_only=True):
    """One analyst's standing figures of a set; `nearest` has those that do sum to 1, if need be.

    A member that had not opened, or is known not to occur, is none of the `members`.
    """

    set: SetId
    figures: dict[ScenarioId, float]
    members: int
    nearest: dict[ScenarioId, float] | None

    @property
    def total(self) -> float:
        """What the figures add up to."""
        return sum(self.figures.values())


def stating(
    database: Database, analyst: Analyst, on: date, figures: Mapping[ScenarioId, float | None]
) -> Database:
    """The database with these figures in the analyst's sheet of the day."""
    id = f"{on}-{analyst}"
    had = database.sheets[id].probabilities if id in database.sheets else {}
    sheet = Sheet(on, analyst, {**had, **figures})
    return msgspec.structs.replace(database, sheets={**database.sheets, id: sheet})


def reveal(
    before: Database, after: Database, analyst: Analyst, on: date, ids: Iterable[ScenarioId]
) -> tuple[Reveal, ...]:
    """What may be seen once the analyst has answered: `after` has the answers, `before` has not.

    The others' figure is the geometric mean of their odds, as they gave them; the team's is the
    stated probability, which a complete set normalises.
    """
    odds = Odds(known(after, on))
    found = []
    for id in ids:
        figures = standing(after, id, on)
        own = figures.pop(analyst, None)
        was = standing(before, id, on).get(analyst)
        others = [one.probability for one in figures.values()]
        together = stated(after, id, on)
        implied = implied_of(odds, id)
        found.append(
            Reveal(
                scenario=id,
                before=was.probability if was else None,
                after=own.probability if own else None,
                others=Figure(probability=pooled(others), analysts=len(others)) if others else None,
                team=Figure(probability=together.probability, analysts=len(together.analysts))
                if together and others
                else None,
                implied=implied.probability,
                gap_decibans=decibans(own.probability) - implied.decibans if own else None,
            )
        )
    return tuple(found)


def unrecorded(database: Database, on: date, seen: Iterable[str]) -> list[str]:
    """Those of the indicators that no item shows by that day."""
    at_day = known(database, on)
    return [key for key in seen if reading(at_day, indicator_key(key)).strength == 0]


def counted_absent(
    database: Database, on: date, seen: Iterable[str]
) -> dict[ScenarioId, tuple[str, ...]]:
    """By scenario, the indicators that were seen and whose absence its implied figure counts.

    An absence counts for the rivals of a set too.
    """
    found: dict[ScenarioId, tuple[str, ...]] = {}
    for key in filter(partial(_may_be_absent, database), unrecorded(database, on, seen)):
        id = indicator_key(key)[0]
        set_id = database.scenarios[id].set
        for one in {id, *(contending(database, set_id, on) if set_id else ())}:
            found[one] = (*found.get(one, ()), key)
    return found


def _may_be_absent(database: Database, key: str) -> bool:
    """Whether there is such an indicator, and its absence is worth something."""
    id, name = indicator_key(key)
    scenario = database.scenarios.get(id)
    indicator = scenario.indicators.get(name) if scenario else None
    return indicator is not None and (indicator.if_absent or indicator.chance) is not None


def sums(
    database: Database, analyst: Analyst, on: date, ids: Iterable[ScenarioId]
) -> tuple[SetSum, ...]:
    """What an analyst's figures add up to in each set that these scenarios belong to."""
    found = []
    for set_id in sorted({s for id in ids if (s := database.scenarios[id].set)}):
        live = contending(database, set_id, on)
        own = {id: standing(database, id, on).get(analyst) for id in live}
        figures = {id: one.probability for id, one in own.items() if one}
        complete = 1 < len(live) == len(figures)
        off = complete and abs(sum(figures.values()) - 1) > TOLERANCE + 1e-12
        nearest = nearest_sum_to_one(figures) if off else None
        found.append(SetSum(set=set_id, figures=figures, members=len(live), nearest=nearest))
    return tuple(found)
