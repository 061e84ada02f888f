"""The review on one page, for a reader who knows no decibans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

import msgspec

from scenarios.analysis.period.disagreement import Spread
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.about import About, about
from scenarios.analysis.review.cause import Causes
from scenarios.analysis.review.due import Due
from scenarios.analysis.review.headline import Headline, TopMove, top_move
from scenarios.analysis.review.moves import Move
from scenarios.analysis.review.status import StatusRow
from scenarios.analysis.review.watch import Watched, unseen, watched
from scenarios.model import ScenarioId, SetId


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An open question: what was said and what the evidence implies, and both before.

    What is implied is `unfounded`, and not shown, where nobody gave a prior and nothing is rated.
    """

    scenario: ScenarioId
    title: str
    set: SetId | None
    stated: float | None
    stated_before: float | None
    implied: float | None
    implied_before: float | None
    unfounded: bool = False
    withheld: str | None = None


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """The headline, the moves, where open questions stand, what would change that, what is due.

    A page shows the first of each list and counts the rest. `unreviewed` are those without a
    recent forecast; of the `unseen` indicators `watch` has those that could tell most.
    """

    tracker: About
    as_of: date
    since: date
    headline: Headline
    moves: tuple[TopMove, ...]
    scenarios: tuple[Standing, ...]
    unreviewed: tuple[ScenarioId, ...]
    watch: tuple[Watched, ...]
    unseen: int
    spreads: tuple[Spread, ...]
    due: Due


def brief(
    window: Window,
    head: Headline,
    moves: Iterable[Move],
    causes: Causes,
    rows: Iterable[StatusRow],
    spreads: Sequence[Spread],
    due: Due,
    unreviewed: Iterable[ScenarioId],
) -> Brief:
    """The short form of a window's review, of whose parts it is made."""
    keys, top = unseen(window), partial(top_move, window.database, window.as_of, made=causes)
    return Brief(
        tracker=about(window.database.tracker),
        as_of=window.as_of,
        since=window.since,
        headline=head,
        moves=tuple(told for move in moves if (told := top(move))),
        scenarios=tuple(_standing(row) for row in rows if row.outcome is None),
        unreviewed=tuple(unreviewed),
        watch=watched(window, keys),
        unseen=len(keys),
        spreads=tuple(spreads),
        due=due,
    )


def _standing(row: StatusRow) -> Standing:
    return Standing(
        scenario=row.id,
        title=row.title,
        set=row.set,
        stated=row.stated.probability if row.stated else None,
        stated_before=row.stated.previous if row.stated else None,
        implied=row.implied.probability if row.implied else None,
        implied_before=row.implied.previous if row.implied else None,
        unfounded=bool(row.implied and row.implied.unfounded),
        withheld=row.withheld,
    )
