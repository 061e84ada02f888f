"""Rows of evidence, the groups that they form, and the share of each group that counts."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Literal, get_args

import msgspec

from scenarios.analysis.evidence.indicators import ReadingState, absence, reading, seen_if, strength
from scenarios.analysis.evidence.knowledge import KnownEvidence
from scenarios.model import (
    Dependence,
    EvidenceId,
    Indicator,
    IndicatorKey,
    Rating,
    ScenarioId,
    ThemeId,
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
    on; `first` orders the rows of a group. `state` is that of an absent indicator.
    """

    kind: RowKind
    id: str
    values: dict[ScenarioId, float]
    weight: float
    since: date
    first: tuple[date, date, str, str]
    theme: ThemeId | None = None
    evidence: tuple[EvidenceId, ...] = ()
    ties: frozenset[str] = frozenset()
    state: ReadingState | None = None

    @property
    def key(self) -> RowKey:
        """The unique key of the row."""
        return self.kind, self.id


Beside = AbstractSet[ScenarioId]
"""The scenarios side by side, to look one up."""


def included(known: KnownEvidence, columns: Columns) -> tuple[EvidenceId, ...]:
    """The known items that a prior already uses; in a set that of any member, open or not."""
    scenarios = known.database.scenarios
    using = {id for column in columns for id in scenarios[column].prior.includes}
    return tuple(sorted(using & known.evidence.keys()))


def rows(
    known: KnownEvidence, columns: Columns, ids: AbstractSet[str] | None = None
) -> Iterator[LedgerRow]:
    """Rows of known items, indicators and absences that bear on one of these scenarios, by key.

    Of these `ids` only, where not all are wanted: then those items suffice, and those that fire
    one of those indicators.
    """
    used, beside = frozenset(included(known, columns)), frozenset(columns)
    rating = {id for id, item in known.evidence.items() if not beside.isdisjoint(item.ratings)}
    if ids is None:
        own = ((c, key) for c in beside for key in known.database.scenarios[c].indicators)
        keys = {*own, *(key for c in beside for key in known.database.signs.get(c, ()))}
    else:
        rating &= ids
        keys = {indicator_key(id) for id in ids if "/" in id}
    ordered = sorted(keys, key="/".join)
    yield from _absence_rows(known, columns, ordered)
    yield from _direct_rows(known, beside, rating - used)
    yield from _indicator_rows(known, beside, used, ordered)


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


def _direct_rows(
    known: KnownEvidence, beside: Beside, ids: Iterable[EvidenceId]
) -> Iterator[LedgerRow]:
    """Rows of known items for the scenarios that they rate directly, by id."""
    for id in sorted(ids):
        item, weight = known.evidence[id], known.weights[id]
        yield LedgerRow(
            kind="direct",
            id=id,
            values=_worth(known, item.ratings, beside, weight),
            weight=weight,
            since=item.recorded,
            first=(*_known_order(known, id), id),
            theme=item.theme,
            evidence=(id,),
            ties=ties(known, id),
        )


def _indicator_rows(
    known: KnownEvidence, beside: Beside, used: frozenset[EvidenceId], keys: Iterable[IndicatorKey]
) -> Iterator[LedgerRow]:
    """Rows of raised indicators for the scenarios they rate, beyond what the `used` items show."""
    for key in keys:
        scenario = known.database.scenarios.get(key[0])
        indicator = scenario.indicators.get(key[1]) if scenario else None
        if indicator is None or beside.isdisjoint(indicator.ratings):
            continue
        if key not in known.firings:
            continue
        now = reading(known, key)
        if now.raised_by is None:
            continue  # never raised: worth nothing
        id = "/".join(key)
        counted = now.strength - strength(known, key, used)
        yield LedgerRow(
            kind="indicator",
            id=id,
            values=_worth(known, indicator.ratings, beside, counted),
            weight=counted,
            since=known.evidence[now.raised_by].recorded,
            first=(*_known_order(known, now.raised_by), id),
            theme=indicator.theme,
            evidence=now.evidence,
            ties=ties(known, now.raised_by),
        )


def _absence_rows(
    known: KnownEvidence, columns: Columns, keys: Iterable[IndicatorKey]
) -> Iterator[LedgerRow]:
    for column, name in keys:
        scenario = known.database.scenarios[column] if column in columns else None
        indicator = scenario.indicators.get(name) if scenario else None
        if indicator is None or indicator.due is None or indicator.due >= known.as_of:
            continue
        if indicator.if_absent is None and indicator.chance is None:
            continue
        now = reading(known, (column, name))
        missing = _MISSING.get(now.state, 1.0)
        if missing:
            id = f"{column}/{name}"
            yield LedgerRow(
                kind="absence",
                id=id,
                values=_absent(known, indicator, column, columns, missing),
                weight=missing,
                since=indicator.due,
                first=(indicator.due, indicator.due, id, id),
                theme=indicator.theme,
                state=now.state if now.raised_by else "unobserved",
            )


_MISSING: dict[ReadingState, float] = {"observed": 0.0, "emerging": 0.5}
"""The share of an absence that a state leaves; others leave all of it."""


def _absent(
    known: KnownEvidence, indicator: Indicator, owner: ScenarioId, columns: Columns, missing: float
) -> dict[ScenarioId, float]:
    """Decibans of an absence, by `if_absent` or by the chance of seeing the sign by `due`."""
    if indicator.chance is None:
        assert indicator.if_absent is not None  # noqa: S101 - the caller has seen to it
        return _worth(known, {owner: indicator.if_absent}, {owner}, missing)
    scenarios, tracker = known.database.scenarios, known.database.tracker
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


def ties(known: KnownEvidence, id: EvidenceId) -> frozenset[str]:
    """Keys that tie an item to others: its origin (without one, the item itself) and its event."""
    item = known.evidence[id]
    origin = f"origin:{item.origin or id}"
    return frozenset({origin, f"event:{item.event}"}) if item.event else frozenset({origin})


def _known_order(known: KnownEvidence, id: EvidenceId) -> tuple[date, date, EvidenceId]:
    """By (recorded, observed, id): the order in which we came to know."""
    item = known.evidence[id]
    return item.recorded, first_day(item.observed), id


def _worth(
    known: KnownEvidence, ratings: Mapping[ScenarioId, Rating], beside: Beside, share: float
) -> dict[ScenarioId, float]:
    tracker = known.database.tracker
    factor = tracker.rating_strength * share
    return {
        c: rating_decibans(r, tracker.decibans) * factor for c, r in ratings.items() if c in beside
    }


class RowGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that share an origin or an event; theme and key are those of the first row."""

    key: RowKey
    rows: tuple[LedgerRow, ...]
    theme: ThemeId | None


End = tuple[float, int, ThemeId]
"""Height of a line, its sign, and its theme; lines without a theme come first."""


def end_of(decibans: float, theme: ThemeId | None) -> End:
    """The end of a line; lines without a theme are a block of their own."""
    return abs(decibans), (decibans > 0) - (decibans < 0), theme or ""


class GroupTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Net decibans of a group for one scenario: strongest row for plus strongest against.

    `evidence` are the items that speak in these rows.
    """

    group: RowKey
    theme: ThemeId | None
    decibans: float
    end: End
    heard: tuple[LedgerRow, ...]
    suppressed: tuple[LedgerRow, ...]
    evidence: tuple[EvidenceId, ...]

    @property
    def strongest(self) -> LedgerRow:
        """The row whose id the line has."""
        return self.heard[0]


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
    heard, rest = speaking, list[LedgerRow]()
    if len(speaking) > 1:
        speaking.sort(key=lambda row: (-abs(row.values[column]), row.id))
        strongest_for = next((r for r in speaking if r.values[column] > 0), None)
        against = next((r for r in speaking if r.values[column] < 0), None)
        heard = [r for r in speaking if r is strongest_for or r is against]
        rest = [r for r in speaking if r is not strongest_for and r is not against]
    decibans = sum([row.values[column] for row in heard])
    alone = heard[0].evidence if len(heard) == 1 else ()
    return GroupTotal(
        group=group.key,
        theme=group.theme,
        decibans=decibans,
        end=end_of(decibans, group.theme),
        heard=tuple(heard),
        suppressed=tuple(rest),
        evidence=alone or tuple(dict.fromkeys(id for row in heard for id in row.evidence)),
    )


class LayerCounts(msgspec.Struct):
    """Number of lines by height, sign and theme, from the lowest up, and by theme in all.

    Like lines are counted together: a sum is of as many terms as there are heights, and the same to
    the last bit in whatever order the lines came and went.
    """

    counts: Counter[End]
    ends: list[End]
    themes: dict[ThemeId, tuple[int, int]]

    @classmethod
    def of(cls, lines: Iterable[End]) -> LayerCounts:
        """The heights of lines, each by its end."""
        counts = Counter(lines)
        heights = cls(counts, sorted(counts), {})
        for (_, sign, theme), number in counts.items():
            heights._count(sign, theme, number)
        return heights

    def copy(self) -> LayerCounts:
        """A copy of the heights, whose lines can change separately."""
        return LayerCounts(self.counts.copy(), [*self.ends], {**self.themes})

    def add(self, end: End, number: int = 1) -> None:
        """Add lines; a negative number removes them."""
        if end not in self.counts:
            insort(self.ends, end)
        self.counts[end] += number
        if not self.counts[end]:
            del self.counts[end], self.ends[bisect_left(self.ends, end)]
        self._count(end[1], end[2], number)

    def _count(self, sign: int, theme: ThemeId, number: int) -> None:
        lines, signs = self.themes.get(theme, (0, 0))
        self.themes[theme] = lines + number, signs + sign * number
        if not lines + number:
            del self.themes[theme]


class _Theme:
    """Lines of a theme that reach a layer: their number, the sum of their signs, and D."""

    __slots__ = ("alone", "inner", "more", "number", "signs")

    def __init__(self, alone: float, more: float) -> None:
        self.alone, self.more = alone, more
        self.number = self.signs = 0
        self.inner = alone


class ThemeLayers:
    """The lines from the lowest up; of those that reach a layer, by theme, their number and signs.

    In the block correlation matrix Σ of the lines, a line of theme k has the weight (Σ⁻¹1)_k =
    1/(D_k·(1 + ρ_b·Σ_j n_j/D_j)), with D_k = 1 − ρ_k + n_k·(ρ_k − ρ_b) and ρ_k = ρ_w, for lines
    without a theme (ρ_w + ρ_b)/2. Where there is one theme, or ρ_w = ρ_b, that is
    1/(1 − ρ_k + n·ρ_k): then all lines are of one, and nothing is between.
    """

    def __init__(self, heights: LayerCounts, dependence: Dependence) -> None:
        within = dependence.within
        between = min(dependence.between, within)  # more than that is a fault of the tracker
        alike, themes = within == between, sorted(heights.themes)
        self._heights = heights
        self.between = between if len(themes) > 1 and not alike else 0.0
        self.themes: dict[ThemeId, _Theme] = {}
        shared = _Theme(1 - within, within - self.between)
        for theme in themes:
            correlation = within if theme else (within + between) / 2
            apart = _Theme(1 - correlation, correlation - self.between)
            of = self.themes[theme] = shared if alike else apart
            number, signs = heights.themes[theme]
            of.number, of.signs = of.number + number, of.signs + signs
            of.inner = of.alone + of.number * of.more

    def walk(self) -> Iterator[tuple[End, float, float, float]]:
        """For each end of lines how far it rises above the one before, and two sums.

        These are of the layer that it ends: Σ_j n_j/D_j, and the same of the signs.
        """
        themes, counts, height = self.themes, self._heights.counts, 0.0
        each = dict.fromkeys(themes.values())
        size = sum(of.number / of.inner for of in each)
        total = sum(of.signs / of.inner for of in each)
        for end in self._heights.ends:
            top, sign, theme = end
            yield end, top - height, size, total
            height, of, count = top, themes[theme], counts[end]
            size -= of.number / of.inner
            total -= of.signs / of.inner
            of.number -= count
            of.signs -= sign * count
            if of.number:
                of.inner = of.alone + of.number * of.more
                size += of.number / of.inner
                total += of.signs / of.inner

    def without(self, of: _Theme, sign: int, size: float, total: float) -> float:
        """Decibans counted per deciban of the layer without a line of it, given its two sums."""
        if sum(theme.number for theme in dict.fromkeys(self.themes.values())) == 1:
            return 0.0  # no line is left, and what is left of the sums is rounding
        size, total = size - of.number / of.inner, total - of.signs / of.inner
        if of.number > 1:
            inner = of.inner - of.more
            size, total = size + (of.number - 1) / inner, total + (of.signs - sign) / inner
        return total / (1 + self.between * size)


def factors(heights: LayerCounts, dependence: Dependence) -> dict[End, float]:
    """The share of the lines of each end that counts, over 0 to 1.

    Where every line is equally high, its share is its weight in the block correlation matrix
    (Clemen & Winkler 1985, Operations Research 33:427-442). Unequal lines are cut into layers of
    equal height: in the layer at t only lines of more than t decibans count, whatever their sign.
    The layers are walked upwards, and each theme's own sum is brought up to date only where a line
    of it ends.
    """
    layers = ThemeLayers(heights, dependence)
    walked = 0.0  # ∫dt over the divisor of all themes, from 0 to the height of the line
    sums = dict.fromkeys(layers.themes.values(), (0.0, 0.0))
    shares: dict[End, float] = {}
    for end, step, size, _ in layers.walk():
        height, of = end[0], layers.themes[end[2]]
        walked += step / (1 + layers.between * size)
        counted, since = sums[of]
        counted += (walked - since) / of.inner
        sums[of] = counted, walked
        shares[end] = min(1.0, counted / height) if height else 1.0
    return shares


def total(heights: LayerCounts, dependence: Dependence) -> float:
    """The decibans that the lines add up to."""
    layers = ThemeLayers(heights, dependence)
    between = layers.between
    return sum(step * signs / (1 + between * size) for _, step, size, signs in layers.walk())


def totals_without(heights: LayerCounts, dependence: Dependence) -> dict[End, float]:
    """The total without a line of each end.

    Takes the number of heights times that of themes: up to its height, what a layer counts differs
    in the same way for all lines of its theme and sign.
    """
    layers = ThemeLayers(heights, dependence)
    whole, less = 0.0, dict[End, float]()
    sums = {(layers.themes[theme], sign): 0.0 for _, sign, theme in heights.ends}
    for end, step, size, signs in layers.walk():
        counted = signs / (1 + layers.between * size)
        whole += step * counted
        for of, sign in sums if step else ():
            if of.number:
                less_here = layers.without(of, sign, size, signs) - counted
                sums[of, sign] += step * less_here
        less[end] = sums[layers.themes[end[2]], end[1]]
    return {end: whole + without for end, without in less.items()}
