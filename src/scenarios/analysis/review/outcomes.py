"""What was resolved in a window, and how good the last figures were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from scenarios.analysis.period.period import View, Window
from scenarios.analysis.scores.daily_forecasts import (
    IMPLIED,
    TEAM,
    Archive,
    archive,
    question,
    timeline,
)
from scenarios.analysis.scores.proper import brier
from scenarios.model import EvidenceId, Outcome, ScenarioId


class LastFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What a forecaster said last before the outcome was known, and its Brier score."""

    forecaster: str
    probability: float
    brier: float


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
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


def outcomes(window: Window, views: Iterable[View]) -> tuple[Resolved, ...]:
    """Those of these scenarios that were resolved in the window, in their order."""
    found = [view for view in views if _recorded(view, window)]
    kept = archive(window.database) if found else None
    return tuple(_resolved(window, kept, view) for view in found if kept)


def _recorded(view: View, window: Window) -> bool:
    outcome = view.resolution
    return outcome is not None and outcome.recorded > window.since


def _resolved(window: Window, kept: Archive, view: View) -> Resolved:
    outcome = view.resolution
    assert outcome is not None  # noqa: S101 - only what is resolved is asked for
    last = {one.forecaster: one for one in _last(kept, view.id, window.as_of)}
    analysts = [name for name in last if name != IMPLIED]
    ours = last.get(TEAM) or (last[analysts[0]] if len(analysts) == 1 else None)
    return Resolved(
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


def _last(kept: Archive, id: ScenarioId, as_of: date) -> Iterator[LastFigure]:
    """The last figures of analysts, team and evidence; none of what is not scored."""
    asked = question(kept.database, id, as_of)
    if asked is None or asked.outcome == "annulled" or not asked.scored:
        return
    made = timeline(kept, asked)
    names = (*made.analysts, *((TEAM,) if TEAM in made.ours else ()), IMPLIED)
    last = ((name, made.last.get(name)) for name in names)
    for name, figure in ((name, figure) for name, figure in last if figure is not None):
        worth = brier(figure, asked.outcome == "occurred")
        yield LastFigure(forecaster=name, probability=figure, brier=worth)
