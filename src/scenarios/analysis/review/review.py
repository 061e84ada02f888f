"""The weekly report, as data, and its one-page form for a reader without decibans."""

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from scenarios.analysis.evidence.indicators import IndicatorChange, change_of
from scenarios.analysis.forecasts import current_forecasts
from scenarios.analysis.ledger.days import DailyLedgers
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import ScenarioView, Spread, Window, spreads
from scenarios.analysis.review.deadlines import Due, due
from scenarios.analysis.review.decisions import Chore, PendingDecision, chores, decisions
from scenarios.analysis.review.listing import EvidenceRow, ListFilter, evidence
from scenarios.analysis.review.moves import ImpliedChange, moves
from scenarios.analysis.review.outcomes import ResolvedScenario, outcomes
from scenarios.analysis.review.restated import Restatement
from scenarios.analysis.review.signs import Sign, signs, unseen
from scenarios.analysis.review.status import (
    StatusRow,
    TrackerSummary,
    about,
    in_order,
    movement,
    row_of,
    status,
)
from scenarios.analysis.review.story import Headline, Story, headline, quoted, story
from scenarios.analysis.rules.findings import FindingRule, since_then
from scenarios.analysis.rules.rule import Finding
from scenarios.model import Dependence, Retraction, ScenarioId, ThemeId
from scenarios.result import Result
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
    recency: float | None
    record: float | None
    half_life_days: float | dict[ThemeId, float] | UnsetType = UNSET
    estimative_language: str
    review_every_days: int
    forecast_expires_days: int | None
    analysts: int


def method(window: Window) -> Method:
    """Conventions in force on the window's last day."""
    database, as_of, tracker = window.database, window.as_of, window.database.tracker
    live = [id for id, view in window.views.items() if view.open]
    analysts = {analyst for id in live for analyst in current_forecasts(database, id, as_of)}
    return Method(
        decibans=tracker.decibans,
        grade_weights=tracker.grade_weights,
        evidence_dependence=tracker.dependence,
        rating_strength=tracker.rating_strength,
        extremize=tracker.team.extremize,
        recency=tracker.team.recency,
        record=tracker.team.record,
        half_life_days=tracker.half_life_days or UNSET,
        estimative_language=tracker.estimative_language,
        review_every_days=tracker.review_every_days,
        forecast_expires_days=tracker.forecast_expires_days,
        analysts=len(analysts),
    )


class DatedClarification(msgspec.Struct, frozen=True, kw_only=True):
    """A clarification of a question, and its day."""

    scenario: ScenarioId
    date: dt.date
    text: str


def clarified(window: Window) -> tuple[DatedClarification, ...]:
    """The clarifications dated in the window, oldest first."""
    dated = [
        (clarification.date, view.id, clarification.text)
        for view in window.views.values()
        for clarification in view.scenario.clarifications
        if window.since < clarification.date <= window.as_of
    ]
    return tuple(
        DatedClarification(scenario=id, date=on, text=text) for on, id, text in sorted(dated)
    )


class UnchangedScenarios(msgspec.Struct, frozen=True, kw_only=True):
    """Live scenarios that did not move: reaffirmed by a forecast, or not reviewed."""

    reaffirmed: tuple[ScenarioId, ...]
    untouched: tuple[ScenarioId, ...]


class Review(Result, frozen=True, kw_only=True):
    """The weekly report; `restated` is None where no earlier state was compared.

    `findings` are those that did not stand at `since`, `findings_standing` the others.
    `extensions` are those whose findings were asked, if the tracker names any.
    """

    tracker: TrackerSummary
    as_of: date
    since: date
    headline: Headline
    scenarios: tuple[StatusRow, ...]
    moves: tuple[ImpliedChange, ...]
    story: Story
    due: Due
    clarifications: tuple[DatedClarification, ...]
    new_evidence: tuple[NewEvidence, ...]
    indicator_changes: tuple[IndicatorChange, ...]
    resolved: tuple[ResolvedScenario, ...]
    unchanged: UnchangedScenarios
    spreads: tuple[Spread, ...]
    findings: tuple[Finding, ...]
    findings_standing: tuple[Finding, ...]
    method: Method
    decisions: tuple[PendingDecision, ...] = ()
    chores: tuple[Chore, ...] = ()
    restated: Restatement | None = None
    extensions: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET

    @property
    def every_finding(self) -> tuple[Finding, ...]:
        """The new findings, then those that stood before."""
        return (*self.findings, *self.findings_standing)


def review(
    window: Window,
    restatement: Restatement | None = None,
    earlier: DailyLedgers | None = None,
    reported: Window | None = None,
    *,
    audited: bool = True,
    also: Sequence[FindingRule] = (),
) -> Review:
    """Report of the moves between the window's two dates, with their causes, by today's files.

    `earlier` are the ledgers before a restatement, `reported` the window with the figures of that
    time, from which the `moves` lead; unless `audited`, no findings, else those of
    further rules `also`.
    """
    then = reported or window
    tracker, rows = window.database.tracker, status(window)
    views = [window.views[row.id] for row in rows if row.id in window.views]
    still = [view for view in views if view.open and view.odds_before and not view.moved]
    news = story_of(window, restatement, earlier)
    moving = [then.views[view.id] for view in views if view.open and view.odds_before]
    moving = [view for view in moving if view.moved]
    moved = moves(then, sorted(moving, key=lambda view: (-movement(view), view.id)))
    new, standing_before = since_then(window, also) if audited else ((), ())
    whole = Review(
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
        unchanged=UnchangedScenarios(
            reaffirmed=tuple(view.id for view in still if view.given),
            untouched=tuple(view.id for view in still if not view.given),
        ),
        spreads=spreads(window),
        findings=new,
        findings_standing=standing_before,
        method=method(window),
        restated=restatement,
    )
    return msgspec.structs.replace(
        whole,
        decisions=decisions(
            window, whole.every_finding, rows, whole.spreads, [move.scenario for move in news.moved]
        ),
        chores=chores(window, whole.every_finding),
    )


def story_of(
    window: Window,
    restatement: Restatement | None = None,
    earlier: DailyLedgers | None = None,
    *,
    looks_back: bool = True,
) -> Story:
    """The story of a window alone; `looks_back`, with the evidence since the forecasts."""
    ended = [view for view in window.views.values() if view.resolution]
    is_new = any(view.resolution.recorded > window.since for view in ended if view.resolution)
    decided = (row_of(window, view) for view in ended if is_new)
    rows = in_order(decided, window.database.listed)
    resolved = outcomes(window, [window.views[row.id] for row in rows], earlier or window.odds)
    return story(window, resolved, restatement, looks_back=looks_back)


class Brief(Result, frozen=True, kw_only=True):
    """The story in short and in full, open questions, what to decide, to do and to watch.

    A quantity whose value has become known in the window is among the `scenarios` too.

    A page shows the first of each list and counts the rest. Of the `unseen` indicators `watch` has
    those that could tell most.
    """

    tracker: TrackerSummary
    as_of: date
    since: date
    headline: Headline
    story: Story
    scenarios: tuple[StatusRow, ...]
    decisions: tuple[PendingDecision, ...]
    chores: tuple[Chore, ...]
    watch: tuple[Sign, ...]
    unseen: int
    spreads: tuple[Spread, ...]
    due: Due


def brief(window: Window, review: Review) -> Brief:
    """Return the short form of a window's review."""
    keys = unseen(window)
    return Brief(
        tracker=about(window.database.tracker),
        as_of=window.as_of,
        since=window.since,
        headline=review.headline,
        story=review.story,
        scenarios=tuple(row for row in review.scenarios if _is_in_brief(row, window)),
        decisions=review.decisions,
        chores=review.chores,
        watch=signs(window, keys),
        unseen=len(keys),
        spreads=tuple(review.spreads),
        due=review.due,
    )


def _is_in_brief(row: StatusRow, window: Window) -> bool:
    """True of an open question, and of a quantity whose value entered the record in the window."""
    end = window.database.scenarios[row.id].resolution if row.outcome else None
    return end is None or (bool(row.quantity) and end.recorded > window.since)
