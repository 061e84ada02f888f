"""The weekly report, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

import msgspec

from scenarios.analysis.evidence.indicators import IndicatorChange, change_of
from scenarios.analysis.evidence.knowledge import bears_on
from scenarios.analysis.forecasts import standing
from scenarios.analysis.history.commits import FieldChange, Key, differences, records
from scenarios.analysis.history.probability_shifts import ScenarioShift, Side, compared, differs
from scenarios.analysis.ledger.ledger_changes import Shift
from scenarios.analysis.ledger.version import VERSION
from scenarios.analysis.period.period import ScenarioView, Spread, Window, spreads
from scenarios.analysis.review.due import Due, due
from scenarios.analysis.review.headline import Headline, ResolvedScenario, headline, outcomes
from scenarios.analysis.review.moves import Event, Move, OtherCause, causes, moves
from scenarios.analysis.review.status import StatusRow, by_movement, status
from scenarios.analysis.rules.findings import findings
from scenarios.analysis.rules.rule import Finding
from scenarios.model import (
    Database,
    Dependence,
    EvidenceId,
    Kind,
    Retraction,
    ScenarioId,
    SetId,
    Tracker,
)
from scenarios.values import GradeWeights


class NewEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """An item recorded in the window with its scenarios; one retracted in it too counts nowhere."""

    id: EvidenceId
    summary: str
    observed: str
    recorded: date
    source: str | None
    grade: str
    scenarios: tuple[ScenarioId, ...]
    retracted: Retraction | None


def new_evidence(window: Window) -> tuple[NewEvidence, ...]:
    """The items that were recorded in the window, in the order of their records."""
    database = window.database
    recorded = sorted((item.recorded, id) for id, item in database.evidence.items())
    fresh = [id for on, id in recorded if window.since < on <= window.as_of]
    return tuple(
        NewEvidence(
            id=id,
            summary=item.summary,
            observed=item.observed,
            recorded=item.recorded,
            source=item.source,
            grade=item.grade(database.sources),
            scenarios=tuple(sorted(bears_on(database, item))),
            retracted=item.retracted if id not in window.now.evidence else None,
        )
        for id in fresh
        for item in (database.evidence[id],)
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


QuestionField = Literal["question", "resolution_criteria", "horizon"]
_FIELDS: tuple[QuestionField, ...] = ("question", "resolution_criteria", "horizon")


class QuestionChange(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a scenario before and after; a clarification has a date, and nothing before."""

    scenario: ScenarioId
    field: QuestionField | Literal["clarification"]
    before: str | None
    after: str
    date: date | None


def clarified(window: Window) -> tuple[QuestionChange, ...]:
    """The clarifications dated in the window, oldest first."""
    dated = [
        (clarification.date, view.id, clarification.text)
        for view in window.views.values()
        for clarification in view.scenario.clarifications
        if window.since < clarification.date <= window.as_of
    ]
    return tuple(
        QuestionChange(scenario=id, field="clarification", before=None, after=text, date=on)
        for on, id, text in sorted(dated)
    )


def rewritten(
    before: Database, after: Database, ids: Iterable[ScenarioId]
) -> tuple[QuestionChange, ...]:
    """The questions, criteria and horizons of these scenarios that differ."""
    both = [id for id in ids if id in before.scenarios and id in after.scenarios]
    return tuple(
        QuestionChange(scenario=id, field=field, before=was, after=now, date=None)
        for id in both
        for field in _FIELDS
        for was, now in [[str(getattr(db.scenarios[id], field)) for db in (before, after)]]
        if was != now
    )


_DATES: dict[Kind, str] = {"scenario": "opened", "evidence": "recorded", "forecasts": "date"}
_MATTERS: dict[Kind, str] = {
    "tracker": "decibans grade_weights evidence_dependence rating_strength team "
    "forecast_expires_days",
    "scenario": "opened horizon set prior indicators resolution",
    "evidence": "observed recorded source reliability credibility origin event theme ratings "
    "indicators retracted",
    "forecasts": "date analyst probabilities",
    "source": "reliability",
}
"""Fields of each kind of record that a figure can rest on."""
_WORDS_ONLY = frozenset({"basis", "statement", "watch", "added", "reason"})


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a past day as printed and as of today, and the changes behind it."""

    scenario: ScenarioId
    stated: Shift | None
    implied: Shift
    because: tuple[FieldChange, ...]


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """Figures that the last commit up to a day printed for that day, and that differ now."""

    commit: str
    day: date
    figures: tuple[Restated, ...]


def restated(printed: Database, today: Database, day: date) -> tuple[Restated, ...]:
    """The figures of `day` by both databases, where they differ."""
    return tuple(
        Restated(
            scenario=shift.scenario,
            stated=shift.stated,
            implied=shift.implied,
            because=tuple(_because(shift, was, now, day)),
        )
        for shift, was, now in compared(printed, today, day)
        if was and (differs(shift.stated) or differs(shift.implied))
    )


def _because(shift: ScenarioShift, was: Side, now: Side | None, day: date) -> Iterator[FieldChange]:
    """The changes, of what was known on the day, that a figure rests on."""
    if now is None:
        yield _whole(was.database, ("scenario", shift.scenario), went=True)
        return
    changes = differences(_until(was.database, day), _until(now.database, day))
    behind = _behind(shift, was.database, now.database)
    for key in (*changes.removed, *changes.unreadable):
        if _rests_on(shift, behind, *key):
            yield _whole(was.database, key, went=True)
    for key in changes.added:
        if _rests_on(shift, behind, *key):
            yield _whole(now.database, key, went=False)
    for change in changes.changed:
        keys = change.field.split(".")
        if keys[0] in _MATTERS[change.kind].split() and keys[-1] not in _WORDS_ONLY:
            id = f"{change.record}/{keys[1]}" if keys[0] == "indicators" else change.record
            if _rests_on(shift, behind, change.kind, id):
                yield change


def _until(database: Database, day: date) -> Database:
    evidence = {id: item for id, item in database.evidence.items() if item.recorded <= day}
    sheets = {id: sheet for id, sheet in database.sheets.items() if sheet.date <= day}
    return msgspec.structs.replace(database, evidence=evidence, sheets=sheets)


def _behind(shift: ScenarioShift, *databases: Database) -> frozenset[str]:
    """The items and indicators of the lines that changed, and the sources of these items."""
    ids = {id for line in shift.lines for id in (line.id, *line.evidence)}
    items = [
        database.evidence[id] for database in databases for id in ids & database.evidence.keys()
    ]
    return frozenset(ids | {item.source for item in items if item.source})


def _rests_on(shift: ScenarioShift, behind: frozenset[str], kind: Kind, id: str) -> bool:
    """True if a changed record is behind a shift; what moved its rivals moved it too."""
    if kind == "forecasts":
        return differs(shift.stated)
    return kind == "tracker" or id in behind or id == shift.scenario or shift.rivals != 0


def _whole(database: Database, key: Key, *, went: bool) -> FieldChange:
    """Change of a record that came or went, by its date."""
    kind, id = key
    field = _DATES.get(kind, "reliability")
    value = str(getattr(records(database, kind)[id], field))
    before, after = (value, None) if went else (None, value)
    return FieldChange(record=id, field=field, before=before, after=after, kind=kind)


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
    resolved: tuple[ResolvedScenario, ...]
    unchanged: Unchanged
    spreads: tuple[Spread, ...]
    findings: tuple[Finding, ...]
    method: Method
    restated: Restatement | None = None


def review(window: Window) -> Review:
    """Report of the moves between the window's two dates, with their causes."""
    tracker, rows = window.database.tracker, status(window)
    views = [window.views[row.id] for row in rows if not row.withheld]
    live = [view for view in views if view.open and view.odds_before]
    still = [view for view in live if not view.moved]
    moved = moves(window, by_movement(view for view in live if view.moved))
    resolved, new = outcomes(window, views), new_evidence(window)
    by_cause = causes(window, moved)
    return Review(
        tracker=about(tracker),
        as_of=window.as_of,
        since=window.since,
        headline=headline(window, resolved, moved, by_cause, len(new)),
        scenarios=rows,
        moves=moved,
        events=by_cause.events,
        other_causes=by_cause.others,
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
