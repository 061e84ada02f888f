"""Rows of evidence, and the groups that they form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Literal, get_args

import msgspec

from scenarios.analysis.evidence.indicators import (
    ReadingState,
    absence,
    last_report,
    reading,
    seen_if,
    strength,
)
from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.analysis.ledger.dependence import End, end_of
from scenarios.model import (
    EvidenceId,
    Indicator,
    IndicatorKey,
    Rating,
    ScenarioId,
    ThemeId,
    Tracker,
)
from scenarios.scales import rating_decibans
from scenarios.values import first_day, indicator_key

RowKind = Literal["direct", "indicator", "absence"]
KINDS: tuple[RowKind, ...] = get_args(RowKind)
RowKey = tuple[RowKind, str]
"""Kind and id of a row: by it, rows and groups are in their order."""
Columns = tuple[ScenarioId, ...]


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One witness before grouping: decibans × weight for each scenario that it rates.

    `ties` are its origin and its event: rows that share a tie are one line. It counts from `since`
    on and ages from `fresh` on; `first` orders the rows of a group. `state` is that of an absent
    indicator, and `age` the share of the decibans that age leaves.
    """

    kind: RowKind
    id: str
    values: dict[ScenarioId, float]
    weight: float
    since: date
    fresh: date
    first: tuple[date, date, str, str]
    theme: ThemeId | None = None
    evidence: tuple[EvidenceId, ...] = ()
    ties: frozenset[str] = frozenset()
    state: ReadingState | None = None
    age: float = 1.0

    @property
    def key(self) -> RowKey:
        """The unique key of the row."""
        return self.kind, self.id


Absent = Callable[[Indicator, float], dict[ScenarioId, float]]
"""Decibans of an absence by what it bears on, from the share of it that its state leaves."""
Beside = AbstractSet[ScenarioId]
"""The scenarios side by side, to look one up."""


def included(known_evidence: KnownEvidence, columns: Columns) -> tuple[EvidenceId, ...]:
    """The known items that a prior already uses; in a set that of any member, open or not."""
    scenarios = known_evidence.database.scenarios
    using = {id for column in columns for id in scenarios[column].prior.includes}
    return tuple(sorted(using & known_evidence.evidence.keys()))


def rows(
    known_evidence: KnownEvidence, columns: Columns, ids: AbstractSet[str] | None = None
) -> Iterator[LedgerRow]:
    """Rows of known items, indicators and absences that bear on one of these scenarios, by key.

    Of these `ids` only, where not all are wanted: then those items suffice, and those that fire
    one of those indicators.
    """
    used, others = frozenset(included(known_evidence, columns)), frozenset(columns)
    known = known_evidence.evidence
    among = known.keys() if ids is None else known.keys() & ids
    rating = {id for id in among if not others.isdisjoint(known[id].ratings)}
    if ids is None:
        own = ((c, key) for c in others for key in known_evidence.database.scenarios[c].indicators)
        keys = {*own, *(key for c in others for key in known_evidence.database.signs.get(c, ()))}
    else:
        keys = {indicator_key(id) for id in ids if "/" in id}
    ordered = sorted(keys, key="/".join)
    yield from absence_rows(known_evidence, columns, ordered)
    yield from direct_rows(known_evidence, others, rating - used)
    yield from indicator_rows(known_evidence, others, used, ordered)


def centred(row: LedgerRow, columns: Columns, ruled_out: Mapping[ScenarioId, date]) -> LedgerRow:
    """Centre a row of a set on its second-highest value over the members of its day.

    An equal row says nothing, a row favours only the member that it rates highest, and a row says
    nothing about a member that an earlier recorded outcome had ruled out. Blank is 0.
    """
    gone = {column for column, day in ruled_out.items() if day < row.since}
    number = len(columns) - len(gone)
    values = {column: value for column, value in row.values.items() if column not in gone}
    blanks = [0.0] * min(number - len(values), 2)
    second = sorted([*values.values(), *blanks])[-2] if number > 1 else 0.0
    if second:
        values = {c: values.get(c, 0.0) - second for c in columns if c not in gone}
    return msgspec.structs.replace(row, values=values if number > 1 else {})


def direct_rows(
    known_evidence: KnownEvidence, others: Beside, ids: Iterable[EvidenceId]
) -> Iterator[LedgerRow]:
    """Rows of known items for the scenarios that they rate directly, by id."""
    for id in sorted(ids):
        item, weight = known_evidence.evidence[id], known_evidence.weights[id]
        yield LedgerRow(
            kind="direct",
            id=id,
            values=_worth(known_evidence, item.ratings, others, weight),
            weight=weight,
            since=item.recorded,
            fresh=item.recorded,
            first=(*_known_order(known_evidence, id), id),
            theme=item.theme,
            evidence=(id,),
            ties=ties(known_evidence, id),
        )


def indicator_rows(
    known_evidence: KnownEvidence,
    others: Beside,
    used: frozenset[EvidenceId],
    keys: Iterable[IndicatorKey],
) -> Iterator[LedgerRow]:
    """Rows of raised indicators for the scenarios they rate, beyond what the `used` items show."""
    for key in keys:
        scenario = known_evidence.database.scenarios.get(key[0])
        indicator = scenario.indicators.get(key[1]) if scenario else None
        if indicator is None or others.isdisjoint(indicator.ratings):
            continue
        if key not in known_evidence.firings:
            continue
        now = reading(known_evidence, key)
        if now.raised_by is None:
            continue  # never raised: worth nothing
        id = "/".join(key)
        counted = now.strength - strength(known_evidence, key, used)
        since = known_evidence.evidence[now.raised_by].recorded
        ages = known_evidence.database.tracker.half_life_days is not None
        yield LedgerRow(
            kind="indicator",
            id=id,
            values=_worth(known_evidence, indicator.ratings, others, counted),
            weight=counted,
            since=since,
            fresh=last_report(known_evidence, key) if ages else since,
            first=(*_known_order(known_evidence, now.raised_by), id),
            theme=indicator.theme,
            evidence=now.evidence,
            ties=ties(known_evidence, now.raised_by),
        )


def absence_rows(
    known_evidence: KnownEvidence,
    columns: Columns,
    keys: Iterable[IndicatorKey],
    absent: Absent | None = None,
) -> Iterator[LedgerRow]:
    """Rows of the indicators of these scenarios that were due; `absent` is what one is worth."""
    for column, name in keys:
        scenario = known_evidence.database.scenarios[column] if column in columns else None
        indicator = scenario.indicators.get(name) if scenario else None
        if indicator is None or indicator.due is None or indicator.due >= known_evidence.as_of:
            continue
        if indicator.if_absent is None and indicator.chance is None:
            continue
        now = reading(known_evidence, (column, name))
        missing = _MISSING.get(now.state, 1.0)
        if missing:
            id = f"{column}/{name}"
            yield LedgerRow(
                kind="absence",
                id=id,
                values=absent(indicator, missing)
                if absent
                else _absent(known_evidence, indicator, column, columns, missing),
                weight=missing,
                since=indicator.due,
                fresh=indicator.due + timedelta(days=1),
                first=(indicator.due, indicator.due, id, id),
                theme=indicator.theme,
                state=now.state if now.raised_by else "unobserved",
            )


_MISSING: dict[ReadingState, float] = {"observed": 0.0, "emerging": 0.5}
"""The share of an absence that a state leaves; others leave all of it."""


def _absent(
    known_evidence: KnownEvidence,
    indicator: Indicator,
    owner: ScenarioId,
    columns: Columns,
    missing: float,
) -> dict[ScenarioId, float]:
    """Decibans of an absence, by `if_absent` or by the chance of seeing the sign by `due`."""
    if indicator.chance is None:
        assert indicator.if_absent is not None  # noqa: S101 - the caller has seen to it
        return _worth(known_evidence, {owner: indicator.if_absent}, {owner}, missing)
    scenarios, tracker = known_evidence.database.scenarios, known_evidence.database.tracker
    decibans = {
        column: rating_decibans(rating, tracker.decibans) * tracker.rating_strength
        for column, rating in indicator.ratings.items()
    }
    priors = {column: scenarios[column].prior.probability for column in columns}
    if len(columns) > 1:
        seen = seen_if(indicator.chance, priors, decibans)
        return {column: absence(seen[column]) * missing for column in columns}
    either: dict[ScenarioId | None, float] = {owner: priors[owner], None: 1 - priors[owner]}
    worth: dict[ScenarioId | None, float] = {owner: decibans.get(owner, 0.0), None: 0.0}
    seen_either = seen_if(indicator.chance, either, worth)
    return {owner: (absence(seen_either[owner]) - absence(seen_either[None])) * missing}


def ties(known_evidence: KnownEvidence, id: EvidenceId) -> frozenset[str]:
    """Keys that tie an item to others: its origin (without one, the item itself) and its event."""
    item = known_evidence.evidence[id]
    origin = f"origin:{item.origin or id}"
    return frozenset({origin, f"event:{item.event}"}) if item.event else frozenset({origin})


def _known_order(known_evidence: KnownEvidence, id: EvidenceId) -> tuple[date, date, EvidenceId]:
    """By (recorded, observed, id): the order in which we came to know."""
    item = known_evidence.evidence[id]
    return item.recorded, first_day(item.observed), id


def _worth(
    known_evidence: KnownEvidence,
    ratings: Mapping[ScenarioId, Rating],
    others: Beside,
    share: float,
) -> dict[ScenarioId, float]:
    tracker = known_evidence.database.tracker
    factor = tracker.rating_strength * share
    return {
        c: rating_decibans(r, tracker.decibans) * factor for c, r in ratings.items() if c in others
    }


class RowGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that share an origin or an event; theme and key are those of the first row."""

    key: RowKey
    rows: tuple[LedgerRow, ...]
    theme: ThemeId | None


def aged(row: LedgerRow, tracker: Tracker, day: date) -> LedgerRow:
    """The row on a day: it counts half once it is a half-life of its theme old."""
    half_life = tracker.half_life(row.theme)
    if half_life is None:
        return row
    age = 2 ** ((row.fresh - day).days / half_life)
    values = {column: worth * age for column, worth in row.values.items()}
    return msgspec.structs.replace(row, values=values, age=age)


class GroupTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Net decibans of a group for one scenario: strongest row for plus strongest against.

    `evidence` are the items that speak in these rows.
    """

    group: RowKey
    theme: ThemeId | None
    decibans: float
    end: End
    counted_rows: tuple[LedgerRow, ...]
    suppressed: tuple[LedgerRow, ...]
    evidence: tuple[EvidenceId, ...]

    @property
    def strongest(self) -> LedgerRow:
        """The row whose id the line has."""
        return self.counted_rows[0]


def groups(rows: Iterable[LedgerRow]) -> list[RowGroup]:
    """Rows that share an origin or an event, directly or through another, stand together."""
    every = list(rows)
    leader = list(range(len(every)))
    first_with: dict[str, int] = {}

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for number, row in enumerate(every):
        for tie in row.ties:
            first = first_with.setdefault(tie, number)
            if first != number:
                # The earliest row leads, which gives a group the same key in whatever order its
                # ties are met (test_the_order_of_evidence_does_not_matter).
                lower, higher = sorted((lead(number), lead(first)))
                leader[higher] = lower
    together: dict[int, list[LedgerRow]] = {}
    for number, row in enumerate(every):
        together.setdefault(lead(number), []).append(row)
    return [
        RowGroup(
            key=members[0].key,
            rows=tuple(members),
            theme=min(members, key=lambda row: row.first).theme,
        )
        for members in together.values()
    ]


def net(group: RowGroup) -> dict[ScenarioId, GroupTotal]:
    """Net line of each scenario that a row of the group rates."""
    speaking: dict[ScenarioId, list[LedgerRow]] = {}
    for row in group.rows:
        for column, worth in row.values.items():
            if worth:
                speaking.setdefault(column, []).append(row)
    return {column: _net(group, rows, column) for column, rows in speaking.items()}


def _net(group: RowGroup, speaking: list[LedgerRow], column: ScenarioId) -> GroupTotal:
    counted_rows, rest = speaking, list[LedgerRow]()
    if len(speaking) > 1:
        speaking.sort(key=lambda row: (-abs(row.values[column]), row.id))
        strongest_for = next((r for r in speaking if r.values[column] > 0), None)
        against = next((r for r in speaking if r.values[column] < 0), None)
        counted_rows = [r for r in speaking if r is strongest_for or r is against]
        rest = [r for r in speaking if r is not strongest_for and r is not against]
    decibans = sum([row.values[column] for row in counted_rows])
    alone = counted_rows[0].evidence if len(counted_rows) == 1 else ()
    return GroupTotal(
        group=group.key,
        theme=group.theme,
        decibans=decibans,
        end=end_of(decibans, group.theme),
        counted_rows=tuple(counted_rows),
        suppressed=tuple(rest),
        evidence=alone or tuple(dict.fromkeys(id for row in counted_rows for id in row.evidence)),
    )
