"""The ledger of a quantity on a day, and that of each of its rows."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from itertools import pairwise

import msgspec

from scenarios.analysis.evidence.indicators import absence, seen_if
from scenarios.analysis.evidence.knowledge import KnownEvidence, known_on
from scenarios.analysis.ledger.contributions import (
    GroupTotal,
    LedgerRow,
    RowGroup,
    absence_rows,
    aged,
    direct_rows,
    groups,
    indicator_rows,
)
from scenarios.analysis.ledger.dependence import LayerCounts, end_of, factors
from scenarios.analysis.ledger.lines import Ledger, Line, Quantity, in_prior, step
from scenarios.analysis.quantities.distributions import (
    Distribution,
    LaterDistribution,
    Tails,
    WeighedDistribution,
    log_odds,
)
from scenarios.analysis.quantities.estimates import cumulated, masses, number, prior_of
from scenarios.model import Database, EvidenceId, Indicator, Scenario, ScenarioId
from scenarios.scales import held, probability, rating_decibans

_ROUNDING = 1e-12
RowId = ScenarioId


class QuantityLine(msgspec.Struct, frozen=True, kw_only=True):
    """One witness: its decibans at each row, and the `share` of them that counts.

    Its `height` is the distance from the least to the most that it says of any value; by that the
    lines of a quantity share what is dependent. `named` is its row of the largest reach.
    """

    group: RowGroup
    named: LedgerRow
    height: float
    steps: Mapping[RowId, float]
    share: float = 1.0

    @property
    def evidence(self) -> tuple[EvidenceId, ...]:
        """The items that speak in it."""
        return tuple(dict.fromkeys(id for row in self.group.rows for id in row.evidence))

    def total(self, row: RowId) -> GroupTotal:
        """The line as one of a row's ledger."""
        decibans = self.steps[row]
        return GroupTotal(
            group=self.group.key,
            theme=self.group.theme,
            decibans=decibans,
            end=end_of(decibans, self.group.theme),
            counted_rows=(self.named,),
            suppressed=tuple(each for each in self.group.rows if each is not self.named),
            evidence=self.evidence,
        )


class QuantityLedger(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The lines of a quantity on a day, and the distribution that they imply.

    `rows` are the thresholds by the ids of their rows, from low to high; `prior` is as declared,
    `base` once nothing has happened by the day. Between two thresholds its density is that of
    `base` × 10^(d/10), d the counted decibans of the rows that hold there.
    """

    scenario: ScenarioId
    is_date: bool
    day: date
    rows: Mapping[RowId, float]
    prior: Distribution
    base: Distribution
    lines: tuple[QuantityLine, ...]
    in_prior: tuple[Line, ...]
    neutral: Mapping[RowId, int]

    @cached_property
    def implied(self) -> Distribution:
        """The distribution that the evidence implies."""
        lines = self.lines
        total = {row: math.fsum(x.steps[row] * x.share for x in lines) for row in self.rows}
        cells = cumulated(total.values(), is_date=self.is_date)
        return WeighedDistribution(self.base, [*self.rows.values()], cells)

    def odds(self, distribution: Distribution, row: RowId) -> float:
        """Decibans of a row in a distribution: over its threshold, of a date by it."""
        return log_odds(holding(distribution.tails(self.rows[row]), is_date=self.is_date))

    def chance(self, distribution: Distribution, row: RowId) -> float:
        """The probability of a row in a distribution, 0.001 to 0.999."""
        return held(probability(self.odds(distribution, row)))

    def row_ledger(self, row: RowId) -> Ledger:
        """The ledger of a row: prior, `time`, its own lines, `rivals` (other rows) and `bound`.

        No row of it is infinite: what lies beyond the bounds is held there before the lines.
        """
        prior, free = self.odds(self.prior, row), self.odds(self.implied, row)
        at_date = self.odds(self.base, row)
        shares = [(x.total(row), x.share) for x in self.lines if abs(x.steps[row]) > _ROUNDING]
        own = math.fsum(line.decibans * share for line, share in shares)
        implied = self.chance(self.implied, row)
        odds = Quantity(probability=implied, decibans=log_odds((implied, 1 - implied)))
        return Ledger(
            scenario=row,
            prior=Quantity(probability=probability(prior), decibans=prior),
            opening=tuple(step("time", at_date - prior)),
            shares=shares,
            closing=(
                *self.in_prior,
                *step("rivals", free - at_date - own),
                *step("bound", odds.decibans - free),
            ),
            neutral=self.neutral[row],
            implied=odds,
        )


def holding(tails: Tails, *, is_date: bool) -> Tails:
    """P(row) and P(not): of a number that it is over the threshold, of a date by it."""
    return tails if is_date else (tails[1], tails[0])


def stepped(cells: Sequence[float], *, is_date: bool) -> list[float]:
    """The step at each threshold from the cells between them."""
    return [low - high if is_date else high - low for low, high in pairwise(cells)]


def quantity_ledger(
    database: Database,
    id: ScenarioId,
    day: date,
    items: Collection[EvidenceId] | None = None,
) -> QuantityLedger:
    """The ledger of a quantity on a day, from all evidence, or the `items` that bear on it."""
    scenario = database.scenarios[id]
    quantity = scenario.quantity
    assert quantity is not None  # noqa: S101 - callers take them from `quantities`
    there = None if items is None else {item: database.evidence[item] for item in items}
    known = known_on(database, day, there)
    is_date, prior = quantity.kind == "date", prior_of(scenario)
    rows = {row: number(value) for row, value in quantity.rows(id).items()}
    speaking, used = [], known.evidence.keys() & {*scenario.prior.includes}
    neutral = dict.fromkeys(rows, 0)
    for row in _rows(known, id, rows, prior, frozenset(used), is_date=is_date):
        if row.kind == "direct" or row.weight != 0:
            for name, worth in row.values.items():
                neutral[name] += not worth
        if any(row.values.values()):
            speaking.append(aged(row, database.tracker, day))
    speaking.sort(key=lambda row: row.key)
    lines = [_line(group, [*rows], is_date=is_date) for group in groups(speaking)]
    return QuantityLedger(
        scenario=id,
        is_date=is_date,
        day=day,
        rows=rows,
        prior=prior,
        base=once_nothing_came(prior, scenario, day),
        lines=tuple(_shared([line for line in lines if line.height > _ROUNDING], database)),
        in_prior=tuple(in_prior(known_on(database, day, {i: database.evidence[i] for i in used}))),
        neutral=neutral,
    )


def once_nothing_came(of: Distribution, scenario: Scenario, day: date) -> Distribution:
    """The distribution of a date once nothing has happened by a day; a number's is as it was.

    The day is held from the opening to the horizon.
    """
    if scenario.quantity is None or scenario.quantity.kind == "number":
        return of
    return LaterDistribution(of, number(max(min(day, scenario.horizon), scenario.opened)))


def _rows(
    known: KnownEvidence,
    id: ScenarioId,
    rows: Mapping[RowId, float],
    prior: Distribution,
    used: frozenset[EvidenceId],
    *,
    is_date: bool,
) -> Iterator[LedgerRow]:
    database, names = known.database, frozenset(rows)
    own = ((id, key) for key in database.scenarios[id].indicators)
    keys = {*own, *(key for row in rows for key in database.signs.get(row, ()))}
    ordered = sorted(keys, key="/".join)
    absent = partial(_absent, database, rows, prior, is_date=is_date)
    yield from absence_rows(known, (id,), ordered, absent)
    rating = {i for i, item in known.evidence.items() if not names.isdisjoint(item.ratings)}
    yield from direct_rows(known, names, rating - used)
    yield from indicator_rows(known, names, used, ordered)


def _absent(
    database: Database,
    rows: Mapping[RowId, float],
    prior: Distribution,
    indicator: Indicator,
    missing: float,
    *,
    is_date: bool,
) -> dict[RowId, float]:
    """Decibans of an absence at each row, by `if_absent` or by the chance of seeing the sign."""
    strength, codes = database.tracker.rating_strength, database.tracker.decibans
    if indicator.chance is None:
        worth = rating_decibans(indicator.if_absent or "N", codes) * strength * missing
        return {row: worth for row in indicator.ratings if row in rows}
    steps = [rating_decibans(indicator.ratings.get(row, "N"), codes) * strength for row in rows]
    cases = dict(enumerate(cumulated(steps, is_date=is_date)))
    seen = seen_if(indicator.chance, dict(enumerate(masses(prior, [*rows.values()]))), cases)
    cells = [absence(seen[case]) * missing for case in seen]
    return dict(zip(rows, stepped(cells, is_date=is_date), strict=True))


def _line(group: RowGroup, names: Sequence[RowId], *, is_date: bool) -> QuantityLine:
    """The line of a group: in each interval its strongest for plus its strongest against."""
    cells = [
        cumulated([row.values.get(name, 0.0) for name in names], is_date=is_date)
        for row in group.rows
    ]
    net = [max(0.0, *cell) + min(0.0, *cell) for cell in zip(*cells, strict=True)]
    reach = [
        (min(own) - max(own), row.id, n)
        for n, (own, row) in enumerate(zip(cells, group.rows, strict=True))
    ]
    return QuantityLine(
        group=group,
        named=group.rows[min(reach)[2]],
        height=max(net) - min(net),
        steps=dict(zip(names, stepped(net, is_date=is_date), strict=True)),
    )


def _shared(lines: Sequence[QuantityLine], database: Database) -> Iterator[QuantityLine]:
    ends = [end_of(line.height, line.group.theme) for line in lines]
    shares = factors(LayerCounts.of(ends), database.tracker.dependence)
    for line, end in zip(lines, ends, strict=True):
        yield msgspec.structs.replace(line, share=shares[end])
