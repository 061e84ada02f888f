"""Evidence known on a day, and the questions that were open on it."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

import msgspec

from scenarios.model import (
    Analyst,
    Database,
    Evidence,
    EvidenceId,
    IndicatorKey,
    IndicatorState,
    LazyEvidence,
    Resolution,
    Scenario,
    ScenarioId,
    SetId,
    Sheet,
    SheetId,
)
from scenarios.values import first_day, indicator_key, owner_of

Firing = tuple[EvidenceId, IndicatorState]
State = Literal["unopened", "open", "overdue", "resolved"]


class KnownEvidence(msgspec.Struct, frozen=True, dict=True):
    """The evidence known at `as_of`, with look-ups computed on first use.

    `among` limits the items considered.
    """

    database: Database
    as_of: date
    among: Mapping[EvidenceId, Evidence] | None = None

    @cached_property
    def evidence(self) -> dict[EvidenceId, Evidence]:
        """Items recorded by then, not retracted by then, and not superseded by one of these."""
        items = self.database.evidence if self.among is None else self.among
        standing = {id: item for id, item in items.items() if _is_known(item, self.as_of)}
        for id in self.superseded.keys() & standing.keys():
            del standing[id]
        return standing

    @cached_property
    def superseded(self) -> dict[EvidenceId, EvidenceId]:
        """The items that count no longer because others replace them, by the newest of these."""
        evidence, by = self.database.evidence, dict[EvidenceId, EvidenceId]()
        for id, others in superseders(self.database).items():
            items = ((other, evidence.get(other)) for other in others)  # None: hidden
            newest = [
                (item.recorded, first_day(item.observed), other)
                for other, item in items
                if item is not None and _is_known(item, self.as_of)
            ]
            earlier = evidence.get(id)
            if newest and earlier and earlier.recorded <= self.as_of:
                by[id] = max(newest)[2]
        return by

    @cached_property
    def weights(self) -> dict[EvidenceId, float]:
        """The share of its ratings that each item's grade keeps; 1 where no table is declared."""
        table, sources = self.database.tracker.grade_weights, self.database.sources
        if table is None:
            return dict.fromkeys(self.evidence, 1.0)
        return {id: table.share(item.grade(sources)) for id, item in self.evidence.items()}

    @cached_property
    def direct(self) -> dict[ScenarioId, list[EvidenceId]]:
        """The items that rate each scenario themselves."""
        direct: dict[ScenarioId, list[EvidenceId]] = {}
        for id, item in self.evidence.items():
            for scenario in item.ratings:
                direct.setdefault(scenario, []).append(id)
        return direct

    @cached_property
    def rating(self) -> dict[ScenarioId, tuple[EvidenceId, ...]]:
        """The items that rate each scenario, directly or through an indicator, by id."""
        items = rated_by(self.database, ((id, self.evidence[id]) for id in sorted(self.evidence)))
        return {scenario_id: tuple(ids) for scenario_id, ids in items.items()}

    @cached_property
    def firings(self) -> dict[IndicatorKey, list[Firing]]:
        """The reports of each indicator, in the order of the walk."""
        firings: dict[IndicatorKey, list[Firing]] = {}
        for id, item in self.evidence.items():
            for text, state in item.indicators.items():
                firings.setdefault(indicator_key(text), []).append((id, state))
        for reports in firings.values():
            reports.sort(key=lambda firing: _walked(self.evidence[firing[0]], firing))
        return firings


def known_on(
    database: Database, as_of: date, among: Mapping[EvidenceId, Evidence] | None = None
) -> KnownEvidence:
    """Evidence known at `as_of`, of the whole database or `among` these items of it."""
    return KnownEvidence(database, as_of, among)


def members(database: Database, set_id: SetId) -> tuple[ScenarioId, ...]:
    return database.members.get(set_id, ())


def contending(database: Database, set_id: SetId, as_of: date) -> tuple[ScenarioId, ...]:
    """The members of a set that had opened by `as_of` and that can still occur."""
    every = members(database, set_id)
    opened = (id for id in every if database.scenarios[id].opened <= as_of)
    return tuple(id for id in opened if contends(database, id, as_of))


def rivals(database: Database, scenario_id: ScenarioId) -> tuple[ScenarioId, ...]:
    """The other members of a scenario's set; empty outside a set."""
    set_id = database.scenarios[scenario_id].set
    if set_id is None:
        return ()
    return tuple(id for id in members(database, set_id) if id != scenario_id)


def dependents(database: Database, ids: Collection[ScenarioId]) -> set[ScenarioId]:
    """These scenarios and those whose figures depend on them: whole sets, and by `given`."""
    # Analysts weigh in all others by how one ended; one that cannot be read may have, too.
    ended = (id not in database.scenarios or resolution(database, id) for id in ids)
    if database.tracker.team.record and any(ended):
        return {*ids, *database.scenarios}
    hanging, sets = database.hanging, set[SetId]()
    reached, left = set(ids), list(ids)
    while left:
        id = left.pop()
        more = {*hanging.get(id, ())}
        set_id = database.scenarios[id].set if id in database.scenarios else None
        if set_id and set_id not in sets:
            sets.add(set_id)
            more.update(hanging[f"/{set_id}"])
        left += more - reached
        reached |= more
    return reached


def resolution(database: Database, scenario_id: ScenarioId) -> Resolution | None:
    """A scenario's own resolution, or what follows from a rival that occurred: the earlier."""
    own, set_id = database.scenarios[scenario_id].resolution, database.scenarios[scenario_id].set
    outcomes = [own] if own else []
    for rival in database.occurred[set_id] if set_id else ():
        its = database.scenarios[rival].resolution
        if its is not None and rival != scenario_id:
            basis = f"{rival} occurred"
            outcomes.append(
                Resolution("did-not-occur", its.date, its.recorded, basis, its.evidence)
            )
    return min(outcomes, key=lambda outcome: outcome.recorded, default=None)


def resolved(database: Database, scenario_id: ScenarioId, as_of: date) -> Resolution | None:
    """The resolution that was known at `as_of`."""
    outcome = resolution(database, scenario_id)
    return outcome if outcome and outcome.recorded <= as_of else None


def waits_until(database: Database, scenario_id: ScenarioId, as_of: date) -> date | None:
    """The last day before an outcome counts: its horizon, in a set the latest; None once past.

    Mostly events are decided early, so a mean with them would favour whoever cried wolf.
    """
    unit = (scenario_id, *rivals(database, scenario_id))
    horizon = max(database.scenarios[id].horizon for id in unit)
    return horizon if horizon >= as_of else None


def contends(database: Database, scenario_id: ScenarioId, as_of: date) -> bool:
    """True unless a member of a set is known not to occur."""
    outcome = resolved(database, scenario_id, as_of)
    return outcome is None or outcome.outcome != "did-not-occur"


def state(database: Database, scenario_id: ScenarioId, as_of: date) -> State:
    scenario = database.scenarios[scenario_id]
    if as_of < scenario.opened:
        return "unopened"
    if resolved(database, scenario_id, as_of):
        return "resolved"
    return "overdue" if scenario.horizon < as_of else "open"


def last_open_day(database: Database, scenario_id: ScenarioId, as_of: date) -> date:
    """The day whose figures stand at `as_of`: once it is resolved, the eve of the outcome.

    It is the horizon, if that is earlier.
    """
    outcome, scenario = resolved(database, scenario_id, as_of), database.scenarios[scenario_id]
    if outcome is None:
        return as_of
    eve = min(outcome.date.toordinal() - 1, scenario.horizon.toordinal())
    return date.fromordinal(max(eve, scenario.opened.toordinal()))


def latest_day(database: Database, until: date = date.max) -> date | None:
    """The last day, up to one, on which something became known, was forecast or was first asked."""
    records: list[Evidence | Scenario | Sheet] = [*database.evidence.values()]
    records += [*database.scenarios.values(), *database.sheets.values()]
    days = (day for record in records for day in days_of(record))
    return max((day for day in days if day <= until), default=None)


def days_of(record: Evidence | Scenario | Sheet) -> tuple[date, ...]:
    """Days on which a record became known, was forecast or was first asked."""
    if isinstance(record, Sheet):
        return (record.date,)
    if isinstance(record, Evidence):
        return (record.recorded, *((record.retracted.date,) if record.retracted else ()))
    return (record.opened, *((record.resolution.recorded,) if record.resolution else ()))


def opened_scenarios(database: Database, as_of: date) -> dict[ScenarioId, Scenario]:
    """The scenarios that had opened by `as_of`."""
    return {id: s for id, s in database.scenarios.items() if s.opened <= as_of}


def declared_events(database: Database, as_of: date) -> dict[str, tuple[EvidenceId, ...]]:
    """The items of each event that evidence recorded by a day declares, latest event first."""
    events: dict[str, list[EvidenceId]] = {}
    dated = (
        (first_day(item.observed), id, item.event)
        for id, item in database.evidence.items()
        if item.event and item.recorded <= as_of
    )
    for _, id, event in sorted(dated, reverse=True):
        events.setdefault(event, []).append(id)
    return {event: tuple(ids) for event, ids in events.items()}


def by_origin(database: Database) -> Mapping[str, list[EvidenceId]]:
    """The items of each origin that is declared; looked up once."""
    items: dict[str, list[EvidenceId]] | None = vars(database).get("by_origin")
    if items is None:
        items = vars(database)["by_origin"] = {}
        for id, item in database.evidence.items():
            if item.origin:
                items.setdefault(item.origin, []).append(id)
    return items


def bears_on(database: Database, evidence: Evidence) -> frozenset[ScenarioId]:
    """The scenarios that an item rates, directly or through an indicator that it fires."""
    rated = set(evidence.ratings)
    for text in evidence.indicators:
        scenario_id, indicator_id = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        if scenario and indicator_id in scenario.indicators:
            rated |= scenario.indicators[indicator_id].ratings.keys()
    own = rated & database.scenarios.keys()
    if len(own) < len(rated):  # rows of quantities among them, or ids that are not there
        own |= {owner_of(id) for id in rated} & database.scenarios.keys()
    return frozenset(own)


def rated_by(
    database: Database, items: Iterable[tuple[EvidenceId, Evidence]]
) -> dict[ScenarioId, list[EvidenceId]]:
    """By scenario, those of these items that rate it, directly or through an indicator."""
    ids: dict[ScenarioId, list[EvidenceId]] = {}
    for id, item in items:
        for scenario_id in bears_on(database, item):
            ids.setdefault(scenario_id, []).append(id)
    return ids


def _is_known(item: Evidence, as_of: date) -> bool:
    return item.recorded <= as_of and not (item.retracted and item.retracted.date <= as_of)


def _walked(item: Evidence, firing: Firing) -> tuple[date, date, bool, EvidenceId]:
    """By (observed, recorded, reversals last, id)."""
    id, seen = firing
    return first_day(item.observed), item.recorded, seen == "reversed", id


def connected(database: Database, scenario_id: ScenarioId) -> tuple[ScenarioId, ...]:
    """A scenario, its rivals, and those on which their priors depend, with theirs."""
    reached: dict[ScenarioId, None] = {}
    sets: set[SetId] = set()
    waiting = [scenario_id]
    while waiting:
        id = waiting.pop()
        if id in database.scenarios and id not in reached:
            reached[id] = None
            scenario = database.scenarios[id]
            waiting += scenario.prior.given
            if scenario.set and scenario.set not in sets:
                sets.add(scenario.set)
                waiting += reversed(rivals(database, id))
    return tuple(reached)


def bearing(
    database: Database, scenarios: Iterable[ScenarioId] | None = None
) -> dict[ScenarioId, list[EvidenceId]]:
    """The items that bear on each scenario, or say that one of its own indicators is not absent.

    Of these `scenarios`, if given; of others too where all items are read anyway.
    """
    evidence, items = database.evidence, dict[ScenarioId, list[EvidenceId]]()
    if isinstance(evidence, LazyEvidence):
        wanted = database.scenarios if scenarios is None else scenarios
        return {id: ids for id in wanted if (ids := evidence.bearing(database, (id,)))}
    reach: dict[str, set[ScenarioId]] = {}
    for id, about in ((id, _rated_names(evidence[id])) for id in evidence):
        for text in about:
            if text not in reach:
                reach[text] = touched(database, (text,))
        scenarios = set[ScenarioId]().union(*(reach[text] for text in about))
        if evidence[id].supersedes:
            scenarios = borne(database, evidence[id])
        for scenario_id in scenarios:
            items.setdefault(scenario_id, []).append(id)
    return items


def borne(database: Database, item: Evidence) -> set[ScenarioId]:
    """The scenarios that an item rates, existing or not, and those whose indicators it fires.

    Those of the items that it supersedes too.
    """
    names = _rated_names(item)
    if item.supersedes:
        earlier = (database.evidence[id] for id in replaced(database.evidence, item))
        names += tuple(name for other in earlier for name in _rated_names(other))
    return touched(database, names)


def _rated_names(item: Evidence) -> tuple[str, ...]:
    return (*item.ratings, *item.indicators)


def touched(database: Database, about: Iterable[str]) -> set[ScenarioId]:
    """The scenarios touched by rating these scenarios and firing these indicators."""
    scenarios: set[ScenarioId] = set()
    for text in about:
        scenario_id, indicator_id = indicator_key(text)
        scenario = database.scenarios.get(scenario_id)
        scenarios.add(scenario_id)
        if scenario and indicator_id in scenario.indicators:
            scenarios.update(map(owner_of, scenario.indicators[indicator_id].ratings))
    return scenarios


def replaced(evidence: Mapping[EvidenceId, Evidence], item: Evidence) -> dict[EvidenceId, None]:
    """The items that an item supersedes, directly or through others; a circle ends."""
    reached, waiting = dict[EvidenceId, None](), [*item.supersedes]
    while waiting:
        id = waiting.pop()
        earlier = evidence.get(id)  # None: not there, or hidden
        if earlier and id not in reached:
            reached[id] = None
            waiting += earlier.supersedes
    return reached


def superseders(database: Database) -> dict[EvidenceId, set[EvidenceId]]:
    """The items that supersede each item, directly or through others; looked up once.

    Of a circle, or of an item that was recorded later, which are errors, nothing is replaced.
    """
    by: dict[EvidenceId, set[EvidenceId]] | None = vars(database).get("superseders")
    if by is None:
        evidence = database.evidence
        items = evidence.loaded if isinstance(evidence, LazyEvidence) else evidence
        by = vars(database)["superseders"] = {}
        for id, item in items.items():
            for earlier in replaced(evidence, item) if item.supersedes else ():
                before = evidence[earlier]
                if before.recorded <= item.recorded and id not in replaced(evidence, before):
                    by.setdefault(earlier, set()).add(id)
    return by


def near(
    database: Database,
    scenario_id: ScenarioId,
    bearing: Mapping[ScenarioId, Iterable[EvidenceId]],
    speaking: Mapping[ScenarioId, Iterable[SheetId]] = MappingProxyType({}),
) -> Database:
    """Connected scenarios, their evidence, its sources, and sheets: all that can move a figure."""
    columns = connected(database, scenario_id)
    items = dict.fromkeys(id for column in columns for id in bearing.get(column, ()))
    evidence = {id: database.evidence[id] for id in items}
    fired = {indicator_key(text)[0] for item in evidence.values() for text in item.indicators}
    around = sorted(fired.union(columns) & database.scenarios.keys())
    sheets = dict.fromkeys(id for column in columns for id in speaking.get(column, ()))
    named = {item.source for item in evidence.values() if item.source}
    part = Database(
        database.tracker,
        {id: database.scenarios[id] for id in around},
        evidence,
        {id: database.sheets[id] for id in sheets},
        {id: database.sources[id] for id in sorted(named & database.sources.keys())},
    )
    vars(part)["whole"] = whole_of(database)
    return part


def whole_of(database: Database) -> Database:
    """The database of which one is a part by `near`, or itself: its analysts have their records."""
    whole: Database = vars(database).get("whole", database)
    return whole


class AnalystRecords(msgspec.Struct, frozen=True):
    """Σ(b_own − b_mean)/(n + 20) of each analyst over the n ended questions on which they stood.

    b_own is the time-averaged Brier of a question, b_mean the mean over the analysts standing each
    day; a set is one question, on the days on which an analyst had a figure for each member. A
    question, in a set the member that occurred, counts from the day after its outcome was recorded
    and its horizon passed: `questions`. `excess` are the records before the first of these `days`,
    and from each.
    """

    days: tuple[date, ...] = ()
    questions: Mapping[date, tuple[ScenarioId, ...]] = {}
    excess: tuple[Mapping[Analyst, float], ...] = ({},)

    def on(self, day: date) -> Mapping[Analyst, float]:
        """The records that were known on a day."""
        return self.excess[bisect_right(self.days, day)]


class ComparisonSet(NamedTuple):
    """The open members of a set, or open scenarios that share a tag: an item rates all at once."""

    title: str
    ids: list[ScenarioId]
    is_set: bool


def rated_together(database: Database, day: date) -> Iterator[ComparisonSet]:
    """The scenarios that are open on a day: set by set, then tag by tag."""
    scenarios, sets = database.scenarios, database.tracker.sets
    live = [id for id in sorted(database.binary) if state(database, id, day) in ("open", "overdue")]
    for set_id, title in sets.items():
        if ids := [id for id in live if scenarios[id].set == set_id]:
            yield ComparisonSet(f"Set {set_id}: {title}", ids, is_set=True)
    by_tag: dict[str, list[ScenarioId]] = {}
    for id in live:
        if scenarios[id].set not in sets:
            by_tag.setdefault(next(iter(scenarios[id].tags), ""), []).append(id)
    for tag in sorted(by_tag, key=lambda tag: (not tag, tag)):
        title = f"Tag {tag}" if tag else "Without a tag"
        yield ComparisonSet(title, by_tag[tag], is_set=False)


def criteria_text(scenario: Scenario) -> str:
    """The criteria of a scenario, its last day and its clarifications, a line each."""
    lines = [scenario.resolution_criteria, f"Its last day is {scenario.horizon}."]
    lines += [f"{note.date}: {note.text}" for note in scenario.clarifications]
    return "\n".join(lines)
