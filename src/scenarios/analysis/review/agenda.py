"""The agenda of one analyst's sitting at a date, in its order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import convert

from scenarios.analysis.evidence.indicators import IndicatorChange, change_of, reading
from scenarios.analysis.evidence.knowledge import (
    KnownEvidence,
    contending,
    contends,
    known_on,
    members,
    rated_by,
    resolved,
    state,
)
from scenarios.analysis.forecasts import (
    Means,
    SheetForecast,
    StandingForecast,
    TeamFigure,
    current_forecasts,
    forecasts_between,
    mean_of,
    refusal,
    stated,
)
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import implied_of
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.quantities.estimates import as_in_a_file
from scenarios.analysis.quantities.view import current_estimates, quantity_view
from scenarios.analysis.review.agenda_quantities import IntervalComparison, interval_comparison
from scenarios.model import (
    Analyst,
    Clarification,
    Database,
    EvidenceId,
    Indicator,
    IndicatorId,
    Scenario,
    ScenarioId,
    SetId,
    Sheet,
)
from scenarios.model.quantity import Quantiles
from scenarios.scales import MOVED_BITS, TOLERANCE, decibans, jeffreys, nearest_sum_to_one
from scenarios.values import indicator_key


class OverdueIndicator(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator that was due by now and was not seen."""

    scenario: ScenarioId
    id: IndicatorId
    indicator: Indicator


class RecentNews(msgspec.Struct, frozen=True, kw_only=True):
    """News of a scenario after a day, oldest first.

    `same_day` was recorded on that day itself, perhaps after the forecast; `decided` are rivals
    whose outcome became known.
    """

    evidence: tuple[EvidenceId, ...] = ()
    same_day: tuple[EvidenceId, ...] = ()
    retracted: tuple[EvidenceId, ...] = ()
    indicators: tuple[IndicatorChange, ...] = ()
    clarifications: tuple[Clarification, ...] = ()
    decided: tuple[ScenarioId, ...] = ()


class OtherMembers(NamedTuple):
    """The remaining members of a set, and those whose outcome is known, with its day."""

    inside: tuple[ScenarioId, ...]
    decided: tuple[tuple[ScenarioId, date], ...]


class ScenarioQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario as it is put to the analyst, whose forecast `last` was.

    `reasoned` is their last forecast with a reason, which later reaffirmations keep.
    `current_forecasts` is None if that was withdrawn or has expired. `movement_bits`,
    `gap_decibans` (their figure minus the implied) and `days` order the sitting, and are not shown
    before the answer. `grounds` is a digest of all that an answer rests on: if it changes, the
    question is asked again. Of a quantity the `quantiles` stand, and no `standing` probability.
    """

    id: ScenarioId
    scenario: Scenario
    last: SheetForecast | None
    reasoned: SheetForecast | None
    standing: StandingForecast | None
    fresh: RecentNews
    movement_bits: float
    gap_decibans: float | None
    days: int
    grounds: str
    quantiles: dict[str, float | str] | None = None

    @property
    def own(self) -> float | dict[str, float | str] | None:
        """The figure of the analyst that stands: a probability, or the quantiles of a quantity."""
        return self.quantiles or (self.standing.probability if self.standing else None)

    @property
    def day(self) -> date:
        """The day of the sitting."""
        return (self.last.date if self.last else self.scenario.opened) + timedelta(self.days)


class ReviewAgenda(msgspec.Struct, frozen=True, kw_only=True):
    """Due tasks, in their order. The members of a set are one group: they are asked together."""

    unrated: tuple[EvidenceId, ...] = ()
    past_due: tuple[OverdueIndicator, ...] = ()
    overdue: tuple[ScenarioId, ...] = ()
    groups: tuple[tuple[ScenarioQuestion, ...], ...] = ()


def agenda(
    database: Database, analyst: Analyst, on: date, only: Collection[ScenarioId] = ()
) -> ReviewAgenda:
    """Agenda of an analyst on a day; with `only`, for these scenarios alone."""
    ledgers = DailyLedgers(database)
    at = ledgers.odds_on
    now = at(on).known
    recorded = sorted((item.recorded, id) for id, item in database.evidence.items())
    known = ((id, database.evidence[id]) for day, id in recorded if day <= on)
    bearing = rated_by(database, known)
    unrated = [
        (item.recorded, id)
        for id, item in now.evidence.items()
        if not (only or item.ratings or item.indicators)
    ]
    asked = database.scenarios.keys() - (database.quantities.keys() & database.withheld.keys())
    live = {id: state(database, id, on) for id in sorted(asked) if not only or id in only}

    sets = {scenario.set for scenario in database.scenarios.values()}
    rivals = {set_id: _rivals(now, set_id) for set_id in sets}
    means: Means = {}
    groups: dict[str, list[ScenarioQuestion]] = {}
    for id, now_is in live.items():
        if now_is == "open" and refusal(database, id, on) is None:
            items, set_id = bearing.get(id, ()), database.scenarios[id].set
            if id in database.quantities:
                topic = _quantity_topic(ledgers, id, analyst, on, items)
            else:
                own = [f for f in forecasts_between(database, id, None, on) if f.analyst == analyst]
                before = at(own[-1].date if own else date.min)
                topic = _topic(before, at(on), id, own, items, rivals[set_id], means)
            groups.setdefault(f"set {set_id}" if set_id else id, []).append(topic)
    ordered = [tuple(sorted(group, key=_order)) for group in groups.values()]
    watched = [id for id, now_is in live.items() if now_is in ("open", "overdue")]
    return ReviewAgenda(
        unrated=tuple(id for _, id in sorted(unrated)),
        past_due=_past_due(now, watched),
        overdue=tuple(sorted(id for id, now_is in live.items() if now_is == "overdue")),
        groups=tuple(sorted(ordered, key=lambda group: _order(group[0]))),
    )


def offered(topics: Sequence[ScenarioQuestion], known: KnownEvidence) -> tuple[EvidenceId, ...]:
    """The items that are new for one of these scenarios, each once, the oldest first."""
    ids = {id for topic in topics for id in topic.fresh.evidence}
    return tuple(sorted(ids, key=lambda item: (known.evidence[item].recorded, item)))


def without_evidence(database: Database) -> Database:
    """The scenarios without evidence, to rate a row without showing the held-back figure."""
    scenarios = {}
    for id, scenario in database.scenarios.items():
        kept = {
            name: msgspec.structs.replace(indicator, if_absent=None, chance=None)
            for name, indicator in scenario.indicators.items()
        }
        scenarios[id] = msgspec.structs.replace(scenario, indicators=kept)
    return msgspec.structs.replace(database, scenarios=scenarios, evidence={})


def _topic(
    odds_before: Odds,
    odds: Odds,
    id: ScenarioId,
    forecasts: Sequence[SheetForecast],
    bearing: Collection[EvidenceId],
    rivals: OtherMembers,
    means: Means,
) -> ScenarioQuestion:
    before, now = odds_before.known, odds.known
    database, on = now.database, now.as_of
    last = forecasts[-1] if forecasts else None
    scenario = database.scenarios[id]
    own = current_forecasts(database, id, on).get(last.analyst) if last else None
    was, implied = (implied_of(at_day, id) for at_day in (odds_before, odds))
    then, today = (stated(database, id, day, means) for day in (before.as_of, on))
    moved = jeffreys(then.probability if then else None, today.probability if today else None)
    return ScenarioQuestion(
        id=id,
        scenario=scenario,
        last=last,
        reasoned=next((forecast for forecast in reversed(forecasts) if forecast.rationale), None),
        standing=own,
        fresh=_fresh(before, now, id, bearing, rivals),
        movement_bits=max(moved, jeffreys(was.probability, implied.probability)),
        gap_decibans=decibans(own.probability) - implied.decibans if own else None,
        days=(on - (last.date if last else scenario.opened)).days,
        grounds=_grounds(now, id, last, bearing, rivals),
    )


def _quantity_topic(
    ledgers: DailyLedgers,
    id: ScenarioId,
    analyst: Analyst,
    on: date,
    bearing: Collection[EvidenceId],
) -> ScenarioQuestion:
    database, own = ledgers.database, list[SheetForecast]()
    for sheet_id in database.estimating.get(id, ()):
        sheet = database.sheets[sheet_id]
        if sheet.analyst == analyst and sheet.date <= on:
            forecast = SheetForecast(
                sheet=sheet_id,
                date=sheet.date,
                analyst=analyst,
                probability=None,
                rationale=sheet.rationales.get(id),
                evidence=sheet.evidence.get(id, ()),
                quantiles=as_in_a_file(sheet.quantiles[id] or {}) or None,
            )
            own.append(forecast)
    last, scenario, alone = own[-1] if own else None, database.scenarios[id], OtherMembers((), ())
    since = last.date if last else date.min
    before, now = (ledgers.odds_on(day).known for day in (since, on))
    stands = last and analyst in current_estimates(database, id, on)
    return ScenarioQuestion(
        id=id,
        scenario=scenario,
        last=last,
        reasoned=next((each for each in reversed(own) if each.rationale), None),
        standing=None,
        fresh=_fresh(before, now, id, bearing, alone),
        movement_bits=quantity_view(ledgers, id, since, on).bits,
        gap_decibans=None,
        days=(on - (last.date if last else scenario.opened)).days,
        grounds=_grounds(now, id, last, bearing, alone),
        quantiles=last.quantiles if last and stands else None,
    )


def _rivals(now: KnownEvidence, set_id: SetId | None) -> OtherMembers:
    ids = members(now.database, set_id) if set_id else ()
    outcomes = ((id, resolved(now.database, id, now.as_of)) for id in ids)
    return OtherMembers(
        inside=tuple(id for id in ids if contends(now.database, id, now.as_of)),
        decided=tuple((id, outcome.recorded) for id, outcome in outcomes if outcome),
    )


def _fresh(
    before: KnownEvidence,
    now: KnownEvidence,
    id: ScenarioId,
    bearing: Iterable[EvidenceId],
    rivals: OtherMembers,
) -> RecentNews:
    database, since = now.database, before.as_of
    counted = [e for e in bearing if e in now.evidence]
    left = now.evidence.keys() | now.superseded.keys()
    recorded = {e: now.evidence[e].recorded for e in counted}
    changes = (change_of(before, now, (id, name)) for name in database.scenarios[id].indicators)
    decided = (rival for rival, day in rivals.decided if rival != id and day > since)
    clarified = database.scenarios[id].clarifications
    return RecentNews(
        evidence=tuple(e for e in counted if recorded[e] > since),
        same_day=tuple(e for e in counted if recorded[e] == since),
        retracted=tuple(e for e in bearing if e in before.evidence.keys() - left),
        indicators=tuple(change for change in changes if change),
        clarifications=tuple(
            clarification for clarification in clarified if since < clarification.date <= now.as_of
        ),
        decided=tuple(decided),
    )


def _grounds(
    now: KnownEvidence,
    id: ScenarioId,
    last: SheetForecast | None,
    bearing: Iterable[EvidenceId],
    rivals: OtherMembers,
) -> str:
    scenario = now.database.scenarios[id]
    contending = [*filter(id.__ne__, rivals.inside)]
    asked = [scenario.question, scenario.resolution_criteria, scenario.clarifications]
    items = {e: now.evidence[e] for e in bearing if e in now.evidence}
    rests_on = [asked, scenario.horizon, contending, last, items]
    return sha256(msgspec.json.encode(rests_on, order="sorted")).hexdigest()[:16]


def _past_due(now: KnownEvidence, ids: Iterable[ScenarioId]) -> tuple[OverdueIndicator, ...]:
    late = []
    for id in ids:
        for name, indicator in now.database.scenarios[id].indicators.items():
            is_past = indicator.due is not None and indicator.due < now.as_of
            if is_past and reading(now, (id, name)).strength == 0:
                late.append(
                    (
                        indicator.due,
                        id,
                        name,
                        OverdueIndicator(scenario=id, id=name, indicator=indicator),
                    )
                )
    return tuple(entry[-1] for entry in sorted(late, key=lambda entry: entry[:-1]))


def _order(topic: ScenarioQuestion) -> tuple[float, float, int, ScenarioId]:
    """Sort key of a topic: size of the move, gap, days since the last forecast, id."""
    moved = topic.movement_bits if topic.movement_bits >= MOVED_BITS else 0.0
    return -moved, -abs(topic.gap_decibans or 0.0), -topic.days, topic.id


class FigureComparison(msgspec.Struct, frozen=True, kw_only=True):
    """An analyst's figure beside the others', the team's with it, and the implied one.

    `team` is None where nobody else has a standing forecast: one analyst is no team. A `quantity`
    has its intervals there, and no probability.
    """

    scenario: ScenarioId
    before: float | None
    after: float | None
    others: TeamFigure | None
    team: TeamFigure | None
    implied: float | None
    gap_decibans: float | None
    quantity: IntervalComparison | msgspec.UnsetType = msgspec.UNSET


class SetTotal(msgspec.Struct, frozen=True, kw_only=True):
    """One analyst's standing figures of a set; `nearest` are those that sum to 1, if they differ.

    `members` are those that had opened and are not known not to occur.
    """

    set: SetId
    figures: dict[ScenarioId, float]
    members: int
    nearest: dict[ScenarioId, float] | None

    @property
    def total(self) -> float:
        """Sum of the figures."""
        return sum(self.figures.values())


def stating(
    database: Database, analyst: Analyst, on: date, figures: Mapping[ScenarioId, Any]
) -> Database:
    """The database with these figures in the analyst's sheet of the day."""
    id = f"{on}-{analyst}"
    had = database.sheets.get(id) or Sheet(on, analyst)
    sides: tuple[dict[ScenarioId, Any], ...] = {**had.probabilities}, {**had.quantiles}
    for name, figure in figures.items():
        is_quantity = name in database.quantities
        sides[is_quantity][name] = convert(figure, Quantiles | None) if is_quantity else figure
    sheet = Sheet(on, analyst, sides[0], quantiles=sides[1])
    return msgspec.structs.replace(database, sheets={**database.sheets, id: sheet})


def reveal(
    before: Database, after: Database, analyst: Analyst, on: date, ids: Iterable[ScenarioId]
) -> tuple[FigureComparison, ...]:
    """Figures to show once the analyst has answered: `after` has the answers, `before` has not.

    The others' figures are pooled like the team's; the team's is the stated probability, which
    a complete set normalises.
    """
    odds = Odds(known_on(after, on))
    reveals = []
    for id in ids:
        if id in after.quantities:
            reveals.append(
                FigureComparison(
                    scenario=id,
                    before=None,
                    after=None,
                    others=None,
                    team=None,
                    implied=None,
                    gap_decibans=None,
                    quantity=interval_comparison(before, after, analyst, on, id),
                )
            )
            continue
        figures = current_forecasts(after, id, on)
        own = figures.pop(analyst, None)
        was = current_forecasts(before, id, on).get(analyst)
        together = stated(after, id, on)
        implied = implied_of(odds, id)
        reveals.append(
            FigureComparison(
                scenario=id,
                before=was.probability if was else None,
                after=own.probability if own else None,
                others=TeamFigure(
                    probability=mean_of(after, id, on, figures), analysts=len(figures)
                )
                if figures
                else None,
                team=together.figure if together and figures else None,
                implied=implied.probability,
                gap_decibans=decibans(own.probability) - implied.decibans if own else None,
            )
        )
    return tuple(reveals)


def unrecorded(database: Database, on: date, seen: Iterable[str]) -> list[str]:
    """The indicators that no item shows by that day."""
    at_day = known_on(database, on)
    return [key for key in seen if reading(at_day, indicator_key(key)).strength == 0]


def counted_absent(
    database: Database, on: date, seen: Iterable[str]
) -> dict[ScenarioId, tuple[str, ...]]:
    """Indicators that were seen but count as absent in a scenario or its set, by scenario."""
    keys: dict[ScenarioId, tuple[str, ...]] = {}
    for key in unrecorded(database, on, seen):
        id, name = indicator_key(key)
        scenario = database.scenarios.get(id)
        indicator = scenario.indicators.get(name) if scenario else None
        if not scenario or not indicator or (indicator.if_absent or indicator.chance) is None:
            continue
        set_id = scenario.set
        for member in {id, *(contending(database, set_id, on) if set_id else ())}:
            keys[member] = (*keys.get(member, ()), key)
    return keys


def sums(
    database: Database, analyst: Analyst, on: date, ids: Iterable[ScenarioId]
) -> tuple[SetTotal, ...]:
    """Sum of an analyst's figures in each set of these scenarios whose members can be read."""
    sums = []
    read = (id for id in ids if id not in database.withheld)
    for set_id in sorted({s for id in read if (s := database.scenarios[id].set)}):
        live = contending(database, set_id, on)
        own = {id: current_forecasts(database, id, on).get(analyst) for id in live}
        figures = {id: forecast.probability for id, forecast in own.items() if forecast}
        complete = 1 < len(live) == len(figures)
        off = complete and abs(sum(figures.values()) - 1) > TOLERANCE + 1e-12
        nearest = nearest_sum_to_one(figures) if off else None
        sums.append(SetTotal(set=set_id, figures=figures, members=len(live), nearest=nearest))
    return tuple(sums)
