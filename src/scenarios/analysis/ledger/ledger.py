"""The odds ledger: from a prior, line by line of evidence, to the implied probability."""

import math
from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import (
    KnownEvidence,
    known_on,
    last_open_day,
    resolved,
    waits_until,
)
from scenarios.analysis.ledger.contributions import GroupTotal
from scenarios.analysis.ledger.lines import Ledger, Line, Quantity, in_prior, line_of, step
from scenarios.analysis.ledger.odds import EvidenceTotals, Odds, left, log_odds
from scenarios.model import (
    EvidenceId,
    Outcome,
    Prior,
    ScenarioId,
    SourceId,
)
from scenarios.scales import decibans

_NOISE = 1e-12
"""Decibans: a part of a step smaller than this is floating-point noise."""


def is_unfounded(prior: Prior, book: Ledger) -> bool:
    """True if nobody gave a prior and nothing is rated: the implied probability is a filler."""
    is_used = any(line.kind == "in-prior" for line in book.closing)
    return prior.is_filler and not (book.neutral or book.shares or is_used)


def ledger(known_evidence: KnownEvidence, scenario_id: ScenarioId) -> Ledger:
    """The ledger of one scenario, taken as still open; rivals known not to occur have left."""
    return ledger_of(Odds(known_evidence), scenario_id)


def implied_of(odds: Odds, scenario_id: ScenarioId) -> Quantity:
    """Implied probability of a ledger, without its lines."""
    return _quantity(odds.implied(scenario_id))


def ledger_of(odds: Odds, scenario_id: ScenarioId) -> Ledger:
    """The ledger of a scenario among others of the same day."""
    comparison, steps = odds.comparison(scenario_id), odds.steps(scenario_id)
    scenario = odds.known.database.scenarios[scenario_id]
    database, columns = odds.known.database, comparison.columns
    used = {id for column in columns for id in database.scenarios[column].prior.includes}
    using = known_on(
        database, odds.day, {id: database.evidence[id] for id in used if id in database.evidence}
    )
    prior = _quantity(steps.declared)
    from_links, at_date = decibans(steps.given), decibans(steps.at_date)
    before_rivals = at_date + comparison.totals[scenario_id]
    priors = odds.priors(scenario_id)
    free = log_odds(comparison, priors)[scenario_id]
    chance = implied_of(odds, scenario_id)
    # Alone in its set a scenario has infinite odds: its rivals carry the step to the bound.
    after_rivals = chance.decibans if math.isinf(free) else free
    return Ledger(
        scenario=scenario_id,
        prior=prior,
        opening=(
            *step("given", from_links - prior.decibans, *scenario.prior.given),
            *step("time", at_date - from_links),
        ),
        shares=shares(odds, scenario_id),
        closing=(
            *in_prior(using),
            *step("rivals", after_rivals - before_rivals),
            *step("bound", chance.decibans - after_rivals),
        ),
        neutral=comparison.neutral[scenario_id],
        implied=chance,
    )


def _quantity(probability: float) -> Quantity:
    return Quantity(probability=probability, decibans=decibans(probability))


def shares(odds: Odds, scenario_id: ScenarioId) -> list[tuple[GroupTotal, float]]:
    """The lines of evidence about a scenario, each with the share of it that counts."""
    comparison = odds.comparison(scenario_id)
    of = comparison.shares[scenario_id]
    return [(line, of[line.end]) for line in comparison.nets[scenario_id]]


def rival_lines(odds: Odds, scenario_id: ScenarioId) -> list[Line]:
    """The row `rivals` of a ledger, split by what moved the other members; they sum to it.

    First what the priors leave of 1, with the id `prior`; then the outcomes of members, with their
    ids, and the lines of all, added one after another by the day from which they count: of a day
    the one with the largest effect alone first, then by id. Empty outside a set, and for its last
    member, whose odds are infinite.
    """
    beside, priors = odds.comparison(scenario_id).columns, odds.priors(scenario_id)
    decided = left(odds.known.database, beside, odds.day)
    if not {*beside} - {*decided, scenario_id}:
        return []
    [first] = step("rivals", 1.0, "prior")
    groups: dict[tuple[str, str], dict[ScenarioId, tuple[date, Line]]] = {}
    for id, day in decided.items():
        nothing = msgspec.structs.replace(first, id=id, counted_decibans=0.0)
        groups["rivals", id] = {id: (day, nothing)}
    for column in beside:
        for net, share in shares(odds, column):
            day = min(row.since for row in net.counted_rows)
            groups.setdefault(net.group, {})[column] = day, line_of(net, share)
    days: dict[date, list[dict[ScenarioId, Line]]] = {}
    for group in groups.values():
        lines = {column: line for column, (_, line) in group.items()}
        days.setdefault(min(day for day, _ in group.values()), []).append(lines)

    def row(these: EvidenceTotals) -> float:
        own = decibans(priors[scenario_id]) + these.totals[scenario_id]
        return log_odds(these, priors)[scenario_id] - own

    def after(these: EvidenceTotals, lines: Mapping[ScenarioId, Line]) -> EvidenceTotals:
        counted = {column: line.counted_decibans for column, line in lines.items()}
        totals = {c: total + counted.get(c, 0.0) for c, total in these.totals.items()}
        gone = {line.id for line in lines.values() if line.kind == "rivals"}
        return msgspec.structs.replace(these, totals=totals, left=these.left | gone)

    totals = dict.fromkeys(beside, 0.0)
    these = EvidenceTotals(columns=beside, compared=True, left=frozenset(), totals=totals)
    parts = [(first, row(these))]
    for _, same in sorted(days.items()):
        mains = [max(lines.values(), key=lambda line: abs(line.decibans)) for lines in same]
        alone = [abs(row(after(these, lines)) - row(these)) for lines in same]
        ordered = sorted(zip(alone, mains, same, strict=True), key=lambda e: (-e[0], e[1].id))
        for _, line, lines in ordered:
            before, these = row(these), after(these, lines)
            parts.append((line, row(these) - before))
    return [
        msgspec.structs.replace(line, decibans=worth, factor=1.0, counted_decibans=worth)
        for line, worth in parts
        if abs(worth) > _NOISE
    ]


EVIDENCE = frozenset({"direct", "indicator", "absence"})


class OutcomeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the last ledger; `decibans` counted toward what happened, positive or negative."""

    id: str
    kind: str
    decibans: float
    evidence: tuple[EvidenceId, ...]


class PostMortem(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that pointed to the outcome and lines that did not, largest first."""

    right: tuple[OutcomeLine, ...]
    wrong: tuple[OutcomeLine, ...]


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A source's items counted on resolved scenarios: decibans toward and against the outcome."""

    items: int
    toward_decibans: float
    against_decibans: float


def post_mortem(book: Ledger, outcome: Outcome | None) -> PostMortem | None:
    """The lines of a last ledger by which way they pointed; None while open or when annulled."""
    if outcome not in ("occurred", "did-not-occur"):
        return None
    sign = 1 if outcome == "occurred" else -1
    pointed = [
        OutcomeLine(
            id=line.id,
            kind=line.kind,
            decibans=sign * line.counted_decibans,
            evidence=line.evidence,
        )
        for line in book.lines
        if line.kind in EVIDENCE and line.counted_decibans
    ]
    return PostMortem(
        right=tuple(line for line in pointed if line.decibans > 0),
        wrong=tuple(line for line in pointed if line.decibans < 0),
    )


def track_records(
    now: KnownEvidence, odds_on: Callable[[date], Odds]
) -> dict[SourceId, TrackRecord]:
    """Each source's record over the scenarios that count at the date, by `DailyLedgers.odds_on`.

    A line's decibans are divided equally among its items; an item counted by two scenarios is
    one item.
    """
    received: dict[SourceId, set[EvidenceId]] = {}
    toward: dict[SourceId, float] = {}
    against: dict[SourceId, float] = {}
    for id in sorted(now.database.binary):
        for line, worth in _lines(now, odds_on, id):
            share = worth / len(line.evidence)
            for item in line.evidence:
                source = now.database.evidence[item].source
                if source is None:
                    continue
                received.setdefault(source, set()).add(item)
                score = toward if share > 0 else against
                score[source] = score.get(source, 0.0) + abs(share)
    return {
        source: TrackRecord(
            items=len(items),
            toward_decibans=toward.get(source, 0.0),
            against_decibans=against.get(source, 0.0),
        )
        for source, items in received.items()
    }


def _lines(
    now: KnownEvidence, odds_on: Callable[[date], Odds], id: ScenarioId
) -> list[tuple[Line, float]]:
    """The lines of a resolved scenario's last ledger that have items, with their worth."""
    outcome = resolved(now.database, id, now.as_of)
    waits = waits_until(now.database, id, now.as_of)
    if outcome is None or outcome.outcome == "annulled" or waits:
        return []
    sign = 1 if outcome.outcome == "occurred" else -1
    day = last_open_day(now.database, id, now.as_of)
    return [
        (line, sign * line.counted_decibans)
        for line in ledger_of(odds_on(day), id).lines
        if line.kind in EVIDENCE and line.evidence and line.counted_decibans
    ]
