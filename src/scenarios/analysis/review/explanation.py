"""A scenario's ledger with what people state beside it."""

from collections.abc import Iterator
from datetime import date

import msgspec

from scenarios.analysis.evidence.knowledge import (
    KnownEvidence,
    State,
    borne,
    known_on,
    last_open_day,
    resolved,
    state,
    waits_until,
)
from scenarios.analysis.forecasts import TeamFigure, stated
from scenarios.analysis.ledger.ledger import PostMortem, is_unfounded, ledger_of, post_mortem
from scenarios.analysis.ledger.lines import Line, Quantity
from scenarios.analysis.ledger.odds import Odds
from scenarios.analysis.ledger.sensitivity import Band, Budgets, LeaveOneOut, Term, leave_one_out
from scenarios.analysis.ledger.version import VERSION
from scenarios.model import Database, EvidenceId, Outcome, ScenarioId
from scenarios.result import Result
from scenarios.scales import base_rate, decibans
from scenarios.values import RatedId, ReferenceClass


class SupersededItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item about the scenario that counts no longer, and the newest that replaces it."""

    id: EvidenceId
    by: EvidenceId


class Explanation(Result, frozen=True, kw_only=True):
    """Prior + Σ counted decibans = implied. `ledger_day` is the last open day of a resolved one.

    `ledger` is the version of the arithmetic, `base_rate` the rate of the reference class. What is
    implied is `unfounded`, and not shown, where nobody gave a prior and nothing is rated. What a
    file that cannot be read could change is None, and `withheld` is its path. `mostly` are the
    largest terms of the band. One that was decided early has no post-mortem before its horizon is
    past: it `waits` until that day.
    """

    ledger: int = VERSION
    notice: str | None
    scenario: RatedId
    as_of: date
    ledger_day: date
    state: State
    outcome: Outcome | None
    reference: ReferenceClass | None
    base_rate: float | None
    prior: Quantity
    lines: tuple[Line, ...]
    superseded: tuple[SupersededItem, ...] = ()
    neutral: int
    implied: Quantity | None
    unfounded: bool = False
    band: Band | None
    mostly: tuple[Term, ...] = ()
    leave_one_out: LeaveOneOut | None
    stated: TeamFigure | None
    gap_decibans: float | None
    post_mortem: PostMortem | None
    waits: date | None
    sweep: tuple[Term, ...] | None
    withheld: str | None = None


def explain(
    database: Database, scenario_id: ScenarioId, as_of: date, *, swept: bool = False
) -> Explanation:
    """Explain the implied probability of a scenario that had opened by `as_of`."""
    day = last_open_day(database, scenario_id, as_of)
    prior, path = database.scenarios[scenario_id].prior, database.withheld.get(scenario_id)
    like = prior.reference
    odds = None if path else Odds(known_on(database, day))
    book = ledger_of(odds, scenario_id) if odds else None
    bent = Budgets(odds).of(scenario_id) if odds else None
    current = stated(database, scenario_id, day) if odds else None
    resolution = resolved(database, scenario_id, as_of)
    outcome = resolution.outcome if resolution else None
    waits = waits_until(database, scenario_id, as_of) if outcome else None
    chance = Quantity(probability=prior.probability, decibans=decibans(prior.probability))
    gap = decibans(current.probability) - book.implied.decibans if current and book else None
    return Explanation(
        notice=database.tracker.notice,
        scenario=scenario_id,
        as_of=as_of,
        ledger_day=day,
        state=state(database, scenario_id, as_of),
        outcome=outcome,
        reference=like,
        base_rate=base_rate(like.occurred, like.cases) if like else None,
        prior=chance,
        lines=book.lines if book else (),
        superseded=tuple(superseded_about(odds.known, scenario_id)) if odds else (),
        neutral=book.neutral if book else 0,
        implied=book.implied if book else None,
        unfounded=book is not None and is_unfounded(prior, book),
        band=bent.band if bent else None,
        mostly=bent.largest if bent else (),
        leave_one_out=leave_one_out(odds, scenario_id) if odds else None,
        stated=current.figure if current else None,
        gap_decibans=gap,
        post_mortem=post_mortem(book, outcome) if book and not waits else None,
        waits=waits,
        sweep=bent.terms if bent and swept else None,
        withheld=path,
    )


def superseded_about(known: KnownEvidence, scenario_id: ScenarioId) -> Iterator[SupersededItem]:
    """The items about a scenario that count no longer, each with the newest that replaces it."""
    database = known.database
    for id, by in sorted(known.superseded.items()):
        if scenario_id in borne(database, database.evidence[id]):
            yield SupersededItem(id=id, by=by)
