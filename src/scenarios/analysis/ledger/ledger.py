"""The odds ledger: from a prior, line by line of evidence, to the implied probability."""

from __future__ import annotations

import math
from typing import Literal, get_args

import msgspec

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.ledger.comparison import Comparison, log_odds, weighed
from scenarios.analysis.ledger.contributions import included
from scenarios.analysis.ledger.dependence import factors
from scenarios.analysis.ledger.grouping import Net
from scenarios.analysis.ledger.odds import Odds
from scenarios.model import EvidenceId, Prior, ScenarioId, ThemeId
from scenarios.scales import decibans

LineKind = Literal["indicator", "absence", "direct", "in-prior", "given", "time", "rivals", "bound"]
Step = Literal["given", "time", "rivals", "bound"]

NONE_STATED = "Imported; none stated"
"""The basis of a prior that nobody gave."""
_ROUNDING = 1e-9
"""Decibans: a step smaller than this is floating-point noise and not shown."""


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A probability and its log odds in decibans."""

    probability: float
    decibans: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a ledger: `counted_decibans` = `decibans` × `factor`."""

    kind: LineKind
    id: str
    theme: ThemeId | None = None
    decibans: float
    weight: float
    factor: float
    counted_decibans: float
    evidence: tuple[EvidenceId, ...] = ()
    suppressed: tuple[str, ...] = ()


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Prior + Σ counted decibans = implied, in decibans."""

    scenario: ScenarioId
    prior: Quantity
    lines: tuple[Line, ...]
    neutral: int
    implied: Quantity

    def counted(self, kind: LineKind) -> float:
        """The decibans that the rows of one kind add up to."""
        return sum((line.counted_decibans for line in self.lines if line.kind == kind), 0.0)


def is_filler(prior: Prior) -> bool:
    """True if nobody gave this prior: an import filled it in."""
    return prior.basis == NONE_STATED


def is_unfounded(prior: Prior, book: Ledger) -> bool:
    """True if nobody gave a prior and nothing is rated: the implied probability is a filler."""
    steps = get_args(Step)
    return is_filler(prior) and not book.neutral and all(line.kind in steps for line in book.lines)


def ledger(known: Known, scenario_id: ScenarioId) -> Ledger:
    """The ledger of one scenario, taken as still open; rivals known not to occur have left."""
    return ledger_of(Odds(known), scenario_id)


def implied_of(odds: Odds, scenario_id: ScenarioId) -> Quantity:
    """Totals of a ledger, without its lines."""
    return _quantity(odds.implied(scenario_id))


def ledger_of(odds: Odds, scenario_id: ScenarioId) -> Ledger:
    """The ledger of a scenario among others of the same day."""
    comparison, steps = odds.comparison(scenario_id), odds.steps(scenario_id)
    scenario = odds.known.database.scenarios[scenario_id]
    prior = _quantity(steps.declared)
    given, at_date = decibans(steps.given), decibans(steps.at_date)
    before_rivals = at_date + comparison.totals[scenario_id]
    priors = odds.priors(scenario_id)
    free = log_odds(comparison, priors)[scenario_id]
    chance = implied_of(odds, scenario_id)
    # Alone in its set a scenario has infinite odds: its rivals carry the step to the bound.
    after_rivals = chance.decibans if math.isinf(free) else free
    in_prior = [_in_prior(odds.known, id) for id in included(odds.known, comparison.columns)]
    return Ledger(
        scenario=scenario_id,
        prior=prior,
        lines=(
            *_step("given", given - prior.decibans, *scenario.prior.given),
            *_step("time", at_date - given),
            *_evidence(comparison, scenario_id),
            *in_prior,
            *_step("rivals", after_rivals - before_rivals),
            *_step("bound", chance.decibans - after_rivals),
        ),
        neutral=comparison.neutral[scenario_id],
        implied=chance,
    )


def _quantity(probability: float) -> Quantity:
    return Quantity(probability=probability, decibans=decibans(probability))


def _evidence(comparison: Comparison, scenario_id: ScenarioId) -> list[Line]:
    """The lines about a scenario, largest first; ties by id."""
    nets = comparison.nets[scenario_id]
    shares = factors(weighed(nets), comparison.dependence)
    lines = [_line(line, share) for line, share in zip(nets, shares, strict=True)]
    return sorted(lines, key=lambda line: (-abs(line.counted_decibans), line.id))


def _line(line: Net, share: float) -> Line:
    evidence = dict.fromkeys(id for row in line.heard for id in row.evidence)
    row = line.strongest
    return Line(
        kind=row.kind,
        id=row.id,
        theme=line.theme,
        decibans=line.decibans,
        weight=row.weight,
        factor=share,
        counted_decibans=line.decibans * share,
        evidence=tuple(evidence),
        suppressed=tuple(row.id for row in line.suppressed),
    )


def _in_prior(known: Known, id: EvidenceId) -> Line:
    return Line(
        kind="in-prior",
        id=id,
        theme=known.evidence[id].theme,
        decibans=0.0,
        weight=known.weights[id],
        factor=1.0,
        counted_decibans=0.0,
        evidence=(id,),
    )


def _step(kind: Step, worth: float, id: str = "") -> list[Line]:
    """A step that no line makes; that of a link goes by the id of the other scenario."""
    if abs(worth) <= _ROUNDING:
        return []
    return [
        Line(
            kind=kind, id=id or kind, decibans=worth, weight=1.0, factor=1.0, counted_decibans=worth
        )
    ]
