"""Implied log odds of scenarios on a day, sets compared and links followed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import (
    Followed,
    Known,
    connected,
    followed,
    known,
    members,
    resolution,
    resolved,
)
from scenarios.analysis.ledger.contributions import (
    Columns,
    LedgerRow,
    Net,
    RowGroup,
    Weighed,
    centred,
    direct_rows,
    groups,
    included,
    indicator_rows,
    net,
    rows,
    total,
)
from scenarios.model import (
    Database,
    Dependence,
    Evidence,
    EvidenceId,
    Given,
    IndicatorKey,
    Scenario,
    ScenarioId,
)
from scenarios.scales import decibans, held, probability
from scenarios.values import indicator_key


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario alone, or all members of its set: for each its lines and their total.

    `neutral` counts the rows that rate a scenario and are worth nothing to it. `left` are the
    members that are known not to occur.
    """

    columns: Columns
    compared: bool
    left: frozenset[ScenarioId]
    dependence: Dependence
    groups: list[RowGroup]
    nets: dict[ScenarioId, list[Net]]
    totals: dict[ScenarioId, float]
    neutral: dict[ScenarioId, int]


def columns(known: Known, scenario_id: ScenarioId) -> Columns:
    """The members of a scenario's set, by id; the scenario alone where it is in none."""
    set_id = known.database.scenarios[scenario_id].set
    return (scenario_id,) if set_id is None else members(known.database, set_id)


def compare(known: Known, beside: Columns) -> Comparison:
    """A scenario alone, or the members of a set, and what the evidence known says of each."""
    dependence = known.database.tracker.dependence
    compared = known.database.scenarios[beside[0]].set is not None
    left = _left(known, beside)
    raw = rows(known, beside)
    centred_rows = [centred(row, beside, left) for row in raw] if compared else raw
    formed = groups(row for row in centred_rows if any(row.values.values()))
    nets = net(formed, beside)
    return Comparison(
        columns=beside,
        compared=compared,
        left=frozenset(left),
        dependence=dependence,
        groups=formed,
        nets=nets,
        totals={column: total(weighed(lines), dependence) for column, lines in nets.items()},
        neutral=_neutral(raw, centred_rows, beside),
    )


def followed_comparison(comparison: Comparison, was: Known, step: Followed) -> Comparison | None:
    """The same comparison where only items differ: see `knowledge.followed`.

    None where one of them is included in a prior, or what it says is tied to another line; where
    an absence began or may have changed, or a rival left: then everything is compared anew. The
    lines are those of `compare`, though in another order; a group that is gone has no rows.
    """
    beside, (known, added, gone) = comparison.columns, step
    if _left(known, beside).keys() != comparison.left or _absence_began(known, was, beside):
        return None
    differ = (*added.values(), *gone.values())
    fired = {indicator_key(text) for item in differ for text in item.indicators}
    new = _said(comparison, known, added, fired)
    old = _said(comparison, was, gone, fired)
    if not new.raw and not old.raw:
        return comparison
    used = {*included(was, beside), *included(known, beside)}
    if not used.isdisjoint(added) or not used.isdisjoint(gone) or _is_absent(known, fired, beside):
        return None
    lost = {row.id for row in old.raw}
    off = {n for n, group in enumerate(comparison.groups) if any(r.id in lost for r in group.rows)}
    kept = [_GONE if n in off else group for n, group in enumerate(comparison.groups)]
    added_groups = [
        RowGroup(rows=(row,), theme=row.theme) for row in new.rows if any(row.values.values())
    ]
    if any(len(comparison.groups[n].rows) > 1 for n in off) or _tied(kept, added_groups):
        return None
    more = net(added_groups, beside, len(kept))
    nets, totals = {**comparison.nets}, {**comparison.totals}
    for column in beside:
        if more[column] or any(row.values.get(column) for row in old.rows):
            stay = [line for line in nets[column] if line.group not in off]
            nets[column] = [*stay, *more[column]]
            totals[column] = total(weighed(nets[column]), comparison.dependence)
    fewer, further = _neutral(*old, beside), _neutral(*new, beside)
    return msgspec.structs.replace(
        comparison,
        groups=[*kept, *added_groups],
        nets=nets,
        totals=totals,
        neutral={c: comparison.neutral[c] + further[c] - fewer[c] for c in beside},
    )


class Comparisons:
    """The lines compared on a day, each set and each scenario alone once.

    Where `earlier` knew the same but for some items, its comparisons are followed up. `whole`, only
    those of which nothing differs, so that lines are in their order; else the last few are kept.
    """

    def __init__(
        self,
        known: Known,
        earlier: Comparisons | None = None,
        step: Followed | None = None,
        *,
        whole: bool = False,
        most: int | None = None,
    ) -> None:
        self.known = known
        self.made: dict[ScenarioId, Comparison] = {}
        self._was = (earlier.known, earlier.made, step) if earlier and step else None
        self._whole, self._most = whole, most

    def of(self, beside: Columns) -> Comparison:
        """A scenario alone, or the members of a set."""
        if beside[0] not in self.made:
            comparison = self._followed(beside) or compare(self.known, beside)
            if len(self.made) == self._most:
                del self.made[next(iter(self.made))]
            self.made[beside[0]] = comparison
        return self.made[beside[0]]

    def _followed(self, beside: Columns) -> Comparison | None:
        if self._was is None:
            return None
        known, comparisons, step = self._was
        was = comparisons.get(beside[0])
        if was is None or was.columns != beside:
            return None
        now = followed_comparison(was, known, step)
        return None if self._whole and now is not was else now


def weighed(lines: Sequence[Net]) -> list[Weighed]:
    """The decibans and the theme of each line."""
    return [(line.decibans, line.theme) for line in lines]


def log_odds(comparison: Comparison, priors: Mapping[ScenarioId, float]) -> dict[ScenarioId, float]:
    """Decibans of each implied probability before `bound`.

    In a set ln pᵢ + evidenceᵢ·ln10/10 is normalised over the members still in it; else Bayes' rule.
    """
    totals = comparison.totals
    if not comparison.compared:
        return {c: decibans(priors[c]) + totals[c] for c in comparison.columns}
    strengths = {c: 10 * math.log10(priors[c]) + totals[c] for c in comparison.columns}
    inside = [c for c in comparison.columns if c not in comparison.left]
    first = max(inside, key=strengths.__getitem__, default=None)
    shares = {c: 10 ** ((strengths[c] - strengths[first]) / 10) for c in inside if first}
    whole = math.fsum(shares.values())

    def against(column: ScenarioId) -> float:
        if column == first:  # the others may be too weak beside it for a share of 1
            others = [strengths[c] for c in inside if c != column]
            return _together(others) if others else -math.inf
        rest = whole - shares.get(column, 0.0)  # with the share of the first, which is 1
        return strengths[first] + 10 * math.log10(rest) if first else -math.inf

    return {c: strengths[c] - against(c) for c in comparison.columns}


def implied(comparison: Comparison, priors: Mapping[ScenarioId, float]) -> dict[ScenarioId, float]:
    """The implied probabilities, within their bounds: the one place that computes them."""
    return {c: held(probability(db)) for c, db in log_odds(comparison, priors).items()}


_GONE = RowGroup(rows=(), theme=None)


class _Said(NamedTuple):
    """Rows of some items, before and after centring."""

    raw: Sequence[LedgerRow]
    rows: Sequence[LedgerRow]


def _said(
    comparison: Comparison,
    known: Known,
    items: Mapping[EvidenceId, Evidence],
    fired: AbstractSet[IndicatorKey],
) -> _Said:
    """Rows of some items and indicators; an indicator that was never raised has none."""
    beside = comparison.columns
    columns = frozenset(beside)
    rating = [id for id, item in items.items() if not columns.isdisjoint(item.ratings)]
    raw = [
        *direct_rows(known, columns, rating),
        *indicator_rows(known, columns, frozenset(included(known, beside)), fired),
    ]
    if not comparison.compared:
        return _Said(raw, raw)
    left = _left(known, beside)
    return _Said(raw, [centred(row, beside, left) for row in raw])


def _tied(kept: Sequence[RowGroup], added: Sequence[RowGroup]) -> bool:
    """True if an added group shares an origin or an event with another group."""
    ties: set[str] = set()
    ties.update(*(row.ties for group in kept for row in group.rows))
    for group in added:
        if not ties.isdisjoint(group.rows[0].ties):
            return True
        ties |= group.rows[0].ties
    return False


def _is_absent(known: Known, keys: AbstractSet[IndicatorKey], beside: Columns) -> bool:
    """True if one of these indicators may have a row for its absence."""
    own = [known.database.scenarios[id].indicators.get(key) for id, key in keys if id in beside]
    return any(indicator and indicator.due and indicator.due < known.as_of for indicator in own)


def _absence_began(known: Known, was: Known, beside: Columns) -> bool:
    return was.as_of != known.as_of and any(
        indicator.due is not None and was.as_of <= indicator.due < known.as_of
        for column in beside
        for indicator in known.database.scenarios[column].indicators.values()
    )


def _left(known: Known, beside: Columns) -> dict[ScenarioId, date]:
    """Members known not to occur, and since when."""
    return {
        id: outcome.recorded
        for id in beside
        if (outcome := resolved(known.database, id, known.as_of))
        and outcome.outcome == "did-not-occur"
    }


def _together(strengths: Sequence[float]) -> float:
    """The decibans of a sum."""
    top = max(strengths)
    return top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))


def _neutral(
    raw: Sequence[LedgerRow], centred_rows: Sequence[LedgerRow], beside: Columns
) -> dict[ScenarioId, int]:
    """Number of rows that rate a scenario and are worth 0 to it: N, weight 0, equal to rivals."""
    counts = dict.fromkeys(beside, 0)
    for row, counted in zip(raw, centred_rows, strict=True):
        if row.kind == "direct" or row.weight != 0:
            for column in row.values:
                counts[column] += not counted.values.get(column)
    return counts


class Link(NamedTuple):
    """The scenario on which a prior depends, and whether it occurred; None while that is open."""

    other: ScenarioId
    given: Given
    occurred: bool | None


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """Prior of a scenario: as written, given the linked scenario, and at the date."""

    declared: float
    given: float
    at_date: float
    link: Link | None


class Odds:
    """Implied log odds on a day; each comparison and each prior is computed once.

    `comparisons` serve several days on which the same evidence is known.
    """

    def __init__(
        self,
        known: Known,
        day: date | None = None,
        comparisons: Comparisons | None = None,
    ) -> None:
        self.known = known
        self.day = day or known.as_of
        self.comparisons = comparisons or Comparisons(known)
        self._steps: dict[ScenarioId, Steps] = {}
        self._implied: dict[ScenarioId, float] = {}

    def comparison(self, scenario_id: ScenarioId) -> Comparison:
        """A scenario's lines beside those of its set."""
        return self.comparisons.of(columns(self.known, scenario_id))

    def implied(self, scenario_id: ScenarioId) -> float:
        """The implied probability, 0.001 to 0.999."""
        if scenario_id not in self._implied:
            self._implied |= implied(self.comparison(scenario_id), self.priors(scenario_id))
        return self._implied[scenario_id]

    def priors(self, scenario_id: ScenarioId) -> dict[ScenarioId, float]:
        """The priors at the date of a scenario and of its set."""
        return {id: self.steps(id).at_date for id in columns(self.known, scenario_id)}

    def steps(self, scenario_id: ScenarioId) -> Steps:
        """The steps of a scenario's prior, after those that it depends on: a chain may be long."""
        path = {scenario_id: None}
        while path:
            id = next(reversed(path))
            link = None if id in self._steps else self._link(id, path)
            is_open = link is not None and link.occurred is None
            beside = columns(self.known, link.other) if link and is_open else ()
            if first := next((column for column in beside if column not in self._steps), None):
                path[first] = None
                continue
            if id not in self._steps:
                self._steps[id] = self._step(id, link)
            del path[id]
        return self._steps[scenario_id]

    def _step(self, id: ScenarioId, link: Link | None) -> Steps:
        declared = self.known.database.scenarios[id].prior.probability
        given, at_date = self.prior(id, link)
        return Steps(declared=declared, given=given, at_date=at_date, link=link)

    def prior(
        self,
        id: ScenarioId,
        link: Link | None,
        by: float = 0.0,
        linked: Mapping[ScenarioId, float] = MappingProxyType({}),
    ) -> tuple[float, float]:
        """A prior given the link, and at the date; moved `by` decibans, or by other chances."""
        scenario = self.known.database.scenarios[id]
        given = _moved(scenario.prior.probability, by)
        if link:
            chance = linked.get(link.other) if link.occurred is None else float(link.occurred)
            chance = self.implied(link.other) if chance is None else chance
            given = chance * _moved(link.given.occurred, by)
            given += (1 - chance) * _moved(link.given.did_not_occur, by)
        return given, after_time(scenario, given, self.day)

    def _link(self, id: ScenarioId, path: Mapping[ScenarioId, None]) -> Link | None:
        """The scenario on which a prior depends, and its outcome; a circle counts as no link."""
        database = self.known.database
        for other, figures in database.scenarios[id].prior.given.items():
            if other not in database.scenarios:
                continue
            if any(column in path for column in columns(self.known, other)):
                continue
            outcome = resolved(database, other, self.day)
            if outcome is None:
                return Link(other, figures, None)
            if outcome.outcome != "annulled":
                return Link(other, figures, outcome.outcome == "occurred")
        return None


def later(
    earlier: Comparisons | None, database: Database, day: date, *, whole: bool = False
) -> Comparisons:
    """Comparisons on a day, derived from an earlier day where only items differ."""
    if earlier and earlier.known.database is database and earlier.known.as_of == day:
        return earlier
    step = followed(earlier.known, database, day) if earlier else None
    most = None if whole else _MOST
    if earlier and step:
        return Comparisons(step.known, earlier, step, whole=whole, most=most)
    return Comparisons(known(database, day), most=most)


_MOST = 64
"""Comparisons of a day that are kept where figures are wanted and no lines."""


def odds_by_day(database: Database, *, lean: bool = False) -> Callable[[date], Odds]:
    """Implied log odds on each requested day, computed once; `lean`, without lines in order."""
    by_day: dict[date, Odds] = {}

    def at(day: date) -> Odds:
        if day not in by_day:
            before = max((other for other in by_day if other < day), default=None)
            earlier = by_day[before].comparisons if before else None
            beside = later(earlier, database, day, whole=not lean)
            by_day[day] = Odds(beside.known, day, beside)
        return by_day[day]

    return at


def _moved(chance: float, by: float) -> float:
    return probability(decibans(chance) + by) if by else chance


def after_time(scenario: Scenario, chance: float, day: date) -> float:
    """A prior after `time`: with a constant hazard 1 − (1−p)^((H−t)/(H−O)), t held in [O, H].

    `hazard_ended` freezes t at its date. What a hazard leaves is held within [0.001, 0.999], so
    that the `time` row is finite on the last day.
    """
    opened, horizon, prior = scenario.opened, scenario.horizon, scenario.prior
    if prior.hazard is None or scenario.set is not None or horizon <= opened:
        return chance
    last = min(horizon, prior.hazard_ended.date) if prior.hazard_ended else horizon
    left = (horizon - max(min(day, last), opened)) / (horizon - opened)
    return held(1 - (1 - chance) ** left)


def days_of_change(database: Database, scenario_id: ScenarioId) -> list[date]:
    """The days on which known evidence, an absence or a rival's place in the set changes."""
    reached = set()
    for item in database.evidence.values():
        reached |= {item.recorded, *([item.retracted.date] if item.retracted else ())}
    for column in connected(database, scenario_id):
        for indicator in database.scenarios[column].indicators.values():
            if indicator.due and indicator.due < date.max:
                reached.add(indicator.due + timedelta(days=1))
        outcome = resolution(database, column)
        if outcome:
            reached.add(outcome.recorded)
    return sorted(reached)


Kept = dict[int, Comparisons]
"""Known evidence and compared lines, by the number of changes so far."""


def changes_daily(database: Database, scenario_id: ScenarioId) -> bool:
    """True if a prior behind the figure decays from day to day."""
    around = connected(database, scenario_id)
    return any(database.scenarios[id].prior.hazard for id in around)


def odds_on(
    database: Database, scenario_id: ScenarioId, days: Iterable[date], kept: Kept | None = None
) -> Iterator[Odds]:
    """Odds around a scenario on each day; `kept` is a cache for the same database."""
    changes = days_of_change(database, scenario_id)
    kept = {} if kept is None else kept
    last: Comparisons | None = None
    for day in days:
        count = bisect_right(changes, day)
        if count not in kept:
            kept[count] = later(last, database, day)
        last = kept[count]
        yield Odds(last.known, day, last)


def implied_on(
    database: Database, days: Mapping[ScenarioId, Iterable[date]], kept: Kept | None = None
) -> dict[ScenarioId, list[float]]:
    """The ledger's implied probability of a scenario, or of members of one set, on days of each."""
    asked = {id: list(wanted) for id, wanted in days.items()}
    every = sorted({day for wanted in asked.values() for day in wanted})
    odds = dict(zip(every, odds_on(database, next(iter(days)), every, kept), strict=True))
    return {id: [odds[day].implied(id) for day in wanted] for id, wanted in asked.items()}
