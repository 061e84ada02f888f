"""The odds ledger: from a prior, line by line of evidence, to the implied probability."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
from msgspec.structs import replace

from scenarios.analysis.evidence.knowledge import Known
from scenarios.analysis.ledger.comparison import Board, implied, log_odds, side_by_side
from scenarios.analysis.ledger.contributions import included
from scenarios.analysis.ledger.dependence import Group, Net, discounted, totals_without
from scenarios.model import EvidenceId, ScenarioId
from scenarios.scales import decibans

LineKind = Literal["indicator", "absence", "direct", "in-prior", "time", "rivals", "bound"]

_ROUNDING = 1e-9
"""Decibans: a closing row smaller than this is floating-point noise and not shown."""


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A probability and its log odds in decibans."""

    probability: float
    decibans: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a ledger: `counted_decibans` = `decibans` × `factor`."""

    kind: LineKind
    id: str
    decibans: float
    weight: float
    factor: float
    counted_decibans: float
    evidence: tuple[EvidenceId, ...] = ()
    suppressed: tuple[str, ...] = ()


class LeaveOneOut(msgspec.Struct, frozen=True, kw_only=True):
    """The lowest and highest implied probability with at most one line less, and which line.

    In a set the line is a whole row; None means that the full ledger itself is the extreme.
    """

    low: float
    low_line: str | None
    high: float
    high_line: str | None


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """Prior + Σ counted decibans = implied, in decibans."""

    scenario: ScenarioId
    prior: Quantity
    lines: tuple[Line, ...]
    neutral: int
    implied: Quantity
    leave_one_out: LeaveOneOut

    def counted(self, kind: LineKind) -> float:
        """The decibans that the rows of one kind add up to."""
        return sum((line.counted_decibans for line in self.lines if line.kind == kind), 0.0)


def ledger(known: Known, scenario_id: ScenarioId) -> Ledger:
    """The ledger of a scenario, taken as still open; rivals known not to occur have left."""
    scenario = known.database.scenarios[scenario_id]
    board = side_by_side(known, scenario_id)
    prior = Quantity(
        probability=scenario.prior.probability, decibans=decibans(scenario.prior.probability)
    )
    at_date = decibans(board.priors[scenario_id])

    lines = [
        _line(line, share) for line, share in discounted(board.nets[scenario_id], board.dependence)
    ]
    lines.sort(key=lambda line: (-abs(line.counted_decibans), line.id))
    lines += [_in_prior(known, id) for id in included(known, tuple(board.priors))]
    before_rivals = at_date + board.totals[scenario_id]
    free = log_odds(board, scenario_id)
    chance = implied(board, scenario_id)
    # Alone in its set a scenario has infinite odds: the bound carries the whole step.
    settled = before_rivals if math.isinf(free) else free
    lines += _closing("time", at_date - prior.decibans)
    lines += _closing("rivals", settled - before_rivals)
    lines += _closing("bound", decibans(chance) - settled)
    return Ledger(
        scenario=scenario_id,
        prior=prior,
        lines=tuple(lines),
        neutral=board.neutral,
        implied=Quantity(probability=chance, decibans=decibans(chance)),
        leave_one_out=_leave_one_out(board, scenario_id),
    )


def _leave_one_out(board: Board, scenario_id: ScenarioId) -> LeaveOneOut:
    without = {
        column: totals_without(nets, board.dependence) for column, nets in board.nets.items()
    }
    full = implied(board, scenario_id)
    low: tuple[float, str | None] = (full, None)
    high: tuple[float, str | None] = (full, None)
    for number, group in enumerate(board.groups):
        less = {column: totals[number] for column, totals in without.items() if number in totals}
        chance = implied(replace(board, totals={**board.totals, **less}), scenario_id)
        name = _name(board, scenario_id, number, group)
        if chance < low[0]:
            low = (chance, name)
        if chance > high[0]:
            high = (chance, name)
    return LeaveOneOut(low=low[0], low_line=low[1], high=high[0], high_line=high[1])


def _name(board: Board, scenario_id: ScenarioId, number: int, group: Group) -> str:
    """A group goes by its line in the scenario's own column, else by its strongest row."""
    own = next((line for line in board.nets[scenario_id] if line.group == number), None)
    return own.strongest.id if own else group[0].id


def _line(line: Net, share: float) -> Line:
    evidence = dict.fromkeys(id for row in line.heard for id in row.evidence)
    suppressed = tuple(row.id for row in line.suppressed)
    row = line.strongest
    return Line(
        kind=row.kind,
        id=row.id,
        decibans=line.decibans,
        weight=row.weight,
        factor=share,
        counted_decibans=line.decibans * share,
        evidence=tuple(evidence),
        suppressed=suppressed,
    )


def _in_prior(known: Known, id: EvidenceId) -> Line:
    return Line(
        kind="in-prior",
        id=id,
        decibans=0.0,
        weight=known.weights[id],
        factor=1.0,
        counted_decibans=0.0,
        evidence=(id,),
    )


def _closing(kind: LineKind, worth: float) -> list[Line]:
    return (
        [Line(kind=kind, id=kind, decibans=worth, weight=1.0, factor=1.0, counted_decibans=worth)]
        if abs(worth) > _ROUNDING
        else []
    )
