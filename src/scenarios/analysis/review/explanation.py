"""A scenario's ledger with what people state beside it."""

from __future__ import annotations

from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import State, known, last_open_day, resolved, state
from scenarios.analysis.forecasts import stated
from scenarios.analysis.ledger.ledger import (
    Line,
    PostMortem,
    Quantity,
    is_unfounded,
    ledger_of,
    post_mortem,
)
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import (
    Band,
    Bend,
    LeaveOneOut,
    bands,
    leave_one_out,
    sweep,
)
from scenarios.analysis.ledger.version import VERSION
from scenarios.model import Database, Outcome, ScenarioId
from scenarios.scales import decibans


class StatedNow(msgspec.Struct, frozen=True, kw_only=True):
    """The stated probability, and how many analysts stand behind it."""

    probability: float
    analysts: int


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Prior + Σ counted decibans = implied. `ledger_day` is the last open day of a resolved one.

    `ledger` is the version of the arithmetic. What is implied is `unfounded`, and not shown, where
    nobody gave a prior and nothing is rated. What a file that cannot be read could change is
    None, and `withheld` is its path.
    """

    ledger: int = VERSION
    scenario: ScenarioId
    as_of: date
    ledger_day: date
    state: State
    outcome: Outcome | None
    prior: Quantity
    lines: tuple[Line, ...]
    neutral: int
    implied: Quantity | None
    unfounded: bool = False
    band: Band | None
    leave_one_out: LeaveOneOut | None
    stated: StatedNow | None
    gap_decibans: float | None
    post_mortem: PostMortem | None
    sweep: tuple[Bend, ...] | None
    withheld: str | None = None


def explain(
    database: Database, scenario_id: ScenarioId, as_of: date, *, swept: bool = False
) -> Explanation:
    """How the implied probability of a scenario that had opened by `as_of` came about."""
    day = last_open_day(database, scenario_id, as_of)
    if path := database.withheld.get(scenario_id):
        return _withheld(database, scenario_id, as_of, day, path)
    odds = Odds(known(database, day))
    book = ledger_of(odds, scenario_id)
    current = stated(database, scenario_id, day)
    outcome = resolved(database, scenario_id, as_of)
    return Explanation(
        scenario=scenario_id,
        as_of=as_of,
        ledger_day=day,
        state=state(database, scenario_id, as_of),
        outcome=outcome.outcome if outcome else None,
        prior=book.prior,
        lines=book.lines,
        neutral=book.neutral,
        implied=book.implied,
        unfounded=is_unfounded(database.scenarios[scenario_id].prior, book),
        band=bands(odds, (scenario_id,))[scenario_id],
        leave_one_out=leave_one_out(odds, scenario_id),
        stated=StatedNow(probability=current.probability, analysts=len(current.analysts))
        if current
        else None,
        gap_decibans=decibans(current.probability) - book.implied.decibans if current else None,
        post_mortem=post_mortem(book, outcome.outcome if outcome else None),
        sweep=sweep(odds, scenario_id) if swept else None,
    )


def _withheld(database: Database, id: ScenarioId, as_of: date, day: date, path: str) -> Explanation:
    chance = database.scenarios[id].prior.probability
    outcome = resolved(database, id, as_of)
    return Explanation(
        scenario=id,
        as_of=as_of,
        ledger_day=day,
        state=state(database, id, as_of),
        outcome=outcome.outcome if outcome else None,
        prior=Quantity(probability=chance, decibans=decibans(chance)),
        lines=(),
        neutral=0,
        implied=None,
        band=None,
        leave_one_out=None,
        stated=None,
        gap_decibans=None,
        post_mortem=None,
        sweep=None,
        withheld=path,
    )
