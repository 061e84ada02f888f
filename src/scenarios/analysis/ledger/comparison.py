"""Scenarios side by side at a date: the lines about them, and what their priors and those imply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

import msgspec

from scenarios.analysis.evidence.knowledge import Followed, Known, members, resolved
from scenarios.analysis.ledger.contributions import (
    centred,
    direct_rows,
    included,
    indicator_rows,
    rows,
)
from scenarios.analysis.ledger.dependence import Weighed, total
from scenarios.analysis.ledger.grouping import Group, Net, groups, net
from scenarios.analysis.ledger.row import Columns, Row
from scenarios.model import (
    Dependence,
    Evidence,
    EvidenceId,
    IndicatorKey,
    ScenarioId,
    indicator_key,
)
from scenarios.scales import decibans, held, probability


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario alone, or all members of its set: for each its lines and their total.

    `neutral` counts the rows that rate a scenario and are worth nothing to it. `left` are the
    members that are known not to occur.
    """

    columns: Columns
    compared: bool
    left: frozenset[ScenarioId]
    dependence: Dependence
    groups: list[Group]
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


def followed(comparison: Comparison, was: Known, step: Followed) -> Comparison | None:
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
        Group(rows=(row,), theme=row.theme) for row in new.rows if any(row.values.values())
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
        now = followed(was, known, step)
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


_GONE = Group(rows=(), theme=None)


class _Said(NamedTuple):
    """Rows of some items, before and after centring."""

    raw: Sequence[Row]
    rows: Sequence[Row]


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


def _tied(kept: Sequence[Group], added: Sequence[Group]) -> bool:
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
    """Those that are known not to occur, and since when."""
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
    raw: Sequence[Row], centred_rows: Sequence[Row], beside: Columns
) -> dict[ScenarioId, int]:
    """The rows that rate a scenario and are worth nothing to it.

    So are N, equal to its rivals, and of weight 0.
    """
    counts = dict.fromkeys(beside, 0)
    for row, counted in zip(raw, centred_rows, strict=True):
        if row.kind == "direct" or row.weight != 0:
            for column in row.values:
                counts[column] += not counted.values.get(column)
    return counts
