"""The lists: indicators, evidence, forecasts, sources with their accuracy, and the inbox."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import (
    ReadingState,
    diagnosticity,
    reading,
    unique,
    value,
)
from scenarios.analysis.evidence.knowledge import KnownEvidence, bears_on, opened_scenarios
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.ledger import TrackRecord, track_records
from scenarios.model import (
    Analyst,
    Database,
    Evidence,
    EvidenceId,
    IndicatorId,
    Letter,
    Rating,
    ScenarioId,
    SetId,
    Sheet,
    SheetId,
    SourceId,
    ThemeId,
)

Quantile = float | date
Fate = Literal["retracted", "resolved", "contradicted", "corroborated", "unchecked"]


class SourceAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Fates of the `items` of a source: `accurate` of `checked` held.

    Each counts once, as the first that applies. Retracted. Resolved: a known resolution names it.
    Contradicted: another item of its event has the opposite state of an indicator. Corroborated:
    by an item of another origin, linked by `corroborated_by` or from another source about the same
    event. The rest are unchecked. `standing` are all but the retracted, `accurate` the resolved
    and the corroborated.
    """

    items: int = 0
    standing: int = 0
    checked: int = 0
    accurate: int = 0
    resolved: int = 0
    corroborated: int = 0
    contradicted: int = 0
    retracted: int = 0


class EventIndicators(msgspec.Struct, frozen=True):
    """Indicators that the standing items of an event raise or reverse, and their witnesses."""

    states: Counter[tuple[str, bool]]
    witnesses: set[tuple[SourceId, str]]


class ListFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Filter of rows: None and False leave a column free. Days of knowing, both included."""

    scenario: ScenarioId | None = None
    source: SourceId | None = None
    tag: str | None = None
    set: SetId | None = None
    theme: ThemeId | None = None
    since: date | None = None
    until: date | None = None
    unrated: bool = False
    unarchived: bool = False
    by_value: bool = False

    def day(self, when: date) -> bool:
        """True if a day lies within."""
        return (self.since or date.min) <= when <= (self.until or date.max)

    @property
    def any_subject(self) -> bool:
        """True if rows may be about any scenario, or none."""
        return self.scenario is None and self.tag is None and self.set is None

    def subject(self, database: Database, id: ScenarioId) -> bool:
        """True if a scenario passes the filter by id, tag and set, as far as it can be read."""
        if (scenario := database.scenarios.get(id)) is None:
            return self.scenario in (None, id)
        tagged = self.tag is None or self.tag in scenario.tags
        return tagged and self.scenario in (None, id) and self.set in (None, scenario.set)


class IndicatorRow(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator at a date; `unique` if it favours one scenario only.

    `value` is the movement that watching it is expected to bring, in bits; `diagnosticity` in dB.
    """

    scenario: ScenarioId
    indicator: IndicatorId
    statement: str
    state: ReadingState
    since: str | None
    strength: float
    due: date | None
    chance: float | None
    theme: ThemeId | None
    value: float | None
    diagnosticity: float
    unique: bool
    ratings: dict[ScenarioId, Rating]


class EvidenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item; `counts` is False once retracted or superseded, then `superseded_by` the newest.

    `attachment` is the path of its saved copy.
    """

    id: EvidenceId
    summary: str
    observed: str
    recorded: date
    source: SourceId | None
    grade: str
    theme: ThemeId | None
    scenarios: tuple[ScenarioId, ...]
    counts: bool
    superseded_by: EvidenceId | None = None
    attachment: str | None


class ForecastRow(msgspec.Struct, frozen=True, kw_only=True):
    """One probability of one sheet; None is a withdrawal."""

    date: dt.date
    analyst: Analyst
    scenario: ScenarioId
    probability: float | None
    rationale: str | None
    sheet: SheetId


class QuantityForecastRow(ForecastRow, frozen=True, kw_only=True):
    """The quantiles of a quantity in one sheet; none is a withdrawal."""

    quantiles: dict[str, Quantile]


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source: its known items, their accuracy, and their decibans toward known outcomes.

    `items` are those that stand; `on_resolved` is over the scenarios resolved by then.
    """

    id: SourceId
    name: str
    reliability: Letter
    items: int
    accuracy: SourceAccuracy
    on_resolved: TrackRecord
    url: str | None
    reliability_basis: str | None


def indicators(known: KnownEvidence, wanted: ListFilter) -> list[IndicatorRow]:
    """The indicators of the scenarios that had opened; `by_value`, the most telling first."""
    rows = []
    for id, scenario in sorted(opened_scenarios(known.database, known.as_of).items()):
        if not wanted.subject(known.database, id):
            continue
        for name, indicator in scenario.indicators.items():
            if wanted.theme not in (None, indicator.theme):
                continue
            now = reading(known, (id, name))
            rows.append(
                IndicatorRow(
                    scenario=id,
                    indicator=name,
                    statement=indicator.statement,
                    state=now.state,
                    since=now.since,
                    strength=now.strength,
                    due=indicator.due,
                    chance=indicator.chance,
                    theme=indicator.theme,
                    value=value(known, (id, name)),
                    diagnosticity=diagnosticity(known, (id, name)),
                    unique=unique(known, (id, name)),
                    ratings=indicator.ratings,
                )
            )
    if wanted.by_value:  # by expected movement, without a chance by diagnosticity; observed last
        rows.sort(key=lambda row: (row.scenario, row.indicator))
        rows.sort(key=lambda row: (-(row.value or 0.0), -row.diagnosticity))
        rows.sort(key=lambda row: (row.state == "observed", row.value is None))
    return rows


def matching(known: KnownEvidence, wanted: ListFilter) -> list[EvidenceId]:
    """Items recorded by then, including retracted ones, newest last."""
    database, items = known.database, known.database.evidence
    ids = (
        id
        for id, item in items.items()
        if item.recorded <= known.as_of
        and wanted.day(item.recorded)
        and wanted.source in (None, item.source)
        and wanted.theme in (None, item.theme)
        and not (wanted.unrated and (item.ratings or item.indicators))
        and not (wanted.unarchived and (item.attachment or not item.url))
        and (
            wanted.any_subject or any(wanted.subject(database, s) for s in bears_on(database, item))
        )
    )
    return sorted(ids, key=lambda item: (items[item].recorded, item))


def evidence(
    known: KnownEvidence, wanted: ListFilter, ids: Collection[EvidenceId] | None = None
) -> list[EvidenceRow]:
    """The rows of `matching` items, or of these of them."""
    database = known.database
    rows = []
    for id in matching(known, wanted) if ids is None else ids:
        item = database.evidence[id]
        bears, unread = bears_on(database, item), item.ratings.keys() & database.withheld.keys()
        rows.append(
            EvidenceRow(
                id=id,
                summary=item.summary,
                observed=item.observed,
                recorded=item.recorded,
                source=item.source,
                grade=item.grade(database.sources),
                theme=item.theme,
                scenarios=tuple(sorted(bears | unread)),
                counts=id in known.evidence,
                superseded_by=known.superseded.get(id),
                attachment=item.attachment.file if item.attachment else None,
            )
        )
    return rows


def forecasts(known: KnownEvidence, wanted: ListFilter) -> list[ForecastRow]:
    """Every forecast up to then, newest last; of a sheet its quantiles behind its probabilities."""
    database = known.database
    return [
        row
        for id, sheet in sorted(database.sheets.items())
        if sheet.date <= known.as_of and wanted.day(sheet.date)
        for row in _rows_of(sheet, id)
        if row.scenario in database.scenarios and wanted.subject(database, row.scenario)
    ]


def _rows_of(sheet: Sheet, id: SheetId) -> Iterator[ForecastRow]:
    for scenario in sheet.figures:
        row = ForecastRow(
            date=sheet.date,
            analyst=sheet.analyst,
            scenario=scenario,
            probability=sheet.probabilities.get(scenario),
            rationale=sheet.rationales.get(scenario),
            sheet=id,
        )
        if scenario not in sheet.quantiles:
            yield row
            continue
        own = sheet.quantiles[scenario] or {}
        yield QuantityForecastRow(**msgspec.structs.asdict(row), quantiles=own)


def sources(known: KnownEvidence, wanted: ListFilter) -> list[SourceRow]:
    """The sources, each with its known items."""
    given = Counter(item.source for item in known.evidence.values())
    records = track_records(known, DailyLedgers(known.database, most=1).odds_on)
    held = accuracy(known)
    none = TrackRecord(items=0, toward_decibans=0.0, against_decibans=0.0)
    return [
        SourceRow(
            id=id,
            name=s.name,
            reliability=s.reliability,
            items=given[id],
            accuracy=held.get(id, SourceAccuracy()),
            on_resolved=records.get(id, none),
            url=s.url,
            reliability_basis=s.reliability_basis,
        )
        for id, s in sorted(known.database.sources.items())
        if wanted.source in (None, id)
    ]


def accuracy(known: KnownEvidence) -> dict[SourceId, SourceAccuracy]:
    """The accuracy of each source that gave an item by then."""
    fates: dict[SourceId, Counter[Fate]] = {}
    outcomes = (scenario.resolution for scenario in known.database.scenarios.values())
    named = {id for o in outcomes if o and o.recorded <= known.as_of for id in o.evidence}
    backed, events = _backed(known), _events(known)
    for id, item in known.database.evidence.items():
        if item.source is None or item.recorded > known.as_of:
            continue
        event = events.get(item.event) if item.event else None
        fate: Fate = "unchecked"
        if id not in known.evidence and id not in known.superseded:
            fate = "retracted"
        elif id in named:
            fate = "resolved"
        elif event and any((key, not reverses) in event.states for key, reverses in _states(item)):
            fate = "contradicted"
        elif id in backed or (event and _is_witnessed(id, item, event)):
            fate = "corroborated"
        fates.setdefault(item.source, Counter())[fate] += 1
    return {source: _accuracy(counts) for source, counts in fates.items()}


_COUNTED: tuple[Fate, ...] = ("resolved", "corroborated", "contradicted", "retracted")


def _accuracy(counts: Counter[Fate]) -> SourceAccuracy:
    items = counts.total()
    return SourceAccuracy(
        items=items,
        standing=items - counts["retracted"],
        checked=items - counts["unchecked"],
        accurate=counts["resolved"] + counts["corroborated"],
        **{fate: counts[fate] for fate in _COUNTED},
    )


def _backed(known: KnownEvidence) -> set[EvidenceId]:
    """The items corroborated by, or corroborating, a standing item of another origin."""
    pairs = (
        (id, other)
        for id, item in known.evidence.items()
        for other in item.corroborated_by
        if other in known.evidence and _origin(id, item) != _origin(other, known.evidence[other])
    )
    return {id for pair in pairs for id in pair}


def _events(known: KnownEvidence) -> dict[str, EventIndicators]:
    events: dict[str, EventIndicators] = {}
    for id, item in known.evidence.items():
        if item.event:
            event = events.setdefault(item.event, EventIndicators(Counter(), set()))
            event.states.update(_states(item))
            if item.source:
                event.witnesses.add((item.source, _origin(id, item)))
    return events


def _states(item: Evidence) -> Iterator[tuple[str, bool]]:
    """The indicators that an item reports; True for those that it reverses."""
    return ((key, state == "reversed") for key, state in item.indicators.items())


def _is_witnessed(id: EvidenceId, item: Evidence, event: EventIndicators) -> bool:
    origin = _origin(id, item)
    return any(source != item.source and other != origin for source, other in event.witnesses)


def _origin(id: EvidenceId, item: Evidence) -> str:
    return item.origin or id
