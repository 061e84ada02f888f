"""The odds ledger: from a prior, line by line of evidence, to the implied probability."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.grouping import Group, Net, discounted, groups, net, total, totals_without
from scenarios.analysis.known import Known, contends, rivals
from scenarios.analysis.rows import Row, centred, included, rows
from scenarios.model import EvidenceId, Scenario, ScenarioId
from scenarios.scales import decibans, held, probability

LineKind = Literal["indicator", "absence", "direct", "in-prior", "time", "rivals", "bound"]

_ROUNDING = 1e-9
"""Decibans: a closing row smaller than this is floating-point noise and not shown."""


class Quantity(msgspec.Struct, frozen=True):
    """A probability and its log odds in decibans."""

    probability: float
    decibans: float


class Line(msgspec.Struct, frozen=True):
    """One row of a ledger: `counted_decibans` = `decibans` × `factor`."""

    kind: LineKind
    id: str
    decibans: float
    weight: float
    factor: float
    counted_decibans: float
    evidence: tuple[EvidenceId, ...] = ()
    suppressed: tuple[str, ...] = ()


class LeaveOneOut(msgspec.Struct, frozen=True):
    """The lowest and highest implied probability with at most one line less, and which line.

    In a set the line is a whole row; None means that the full ledger itself is the extreme.
    """

    low: float
    low_line: str | None
    high: float
    high_line: str | None


class Ledger(msgspec.Struct, frozen=True):
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


class _Board(msgspec.Struct, frozen=True):
    """Scenarios side by side: for each its prior at the date and the lines about it."""

    compared: bool
    dependence: float
    groups: list[Group]
    nets: dict[ScenarioId, list[Net]]
    priors: dict[ScenarioId, float]
    neutral: int


def ledger(known: Known, scenario_id: ScenarioId) -> Ledger:
    """The ledger of a scenario, taken as still open; rivals known not to occur have left."""
    scenario = known.database.scenarios[scenario_id]
    columns = _columns(known, scenario_id)
    board = _board(known, scenario_id, columns)
    prior = Quantity(scenario.prior.probability, decibans(scenario.prior.probability))
    at_date = decibans(board.priors[scenario_id])

    lines = [
        _line(line, share) for line, share in discounted(board.nets[scenario_id], board.dependence)
    ]
    lines.sort(key=lambda line: (-abs(line.counted_decibans), line.id))
    lines += [_in_prior(known, id) for id in included(known, columns)]
    before_rivals = at_date + total(board.nets[scenario_id], board.dependence)
    free = _log_odds(board, scenario_id, {})
    implied = held(probability(free))
    # Alone in its set a scenario has infinite odds: the bound carries the whole step.
    settled = before_rivals if math.isinf(free) else free
    lines += _closing("time", at_date - prior.decibans)
    lines += _closing("rivals", settled - before_rivals)
    lines += _closing("bound", decibans(implied) - settled)
    return Ledger(
        scenario_id,
        prior,
        tuple(lines),
        board.neutral,
        Quantity(implied, decibans(implied)),
        _leave_one_out(board, scenario_id),
    )


def prior_at(scenario: Scenario, day: date) -> float:
    """The prior after `time`: with a constant hazard 1 − (1−p)^((H−t)/(H−O)), t held in [O, H].

    Held within [0.001, 0.999], so that the `time` row is finite on the last day.
    """
    opened, horizon = scenario.opened, scenario.horizon
    chance = held(scenario.prior.probability)
    if scenario.prior.hazard is None or scenario.set is not None or horizon <= opened:
        return chance
    left = (horizon - min(max(day, opened), horizon)) / (horizon - opened)
    return held(1 - (1 - chance) ** left)


def _columns(known: Known, scenario_id: ScenarioId) -> tuple[ScenarioId, ...]:
    database = known.database
    return (
        scenario_id,
        *(r for r in rivals(database, scenario_id) if contends(database, r, known.as_of)),
    )


def _board(known: Known, scenario_id: ScenarioId, columns: tuple[ScenarioId, ...]) -> _Board:
    scenarios, tracker = known.database.scenarios, known.database.tracker
    compared = scenarios[scenario_id].set is not None
    raw = rows(known, columns) if len(columns) > 1 or not compared else []
    said = [centred(row, columns) for row in raw] if compared else raw
    told = groups(row for row in said if any(row.values.values()))
    return _Board(
        compared,
        tracker.evidence_dependence,
        told,
        {column: net(told, column) for column in columns},
        {column: prior_at(scenarios[column], known.as_of) for column in columns},
        sum(_neutral(r, s, scenario_id) for r, s in zip(raw, said, strict=True)),
    )


def _log_odds(board: _Board, scenario_id: ScenarioId, totals: dict[ScenarioId, float]) -> float:
    """Decibans of the implied probability before `bound`; `totals` override the columns' own.

    In a set ln pᵢ + evidenceᵢ·ln10/10 is normalised over the members; alone, Bayes' rule.
    """

    def evidence(column: ScenarioId) -> float:
        own = totals.get(column)
        return total(board.nets[column], board.dependence) if own is None else own

    chance = board.priors[scenario_id]
    others = [column for column in board.priors if column != scenario_id]
    if not board.compared:
        return decibans(chance) + evidence(scenario_id)
    if not others:
        return math.inf
    strengths = [10 * math.log10(board.priors[c]) + evidence(c) for c in others]
    top = max(strengths)
    against = top + 10 * math.log10(sum(10 ** ((s - top) / 10) for s in strengths))
    return 10 * math.log10(chance) + evidence(scenario_id) - against


def _leave_one_out(board: _Board, scenario_id: ScenarioId) -> LeaveOneOut:
    without = {
        column: totals_without(nets, board.dependence) for column, nets in board.nets.items()
    }
    full = held(probability(_log_odds(board, scenario_id, {})))
    low: tuple[float, str | None] = (full, None)
    high: tuple[float, str | None] = (full, None)
    for number, group in enumerate(board.groups):
        totals = {column: less[number] for column, less in without.items() if number in less}
        chance = held(probability(_log_odds(board, scenario_id, totals)))
        name = _name(board, scenario_id, number, group)
        if chance < low[0]:
            low = (chance, name)
        if chance > high[0]:
            high = (chance, name)
    return LeaveOneOut(*low, *high)


def _name(board: _Board, scenario_id: ScenarioId, number: int, group: Group) -> str:
    """A group goes by its line in the scenario's own column, else by its strongest row."""
    own = next((line for line in board.nets[scenario_id] if line.group == number), None)
    return own.strongest.id if own else group[0].id


def _line(line: Net, share: float) -> Line:
    evidence = dict.fromkeys(id for row in line.heard for id in row.evidence)
    suppressed = tuple(row.id for row in line.suppressed)
    row = line.strongest
    return Line(
        row.kind,
        row.id,
        line.decibans,
        row.weight,
        share,
        line.decibans * share,
        tuple(evidence),
        suppressed,
    )


def _in_prior(known: Known, id: EvidenceId) -> Line:
    return Line("in-prior", id, 0.0, known.weights[id], 1.0, 0.0, (id,))


def _closing(kind: LineKind, worth: float) -> list[Line]:
    return [Line(kind, kind, worth, 1.0, 1.0, worth)] if abs(worth) > _ROUNDING else []


def _neutral(raw: Row, said: Row, scenario_id: ScenarioId) -> bool:
    """Rated for this scenario and worth nothing to it: N, equal to its rivals, or of weight 0."""
    rated = scenario_id in raw.values and (raw.kind == "direct" or raw.weight != 0)
    return rated and not said.values.get(scenario_id)
