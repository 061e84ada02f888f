"""The weekly report, as data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from scenarios.analysis.evidence.indicators import IndicatorChange, change_of
from scenarios.analysis.forecasts import standing
from scenarios.analysis.ledger.days import Days
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import ScenarioView, Spread, Window, spreads
from scenarios.analysis.review.due import Due, due
from scenarios.analysis.review.listing import EvidenceRow, ListFilter, evidence
from scenarios.analysis.review.moves import Move, Restatement, causes, moves
from scenarios.analysis.review.outcomes import ResolvedScenario, outcomes
from scenarios.analysis.review.status import StatusRow, in_order, movement, row_of, status
from scenarios.analysis.review.story import Headline, Story, headline, quoted, story
from scenarios.analysis.rules.findings import since_then
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Dependence, Retraction, ScenarioId, SetId, Tracker
from scenarios.values import GradeWeights


class NewEvidence(EvidenceRow, frozen=True, kw_only=True):
    """An item recorded in the window; one `retracted` in it too counts nowhere."""

    retracted: Retraction | None


def new_evidence(window: Window) -> tuple[NewEvidence, ...]:
    """The items that were recorded in the window, in the order of their records."""
    items = window.database.evidence
    return tuple(
        NewEvidence(
            **msgspec.structs.asdict(row), retracted=None if row.counts else items[row.id].retracted
        )
        for row in evidence(window.now, ListFilter(since=window.since + timedelta(1)))
    )


def indicator_changes(window: Window, views: Iterable[ScenarioView]) -> tuple[IndicatorChange, ...]:
    """Indicators of these scenarios whose state changed in the window."""
    keys = ((view.id, name) for view in views for name in view.scenario.indicators)
    changes = (change_of(window.before, window.now, key) for key in keys)
    return tuple(change for change in changes if change)


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """Conventions of the figures, version of the ledger, analysts with a standing forecast."""

    ledger: int = VERSION
    decibans: dict[str, float]
    grade_weights: GradeWeights | None
    evidence_dependence: Dependence
    rating_strength: float
    extremize: float
    estimative_language: str
    review_every_days: int
    forecast_expires_days: int | None
    analysts: int


def method(window: Window) -> Method:
    """Conventions in force on the window's last day."""
    database, as_of, tracker = window.database, window.as_of, window.database.tracker
    live = [id for id, view in window.views.items() if view.open]
    analysts = {analyst for id in live for analyst in standing(database, id, as_of)}
    return Method(
        decibans=tracker.decibans,
        grade_weights=tracker.grade_weights,
        evidence_dependence=tracker.dependence,
        rating_strength=tracker.rating_strength,
        extremize=tracker.team.extremize,
        estimative_language=tracker.estimative_language,
        review_every_days=tracker.review_every_days,
        forecast_expires_days=tracker.forecast_expires_days,
        analysts=len(analysts),
    )


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The tracker's title and sets, and what a reader must know first."""

    title: str
    notice: str | None
    sets: dict[SetId, str]


def about(tracker: Tracker) -> About:
    """Title, notice and sets of a tracker; "Scenarios" without a title."""
    return About(title=tracker.name, notice=tracker.notice, sets=tracker.sets)


class Clarified(msgspec.Struct, frozen=True, kw_only=True):
    """A clarification of a question, and its day."""

    scenario: ScenarioId
    date: date
    text: str


def clarified(window: Window) -> tuple[Clarified, ...]:
    """The clarifications dated in the window, oldest first."""
    dated = [
        (clarification.date, view.id, clarification.text)
        for view in window.views.values()
        for clarification in view.scenario.clarifications
        if window.since < clarification.date <= window.as_of
    ]
    return tuple(Clarified(scenario=id, date=on, text=text) for on, id, text in sorted(dated))


class Unchanged(msgspec.Struct, frozen=True, kw_only=True):
    """Live scenarios that did not move: someone said so again, or nobody looked."""

    reaffirmed: tuple[ScenarioId, ...]
    untouched: tuple[ScenarioId, ...]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The weekly report; `restated` is None where no earlier state was compared.

    `findings` are those that did not stand at `since`, `findings_standing` the others.
    """

    tracker: About
    as_of: date
    since: date
    headline: Headline
    scenarios: tuple[StatusRow, ...]
    moves: tuple[Move, ...]
    story: Story
    due: Due
    clarifications: tuple[Clarified, ...]
    new_evidence: tuple[NewEvidence, ...]
    indicator_changes: tuple[IndicatorChange, ...]
    resolved: tuple[ResolvedScenario, ...]
    unchanged: Unchanged
    spreads: tuple[Spread, ...]
    findings: tuple[Finding, ...]
    findings_standing: tuple[Finding, ...]
    method: Method
    restated: Restatement | None = None

    @property
    def every_finding(self) -> tuple[Finding, ...]:
        """The new findings, then those that stood before."""
        return (*self.findings, *self.findings_standing)


def review(
    window: Window,
    restatement: Restatement | None = None,
    earlier: Days | None = None,
    *,
    audited: bool = True,
) -> Review:
    """Report of the moves between the window's two dates, with their causes.

    `earlier` are the ledgers before a restatement; unless `audited`, no findings.
    """
    tracker, rows = window.database.tracker, status(window)
    views = [window.views[row.id] for row in rows if not row.withheld]
    still = [view for view in views if view.open and view.odds_before and not view.moved]
    moved, news = _story(window, restatement, earlier or window.odds)
    new, standing_before = since_then(window) if audited else ((), ())
    return Review(
        tracker=about(tracker),
        as_of=window.as_of,
        since=window.since,
        headline=headline(news),
        scenarios=rows,
        moves=quoted(moved, news),
        story=news,
        due=due(window.database, window.as_of),
        clarifications=clarified(window),
        new_evidence=new_evidence(window),
        indicator_changes=indicator_changes(window, views),
        resolved=news.resolved,
        unchanged=Unchanged(
            reaffirmed=tuple(view.id for view in still if view.given),
            untouched=tuple(view.id for view in still if not view.given),
        ),
        spreads=spreads(window),
        findings=new,
        findings_standing=standing_before,
        method=method(window),
        restated=restatement,
    )


def story_of(window: Window) -> Story:
    """The story of a window alone."""
    return _story(window, None, window.odds)[1]


def _story(
    window: Window, restatement: Restatement | None, earlier: Days
) -> tuple[tuple[Move, ...], Story]:
    views = window.views.values()
    live = [view for view in views if view.open and view.odds_before and view.moved]
    moved = moves(window, sorted(live, key=lambda view: (-movement(view), view.id)))
    ended = [view for view in views if view.resolution]
    is_new = any(view.resolution.recorded > window.since for view in ended if view.resolution)
    rows = in_order(row_of(window, view) for view in ended if is_new)
    resolved = outcomes(window, [window.views[row.id] for row in rows], earlier)
    return moved, story(window, moved, causes(window, moved), resolved, restatement)
