"""The weekly report, as data."""

from __future__ import annotations

from datetime import date

import msgspec

from scenarios.analysis.evidence.indicator_state import IndicatorChange
from scenarios.analysis.period.disagreement import Spread, spreads
from scenarios.analysis.period.period import Window
from scenarios.analysis.review.about import About, about
from scenarios.analysis.review.cause import Event, OtherCause
from scenarios.analysis.review.causes import causes
from scenarios.analysis.review.due import Due, due
from scenarios.analysis.review.entries import NewEvidence, indicator_changes, new_evidence
from scenarios.analysis.review.headline import Headline, headline
from scenarios.analysis.review.method import Method, method
from scenarios.analysis.review.moves import Move, moves
from scenarios.analysis.review.outcomes import Resolved, outcomes
from scenarios.analysis.review.questions import QuestionChange, clarified
from scenarios.analysis.review.restatement import Restatement
from scenarios.analysis.review.status import StatusRow, by_movement, status
from scenarios.analysis.rules.finding import Finding
from scenarios.analysis.rules.findings import findings
from scenarios.model import (
    ScenarioId,
)


class Unchanged(msgspec.Struct, frozen=True, kw_only=True):
    """Live scenarios that did not move: someone said so again, or nobody looked."""

    reaffirmed: tuple[ScenarioId, ...]
    untouched: tuple[ScenarioId, ...]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The weekly report; `restated` is None where no earlier state was compared.

    `events` and `other_causes` are the rows of all `moves` by what is behind them.
    `questions` has what was rewritten only where an earlier state was, and clarifications always.
    """

    tracker: About
    as_of: date
    since: date
    headline: Headline
    scenarios: tuple[StatusRow, ...]
    moves: tuple[Move, ...]
    events: tuple[Event, ...]
    other_causes: tuple[OtherCause, ...]
    due: Due
    questions: tuple[QuestionChange, ...]
    new_evidence: tuple[NewEvidence, ...]
    indicator_changes: tuple[IndicatorChange, ...]
    resolved: tuple[Resolved, ...]
    unchanged: Unchanged
    spreads: tuple[Spread, ...]
    findings: tuple[Finding, ...]
    method: Method
    restated: Restatement | None = None


def review(window: Window) -> Review:
    """What moved between the window's two dates, by how much and because of what."""
    tracker, rows = window.database.tracker, status(window)
    views = [window.views[row.id] for row in rows if not row.withheld]
    live = [view for view in views if view.open and view.odds_before]
    still = [view for view in live if not view.moved]
    moved = moves(window, by_movement(view for view in live if view.moved))
    resolved, new = outcomes(window, views), new_evidence(window)
    made = causes(window, moved)
    return Review(
        tracker=about(tracker),
        as_of=window.as_of,
        since=window.since,
        headline=headline(window, resolved, moved, made, len(new)),
        scenarios=rows,
        moves=moved,
        events=made.events,
        other_causes=made.others,
        due=due(window.database, window.as_of),
        questions=clarified(window),
        new_evidence=new,
        indicator_changes=indicator_changes(window, views),
        resolved=resolved,
        unchanged=Unchanged(
            reaffirmed=tuple(view.id for view in still if view.given),
            untouched=tuple(view.id for view in still if not view.given),
        ),
        spreads=spreads(window),
        findings=findings(window),
        method=method(window),
    )
