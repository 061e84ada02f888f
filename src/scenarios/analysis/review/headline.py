"""The news of a window in short: outcomes, the largest move, and its causes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from scenarios.analysis.evidence.knowledge import resolved
from scenarios.analysis.forecasts import standing
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.period.period import ScenarioView, Window, open_views
from scenarios.analysis.review.moves import Causes, Event, Move, OtherCause, OtherKind, StatedShift
from scenarios.analysis.review.status import withheld
from scenarios.analysis.scores.daily_forecasts import (
    IMPLIED,
    TEAM,
    Figure,
    Timeline,
    archive,
    brier,
)
from scenarios.analysis.scores.sets import Excluded, timelines, unit_of
from scenarios.analysis.scores.sets import resolved as known
from scenarios.model import Database, EvidenceId, Outcome, Resolution, ScenarioId, SetId, SheetId
from scenarios.scales import MOVED_BITS, jeffreys


class LastFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Last forecast of a forecaster before the outcome was known, and its Brier score.

    Where a set is scored as one question that is the `of_set`, beside the member that occurred.
    """

    forecaster: str
    probability: float
    brier: float | None
    of_set: bool


class ResolvedScenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario whose outcome was recorded in the window, with its last values.

    `stated` and `implied` are those of the day before it was recorded. `last_said` is what the
    team, or its only analyst, said last on a scored day, and `last_implied` the evidence then, as
    `score` has both; None where that does not score it.
    """

    scenario: ScenarioId
    outcome: Outcome
    date: date
    basis: str
    stated: float | None
    implied: float
    evidence: tuple[EvidenceId, ...]
    last_said: LastFigure | None
    last_implied: LastFigure | None


def outcomes(window: Window, views: Iterable[ScenarioView]) -> tuple[ResolvedScenario, ...]:
    """The resolutions in the window among these scenarios, in their order."""
    pairs = ((view, view.resolution) for view in views)
    recorded = [(view, end) for view, end in pairs if end and end.recorded > window.since]
    if not recorded:
        return ()
    kept, of = archive(window.database), {v.id: unit_of(window.database, v.id) for v, _ in recorded}
    scored = {u: [*timelines(kept, u, known(kept, u, window.as_of))] for u in {*of.values()}}
    return tuple(_resolved(window, scored[of[view.id]], view, end) for view, end in recorded)


Scored = Iterable[Timeline[Figure] | Excluded]


def _resolved(
    window: Window, scored: Scored, view: ScenarioView, outcome: Resolution
) -> ResolvedScenario:
    last = {figure.forecaster: figure for figure in _outcomes_last(scored, view.id)}
    analysts = [name for name in last if name != IMPLIED]
    ours = last.get(TEAM) or (last[analysts[0]] if len(analysts) == 1 else None)
    return ResolvedScenario(
        scenario=view.id,
        outcome=outcome.outcome,
        date=outcome.date,
        basis=outcome.basis,
        stated=view.stated.probability if view.stated else None,
        implied=view.implied.probability,
        evidence=tuple(id for id in outcome.evidence if id in window.now.evidence),
        last_said=ours,
        last_implied=last.get(IMPLIED),
    )


def _outcomes_last(scored: Scored, id: ScenarioId) -> Iterator[LastFigure]:
    """The last figures of analysts, team and evidence; none of what is not scored."""
    own = [line for line in scored if isinstance(line, Timeline) and line.question.scenario == id]
    for timeline in own[-1:]:  # before that of a scenario stands that of a set in which it occurred
        whole, happened = own[0].last if own[1:] else {}, timeline.question.outcome == "occurred"
        for name in (*timeline.analysts, TEAM, IMPLIED):
            figure, of_set = timeline.last.get(name), name in timeline.in_set
            if isinstance(figure, float):
                worth = whole.get(name) if of_set else figure
                points = None if worth is None else brier(worth, happened)
                yield LastFigure(forecaster=name, probability=figure, brier=points, of_set=of_set)


FigureKind = Literal["stated", "implied"]
CauseKind = Literal["event", "expiry", "joined", "withdrawal"] | OtherKind
_BESIDE = 1 / 3
"""A second cause is named where it did at least this share of what the first did."""
_NAMED = 2


class JointOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """Scenarios resolved by one outcome: the members of a set together, or one alone."""

    set: SetId | None
    date: date
    occurred: tuple[ScenarioId, ...]
    did_not_occur: tuple[ScenarioId, ...]
    annulled: tuple[ScenarioId, ...]


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A cause by its kind; `subjects` are the items of an event, else as in `other_causes`.

    By an `expiry` a stated figure moved, since a forecast behind it no longer stands. Of one that
    `joined` others whose forecasts stood, and of a `withdrawal`, it is the sheet.
    """

    kind: CauseKind
    subjects: tuple[str, ...]


class TopMove(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that moved, by its stated figure where that moved, and up to two causes.

    Of an implied figure they are the largest of those that moved it the same way. Of a stated one
    they are the items that its forecast names, else that somebody joined or withdrew, else the
    largest of those that were recorded by then; what else it was where no forecast of it moved it.
    Never that time passed: that is the forecaster's to say. The `rationale` stands beside them.
    `apart` is how the implied figure moved, where that was for another cause.
    """

    scenario: ScenarioId
    figure: FigureKind
    from_: float = msgspec.field(name="from")
    to: float
    because: tuple[Because, ...]
    rationale: str | None
    apart: TopMove | None = None


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """The subjects, figures and causes of the headline; its words are made of them.

    `top` is the largest move, if any. `opened` counts the `live` scenarios that opened in the
    window; `moved` and `forecast` count those of the others that moved, and that were forecast.
    `moved` and `live` are None, and `withheld` is its path, where a file of one cannot be read.
    """

    resolved: tuple[JointOutcome, ...]
    top: TopMove | None
    moved: int | None
    live: int | None
    opened: int
    forecast: int
    new_evidence: int
    withheld: str | None = None


def headline(
    window: Window,
    resolved: Sequence[ResolvedScenario],
    moves: Sequence[Move],
    causes: Causes,
    new: int,
) -> Headline:
    """The headline of a window's review, of which `new` items of evidence are."""
    live = list(open_views(window))
    older = [view for view in live if view.odds_before]
    tops = (top for move in moves if (top := top_move(window.database, window.as_of, move, causes)))
    together = sorted(
        _together(window, resolved), key=lambda end: (not end.occurred, not end.did_not_occur)
    )
    lost = (row.withheld for row in withheld(window.database, window.as_of) if not row.outcome)
    path = next(lost, None)
    return Headline(
        resolved=tuple(together),
        top=next(tops, None),
        moved=None if path else len(moves),
        live=None if path else len(live),
        opened=len(live) - len(older),
        forecast=sum(bool(view.given) for view in older),
        new_evidence=new,
        withheld=path,
    )


def top_move(database: Database, as_of: date, move: Move, causes: Causes) -> TopMove | None:
    """A move for one sentence; None where a figure only came or went."""
    if move.stated and (shift := _visible(move.stated)):
        return TopMove(
            scenario=move.scenario,
            figure="stated",
            from_=shift[0],
            to=shift[1],
            because=_stated_because(
                database, as_of, move, move.stated, causes, shift[1] - shift[0]
            ),
            rationale=move.stated.rationale if move.stated.sheet else None,
            apart=_apart(database, as_of, move, move.stated, causes),
        )
    return _implied(move, causes)


def outcome_of(id: str, resolved: Iterable[JointOutcome]) -> str:
    """Outcome of a scenario in words, empty if it is not among these."""
    for outcome in resolved:
        if id in outcome.occurred:
            return "occurred"
        if id in outcome.did_not_occur:
            return "did not occur"
    return ""


def _implied(move: Move, causes: Causes) -> TopMove | None:
    if (shift := _visible(move.implied)) is None:
        return None
    return TopMove(
        scenario=move.scenario,
        figure="implied",
        from_=shift[0],
        to=shift[1],
        because=tuple(_largest(causes.of(move.scenario), shift[1] - shift[0])),
        rationale=None,
    )


def _stated_because(
    database: Database, as_of: date, move: Move, stated: StatedShift, causes: Causes, change: float
) -> tuple[Because, ...]:
    """Causes of a stated move, beside the rationale of its forecast: none of a later day."""
    if stated.normalised:
        return (Because(kind="rivals", subjects=move.ruled_out),)
    if stated.sheet is None:
        return (Because(kind="expiry", subjects=()),)
    sheet = database.sheets[stated.sheet]
    named = (id for id in sheet.evidence.get(move.scenario, ()) if id in database.evidence)
    items = tuple(id for id in named if database.evidence[id].recorded <= sheet.date)
    if items:
        return (Because(kind="event", subjects=items),)
    if company := _company(database, move.scenario, stated.sheet):
        return (Because(kind=company, subjects=(stated.sheet,)),)
    parts = causes.of(move.scenario)
    by_then = [part for part in parts if sheet.date >= _last(database, as_of, part[1])]
    return tuple(_largest(by_then, change))


def _company(
    database: Database, id: ScenarioId, sheet_id: SheetId
) -> Literal["joined", "withdrawal"] | None:
    """Reason why a sheet moved a figure, if a forecaster joined or withdrew."""
    sheet = database.sheets[sheet_id]
    if sheet.probabilities[id] is None:
        return "withdrawal"
    before = standing(database, id, sheet.date - timedelta(1))
    return "joined" if before and sheet.analyst not in before else None


def _apart(
    database: Database, as_of: date, move: Move, stated: StatedShift, causes: Causes
) -> TopMove | None:
    """The move of the implied figure, if for what cannot have moved the stated one."""
    main, sheet = causes.of(move.scenario)[0][1], stated.sheet
    if stated.normalised:
        is_other = isinstance(main, Event) or main.cause != "rivals"
    else:
        days = _days(database, as_of, main)
        is_other = sheet is None or (bool(days) and min(days) > database.sheets[sheet].date)
    moved = _implied(move, causes)
    return moved if is_other and moved and moved.because else None


def _last(database: Database, as_of: date, cause: Event | OtherCause) -> date:
    """The day on which all of a cause was known; the last date for what has no day of its own."""
    return max(_days(database, as_of, cause), default=date.max)


def _days(database: Database, as_of: date, cause: Event | OtherCause) -> list[date]:
    """Days on which the parts of a cause became known; none for what has no day of its own."""
    if isinstance(cause, Event):
        return [database.evidence[id].recorded for id in cause.evidence]
    if cause.cause == "retraction":
        gone = [database.evidence[id].retracted for id in cause.subjects]
        return [retraction.date for retraction in gone if retraction]
    if cause.cause in ("given", "rivals"):
        outcomes = [resolved(database, id, as_of) for id in cause.subjects]
        return [outcome.recorded for outcome in outcomes if outcome]
    if cause.cause == "absence":
        keys = (key.split("/", 1) for key in cause.subjects)
        due = [database.scenarios[owner].indicators[name].due for owner, name in keys]
        return [day + timedelta(1) for day in due if day]
    return []


def _visible(shift: StatedShift | Shift) -> tuple[float, float] | None:
    before, after = shift.from_, shift.to
    if before is None or after is None or jeffreys(before, after) < MOVED_BITS:
        return None
    return before, after


def _largest(parts: Sequence[tuple[float, Event | OtherCause]], change: float) -> Iterator[Because]:
    """The main cause that moved it the same way, and a second of the same kind that is large."""
    if any(isinstance(cause, OtherCause) and cause.cause == "forecast" for _, cause in parts):
        return
    same = [(abs(worth), cause) for worth, cause in parts if worth * change > 0]
    for worth, cause in same[:_NAMED]:
        if worth >= same[0][0] * _BESIDE:
            if isinstance(cause, Event):
                yield Because(kind="event", subjects=cause.evidence)
            else:
                yield Because(kind=cause.cause, subjects=cause.subjects)


def _together(window: Window, resolved: Iterable[ResolvedScenario]) -> Iterator[JointOutcome]:
    groups: dict[tuple[SetId | str, date], list[ResolvedScenario]] = {}
    for scenario in resolved:
        set_id = window.database.scenarios[scenario.scenario].set
        unit = set_id or f"/{scenario.scenario}"
        groups.setdefault((unit, scenario.date), []).append(scenario)
    for (key, day), together in groups.items():
        by = {
            outcome: tuple(other.scenario for other in together if other.outcome == outcome)
            for outcome in ("occurred", "did-not-occur", "annulled")
        }
        yield JointOutcome(
            set=None if key.startswith("/") else key,
            date=day,
            occurred=by["occurred"],
            did_not_occur=by["did-not-occur"],
            annulled=by["annulled"],
        )
