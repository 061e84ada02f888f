"""Matters that wait for a judgement, with owners and a day; chores are counted by person."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from scenarios.analysis.forecasts import current_forecasts, last_sheet
from scenarios.analysis.period.period import Spread, Window
from scenarios.analysis.quantities.view import current_estimates
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.rules.rule import Finding
from scenarios.drafts import Proposal
from scenarios.model import Analyst, ScenarioId, Tracker

DecisionKind = Literal["overdue", "apart", "gap", "sum", "proposals"]
_DECIDED: dict[str, DecisionKind] = {"overdue": "overdue", "sum-not-one": "sum"}
DECIDED = (*_DECIDED, "gap")
"""Rules whose findings are decisions; `gap` is one only after a move."""
_APART, _GAP, _LARGE_DB = 0.2, 0.1, 6.0
"""Points between analysts, and between stated and implied, that are to be decided; or decibans."""
_POINT, _ROUNDING = 0.01, 1e-9


class PendingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A judgement that waits: an outcome, analysts or figures that are apart, or a sum.

    The `subject` is a scenario, or the set of a `sum`; the `analysts` are those whose forecasts
    stand, or who forecast last. `day` is the next review. Of `proposals` the subject is the id of
    the oldest of `count`.
    """

    kind: DecisionKind
    subject: str
    analysts: tuple[Analyst, ...]
    day: date
    stated: float | None = None
    implied: float | None = None
    spread: Spread | None = None
    count: int = 1


class Chore(msgspec.Struct, frozen=True, kw_only=True):
    """Everything else that waits for one person, counted; None where nobody is known.

    `forecasts` of them are questions without a recent forecast, the oldest made on `last`.
    """

    analyst: Analyst | None
    count: int
    forecasts: int
    last: date | None


def decisions(
    window: Window,
    findings: Iterable[Finding],
    shown: Iterable[StatusRow],
    spreads: Iterable[Spread],
    moved: Iterable[ScenarioId],
) -> tuple[PendingDecision, ...]:
    """The judgements that wait, the urgent ones first; a set once for each kind."""
    day = _next_review(window.database.tracker, window.as_of)
    made: dict[tuple[str, str], PendingDecision] = {}

    def add(kind: DecisionKind, id: str, who: tuple[Analyst, ...] = (), **more: Any) -> None:
        known = window.database.scenarios.get(id)
        key = kind, f"set {known.set}" if known and known.set else id
        analysts = who or (tuple(_owners(window, id)) if known else ())
        row = PendingDecision(kind=kind, subject=id, analysts=analysts, day=day, **more)
        made.setdefault(key, row)

    for finding in findings:
        if finding.rule in _DECIDED:
            add(_DECIDED[finding.rule], finding.subject, tuple(_analysts(window, finding)))
    rows = {row.id: row for row in shown}
    for spread in spreads:
        points = spread.high - spread.low + _ROUNDING
        if points >= _APART or spread.spread_decibans >= _LARGE_DB:
            add("apart", spread.scenario, spread=spread, stated=_stated(rows[spread.scenario]))
    wide = {decision.subject for decision in made.values() if decision.kind == "apart"}
    for id in sorted(moved, key=lambda moving: -abs(_gap(rows[moving]))):
        row = rows[id]
        stated, implied = _stated(row), row.shown.probability
        if stated is None or implied is None or id in wide:
            continue
        points = abs(stated - implied) + _ROUNDING
        if points >= _GAP or (abs(_gap(row)) >= _LARGE_DB and points >= _POINT):
            add("gap", id, stated=stated, implied=implied)
    return tuple(sorted(made.values(), key=lambda made: _KINDS.index(made.kind)))


_KINDS: tuple[DecisionKind, ...] = ("overdue", "sum", "apart", "gap")


def to_accept(
    waiting: Mapping[str, Proposal], tracker: Tracker, as_of: date
) -> tuple[PendingDecision, ...]:
    """The decision about the proposals that wait on a day; none where none does."""
    proposed = sorted((proposal.proposed.on, id) for id, proposal in waiting.items())
    ids = [id for on, id in proposed if on <= as_of]
    if not ids:
        return ()
    day = _next_review(tracker, as_of)
    return (
        PendingDecision(kind="proposals", subject=ids[0], analysts=(), day=day, count=len(ids)),
    )


def _next_review(tracker: Tracker, as_of: date) -> date:
    ahead = as_of.toordinal() + tracker.review_every_days
    return date.fromordinal(min(ahead, date.max.toordinal()))


def _stated(row: StatusRow) -> float | None:
    return row.stated.probability if row.stated else None


def _gap(row: StatusRow) -> float:
    return row.gap_decibans or 0.0


def chores(window: Window, findings: Iterable[Finding]) -> tuple[Chore, ...]:
    """All findings that are no decision, counted for each person; a set counts once for a rule."""
    database, counts = window.database, dict[Analyst | None, dict[tuple[str, str], date | None]]()
    for finding in findings:
        if finding.rule in DECIDED:
            continue
        known, last = database.scenarios.get(finding.record), None
        unit = known.set if known and known.set else finding.subject
        if finding.rule == "not-reviewed" and finding.kind == "scenario":
            sheet = last_sheet(database, finding.record, window.as_of)
            last = sheet.date if sheet else None
        owners: list[Analyst | None] = [*_analysts(window, finding)]
        for who in owners or [None]:
            own = counts.setdefault(who, {})
            days = [day for day in (own.get((finding.rule, unit)), last) if day]
            own[finding.rule, unit] = min(days, default=None)
    counted_chores = [
        Chore(
            analyst=who,
            count=len(own),
            forecasts=sum(rule == "not-reviewed" for rule, _ in own),
            last=min(filter(None, own.values()), default=None),
        )
        for who, own in counts.items()
    ]
    return tuple(sorted(counted_chores, key=lambda chore: (-chore.count, chore.analyst or "~")))


def _analysts(window: Window, finding: Finding) -> Iterator[Analyst]:
    database = window.database
    if finding.kind == "forecasts":
        yield database.sheets[finding.record].analyst
    elif finding.kind == "evidence":
        recorder = database.evidence[finding.record].analyst
        yield from (recorder,) if recorder else ()
    elif finding.kind == "scenario":
        yield from _owners(window, finding.record)


def _owners(window: Window, id: ScenarioId) -> Iterator[Analyst]:
    """Yield those whose forecasts of a scenario stand, else who forecast it last."""
    database, day = window.database, window.as_of
    stands = (
        current_forecasts(database, id, day).keys() or current_estimates(database, id, day).keys()
    )
    last = last_sheet(database, id, day)
    yield from stands or ([last.analyst] if last else [])
