"""The uncertainty budget of an implied probability, and the lines that it depends on most."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from scenarios.analysis.ledger.contributions import LedgerRow, RowKey, RowKind
from scenarios.analysis.ledger.dependence import total, totals_without
from scenarios.analysis.ledger.odds import Comparison, Odds, implied, log_odds
from scenarios.model import Database, Dependence, ScenarioId
from scenarios.scales import decibans, held, probability
from scenarios.values import indicator_key

PRIOR_STEP = 1.7
"""Decibans: the standard uncertainty of a prior."""
LINE_STEP, LINES_STEP = 0.4, 0.2
"""The share of what it counts that one line may err by, and all of them together."""
READING_STEP = 3.0
"""Decibans: the standard uncertainty of one rating, before what multiplies it."""
DEPENDENCE_STEP = 0.12
COVERAGE = 1.645
"""Standard deviations on either side that hold 90 % of a normal distribution."""

_ROUNDING = 1e-9

TermKind = Literal["prior", "line", "lines", "reading", "within", "between", "dependence", "link"]


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The range of the implied probability if the judgements err this much; no more than that."""

    low: float
    high: float


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """Contribution of an input to the band: half the move of the log odds as it is bent, in dB.

    `low` and `high` are the implied probability at both ends: of a link at those of the linked
    scenario's band, whose term is divided by 1.645. The id of a link, of a prior and of a reading
    is a scenario, that of a line is its row, whose kind is `row`.
    """

    kind: TermKind
    id: str
    term: float
    low: float
    high: float
    row: RowKind | None = None


class Budget(NamedTuple):
    """The band of a scenario and its terms, largest first; no terms for the last of its set."""

    band: Band
    terms: tuple[Term, ...]

    @property
    def largest(self) -> tuple[Term, ...]:
        """The fewest terms that carry half of the variance of the band."""
        squares = [*accumulate(term.term**2 for term in self.terms)]
        return self.terms[: 1 + bisect_left(squares, squares[-1] / 2)] if squares else ()


class InputRange(NamedTuple):
    """An input bent down and up: the decibans that it adds to each member; a line by its group."""

    kind: TermKind
    id: str
    ends: tuple[dict[ScenarioId, float], ...]
    group: RowKey | None = None


class Budgets:
    """The uncertainty budgets of a day, each computed once: each input is bent alone, up and down.

    The band is p(L ± 1.645·√Σ term²), L the implied log odds before the bound, held within
    [0.001, 0.999]: the law of propagation of uncertainty (JCGM 100:2008, 5.1).
    """

    def __init__(self, odds: Odds) -> None:
        self._odds = odds
        self._bands: dict[ScenarioId, Band] = {}
        self._bent: dict[ScenarioId, tuple[InputRange, ...]] = {}
        self._groups: dict[ScenarioId, dict[RowKey, dict[ScenarioId, float]]] = {}

    def of(self, scenario_id: ScenarioId) -> Budget:
        """The budget of a scenario."""
        band, comparison = self.band(scenario_id), self._odds.comparison(scenario_id)
        free = log_odds(comparison, self._odds.priors(scenario_id))[scenario_id]
        if math.isinf(free):
            return Budget(band, ())
        named = _row_names(comparison, scenario_id)
        bends = (*self._bends(scenario_id), *_line_bends(self._counted(scenario_id)))
        terms = [_term(b, *ends, named) for b, ends in self._ends(scenario_id, free, bends)]
        terms.sort(key=lambda term: (-round(term.term, 9), term.kind, term.id))
        return Budget(band, tuple(terms))

    def band(self, scenario_id: ScenarioId) -> Band:
        """The band of a scenario; a chain of links is followed from its end."""
        path = [scenario_id]
        while path:
            links = _links(self._odds, path[-1])
            first = next((other for other in links if other not in self._bands), None)
            if first is not None:
                path.append(first)
            elif (id := path.pop()) not in self._bands:
                self._bands[id] = self._band(id)
        return self._bands[scenario_id]

    def _band(self, id: ScenarioId) -> Band:
        free = log_odds(self._odds.comparison(id), self._odds.priors(id))[id]
        if math.isinf(free):
            end = held(probability(free))
            return Band(low=end, high=end)
        halves = [_half(bend.kind, *ends) for bend, ends in self._ends(id, free, self._bends(id))]
        halves += _line_halves(self._counted(id).values(), id, free, self._shares(id))
        spread = COVERAGE * math.hypot(*sorted(halves))
        low, high = (held(probability(free + sign * spread)) for sign in (-1, 1))
        return Band(low=low, high=high)

    def _ends(
        self, id: ScenarioId, free: float, bends: Iterable[InputRange]
    ) -> Iterator[tuple[InputRange, tuple[float, float]]]:
        """Yield each input with the log odds of a scenario at both of its ends, the lower first."""
        shares = self._shares(id)
        for bend in bends:
            one, other = (_moved(free, more, id, shares) for more in bend.ends)
            yield bend, (min(one, other), max(one, other))

    def _bends(self, id: ScenarioId) -> tuple[InputRange, ...]:
        """The inputs of a scenario and its rivals but single lines."""
        comparison = self._odds.comparison(id)
        first = comparison.columns[0]
        if first not in self._bent:
            linked = {link: self._bands[link] for link in _links(self._odds, id)}
            self._bent[first] = tuple(_bends(self._odds, comparison, linked))
        return self._bent[first]

    def _counted(self, id: ScenarioId) -> dict[RowKey, dict[ScenarioId, float]]:
        """The decibans of each line of a scenario and its rivals."""
        comparison = self._odds.comparison(id)
        first = comparison.columns[0]
        if first not in self._groups:
            self._groups[first] = _counted(comparison)
        return self._groups[first]

    def _shares(self, id: ScenarioId) -> dict[ScenarioId, float]:
        return _shares(self._odds.comparison(id), self._odds.priors(id), id)


def _moved(
    free: float,
    more: Mapping[ScenarioId, float],
    id: ScenarioId,
    shares: Mapping[ScenarioId, float],
) -> float:
    """Log odds of a member with more decibans, its own and those of the others."""
    if not shares:
        return free + more.get(id, 0.0)
    try:
        times = 1 + sum(shares[c] * (10 ** (db / 10) - 1) for c, db in more.items() if c in shares)
    except OverflowError:  # of 3,082 decibans
        times = 0.0
    if times < _CANCELLED:
        levels = [10 * math.log10(of) + more.get(c, 0.0) for c, of in shares.items() if of]
        top = max(levels)
        whole = math.fsum(10 ** ((level - top) / 10) for level in levels)
        return free + more.get(id, 0.0) - top - 10 * math.log10(whole)
    return free + more.get(id, 0.0) - 10 * math.log10(times)


_CANCELLED = 1e-6
"""Below it little is left of the difference of 1 and the shares; at 300 dB nothing."""


def _line_halves(
    groups: Iterable[Mapping[ScenarioId, float]],
    id: ScenarioId,
    free: float,
    shares: Mapping[ScenarioId, float],
) -> list[float]:
    """Half of what each line moves: as of `_line_bends`, of which a picture has a million."""
    if not shares:
        steps = [LINE_STEP * cells[id] for cells in groups if id in cells]
        return [abs((free + step) - (free - step)) / 2 for step in steps]
    ends = (
        [_moved(free, {c: step * db for c, db in cells.items()}, id, shares) for cells in groups]
        for step in (-LINE_STEP, LINE_STEP)
    )
    return [abs(one - other) / 2 for one, other in zip(*ends, strict=True)]


def _half(kind: TermKind, low: float, high: float) -> float:
    """Half of what an input moves; a link is bent by its band, that is by 1.645 times as much."""
    half = (high - low) / 2
    return half / COVERAGE if kind == "link" else half


def bands(odds: Odds, scenario_ids: Iterable[ScenarioId]) -> dict[ScenarioId, Band]:
    """The band of each scenario."""
    budgets = Budgets(odds)
    return {id: budgets.band(id) for id in scenario_ids}


def _term(bend: InputRange, low: float, high: float, named: Mapping[RowKey, LedgerRow]) -> Term:
    row = None if bend.group is None else named[bend.group]
    return Term(
        kind=bend.kind,
        id=row.id if row else bend.id,
        term=_half(bend.kind, low, high),
        low=held(probability(low)),
        high=held(probability(high)),
        row=row.kind if row else None,
    )


def _shares(
    comparison: Comparison, priors: Mapping[ScenarioId, float], scenario_id: ScenarioId
) -> dict[ScenarioId, float]:
    """Share of each other remaining member in their combined odds."""
    inside = (c for c in comparison.columns if c not in comparison.left and c != scenario_id)
    strengths = {c: 10 * math.log10(priors[c]) + comparison.totals[c] for c in inside}
    top = max(strengths.values(), default=0.0)
    weights = {column: 10 ** ((db - top) / 10) for column, db in strengths.items()}
    whole = math.fsum(weights.values())
    return {column: weight / whole for column, weight in weights.items()}


def _bends(
    odds: Odds, comparison: Comparison, linked: Mapping[ScenarioId, Band]
) -> Iterator[InputRange]:
    left = comparison.left if comparison.compared else ()
    inside = [column for column in comparison.columns if column not in left]

    def prior(column: ScenarioId, **bent: Any) -> float:
        steps = odds.steps(column)
        now = odds.prior(column, steps.link, **bent)[1]
        if comparison.compared:
            return 10 * math.log10(now / steps.at_date)
        return decibans(now) - decibans(steps.at_date)

    for column in inside:
        ends = ({column: prior(column, by=step)} for step in (-PRIOR_STEP, PRIOR_STEP))
        yield InputRange("prior", column, tuple(ends))
    for other, band in linked.items():
        chances = ({other: chance} for chance in (band.low, band.high))
        ends = ({c: prior(c, linked=chance) for c in inside} for chance in chances)
        yield InputRange("link", other, tuple(ends))
    if any(comparison.nets.values()):
        totals, shares = comparison.totals.items(), (-LINES_STEP, LINES_STEP)
        ends = ({c: share * db for c, db in totals} for share in shares)
        yield InputRange("lines", "lines", tuple(ends))
    for column in inside:
        if read := _reading(odds.known.database, comparison, column):
            yield InputRange("reading", column, ({column: -read}, {column: read}))
    lines = {
        column: layer_counts
        for column, layer_counts in comparison.layer_counts.items()
        if layer_counts.ends
    }
    for kind, bent in _dependences(odds.known.database.tracker.evidence_dependence):
        ends = ({c: total(lines[c], end) - comparison.totals[c] for c in lines} for end in bent)
        yield InputRange(kind, kind, tuple(ends))


def _links(odds: Odds, scenario_id: ScenarioId) -> list[ScenarioId]:
    """The open scenarios on which its prior and those of its set depend."""
    steps = [odds.steps(column) for column in odds.priors(scenario_id)]
    links = (step.link for step in steps if step.link)
    return [*dict.fromkeys(link.other for link in links if link.occurred is None)]


def _dependences(declared: float | Dependence) -> Iterator[tuple[TermKind, tuple[Dependence, ...]]]:
    """Yield each declared correlation bent down and up; 0, as if absent, is none."""
    steps = (-DEPENDENCE_STEP, DEPENDENCE_STEP)
    if isinstance(declared, Dependence):
        within, between = declared.within, declared.between
        bent = (min(max(within + step, between), 1.0) for step in steps)
        yield "within", tuple(Dependence(within=end, between=between) for end in bent)
        bent = (min(max(between + step, 0.0), within) for step in steps)
        yield "between", tuple(Dependence(within=within, between=end) for end in bent)
    elif declared:
        bent = (min(max(declared + step, 0.0), 1.0) for step in steps)
        yield "dependence", tuple(Dependence(within=end, between=end) for end in bent)


def _line_bends(
    counted: Mapping[RowKey, Mapping[ScenarioId, float]],
) -> Iterator[InputRange]:
    for group, cells in counted.items():
        ends = ({c: share * db for c, db in cells.items()} for share in (-LINE_STEP, LINE_STEP))
        yield InputRange("line", "", tuple(ends), group)


def _counted(comparison: Comparison) -> dict[RowKey, dict[ScenarioId, float]]:
    """Decibans that each group counts in each column."""
    counted: dict[RowKey, dict[ScenarioId, float]] = {}
    for column, nets in comparison.nets.items():
        shares = comparison.shares[column]
        for line in nets:
            counted.setdefault(line.group, {})[column] = line.decibans * shares[line.end]
    return counted


def _reading(database: Database, comparison: Comparison, column: ScenarioId) -> float:
    """Decibans by which a total may err if each of its ratings is misread by 3 dB, independently.

    A line reads as its strongest row does; of equals, as the one that is multiplied most.
    """
    shares, errors = comparison.shares[column], list[float]()
    for line in comparison.nets[column]:
        if abs(line.decibans) < _ROUNDING:
            continue
        rows = (*line.counted_rows, *line.suppressed)
        top = abs(line.strongest.values[column]) - _ROUNDING
        equal = [r for r in rows if abs(r.values[column]) >= top] if len(rows) > 1 else rows
        multiplier = max(_multiplier(database, row) for row in equal)
        errors.append(multiplier * shares[line.end])
    return READING_STEP * math.hypot(*errors)


def _multiplier(database: Database, row: LedgerRow) -> float:
    """All that multiplies a rating; the absence by a chance has the strength in the chance."""
    if row.kind == "absence":
        scenario_id, name = indicator_key(row.id)
        if database.scenarios[scenario_id].indicators[name].chance is not None:
            return row.weight * row.age
    return row.weight * database.tracker.rating_strength * row.age


def _row_names(comparison: Comparison, scenario_id: ScenarioId) -> dict[RowKey, LedgerRow]:
    """The row that names each group: that of its line in the scenario's column, else its first."""
    first = {group.key: group.rows[0] for group in comparison.groups}
    return first | {line.group: line.strongest for line in comparison.nets[scenario_id]}


class LeaveOneOut(msgspec.Struct, frozen=True, kw_only=True):
    """The lowest and highest implied probability with at most one line less, and which line.

    In a set the line is a whole row; None means that the full ledger itself is the extreme. The
    kind tells the absence of an indicator from its reports, which have the same id.
    """

    low: float
    low_line: str | None
    low_kind: RowKind | None
    high: float
    high_line: str | None
    high_kind: RowKind | None


def leave_one_out(odds: Odds, scenario_id: ScenarioId) -> LeaveOneOut:
    """The extremes over the full ledger and every ledger with one line less."""
    comparison, priors = odds.comparison(scenario_id), odds.priors(scenario_id)
    without: dict[ScenarioId, dict[RowKey, float]] = {}
    for column, nets in comparison.nets.items():
        totals = totals_without(comparison.layer_counts[column], comparison.dependence)
        without[column] = {line.group: totals[line.end] for line in nets}
    named = _row_names(comparison, scenario_id)
    ends: list[tuple[float, LedgerRow | None]] = [(odds.implied(scenario_id), None)]
    for group in named:
        less = {column: totals[group] for column, totals in without.items() if group in totals}
        left = replace(comparison, totals={**comparison.totals, **less})
        chance = implied(left, priors)[scenario_id]
        ends.append((chance, named[group]))
    (low, low_row), (high, high_row) = (
        choose(ends, key=lambda end: end[0]) for choose in (min, max)
    )
    return LeaveOneOut(
        low=low,
        low_line=low_row.id if low_row else None,
        low_kind=low_row.kind if low_row else None,
        high=high,
        high_line=high_row.id if high_row else None,
        high_kind=high_row.kind if high_row else None,
    )
