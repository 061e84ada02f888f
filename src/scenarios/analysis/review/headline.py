"""The news of a window in short: what was resolved, what moved most, and because of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.period.period import Window, open_views
from scenarios.analysis.review.cause import Causes, Event, OtherCause, OtherKind
from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.outcomes import Resolved
from scenarios.model import ScenarioId, SetId
from scenarios.scales import MOVED_BITS, jeffreys

FigureKind = Literal["stated", "implied"]
CauseKind = Literal["event"] | OtherKind
_BESIDE = 1 / 3
"""A second cause is named where it did so much of what the first did."""
_NAMED = 2


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What was resolved by one outcome: the members of a set together, or a scenario alone."""

    set: SetId | None
    date: date
    occurred: tuple[ScenarioId, ...]
    did_not_occur: tuple[ScenarioId, ...]
    annulled: tuple[ScenarioId, ...]


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A cause by its kind; `subjects` are the items of an event, else as in `other_causes`."""

    kind: CauseKind
    subjects: tuple[str, ...]


class TopMove(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that moved, by its stated figure where that moved, and up to two causes.

    They are the largest of those that moved it the same way; none where only a forecast did.
    """

    scenario: ScenarioId
    figure: FigureKind
    from_: float = msgspec.field(name="from")
    to: float
    because: tuple[Because, ...]
    rationale: str | None


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """The subjects, figures and causes of the headline; its words are made of them.

    `top` is what moved most, if anything. Of the `live` scenarios so many were `opened` in the
    window; of the others so many moved, and so many were forecast.
    """

    resolved: tuple[Together, ...]
    top: TopMove | None
    moved: int
    live: int
    opened: int
    forecast: int
    new_evidence: int


def headline(
    window: Window, resolved: Sequence[Resolved], moves: Sequence[Move], made: Causes, new: int
) -> Headline:
    """The headline of a window's review, of which `new` items of evidence are."""
    live = list(open_views(window))
    older = [view for view in live if view.odds_before]
    tops = (top for move in moves if (top := top_move(move, made)))
    return Headline(
        resolved=tuple(sorted(_together(window, resolved), key=_occurred_first)),
        top=next(tops, None),
        moved=len(moves),
        live=len(live),
        opened=len(live) - len(older),
        forecast=sum(bool(view.given) for view in older),
        new_evidence=new,
    )


def top_move(move: Move, made: Causes) -> TopMove | None:
    """A move as it is told in one sentence; None where a figure only came or went."""
    figure = _told(move)
    if figure is None:
        return None
    kind, before, after = figure
    because = tuple(_because(move.scenario, made, after - before))
    if kind == "stated" and move.stated and move.stated.normalised and not because:
        because = (Because(kind="rivals", subjects=()),)
    return TopMove(
        scenario=move.scenario,
        figure=kind,
        from_=before,
        to=after,
        because=because,
        rationale=move.stated.rationale if move.stated and kind == "stated" else None,
    )


def outcome_of(id: str, resolved: Iterable[Together]) -> str:
    """What became of a scenario, if it was among these."""
    for one in resolved:
        if id in one.occurred:
            return "occurred"
        if id in one.did_not_occur:
            return "did not occur"
    return ""


def _told(move: Move) -> tuple[FigureKind, float, float] | None:
    shifts: tuple[tuple[FigureKind, float | None, float | None], ...] = (
        *((("stated", move.stated.from_, move.stated.to),) if move.stated else ()),
        ("implied", move.implied.from_, move.implied.to),
    )
    for kind, before, after in shifts:
        if before is not None and after is not None and jeffreys(before, after) >= MOVED_BITS:
            return kind, before, after
    return None


def _because(id: ScenarioId, made: Causes, change: float) -> Iterator[Because]:
    """The main cause that moved it the same way, and a second of the same kind that is large."""
    found = made.of(id)
    if any(isinstance(one, OtherCause) and one.cause == "forecast" for _, one in found):
        return
    same = [(abs(worth), one) for worth, one in found if worth * change > 0]
    for worth, one in same[:_NAMED]:
        if worth >= same[0][0] * _BESIDE:
            if isinstance(one, Event):
                yield Because(kind="event", subjects=one.evidence)
            else:
                yield Because(kind=one.cause, subjects=one.subjects)


def _occurred_first(one: Together) -> tuple[bool, bool]:
    return not one.occurred, not one.did_not_occur


def _together(window: Window, resolved: Iterable[Resolved]) -> Iterator[Together]:
    groups: dict[tuple[SetId | str, date], list[Resolved]] = {}
    for one in resolved:
        set_id = window.database.scenarios[one.scenario].set
        groups.setdefault((set_id or f"/{one.scenario}", one.date), []).append(one)
    for (key, day), together in groups.items():
        by = {
            outcome: tuple(one.scenario for one in together if one.outcome == outcome)
            for outcome in ("occurred", "did-not-occur", "annulled")
        }
        yield Together(
            set=None if key.startswith("/") else key,
            date=day,
            occurred=by["occurred"],
            did_not_occur=by["did-not-occur"],
            annulled=by["annulled"],
        )
