"""The stated probability: what people forecast, and who stands behind it."""

import math
from collections.abc import Callable, Collection
from datetime import date
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import contends, members, resolution
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId, SetId, SheetId, Tracker
from scenarios.scales import decibans, probability


class StandingForecast(msgspec.Struct, frozen=True, kw_only=True):
    """One analyst's forecast that stands at a date."""

    probability: float
    date: date
    sheet: SheetId


class TeamFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A probability, and how many analysts stand behind it."""

    probability: float
    analysts: int


class StatedProbability(msgspec.Struct, frozen=True, kw_only=True):
    """The stated probability and the analysts behind it; `pooled` is theirs, before normalising."""

    probability: float
    analysts: tuple[Analyst, ...]
    pooled: float

    @property
    def figure(self) -> TeamFigure:
        return TeamFigure(probability=self.probability, analysts=len(self.analysts))


class SetMeans(NamedTuple):
    """The members in a set on a day, the sum of their figures, and whether any has none."""

    members: frozenset[ScenarioId]
    whole: float
    incomplete: bool


Means = dict[tuple[SetId, date], SetMeans]
"""Pooled figures of each set on a day, computed once."""


class SheetForecast(msgspec.Struct, frozen=True, kw_only=True):
    """Forecast of one scenario in one sheet; a probability of None withdraws."""

    sheet: SheetId
    date: date
    analyst: Analyst
    probability: float | None
    rationale: str | None
    evidence: tuple[EvidenceId, ...]


def given(
    database: Database, scenario_id: ScenarioId, since: date | None, until: date
) -> list[SheetForecast]:
    """Every forecast of a scenario after `since` and up to `until`, oldest first."""
    sheets = ((id, database.sheets[id]) for id in database.speaking.get(scenario_id, ()))
    return [
        SheetForecast(
            sheet=id,
            date=sheet.date,
            analyst=sheet.analyst,
            probability=sheet.probabilities[scenario_id],
            rationale=sheet.rationales.get(scenario_id),
            evidence=sheet.evidence.get(scenario_id, ()),
        )
        for id, sheet in sheets
        if sheet.date <= until and (since is None or sheet.date > since)
    ]


def standing_days(tracker: Tracker) -> int:
    """Days on which a forecast stands, from its own; unlimited without expiry."""
    expiry = tracker.forecast_expires_days
    return date.max.toordinal() if expiry is None else expiry + 1


def standing(
    database: Database, scenario_id: ScenarioId, as_of: date
) -> dict[Analyst, StandingForecast]:
    """Each analyst's latest forecast at `as_of`, unless withdrawn or expired."""
    latest: dict[Analyst, SheetId] = {}
    for id in database.speaking.get(scenario_id, ()):
        sheet = database.sheets[id]
        if sheet.date > as_of:
            break
        latest[sheet.analyst] = id
    days = standing_days(database.tracker)
    forecasts = {}
    for analyst, id in sorted(latest.items()):
        day, figure = database.sheets[id].date, database.sheets[id].probabilities[scenario_id]
        if figure is not None and (as_of - day).days < days:
            forecasts[analyst] = StandingForecast(probability=figure, date=day, sheet=id)
    return forecasts


def stated(
    database: Database, scenario_id: ScenarioId, as_of: date, means: Means | None = None
) -> StatedProbability | None:
    """The pooled standing forecasts, normalised in a complete set; `means` serves further calls."""
    own = standing(database, scenario_id, as_of)
    if not own:
        return None
    mean, means = _mean(database.tracker, own), {} if means is None else means
    set_id = database.scenarios[scenario_id].set
    if set_id is None:
        return StatedProbability(probability=mean, analysts=tuple(own), pooled=mean)
    if (set_id, as_of) not in means:
        means[set_id, as_of] = _means(database, set_id, as_of)
    together = means[set_id, as_of]
    whole = together.whole if scenario_id in together.members else together.whole + mean
    chance = mean if together.incomplete else share(mean, whole)
    return StatedProbability(probability=chance, analysts=tuple(own), pooled=mean)


def pooled(
    figures: Collection[float], extremize: float, in_decibans: Callable[[float], float] = decibans
) -> float:
    """The geometric mean of odds to the power `extremize` (Satopää et al. 2014, Baron et al. 2014).

    One figure stays exactly as it was given, and so do equal ones where `extremize` is 1.
    `in_decibans` is `decibans`, or a table of it where many are pooled.
    """
    lowest = min(figures)
    if len(figures) == 1 or (extremize == 1 and lowest == max(figures)):
        return lowest
    return probability(extremize * math.fsum(map(in_decibans, figures)) / len(figures))


def share(own: float, whole: float) -> float:
    """A figure, normalised if the figures of its set, including it, do not sum to 1."""
    # Alone, in no set or as the last member of one, it is its own whole.
    return own if own == whole or abs(whole - 1) <= _ROUNDING else own / whole


def refusal(database: Database, id: ScenarioId, on: date) -> str | None:
    """Reason why a forecast of a scenario on a day would never count, or None."""
    opened = database.scenarios[id].opened
    if on < opened:
        return f"{id} opened on {opened}: nothing was asked on {on}"
    outcome = resolution(database, id)
    if outcome and outcome.date <= on:
        return f"the outcome of {id} was known on {outcome.date}: a forecast of {on} never counts"
    horizon = database.scenarios[id].horizon
    if horizon < on:
        how = f"scen resolve {id} OUTCOME --basis … ends it"
        return f"the horizon of {id} is {horizon}: a forecast of {on} never counts; {how}"
    return None


_ROUNDING = 1e-9


def _means(database: Database, set_id: SetId, as_of: date) -> SetMeans:
    inside = frozenset(id for id in members(database, set_id) if contends(database, id, as_of))
    figures = [standing(database, id, as_of) for id in sorted(inside)]
    whole = math.fsum(_mean(database.tracker, own) for own in figures if own)
    return SetMeans(members=inside, whole=whole, incomplete=not all(figures))


def _mean(tracker: Tracker, figures: dict[Analyst, StandingForecast]) -> float:
    return pooled([figure.probability for figure in figures.values()], tracker.team.extremize)
