"""The stated probability: what people forecast, who stands behind it, and the team's figure."""

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from operator import mul
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import AnalystRecords, contends, members, resolution
from scenarios.model import Analyst, Database, EvidenceId, ScenarioId, SetId, Sheet, SheetId
from scenarios.scales import decibans, probability
from scenarios.values import Team


class StandingForecast(msgspec.Struct, frozen=True, kw_only=True):
    """One analyst's forecast that stands at a date."""

    probability: float
    date: dt.date
    sheet: SheetId


class SheetForecast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Forecast of one scenario in one sheet; a probability of None withdraws.

    Of a quantity it has the `quantiles` as a file has them; None withdraws.
    """

    sheet: SheetId
    date: dt.date
    analyst: Analyst
    probability: float | None
    rationale: str | None
    evidence: tuple[EvidenceId, ...]
    quantiles: dict[str, float | str] | None = None

    @property
    def figure(self) -> float | dict[str, float | str] | None:
        """The probability, or the quantiles of a quantity."""
        return self.quantiles or self.probability


def forecasts_between(
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


def last_sheet(database: Database, scenario_id: ScenarioId, until: date) -> Sheet | None:
    """The latest sheet up to a day that forecasts a question, a quantity too; None without one."""
    ids = database.speaking.get(scenario_id) or database.estimating.get(scenario_id, ())
    sheets = (database.sheets[id] for id in reversed(ids))
    return next((sheet for sheet in sheets if sheet.date <= until), None)


def stated_days(database: Database, ids: Iterable[ScenarioId]) -> set[date]:
    """Days on which a forecast of one of these scenarios was made, withdrawn or expired."""
    stands = database.tracker.standing_days
    days = {database.sheets[sheet].date for id in ids for sheet in database.speaking.get(id, ())}
    room = date.max.toordinal() - stands
    return days | {day + timedelta(stands) for day in days if day.toordinal() <= room}


def current_forecasts(
    database: Database, scenario_id: ScenarioId, as_of: date
) -> dict[Analyst, StandingForecast]:
    """Each analyst's latest forecast at `as_of`, unless withdrawn or expired."""
    sheets, stands = database.sheets, database.tracker.standing_days
    speaking = database.speaking.get(scenario_id, ())
    latest = dict[Analyst, SheetId]()
    speakers = bisect_right(database.speakers.get(scenario_id, ()), as_of)
    number = bisect_right(speaking, as_of, key=lambda sheet: sheets[sheet].date)
    for id in reversed(speaking[:number]):
        if len(latest) == speakers or (as_of - sheets[id].date).days >= stands:
            break
        latest.setdefault(sheets[id].analyst, id)
    return {
        analyst: StandingForecast(probability=figure, date=sheets[id].date, sheet=id)
        for analyst, id in sorted(latest.items())
        if (figure := sheets[id].probabilities[scenario_id]) is not None
    }


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
        hint = f"scen resolve {id} OUTCOME --basis … ends it"
        return f"the horizon of {id} is {horizon}: a forecast of {on} never counts; {hint}"
    return None


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


def stated(
    database: Database, scenario_id: ScenarioId, as_of: date, means: Means | None = None
) -> StatedProbability | None:
    """The pooled standing forecasts, normalised in a complete set; `means` serves further calls."""
    own = current_forecasts(database, scenario_id, as_of)
    if not own:
        return None
    mean, means = mean_of(database, scenario_id, as_of, own), {} if means is None else means
    set_id = database.scenarios[scenario_id].set
    if set_id is None:
        return StatedProbability(probability=mean, analysts=tuple(own), pooled=mean)
    if (set_id, as_of) not in means:
        means[set_id, as_of] = _means(database, set_id, as_of)
    together = means[set_id, as_of]
    whole = together.whole if scenario_id in together.members else together.whole + mean
    chance = mean if together.incomplete else share(mean, whole)
    return StatedProbability(probability=chance, analysts=tuple(own), pooled=mean)


def mean_of(
    database: Database,
    scenario_id: ScenarioId,
    as_of: date,
    forecasts: Mapping[Analyst, StandingForecast],
) -> float:
    """The pooled figure of these forecasts of a scenario, each weighted as the tracker says."""
    team = database.tracker.team
    ages = {name: (as_of - forecast.date).days for name, forecast in forecasts.items()}
    days_open = (as_of - database.scenarios[scenario_id].opened).days
    figures = [forecast.probability for forecast in forecasts.values()]
    own = weights(ages, days_open, team, records_of(database).on(as_of))
    return pooled(figures, team.extremize, own)


def records_of(database: Database) -> AnalystRecords:
    """The records of analysts; none unless the tracker weighs by them."""
    if not database.tracker.team.record:
        return AnalystRecords()
    from scenarios.analysis.analyst_records import analyst_records  # noqa: PLC0415 - team.record alone

    return analyst_records(database)


def weights(
    ages: Mapping[Analyst, int], days_open: int, team: Team, excess: Mapping[Analyst, float]
) -> list[float]:
    """Weight of each analyst's forecast in the mean of the log odds; by age the largest is 1.

    By age in days: 2^(−age/(recency·max(1, days open))); by the `excess` of their record:
    exp(−record·excess). Each is 1 where the team's key is absent.
    """
    own = [1.0] * len(ages)
    if team.recency is not None:
        half_life, newest = team.recency * max(1, days_open), min(ages.values())
        own = [2 ** ((newest - age) / half_life) for age in ages.values()]
    if team.record and excess:
        factors = (math.exp(-team.record * excess.get(analyst, 0.0)) for analyst in ages)
        own = [*map(mul, own, factors)]
    return own


def pooled(
    figures: Collection[float],
    extremize: float,
    weights: Collection[float],
    in_decibans: Callable[[float], float] = decibans,
) -> float:
    """The geometric mean of odds to the power `extremize` (Satopää et al. 2014, Baron et al. 2014).

    One figure stays exactly as it was given, and so do equal ones where `extremize` is 1.
    `in_decibans` is `decibans`, or a table of it where many are pooled.
    """
    lowest = min(figures)
    if len(figures) == 1 or (extremize == 1 and lowest == max(figures)):
        return lowest
    total = math.fsum(map(mul, map(in_decibans, figures), weights))
    return probability(extremize * total / math.fsum(weights))


def share(own: float, whole: float) -> float:
    """A figure, normalised if the figures of its set, including it, do not sum to 1."""
    # Alone, in no set or as the last member of one, it is its own whole.
    return own if own == whole or abs(whole - 1) <= _ROUNDING else own / whole


_ROUNDING = 1e-9


def _means(database: Database, set_id: SetId, as_of: date) -> SetMeans:
    inside = frozenset(id for id in members(database, set_id) if contends(database, id, as_of))
    forecasts = {id: current_forecasts(database, id, as_of) for id in sorted(inside)}
    means = [mean_of(database, id, as_of, own) for id, own in forecasts.items() if own]
    return SetMeans(members=inside, whole=math.fsum(means), incomplete=len(means) < len(forecasts))
