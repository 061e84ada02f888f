"""Two dates, and every scenario's figures at both: what the review and its findings look at."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType

import msgspec

from scenarios.analysis.evidence.knowledge import (
    KnownEvidence,
    State,
    known_on,
    last_open_day,
    members,
    replaced,
    resolved,
    state,
)
from scenarios.analysis.forecasts import (
    Means,
    SheetForecast,
    StandingForecast,
    StatedProbability,
    current_forecasts,
    forecasts_between,
    stated,
)
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import implied_of, is_unfounded, ledger_of
from scenarios.analysis.ledger.lines import Ledger, Quantity
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import Band
from scenarios.analysis.ledger.sensitivity import bands as bands_at
from scenarios.model import Analyst, Database, EvidenceId, Resolution, Scenario, ScenarioId, SetId
from scenarios.scales import MOVED_BITS, decibans, has_moved, jeffreys


class PreviousFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a scenario at the earlier date; None where it had not opened."""

    implied_before: Quantity | None
    stated_before: StatedProbability | None


class ScenarioView(PreviousFigures, frozen=True, kw_only=True):
    """One scenario at both dates; earlier values are None where it had not opened.

    The earlier figures are those reported at the time. `restated_decibans` is how far later
    changes of records moved the earlier implied figure; `restated_stated` if they moved the other.
    """

    id: ScenarioId
    scenario: Scenario
    state: State
    resolution: Resolution | None
    odds: Odds
    odds_before: Odds | None
    implied: Quantity
    band: Band | None
    stated: StatedProbability | None
    given: tuple[SheetForecast, ...]
    since: date
    now: KnownEvidence
    changed: KnownEvidence
    restated_decibans: float = 0.0
    restated_stated: bool = False

    @property
    def ledger(self) -> Ledger:
        """Ledger of the implied probability; computed on each access."""
        return ledger_of(self.odds, self.id)

    @property
    def ledger_before(self) -> Ledger | None:
        """Ledger of the earlier implied probability; computed on each access."""
        return ledger_of(self.odds_before, self.id) if self.odds_before else None

    @property
    def evidence(self) -> tuple[EvidenceId, ...]:
        """The items known now that rate it."""
        return self.now.rating.get(self.id, ())

    @property
    def new_evidence(self) -> tuple[EvidenceId, ...]:
        """The items that rate it and were recorded after the earlier date."""
        items, rating = self.changed.evidence, self.changed.rating.get(self.id, ())
        return tuple(id for id in rating if items[id].recorded > self.since)

    @property
    def unfounded(self) -> bool:
        """True if nobody gave its prior and nothing rates it: the implied figure is a filler."""
        prior = self.scenario.prior
        return prior.is_filler and is_unfounded(prior, self.ledger)

    @property
    def open(self) -> bool:
        """True while it is open, or past its horizon without an outcome."""
        return self.resolution is None

    @property
    def implied_bits(self) -> float:
        return jeffreys(_chance(self.implied_before), self.implied.probability)

    @property
    def stated_bits(self) -> float:
        """Movement of the stated probability; 0 where it did not stand at both dates."""
        return jeffreys(_chance(self.stated_before), _chance(self.stated))

    @property
    def moved(self) -> bool:
        """True if either figure moved, or is printed as another."""
        pairs = ((self.stated_before, self.stated), (self.implied_before, self.implied))
        return any(has_moved(_chance(was), _chance(now)) for was, now in pairs)

    @property
    def normalised(self) -> bool:
        """True if the stated probability changed only because others in its set did."""
        was, now = self.stated_before, self.stated
        if was is None or now is None or was.pooled != now.pooled:
            return False
        return was.probability != now.probability

    @property
    def weighed_anew(self) -> bool:
        """True if nobody forecast and the same analysts stand: they only weigh differently."""
        was, now = self.stated_before, self.stated
        return bool(was and now and not self.given and was.analysts == now.analysts)

    @property
    def explained(self) -> bool:
        """False if the stated figure moved by itself with neither evidence nor a rationale."""
        return (
            self.stated_bits < MOVED_BITS
            or any(forecast.rationale or forecast.evidence for forecast in self.given)
            or self.normalised
            or self.weighed_anew
            or self.restated_stated
            or bool(self.new_evidence)
        )


def _chance(figure: Quantity | StatedProbability | None) -> float | None:
    return figure.probability if figure else None


class Window(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Known evidence at `since` and at `as_of`, and the scenarios that had opened by `as_of`.

    `odds` are those of any other day, `look` computes the views.
    """

    database: Database
    since: date
    as_of: date
    odds: DailyLedgers
    before: KnownEvidence
    now: KnownEvidence
    look: Callable[[], dict[ScenarioId, ScenarioView]]

    @cached_property
    def between(self) -> tuple[KnownEvidence, KnownEvidence]:
        """Of the items that began or ceased to count in the window, those known at each end."""
        items, evidence = self.odds.changed(self.since, self.as_of), self.database.evidence
        earlier = {id for item in items.values() for id in replaced(evidence, item)}
        items |= {id: evidence[id] for id in earlier}
        before, now = (known_on(self.database, day, items) for day in (self.since, self.as_of))
        return before, now

    @cached_property
    def views(self) -> dict[ScenarioId, ScenarioView]:
        """Every scenario's figures, computed when they are asked for."""
        return self.look()


def window(
    database: Database,
    since: date,
    as_of: date,
    *,
    banded: bool = False,
    only: Collection[ScenarioId] | None = None,
    bands: Mapping[ScenarioId, Band] = MappingProxyType({}),
    odds: DailyLedgers | None = None,
) -> Window:
    """Every scenario's figures at both dates; `banded`, the bands at the later one too.

    One whose figures are withheld has no view.

    `only` limits the scenarios with views. `bands` and `odds` are reused if given.
    """
    odds = odds or DailyLedgers(database)
    odds_on = odds.odds_on
    before, now = known_on(database, since), known_on(database, as_of)
    last_days = {
        id: last_open_day(database, id, as_of)
        for id, scenario in database.binary.items()
        if scenario.opened <= as_of and (only is None or id in only)
        if id not in database.withheld
    }
    by_scenario = {**bands, **(_bands(odds_on, last_days) if banded else {})}
    means: Means = {}

    def view(id: ScenarioId, changed: KnownEvidence) -> ScenarioView:
        scenario, last = database.scenarios[id], last_days[id]
        earlier = earlier_of(odds, id, since, means)
        return ScenarioView(
            id=id,
            scenario=scenario,
            state=state(database, id, as_of),
            resolution=resolved(database, id, as_of),
            odds=odds_on(last),
            odds_before=odds_on(last_open_day(database, id, since))
            if earlier.implied_before
            else None,
            implied_before=earlier.implied_before,
            implied=implied_of(odds_on(last), id),
            band=by_scenario.get(id),
            stated=stated(database, id, last, means),
            stated_before=earlier.stated_before,
            given=tuple(forecasts_between(database, id, since, as_of)),
            since=since,
            now=now,
            changed=changed,
        )

    def look() -> dict[ScenarioId, ScenarioView]:
        # Of a part of the database, as a status has it, no item beside it is decoded.
        items = odds.changed(since, as_of) if odds.database is database else database.evidence
        new = {id: item for id, item in items.items() if item.recorded > since}
        changed = known_on(database, as_of, new)
        return {id: view(id, changed) for id in last_days}

    return Window(
        database=database, since=since, as_of=as_of, odds=odds, before=before, now=now, look=look
    )


def earlier_of(odds: DailyLedgers, id: ScenarioId, since: date, means: Means) -> PreviousFigures:
    """The figures of a scenario that stood on a day; `means` caches those of its database."""
    if odds.database.scenarios[id].opened > since:
        return PreviousFigures(implied_before=None, stated_before=None)
    first = last_open_day(odds.database, id, since)
    implied, before = implied_of(odds.odds_on(first), id), stated(odds.database, id, first, means)
    return PreviousFigures(implied_before=implied, stated_before=before)


FEW = 64
"""Number of accounts kept where only figures are needed."""


def bands_of(
    odds: DailyLedgers, as_of: date, ids: Collection[ScenarioId]
) -> dict[ScenarioId, Band]:
    """The bands of those among these scenarios that had opened."""
    database = odds.database
    every = (id for id in ids if id not in database.withheld and id in database.binary)
    opened = (id for id in every if database.scenarios[id].opened <= as_of)
    return _bands(odds.odds_on, {id: last_open_day(database, id, as_of) for id in opened})


def _bands(
    odds_on: Callable[[date], Odds], last_days: Mapping[ScenarioId, date]
) -> dict[ScenarioId, Band]:
    by_scenario: dict[ScenarioId, Band] = {}
    for day in set(last_days.values()):
        by_scenario |= bands_at(odds_on(day), [id for id, last in last_days.items() if last == day])
    return by_scenario


def sets_of(window: Window) -> dict[SetId, tuple[ScenarioId, ...]]:
    """The sets of the scenarios that had opened, with all their members."""
    named = {view.scenario.set for view in window.views.values() if view.scenario.set}
    return {set_id: members(window.database, set_id) for set_id in sorted(named)}


def open_views(window: Window) -> Iterator[ScenarioView]:
    """The scenarios whose outcome is not known."""
    return (view for view in window.views.values() if view.open)


def unresolved(window: Window) -> Iterator[tuple[ScenarioId, Scenario, State]]:
    """Yield the questions whose outcome is not known, quantities among them, with their state."""
    database = window.database
    quantities = (id for id in database.quantities if id not in database.withheld)
    for id in (*window.views, *quantities):
        if (now := state(database, id, window.as_of)) in {"open", "overdue"}:
            yield id, database.scenarios[id], now


_PAIR = 2


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """The standing forecasts of two or more analysts; `spread_decibans` = highest − lowest.

    `low_analyst` and `high_analyst` gave the lowest and the highest on their days, the first by
    name of equals. The outlier is farthest, in decibans, from the mean of the others, the first by
    name of equals; of two analysts, or of equal figures, nobody stands apart. `rationales` are
    those of the standing forecasts.
    """

    scenario: ScenarioId
    analysts: int
    low: float
    high: float
    spread_decibans: float
    low_analyst: Analyst
    high_analyst: Analyst
    low_date: date
    high_date: date
    outlier: Analyst | None
    outlier_probability: float | None
    rationales: dict[Analyst, str]


def spreads(window: Window) -> tuple[Spread, ...]:
    """Every live scenario that two or more analysts forecast, widest spread first."""
    forecasts = (
        (view.id, current_forecasts(window.database, view.id, window.as_of))
        for view in open_views(window)
    )
    spreads = [_spread(window, id, figures) for id, figures in forecasts if len(figures) > 1]
    return tuple(sorted(spreads, key=lambda spread: (-spread.spread_decibans, spread.scenario)))


def _spread(window: Window, id: ScenarioId, figures: dict[Analyst, StandingForecast]) -> Spread:
    odds = {analyst: decibans(figure.probability) for analyst, figure in figures.items()}
    total = sum(odds.values())

    def apart(analyst: Analyst) -> float:
        return abs(odds[analyst] - (total - odds[analyst]) / (len(odds) - 1))

    low, high = min(odds, key=odds.__getitem__), max(odds, key=odds.__getitem__)
    outlier = max(odds, key=apart) if len(odds) > _PAIR and odds[low] < odds[high] else None
    sheets = {analyst: window.database.sheets[figure.sheet] for analyst, figure in figures.items()}
    return Spread(
        scenario=id,
        analysts=len(figures),
        low=figures[low].probability,
        high=figures[high].probability,
        spread_decibans=odds[high] - odds[low],
        low_analyst=low,
        high_analyst=high,
        low_date=figures[low].date,
        high_date=figures[high].date,
        outlier=outlier,
        outlier_probability=figures[outlier].probability if outlier else None,
        rationales={a: why for a, sheet in sheets.items() if (why := sheet.rationales.get(id))},
    )
